"""A job object around one process, on Windows: how much memory, how many processes, and an end with its owner.

It is put on from outside right after the start, when the process runs nothing but our own code. It bounds what a
process takes; it keeps nobody from files or the network. The numbers and structures are those of `winnt.h`.
"""

from __future__ import annotations

import sys
from ctypes import Structure, byref, c_int64, c_size_t, c_uint32, c_uint64, sizeof
from typing import Any

from tutor.sandbox.kernel32 import kernel32

WINDOWS = sys.platform == "win32"
ROOM = 2 << 30
"""Bytes a process may commit beyond what it has when it is ready: twice what a run may use, which is counted finer."""

_TERMINATE, _SET_QUOTA = 0x0001, 0x0100
_EXTENDED_LIMITS, _SCREEN_LIMITS = 9, 4
_PROCESS_TIME, _ACTIVE_PROCESS, _PROCESS_MEMORY = 0x0002, 0x0008, 0x0100
_DIE_ON_UNHANDLED_EXCEPTION, _KILL_ON_JOB_CLOSE = 0x0400, 0x2000
_ALL_OF_THE_SCREEN = 0x00FF
"""Windows of others, the clipboard, settings, desktops, logging off."""
_TICKS = 10_000_000
"""How many of the units that times are counted in are a second."""


class BasicLimits(Structure):
    """`JOBOBJECT_BASIC_LIMIT_INFORMATION`."""

    _fields_ = (
        ("process_time", c_int64),
        ("job_time", c_int64),
        ("flags", c_uint32),
        ("least_working_set", c_size_t),
        ("most_working_set", c_size_t),
        ("active_processes", c_uint32),
        ("affinity", c_size_t),
        ("priority", c_uint32),
        ("scheduling", c_uint32),
    )


class ExtendedLimits(Structure):
    """`JOBOBJECT_EXTENDED_LIMIT_INFORMATION`."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io", c_uint64 * 6),
        ("process_memory", c_size_t),
        ("job_memory", c_size_t),
        ("peak_process_memory", c_size_t),
        ("peak_job_memory", c_size_t),
    )


class Job:
    """What holds one process; whoever lets go of it ends the process."""

    def __init__(self, kernel: Any = None, handle: int | None = None, limits: ExtendedLimits | None = None) -> None:
        self._kernel = kernel
        self._handle = handle
        self._limits = limits or ExtendedLimits()

    @property
    def holds(self) -> bool:
        """Whether there is a process in it."""
        return self._handle is not None

    def bound(self, memory: int) -> bool:
        """Let the process commit no more than `memory` bytes from now on; whether that is so.

        Not from the start: what importing torch commits for a moment is many times what it then uses.
        """
        if self._handle is None:
            return False
        self._limits.basic.flags |= _PROCESS_MEMORY
        self._limits.process_memory = memory
        return _set(self._kernel, self._handle, _EXTENDED_LIMITS, self._limits)

    def close(self) -> None:
        """Let go, which ends what is still in it."""
        if self._handle is not None:
            self._kernel.CloseHandle(self._handle)
        self._handle = None


def around(pid: int, *, seconds: float | None = None, kernel: Any = None) -> Job:
    """A job with process `pid` in it; one that holds nothing where that fails, and where there are no jobs."""
    kernel = kernel or kernel32()
    process = kernel.OpenProcess(_TERMINATE | _SET_QUOTA, False, pid) if kernel else None
    if not process:
        return Job()
    limits = _limits(seconds)
    try:
        # Where we are in a job ourselves, none that bounds the screen can be within it.
        handle = _made(kernel, process, limits, screen=True) or _made(kernel, process, limits, screen=False)
    finally:
        kernel.CloseHandle(process)
    return Job(kernel, handle, limits)


def _limits(seconds: float | None) -> ExtendedLimits:
    limits = ExtendedLimits()
    limits.basic.flags = _ACTIVE_PROCESS | _DIE_ON_UNHANDLED_EXCEPTION | _KILL_ON_JOB_CLOSE
    limits.basic.active_processes = 1
    if seconds is not None:
        limits.basic.flags |= _PROCESS_TIME
        limits.basic.process_time = int(seconds * _TICKS)
    return limits


def _made(kernel: Any, process: int, limits: ExtendedLimits, *, screen: bool) -> int | None:
    """The handle of a new job with the process in it."""
    handle: int | None = kernel.CreateJobObjectW(None, None)
    if not handle:
        return None
    done = _set(kernel, handle, _EXTENDED_LIMITS, limits)
    if screen:
        done = done and _set(kernel, handle, _SCREEN_LIMITS, c_uint32(_ALL_OF_THE_SCREEN))
    if done and kernel.AssignProcessToJobObject(handle, process):
        return handle
    kernel.CloseHandle(handle)
    return None


def _set(kernel: Any, handle: int, kind: int, limits: Any) -> bool:
    return bool(kernel.SetInformationJobObject(handle, kind, byref(limits), sizeof(limits)))


def direct(command: list[str], environment: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The same start past what a virtual environment has in Python's place, which would start Python as a second one.

    The one process in the job, and the one whose memory is looked at, has to be Python itself.
    """
    base = getattr(sys, "_base_executable", sys.executable)
    if not WINDOWS or command[0] != sys.executable or base == sys.executable:
        return command, environment
    return [base, *command[1:]], environment | {"__PYVENV_LAUNCHER__": sys.executable}
