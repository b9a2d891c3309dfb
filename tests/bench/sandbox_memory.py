"""What a child holds of its own beside what it shares with the zygote, read from outside, which takes root."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.table import Row
from tests.bench.warm import Warm
from tutor.sandbox.protocol import Request

TOGETHER = 16
IDLE = 100
TRAIN = """\
net = torch.nn.Sequential(torch.nn.Linear(20, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
adam = torch.optim.Adam(net.parameters(), lr=0.01)
x = torch.randn(256, 20)
y = x.sum(dim=1, keepdim=True)
for step in range(20):
    loss = torch.nn.functional.mse_loss(net(x), y)
    adam.zero_grad()
    loss.backward()
    adam.step()
"""


def measure(folder: Path) -> Iterator[Row]:
    """Children that wait, children that trained, and many of these at once."""
    if os.geteuid() != 0:
        print("left out: only root may see what a child holds", file=sys.stderr)
        return
    with Warm() as warm:
        idle = [mb for _ in range(IDLE // 2) for mb in warm.ask(waited(warm))]
        standing = warm.standing()
        trained = warm.ask(train(warm))
        own = [held(pid, "Private_Dirty") for pid in trained]
        together = sum(held(pid, "Pss") for pid in trained)
        rest = sum(held(pid, "Pss") for pid in {*standing, *warm.waiting()})
    yield of_its_own("that waits for its job", idle, 3)
    yield of_its_own("that trained an MLP with Adam for 20 steps", own, 12)
    note = f"the sum of their PSS; the zygote and two waiting children hold another {rest:.0f} MB"
    yield Row(f"{TOGETHER} children at once, each after that training", together, 400, " MB", note)


def of_its_own(which: str, sizes: list[float], bar: float) -> Row:
    """What the median child holds."""
    note = f"Private_Dirty, the median of {len(sizes)}; the most {max(sizes):.2f} MB"
    return Row(f"memory of a child {which}", median(sizes), bar, " MB", note)


async def waited(warm: Warm) -> list[float]:
    """The children that wait after another was used up."""
    await warm.sandbox.run(Request(code="y = torch.ones(2)"))
    await warm.rest()
    return [held(pid, "Private_Dirty") for pid in warm.waiting()]


async def train(warm: Warm) -> list[int]:
    """Children that are all alive after each has trained."""
    plays = [await warm.sandbox.play() for _ in range(TOGETHER)]
    for play in plays:
        outcome = await play.run(TRAIN)
        assert outcome.status == "ok", outcome
    await warm.rest()
    return [play._child.pid for play in plays]


def held(pid: int, field: str) -> float:
    """One line of the kernel's sums for a process, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024
