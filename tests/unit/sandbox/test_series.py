"""Several programs of an author's in one child: each as if it were alone, and none keeps the others waiting."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Calls, Limits, Request, Terms

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIVEN = "x = torch.arange(6.).reshape(2, 3)\nnoise = torch.rand(3)"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["forks", "pool"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with Sandbox(pool=request.param == "pool") as sandbox:
        await sandbox.ready()
        yield sandbox


def asked(code: str = "y = x.sum()", **rest: object) -> Request:
    return Request(code=code, setup=GIVEN, observe=("y", "noise"), **rest)  # type: ignore[arg-type]


async def test_each_does_what_it_does_alone(either: Sandbox) -> None:
    programs = ["y = x + noise", "y = torch.rand(2)", "y = x @ x", "z = 1", "y = torch.ones(40, 40)"]
    together = await either.series(asked(), programs)
    for program, outcome in zip(programs, together, strict=True):
        alone = await either.run(asked(program))
        assert (outcome.status, outcome.error, outcome.rng) == (alone.status, alone.error, alone.rng)
        assert outcome.observed == alone.observed
        if alone.status == "ok":
            assert await either.compare(alone, outcome, Terms(check=("shape", "dtype", "values", "rng"))) is None


async def test_nothing_of_one_is_left_for_the_next(either: Sandbox) -> None:
    programs = [
        "y = x.add_(100)", "left = 1\ntorch.set_default_dtype(torch.float64)", "torch.set_grad_enabled(False)\ny = 1",
        "y = (torch.ones(1, requires_grad=True) * x.sum(), 'left' in dir())",
    ]  # fmt: skip
    last = (await either.series(asked(), programs))[-1].observed["y"]
    assert last.items is not None
    assert (last.items[0].dtype, last.items[0].requires_grad, last.items[0].values) == ("float32", True, [15.0])
    assert last.items[1].value is False


async def test_calls_are_those_of_a_run(either: Sandbox) -> None:
    calls = Calls(function="f", inputs=("torch.rand(2)", "torch.rand(randint(1, 4))"), count=5)
    request = asked("def f(v):\n    return v", calls=calls, draw=7)
    programs = [request.code, "def f(v):\n    return v + 1", "def f(v):\n    v.zero_()\n    return v"]
    same, more, changed = await either.series(request, programs)
    assert same.calls == (await either.run(request)).calls
    assert await either.compare(same, more, Terms()) is not None
    assert [call.changed for call in changed.calls] == [True] * 5


async def test_loops_are_listened_to_one_by_one(either: Sandbox) -> None:
    given = "net = torch.nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)"
    step = "opt.zero_grad()\nnet(torch.ones(1, 2)).sum().backward()\nopt.step()"
    request = Request(code=step, setup=given, training=True)
    first, none, again = await either.series(request, [step, "y = 1", step])
    assert {"zero_grad", "forward", "backward", "step"} <= {event.kind for event in first.events}
    assert none.events == ()
    assert first.events == again.events == (await either.run(request)).events


async def test_programs_that_never_end_get_little_time_for_all_of_them(either: Sandbox) -> None:
    stubborn = "def f():\n    try:\n        while True: pass\n    except BaseException: f()\nf()"
    began = time.monotonic()
    outcomes = await either.series(asked(), ["while True: pass", stubborn, *["while True: pass"] * 8, "y = x"])
    assert [outcome.status for outcome in outcomes] == ["timeout"] * 10 + ["ok"]
    # About a second on a quiet machine; each would run for ten if nothing ended it.
    assert time.monotonic() - began < 10


async def test_what_ends_the_process_leaves_what_was_done(either: Sandbox) -> None:
    outcomes = await either.series(asked(), ["y = 1", "import os\nos._exit(3)", "y = 2"])
    assert [outcome.status for outcome in outcomes] == ["ok", "killed", "killed"]
    assert outcomes[1].note and outcomes[0].observed["y"].value == 1
    some = await either.series(asked(limits=Limits(seconds=0.4)), ["y = 1", *["while True: pass"] * 9])
    assert (some[0].status, some[-1].status) == ("ok", "killed")


async def test_too_much_memory_is_the_end_of_one_only(either: Sandbox) -> None:
    huge, small = await either.series(asked(), ["y = torch.ones(10**12)", "y = 1"])
    assert (huge.status, small.status) == ("memory", "ok")
