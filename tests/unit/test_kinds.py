"""Every kind of question with the real sandbox: right in any spelling, wrong with something true, or not read."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from tutor.examiner import Examiner
from tutor.lesson.model import (
    Choice,
    Lesson,
    LessonFile,
    Module,
    Order,
    PredictDevice,
    PredictFails,
    PredictGrad,
    PredictPrints,
    PredictRequiresGrad,
    PredictShape,
    PredictShares,
    Question,
    Trace,
    Write,
    Wrong,
)
from tutor.sandbox.client import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIVEN = "x = torch.arange(6.).reshape(2, 3)\nnet = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())"
TWICE = "w = torch.tensor([1., 2.], requires_grad=True)\n(w * w).sum().backward()\n(w * w).sum().backward()\nw"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def examiner():
    sandbox = Sandbox()
    yield Examiner(sandbox)
    await sandbox.close()


def file(*questions: Question) -> LessonFile:
    return LessonFile(Path("l.yaml"), "l", Lesson(format=1, lesson="L", goal="G", given=GIVEN, questions=questions))


DEVICE = PredictDevice(id="q", device="x.sum()")
RECORDED = PredictRequiresGrad(id="q", requires_grad="net(x)")
GRAD = PredictGrad(
    id="q", grad=TWICE, wrong=(Wrong(gives="2 * torch.tensor([1., 2.])", feedback="It adds to what is there."),)
)
AFTER = PredictGrad(id="q", grad=TWICE, after=2)
BEFORE = PredictGrad(id="q", grad=TWICE, after=1)
SHARES = PredictShares(id="q", shares="x.T, x")
COPIED = PredictShares(id="q", shares="y = x.clone()\n(y, x)")
PRINTS = PredictPrints(id="q", prints="for i in range(2):\n    print(i, 'x')")
FAILS = PredictFails(
    id="q", fails="a = x.sum(dim=1)\nb = x - a\nc = 1", wrong=(Wrong(answer="1", feedback="A sum never fails."),)
)
RUNS = PredictFails(id="q", fails="a = 1")
TRACE = Trace(
    id="q",
    trace="Follow.",
    code="m = x.mean(dim=1, keepdim=True)\nn = 2\nc = x - m",
    wrong=(Wrong(answer="(2,)\n(2, 3)", feedback="keepdim leaves a 1."),),
)
LAYERS = Trace(id="q", trace="Follow.", network="net(x)")
SEVERAL = Choice(
    id="q",
    choice="Which are views?",
    options=("x.T", "x + 0", "x[0]", "x.clone()"),
    answer=("x.T", "x[0]"),
    wrong=(Wrong(answer="x.clone()", feedback="clone is a copy."),),
)
INDENTED = Order(
    id="q", order="Add up.", indent=True, solution="t = 0\nfor i in range(3):\n    t += i\n    last = t\nt = t * 2"
)
LATER = PredictShape(id="q", shape="y = x.sum(dim=0)\ny = y[None]\ny", after=1)

RIGHT = [
    (DEVICE, ("cpu", "'cpu'", 'torch.device("cpu")', "CPU")),
    (RECORDED, ("True", "yes", "Yes.")),
    (GRAD, ("[4, 8]", "tensor([4., 8.])", "4 8")),
    (AFTER, ("[2., 4.]",)),
    (BEFORE, ("None", "none")),
    (SHARES, ("yes", "True", "y")),
    (COPIED, ("no", "False")),
    (PRINTS, ("0 x\n1 x", "0 x  \n1 x\n\n")),
    (FAILS, ("2", "line 2", "Line 2.", "the 2nd line")),
    (RUNS, ("none", "it runs")),
    (TRACE, ("(2, 1)\n(2, 3)", "2 1\n\n2 3", "m: (2, 1)\nc -> 2x3")),
    (LAYERS, ("(2, 4)\n(2, 4)",)),
    (SEVERAL, ("a c", "c, a", "AC", "1 3", "x[0]\nx.T", "[a, c]")),
    (INDENTED, ("t = 0\nfor i in range(3):\n    t += i\n    last = t\nt = t * 2",)),
    (LATER, ("(3,)",)),
]


@pytest.mark.parametrize(("question", "answers"), RIGHT, ids=[f"{n}-{q.kind}" for n, (q, _) in enumerate(RIGHT)])
async def test_right(examiner, question, answers):
    for answer in (*answers, await examiner.answer(file(question), question)):
        verdict = await examiner.judge(file(question), question, answer)
        assert verdict.passed, (answer, verdict)


WRONG = [
    (PredictShape(id="q", shape="x.sum(dim=0)"), "2", "wrong", "what `x.sum(dim=1)` gives"),
    (PredictShape(id="q", shape="x.sum(dim=0)"), "1 3", "wrong", "Without keepdim=True no 1 stays"),
    (DEVICE, "cuda", "wrong", ""),
    (DEVICE, "gpu", "unread", "is not a device"),
    (RECORDED, "no", "wrong", ""),
    (RECORDED, "maybe", "unread", "neither yes nor no"),
    (GRAD, "[2, 4]", "wrong", "It adds to what is there."),
    (GRAD, "None", "wrong", ""),
    (AFTER, "[4, 8]", "wrong", "2 of 2 entries"),
    (BEFORE, "[0, 0]", "wrong", ""),
    (SHARES, "no", "wrong", ""),
    (PRINTS, "1 x\n2 x", "wrong", "Line 1 of the output"),
    (PRINTS, "0 x", "wrong", "more lines"),
    (FAILS, "1", "wrong", "A sum never fails."),
    (FAILS, "3", "wrong", "Line 3 is never reached."),
    (FAILS, "none", "wrong", "One of the lines fails."),
    (FAILS, "b", "unread", "is no line"),
    (RUNS, "1", "wrong", "Every line runs"),
    (TRACE, "(2,)\n(2, 3)", "wrong", "keepdim leaves a 1."),
    (TRACE, "(2, 1)\n(3, 3)", "wrong", "line 2"),
    (TRACE, "(2, 1)", "unread", "2 shapes are asked for"),
    (LAYERS, "(2, 4)\n(2, 3)", "wrong", "layer 2"),
    (SEVERAL, "a", "wrong", "there is more that does"),
    (SEVERAL, "a d", "wrong", "clone is a copy."),
    (SEVERAL, "b", "wrong", "does not hold"),
    (SEVERAL, "a e", "unread", "not one of the answers"),
    (INDENTED, "t = 0\nfor i in range(3):\n    t += i\nlast = t\nt = t * 2", "right", ""),
    (INDENTED, "t = 0\nfor i in range(3):\n    t += i\n    last = t\n    t = t * 2", "wrong", ""),
    (INDENTED, "t = 0\nfor i in range(3):\nt += i\nlast = t\nt = t * 2", "wrong", "fails"),
]


@pytest.mark.parametrize(
    ("question", "answer", "result", "says"), WRONG, ids=[f"{n}-{w[0].kind}" for n, w in enumerate(WRONG)]
)
async def test_wrong_or_unread(examiner, question, answer, result, says):
    verdict = await examiner.judge(file(question), question, answer)
    assert verdict.result == result, verdict
    assert says in "\n".join(verdict.said())


async def test_the_example_of_a_failure_is_small_and_round(examiner):
    from tutor.lesson.model import Function

    question = Function(
        id="q",
        function="Average the rows.",
        solution="def f(a):\n    return a.mean(dim=1)",
        inputs=("torch.randn(randint(1, 9), randint(1, 9))",),
    )
    verdict = await examiner.judge(file(question), question, "def f(a):\n    return a.sum(dim=1) / (a.shape[1] + 1e-3)")
    shown = verdict.evidence[0]
    assert shown.startswith("input  (1, 1) float32"), verdict
    number = float(verdict.evidence[1])
    assert number == int(number) != 0
    assert any("›" in line for line in verdict.evidence)


async def test_an_input_changed_in_place_is_told(examiner):
    question = Write(id="q", write="Double it.", solution="y = x * 2", check=("shape", "values", "inputs", "shares"))
    assert (await examiner.judge(file(question), question, "y = x + x")).passed
    changed = await examiner.judge(file(question), question, "y = x.mul_(2)")
    assert not changed.passed


async def test_random_numbers_used_are_counted_where_asked_for(examiner):
    question = Write(id="q", write="Noise.", solution="y = torch.rand(3) * 0", check=("shape", "values", "rng"))
    assert (await examiner.judge(file(question), question, "y = 0 * torch.rand(3)")).passed
    assert not (await examiner.judge(file(question), question, "y = torch.zeros(3)")).passed


NET = Module(
    id="q",
    module="Two layers.",
    make="Net(3)",
    solution="class Net(torch.nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
    "        self.a = torch.nn.Linear(n, 5)\n        self.b = torch.nn.Linear(5, 1)\n"
    "    def forward(self, x):\n        return self.b(self.a(x).relu())",
    inputs=("torch.randn(randint(1, 4), 3)",),
    check=("shape", "dtype", "values", "inputs", "grad"),
)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            "class Net(torch.nn.Sequential):\n    def __init__(self, n):\n"
            "        super().__init__(torch.nn.Linear(n, 5), torch.nn.ReLU(), torch.nn.Linear(5, 1))",
            "Right.",
        ),
        (
            "from torch import nn\ndef Net(n):\n    return nn.Sequential(nn.Linear(n, 5), nn.ReLU(), nn.Linear(5, 1))",
            "Right.",
        ),
        (NET.solution.replace("self.a = torch.nn.Linear(n, 5)\n        self.b = torch.nn.Linear(5, 1)",
                              "self.two = torch.nn.Linear(5, 1)\n        self.one = torch.nn.Linear(n, 5)")
         .replace("self.b(self.a(x)", "self.two(self.one(x)"), "Right."),
        (NET.solution.replace(".relu()", ""), "wrong value"),
        (NET.solution.replace("(n, 5)", "(n, 6)").replace("(5, 1)", "(6, 1)"), "it should have 4 parameters"),
        (NET.solution.replace("self.a(x)", "self.a(x).detach()"), "gradient"),
        (NET.solution.replace("        super().__init__()\n", ""), "AttributeError"),
    ],
)  # fmt: skip
async def test_modules_by_what_they_do(examiner, answer, says):
    verdict = await examiner.judge(file(NET), NET, answer)
    assert says in "\n".join(verdict.said()), verdict
