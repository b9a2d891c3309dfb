"""From starting the process to the first frame, against the smallest Textual app, taken in turns."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.learner import Learner
from tests.bench.table import Row
from tests.e2e.family import descendants, left
from tests.e2e.terminal import Terminal

TURNS = 16
BARE = [sys.executable, str(Path(__file__).parents[1] / "e2e" / "bare_app.py")]


def measure(folder: Path) -> Iterator[Row]:
    """The ratio of the medians. The first turn of each is dropped: it fills caches."""
    learner = Learner(folder)
    bare, tutor = [], []
    for _ in range(TURNS + 1):
        bare.append(until(Terminal(BARE), "hello"))
        tutor.append(until(learner.start(), "Reductions"))
    ours, theirs = median(tutor[1:]), median(bare[1:])
    note = f"{ours * 1000:.0f} ms against {theirs * 1000:.0f} ms, medians of {TURNS} in turns"
    yield Row("first frame of `tutor start` / bare Textual app", ours / theirs, 1.25, "x", note)


def until(terminal: Terminal, wanted: str) -> float:
    """Seconds from the start to the bytes that put the text on the screen; then the program is ended."""
    with terminal:
        while wanted not in terminal.text:
            data = terminal.read(10.0)
            came = time.perf_counter()
            if not data:
                raise AssertionError(f"never saw {wanted!r}; the screen:\n{terminal.text}")
            terminal.draw(data)
        family = descendants(terminal.process.pid)
    left(family)
    return came - terminal.started
