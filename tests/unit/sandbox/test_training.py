"""Training loops in any spelling: what is noted of them, that it changes nothing, and what is said of wrong ones."""

from __future__ import annotations

import pytest
import torch
from torch.optim.optimizer import _global_optimizer_post_hooks, _global_optimizer_pre_hooks

from tests.unit.sandbox.loops import ACCUMULATED, BATCHES, GIVEN, RIGHT, SCORED, SOLUTION, WRONG
from tutor.grade.training import judge
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import EVENTS_MOST, Calls, Event, Outcome, Request
from tutor.sandbox.training.recorder import Recorder

pytestmark = pytest.mark.asyncio(loop_scope="session")

_REFERENCES: dict[str, tuple[Event, ...]] = {}


async def ran(sandbox: Sandbox, code: str, **rest: object) -> Outcome:
    return await sandbox.run(Request(**{"setup": GIVEN, "training": True, "code": code, **rest}))  # type: ignore[arg-type]


async def expected(sandbox: Sandbox, solution: str) -> tuple[Event, ...]:
    if solution not in _REFERENCES:
        _REFERENCES[solution] = (await ran(sandbox, solution)).events
    return _REFERENCES[solution]


@pytest.mark.parametrize("name", RIGHT)
async def test_a_right_loop_in_any_spelling_has_no_findings(sandbox, name):
    outcome = await ran(sandbox, RIGHT[name])
    assert (outcome.status, outcome.error) == ("ok", None)
    assert judge(outcome.events, await expected(sandbox, SOLUTION)) == ()
    assert all(e.fresh for e in outcome.events)


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_loop_is_told_what_is_wrong_from_which_step_on(sandbox, name):
    wrong = WRONG[name]
    outcome = await ran(sandbox, wrong.code)
    assert outcome.status == ("error" if wrong.fails else "ok"), outcome.error
    found = judge(outcome.events, await expected(sandbox, wrong.solution), ended=outcome.status == "ok")
    assert tuple(f.kind for f in found) == wrong.kinds
    assert (found[0].step, found[0].line) == (wrong.step, wrong.line)
    assert wrong.said in found[0].sentence


@pytest.mark.parametrize("solution", [SOLUTION, SCORED, ACCUMULATED, BATCHES])
async def test_a_solution_has_nothing_wrong(sandbox, solution):
    assert judge(await expected(sandbox, solution), await expected(sandbox, solution)) == ()


async def test_the_events_of_one_round(sandbox):
    outcome = await ran(sandbox, SOLUTION)
    made = [(e.kind, e.line, e.name) for e in outcome.events]
    assert made[:5] == [
        ("zero_grad", 3, "SGD"),
        ("forward", 4, "Sequential"),
        ("loss", 4, "mse_loss"),
        ("backward", 5, "backward"),
        ("step", 6, "SGD"),
    ]
    assert len(made) == 15
    losses = [e.value for e in outcome.events if e.kind == "loss"]
    assert losses[0] > losses[1] > losses[2] > 0


async def test_nothing_is_noted_unless_asked(sandbox):
    assert (await ran(sandbox, SOLUTION, training=False)).events == ()


async def test_a_function_is_watched_where_it_is_called_and_an_error_keeps_what_came_before(sandbox):
    code = "def train(net):\n    for i in range(2):\n        net(x).sum().backward()\n"
    observed = await ran(sandbox, code, observe=("train(model)",))
    assert [(e.kind, e.line) for e in observed.events] == [("forward", 3), ("loss", 3), ("backward", 3)] * 2
    called = await ran(sandbox, code, calls=Calls(function="train", inputs=("nn.Linear(3, 1)",), count=2))
    assert [e.fresh for e in called.events if e.kind == "backward"] == [True, False] * 2
    failed = await ran(sandbox, code + "train(model)\n\n1 / 0")
    assert (failed.error.type, failed.error.line) == ("ZeroDivisionError", 6)
    assert len(failed.events) == 6


async def test_errors_and_warnings_keep_their_lines(sandbox):
    code = (
        "w = torch.ones(1, requires_grad=True)\n"
        "v = w * 2\n"
        "v.grad\n"
        "v.grad\n"
        "z = F.mse_loss(torch.ones(3, 1), torch.ones(3))\n"
        "try:\n"
        "    w -= 1\n"
        "except RuntimeError:\n"
        "    pass\n"
        "v.backward(torch.ones(3))\n"
    )
    watched, plain = [await ran(sandbox, code, training=t) for t in (True, False)]
    assert (watched.error.type, watched.error.line) == ("RuntimeError", 10)
    assert watched.error == plain.error
    assert watched.warnings == plain.warnings
    assert [w.line for w in watched.warnings] == [3, 4, 5]


@pytest.mark.parametrize("name", ["the usual one", "gradients set to None one by one", "all by hand"])
async def test_results_are_the_same_to_the_bit(sandbox, name):
    code = RIGHT[name] + "\nvalues = [*model.parameters(), locals().get('w'), F.mse_loss(model(x), y), torch.rand(2)]"
    watched, plain = [await ran(sandbox, code, training=t, observe=("values",)) for t in (True, False)]
    assert watched.tensors == plain.tensors
    assert watched.observed == plain.observed
    assert watched.rng == plain.rng


async def test_dropout_and_adam_draw_the_same(sandbox):
    code = """
net = nn.Sequential(nn.Linear(3, 16), nn.Dropout(0.5), nn.BatchNorm1d(16), nn.Linear(16, 1))
adam = torch.optim.Adam(net.parameters(), lr=0.05)
losses = []
for i in range(50):
    adam.zero_grad()
    loss = F.binary_cross_entropy_with_logits(net(x), (y > 0).float())
    loss.backward()
    adam.step()
    losses.append(loss.item())
"""
    watched, plain = [await ran(sandbox, code, training=t, observe=("losses", "net")) for t in (True, False)]
    assert watched.status == "ok" and len(watched.events) == 250
    assert (watched.tensors, watched.observed, watched.rng) == (plain.tensors, plain.observed, plain.rng)


async def test_only_so_many_events_are_kept(sandbox):
    outcome = await ran(sandbox, SOLUTION.replace("range(3)", "range(500)"))
    assert outcome.status == "ok"
    assert len(outcome.events) == EVENTS_MOST
    assert judge(outcome.events, await expected(sandbox, SOLUTION)) == ()


async def test_a_value_that_is_no_number_is_left_out(sandbox):
    outcome = await ran(sandbox, "w = torch.zeros(1, requires_grad=True)\n(w / 0).sum().backward()")
    assert [e.value for e in outcome.events if e.kind == "loss"] == [None]


async def test_everything_is_put_back():
    def seen() -> list[object]:
        holders = (torch.Tensor, torch.nn.Module, torch.optim.Optimizer, torch.autograd, torch.nn.functional)
        return [dict(vars(holder)) for holder in holders]

    before = seen()
    recorder = Recorder("answer.py")
    assert seen() != before
    recorder.end()
    assert seen() == before
    assert not _global_optimizer_pre_hooks and not _global_optimizer_post_hooks


async def test_tensors_live_no_longer_for_being_looked_at(sandbox):
    code = """
import gc, weakref
net = nn.Linear(3, 1)
own = torch.optim.SGD(net.parameters(), lr=0.1)
F.mse_loss(net(x), y).backward()
own.step()
gone = [weakref.ref(net), weakref.ref(own)]
del net, own
gc.collect()
left = [g() is None for g in gone]
"""
    outcome = await ran(sandbox, code, observe=("left",))
    assert [i.value for i in outcome.observed["left"].items] == [True, True]
