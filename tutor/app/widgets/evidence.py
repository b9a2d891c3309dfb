"""Evidence under a verdict: columns that stay aligned, whatever the width, and cells that differ in colour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from rich.cells import cell_len
from textual.content import Content

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.grade.contrast import GAP, MARKS, TITLES
from tutor.legible import clipped, legible

_MARGIN = Content("  ")
_HEAD = re.compile(rf"{TITLES[0]} *{GAP}{TITLES[1]}")
_CARETS = re.compile(r" *[\^~][ \^~]*")
_STEP = re.compile(r".+  (?P<shape>\([\d, ]*\))")
_CELL = re.compile(f"{MARKS[0]}[^{MARKS[1]}]*{MARKS[1]}")


def laid_out(evidence: Sequence[str], width: int) -> list[Content]:
    """Lines no wider than `width`."""
    rows = [row.expandtabs(4) for text in evidence for row in legible(text).splitlines()]
    room = max(width - _MARGIN.cell_length, 20)
    return [_MARGIN + line for line in _laid_out(rows, room)]


def _laid_out(rows: list[str], room: int) -> Iterator[Content]:
    while rows:
        found = _table(rows, room) or _pointed(rows, room) or _steps(rows, room)
        taken, lines = found or (
            1,
            paint.hung(Content(""), paint.line(rows[0]).stylize_before(QUIET), room).split("\n"),
        )
        yield from lines
        rows = rows[taken:]


def _table(rows: list[str], room: int) -> tuple[int, list[Content]] | None:
    """Two tensors side by side; below each other where both do not fit. They are the last of all evidence."""
    if not _HEAD.fullmatch(rows[0]):
        return None
    cut = rows[0].index(TITLES[1])
    left, right = [_cells(row[:cut], "$success") for row in rows], [_cells(row[cut:], "$error") for row in rows]
    if max(map(len, rows)) > room:
        return len(rows), left + right
    return len(rows), [a + b for a, b in zip(left, right, strict=True)]


def _cells(row: str, colour: str) -> Content:
    """The cells that differ stand out."""
    line = Content.styled(row, QUIET)
    for cell in _CELL.finditer(row):
        line = line.stylize(f"bold {colour}", *cell.span())
    return line


def _pointed(rows: list[str], room: int) -> tuple[int, list[Content]] | None:
    """A line of code over carets that point into it. Of a line that is too long the part around the carets is shown."""
    if len(rows) < 2 or not _CARETS.fullmatch(rows[1]):
        return None
    code, carets = rows[:2]
    if cell_len(code) > room:
        first = len(carets) - len(carets.lstrip())
        begin = max(first - room // 2, 0) if len(carets) >= room else 0
        code = clipped("…" + code[begin + 1 :] if begin else code, room)
        carets = carets[begin:][:room]
    return 2, [paint.python(code), Content.styled(carets, "bold $error")]


def _steps(rows: list[str], room: int) -> tuple[int, list[Content]] | None:
    """Lines of code with the shape of each at the right. Where that is too wide, the code is broken, not the table."""
    found = _STEP.fullmatch(rows[0])
    cut = found.start("shape") if found else 0
    table = list(takewhile(lambda row: row[cut - 2 : cut + 1] == "  (", rows)) if found else []
    if max(map(len, table), default=0) <= room:
        return None
    left = max(room - max(len(row) - cut for row in table) - 2, 12)
    return len(table), [line for row in table for line in _step(row[:cut].rstrip(), row[cut:], left)]


def _step(code: str, shape: str, wide: int) -> list[Content]:
    first, *more = paint.hung(Content(""), Content.styled(code, QUIET), wide, further=2).split("\n")
    gap = " " * (wide + 2 - first.cell_length)
    return [first + Content.assemble(gap, (shape, QUIET)), *more]
