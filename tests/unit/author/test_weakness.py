"""What a question cannot tell apart is listed with the reason; what is the same in other words is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.author.prove import prove
from tutor.errors import Problem
from tutor.examiner import Examiner
from tutor.lesson.load import load_lesson
from tutor.sandbox.client import Sandbox

pytestmark = pytest.mark.slow

HEAD = "format: 1\nlesson: L\ngoal: G\n"
EVEN = "given: x = torch.tensor([[1.5, 2., 4.], [0., 7., 3.]])\n"
SQUARE = "given: x = torch.arange(1., 10.).reshape(3, 3)\n"
TAIL = "    hints: [Look.]\n"

WEAK = {
    "a square": (
        SQUARE + "questions:\n  - id: a\n    shape: x.sum(dim=0)\n",
        "`x.sum(dim=1)` gives the right answer too: `x` is square",
        "give `x` sizes that all differ",
    ),
    "numbers that hide it": (
        "given: x = torch.ones(2, 3)\nquestions:\n  - id: a\n    value: x.mean(dim=1)[0]\n",
        "gives the right answer too: the numbers hide the difference",
        "give `x` other numbers",
    ),
    "a literal square": (
        "questions:\n  - id: a\n    shape: torch.zeros(4, 4).mean(dim=0)\n",
        "`torch.zeros(4, 4).mean(dim=1)` gives the right answer too: the sizes hide the difference",
        "give what goes in other sizes",
    ),
    "only the shape": (
        EVEN + "questions:\n  - id: a\n    write: Average.\n    solution: m = x.mean(dim=1)\n    check: [shape]\n",
        "so does `m = x.sum(dim=1)`",
        "add `values` to `check`",
    ),
    "gradients": (
        EVEN + "questions:\n  - id: a\n    given: w = torch.tensor([3., 5., 2.], requires_grad=True)\n"
        "    write: Double.\n    solution: v = w * 2 + x\n",
        "`v = (w * 2 + x).detach()` also passes: whether gradients are recorded is not compared",
        "add `requires_grad` to `check`",
    ),
    "whole numbers in a program": (
        SQUARE + "questions:\n  - id: a\n    write: Centre.\n    solution: z = x - x.mean(dim=1, keepdim=True)\n",
        ".long()` also passes: the numbers hide the difference",
        "give `x` other numbers",
    ),
    "no input with a size of 1": (
        "questions:\n  - id: a\n    function: Largest of each row.\n    solution: |\n      def top(m):\n"
        "          return m.amax(dim=1)\n    inputs: ['torch.randn(randint(2, 4), randint(2, 4))']\n",
        ".squeeze()` also passes: no input has a dimension of size 1",
        "add an input with a size of 1",
    ),
    "one input": (
        "questions:\n  - id: a\n    function: Double.\n    solution: |\n      def double(m):\n"
        "          return m * 2\n    inputs: ['torch.ones(1, 3)']\n",
        "a function that always returns what the first input gives also passes",
        "give `inputs` other numbers",
    ),
    "only the steps of training": (
        "given: |\n  net = torch.nn.Linear(3, 1)\n  x, t = torch.randn(4, 3), torch.randn(4, 1)\n"
        "questions:\n  - id: a\n    train: Two steps.\n    solution: |\n"
        "      opt = torch.optim.SGD(net.parameters(), lr=0.1)\n      for _ in range(2):\n          opt.zero_grad()\n"
        "          loss = ((net(x) - t) ** 2).mean()\n          loss.backward()\n          opt.step()\n",
        "also passes: only the steps are judged",
        "such as the weights, under `observe`",
    ),
    "a copy": (
        EVEN + "questions:\n  - id: a\n    write: Copy.\n    solution: y = x.clone()\n",
        "`y = x` also passes: whether memory is shared is not compared",
        "add `shares` to `check`",
    ),
    "a line too many": (
        EVEN + "questions:\n  - id: a\n    order: Go.\n    solution: |\n      a = x * 2\n      b = x + 1\n"
        "    observe: [b]\n",
        "the answer without `a = x * 2` also passes",
        "or drop it",
    ),
}

STRONG = {
    "sizes that differ": EVEN + "questions:\n  - id: a\n    shape: x.sum(dim=0)\n",
    "the same in other words": (EVEN + "questions:\n  - id: a\n    write: Average.\n    solution: m = x.mean(dim=1)\n"),
    "what an author left out": (
        EVEN + "questions:\n  - id: a\n    write: Average.\n    solution: m = x.mean(dim=1)\n"
        "    check: [shape, values]\n"
    ),
    "rules that a mutant breaks": (
        EVEN + "questions:\n  - id: a\n    write: Mean.\n    solution: m = x.mean()\n    rules: {uses: [mean]}\n"
    ),
    "a family that is right by accident now and then": (
        "questions:\n  - id: a\n    vary: {m: 2..4, n: 2..4}\n    shape: torch.ones(m, n).sum(dim=0)\n"
    ),
    "a function of square matrices": (
        "questions:\n  - id: a\n    function: Trace.\n    solution: |\n      def trace(m):\n"
        "          return m.diagonal().sum()\n"
        "    inputs: ['torch.tensor([[1.5]])', 'torch.randn((k := randint(1, 4)), k)']\n"
    ),
    "steps of training": (
        "given: |\n  net = torch.nn.Linear(3, 1)\n  x, t = torch.randn(4, 3), torch.randn(4, 1)\n"
        "questions:\n  - id: a\n    train: Two steps.\n    solution: |\n"
        "      opt = torch.optim.SGD(net.parameters(), lr=0.1)\n      for _ in range(2):\n          opt.zero_grad()\n"
        "          loss = ((net(x) - t) ** 2).mean()\n          loss.backward()\n          opt.step()\n"
        "    observe: [net.weight]\n"
    ),
}


async def doubts(folder: Path, *lessons: str) -> list[list[Problem]]:
    """What is doubted in each of the lessons."""
    found = []
    async with Sandbox() as sandbox:
        await sandbox.warm()
        for text in lessons:
            path = folder / "01-l.yaml"
            path.write_text(HEAD + text, "utf-8")
            found.append(await prove(load_lesson(path), Examiner(sandbox, lambda: 0), doubts=True))
    return found


async def test_what_passes_is_listed_with_the_reason(tmp_path: Path) -> None:
    found = await doubts(tmp_path, *(text + TAIL for text, _, _ in WEAK.values()))
    for (name, (_, says, fix)), problems in zip(WEAK.items(), found, strict=True):
        told = [f"{p.message}\n{p.fix}\n{p.evidence}" for p in problems]
        assert any(says in one and fix in one for one in told), (name, told)
        assert all(p.severity == "warning" for p in problems), name


async def test_what_tells_all_mutants_apart_is_not_doubted(tmp_path: Path) -> None:
    found = await doubts(tmp_path, *(text + TAIL for text in STRONG.values()))
    for name, problems in zip(STRONG, found, strict=True):
        assert problems == [], name


async def test_a_weakness_is_waived_by_its_name_or_its_code_and_by_nothing_else(tmp_path: Path) -> None:
    text, _, _ = WEAK["only the shape"]
    names = ["sum-for-mean", "zeros", "long-for-mean", "int"]
    waived = "    waive:\n" + "".join(f"      {name}: Only the shape is asked for.\n" for name in names)
    code = "      '`m = x.select(1, 0)`': The same.\n"
    none, all_but_one, stale = await doubts(
        tmp_path,
        text + TAIL + waived + code,
        text + TAIL + waived,
        text + TAIL + waived + code + "      other-dim: It fits.\n",
    )
    assert none == []
    assert [(p.name, "x.select" in p.message) for p in all_but_one] == [("weak-check", True)]
    assert [(p.name, p.line, p.column) for p in stale] == [("stale-waiver", 17, 7)]
