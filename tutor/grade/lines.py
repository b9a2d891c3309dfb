"""What each line of code made, as rows of text: the same wherever shapes are shown beside code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tutor.grade.drawing import shape_text
from tutor.legible import clipped, legible
from tutor.sandbox.protocol import Line, Part, Pass

NAME_MOST = 24
TEXT_MOST = 60
_NAMELESS = "·"


class Row(NamedTuple):
    """One line of the code, with what it made."""

    line: int
    name: str
    """What it was called; a dot for a value without a name."""
    what: str
    """`(4, 2) float32 grad  3 times`; what is no tensor by its text."""


def rows(lines: Iterable[Line]) -> list[Row]:
    """A row for every line that made something, from top to bottom."""
    return [Row(made.line, _flat(made.name, NAME_MOST) or _NAMELESS, _what(made)) for made in _in_order(lines)]


def table(lines: Iterable[Line], number: str = "") -> list[str]:
    """The rows in columns; `number` goes before the number of each line."""
    made = rows(lines)
    wide = max((len(str(row.line)) for row in made), default=0)
    named = max((len(row.name) for row in made), default=0)
    return [f"{number}{row.line:>{wide}}  {row.name:<{named}}  {row.what}".rstrip() for row in made]


def details(line: Line) -> list[str]:
    """What a line made in its rounds, where they differ, and what its parts made."""
    rounds = [f"round {made.number}: {_made(made)}" for made in line.passes] if _varies(line) else []
    first = " in round 1" if line.count > 1 else ""
    return [*rounds, *(f"{_flat(part.text, TEXT_MOST)}  {_made(part)}{first}" for part in line.parts)]


def detailed(lines: Iterable[Line], number: str = "") -> list[str]:
    """The table, and below each row the parts of its line and its rounds."""
    made = _in_order(lines)
    return list(_detailed(made, table(made, number)))


def _detailed(lines: list[Line], heads: list[str]) -> Iterator[str]:
    for line, head in zip(lines, heads, strict=True):
        yield head
        yield from (f"  · {more}" for more in details(line))


def _in_order(lines: Iterable[Line]) -> list[Line]:
    """As the code stands, not as it ran; without a `self` of which something was set, which tells nothing."""
    return sorted((made for made in lines if made.name != "self"), key=lambda made: made.line)


def _what(made: Line) -> str:
    said = shape_text(made.shape) if made.shape is not None else _flat(made.text, TEXT_MOST)
    if made.shape is not None and _varies(made):
        first = made.passes[0].shape
        said = f"{shape_text(first)} … {said}" if first is not None else said
    return "  ".join(filter(None, [" ".join(filter(None, [said, *_facts(made)])), _often(made)]))


def _facts(made: Line) -> Iterator[str]:
    """Its dtype, and what is out of the ordinary of device and gradients."""
    if made.shape is not None:
        yield _flat(made.dtype or "", NAME_MOST)
        yield _flat(made.device or "", NAME_MOST) if made.device != "cpu" else ""
        yield "grad" if made.requires_grad else ""


def _varies(line: Line) -> bool:
    """Whether not all of its rounds made the same shape."""
    return len({made.shape for made in line.passes}) > 1


def _often(made: Line) -> str:
    return f"{made.count} times" if made.count > 1 else ""


def _made(made: Pass | Part) -> str:
    if made.shape is None:
        return _flat(getattr(made, "text", ""), TEXT_MOST)
    return f"{shape_text(made.shape)} {_flat(made.dtype or '', NAME_MOST)}".rstrip()


def _flat(text: str, most: int) -> str:
    return clipped(" ".join(legible(text).split()), most)
