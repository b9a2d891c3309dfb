"""The trusted comparison: two sets of observations and their bytes, the first difference or none.

It is a process of its own because it opens bytes that a learner's process wrote. It also looks for broken rules in
code, since that can be written so that parsing it ends the interpreter.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tutor.sandbox import facts
from tutor.sandbox.bytes import opened
from tutor.sandbox.compare import Comparison
from tutor.sandbox.frame import Channel
from tutor.sandbox.protocol import Call, Difference, Observation, Rules, Terms, plain
from tutor.sandbox.rules import rule


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the two runs was seen to make."""

    observed: dict[str, Observation] = {}
    calls: tuple[Call, ...] = ()
    rng: int = 0


def serve(channel: Channel) -> None:
    """Answer questions until no more come."""
    while (frame := channel.read()) is not None:
        channel.write(_answer(*frame))


def _answer(message: dict[str, Any], tensors: bytes) -> dict[str, Any]:
    if "rules" in message:
        return {"breaches": plain(rule.breaches(message["code"], msgspec.convert(message["rules"], Rules)))}
    found = first_difference(message, tensors)
    return {"difference": plain(found) if found else None}


def first_difference(message: dict[str, Any], tensors: bytes) -> Difference | None:
    """What differs first between `expected` and `actual`; only names that are expected are looked at."""
    expected = msgspec.convert(message["expected"], Side)
    actual = msgspec.convert(message["actual"], Side)
    terms = msgspec.convert(message["terms"], Terms)
    middle = message["middle"]
    comparison = Comparison(terms, opened(tensors[:middle]), opened(tensors[middle:]))
    for name, wanted in expected.observed.items():
        came = actual.observed.get(name, Observation(kind="missing"))
        found = None if name in terms.beside else comparison.difference(name, wanted, came)
        if found or (found := _in_memory(terms, name, expected, actual)):
            return found
    if "rng" in terms.check and expected.rng != actual.rng:
        return Difference(name="", field="rng", expected="", actual="")
    return _in_calls(comparison, expected.calls, actual.calls)


def _in_memory(terms: Terms, name: str, expected: Side, actual: Side) -> Difference | None:
    """Whose memory `name` lies in."""
    if "shares" not in terms.check or name in terms.beside:
        return None
    ours, theirs = (facts.shared(expected.observed, side.observed, name) for side in (expected, actual))
    if ours == theirs:
        return None
    return Difference(name=name, field="shares", expected=facts.told(ours), actual=facts.told(theirs))


def _in_calls(comparison: Comparison, expected: tuple[Call, ...], actual: tuple[Call, ...]) -> Difference | None:
    """The difference of the smallest case that fails, because it is the one a person can follow."""
    cases = sorted(range(len(expected)), key=lambda i: (_size(expected[i]), i))
    for i in cases:
        came = actual[i] if i < len(actual) else None
        if found := comparison.of_calls(expected[i], came, i):
            return found
    return None


def _size(call: Call) -> tuple[int, int]:
    """How much there is to read: elements, then characters."""
    return sum(_elements(o) for o in call.inputs), sum(len(o.text) for o in call.inputs)


def _elements(observation: Observation) -> int:
    if observation.items:
        return sum(map(_elements, observation.items))
    count = 1
    for size in observation.shape or ():
        count *= size
    return count
