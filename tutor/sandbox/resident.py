"""How much memory of its own a process has, asked from outside: what it does not share with all who use torch."""

from __future__ import annotations

import ctypes
import re
import sys
from ctypes import Structure, byref, c_size_t, c_uint8, c_uint32, c_uint64, sizeof
from functools import cache
from pathlib import Path
from typing import Any

from tutor.sandbox.kernel32 import kernel32

_QUERY, _READ = 0x1000, 0x0010
_RUSAGE_INFO_V0 = 0
_OWN = re.compile(r"^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$", re.MULTILINE)
"""On Linux: all but what is mapped from files."""


class Rusage(Structure):
    """`struct rusage_info_v0` of macOS."""

    _fields_ = (
        ("uuid", c_uint8 * 16),
        ("user_time", c_uint64),
        ("system_time", c_uint64),
        ("idle_wakeups", c_uint64),
        ("interrupt_wakeups", c_uint64),
        ("pageins", c_uint64),
        ("wired", c_uint64),
        ("resident", c_uint64),
        ("footprint", c_uint64),
        ("started", c_uint64),
        ("exited", c_uint64),
    )


class Counters(Structure):
    """`PROCESS_MEMORY_COUNTERS_EX` of Windows."""

    _fields_ = (
        ("size", c_uint32),
        ("page_faults", c_uint32),
        ("peak_working_set", c_size_t),
        ("working_set", c_size_t),
        ("quotas", c_size_t * 4),
        ("pagefile", c_size_t),
        ("peak_pagefile", c_size_t),
        ("private", c_size_t),
    )


def resident(pid: int) -> int | None:
    """Bytes of memory that are the process's own; None where that cannot be told."""
    ask = _ASK.get(sys.platform)
    return ask(pid) if ask else None


def _linux(pid: int) -> int | None:
    try:
        found = _OWN.findall(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return None
    return sum(map(int, found)) << 10 if found else None


def _macos(pid: int) -> int | None:
    """The footprint: what is resident is less as soon as the system compresses it."""
    usage = Rusage()
    if _libproc().proc_pid_rusage(pid, _RUSAGE_INFO_V0, byref(usage)) != 0:
        return None
    return int(usage.footprint)


@cache
def _libproc() -> Any:
    return ctypes.CDLL("/usr/lib/libproc.dylib")


def _windows(pid: int) -> int | None:
    """What is committed: a process may give up what is resident whenever it likes, and still have it."""
    kernel = kernel32()
    process = kernel.OpenProcess(_QUERY | _READ, False, pid) if kernel else None
    if kernel is None or not process:
        return None
    counters = Counters(size=sizeof(Counters))
    try:
        done = kernel.K32GetProcessMemoryInfo(process, byref(counters), sizeof(counters))
    finally:
        kernel.CloseHandle(process)
    return int(counters.private) if done else None


_ASK = {"linux": _linux, "darwin": _macos, "win32": _windows}
