"""The filter on system calls: a list of what is allowed; all else fails with an error the code can catch.

The filter looks for the range a call's number is in, by halves. Arguments are judged only where they are in registers,
so nothing can be changed between the look and the call.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from tutor.sandbox import libc, syscall

KILL = 0x80000000
ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
EPERM = _ERRNO | errno.EPERM
ENOSYS = _ERRNO | errno.ENOSYS

_LOAD, _AND, _JUMP, _RETURN = 0x20, 0x54, 0x05, 0x06
_EQUAL, _ABOVE, _AT_LEAST, _ANY = 0x15, 0x25, 0x35, 0x45
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2

_LAST = 0xFFFFFFFF
OWN_PID = 0xFFFFFFFF
"""Stands in a template where each child's own process id goes; no call has it as an argument that matters."""

_O_TRUNC, _O_ACCMODE = 0o1000, 0o3
_THREAD = 0x00010000 | 0x00000100 | 0x00000200 | 0x00000400 | 0x00000800
_NAMESPACES = 0x7E020000 | 0x80
_PRCTL = (15, 16, 0x53564D41)
_IOCTL = (0x5401, 0x5421, 0x541B, 0x5451, 0x5450, 0x5413)
# Owners and signals of descriptors, leases, notices of changes, seals, and every kind of lock on a file.
_FCNTL = (8, 10, 15, 1024, 1026, 1033, 5, 6, 7, 12, 13, 14, 36, 37, 38)
_AF_UNIX = 1

Instruction = tuple[int, int, int, int]
Verdict = int | tuple[Instruction, ...]


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> Instruction:
    return code, yes, no, value


def _end(verdict: int) -> Instruction:
    return _step(_RETURN, verdict)


def _argument(index: int, *, high: bool = False) -> Instruction:
    return _step(_LOAD, _ARGUMENTS + 8 * index + (4 if high else 0))


def _one_of(index: int, values: Iterable[int], found: int, other: int) -> tuple[Instruction, ...]:
    """`found` when the argument is among `values`, else `other`."""
    listed = tuple(values)
    tests = (_step(_EQUAL, value, yes=len(listed) - i) for i, value in enumerate(listed))
    return (_argument(index), *tests, _end(other), _end(found))


def _opening(index: int) -> tuple[Instruction, ...]:
    """No emptying of a file that is opened for reading, and not the fourth mode, which asks Landlock for nothing."""
    return (
        _argument(index),
        _step(_AND, _O_ACCMODE),
        _step(_EQUAL, _O_ACCMODE, yes=4),
        _step(_EQUAL, 0, yes=0, no=2),
        _argument(index),
        _step(_ANY, _O_TRUNC, yes=1),
        _end(ALLOW),
        _end(EPERM),
    )


def _cloning() -> tuple[Instruction, ...]:
    """Threads only."""
    return (
        _argument(0),
        _step(_ANY, _NAMESPACES, yes=3),
        _step(_AND, _THREAD),
        _step(_EQUAL, _THREAD, no=1),
        _end(ALLOW),
        _end(EPERM),
    )


def _without(index: int) -> tuple[Instruction, ...]:
    """Allowed when the pointer is null."""
    return (
        _argument(index),
        _step(_EQUAL, 0, no=3),
        _argument(index, high=True),
        _step(_EQUAL, 0, no=1),
        _end(ALLOW),
        _end(EPERM),
    )


def _rules(*, gpu: bool) -> dict[str, Verdict]:
    own = _one_of(0, (OWN_PID,), ALLOW, EPERM)
    mine = _one_of(0, (0, OWN_PID), ALLOW, EPERM)
    return {
        "open": _opening(1),
        "openat": _opening(2),
        "openat2": ENOSYS,
        "clone": _cloning(),
        "clone3": ENOSYS,
        **dict.fromkeys(("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"), own),
        **dict.fromkeys(("prlimit64", "sched_setaffinity"), mine),
        "prctl": _one_of(0, _PRCTL, ALLOW, EPERM),
        # Which commands a driver has is its own affair; Landlock says which devices may be asked.
        "ioctl": ALLOW if gpu else _one_of(1, _IOCTL, ALLOW, EPERM),
        "fcntl": _one_of(1, _FCNTL, EPERM, ALLOW),
        "socketpair": _one_of(0, (_AF_UNIX,), ALLOW, EPERM),
        # To a named receiver only what a socket pair of datagrams must not do either.
        "sendto": _without(4),
    }


def verdicts(machine: str, *, gpu: bool = False) -> dict[str, Verdict]:
    """What becomes of each call of `machine` that the tables name."""
    rules = _rules(gpu=gpu)
    found: dict[str, Verdict] = dict.fromkeys(syscall.numbers(syscall.REFUSED, machine), EPERM)
    found |= dict.fromkeys(syscall.numbers(syscall.ALLOWED, machine), ALLOW)
    return found | {name: rules[name] for name in syscall.numbers(syscall.RULED, machine)}


def _ranges(machine: str, *, gpu: bool) -> list[tuple[int, Verdict]]:
    """The last number of each run of equal verdicts, in order; beyond the last one no call exists."""
    named: dict[str, int] = {}
    for table in (syscall.ALLOWED, syscall.RULED, syscall.REFUSED):
        named |= syscall.numbers(table, machine)
    by_number = {named[name]: verdict for name, verdict in verdicts(machine, gpu=gpu).items()}
    runs: list[tuple[int, Verdict]] = []
    for number in range(max(by_number) + 1):
        verdict = by_number.get(number, ENOSYS)
        if runs and runs[-1][1] == verdict:
            runs.pop()
        runs.append((number, verdict))
    return runs


def program(machine: str, *, gpu: bool = False) -> list[Instruction]:
    """The filter for `machine`, with OWN_PID where the child's number goes."""
    known = syscall.MACHINES[machine]
    steps = [_step(_LOAD, _ARCH), _step(_EQUAL, known.audit, yes=1), _end(KILL), _step(_LOAD, _NUMBER)]
    if known.foreign is not None:
        steps += [_step(_AT_LEAST, known.foreign, no=1), _end(ENOSYS)]
    return [*steps, *_search([*_ranges(machine, gpu=gpu), (_LAST, ENOSYS)])]


def _search(ranges: list[tuple[int, Verdict]]) -> list[Instruction]:
    """The steps from a number to the verdict of its range, by halves."""
    if len(ranges) == 1:
        verdict = ranges[0][1]
        return [_end(verdict)] if isinstance(verdict, int) else list(verdict)
    middle = len(ranges) // 2
    lower, upper = _search(ranges[:middle]), _search(ranges[middle:])
    # A conditional jump reaches 255 steps only; the plain one reaches everywhere.
    return [_step(_ABOVE, ranges[middle - 1][0], no=1), _step(_JUMP, len(lower)), *lower, *upper]


@dataclass(frozen=True)
class Filter:
    """A program ready to be given any child's process id, made once."""

    code: bytes
    places: tuple[int, ...]

    @classmethod
    def of(cls, machine: str, *, gpu: bool = False) -> Filter:
        """The filter of one machine."""
        steps = program(machine, gpu=gpu)
        code = b"".join(struct.pack("=HBBI", *step) for step in steps)
        ctypes.create_string_buffer(code, len(code))  # Its type is made once and then known to every child.
        return cls(
            code, tuple(8 * i + 4 for i, (c, _, _, value) in enumerate(steps) if (c, value) == (_EQUAL, OWN_PID))
        )

    def of_process(self, pid: int) -> bytes:
        """The code for the process `pid`."""
        code = bytearray(self.code)
        for place in self.places:
            struct.pack_into("=I", code, place, pid)
        return bytes(code)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def machine() -> str | None:
    """This machine's name in the tables, or None where there is none."""
    # A 32-bit Python on a 64-bit kernel makes the calls of another machine.
    name = platform.machine()
    return name if name in syscall.MACHINES and sys.maxsize > 1 << 32 else None


def supported() -> bool:
    """Whether this kernel and this machine can have the filter."""
    if sys.platform != "linux" or machine() is None:
        return False
    try:
        libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER)
    except OSError as error:
        # Without a program the kernel complains of the address, but only where it has filters at all.
        return error.errno == errno.EFAULT
    return False


def load(filter_: Filter) -> None:
    """Put this process, of one thread and with no_new_privs set, under the filter for good; raises OSError."""
    code = filter_.of_process(os.getpid())
    held = ctypes.create_string_buffer(code, len(code))
    libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Program(len(code) // 8, ctypes.addressof(held))))
