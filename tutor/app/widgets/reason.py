"""Why something is so: sentences, with code set apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.grade.lines import Row, rows
from tutor.legible import clipped, legible
from tutor.sandbox.protocol import Line

CODE = "    "
"""What a line of code begins with among sentences."""


def reasons(lines: Iterable[str]) -> list[Content]:
    """Sentences as prose; lines that are set in are code."""
    return [
        Content("  ") + paint.python(legible(line[len(CODE) :])) if line.startswith(CODE) else _sentence(line)
        for line in lines
    ]


def _sentence(line: str) -> Content:
    """A row of a table, which is set in less than code, stays as it is."""
    if line.startswith("! "):
        return Content.styled("! ", "bold $warning") + paint.line(line[2:])
    return Content.styled(legible(line), QUIET) if line.startswith("  ") else paint.line(line)


def made(lines: Sequence[Line], width: int) -> list[Content]:
    """What each line made, in a narrow column: what does not fit beside a name goes below it."""
    found = rows(lines)
    number = max((len(str(row.line)) for row in found), default=0)
    named = max((len(row.name) for row in found), default=0)
    return [content for row in found for content in _row(row, number, named, width)]


def _row(row: Row, number: int, named: int, width: int) -> list[Content]:
    head = Content.assemble((f"{row.line:>{number}} ", QUIET), (row.name, "bold"))
    what = row.what.replace(" times", "×")
    for gap in (named - len(row.name) + 2, 2):
        if head.cell_length + gap + len(what) <= width:
            return [head + Content(" " * gap) + Content.styled(what, QUIET)]
    return [head, Content.styled(" " * (number + 1) + clipped(what, width - number - 1), QUIET)]
