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

TURNS = 24
BARE = [sys.executable, str(Path(__file__).parents[1] / "e2e" / "bare_app.py")]


def measure(folder: Path) -> Iterator[Row]:
    """The median turn's ratio, for somebody new and for somebody who comes back. The first turn fills caches."""
    new, back = Learner(folder / "new"), Learner(folder / "back")
    back.stand_at("reductions", "sum-dim-0")
    turns: list[tuple[float, ...]] = []
    for _ in range(TURNS + 1):
        first = *until(Terminal(BARE), "hello"), *until(new.start(), "Reductions")
        turns.append((*first, *until(back.start(), "Reductions", "What is the shape of")))
    bare, home, again, question = (list(times) for times in zip(*turns[1:], strict=True))
    yield row("the course map", home, bare)
    yield row("coming back", again, bare, f"; the question is there after {median(question) * 1000:.0f} ms")


def row(what: str, ours: list[float], bare: list[float], more: str = "") -> Row:
    """A first frame against the bare app's of the same turn, so that a busy moment burdens both."""
    ratio = median(one / other for one, other in zip(ours, bare, strict=True))
    note = f"{median(ours) * 1000:.0f} ms against {median(bare) * 1000:.0f} ms, medians of {TURNS} turns{more}"
    return Row(f"first frame of `tutor start` / bare Textual app, {what}", ratio, 1.25, "x", note)


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
