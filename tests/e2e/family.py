"""The processes a program started, read from /proc: who is left, how much memory each holds."""

from __future__ import annotations

import time
from pathlib import Path

PROC = Path("/proc")
READABLE = (PROC / "self" / "stat").exists()
"""Whether this system has /proc at all."""


def descendants(pid: int) -> set[int]:
    """Every live process below `pid`, itself left out."""
    parents = {child: parent for child in _pids() if (parent := _parent(child)) is not None}
    family: set[int] = set()
    wave = {pid}
    while wave:
        wave = {child for child, parent in parents.items() if parent in wave} - family
        family |= wave
    return family


def resident_mb(pid: int) -> float:
    """Resident memory in MiB; 0 for a process that is gone."""
    for line in _read(pid, "status").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def left(pids: set[int], seconds: float = 5.0) -> set[int]:
    """Those of `pids` that are still running after at most `seconds`."""
    end = time.monotonic() + seconds
    while (alive := {pid for pid in pids if _parent(pid) is not None}) and time.monotonic() < end:
        time.sleep(0.02)
    return alive


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int | None:
    """The parent's pid; None for a process that is gone or a zombie."""
    # The name between parentheses may itself hold spaces and parentheses.
    state, parent, *_ = _read(pid, "stat").rpartition(")")[2].split() or ["Z", "0"]
    return None if state in "ZX" else int(parent)


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text(errors="replace")
    except OSError:
        return ""
