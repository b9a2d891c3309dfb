"""Whatever a child claims is a report with text fit for a terminal, or is none. Hypothesis plays the child."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.unit.sandbox.claims import ANYTHING, JSON, KEYS, fitting, hurts, nest, spoilt, texts
from tutor.sandbox import unpack
from tutor.sandbox.frame import Frames, Malformed
from tutor.sandbox.protocol import Difference, Observation, encode, plain

REPORT, DIFFERENCE, OBSERVATION = fitting(unpack.Report), fitting(Difference), fitting(Observation)
ANY_REPORT = st.dictionaries(st.sampled_from([f.name for f in fields(unpack.Report)]) | KEYS, ANYTHING, max_size=4)

often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def framed(message: Any) -> Any:
    """What the other side of a pipe reads."""
    reader = Frames(1 << 24)
    reader.feed(encode(message))
    frame = reader.take()
    assert frame is not None
    return frame[0]


def assert_kept(read: Any, again: Any) -> None:
    """`read` can be shown, and means the same after it has gone through another pipe."""
    assert [text for text in texts(read) if hurts(text)] == []
    assert plain(again(framed(plain(read)))) == plain(read)


def assert_read_or_refused(message: Any, read: Any) -> None:
    try:
        got = read(message)
    except Malformed:
        event("refused")
        return
    event("read")
    assert_kept(got, read)


@often
@given(ANY_REPORT)
def test_any_json_is_a_report_or_is_refused(message):
    assert_read_or_refused(message, unpack.report)


@often
@given(st.dictionaries(st.sampled_from("xyz"), spoilt(OBSERVATION), min_size=1, max_size=2))
def test_any_observation_is_one_or_is_refused(observed):
    assert_read_or_refused({"observed": observed}, unpack.report)


@often
@given(spoilt(REPORT))
def test_a_report_that_is_spoilt_in_one_place_is_still_a_report_or_is_refused(message):
    assert_read_or_refused(message, unpack.report)


@often
@given(REPORT)
def test_a_sound_report_is_read(message):
    assert_kept(unpack.report(message), unpack.report)


@often
@given((spoilt(DIFFERENCE) | JSON).filter(lambda message: message is not None))
def test_a_difference_is_one_or_is_refused(message):
    assert_read_or_refused(message, unpack.difference)


def test_no_difference_is_none():
    assert unpack.difference(None) is None


@pytest.mark.parametrize("message", [{"\ud800": 1}, {"observed": {"y": {"kind": "\ud800"}}}], ids=["field", "kind"])
def test_a_lone_surrogate_in_place_of_a_name_is_refused(message):
    with pytest.raises(Malformed):
        unpack.report(message)


@pytest.mark.parametrize("depth", [unpack.NESTED_MOST, 900, 5000, 100_000])
@pytest.mark.parametrize("listed", [True, False])
def test_what_is_nested_deeper_than_any_value_is_refused(depth, listed):
    deep = {"kind": "object", "value": nest(depth, 1, listed)}
    with pytest.raises(Malformed):
        unpack.report({"observed": {"y": deep}})


def test_observations_inside_each_other_without_end_are_refused():
    inside: dict[str, Any] = {"kind": "none"}
    for _ in range(5000):
        inside = {"kind": "list", "items": [inside]}
    with pytest.raises(Malformed):
        unpack.report({"observed": {"y": inside}})
