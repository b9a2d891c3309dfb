"""What must stay true of the process that all children are forked from, however long it lives."""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.unit.sandbox.test_ends import zygote_of
from tutor.sandbox import start
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Calls, Observation, Outcome, Request, Terms

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

BORN = {
    "torch.cuda.is_initialized()": False,
    "torch.cuda._is_in_bad_fork()": False,
    "gc.isenabled()": True,
    "gc.get_freeze_count() > 100_000": True,
    "len(gc.get_objects()) < 10_000": True,
    "torch.get_num_threads()": 1,
    "threading.active_count()": 1,
}
"""What a child finds, whatever it is then asked to do."""

RUNS = 50
DESCRIPTORS_MOST = 7
"""Three standard streams, the rules on files, the control socket, and the two ends of what wakes it."""
SECRET = secrets.token_hex(16)


async def observed(sandbox: Sandbox, code: str, *expressions: str) -> list[object]:
    outcome = await sandbox.run(Request(code=code, observe=expressions))
    assert outcome.status == "ok", outcome
    return [outcome.observed[e].value for e in expressions]


@dataclass
class Look:
    """What the kernel says of a process."""

    threads: int
    descriptors: int
    shared: list[str]
    environment: dict[str, str]


async def look_at(sandbox: Sandbox) -> Look:
    """As it is between two forks."""
    looks = []
    for _ in range(5):
        await asyncio.sleep(0.02)
        try:
            looks.append(_look(Path(f"/proc/{zygote_of(sandbox)}")))
        except PermissionError:
            pytest.skip("only root may look into a zygote")
    return min(looks, key=lambda look: look.descriptors)


def _look(process: Path) -> Look:
    maps = [line.split() for line in (process / "maps").read_text().splitlines()]
    return Look(
        threads=len(list((process / "task").iterdir())),
        descriptors=len(list((process / "fd").iterdir())),
        shared=[" ".join(entry) for entry in maps if "w" in entry[1] and "s" in entry[1]],
        environment=dict(pair.split("=", 1) for pair in (process / "environ").read_text().split("\0") if pair),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fresh() -> AsyncIterator[Sandbox]:
    """A sandbox that has done nothing yet, started where the environment holds a secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A_SECRET", SECRET)
        async with Sandbox() as running:
            await running.ready()
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def young(fresh: Sandbox) -> Look:
    return await look_at(fresh)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def first_born(fresh: Sandbox, young: Look) -> list[object]:
    return await observed(fresh, "import gc, threading", *BORN)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def warm(fresh: Sandbox, first_born: list[object]) -> Sandbox:
    """The same, once the slow half of torch is imported too."""
    for _ in range(40):
        await asyncio.sleep(0.7)
        if (await observed(fresh, "import sys", "'torch._dynamo' in sys.modules"))[0]:
            return fresh
    raise AssertionError("it was idle, and did not import the rest")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def old(warm: Sandbox) -> Look:
    """After many runs, of which some ended badly."""
    for n in range(RUNS):
        await warm.run(
            Request(code="x = torch.rand(64, 64) @ torch.rand(64, 64)" if n % 5 else "import os; os.abort()")
        )
    return await look_at(warm)


async def test_it_has_one_thread_for_life(young, old):
    assert (young.threads, old.threads) == (1, 1)


async def test_it_shares_no_memory_that_can_be_written(young, old):
    assert (young.shared, old.shared) == ([], [])


async def test_it_holds_few_descriptors_and_never_more(young, old):
    assert old.descriptors <= young.descriptors <= DESCRIPTORS_MOST


async def test_its_environment_is_made_for_it(young):
    # Bubblewrap adds the folder it starts in, which is the root.
    assert young.environment.get("PWD", "/") == "/"
    assert set(young.environment) - {"PWD"} <= set(start.environment("cpu"))
    assert SECRET not in young.environment.values()
    assert "TUTOR_DATA_DIR" in os.environ and "TUTOR_DATA_DIR" not in young.environment


async def test_children_are_born_without_cuda_on_one_thread_and_with_a_frozen_heap(first_born, warm):
    assert dict(zip(BORN, first_born, strict=True)) == BORN
    assert dict(zip(BORN, await observed(warm, "import gc, threading", *BORN), strict=True)) == BORN


CURIOUS = """
import asyncio, os, subprocess, sys
from tutor.sandbox import identity
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import Layers
if os.geteuid() == 0:
    identity.drop("capabilities", 0)  # Whoever may look into everything would learn nothing here.
def readable(pid):
    try:
        return bool(open(f"/proc/{pid}/environ", "rb").read())
    except PermissionError:
        return False
async def main():
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    async with Sandbox(layers=Layers(identity="none", landlock=False, seccomp=False, box=False)) as sandbox:
        await sandbox.ready()
        print(readable(other.pid), readable(sandbox._source._process.pid))
    other.communicate(b"\\n")
asyncio.run(main())
"""


async def test_another_process_of_the_same_user_cannot_look_into_it():
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", CURIOUS], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["True", "False"], done.stderr


SCAN = """
import ctypes
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # Else only root may read even its own memory.
moved_on, back = bytes(range(1, 256)) + bytes(1), {planted!r}
planted = "".join(chr(ord(c) - 1) for c in back)
found = [0 for _ in {needles!r}]
for line in open("/proc/self/maps"):
    span, mode = line.split()[:2]
    start, end = (int(n, 16) for n in span.split("-"))
    if mode.startswith("rw") and "[v" not in line and end - start < 1 << 28:
        with open("/proc/self/mem", "rb") as memory:
            memory.seek(start)
            held = memory.read(end - start).translate(moved_on)
        for i, needle in enumerate({needles!r}):
            found[i] += needle in held
"""


def moved(text: str) -> str:
    """Every letter moved on by one, so that the search does not find itself."""
    return "".join(chr(ord(c) + 1) for c in text)


async def by_run(sandbox: Sandbox, **fields: object) -> None:
    outcome = await sandbox.run(Request(**{"code": "f = str", **fields}))
    assert outcome.status == "ok", outcome


async def by_play(sandbox: Sandbox, secret: str) -> None:
    play = await sandbox.play(f"y = '{secret}'")
    await play.run(f"x = '{secret}'")
    await play.complete(secret)
    await play.close()


async def by_comparing(sandbox: Sandbox, secret: str) -> None:
    seen = Observation(kind="text", value=secret)
    outcome = Outcome(status="ok", observed={"x": seen})
    assert await sandbox.compare(outcome, outcome, Terms()) is None


WAYS = {
    "code": lambda sandbox, it: by_run(sandbox, code=f"x = '{it}'"),
    "setup": lambda sandbox, it: by_run(sandbox, setup=f"x = '{it}'"),
    "what is observed": lambda sandbox, it: by_run(sandbox, observe=(f"'{it}'",)),
    "inputs of calls": lambda sandbox, it: by_run(sandbox, calls=Calls(function="f", inputs=(f"'{it}'",), count=2)),
    "name of a file": lambda sandbox, it: by_run(sandbox, filename=f"{it}.py"),
    "a session": by_play,
    "the judge": by_comparing,
}


async def test_nothing_of_a_job_is_in_the_memory_another_child_is_forked_from(unfenced):
    known = {way: secrets.token_hex(16) for way in WAYS}
    for _ in range(3):
        for way, give in WAYS.items():
            await give(unfenced, known[way])
    planted = secrets.token_hex(16)
    needles = [moved(text).encode() for text in (*known.values(), planted)]
    outcome = await unfenced.run(Request(code=SCAN.format(planted=moved(planted), needles=needles), observe=("found",)))
    *leaked, control = [item.value for item in outcome.observed["found"].items]
    assert dict(zip(WAYS, leaked, strict=True)) == dict.fromkeys(WAYS, 0)
    assert control > 0


COMPUTED = """
net = torch.nn.Sequential(torch.nn.Linear(16, 64), torch.nn.Dropout(0.3), torch.nn.GELU(), torch.nn.Linear(64, 4))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    opt.zero_grad()
    net(torch.randn(32, 16)).square().mean().backward()
    opt.step()
y = [p.detach() for p in net.parameters()] + [torch.nn.Conv2d(3, 4, 3)(torch.randn(2, 3, 9, 9)).detach()]
"""


async def test_two_children_compute_the_same_to_the_bit(sandbox):
    one, two, other = [await sandbox.run(Request(code=COMPUTED, seed=s, observe=("y",))) for s in (5, 5, 6)]
    assert one.status == "ok" and len(one.tensors) > 1000
    assert one.tensors == two.tensors != other.tensors
    assert one.observed == two.observed
