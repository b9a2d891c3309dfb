"""A problem for a person: the place as editors and compilers write it, what is wrong, what to do, and what shows it."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from tutor.errors import Problem
from tutor.legible import legible

NARROWEST = 40
_GLUE = "\0"
"""Stands for a space at which no line is broken."""
_CODE = re.compile("`[^`]{1,36}`")
_COLOURS = {"error": "31;1", "warning": "33;1", "place": "1", "quiet": "2", "-": "31", "+": "32"}


@dataclass(frozen=True)
class Look:
    """How it is to be shown."""

    width: int = 0
    """Columns that lines are wrapped to; 0 for one line however long, which other programs read."""
    colour: bool = False

    @property
    def spaced(self) -> bool:
        """Whether files are set apart."""
        return self.width > 0

    @classmethod
    def of(cls, stream: TextIO) -> Look:
        """What suits a stream: wrapped and in colour on a terminal, plain for a pipe."""
        if not stream.isatty():
            return cls()
        width = max(NARROWEST, min(shutil.get_terminal_size().columns, 100))
        return cls(width, "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb")

    def painted(self, text: str, colour: str) -> str:
        """Text in a colour, where there are any."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.colour and text else text


def told(problem: Problem, look: Look) -> Iterator[str]:
    """The lines of a problem."""
    code = f"[{problem.code} {problem.name}]" if problem.code else ""
    said = legible(problem.message)
    if not look.width:
        fix = f"; {legible(problem.fix)}" if problem.fix else ""
        yield f"{problem.place}: {problem.severity}: {said}{fix} {code}".rstrip()
    else:
        yield from _wrapped(problem, said, code, look)
    for row in (row for text in problem.evidence for row in legible(text).splitlines()):
        cut = row if not look.width or len(row) <= look.width - 6 else row[: look.width - 7] + "…"
        yield "      " + (look.painted(cut, cut[0]) if cut[:2] in ("- ", "+ ") else cut)


def _wrapped(problem: Problem, said: str, code: str, look: Look) -> Iterator[str]:
    head = f"{problem.place}: {problem.severity}: "
    rows = _rows(head + said, look.width)
    start = f"{look.painted(problem.place, 'place')}: {look.painted(problem.severity, problem.severity)}: "
    yield rows[0].replace(head.rstrip(), start.rstrip(), 1)
    yield from rows[1:]
    fix = legible(problem.fix)
    text = fix[:1].upper() + fix[1:] + ("" if fix[-1:] in ("", ".", "?", "…") else ".")
    for row in _rows(f"    {text} {code.replace(' ', _GLUE)}".rstrip(), look.width):
        yield row.replace(code, look.painted(code, "quiet")) if code else row


def _rows(text: str, width: int) -> list[str]:
    """Text wrapped to a width, short code in one piece."""
    glued = _CODE.sub(lambda found: found[0].replace(" ", _GLUE), text)
    rows = textwrap.wrap(glued, width, subsequent_indent="    ", break_on_hyphens=False, drop_whitespace=True)
    return [row.replace(_GLUE, " ") for row in rows]
