"""Tensors as pictures: a caption, then the numbers in brackets; the matrices of a larger one side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual.content import Content
from textual.widgets import Static

from tutor.app.themes import QUIET
from tutor.grade.drawing import drawn
from tutor.sandbox.protocol import Observation

_INDEX = re.compile(r"\[[\d, ]+\]$")
_APART = 3


class TensorView(Static):
    """The values a question shows."""

    DEFAULT_CSS = "TensorView { height: auto; margin-top: 1; }"

    def __init__(self, values: Iterable[tuple[str, Observation]] = ()) -> None:
        super().__init__("", markup=False, id="drawn")
        self.values = list(values)

    def on_mount(self) -> None:
        """Draw what there is."""
        self.show(self.values)

    def on_resize(self) -> None:
        """What fits depends on the width."""
        self.show(self.values)

    def show(self, values: list[tuple[str, Observation]]) -> None:
        """Other values."""
        self.values = values
        self.display = bool(values)
        width = max(self.size.width or 76, 20)
        rows = [row for name, seen in values for row in picture(name, seen, width)]
        self.update(Content("\n").join(rows))


def picture(name: str, seen: Observation, width: int) -> list[Content]:
    """One value as lines."""
    caption, *rows = drawn(name, seen, width - 4)
    title, _, about = caption.partition("  ")
    head = Content.assemble((title, "bold"), "  ", (about, QUIET))
    if seen.kind != "tensor" or not rows:
        return [head, *(Content(row) for row in rows)]
    rows = [row[2:] for row in rows]
    if not any(_INDEX.fullmatch(row) for row in rows):
        return [head, *_bracketed(rows)]
    return [head, *_side_by_side(_groups(rows), width)]


def _bracketed(rows: list[str]) -> list[Content]:
    """The rows of a matrix between brackets."""
    width = max(map(len, rows))
    if len(rows) == 1:
        return [Content.assemble(("[ ", QUIET), rows[0], (" ]", QUIET))]
    left = ["┌", *"│" * (len(rows) - 2), "└"]
    right = ["┐", *"│" * (len(rows) - 2), "┘"]
    return [
        Content.assemble((f"{a} ", QUIET), row.ljust(width), (f" {b}", QUIET))
        for a, row, b in zip(left, rows, right, strict=True)
    ]


def _groups(rows: list[str]) -> list[list[Content]]:
    """The matrices, each under its index, as blocks of the same width."""
    groups: list[tuple[str, list[str]]] = []
    for row in rows:
        if _INDEX.fullmatch(row) or not row.startswith("  "):
            groups.append((row, []))
        else:
            groups[-1][1].append(row[2:])
    return [[Content.styled(index, QUIET), *(_bracketed(matrix) if matrix else [])] for index, matrix in groups]


def _side_by_side(groups: list[list[Content]], width: int) -> list[Content]:
    """As many blocks next to each other as fit, then the next ones below."""
    lines: list[Content] = []
    shelf: list[list[Content]] = []
    used = 0
    for block in groups:
        wide = max(row.cell_length for row in block) + _APART
        if shelf and used + wide > width:
            lines += _shelf(shelf)
            shelf, used = [], 0
        shelf.append(block)
        used += wide
    return lines + _shelf(shelf)


def _shelf(blocks: list[list[Content]]) -> list[Content]:
    tall = max(map(len, blocks), default=0)
    widths = [max(row.cell_length for row in block) + _APART for block in blocks]
    rows = []
    for n in range(tall):
        parts = [block[n] if n < len(block) else Content("") for block in blocks]
        padded = [part.pad_right(wide - part.cell_length) for part, wide in zip(parts, widths, strict=True)]
        rows.append(Content("").join(padded).rstrip())
    return rows
