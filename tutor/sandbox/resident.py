"""How much memory of its own a process has, asked from outside."""

from __future__ import annotations

import os
from pathlib import Path


def resident(pid: int) -> int | None:
    """Bytes of memory that are the process's own; None where that cannot be told."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (OSError, ValueError):
        return None
    # What is mapped from files is shared by all who use torch.
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
