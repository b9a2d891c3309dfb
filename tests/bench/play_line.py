"""One line in a play session, which keeps its names from line to line, beside a warm Jupyter kernel."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.kernel import warm_kernel
from tests.bench.table import Row, quantile
from tests.bench.turns import in_turns, ratio
from tests.bench.warm import Warm
from tutor.sandbox.play import Play

TIMES = 300
WARM = 20
GIVEN = "x = torch.arange(1., 36.).reshape(5, 7)"
LINE = "x.sum(dim=0)"


def measure(folder: Path) -> Iterator[Row]:
    """p50 of the line, and how many times as long as the kernel's."""
    with Warm() as warm, warm_kernel(folder, GIVEN) as kernel:
        play = warm.ask(warm.sandbox.play(GIVEN))
        contenders = {"ours": lambda: warm.ask(ran(play)), "kernel": lambda: kernel(LINE)}
        in_turns(contenders, WARM)
        taken = in_turns(contenders, TIMES)
        alone = [warm.ask(ran(play)) for _ in range(TIMES)]
    ours, theirs = taken["ours"], taken["kernel"]
    note = f"`{LINE}`, {TIMES} turns with the kernel; line after line without it: {quantile(alone, 0.5) * 1000:.2f} ms"
    yield Row("one line in a play session, p50", quantile(ours, 0.5) * 1000, 1, " ms", note)
    note = f"the kernel: p50 {quantile(theirs, 0.5) * 1000:.1f} ms; the median turn"
    yield Row("one line in a play session / a warm Jupyter kernel's `execute`", ratio(ours, theirs), 1, "x", note)


async def ran(play: Play) -> float:
    """The seconds of the line."""
    begun = time.perf_counter()
    outcome = await play.run(LINE)
    seconds = time.perf_counter() - begun
    assert outcome.observed["_"].shape == (7,), outcome
    return seconds
