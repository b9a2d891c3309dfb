"""Bubblewrap around the whole zygote, where it is installed and works: then not even the names of files are seen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from pathlib import Path

from tutor.sandbox.layers import Layers

PATIENCE = 5.0

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone")
_ALONE = ("--unshare-net", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try")


async def prefix(layers: Layers) -> list[str]:
    """What to put before the zygote's command; nothing where there is to be no box, or none that works."""
    found = None if layers.box is False or layers.gpu or sys.platform != "linux" else shutil.which("bwrap")
    if found is None:
        return []
    command = [found, *_options(layers)]
    return command if await _works([*command, sys.executable, "-I", "-S", "-c", ""]) else []


def _options(layers: Layers) -> list[str]:
    # Root needs no namespace of users, and within one could not give up its id for another.
    alone = _ALONE if os.geteuid() == 0 else (*_ALONE, "--unshare-user")
    shown = [part for path in _shown() for part in ("--ro-bind-try", path, path)]
    hidden = [part for path in layers.secrets if _is_shown(path) for part in ("--tmpfs", path)]
    settled = ("--die-with-parent", "--as-pid-1", "--chdir", "/")
    return [*alone, *settled, *shown, *hidden, "--proc", "/proc", "--dev", "/dev"]


def _shown() -> list[str]:
    """Where Python, its packages, the tutor's own code and the system's libraries are."""
    packages = (path for path in sys.path if path.endswith("-packages"))
    ours = str(Path(__file__).resolve().parents[1])
    return list(dict.fromkeys((*_SYSTEM, sys.base_prefix, sys.prefix, *packages, ours)))


def _is_shown(path: str) -> bool:
    real = Path(path).resolve()
    return real.is_dir() and any(Path(shown) in real.parents for shown in _shown())


async def _works(command: list[str]) -> bool:
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=quiet, stdout=quiet, stderr=quiet)
    except OSError:
        return False
    try:
        return await asyncio.wait_for(process.wait(), PATIENCE) == 0
    except asyncio.TimeoutError:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
