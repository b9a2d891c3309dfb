"""No answer makes the judge fail, which would be called our fault; and what does not hold together is a difference.

The answer's side goes the way it goes in earnest: claimed by a child, read strictly, put into a question, judged.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy
import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.unit.sandbox.claims import ANYTHING, spoilt
from tutor.sandbox import unpack
from tutor.sandbox.bytes import opened
from tutor.sandbox.describe import Describer
from tutor.sandbox.frame import Frames, Malformed
from tutor.sandbox.judge import first_difference
from tutor.sandbox.protocol import JSON_MOST, TENSORS_MOST, Call, Difference, Observation, Terms, encode, plain

Side = tuple[dict[str, Any], bytes]
"""What a child says, and the bytes of its tensors."""

PLAIN = Terms()
STRICTEST = Terms(
    check=(
        "shape", "dtype", "values", "device", "requires_grad", "is_leaf", "grad", "stride", "contiguous", "names",
        "state", "mode", "inputs", "shares", "rng",
    )
)  # fmt: skip
TERMS = st.sampled_from([PLAIN, STRICTEST, Terms(tolerance=0.1, nan_equal=True), Terms(check=("values",))])

often = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def side(value: object) -> Side:
    """What an honest child says of `value`, as a name and as the result of a call."""
    describer = Describer()
    seen = describer.describe(value)
    call = Call(inputs=(Observation(kind="number", type="int", value=1, text="1"),), result=seen)
    return plain({"observed": {"v": seen}, "calls": (call,)}), safetensors.torch.save(describer.tensors)


def judged(expected: Side, claimed: dict[str, Any], data: bytes, terms: Terms = PLAIN) -> Difference | None:
    """The judge's word as it arrives; raises Malformed where the claim is no report: a run without a result."""
    read = unpack.report(claimed)
    question = {
        "expected": expected[0],
        "actual": plain({"observed": read.observed, "calls": read.calls}),
        "terms": plain(terms),
        "middle": len(expected[1]),
    }
    asked, tensors = piped(question, expected[1] + data, Frames(4 * JSON_MOST, 2 * TENSORS_MOST + (1 << 20)))
    found = first_difference(asked, tensors)
    return unpack.difference(piped({"difference": plain(found) if found else None}, b"", Frames())[0]["difference"])


def piped(message: dict[str, Any], tensors: bytes, reader: Frames) -> tuple[dict[str, Any], bytes]:
    reader.feed(encode(message, tensors))
    frame = reader.take()
    assert frame is not None
    return frame


def trained() -> torch.nn.Module:
    layer = torch.nn.Linear(2, 2)
    layer(torch.ones(1, 2)).sum().backward()
    return layer


x = torch.arange(6.0).reshape(2, 3)
LONG = torch.arange(2000)
"""More elements than JSON carries, so that only its bytes say what they are."""
SIDES = [
    side(value)
    for value in (
        x, x.int(), x > 2, x.half(), x.bfloat16(), x.T, x.to("meta"), torch.tensor(3), torch.tensor([1 + 2j]), LONG,
        LONG.float(), torch.empty(0, 3), torch.tensor([2**60]), torch.tensor([1, 2], dtype=torch.uint16),
        x.to(torch.float8_e4m3fn), torch.nn.Parameter(x), trained(), 1, 2.5, 10**30, float("nan"), 1 + 2j, True, "text",
        None, [1, x], (x, 2.5), {"a": x, "b": [1]}, x.shape, torch.float32, torch.device("cpu"), len, numpy.ones(3),
        range(3),
    )
]  # fmt: skip


@pytest.mark.parametrize("one", SIDES, ids=lambda one: one[0]["observed"]["v"].get("text", "")[:20])
@pytest.mark.parametrize("terms", [PLAIN, STRICTEST], ids=["plain", "strictest"])
def test_an_honest_answer_is_like_itself(one, terms):
    found = judged(one, *one, terms)
    assert found is None or "nan" in one[0]["observed"]["v"]["text"]


@st.composite
def claims(draw: st.DrawFn) -> tuple[Side, dict[str, Any], bytes]:
    """A right answer, or one to another question, that is spoilt in a place or two."""
    expected = draw(st.sampled_from(SIDES))
    claimed, data = draw(st.sampled_from([expected, expected, draw(st.sampled_from(SIDES))]))
    for _ in range(draw(st.integers(1, 2))):
        claimed = draw(spoilt(st.just(claimed)))
    return expected, claimed, data


@often
@given(claims(), TERMS)
def test_no_claim_makes_the_judge_fail(claim, terms):
    try:
        found = judged(*claim, terms)
    except Malformed:
        event("refused")
    else:
        event("differs" if found else "is alike")


@often
@given(st.sampled_from([one for one in SIDES if one[1]]), st.data(), TERMS)
def test_no_bytes_make_the_judge_fail(one, data, terms):
    held = bytearray(one[1][: data.draw(st.integers(0, len(one[1])))])
    for _ in range(data.draw(st.integers(0, 2)) if held else 0):
        held[data.draw(st.integers(0, min(len(held), 200) - 1))] = data.draw(st.integers(0, 255))
    judged(one, one[0], bytes(held), terms)


WIRE = {
    "BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "U32": 4, "I32": 4, "U64": 8, "I64": 8, "F16": 2, "BF16": 2,
    "F32": 4, "F64": 8, "C64": 8, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E4M3FNUZ": 1, "F8_E5M2FNUZ": 1, "F8_E8M0": 1,
}  # fmt: skip
"""What safetensors calls the dtypes, and the bytes of an element."""


def wired(dtype: str, shape: list[int]) -> bytes:
    """Ones and noughts under the name t0."""
    size = WIRE[dtype] * torch.Size(shape).numel()
    head = json.dumps({"t0": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(head)) + head + (b"\1" + bytes(WIRE[dtype] - 1)) * (size // WIRE[dtype])


@pytest.mark.parametrize("dtype", WIRE)
@pytest.mark.parametrize("terms", [PLAIN, Terms(tolerance=0.0)], ids=["plain", "tolerant"])
def test_bytes_of_another_dtype_than_is_claimed_do_not_make_the_judge_fail(dtype, terms):
    for one in SIDES:
        shape = one[0]["observed"]["v"].get("shape") or []
        for held in (shape, [*shape, 2]):
            judged(one, one[0], wired(dtype, held), terms)


def test_two_ways_to_carry_one_tensor_are_alike():
    for dtype in (torch.uint16, torch.uint32, torch.uint64, torch.int8, torch.bool, torch.float8_e5m2, torch.float64):
        expected = side(torch.tensor([1, 0, 1]).to(dtype))
        assert judged(expected, expected[0], b"") is None
        assert judged((expected[0], b""), *expected) is None


@pytest.mark.parametrize("cut", [0, 7, 8, 9, 60, 72, 1000, 16_000, 16_070])
def test_bytes_that_are_cut_short_are_a_difference(cut):
    expected = side(LONG)
    assert cut < len(expected[1])
    assert judged(expected, expected[0], expected[1][:cut]).field == "values"


@often
@given(st.integers(0, 16_072), st.integers(1, 255))
def test_bytes_that_are_bent_are_a_difference(at, turn):
    expected = side(LONG)
    bent = bytearray(expected[1])
    bent[at % len(bent)] ^= turn
    if judged(expected, expected[0], bytes(bent)) is None:
        # There are letters of a header that change nothing: I64 and U64 are the same for what is not negative.
        assert opened(bytes(bent))["t0"].tolist() == LONG.tolist()


@often
@given(ANYTHING)
def test_values_that_are_something_else_are_a_difference(values):
    expected = side(torch.tensor([1.0, 2.0]))
    claimed = {**expected[0]["observed"]["v"], "tensor": None, "values": values}
    try:
        found = judged(expected, {"observed": {"v": claimed}, "calls": expected[0]["calls"]}, b"")
    except Malformed:
        return
    assert found is not None or [float(v) for v in values] == [1.0, 2.0]


def test_a_difference_can_be_told_however_long_the_answer_says_it_is():
    expected = side(x)
    wordy = {"type": "E" * 300_000, "message": "é" * 300_000}
    call = {"inputs": expected[0]["calls"][0]["inputs"], "failure": wordy}
    lost = {"kind": "missing", "failure": wordy}
    for claimed in ({**expected[0], "calls": [call]}, {**expected[0], "observed": {"v": lost}}):
        found = judged(expected, claimed, expected[1])
        assert found.field == "failed" and len(found.actual) <= 300
