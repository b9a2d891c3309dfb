"""Attacks that harm nobody, made in a real child at the start: what fails is what the sandbox may promise."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutor.sandbox import identity


def held(targets: dict[str, Any]) -> dict[str, bool]:
    """Which attacks fail here, by what they go for. `targets` names files that exist and processes that live."""
    return {name: not _succeeds(lambda attack=attack: attack(targets)) for name, attack in _ATTACKS.items()}  # type: ignore[misc]


def _succeeds(attack: Callable[[], Any]) -> bool:
    try:
        attack()
    except Exception:  # noqa: BLE001 - however an attack fails, it fails.
        return False
    return True


def _read(path: str) -> None:
    """Read a file, or list a folder where there is no file yet."""
    place = Path(path)
    with os.scandir(place) if place.is_dir() else place.open("rb"):
        return


def _write(targets: dict[str, Any]) -> None:
    for folder in (targets["home"], "/tmp", "/dev/shm", "/"):
        with contextlib.suppress(OSError):
            _make_file(Path(folder))
            return
    with Path(targets["owned"]).open("ab"):
        return


def _make_file(folder: Path) -> None:
    """A file that is gone at once: without a name where that is possible, since taking one away may be refused."""
    if hasattr(os, "O_TMPFILE"):
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
        return
    path = folder / f".tutor-{secrets.token_hex(8)}"
    path.touch(exist_ok=False)
    path.unlink()


def _change(targets: dict[str, Any]) -> None:
    """Set to what they are already the rights of a file that belongs to whoever runs this."""
    path = targets["owned"]
    os.chmod(path, os.stat(path).st_mode & 0o7777)  # noqa: PTH101, PTH116 - the very call that is to be refused.


def _connect(_: dict[str, Any]) -> None:
    for family in (socket.AF_INET, getattr(socket, "AF_UNIX", socket.AF_INET)):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM):
            return
    raise PermissionError


def _program(_: dict[str, Any]) -> None:
    pid = os.posix_spawn(sys.executable, [sys.executable, "-V"], {}, file_actions=_QUIET) if _POSIX else 0
    if pid:
        os.waitpid(pid, 0)


_POSIX = hasattr(os, "posix_spawn")
_QUIET = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)] if _POSIX else []


def _process(_: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _signal(targets: dict[str, Any]) -> None:
    if sys.platform == "win32":  # There, 0 is Ctrl-C, and would end the tutor itself.
        return
    for pid in targets["processes"]:
        with contextlib.suppress(PermissionError):
            os.kill(pid, getattr(signal, "SIGCONT", 0) and 0)
            return
    raise PermissionError


def _control(targets: dict[str, Any]) -> None:
    """Look at the limits of another process, which is the right to change them."""
    import resource

    for pid in targets["processes"]:
        with contextlib.suppress(PermissionError):
            resource.prlimit(pid, resource.RLIMIT_NOFILE)
            return
    raise PermissionError


def _powers(_: dict[str, Any]) -> None:
    if sys.platform == "win32":
        return
    if identity.capabilities() == 0 if sys.platform == "linux" else os.geteuid() != 0:
        raise PermissionError


def _names(targets: dict[str, Any]) -> None:
    os.stat(targets["lesson"])  # noqa: PTH116 - the very call that is to be refused.


_ATTACKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "lessons": lambda targets: _read(targets["lesson"]),
    "progress": lambda targets: _read(targets["progress"]),
    "home": lambda targets: _read(targets["home"]),
    "writing": _write,
    "rights": _change,
    "network": _connect,
    "programs": _program,
    "processes": _process,
    "signals": _signal,
    "control": _control,
    "root": _powers,
    "names": _names,
}
