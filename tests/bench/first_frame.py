"""From starting the process to the first frame, against the smallest Textual app, taken in turns."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.table import Row
from tests.e2e.family import descendants, left
from tests.e2e.learner import Learner
from tests.e2e.terminal import Terminal

TURNS = 16
BARE = [sys.executable, str(Path(__file__).parents[1] / "e2e" / "bare_app.py")]


def measure(folder: Path) -> Iterator[Row]:
    """Ratios of the medians, for somebody new and for somebody who comes back. The first turn fills caches."""
    new, back = Learner(folder / "new"), Learner(folder / "back")
    back.stand_at("reductions", "sum-dim-0")
    turns = [(until(Terminal(BARE), "hello"), until(new.start(), "Reductions"), until(back.start(), "sum-dim-0"))
             for _ in range(TURNS + 1)]  # fmt: skip
    bare, home, question = (median(times) for times in zip(*turns[1:], strict=True))
    for name, ours in (("the course", home), ("the question left off", question)):
        note = f"{ours * 1000:.0f} ms against {bare * 1000:.0f} ms, medians of {TURNS} in turns"
        yield Row(f"first frame of `tutor start`, {name} / bare Textual app", ours / bare, 1.25, "x", note)


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
