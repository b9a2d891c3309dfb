"""The standard streams, made to take any text."""

from __future__ import annotations

import io
import sys


def forgive() -> None:
    """Have stdout and stderr put `?` for what their encoding lacks: half a character that a snippet or a file name
    holds, or `✓` on a terminal that knows only ASCII, must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
