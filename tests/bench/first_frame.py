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
    turns: list[tuple[float, ...]] = []
    for _ in range(TURNS + 1):
        (bare,) = until(Terminal(BARE), "hello")
        (home,) = until(new.start(), "Reductions")
        turns.append((bare, home, *until(back.start(), "Reductions", "What is the shape of")))
    bare, home, back_again, question = (median(times) * 1000 for times in zip(*turns[1:], strict=True))
    yield row("the course map", home, bare)
    yield row("coming back", back_again, bare, f"; the question is there after {question:.0f} ms")


def row(what: str, ours: float, bare: float, more: str = "") -> Row:
    """A first frame against the bare app's."""
    note = f"{ours:.0f} ms against {bare:.0f} ms, medians of {TURNS} in turns{more}"
    return Row(f"first frame of `tutor start` / bare Textual app, {what}", ours / bare, 1.25, "x", note)


def until(terminal: Terminal, *wanted: str) -> list[float]:
    """Seconds from the start to the bytes that put each text on the screen; then the program is ended."""
    times = []
    with terminal:
        for text in wanted:
            came = time.perf_counter()
            while text not in terminal.text:
                data = terminal.read(10.0)
                came = time.perf_counter()
                if not data:
                    raise AssertionError(f"never saw {text!r}; the screen:\n{terminal.text}")
                terminal.draw(data)
            times.append(came - terminal.started)
        family = descendants(terminal.process.pid)
    left(family)
    return times
