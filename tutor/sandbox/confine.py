"""What holds a child in: limits, and the place of the fence among them.

Nothing here is Linux-only at import: where a limit does not exist it is left out, and `in_force` says so.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import sys
import time
from pathlib import Path

from tutor.sandbox.fence import Fence
from tutor.sandbox.resident import resident

try:
    import resource
except ImportError:  # Windows has no rlimits.
    resource = None  # type: ignore[assignment]

LINUX = sys.platform == "linux"

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36

DESCRIPTORS = 64
FILE_SIZE = 0
TASKS = 128
"""Processes and threads beyond those the user has already; the kernel does not count root's."""
TASKS_ALONE = 48
"""Those of a user that nobody else is."""
SIGNALS_PENDING = 256
STACK = 8 << 20

_held: list[int | None] = [None]
"""Bytes of address space when the fence went up, behind which they cannot be looked up any more."""

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def _prctl(option: int, argument: int) -> bool:
    return _libc is not None and _libc.prctl(option, argument, 0, 0, 0) == 0


def tie_to_parent(number: int = 9) -> None:
    """Have the kernel send signal `number` to this process when the one that made it dies."""
    _prctl(_PR_SET_PDEATHSIG, number)


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent dies, so that none is lost sight of."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def offer_to_oom() -> None:
    """Let the kernel choose this process and its children first when memory runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def keep_private() -> None:
    """Let no other process of the same user look into this one."""
    _prctl(_PR_SET_DUMPABLE, 0)


def settle(fence: Fence, parent: int | None = None, slot: int = 0) -> None:
    """Everything that can be done before the job is known; the order matters."""
    fence.give_up_root(slot)
    if parent is not None:
        tie_to_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(70)
    os.umask(0o077)
    with contextlib.suppress(OSError):
        os.chdir("/")
    keep_private()
    _limit_always(alone=fence.way == "user")
    if hasattr(os, "nice"):
        os.nice(5)
    _held.append(_address_space())
    fence.close()


def _limit_always(*, alone: bool) -> None:
    for name in ("RLIMIT_CORE", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE"):
        _rlimit(name, 0)
    _rlimit("RLIMIT_SIGPENDING", SIGNALS_PENDING)
    _rlimit("RLIMIT_STACK", STACK)
    # A GPU's driver holds many; it is out of sight when this is empty.
    _rlimit("RLIMIT_NOFILE", DESCRIPTORS if os.environ.get("CUDA_VISIBLE_DEVICES") == "" else 8 * DESCRIPTORS)
    _rlimit("RLIMIT_FSIZE", FILE_SIZE)
    if LINUX and os.getuid() != 0:
        _rlimit("RLIMIT_NPROC", TASKS_ALONE if alone else _tasks_of_user(os.getuid()) + TASKS)


def limit(memory_mb: int | None, seconds: float | None) -> None:
    """The limits one job asks for: memory and CPU time above what is held and spent already."""
    if memory_mb is not None and (held := _address_space() or _held[-1]) is not None:
        _rlimit("RLIMIT_AS", held + (memory_mb << 20))
    if seconds is not None:
        # Beyond the wall limit, which is to speak first; the kernel's is for what no signal from outside stops.
        _rlimit("RLIMIT_CPU", math.ceil(time.process_time() + seconds) + 1)


def in_force() -> dict[str, bool]:
    """Which limits a child of this process has; which walls stand is measured."""
    return {
        "time": True,
        "cpu": resource is not None,
        "memory": (LINUX and resource is not None) or resident(os.getpid()) is not None,
        "output": True,
    }


def _rlimit(name: str, value: int) -> None:
    if resource is None or not hasattr(resource, name):
        return
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    # CPU needs room between the two: the soft one is a signal that names the reason, the hard one a plain kill.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, value + 1 if name == "RLIMIT_CPU" and value != hard else value))


def _tasks_of_user(uid: int) -> int:
    """How many tasks the kernel counts for `uid` now."""
    count = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                if process.stat().st_uid == uid:
                    count += process.joinpath("task").stat().st_nlink - 2
    return count


def _address_space() -> int | None:
    """Bytes of address space held now; None where it cannot be told, and then there is no limit on it either."""
    try:
        # Without a stream, which would cost each child as much memory of its own as all its limits.
        held = os.open("/proc/self/statm", os.O_RDONLY)
        try:
            pages = int(os.read(held, 64).split()[0])
        finally:
            os.close(held)
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
