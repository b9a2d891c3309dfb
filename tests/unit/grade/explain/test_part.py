"""What is torch's and what is not; where operands stand."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import ran, told
from tutor.grade.explain import part
from tutor.grade.explain.case import Case


def case_of(code: str) -> Case:
    outcome, _ = ran(code)
    assert outcome.error is not None and outcome.error.scene is not None
    return Case(outcome.error, outcome.error.scene, code)


@pytest.mark.parametrize(
    "code",
    [
        "def view(x): pass\nview(1, 2.5)",
        "class reshape:\n    def __init__(self): pass\nreshape(1, 2.5)",
        "sum(1, 2.5, 3)",
        "max(1, [2])",
        "import numpy\nnumpy.zeros(2.5)",
        "class Box:\n    def sum(self, dim): pass\nBox().sum(dims=1)",
    ],
)
def test_what_is_not_torchs_is_not_told_as_such(code: str) -> None:
    assert not part.is_torch(case_of(code))


@pytest.mark.parametrize(
    "code", ["torch.zeros(2.5)", "torch.ones(2).view(3)", "F.softmax(2)", "from torch import zeros\nzeros(2.5)"]
)
def test_what_is_torchs(code: str) -> None:
    assert part.is_torch(case_of(code))


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('The size of tensor a (3) must match the size of tensor b (4)')",
        "np.ones(3) + np.ones(2)",
        "def f(dim): raise TypeError('f() got an unexpected keyword argument')\nf(1)",
        "raise IndexError('index 5 is out of bounds for dimension 0 with size 4')",
        "raise RuntimeError('Boolean value of Tensor with more than one value is ambiguous')",
    ],
)
def test_words_of_torchs_alone_explain_nothing(code: str) -> None:
    assert told(code) is None


def test_of_operands_that_are_spelt_alike_each_has_its_place() -> None:
    explanation = told("x = torch.rand(2, 2)\nx[0].reshape(0, 0, 2, 0)")
    assert explanation is not None
    assert explanation.first.startswith("`x[0]` (2,)")
    case = case_of("torch.rand(2, 3).sum(0, 0)")
    nodes = [part.node_of(case, operand) for operand in case.operands]
    assert [getattr(node, "col_offset", None) for node in nodes] == [0, 21, 24]
