"""From an answer to its verdict, once warm: the session, two observations, the judge and the attempt's record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.table import Row, quantile
from tutor.clock import Clock
from tutor.lesson.catalog import Catalog
from tutor.lesson.model import Write
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox
from tutor.session import Session

TIMES = 100
WARM = 5


def measure(folder: Path) -> Iterator[Row]:
    """p50 and p95 of a right one-line answer."""
    times = asyncio.run(answered(folder))
    note = f"{len(times)} answers, a fresh process for each"
    for share, bar in ((0.5, 60), (0.95, 150)):
        name = f"answer to verdict, one line, warm, p{share * 100:.0f}"
        yield Row(name, quantile(times, share) * 1000, bar, " ms", note)


async def answered(folder: Path) -> list[float]:
    """The seconds of each answer."""
    catalog, store = Catalog.open(), Store.open(folder / "progress.db", Clock())
    times = []
    async with Sandbox() as sandbox:
        session = Session.open(catalog, store, sandbox, Clock(), "reductions")
        question = next(q for q in session.file.lesson.questions if isinstance(q, Write) and one_line(q))
        for _ in range(WARM + TIMES):
            session.goto(question.id)
            begun = time.perf_counter()
            verdict = await session.submit(question.solution)
            times.append(time.perf_counter() - begun)
            assert verdict.passed, verdict
    store.close()
    return times[WARM:]


def one_line(question: Write) -> bool:
    """Whether its solution is a single line."""
    return len(question.solution.strip().splitlines()) == 1
