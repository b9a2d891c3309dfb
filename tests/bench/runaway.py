"""Snippets that do not end, do not stop printing or ask for a terabyte, given as answers on the full screen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.table import Row, quantile
from tests.e2e.family import descendants, left, resident_mb
from tests.e2e.learner import Learner
from tests.e2e.terminal import Terminal
from tutor.grade.code import SECONDS
from tutor.lesson.catalog import Catalog
from tutor.lesson.model import Write


@dataclass(frozen=True)
class Snippet:
    """Code that is over a limit, and the word the verdict must say."""

    name: str
    code: str
    word: str


SNIPPETS = (
    Snippet("endless loop", "while True:\n    pass", "time"),
    Snippet("endless print", "while True:\n    print('x' * 1000)", "MiB"),
    Snippet("`torch.ones(10**12)`", "huge = torch.ones(10**12)", "memory"),
)


@dataclass(frozen=True)
class Course:
    """What one snippet did to the screen."""

    seconds: float
    keys: list[float]
    grew_mb: float
    left: int


def measure(folder: Path) -> Iterator[Row]:
    """Time to the verdict, growth of the screen's process, keys meanwhile, processes left."""
    runs = {snippet.name: run(folder / str(n), snippet) for n, snippet in enumerate(SNIPPETS)}
    for name, course in runs.items():
        yield Row(f"{name}: to the verdict", course.seconds, SECONDS + 1, " s", f"the limit is {SECONDS:g} s")
    keys = [key for course in runs.values() for key in course.keys]
    note = f"p50 {quantile(keys, 0.5) * 1000:.1f} ms, {len(keys)} keys"
    yield Row("key to repaint while they run, p95", quantile(keys, 0.95) * 1000, 20, " ms", note)
    yield Row("growth of the screen's process", max(course.grew_mb for course in runs.values()), 50, " MB", "the most")
    yield Row("processes left after quitting", sum(course.left for course in runs.values()), 0, "", "of all three")


def run(folder: Path, snippet: Snippet) -> Course:
    """Give the snippet as the answer to a question and watch."""
    learner = Learner(folder)
    question = next(q for q in Catalog.open().lesson("reductions").lesson.questions if isinstance(q, Write))
    learner.stand_at("reductions", question.id, snippet.code)
    with learner.start("reductions") as terminal:
        terminal.wait_for(snippet.code.splitlines()[0])
        ready(terminal)
        before = resident_mb(terminal.process.pid)
        begun = time.monotonic()
        terminal.press("f5")
        keys = until_stopped(terminal, begun + SECONDS + 30)
        seconds = time.monotonic() - begun
        assert snippet.word in terminal.settle(), terminal.text
        grew = resident_mb(terminal.process.pid) - before
        family = descendants(terminal.process.pid)
        terminal.press("ctrl+q")
        terminal.wait()
    return Course(seconds, keys, grew, len(left(family)))


def ready(terminal: Terminal) -> None:
    """Wait until the children have been started and nothing moves any more."""
    end = time.monotonic() + 30
    sizes = [0.0]
    while time.monotonic() < end and not (len(sizes) > 8 and sizes[-1] > 100 and max(sizes[-8:]) - sizes[-8] < 1):
        terminal.settle(0.1, 0.2)
        sizes.append(sum(resident_mb(pid) for pid in descendants(terminal.process.pid)))


def until_stopped(terminal: Terminal, end: float) -> list[float]:
    """Move the cursor about until the verdict says that the snippet was stopped; how long each key took."""
    keys: list[float] = []
    while "Stopped" not in terminal.text and time.monotonic() < end:
        begun = time.perf_counter()
        terminal.press("left" if len(keys) % 2 else "right")
        if data := terminal.read(1.0):
            keys.append(time.perf_counter() - begun)
            terminal.draw(data)
        terminal.settle(0.05, 0.2)
    return keys
