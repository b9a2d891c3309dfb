"""From a key to the first byte of its repaint, while torch is being imported beside the screen."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests.bench.first_frame import BARE
from tests.bench.table import Row, quantile
from tests.e2e.family import descendants, left, resident_mb
from tests.e2e.learner import Learner
from tests.e2e.terminal import Terminal

WANTED = 150
STARTS = 12
PAUSE = 0.03
STILL = 0.4
"""Seconds without growth after which an import has ended."""


def measure(folder: Path) -> Iterator[Row]:
    """p95 over several starts, counting only keys pressed while the import was going on; so too with a bare app."""
    ours: list[float] = []
    bare: list[float] = []
    for start in range(STARTS):
        if len(ours) < WANTED:
            ours += ours_during_import(Learner(folder / str(start)))
            bare += bare_during_import()
    assert ours, "torch was never seen to be imported"
    p50, beside = quantile(ours, 0.5) * 1000, quantile(bare, 0.95) * 1000
    note = f"p50 {p50:.1f} ms, {len(ours)} keys; a bare app beside the same import: p95 {beside:.1f} ms"
    yield Row("key to repaint while torch is imported, p95", quantile(ours, 0.95) * 1000, 20, " ms", note)


def ours_during_import(learner: Learner) -> list[float]:
    """The time of each key from the first frame to the end of the import in our own child."""
    with learner.start() as terminal:
        terminal.wait_for("Reductions")
        terminal.settle(0.05, 1.0)
        times, most, grew = [], 0.0, time.monotonic()
        for key in cycle(("down", "up")):
            times.append(answered(terminal, key))
            family = descendants(terminal.process.pid)
            now = max((resident_mb(pid) for pid in family), default=0.0)
            if now > most + 1:
                most, grew = now, time.monotonic()
            if time.monotonic() - grew > STILL:
                break
    left(family)
    return times[: -int(STILL / PAUSE) or None] if most > 100 else []


def bare_during_import() -> list[float]:
    """The same for the smallest app, with the import in a process beside it."""
    with Terminal(BARE) as terminal:
        terminal.wait_for("hello")
        terminal.settle(0.05, 1.0)
        beside = subprocess.Popen([sys.executable, "-c", "import torch"])
        times = []
        for key in cycle("ab"):
            times.append(answered(terminal, key))
            if beside.poll() is not None:
                return times
    return []


def answered(terminal: Terminal, key: str) -> float:
    """Seconds from a key to the first byte of what it changed; then a pause, as people make."""
    begun = time.perf_counter()
    terminal.press(key)
    data = terminal.read(1.0)
    seconds = time.perf_counter() - begun
    terminal.draw(data)
    terminal.settle(PAUSE, 0.5)
    return seconds
