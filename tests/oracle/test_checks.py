"""Every property that can be asked for by name: what differs in it is found, what differs in something else is not."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from safetensors.torch import save

from tutor.lesson.build import CHECKS
from tutor.sandbox.describe import Describer
from tutor.sandbox.judge import first_difference
from tutor.sandbox.protocol import Difference, Terms, plain

x = torch.arange(6.0).reshape(2, 3)


def judged(expected: dict[str, Any], actual: dict[str, Any], **terms: Any) -> Difference | None:
    """The judge's finding on two sets of named values."""
    sides, parts = [], []
    for values in (expected, actual):
        describer = Describer()
        sides.append({"observed": {name: plain(describer.describe(value)) for name, value in values.items()}})
        parts.append(save(describer.tensors) if describer.tensors else b"")
    message = {"expected": sides[0], "actual": sides[1], "terms": plain(Terms(**terms)), "middle": len(parts[0])}
    return first_difference(message, b"".join(parts))


def field(expected: Any, actual: Any, *check: str, **terms: Any) -> str | None:
    found = judged({"v": expected}, {"v": actual}, check=check, **terms)
    return found.field if found else None


def leaf(grad: torch.Tensor | None = None) -> torch.Tensor:
    made = torch.ones(3, requires_grad=True)
    made.grad = grad
    return made


def linear(bias: bool = True, *, seed: int = 0, training: bool = True) -> torch.nn.Module:
    torch.manual_seed(seed)
    return torch.nn.Linear(2, 3, bias=bias).train(training)


class Own(torch.nn.Module):
    """A linear layer whose parameters have other names; `kept` says whether its bias is registered."""

    def __init__(self, kept: bool = True) -> None:
        super().__init__()
        self.b = torch.nn.Parameter(torch.zeros(3)) if kept else torch.zeros(3, requires_grad=True)
        self.w = torch.nn.Parameter(torch.zeros(3, 2))


DIFFER = [
    ("shape", x, x.T),
    ("rank", x, x.flatten()),
    ("dtype", x, x.double()),
    ("values", x, x + 1),
    ("device", x, x.to("meta")),
    ("requires_grad", x, x.clone().requires_grad_()),
    ("is_leaf", leaf(), leaf() * 1),
    ("grad", leaf(), leaf(torch.zeros(3))),
    ("grad", leaf(torch.zeros(3)), leaf()),
    ("stride", x, x.T.contiguous().T),
    ("contiguous", x, x.T.contiguous().T),
    ("parameters", linear(), linear(bias=False)),
    ("parameters", Own(), Own(kept=False)),
    ("names", linear(), Own()),
    ("mode", linear(), linear(training=False)),
]


@pytest.mark.parametrize(("check", "expected", "actual"), DIFFER, ids=[f"{n}-{d[0]}" for n, d in enumerate(DIFFER)])
def test_what_differs_in_a_property_is_found(check, expected, actual):
    assert field(expected, actual, check) == check


SAME = [
    ("shape", x, x + 1),
    ("rank", x, x.T),
    ("dtype", x, x.T),
    ("values", x, x.T.contiguous().T),
    ("device", x, x.double()),
    ("requires_grad", leaf(), leaf() * 1),
    ("is_leaf", leaf(), x),
    ("grad", leaf(), x[0]),
    ("grad", leaf(torch.ones(3)), leaf(torch.ones(3))),
    ("stride", torch.ones(1, 3), torch.ones(3, 1).T),
    ("contiguous", x, x.T.clone(memory_format=torch.contiguous_format)),
    ("parameters", linear(), Own()),
    ("mode", linear(), linear(seed=1)),
    ("names", linear(), linear(seed=1)),
    ("state", linear(), linear()),
]


@pytest.mark.parametrize(("check", "expected", "actual"), SAME, ids=[f"{n}-{d[0]}" for n, d in enumerate(SAME)])
def test_what_differs_in_something_else_is_not(check, expected, actual):
    assert field(expected, actual, check) is None


def test_the_values_of_a_gradient_are_compared_and_named():
    found = judged({"w": leaf(torch.ones(3))}, {"w": leaf(torch.tensor([1.0, 2.0, 1.0]))}, check=("grad",))
    assert found is not None
    assert (found.field, found.item, found.cells) == ("values", ".grad", ((1,),))


def test_gradients_of_a_modules_parameters_are_paired_by_shape():
    one, two = linear(), Own()
    for module in (one, two):
        for parameter in module.parameters():
            parameter.grad = torch.ones_like(parameter)
    assert field(one, two, "grad") is None
    two.b.grad[1] = 5
    found = judged({"net": one}, {"net": two}, check=("grad",))
    assert found is not None and (found.field, found.item) == ("values", ".bias.grad")
    two.b.grad = None
    assert field(one, two, "grad") == "grad"


def test_what_is_in_a_module_is_compared_when_asked_for():
    assert field(linear(), linear(seed=1)) is None
    found = judged({"net": linear()}, {"net": linear(seed=1)}, check=("state", "values"))
    assert found is not None and (found.field, found.item) == ("values", "[weight]")


def test_a_layer_of_torch_is_that_layer_and_not_another():
    assert field(torch.nn.ReLU(), torch.nn.Tanh()) == "kind"
    assert field(torch.nn.ReLU(), torch.nn.ReLU()) is None


def test_whose_memory_something_lies_in():
    base = x.clone()
    given = {"check": ("shares",), "beside": ("base",)}
    view, copy = {"v": base[0], "base": base}, {"v": base[0].clone(), "base": base}
    assert judged(view, {"v": base.view(6)[:3], "base": base}, **given) is None
    found = judged(view, copy, **given)
    assert found is not None and (found.field, found.expected, found.actual) == ("shares", "base", "none")
    assert judged(copy, view, **given).field == "shares"
    changed = {"v": base[0].clone(), "base": base + 1}
    assert judged(copy, changed, **given) is None, "what is only beside is not compared itself"


def test_nan_is_never_right_unless_the_lesson_says_so():
    nan = torch.tensor([float("nan"), 1.0])
    assert field(nan, nan.clone(), "values") == "values"
    assert field(nan, nan.clone(), "values", nan_equal=True) is None
    assert field(nan, torch.tensor([0.0, 1.0]), "values", nan_equal=True) == "values"


def test_there_is_a_test_for_every_property():
    tested = {check for check, *_ in DIFFER} | {"shares", "state"}
    assert set(CHECKS) - tested == {"inputs", "rng"}, "those two are of a run and not of a value: see test_run"
