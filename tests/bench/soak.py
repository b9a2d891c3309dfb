"""Thousands of attempts in one sandbox, one in ten of them hostile: nothing adds up, and nothing becomes slower."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from tests.bench.table import Row, quantile
from tests.bench.warm import Warm
from tests.e2e.family import descendants, resident_mb
from tutor.sandbox.protocol import Limits, Outcome, Request, Terms

TIMES = 2000
ENDS = 200
"""So many attempts at the beginning are held against as many at the end."""
REST = 2.0
LIMITS = Limits(seconds=0.3)
GIVEN = "data = torch.arange(1, 36, dtype=torch.float32).reshape(5, 7)"
TRAIN = """\
net = torch.nn.Linear(7, 1)
adam = torch.optim.Adam(net.parameters())
for step in range(5):
    loss = net(data).square().mean()
    adam.zero_grad()
    loss.backward()
    adam.step()
y = loss.item()
"""
PLAIN = (
    "y = data.mean(dim=1)",
    "y = data.sum(dim=0, keepdim=True)",
    "print(data)\ny = data @ data.T",
    "y = torch.randn(100, 100)",
    "y = [row.tolist() for row in data]",
    "def f(x):\n    return x - x.amax(dim=-1, keepdim=True)\ny = f(data).exp()",
    "y = data.reshape(7, 4)",
    TRAIN,
    "y = undefined",
)
HOSTILE = (
    "while True: pass",
    "import time; time.sleep(1000)",
    "while True: print('x' * 1000)",
    "import os; os._exit(0)",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "import ctypes; ctypes.string_at(0)",
    "import os; os.closerange(0, 64)",
    "y = torch.ones(10**12)",
    "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1000,)).start()",
    "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'forged' * 1000)\n    except OSError: pass",
)


@dataclass(frozen=True)
class Census:
    """What there is at rest: here, in the zygote and below."""

    processes: int
    descriptors: int
    files: int
    memory_mb: float


def measure(folder: Path) -> Iterator[Row]:
    """What there is more of at the end, and how the times have changed."""
    with own_places(folder), Warm() as warm:
        # Once each, so that what is made once is there: the judge, and what is imported late.
        warm.ask(attempts(warm, 10 * (len(PLAIN) + 1)))
        before = warm.ask(census(warm, folder))
        begun = time.perf_counter()
        times = warm.ask(attempts(warm, TIMES))
        seconds = time.perf_counter() - begun
        after = warm.ask(census(warm, folder))
    yield from grown(before, after, f"after {TIMES} attempts, one in ten hostile, in {seconds:.0f} s")
    first, last = (quantile(some, 0.95) for some in (times[:ENDS], times[-ENDS:]))
    note = f"{last * 1000:.1f} ms against {first * 1000:.1f} ms, of those not hostile"
    yield Row(f"p95 of the last {ENDS} attempts / of the first {ENDS}", last / first, 1.3, "x", note)


def grown(before: Census, after: Census, note: str) -> Iterator[Row]:
    """How much more there is of everything."""
    yield Row("processes more", after.processes - before.processes, 0, "", note)
    yield Row("descriptors more, here and in the zygote", after.descriptors - before.descriptors, 0, "", note)
    yield Row("files more", after.files - before.files, 0, "", "temporary, shared memory, the tutor's own")
    grew = after.memory_mb - before.memory_mb
    yield Row("memory more, here and in the zygote", grew, 20, " MB", f"resident; {before.memory_mb:.0f} MB before")


@contextmanager
def own_places(folder: Path) -> Iterator[None]:
    """Within it, temporary files are made where nobody else makes any."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)


async def attempts(warm: Warm, count: int) -> list[float]:
    """The seconds of each attempt that is not hostile, in order."""
    plain, hostile = cycle(PLAIN), cycle(HOSTILE)
    times = []
    for n in range(count):
        if n % 10 == 9:
            await warm.sandbox.run(Request(code=next(hostile), observe=("y",), limits=LIMITS))
        else:
            begun = time.perf_counter()
            await attempted(warm, next(plain))
            times.append(time.perf_counter() - begun)
    return times


async def attempted(warm: Warm, code: str) -> None:
    """One attempt as an answer is one: run, and compared when it ran."""
    outcome: Outcome = await warm.sandbox.run(Request(setup=GIVEN, code=code, observe=("y",)))
    assert outcome.status in ("ok", "error"), outcome
    if outcome.status == "ok":
        assert await warm.sandbox.compare(outcome, outcome, Terms()) is None


async def census(warm: Warm, folder: Path) -> Census:
    """Counted after a rest."""
    await asyncio.sleep(REST)
    await warm.rest()
    family = descendants(os.getpid())
    ours = [os.getpid(), warm.zygote()]
    return Census(
        processes=len(family),
        descriptors=sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in ours),
        files=sum(len(list(place.rglob("*"))) for place in (folder, Path("/dev/shm"))),
        memory_mb=sum(map(resident_mb, ours)),
    )
