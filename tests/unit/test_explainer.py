"""Errors explained with the sandbox: repairs are tried in the learner's own program, wherever the error came from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from tutor.examiner import Examiner
from tutor.explainer import FURTHER, PAST, account, chosen, failure, reach
from tutor.grade.account import Account
from tutor.grade.explain.explanation import Edit, Place, Repair
from tutor.lesson.model import Function, Lesson, LessonFile, Write
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Call, Calls, Failure, Limits, Line, Outcome, Request


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox():
    async with Sandbox() as running:
        yield running


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told(sandbox: Sandbox, request: Request) -> tuple[Outcome, Account]:
    outcome = await sandbox.run(request)
    return outcome, await account(sandbox, request, outcome)


async def test_a_repair_is_run_after_what_was_given(sandbox):
    request = Request(setup="w = torch.ones(4, 5)", code="x = torch.ones(2, 5)\ny = x @ w", trace=True)
    _, found = await told(sandbox, request)
    assert found.explanation is not None and found.explanation.rule == "matmul-inner"
    assert [repair.code for repair in found.explanation.repairs] == ["y = x @ w.T"]
    assert found.text().endswith("RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x5 and 4x5)")
    assert [line.name for line in found.lines] == ["x"]


async def test_a_repair_that_does_not_run_is_not_shown(sandbox):
    odd = "class Odd(torch.Tensor):\n    @property\n    def T(self): raise ValueError('no')\n"
    code = odd + "x, w = torch.ones(2, 5), torch.ones(4, 5).as_subclass(Odd)\ny = x @ w"
    _, found = await told(sandbox, Request(code=code, trace=True))
    assert found.explanation is not None and found.explanation.rule == "matmul-inner"
    assert found.repairs() == [] and "w.T" not in found.text()


async def test_what_a_function_does_wrong_when_it_is_called_is_explained_there(sandbox):
    code = "def score(q, k):\n    return q @ k"
    calls = Calls(function="score", inputs=("(torch.ones(2, 5), torch.ones(3, 5))",), count=2)
    outcome, found = await told(sandbox, Request(code=code, calls=calls, trace=True))
    assert outcome.error is None and failure(outcome) is not None
    assert found.explanation is not None and found.explanation.first.startswith("`q` (2, 5) @ `k` (3, 5)")
    assert [repair.code for repair in found.explanation.repairs] == ["return q @ k.T"]


async def test_slow_code_is_not_run_again_and_its_error_is_explained_all_the_same(sandbox):
    request = Request(code="y = torch.ones(2, 5) @ torch.ones(4, 5)", trace=True)
    outcome = replace(await sandbox.run(request), seconds=60.0)
    found = await account(sandbox, request, outcome)
    assert found.explanation is not None and found.explanation.repairs == ()


async def test_what_has_no_explanation_is_left_as_it_is(sandbox):
    for code in ("raise ValueError('mine')", "x = 1", "while True: pass", "import os; os._exit(3)"):
        request = Request(code=code, trace=True, limits=Limits(seconds=0.5))
        _, found = await told(sandbox, request)
        assert found.explanation is None and found.repairs() == [] and found.text() == ""


async def test_a_verdict_carries_it(sandbox):
    examiner = Examiner(sandbox)
    scores = Function(
        id="scores",
        function="Multiply each row of `q` with each row of `k`.",
        solution="def scores(q, k):\n    return q @ k.T",
        inputs=("(torch.rand(2, 5), torch.rand(3, 5))",),
    )
    total = Write(id="total", write="Add up x.", given="x = torch.ones(2, 3)", solution="total = x.sum()")
    lesson = Lesson(format="1", lesson="L", goal="G", questions=(scores, total))
    file = LessonFile(Path("l.yaml"), "l", lesson)
    verdict = await examiner.judge(file, scores, "def scores(q, k):\n    return q @ k")
    assert verdict.result == "wrong" and verdict.account.explanation is not None
    assert any("inner sizes 5 and 3 differ" in line for line in verdict.said())
    assert not any("k.T" in line for line in verdict.said()), "a repair may be the answer: it comes on demand"
    assert any("k.T" in line for line in verdict.more())
    right = await examiner.judge(file, total, "total = x.sum()")
    assert right.passed and right.account.explanation is None
    assert [(line.name, line.shape) for line in right.account.lines] == [("total", ())]


async def test_getting_past_the_place_is_what_counts():
    repair = Repair("b", "", (Edit(Place(3, 0, 3, 1), "b\nb"),))
    failed = Outcome(status="error", error=Failure(type="E", message="m", line=3))

    def after(line: int, lines: tuple[int, ...] = ()) -> Outcome:
        made = tuple(Line(line=n, name="") for n in lines)
        return Outcome(status="error", error=Failure(type="E", message="m", line=line), lines=made)

    assert reach(failed, Outcome(status="ok"), repair) == reach(failed, Outcome(status="timeout"), repair) == PAST
    assert reach(failed, Outcome(status="memory"), repair) == reach(failed, Outcome(status="killed"), repair) == 0
    assert reach(failed, after(3), repair) == reach(failed, after(4), repair) == 0
    assert reach(failed, after(5), repair) == PAST, "further on, counted as before the repair grew"
    assert reach(failed, after(1), repair) == 0 and reach(failed, after(1, (4,)), repair) == PAST
    called = Outcome(status="ok", calls=(Call(inputs=(), failure=Failure(type="E", message="m", line=3)),))
    assert reach(called, Outcome(status="ok"), repair) == PAST and reach(called, called, repair) == 0


async def test_of_two_faults_in_one_line_the_first_is_repaired_where_nothing_gets_past_the_line(sandbox):
    code = "x, w, t = torch.ones(2, 5), torch.ones(4, 5), torch.ones(9)\ny = torch.relu(x @ w) + t"
    _, found = await told(sandbox, Request(code=code, trace=True))
    assert found.explanation is not None and found.explanation.rule == "matmul-inner"
    assert [repair.code for repair in found.explanation.repairs] == ["y = torch.relu(x @ w.T) + t"]
    one, two, three = (Repair(name) for name in "abc")
    assert chosen((one, two, three), (FURTHER, PAST, 0)) == (two,)
    assert chosen((one, two, three), (0, FURTHER, FURTHER)) == (two,) and chosen((one,), (0,)) == ()
