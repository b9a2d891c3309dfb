"""From nothing to a sandbox that would run an answer at once: torch is imported, the fence made, children forked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.table import Row, quantile
from tutor.sandbox.client import Sandbox

TIMES = 100


def measure(folder: Path) -> Iterator[Row]:
    """The median of many starts; one before them reads torch from the disk."""
    times = [asyncio.run(started()) for _ in range(1 + TIMES)][1:]
    note = f"median of {TIMES} starts, torch in the page cache; p95 {quantile(times, 0.95):.2f} s"
    yield Row("sandbox ready after its start", quantile(times, 0.5), 2, " s", note)


async def started() -> float:
    """The seconds of one start."""
    begun = time.perf_counter()
    async with Sandbox() as sandbox:
        await sandbox.ready()
        return time.perf_counter() - begun
