"""Two outcomes held against each other at a glance: most that differ are told apart without asking the judge."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tutor.sandbox.protocol import Call, Observation, Outcome, Terms

_LOOKED_AT = 12
"""Elements of each value."""
_ROOM = 0.05
"""Of the larger one: far more than the judge allows, so that what it would pass is never held back."""
_OF_LARGEST = 0.01


def apart(one: Outcome, other: Outcome, terms: Terms) -> bool:
    """Whether two runs surely differ in what is compared; the judge decides about all the rest."""
    if one.status != other.status or len(one.calls) != len(other.calls):
        return True
    if one.observed.keys() != other.observed.keys():
        return True
    names = (name for name in one.observed if name not in terms.beside)
    if any(_unlike(one.observed[n], other.observed[n], terms) for n in names):
        return True
    return any(_differ(a, b, terms) for a, b in zip(one.calls, other.calls, strict=True))


def _differ(one: Call, other: Call, terms: Terms) -> bool:
    if (one.failure is None) != (other.failure is None):
        return True
    if one.failure and other.failure:
        return one.failure.type != other.failure.type
    if "inputs" in terms.check and one.changed != other.changed:
        return True
    if one.result is None or other.result is None:
        return one.result is not other.result
    return _unlike(one.result, other.result, terms)


def _unlike(one: Observation, other: Observation, terms: Terms) -> bool:
    if (one.kind == "missing") != (other.kind == "missing"):
        return True
    if one.kind != "tensor" or other.kind != "tensor":
        return one.kind != other.kind and "tensor" in (one.kind, other.kind)
    checked = terms.check
    if "dtype" in checked and one.dtype != other.dtype:
        return True
    if "requires_grad" in checked and one.requires_grad != other.requires_grad:
        return True
    if one.shape != other.shape:
        return "shape" in checked
    if "values" not in checked or one.values is None or other.values is None:
        return False
    pairs = [*islice(zip(_flat(one.values), _flat(other.values), strict=False), _LOOKED_AT)]
    numbers = [(a, b) for a, b in pairs if isinstance(a, (int, float)) and isinstance(b, (int, float))]
    largest = max((abs(n) for pair in numbers for n in pair), default=0.0)
    least = max(1e-3, _OF_LARGEST * largest, 2 * (terms.tolerance or 0.0))
    return any(not math.isclose(a, b, rel_tol=_ROOM, abs_tol=least) for a, b in numbers)


def _flat(values: Any) -> Iterator[Any]:
    if isinstance(values, list):
        for value in values:
            yield from _flat(value)
    else:
        yield values
