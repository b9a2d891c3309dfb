"""The installed command, run as a program runs it: pipes, no terminal, folders of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TUTOR = str(Path(sys.executable).with_name("tutor"))


def tutor(*arguments: str, said: str = "", seconds: float = 60.0, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `tutor` with `said` on its stdin."""
    return subprocess.run(
        [TUTOR, *arguments],
        input=said,
        env={**os.environ, "TERM": "dumb", "NO_COLOR": "1", **env},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
