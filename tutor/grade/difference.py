"""A difference the judge found, as a sentence and as expected beside actual."""

from __future__ import annotations

import re

from tutor.grade.contrast import beside
from tutor.grade.drawing import drawn
from tutor.sandbox.protocol import Call, Difference, Observation, Outcome


def explained(difference: Difference, outcome: Outcome, reference: Outcome) -> tuple[str, tuple[str, ...]]:
    """What is not as it should be, and the evidence: the inputs of a call, expected and actual side by side."""
    if difference.field == "missing" or f"name '{difference.name}' is not defined" in difference.actual:
        return f"`{difference.name}` was never made.", ()
    call = _call(outcome, difference)
    subject = f"The result of `{difference.name}{difference.item}`" if call else f"`{_name(difference)}`"
    return _sentence(difference, subject, call is not None), (
        *(_inputs(call) if call else ()),
        *_evidence(difference, outcome, reference),
    )


def _call(outcome: Outcome, difference: Difference) -> Call | None:
    case = difference.case
    return outcome.calls[case] if case is not None and case < len(outcome.calls) else None


def _name(difference: Difference) -> str:
    """What was observed; of several lines only the last, which is what they come to."""
    return difference.name.strip().splitlines()[-1] + difference.item if difference.name.strip() else difference.item


def _sentence(difference: Difference, subject: str, called: bool) -> str:
    expected, actual = difference.expected, difference.actual
    name = difference.name or "the code"
    sentences = {
        "failed": f"{subject} fails: {actual}" if called else f"{subject} could not be evaluated: {actual}",
        "kind": f"{subject} is {actual}; {expected} was asked for.",
        "shape": f"{subject} has shape {actual}; it should have {expected}{_rank(expected, actual)}.",
        "rank": f"{subject} has {_dimensions(actual)}; it should have {expected}.",
        "dtype": f"{subject} has dtype {actual}; it should have {expected}.",
        "device": f"{subject} is on {actual}; it should be on {expected}.",
        "requires_grad": f"{subject} has requires_grad={actual}; it should have {expected}.",
        "is_leaf": f"{subject} has is_leaf={actual}; it should have {expected}.",
        "contiguous": f"{subject} is {_not(actual)}contiguous; it should {_not(expected)}be.",
        "stride": f"{subject} has stride {actual}; it should have {expected}.",
        "length": f"{subject} has {actual} entries; it should have {expected}.",
        "keys": f"{subject} has the keys {actual}; it should have {expected}.",
        "grad": _of_grad(subject, expected, actual),
        "shares": _of_memory(subject, expected, actual),
        "inputs": _of_inputs(name, expected, actual),
        "rng": f"`{name}` uses another amount of random numbers than the solution." if difference.name else
               "The code uses another amount of random numbers than the solution.",
        "layers": f"{subject} is made of {actual}; it should be made of {expected}.",
        "parameters": f"{subject} has {actual}; it should have {expected}.",
        "names": f"{subject} calls what it holds {actual}; the names should be {expected}.",
        "mode": f"{subject} is in {actual} mode; it should be in {expected} mode.",
        "values": f"{subject} has the wrong value{_cells(difference)}.",
    }  # fmt: skip
    return sentences[difference.field]


def _of_grad(subject: str, expected: str, actual: str) -> str:
    if actual == "None":
        return f"{subject} has no gradient: its `.grad` is None. One should have reached it."
    if expected == "None":
        return f"{subject} has a gradient; its `.grad` should be None."
    return f"{subject} has the wrong gradient."


def _of_memory(subject: str, expected: str, actual: str) -> str:
    if expected == "none":
        return f"{subject} shares its memory with {actual}; it should be a copy of its own."
    if actual == "none":
        return f"{subject} has memory of its own; it should share that of {expected}."
    return f"{subject} shares its memory with {actual}; it should be {expected}."


def _of_inputs(name: str, expected: str, actual: str) -> str:
    if actual == expected:
        return f"`{name}` changes its input, but not to what it should become."
    if actual == "changed":
        return f"`{name}` changes its input; what the caller passed in should stay as it was."
    return f"`{name}` leaves its input as it was; it should change it in place."


def _not(said: str) -> str:
    return "" if said == "True" else "not "


def _dimensions(count: str) -> str:
    return f"{count} dimension{'s' * (count != '1')}"


def _rank(expected: str, actual: str) -> str:
    """Names the rank when that is what differs, since `(1,)` and `()` look so alike."""
    ranks = [len([size for size in shape.strip("()").split(",") if size.strip()]) for shape in (expected, actual)]
    if ranks[0] == ranks[1]:
        return ""
    return f" ({ranks[0]} dimension{'s' * (ranks[0] != 1)}, not {ranks[1]})"


def _cells(difference: Difference) -> str:
    if not difference.differing or not difference.cells or difference.cells == ((),):
        return ""
    places = ", ".join("[" + ", ".join(map(str, cell)) + "]" for cell in difference.cells[:3])
    return f" at {places}" + (f" and {difference.differing - 3} more" if difference.differing > 3 else "")


def _inputs(call: Call) -> tuple[str, ...]:
    return tuple(line for seen in call.inputs for line in drawn("input", seen))


def _evidence(difference: Difference, outcome: Outcome, reference: Outcome) -> tuple[str, ...]:
    if difference.field != "values":
        return ()
    expected, actual = _found(reference, difference), _found(outcome, difference)
    if expected is not None and actual is not None and (grids := beside(expected, actual, difference.cells)):
        return grids
    return (f"expected  {difference.expected}", f"yours     {difference.actual}")


def _found(outcome: Outcome, difference: Difference) -> Observation | None:
    """The value that differs, within what was observed or what a call gave."""
    if difference.case is None:
        seen = outcome.observed.get(difference.name)
    else:
        seen = outcome.calls[difference.case].result if difference.case < len(outcome.calls) else None
    for step in re.findall(r"\[([^\]]*)\]|\.(grad)$", difference.item):
        seen = _within(seen, step[0], grad=bool(step[1])) if seen is not None else None
    return seen


def _within(seen: Observation, key: str, *, grad: bool) -> Observation | None:
    if grad:
        return seen.grad
    keys = [str(k) for k in (seen.keys if seen.keys is not None else range(len(seen.items or ())))]
    return (seen.items or ())[keys.index(key)] if key in keys and keys.index(key) < len(seen.items or ()) else None
