"""What single functions demand of shapes and numbers."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "x = torch.zeros(2)\ny = x + None",
        "operand-none",
        "`None` is None, and `x` (2,) + None has no meaning.",
        [],
    ),
    (
        "torch.zeros(-1, 3)",
        "demand-negative",
        "zeros() is given -1 as a size, and sizes are 0 or more.",
        ["torch.zeros(1, 3)"],
    ),
    (
        "torch.outer(torch.ones(2, 2), torch.ones(2))",
        "demand-vector",
        "outer() takes vectors, and `torch.ones(2, 2)` (2, 2) has 2 dimensions.",
        ["torch.outer(torch.ones(2, 2).flatten(), torch.ones(2))"],
    ),
    (
        "torch.trace(torch.rand(3))",
        "demand-matrix",
        "trace() takes a matrix, and `torch.rand(3)` (3,) has 1 dimension.",
        ["torch.trace(torch.diag(torch.rand(3)))", "torch.trace(torch.rand(3)[None])"],
    ),
    (
        "torch.zeros(2).clamp()",
        "demand-limits",
        "clamp() is given neither min nor max.",
        ["torch.zeros(2).clamp(min=0)"],
    ),
    (
        "torch.take(torch.zeros(3), torch.tensor([3]))",
        "index-range",
        "`torch.tensor([3])` holds 3: `torch.zeros(3)` (3,) has 3 elements, 0 to 2.",
        ["torch.take(torch.zeros(3), torch.tensor([3]).clamp(max=2))"],
    ),
    (
        "torch.rand(4).quantile(2)",
        "demand-share",
        "quantile() takes a share from 0 to 1, and `2` is none.",
        ["torch.rand(4).quantile(2 / 100)"],
    ),
    (
        "torch.multinomial(torch.tensor([.5, .5]), 3)",
        "demand-drawn",
        "multinomial() is asked for more draws than `torch.tensor([.5, .5])` (2,) has places.",
        ["torch.multinomial(torch.tensor([.5, .5]), 3, replacement=True)"],
    ),
    (
        "torch.randint(5, 5, (2,))",
        "demand-range",
        "randint() draws from 5 up to 5 - 1, and there is nothing between.",
        ["torch.randint(5, 5 + 1, (2,))"],
    ),
    (
        "torch.triu(torch.rand(3))",
        "demand-matrix",
        "triu() takes a matrix, and `torch.rand(3)` (3,) has 1 dimension.",
        ["torch.triu(torch.diag(torch.rand(3)))", "torch.triu(torch.rand(3)[None])"],
    ),
    (
        "torch.det(torch.rand(2, 3))",
        "demand-square",
        "det() takes square matrices, and `torch.rand(2, 3)` (2, 3) has 2 rows and 3 columns.",
        [],
    ),
    (
        "torch.inverse(torch.rand(2, 3))",
        "demand-square",
        "inverse() takes square matrices, and `torch.rand(2, 3)` (2, 3) has 2 rows and 3 columns.",
        ["torch.linalg.pinv(torch.rand(2, 3))"],
    ),
    (
        "torch.cdist(torch.rand(3), torch.rand(3))",
        "demand-matrix",
        "cdist() takes a matrix, and `torch.rand(3)` (3,) has 1 dimension.",
        [],
    ),
    (
        "torch.meshgrid(torch.rand(2, 2), torch.rand(2))",
        "demand-vector",
        "meshgrid() takes vectors, and `torch.rand(2, 2)` (2, 2) has 2 dimensions.",
        ["torch.meshgrid(torch.rand(2, 2).flatten(), torch.rand(2))"],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)
