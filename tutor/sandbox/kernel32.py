"""Windows' own library, with what the functions asked of it take and give back; elsewhere there is none."""

from __future__ import annotations

import ctypes
import sys
from ctypes import c_int, c_uint32, c_void_p, c_wchar_p
from functools import cache
from typing import Any

_PROTOTYPES: dict[str, tuple[Any, ...]] = {
    "OpenProcess": (c_void_p, c_uint32, c_int, c_uint32),
    "CloseHandle": (c_int, c_void_p),
    "CreateJobObjectW": (c_void_p, c_void_p, c_wchar_p),
    "SetInformationJobObject": (c_int, c_void_p, c_int, c_void_p, c_uint32),
    "AssignProcessToJobObject": (c_int, c_void_p, c_void_p),
    "K32GetProcessMemoryInfo": (c_int, c_void_p, c_void_p, c_uint32),
}
"""What each gives back, then what it takes: a handle is as wide as a pointer, which ctypes would not guess."""


@cache
def kernel32() -> Any | None:
    """The library; None where this is not Windows."""
    if sys.platform != "win32":
        return None
    library = ctypes.WinDLL("kernel32", use_last_error=True)
    for name, (result, *arguments) in _PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
