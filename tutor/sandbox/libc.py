"""The C library, for the calls Python has no name for. Nothing here is Linux-only at import."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None


def call(name: str, *arguments: Any) -> int:
    """The result of a function of the C library; raises OSError when it is negative or the function is not there."""
    function = getattr(_libc, name, None)
    if function is None:
        raise OSError(38, os.strerror(38), name)
    done = int(function(*arguments))
    if done < 0:
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed), name)
    return done


def prctl(option: int, *arguments: Any) -> int:
    """What the kernel answers to a request about this process; raises OSError. macOS and Windows have none."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return call("prctl", option, *(ctypes.c_ulong(a) if isinstance(a, int) else a for a in padded))
