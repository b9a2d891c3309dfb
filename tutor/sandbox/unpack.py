"""A child's report, read strictly: what does not fit the schema is no report. Every text is made legible here."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Annotated, Any, TypeVar

import msgspec

from tutor.legible import legible
from tutor.sandbox.frame import Malformed
from tutor.sandbox.protocol import (
    EVENTS_MOST,
    Breach,
    Call,
    Difference,
    Event,
    Failure,
    Layer,
    Line,
    Observation,
    Operand,
    Warned,
)  # fmt: skip

NESTED_MOST = 160
"""A tensor has at most 64 dimensions, and containers are described eight deep."""

FACTS_MOST = 64

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Report:
    """The part of an Outcome that the child claims."""

    error: Failure | None = None
    warnings: tuple[Warned, ...] = ()
    lines: tuple[Line, ...] = ()
    asides: tuple[Line, ...] = ()
    observed: dict[str, Observation] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    events: Annotated[tuple[Event, ...], msgspec.Meta(max_length=EVENTS_MOST)] = ()
    rng: int = 0


def report(message: dict[str, Any]) -> Report:
    """The report in a frame's JSON; raises Malformed."""
    return _read(message, Report)


def difference(message: dict[str, Any] | None) -> Difference | None:
    """The judge's finding; raises Malformed."""
    return None if message is None else _read(message, Difference)


def breaches(message: Any) -> tuple[Breach, ...]:
    """The rules that the judge found broken; raises Malformed."""
    return _read(message, tuple[Breach, ...])


def _read(message: Any, kind: type[T]) -> T:
    try:
        read: T = _legible(msgspec.convert(message, kind), NESTED_MOST)
    except (msgspec.ValidationError, UnicodeError, RecursionError) as error:
        raise Malformed(str(error)) from None
    return read


def _legible(value: Any, room: int) -> Any:
    """`value` with every text fit for a terminal. Keys of `observed` are ours and stay."""
    if room < 0:
        raise Malformed("nested deeper than any value")
    if isinstance(value, str):
        return legible(value if value.isascii() else value.encode("utf-8", "replace").decode())
    if is_dataclass(value) and not isinstance(value, type):
        facts = {"facts": _facts(value, room)} if isinstance(value, (Operand, Layer)) else {}
        others = [f.name for f in fields(value) if f.name not in facts]
        changed = facts | {name: v for name in others if (v := _cleaned(getattr(value, name), room)) is not None}
        return replace(value, **changed) if changed else value
    if isinstance(value, (tuple, list)):
        return type(value)([_legible(v, room - 1) for v in value])
    if isinstance(value, dict):
        if not all(map(is_dataclass, value.values())):
            raise Malformed("a table within a value")
        return {k: _legible(v, room - 1) for k, v in value.items()}
    return value


def _cleaned(value: Any, room: int) -> Any:
    """The legible form of a field that may hold text; None where there is nothing to clean."""
    return _legible(value, room - 1) if isinstance(value, (str, tuple, list, dict)) or is_dataclass(value) else None


def _facts(scene: Operand | Layer, room: int) -> dict[str, Any]:
    """The facts of one thing, few and short; their keys are the child's words as well."""
    if len(scene.facts) > FACTS_MOST:
        raise Malformed("too many facts")
    return {_legible(name, room): _legible(fact, room) for name, fact in scene.facts.items()}
