# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Shapes that meet element by element, results and values that do not fit their place."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told, told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "torch.ones(3, 4) + torch.ones(3)",
        "broadcast",
        "`torch.ones(3, 4)` (3, 4) + `torch.ones(3)` (3,): from the right, size 4 meets 3.",
        ["torch.ones(3, 4) + torch.ones(3)[:, None]"],
    ),
    (
        "x = torch.rand(3, 4)\nx / x.sum(dim=1)",
        "broadcast-keepdim",
        "`x` (3, 4) / `x.sum(dim=1)` (3,): from the right, size 4 meets 3.",
        ["x / x.sum(dim=1, keepdim=True)", "x / x.sum(dim=1)[:, None]"],
    ),
    (
        "a = torch.zeros(2)\na += torch.zeros(3, 2)",
        "broadcast-in-place",
        "The result is (3, 2), and `a` (2,), where it goes, cannot grow.",
        ["a = a + torch.zeros(3, 2)", "a += torch.zeros(3, 2).sum(dim=0)"],
    ),
    (
        "g = torch.zeros(2, 2)\ng[:, 0] = torch.ones(3)",
        "assign-shape",
        "`g[:, 0]` is (2,), and `torch.ones(3)` (3,) does not fit in.",
        ["g[:, 0] = torch.ones(3)[:2]"],
    ),
    (
        "torch.zeros(2).expand(2, 5)",
        "expand-size",
        "`torch.zeros(2)` (2,) cannot be expanded to (2, 5): from the right, 2 meets 5.",
        ["torch.zeros(2)[:, None].expand(2, 5)"],
    ),
    (
        "temps = torch.rand(7, 24)\ndaily = torch.rand(7)\nanomaly = temps - daily",
        "broadcast",
        "`temps` (7, 24) - `daily` (7,): from the right, size 24 meets 7.",
        ["anomaly = temps - daily[:, None]"],
    ),
    (
        "price = torch.rand(4, 3)\ndiscount = torch.tensor([0.1, 0.2])\nfinal = price * (1 - discount)",
        "broadcast",
        "`price` (4, 3) * `1 - discount` (2,): from the right, size 3 meets 2.",
        ["final = price[..., :2] * (1 - discount)"],
    ),
    (
        "a = torch.rand(5)\nb = torch.rand(4)\ndiff = torch.sub(a, b)",
        "broadcast",
        "`a` (5,) and `b` (4,): from the right, size 5 meets 4.",
        ["diff = torch.sub(a[:, None], b)", "diff = torch.sub(a[:4], b)"],
    ),
    (
        "def standardize(batch):\n    mu = batch.mean(dim=1)\n    sigma = batch.std(dim=1)\n    return (batch - mu) / sigma\nprint(standardize(torch.rand(6, 10)))",
        "broadcast-keepdim",
        "`batch` (6, 10) - `mu` (6,): from the right, size 10 meets 6.",
        ["mu = batch.mean(dim=1, keepdim=True)\nsigma = batch.std(dim=1, keepdim=True)"],
    ),
    (
        "logits = torch.rand(4, 7)\nlogits = logits - logits.max(dim=1).values",
        "broadcast-keepdim",
        "`logits` (4, 7) - `logits.max(dim=1).values` (4,): from the right, size 7 meets 4.",
        [
            "logits = logits - logits.max(dim=1, keepdim=True).values",
            "logits = logits - logits.max(dim=1).values[:, None]",
        ],
    ),
    (
        "logits = torch.rand(4, 7)\ne = logits.exp()\nprobs = e / e.sum(1)",
        "broadcast-keepdim",
        "`e` (4, 7) / `e.sum(1)` (4,): from the right, size 7 meets 4.",
        ["probs = e / e.sum(1, keepdim=True)", "probs = e / e.sum(1)[:, None]"],
    ),
    (
        "acc = torch.zeros(4)\nfor i in range(2):\n    acc += torch.ones(3, 4)",
        "broadcast-in-place",
        "The result is (3, 4), and `acc` (4,), where it goes, cannot grow.",
        ["acc = acc + torch.ones(3, 4)", "acc += torch.ones(3, 4).sum(dim=0)"],
    ),
    (
        "grid = torch.zeros(3, 5)\nfor col in range(5):\n    grid[:, col] = torch.arange(5.)",
        "assign-shape",
        "`grid[:, col]` is (3,), and `torch.arange(5.)` (5,) does not fit in.",
        ["grid[:, col] = torch.arange(5.)[:3]"],
    ),
    (
        "grid = torch.zeros(3, 5)\nrow = [1, 2, 3, 4, 5]\ngrid[1] = row",
        "assign-type",
        "`grid[1]`, (5,), takes a tensor or a number; `row` is a list.",
        ["grid[1] = torch.tensor(row)"],
    ),
    (
        "out = torch.empty(4, 2)\nfor i in range(4):\n    out[i] = torch.rand(2, 2)",
        "assign-shape",
        "`out[i]` is (2,), and `torch.rand(2, 2)` (2, 2) does not fit in.",
        ["out[i] = torch.rand(2, 2)[0]"],
    ),
    (
        "x = torch.rand(3)\ntiled = x.expand(3, 4)",
        "expand-size",
        "`x` (3,) cannot be expanded to (3, 4): from the right, 3 meets 4.",
        ["tiled = x[:, None].expand(3, 4)"],
    ),
    (
        "bias = torch.rand(8)\nfull = bias.expand(2, 8, 5)",
        "expand-size",
        "`bias` (8,) cannot be expanded to (2, 8, 5): from the right, 8 meets 5.",
        ["full = bias[:, None].expand(2, 8, 5)"],
    ),
    (
        "x = torch.rand(3)\nx[0:2] = torch.tensor([1., 2., 3.])",
        "assign-shape",
        "`x[0:2]` is (2,), and `torch.tensor([1., 2., 3.])` (3,) does not fit in.",
        ["x[0:2] = torch.tensor([1., 2., 3.])[:2]"],
    ),
    (
        "t = torch.zeros(3)\nt.add_(torch.ones(2, 3))",
        "broadcast-in-place",
        "The result is (2, 3), and `t` (3,), where it goes, cannot grow.",
        ["t = t.add(torch.ones(2, 3))", "t.add_(torch.ones(2, 3).sum(dim=0))"],
    ),
    (
        "hist = torch.zeros(3)\nhist += torch.rand(2, 3)",
        "broadcast-in-place",
        "The result is (2, 3), and `hist` (3,), where it goes, cannot grow.",
        ["hist = hist + torch.rand(2, 3)", "hist += torch.rand(2, 3).sum(dim=0)"],
    ),
    (
        "canvas = torch.zeros(4, 4)\nfor i, row in enumerate([[1, 2, 3, 4]] * 4):\n    canvas[i] = row",
        "assign-type",
        "`canvas[i]`, (4,), takes a tensor or a number; `row` is a list.",
        ["canvas[i] = torch.tensor(row)"],
    ),
    (
        "positions = torch.arange(5)\ngrid = positions.expand(5, 3)",
        "expand-size",
        "`positions` (5,) cannot be expanded to (5, 3): from the right, 5 meets 3.",
        ["grid = positions[:, None].expand(5, 3)"],
    ),
    (
        "m = torch.zeros(2, 2)\nm[:] = [[1, 2], [3, 4]]",
        "assign-type",
        "`m[:]`, (2, 2), takes a tensor or a number; `[[1, 2], [3, 4]]` is a list.",
        ["m[:] = torch.tensor([[1, 2], [3, 4]])"],
    ),
    (
        "torch.rand(4, 1).expand(4)",
        "expand-rank",
        "`torch.rand(4, 1)` (4, 1) has 2 dimensions, and (4,) only 1.",
        ["torch.rand(4, 1).reshape(4)"],
    ),
    (
        "torch.ones(2, 3).expand(2)",
        "expand-rank",
        "`torch.ones(2, 3)` (2, 3) has 2 dimensions, and (2,) only 1.",
        ["torch.ones(2, 3).expand(2, 2, 3)"],
    ),
    (
        "torch.ones(3).expand(-1, 3)",
        "expand-new",
        "`torch.ones(3)` (3,) has no dimension for the -1 at the front of (-1, 3) to stand for.",
        ["torch.ones(3).expand(1, 3)"],
    ),
    (
        "g = torch.zeros(2, 3)\ng[0] = [1, 2, 3]",
        "assign-type",
        "`g[0]`, (3,), takes a tensor or a number; `[1, 2, 3]` is a list.",
        ["g[0] = torch.tensor([1, 2, 3])"],
    ),
    (
        "torch.zeros(2, 3).fill_(torch.ones(2))",
        "fill-shape",
        "fill_ writes one number everywhere, and `torch.ones(2)` (2,) has several.",
        [],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)


def test_both_shapes_are_drawn_from_the_right() -> None:
    explanation = told("temps = torch.rand(7, 24)\nday = torch.rand(7)\ntemps - day")
    assert explanation is not None
    assert explanation.rest[1:3] == ("     7, 24  temps", "         7  day")
