"""From a key to the first byte of its repaint, while torch is being imported beside the screen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests.bench.table import Row, quantile
from tests.e2e.family import descendants, left, resident_mb
from tests.e2e.learner import Learner
from tests.e2e.terminal import Terminal

WANTED = 150
PAUSE = 0.03
STILL = 0.4
"""Seconds without growth after which an import has ended."""


def measure(folder: Path) -> Iterator[Row]:
    """p95 over several starts, counting only keys pressed while the import was going on."""
    times: list[float] = []
    for start in range(12):
        if len(times) < WANTED:
            learner = Learner(folder / str(start))
            with learner.start() as terminal:
                times += during_import(terminal)
                family = descendants(terminal.process.pid)
            left(family)
    assert times, "torch was never seen to be imported"
    note = f"p50 {quantile(times, 0.5) * 1000:.1f} ms, {len(times)} keys, up and down the course map"
    yield Row("key to repaint while torch is imported, p95", quantile(times, 0.95) * 1000, 20, " ms", note)


def during_import(terminal: Terminal) -> list[float]:
    """The time of each key from the first frame to the end of the import."""
    terminal.wait_for("Reductions")
    terminal.settle(0.05, 1.0)
    times, most, grew = [], 0.0, time.monotonic()
    for key in cycle(("down", "up")):
        begun = time.perf_counter()
        terminal.press(key)
        data = terminal.read(1.0)
        times.append(time.perf_counter() - begun)
        terminal.draw(data)
        terminal.settle(PAUSE, 0.5)
        now = max((resident_mb(pid) for pid in descendants(terminal.process.pid)), default=0.0)
        if now > most + 1:
            most, grew = now, time.monotonic()
        if time.monotonic() - grew > STILL:
            break
    return times[: -int(STILL / PAUSE) or None] if most > 100 else []
