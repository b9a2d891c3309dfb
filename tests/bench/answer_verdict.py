"""From an answer to its verdict, once warm, beside a warm Jupyter kernel and a new Python that run the same code."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.bench.kernel import warm_kernel
from tests.bench.table import Row, quantile
from tests.bench.turns import in_turns, ratio
from tests.bench.warm import Warm
from tutor.clock import Clock
from tutor.lesson.catalog import Catalog
from tutor.lesson.model import Write
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox
from tutor.session import Session

TIMES = 100
WARM = 5


def measure(folder: Path) -> Iterator[Row]:
    """p50 and p95 of a right one-line answer, and how many times as long the others take."""
    with Warm() as warm, closing(Store.open(folder / "progress.db", Clock())) as store:
        session = opened(store, warm.sandbox)
        given, code = session.file.lesson.given, session.question.solution
        with warm_kernel(folder, given) as kernel:
            contenders = {
                "ours": lambda: warm.ask(answered(warm, session, code)),
                "kernel": lambda: kernel(code),
                "anew": lambda: anew(f"import torch\n{given}\n{code}"),
            }
            in_turns(contenders, WARM)
            taken = in_turns(contenders, TIMES)
    yield from rows(taken["ours"], taken["kernel"], taken["anew"])


def rows(ours: list[float], kernel: list[float], anew: list[float]) -> Iterator[Row]:
    """The times themselves, then those of the others in the same turns."""
    note = f"{len(ours)} answers, a fresh confined process for each, the attempt on the disk"
    for share, bar in ((0.5, 25), (0.95, 60)):
        name = f"answer to verdict, one line, warm, p{share * 100:.0f}"
        yield Row(name, quantile(ours, share) * 1000, bar, " ms", note)
    note = f"the kernel: p50 {quantile(kernel, 0.5) * 1000:.1f} ms; the median turn"
    yield Row("answer to verdict / a warm Jupyter kernel's `execute`", ratio(ours, kernel), 3, "x", note)
    note = f"which takes {quantile(anew, 0.5) * 1000:.0f} ms: {ratio(anew, ours):.0f} times as long"
    yield Row("answer to verdict / `python -c 'import torch; ...'`", ratio(ours, anew), 1 / 40, "x", note)


def opened(store: Store, sandbox: Sandbox) -> Session:
    """A session at a question whose solution is a single line."""
    session = Session.open(Catalog.open(), store, sandbox, Clock(), "reductions")
    lines = {q.id: q.solution.strip().splitlines() for q in session.file.lesson.questions if isinstance(q, Write)}
    session.goto(next(question for question, solution in lines.items() if len(solution) == 1))
    return session


async def answered(warm: Warm, session: Session, answer: str) -> float:
    """The seconds of one answer."""
    session.goto(session.question.id)
    await warm.rest()
    begun = time.perf_counter()
    verdict = await session.submit(answer)
    seconds = time.perf_counter() - begun
    assert verdict.passed, verdict
    return seconds


def anew(code: str) -> float:
    """The seconds of a Python that is started for this code alone."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begun
