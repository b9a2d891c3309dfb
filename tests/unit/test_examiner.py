"""Answers judged by meaning, with the real sandbox and the real torch."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from tutor.errors import TutorFault
from tutor.examiner import Examiner
from tutor.lesson.model import (
    Fill,
    Fix,
    Function,
    Lesson,
    LessonFile,
    Order,
    PredictError,
    Question,
    Rules,
    Train,
    Write,
    Wrong,
)
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Outcome, Request

GIVEN = "x = torch.arange(1., 36.).reshape(5, 7)\nsquare = torch.arange(9.).reshape(3, 3)"

AVERAGE = Write(
    id="average",
    write="Average every column of `square`.",
    start="avg = square.mean(dim=____)",
    solution="avg = square.mean(dim=0)",
    wrong=(Wrong(answer="avg = square.mean(dim=1)", feedback="That averages each row."),),
)
SIX = Write(id="six", write="Make a tensor of one element, 6.", solution="six = torch.tensor([6])")
RANGES = Function(
    id="ranges",
    function="Largest minus smallest of every column.",
    start="def column_ranges(m):\n    ____",
    solution="def column_ranges(m):\n    return m.amax(dim=0) - m.amin(dim=0)",
    inputs=("torch.rand(1, 3)", "torch.randint(0, 9, (randint(2, 4), randint(2, 5)))", "torch.rand(4, 3)"),
    wrong=(
        Wrong(answer="def column_ranges(m):\n    return m.amax(dim=1) - m.amin(dim=1)", feedback="Those are rows."),
    ),
)
PAIRS = msgspec.structs.replace(
    RANGES,
    wrong=(Wrong(answer="def column_ranges(m):\n    return m.max(dim=0) - m.min(dim=0)", feedback="A pair."),),
)
SOFTMAX = Order(
    id="softmax",
    order="Softmax by hand.",
    given="v = torch.tensor([[1., 2.], [3., 5.]])",
    solution="top = v.max(dim=-1, keepdim=True).values\ne = (v - top).exp()\np = e / e.sum(dim=-1, keepdim=True)",
    distractors=("p = e / e.sum()",),
    observe=("p",),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def examiner():
    sandbox = Sandbox()
    yield Examiner(sandbox)
    await sandbox.close()


pytestmark = pytest.mark.asyncio(loop_scope="module")


def file(*questions: Question) -> LessonFile:
    lesson = Lesson(format=1, lesson="L", goal="G", given=GIVEN, questions=questions)
    return LessonFile(Path("l.yaml"), "l", lesson)


async def judged(examiner: Examiner, question: Question, answer: str):
    return await examiner.judge(file(question), question, answer)


@pytest.mark.parametrize(
    "answer",
    [
        "avg = square.mean(0)",
        "avg = square.mean(dim=0)",
        "avg = torch.mean(square, 0)",
        "avg = square.sum(0) / square.shape[0]",
        "avg = square.T.mean(dim=1)",
        "import torch as t\navg = t.stack([square[:, j].mean() for j in range(3)])",
        "other = 3\navg = torch.einsum('ij->j', square) / other",
        "avg = square.mean(dim=(-2,))",
    ],
)
async def test_every_way_to_say_it_is_right(examiner: Examiner, answer: str) -> None:
    assert (await judged(examiner, AVERAGE, answer)).passed


async def test_the_other_dim_of_a_square_is_wrong_and_told(examiner: Examiner) -> None:
    for answer in ("avg = square.mean(dim=1)", "rows = square.sum(1)\navg = rows / 3"):
        verdict = await judged(examiner, AVERAGE, answer)
        assert (verdict.result, verdict.belief) == ("wrong", "That averages each row.")
        assert verdict.evidence


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("six = torch.tensor(6)", "shape (); it should have (1,)"),
        ("six = torch.tensor([[6]])", "shape (1, 1); it should have (1,)"),
        ("six = torch.tensor([6.])", "dtype float32; it should have int64"),
        ("six = 6", "was asked for"),
        ("six = torch.tensor([7])", "wrong value"),
        ("sixx = torch.tensor([6])", "was never made"),
    ],
)
async def test_rank_dtype_kind_and_value_each_have_a_sentence(examiner: Examiner, answer: str, says: str) -> None:
    verdict = await judged(examiner, SIX, answer)
    assert verdict.result == "wrong"
    assert says in verdict.feedback


@pytest.mark.parametrize(
    "cheat",
    [
        "import os; os._exit(0)",
        "import sys; sys.exit(0)",
        "raise SystemExit",
        "print('✓ Right.')",
        "import atexit; atexit.register(print, 'passed')",
        "torch.equal = torch.allclose = torch.testing.assert_close = lambda *a, **k: True\nsix = torch.tensor([7])",
        "class Same(torch.Tensor):\n    def __eq__(self, o): return True\nsix = torch.tensor([7]).as_subclass(Same)",
        "class Anything:\n    def __eq__(self, other): return True\nsix = Anything()",
        "six = torch.tensor([float('nan')])",
    ],
)
async def test_cheating_is_wrong_and_the_next_answer_is_judged_as_ever(examiner: Examiner, cheat: str) -> None:
    assert (await judged(examiner, SIX, cheat)).result == "wrong"
    assert (await judged(examiner, SIX, "six = torch.tensor([6])")).passed


async def test_a_function_on_inputs_it_never_saw(examiner: Examiner) -> None:
    right = "def column_ranges(m):\n    top, _ = m.max(dim=0)\n    return top - m.min(0).values"
    assert (await judged(examiner, RANGES, right)).passed
    rows = await judged(examiner, RANGES, "def column_ranges(m):\n    return m.max(1).values - m.min(1).values")
    assert rows.belief == "Those are rows."
    constant = await judged(examiner, RANGES, "def column_ranges(m):\n    return torch.zeros(3)")
    assert constant.result == "wrong"
    assert any(line.startswith("input") for line in constant.evidence)
    floats = await judged(examiner, RANGES, "def column_ranges(m):\n    return (m.amax(0) - m.amin(0)).float()")
    assert "dtype" in floats.feedback
    broken = await judged(examiner, RANGES, "def column_ranges(m):\n    return m.nothing")
    assert broken.result == "wrong" and "nothing" in " ".join(broken.said())
    for odd in ("def column_ranges(): return 1", "column_ranges = 3"):
        assert (await judged(examiner, PAIRS, odd)).belief == ""
    assert (await judged(examiner, PAIRS, PAIRS.wrong[0].answer + "\n")).belief == "A pair."
    missing = await judged(examiner, RANGES, "def other(m):\n    return m")
    assert missing.feedback == "`column_ranges` was never made."


async def test_lines_in_any_order_that_works(examiner: Examiner) -> None:
    assert (await judged(examiner, SOFTMAX, SOFTMAX.solution)).passed
    wrong = SOFTMAX.solution.replace("e / e.sum(dim=-1, keepdim=True)", "e / e.sum()")
    assert (await judged(examiner, SOFTMAX, wrong)).result == "wrong"
    backwards = "\n".join(reversed(SOFTMAX.solution.splitlines()))
    assert (await judged(examiner, SOFTMAX, backwards)).headline == "It fails on line 1."
    assert (await judged(examiner, SOFTMAX, "9")).result == "unread"


async def test_a_gap_a_bug_and_a_reason(examiner: Examiner) -> None:
    fill = Fill(id="f", fill="The first three rows.", start="rows = x[:____]", solution="3")
    for answer in ("3", "-2", "1 + 2"):
        assert (await judged(examiner, fill, answer)).passed
    assert not (await judged(examiner, fill, "4")).passed
    fix = Fix(id="b", fix="Mend.", start="z = x - x.mean(dim=1)", solution="z = x - x.mean(dim=1, keepdim=True)")
    assert (await judged(examiner, fix, fix.start)).result == "untouched"
    assert (await judged(examiner, fix, "z = x - x.mean(1)[:, None]")).passed
    reason = PredictError(id="e", error="y = x\ny.sum(dim=2)", options=("no dim 2", "no y"), answer="no dim 2")
    verdict = await judged(examiner, reason, "a")
    assert verdict.passed and verdict.evidence[0].startswith("torch says: line 2: IndexError")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("six = torch.ones(10**12)", "memory"),
        ("while True: print('x' * 1000)", "printed more"),
        ("six = (", "SyntaxError"),
    ],
)
async def test_limits_and_nonsense(examiner: Examiner, answer: str, says: str) -> None:
    assert says in " ".join((await judged(examiner, SIX, answer)).said())


async def test_a_broken_question_is_our_fault(examiner: Examiner) -> None:
    broken = Write(id="b", write="?", solution="y = nowhere")
    verdict = await judged(examiner, broken, "y = 1")
    assert verdict.result == "fault" and "not yours" in verdict.headline


async def test_what_rests_on_the_answers_own_word_is_marked(examiner):
    assert (await judged(examiner, SIX, SIX.solution)).self_reported
    assert not (await judged(examiner, RANGES, RANGES.solution)).self_reported
    watched = msgspec.structs.replace(RANGES, check=("shape", "requires_grad"))
    assert (await judged(examiner, watched, RANGES.solution)).self_reported


BARE = msgspec.structs.replace(AVERAGE, wrong=())
ROWS = "avg = torch.stack([row.mean() for row in square])"


async def test_a_wrong_program_is_told_the_belief_of_the_variant_that_does_the_same(examiner: Examiner) -> None:
    verdict = await judged(examiner, BARE, ROWS)
    assert verdict.result == "wrong"
    assert verdict.belief == "The dimension you name is the one that goes."
    assert verdict.evidence[-1] == "`avg = square.mean(dim=1)` does the same."
    own = await judged(examiner, BARE, "avg = square.mean(dim=1)  # so?")
    assert own.belief == verdict.belief
    assert not any("does the same" in line for line in own.evidence)


async def test_the_authors_words_come_before_any_variants(examiner: Examiner) -> None:
    verdict = await judged(examiner, AVERAGE, ROWS)
    assert verdict.belief == "That averages each row."
    assert not any("does the same" in line for line in verdict.evidence)


async def test_of_what_no_variant_does_nothing_is_believed(examiner: Examiner) -> None:
    for answer in (
        "avg = square.mean(dim=0) * 1.1",
        "avgs = square.mean(dim=0)",
        "avg = (",
        "avg = squares.mean(dim=1)",
    ):
        assert (await judged(examiner, BARE, answer)).belief == ""


async def test_a_function_is_like_a_variant_by_what_it_gives(examiner: Examiner) -> None:
    question = msgspec.structs.replace(RANGES, wrong=())
    whole = await judged(examiner, question, "def column_ranges(m):\n    return m.max() - m.min()")
    assert whole.belief == "Without a dimension everything is taken together into one number."
    pairs = await judged(examiner, question, "def column_ranges(m):\n    return m.max(dim=0) - m.min(dim=0)")
    assert pairs.belief == "With a dimension it gives two things, values and positions."
    silent = await judged(examiner, question, "def column_ranges(m):\n    print(m.amax(dim=0) - m.amin(dim=0))")
    assert silent.belief == "A function that returns nothing gives None."
    assert "amax" not in " ".join(silent.evidence), "the right code is not shown, whatever stands around it"


async def test_a_loop_is_like_a_variant_by_what_is_wrong_with_it(examiner: Examiner) -> None:
    step = "    {}loss = ((net(x) - 1) ** 2).mean()\n    loss.backward()\n    opt.step()\n"
    head = "net = torch.nn.Linear(7, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.01)\n"
    train = Train(
        id="t", train="Two steps.", given=head, solution="for i in range(2):\n" + step.format("opt.zero_grad()\n    ")
    )
    loop = "n = 0\nwhile n < 2:\n    n += 1\n" + step.format("")
    assert "it overwrites nothing" in (await judged(examiner, train, loop)).belief
    thrice = train.solution.replace("(2)", "(5)")
    assert (await judged(examiner, train, thrice)).belief == ""


async def test_the_same_error_has_the_same_belief(examiner: Examiner) -> None:
    fix = Write(id="z", write="Centre.", solution="z = x - x.mean(dim=1, keepdim=True)")
    verdict = await judged(examiner, fix, "means = x.sum(1) / 7\nz = x - means")
    assert verdict.headline == "It fails on line 2."
    assert verdict.belief.startswith("A reduction takes its dimension away")


async def test_programs_of_an_author_are_judged_together(examiner: Examiner) -> None:
    programs = [
        AVERAGE.solution, ROWS, "avg = square.sum(0) / 3", "while True: pass", "avg = nowhere", "avg = (", "",
    ]  # fmt: skip
    assert await examiner.same(file(BARE), BARE, programs) == [True, False, True, False, False, False, False]
    bound = msgspec.structs.replace(BARE, rules=Rules(never=("sum",)))
    assert await examiner.same(file(bound), bound, programs[:3]) == [True, False, False]
    right = "def column_ranges(m):\n    return m.max(0).values - m.min(0).values"
    assert await examiner.same(file(RANGES), RANGES, [right, RANGES.wrong[0].answer]) == [True, False]


async def test_only_what_a_learner_wrote_is_traced(examiner: Examiner, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Request] = []
    run = examiner.sandbox.run

    async def noted(request: Request) -> Outcome:
        seen.append(request)
        return await run(request)

    monkeypatch.setattr(examiner.sandbox, "run", noted)
    answer = "def column_ranges(m):\n    return m.amax(dim=1) - m.amin(dim=1) + 1"
    await examiner.prepare(file(RANGES), RANGES)
    assert (await judged(examiner, RANGES, answer)).result == "wrong"
    traced = [request for request in seen if request.trace]
    assert [request.code for request in traced] == [answer]
    assert {RANGES.solution, answer} <= {request.code for request in seen if not request.trace}


async def test_while_the_learner_reads_the_variants_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Sandbox() as sandbox:
        examiner = Examiner(sandbox)
        await examiner.prepare(file(BARE), BARE)
        rivals = await examiner.likeness.begin(BARE, GIVEN)
        assert {variant.name for variant, _ in rivals.variants} >= {"other-dim", "missing-dim", "add-keepdim"}
        monkeypatch.setattr(sandbox, "series", None)
        assert (await judged(examiner, BARE, ROWS)).belief


async def test_what_is_under_way_when_the_sandbox_closes_starts_nothing_anew() -> None:
    sandbox = Sandbox()
    examiner = Examiner(sandbox)
    await examiner.prepare(file(BARE), BARE)
    under_way = examiner.likeness.begin(BARE, GIVEN)
    await sandbox.close()
    await asyncio.wait([under_way])
    assert sandbox.state == "off"
    with pytest.raises(TutorFault, match="closed"):
        await sandbox.run(Request(code="y = 1"))
    async with sandbox:
        assert (await sandbox.run(Request(code="y = 1"))).status == "ok"
