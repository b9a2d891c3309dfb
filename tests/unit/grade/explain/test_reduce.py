# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Reductions, dimensions that are not there, and names of arguments."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "torch.zeros(4).unsqueeze(3)",
        "dim-range",
        "A new dimension of `torch.zeros(4)` (4,) can have place 0 and 1; 3 is none of these.",
        ["torch.zeros(4).unsqueeze(1)", "torch.zeros(4).unsqueeze(0)"],
    ),
    (
        "torch.zeros(2, 3).sum(dim=2)",
        "dim-range",
        "`torch.zeros(2, 3)` (2, 3) has dimensions 0 and 1; there is no dimension 2.",
        ["torch.zeros(2, 3).sum(dim=1)", "torch.zeros(2, 3).sum(dim=0)"],
    ),
    (
        "torch.zeros(2).sum(dims=0)",
        "keyword",
        "sum() takes nothing called `dims`; it is called `dim`.",
        ["torch.zeros(2).sum(dim=0)"],
    ),
    (
        "torch.zeros(2, 3).sum(0, 1)",
        "reduce-dims",
        "sum() takes several dimensions of `torch.zeros(2, 3)` (2, 3) as one tuple, (0, 1).",
        ["torch.zeros(2, 3).sum((0, 1))", "torch.zeros(2, 3).sum()"],
    ),
    (
        "torch.zeros(2, 3).max(dim=1) + 1",
        "reduce-pair",
        "`torch.zeros(2, 3).max(dim=1)` is a pair of tensors, (values, indices), of shapes (2,), (2,).",
        ["torch.zeros(2, 3).max(dim=1).values + 1", "torch.zeros(2, 3).max(dim=1).indices + 1"],
    ),
    (
        "torch.softmax(torch.zeros(2), )",
        "missing-argument",
        "softmax() has to be told `dim` of `torch.zeros(2)` (2,).",
        ["torch.softmax(torch.zeros(2), dim=0)"],
    ),
    (
        "x = torch.rand(5)\ncol = x.unsqueeze(2)",
        "dim-range",
        "A new dimension of `x` (5,) can have place 0 and 1; 2 is none of these.",
        ["col = x.unsqueeze(1)", "col = x.unsqueeze(0)"],
    ),
    (
        "x = torch.rand(5, 3)\nbest = x.argmax(dim=2)",
        "dim-range",
        "`x` (5, 3) has dimensions 0 and 1; there is no dimension 2.",
        ["best = x.argmax(dim=1)", "best = x.argmax(dim=0)"],
    ),
    (
        "x = torch.rand(3, 4)\nprint(x.sum(axes=1))",
        "keyword",
        "sum() takes nothing called `axes`; it is called `dim`.",
        ["print(x.sum(dim=1))"],
    ),
    (
        "x = torch.rand(3, 4)\nprint(torch.mean(x, dims=[0, 1]))",
        "keyword",
        "mean() takes nothing called `dims`; it is called `dim`.",
        ["print(torch.mean(x, dim=[0, 1]))"],
    ),
    (
        "x = torch.rand(3, 4, 5)\nprint(x.sum(1, 2).shape)",
        "reduce-dims",
        "sum() takes several dimensions of `x` (3, 4, 5) as one tuple, (1, 2).",
        ["print(x.sum((1, 2)).shape)"],
    ),
    (
        "scores = torch.rand(3, 4)\nbest = scores.max(dim=1)\nprint(best + 1)",
        "reduce-pair",
        "`best` is a pair of tensors, (values, indices), of shapes (3,), (3,).",
        ["print(best.values + 1)", "print(best.indices + 1)"],
    ),
    (
        "scores = torch.rand(3, 4)\ntop = torch.topk(scores, 2, dim=1)\nprint(top.mean())",
        "reduce-pair",
        "`top` is a pair of tensors, (values, indices), of shapes (3, 2), (3, 2).",
        ["print(top.values.mean())"],
    ),
    (
        "x = torch.rand(3, 4)\np = torch.softmax(x)",
        "missing-argument",
        "softmax() has to be told `dim` of `x` (3, 4).",
        ["p = torch.softmax(x, dim=1)", "p = torch.softmax(x, dim=0)"],
    ),
    (
        "x = torch.rand(3, 4)\ny = torch.clamp(x, minimum=0.2)",
        "keyword",
        "clamp() takes nothing called `minimum`; it is called `min`.",
        ["y = torch.clamp(x, min=0.2)"],
    ),
    (
        "x = torch.rand(2, 3)\nprint(torch.max(x, dim=1) * 1.5)",
        "reduce-pair",
        "`torch.max(x, dim=1)` is a pair of tensors, (values, indices), of shapes (2,), (2,).",
        ["print(torch.max(x, dim=1).values * 1.5)", "print(torch.max(x, dim=1).indices * 1.5)"],
    ),
    (
        "t = torch.full((2, 2))",
        "missing-argument",
        "full() has to be told `fill_value`.",
        ["t = torch.full((2, 2), fill_value=0.)"],
    ),
    (
        "torch.linspace(0, 1)",
        "missing-argument",
        "linspace() has to be told `steps`.",
        ["torch.linspace(0, 1, steps=5)"],
    ),
    (
        'torch.rand(3, 4).sum(dim="rows")',
        "reduce-dim-type",
        '`"rows"` is a text; sum() takes a dimension there, a whole number.',
        ["torch.rand(3, 4).sum(dim=0)", "torch.rand(3, 4).sum(dim=1)"],
    ),
    (
        "torch.rand(3, 4).mean(0, 1)",
        "reduce-dims",
        "mean() takes several dimensions of `torch.rand(3, 4)` (3, 4) as one tuple, (0, 1).",
        ["torch.rand(3, 4).mean((0, 1))", "torch.rand(3, 4).mean()"],
    ),
    (
        "x = torch.rand(2, 3, 4)\nprint(x.mean(1, 2))",
        "reduce-dims",
        "mean() takes several dimensions of `x` (2, 3, 4) as one tuple, (1, 2).",
        ["print(x.mean((1, 2)))"],
    ),
    (
        "torch.zeros(2, 3).unsqueeze(0, 1)",
        "unsqueeze-one",
        "unsqueeze() puts in one dimension, and is given 2 places.",
        ["torch.zeros(2, 3).unsqueeze(0).unsqueeze(1)"],
    ),
    (
        "torch.zeros(2, 3).unsqueeze((0, 1))",
        "reduce-one-dim",
        "unsqueeze() goes along one dimension, and `(0, 1)` names 2.",
        ["torch.zeros(2, 3).unsqueeze(0)", "torch.zeros(2, 3).unsqueeze(1)"],
    ),
    (
        "torch.zeros(2, 3).sum(dim=(0, 0))",
        "reduce-twice",
        "`(0, 0)` names a dimension of `torch.zeros(2, 3)` (2, 3) twice; it can go only once.",
        ["torch.zeros(2, 3).sum(dim=(0,))"],
    ),
    (
        "torch.zeros(2, 3).max(dim=(0, 1))",
        "reduce-one-dim",
        "max() goes along one dimension, and `(0, 1)` names 2.",
        ["torch.zeros(2, 3).amax((0, 1))", "torch.zeros(2, 3).max()"],
    ),
    (
        "torch.zeros(2, 3).argmax(dim=(0, 1))",
        "reduce-one-dim",
        "argmax() goes along one dimension, and `(0, 1)` names 2.",
        ["torch.zeros(2, 3).argmax()"],
    ),
    (
        'torch.zeros(2, 3).sum("0")',
        "reduce-dim-type",
        '`"0"` is a text; sum() takes a dimension there, a whole number.',
        ["torch.zeros(2, 3).sum(0)"],
    ),
    (
        "def accuracy(out, y):\n    guess = out.max(dim=1)\n    return (guess == y).float().mean()\nacc = accuracy(torch.rand(5, 3), torch.randint(0, 3, (5,)))",
        "reduce-pair",
        "`guess` is a pair of tensors, (values, indices), of shapes (5,), (5,).",
        ["return (guess.values == y).float().mean()", "return (guess.indices == y).float().mean()"],
    ),
    (
        'best = torch.rand(4, 3).max(dim=1)\nprint(f"{best:.3f}")',
        "reduce-pair",
        "`best` is a pair of tensors, (values, indices), of shapes (4,), (4,).",
        ['print(f"{best.values.max():.3f}")', 'print(f"{best.values[0]:.3f}")'],
    ),
    (
        'top = torch.rand(3, 5).max(dim=1)\nif top > 0.5:\n    print("sure")',
        "reduce-pair",
        "`top` is a pair of tensors, (values, indices), of shapes (3,), (3,).",
        ["if (top.values > 0.5).all():", "if (top.values > 0.5).any():"],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)
