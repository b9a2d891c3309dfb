"""The kernel's own rules on files: what is not granted beforehand cannot be opened, by this process or its threads.

No rule denies anything. A set of rules is made once, where files can still be looked at, and taken on by each child.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tutor.sandbox import libc

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
KNOWN_ABI = 7
_FIRST_RIGHTS = (1 << 13) - 1
_NET = 0b11
_SCOPES = 0b11
_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1


@dataclass(frozen=True)
class Allowed:
    """What a child may open. Nothing may be executed, made, removed, renamed or linked."""

    readable: tuple[Path, ...] = ()
    """Files, and directories with all they hold."""
    listed: tuple[Path, ...] = ()
    """Directories whose names may be listed, theirs and those below, though not what is in the files."""
    written: tuple[Path, ...] = ()
    """Files that may be read and written."""
    devices: tuple[Path, ...] = ()
    """Devices that may be read, written and given their own commands."""
    only_written: tuple[Path, ...] = ()
    """Files, and directories with all they hold, that may be written but not read."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """The version of Landlock this kernel offers; 0 when it has none or may not use it."""
    if sys.platform != "linux":
        return 0
    with contextlib.suppress(OSError):
        return _call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    return 0


def handled(version: int) -> tuple[int, int, int]:
    """Every right on files, on TCP and across the border of the domain that `version` can take away."""
    files = _FIRST_RIGHTS
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        files |= right if version >= since else 0
    return files, _NET if version >= 4 else 0, _SCOPES if version >= 6 else 0


def ruleset(allowed: Allowed, version: int | None = None) -> int:
    """A descriptor of the rules, to be given to `enforce`. `version` asks for the rights of an older kernel only.

    What is not there is left out. Raises OSError where the kernel has no Landlock.
    """
    version = min(abi() if version is None else version, KNOWN_ABI)
    files, net, scopes = handled(version)
    size = 24 if scopes else 16 if net else 8
    fd = _call(_CREATE, ctypes.byref(_Ruleset(files, net, scopes)), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for paths, rights in _granted(allowed):
            _add(fd, paths, rights & files)
    except BaseException:
        os.close(fd)
        raise
    os.set_inheritable(fd, False)
    return fd


def _granted(allowed: Allowed) -> tuple[tuple[Iterable[Path], int], ...]:
    return (
        (allowed.readable, READ_FILE | READ_DIR),
        (allowed.listed, READ_DIR),
        (allowed.written, READ_FILE | WRITE_FILE | TRUNCATE),
        (allowed.devices, READ_FILE | WRITE_FILE | IOCTL_DEV),
        (allowed.only_written, WRITE_FILE),
    )


def _add(fd: int, paths: Iterable[Path], rights: int) -> None:
    for path in paths:
        try:
            held = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            of_its_kind = rights if stat.S_ISDIR(os.fstat(held).st_mode) else rights & _OF_A_FILE
            if of_its_kind:
                rule = _PathBeneath(of_its_kind, held)
                _call(_ADD, ctypes.c_int(fd), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
        finally:
            os.close(held)


def enforce(fd: int) -> None:
    """Put this process, of one thread and with no_new_privs set, under the rules for good; raises OSError."""
    _call(_RESTRICT, ctypes.c_int(fd), ctypes.c_uint32(0))


def _call(number: int, *arguments: object) -> int:
    return libc.call("syscall", ctypes.c_long(number), *arguments)
