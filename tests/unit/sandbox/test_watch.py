"""What is counted from outside, where the kernel does not count."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tutor.sandbox.attempt import conclude, watched
from tutor.sandbox.child import Child
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import Layers
from tutor.sandbox.protocol import Limits, Request

THREADS = """
import threading, time
threading.stack_size(64 << 10)
while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
"""
LIMITS = Limits(seconds=5, memory_mb=100, gpu_memory_mb=300, tasks=10)


class Counted(Child):
    """A child that is what it is said to be, and does nothing for ever."""

    def __init__(self, **counts: int | None) -> None:
        super().__init__()
        self.counts = {"crowd": 0, "tasks": 1, "resident": 50 << 20, "on_gpu": None, **counts}

    def crowd(self) -> int:
        return self.counts["crowd"] or 0

    def tasks(self) -> int:
        return self.counts["tasks"] or 0

    def resident(self) -> int | None:
        return self.counts["resident"]

    def on_gpu(self) -> int | None:
        return self.counts["on_gpu"]

    def kill(self) -> None:
        self.on_exit(-9)

    async def drain(self) -> None:
        pass


async def ended(child: Counted, *, gpu: bool = False, **later: int | None) -> tuple[str, str]:
    """How a run of `child` ends when it counts as `later` says once it works."""
    asyncio.get_running_loop().call_soon(child.counts.update, later)
    frame = await watched(child, child.frame(), LIMITS, gpu=gpu)
    outcome = await conclude(child, frame, LIMITS, 0.0)
    return outcome.status, outcome.note


@pytest.mark.parametrize(
    ("later", "status", "note"),
    [
        ({"crowd": 9}, "killed", "Stopped: it started too many processes."),
        ({"tasks": 11}, "killed", "Stopped: it started too many threads."),
        ({"resident": 151 << 20}, "memory", "Stopped: it asked for more memory than the limit of 100 MiB."),
    ],
)
async def test_what_goes_over_a_count_is_ended_and_named(later, status, note):
    assert await ended(Counted(), **later) == (status, note)


async def test_a_gpu_has_a_limit_of_its_own_and_needs_more_of_ordinary_memory():
    note = "Stopped: it asked for more of the GPU's memory than the limit of 300 MiB."
    assert await ended(Counted(), gpu=True, on_gpu=301 << 20, resident=4000 << 20) == ("memory", note)


@pytest.mark.parametrize(
    "later", [{"crowd": 8, "tasks": 10, "resident": 149 << 20}, {"resident": None, "on_gpu": 1 << 40}]
)
async def test_what_stays_within_runs_on(later):
    child = Counted()
    child.counts.update(later)
    running = asyncio.ensure_future(ended(child, **later))
    await asyncio.sleep(0.15)
    assert not child.stopped
    child.stop("closed")
    assert (await running)[0] == "killed"


async def test_memory_is_counted_from_the_first_work_of_a_session():
    child = Counted()
    child.held = 0
    assert (await ended(child, resident=101 << 20))[0] == "memory"


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@linux
@pytest.mark.asyncio(loop_scope="session")
async def test_threads_without_end_are_counted_where_the_kernel_does_not(unfenced):
    outcome = await unfenced.run(Request(code=THREADS, limits=Limits(seconds=8)))
    assert (outcome.status, outcome.note) == ("killed", "Stopped: it started too many threads.")
    assert outcome.seconds < 4


@linux
@pytest.mark.parametrize("identity", ["user", "capabilities"])
async def test_each_way_of_giving_up_root_bounds_threads(identity):
    """Another user's threads are counted by the kernel, root's number's from outside: one of them speaks first."""
    layers = Layers(box=False, identity=identity)
    async with Sandbox(layers=layers) as sandbox:
        if sandbox._source.identity != identity and (await sandbox.facts())["identity"] != identity:
            pytest.skip("needs to be root to give it up")
        try:
            outcome = await sandbox.run(Request(code=THREADS, limits=Limits(seconds=8)))
        except OSError:
            pytest.skip("another user cannot read this Python")
        assert outcome.seconds < 4
        if outcome.error and outcome.error.type in ("ModuleNotFoundError", "PermissionError"):
            pytest.skip("another user cannot read this Python")
        if identity == "capabilities":
            assert outcome.note == "Stopped: it started too many threads."
        else:
            assert outcome.error is not None and "can't start new thread" in outcome.error.message


@linux
async def test_a_child_can_be_counted(unfenced):
    play = await unfenced.play("import threading, time")
    child = play._child
    assert child.tasks() == 1 and child.crowd() == 0
    before = child.resident()
    assert before is not None and before > 0
    await play.run("x = torch.ones(32 << 20)\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()")
    assert child.resident() - before > 100 << 20
    assert child.tasks() == 2
    await play.close()


test_a_child_can_be_counted = pytest.mark.asyncio(loop_scope="session")(test_a_child_can_be_counted)
