"""Giving up root: another user's id where that user can read Python, else root's number without root's powers."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from tutor.sandbox import libc

Identity = Literal["own", "user", "capabilities", "none"]
"""Unprivileged already; the id of a user nobody else is; root without its capabilities; root as it is."""

FIRST_USER = 64000
USERS = 1000

_PR_CAPBSET_DROP, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _AMBIENT_CLEAR = 24, 28, 47, 4
# Root's number brings no powers, no change of ids brings them back, and all of it is locked.
_SECUREBITS = 0b1110_1111
_CAPABILITY_V3 = 0x20080522
_CAPABILITIES_MOST = 64
# Made here and not in each child, to which a new type would cost memory of its own.
_Header, _Sets = ctypes.c_uint32 * 2, ctypes.c_uint32 * 6


def user_of(slot: int) -> int:
    """The user id of one of many children; no two that live together share it, so its limits are its own."""
    return FIRST_USER + slot % USERS


def choose(needed: Iterable[Path], *, first: Identity | None = None) -> Identity:
    """The strongest way that works here: a child that takes it can still read every one of `needed`."""
    if sys.platform == "win32" or (os.geteuid() != 0 and first is None):
        return "own"
    wanted = tuple(needed)
    ways: tuple[Identity, ...] = ("user", "capabilities")
    for way in ways if first is None else (first,):
        if works(way, wanted):
            return way
    return "none" if os.geteuid() == 0 else "own"


def works(way: Identity, needed: Iterable[Path]) -> bool:
    """Whether a child that took `way` has no powers left and reads `needed`; tried in a child."""
    pid = os.fork()
    if pid == 0:
        try:
            drop(way, USERS - 1)
            os._exit(0 if powerless(way) and all(_readable(path) for path in needed) else 1)
        except OSError:
            os._exit(1)
        finally:
            os._exit(2)
    _, status = os.waitpid(pid, 0)
    return status == 0


def _readable(path: Path) -> bool:
    try:
        with os.scandir(path) if path.is_dir() else path.open("rb"):
            return True
    except OSError:
        return False


def drop(way: Identity, slot: int) -> None:
    """Give up root in this process, of one thread, for good; raises OSError."""
    if way == "user":
        _become(user_of(slot))
    elif way == "capabilities":
        _drop_capabilities()


def _become(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _drop_capabilities() -> None:
    with contextlib.suppress(OSError):
        os.setgroups([])
    libc.prctl(_PR_SET_SECUREBITS, _SECUREBITS)
    libc.prctl(_PR_CAP_AMBIENT, _AMBIENT_CLEAR)
    libc.call("capset", _header(), _Sets())


def bound() -> None:
    """See to it that no program this process or a child ever starts is given a capability. Needs root, once."""
    with contextlib.suppress(OSError):
        for capability in range(_CAPABILITIES_MOST):
            libc.prctl(_PR_CAPBSET_DROP, capability)


def powerless(way: Identity) -> bool:
    """Whether this process has neither capabilities nor a way back to root's id."""
    if way == "user" and 0 in (*os.getresuid(), *os.getresgid()):
        return False
    return capabilities() == 0


def capabilities() -> int:
    """The capabilities in effect, permitted and inheritable, in one number; 0 where the system has none."""
    if sys.platform != "linux":
        return 0
    held = _Sets()
    libc.call("capget", _header(), held)
    low = held[0] | held[1] | held[2]
    high = held[3] | held[4] | held[5]
    return int(low | high << 32)


def _header() -> ctypes.Array[ctypes.c_uint32]:
    return _Header(_CAPABILITY_V3, 0)
