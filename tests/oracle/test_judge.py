"""The judge's word against torch's: what is equal, what differs first, and where."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from tutor.sandbox.describe import Describer, missing
from tutor.sandbox.judge import first_difference
from tutor.sandbox.protocol import Call, Difference, Failure, Observation, Terms, plain

FLOATS = ["float64", "float32", "float16", "bfloat16"]


def judged(expected: object, actual: object, *, carried: bool = True, **terms: Any) -> Difference | None:
    """The judge's finding on two values under one name; without `carried`, from the JSON alone."""
    sides, parts = [], []
    for value in (expected, actual):
        describer = Describer()
        sides.append({"observed": plain({"v": describer.describe(value)})})
        parts.append(save(describer.tensors) if carried and describer.tensors else b"")
    message = {"expected": sides[0], "actual": sides[1], "terms": plain(Terms(**terms)), "middle": len(parts[0])}
    return first_difference(message, b"".join(parts))


def field(*values: object, **terms: Any) -> str | None:
    found = judged(*values, **terms)
    return found.field if found else None


x = torch.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("carried", [True, False])
@pytest.mark.parametrize(
    ("expected", "actual", "first"),
    [
        (x.mean(0), x.sum(0) / 2, None),
        (x.T, x.T.contiguous(), None),
        (torch.tensor(6.0), torch.tensor([6.0]), "shape"),
        (torch.tensor(6.0), 6.0, "kind"),
        (x.sum(0), x.sum(1), "shape"),
        (x.sum(0), x.sum(0, keepdim=True), "shape"),
        (x, x.double(), "dtype"),
        (x, x.int(), "dtype"),
        (x, x + 1, "values"),
        (x > 2, x > 3, "values"),
        (x > 2, (x > 2).int(), "dtype"),
        (torch.tensor([2**53 + 1]), torch.tensor([2**53]), "values"),
        (torch.tensor([float("nan")]), torch.tensor([float("nan")]), "values"),
        (torch.tensor([float("inf")]), torch.tensor([float("inf")]), None),
        (torch.tensor([1 + 1j]), torch.tensor([1 + 1j]), None),
        (torch.tensor([1 + 1j]), torch.tensor([1 - 1j]), "values"),
        (torch.empty(0), torch.empty(0), None),
        (torch.nn.Parameter(torch.ones(2)), torch.ones(2), None),
        (torch.Size([2, 3]), (2, 3), None),
        ((2, 3), torch.Size([2, 3]), None),
        (torch.Size([2, 3]), torch.Size([3, 2]), "values"),
        (torch.Size([2]), torch.Size([2, 1]), "length"),
        ([1, 2], (1, 2), "kind"),
        ([1, 2], [1, 2, 3], "length"),
        ([x, [x]], [x, [x + 1]], "values"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, None),
        ({"a": 1}, {"c": 1}, "keys"),
        (x.max(dim=1), (x[:, 2], torch.tensor([2, 2])), None),
        (1, 1.0, "kind"),
        (1, True, "kind"),
        (0.1 + 0.2, 0.3, None),
        (0.1, 0.2, "values"),
        (float("nan"), float("nan"), "values"),
        (2**70, 2**70 + 1, "values"),
        ("a", "b", "values"),
        (None, None, None),
        (None, 0, "kind"),
        (torch.float32, torch.float64, "dtype"),
        (torch.device("cpu"), torch.device("meta"), "device"),
        (slice(1, 2), slice(1, 3), "values"),
        (torch.nn.Linear(2, 3), torch.nn.Linear(2, 3), None),
        (torch.nn.Linear(2, 3), torch.nn.Linear(3, 2), "parameters"),
        (torch.nn.Linear(2, 3), torch.nn.ReLU(), "kind"),
        (torch.nn.Linear(2, 3), torch.nn.Linear(2, 3, bias=False), "parameters"),
        (list(range(1000)), list(range(1001)), "length"),
    ],
)  # fmt: skip
def test_what_differs_first(expected, actual, first, carried):
    assert field(expected, actual, carried=carried) == first


def test_only_what_is_asked_for_is_compared():
    assert field(x, x.double(), check=("shape", "values")) is None
    assert field(x, x.int(), check=("shape", "values")) is None
    assert field(x, x + 1, check=("shape", "dtype")) is None
    assert field(1, 1.0, check=("shape", "values")) is None
    grad = x.clone().requires_grad_()
    assert field(x, grad) is None
    assert field(x, grad, check=("requires_grad",)) == "requires_grad"
    assert field(torch.ones(1), torch.ones(1, device="meta"), check=("device",)) == "device"
    assert field(torch.tensor([float("nan")]), torch.tensor([float("nan")]), nan_equal=True) is None


def test_differing_cells_are_named():
    actual = x.clone()
    actual[0, 1], actual[1, 2] = 9, 9
    found = judged(x, actual)
    assert (found.cells, found.differing) == (((0, 1), (1, 2)), 2)
    assert (found.expected, found.actual) == (repr(x), repr(actual))
    many = judged(torch.zeros(100), torch.ones(100))
    assert (len(many.cells), many.differing) == (64, 100)
    assert judged(torch.tensor(1.0), torch.tensor(2.0)).cells == ((),)
    inside = judged({"a": [x]}, {"a": [x + 1]})
    assert (inside.name, inside.item) == ("v", "['a'][0]")


def test_words_are_short():
    shape = judged(x.sum(0), x.sum(1))
    assert (shape.expected, shape.actual) == ("(3,)", "(2,)")
    dtype = judged(x, x.double())
    assert (dtype.expected, dtype.actual) == ("float32", "float64")
    kind = judged(torch.tensor(6.0), 6.0)
    assert (kind.expected, kind.actual) == ("a tensor of shape ()", "a float")


@pytest.mark.parametrize("dtype", FLOATS)
@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8), st.floats(0, 0.2))
def test_closeness_is_never_stricter_than_torchs_own_and_never_loose(dtype, numbers, bend):
    """Torch's relative room, that is; its absolute one would let a step of a millionth go either way."""
    ours = torch.tensor(numbers, dtype=torch.float64).to(getattr(torch, dtype))
    theirs = (ours.double() * (1 + bend)).to(ours.dtype)
    right = judged(ours, theirs) is None
    if torch.allclose(theirs.double(), ours.double(), rtol=TORCHS[dtype], atol=0):
        assert right
    largest = float(ours.abs().max())
    if not torch.allclose(theirs.double(), ours.double(), rtol=0.02, atol=max(1e-3, 1e-2 * largest)):
        assert not right


TORCHS = {"float64": 1e-7, "float32": 1.3e-6, "float16": 1e-3, "bfloat16": 1.6e-2}
"""The relative room of torch.testing.assert_close, https://docs.pytorch.org/docs/stable/testing.html"""


def test_what_cancels_is_close_by_the_size_of_what_it_came_from():
    wide = torch.tensor([75.0, 1e-5])
    assert field(wide, wide + torch.tensor([0.0, 1e-4])) is None
    assert field(wide, wide + torch.tensor([0.0, 1e-3])) == "values"
    assert field(torch.tensor([0.0]), torch.tensor([1e-8])) is None


def test_a_tolerance_says_how_far_off_a_number_may_be():
    assert field(0.70, 0.704, tolerance=0.005) is None
    assert field(0.70, 0.71, tolerance=0.005) == "values"
    assert field(torch.tensor([0.70]), torch.tensor([0.704]), tolerance=0.005) is None
    assert field(torch.tensor([7]), torch.tensor([8]), tolerance=1) is None


def asked(expected: dict, actual: dict, tensors: bytes = b"", middle: int = 0, **terms: Any) -> Difference | None:
    message = {"expected": plain(expected), "actual": plain(actual), "terms": plain(Terms(**terms)), "middle": middle}
    return first_difference(message, tensors)


def test_what_is_not_there_or_failed_is_said():
    seen = Describer().describe(x)
    absent = asked({"observed": {"v": seen}}, {"observed": {}})
    assert (absent.name, absent.field) == ("v", "missing")
    failed = asked({"observed": {"v": seen}}, {"observed": {"v": missing(Failure(type="NameError", message="no v"))}})
    assert (failed.field, failed.actual) == ("failed", "NameError: no v")
    assert asked({"observed": {}}, {"observed": {"more": seen}}) is None


def call(size: int, result: object) -> Call:
    describer = Describer()
    if isinstance(result, Failure):
        return Call(inputs=(describer.describe(torch.zeros(size)),), failure=result)
    return Call(inputs=(describer.describe(torch.zeros(size)),), result=describer.describe(result))


def test_of_the_calls_that_differ_the_smallest_is_shown():
    sizes = [5, 2, 3, 1]
    expected = [call(n, n) for n in sizes]
    actual = [call(n, n + (n in (5, 2, 3))) for n in sizes]
    found = asked({"calls": expected}, {"calls": actual})
    assert (found.case, found.field, found.expected, found.actual) == (1, "values", "2", "3")
    assert asked({"calls": expected}, {"calls": expected}) is None
    assert asked({"calls": expected}, {"calls": actual[:1]}).field == "missing"


def test_calls_that_fail():
    error = Failure(type="ValueError", message="empty")
    fails, works = [call(1, error)], [call(1, 1)]
    assert asked({"calls": fails}, {"calls": fails}) is None
    found = asked({"calls": works}, {"calls": fails})
    assert (found.field, found.expected, found.actual) == ("failed", "1", "ValueError: empty")
    assert asked({"calls": fails}, {"calls": works}).field == "failed"


def test_other_inputs_are_no_evidence():
    expected, actual = [call(2, 1)], [call(3, 1)]
    found = asked({"calls": expected}, {"calls": actual})
    assert (found.name, found.field, found.case) == ("inputs", "shape", 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": (5,), "values": None},
        {"shape": (1 << 40,), "values": None},
        {"values": "x" * 50, "tensor": None},
        {"values": [[1, [2]], 3], "tensor": None},
        {"values": None, "tensor": None},
        {"tensor": "elsewhere", "values": None},
        {"dtype": "no-such"},
        {"kind": "tuple", "items": None},
    ],
)
def test_a_description_that_does_not_hold_together_is_never_right(changes):
    describer = Describer()
    honest = describer.describe(torch.tensor([1.0, 2.0]))
    data = save(describer.tensors)
    lying = dataclasses.replace(honest, **changes)
    found = asked({"observed": {"v": honest}}, {"observed": {"v": lying}}, data + data, len(data))
    assert found is not None


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_hostile_bytes_are_no_tensors(data):
    honest = Observation(kind="tensor", shape=(2,), dtype="float32", tensor="t0", values=[1.0, 2.0])
    assert asked({"observed": {"v": honest}}, {"observed": {"v": honest}}, data, len(data) // 2) is None
