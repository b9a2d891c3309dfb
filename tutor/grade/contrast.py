"""Two tensors side by side, the cells in which they differ marked by a glyph: colour alone would say nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.grade.drawing import notation
from tutor.grade.seen import value_of
from tutor.sandbox.protocol import Observation

MARKS = ("›", "‹")
"""Around a cell that differs."""
ROWS_MOST = 8
WIDTH = 68
"""What the verdict has on a screen of 80 columns."""
TITLES = ("expected", "yours")
GAP = "    "


def beside(expected: Observation, actual: Observation, cells: tuple[tuple[int, ...], ...]) -> tuple[str, ...]:
    """Lines with both tensors of one shape next to each other; nothing when they are too large or of other forms."""
    rows = [_rows(seen) for seen in (expected, actual)]
    if rows[0] is None or rows[1] is None or expected.shape != actual.shape:
        return ()
    write = notation([n for grid in rows for row in grid or () for n in row])
    texts = [_texts(grid or [], write) for grid in rows]
    wide = max((len(text) for grid in texts for row in grid for text in row), default=1)
    marked = {_cell(cell, expected.shape or ()) for cell in cells}
    left, right = (_grid(grid, wide, marked) for grid in texts)
    column = max(map(len, (*left, TITLES[0])))
    if column + len(GAP) + max(map(len, (*right, TITLES[1]))) > WIDTH:
        return ()
    head = f"{TITLES[0]:<{column}}{GAP}{TITLES[1]}"
    return (head, *(f"{a:<{column}}{GAP}{b}".rstrip() for a, b in zip(left, right, strict=True)))


def _rows(seen: Observation) -> list[list[Any]] | None:
    """The numbers as rows, the dimensions before the last one run together; None when there are too many."""
    if seen.kind != "tensor" or seen.values is None:
        return None
    try:
        values = value_of(seen)
    except ValueError:
        return None
    rows: list[Any] = [[values]] if not isinstance(values, list) else values
    while rows and isinstance(rows[0], list) and rows[0] and isinstance(rows[0][0], list):
        rows = [row for block in rows for row in block]
    rows = rows if rows and isinstance(rows[0], list) else [rows]
    return rows if len(rows) <= ROWS_MOST and rows[0] and all(isinstance(row, list) for row in rows) else None


def _texts(rows: list[list[Any]], write: Callable[[Any], str]) -> list[list[str]]:
    return [[write(number) for number in row] for row in rows]


def _cell(cell: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, int]:
    """Row and column of an element where the dimensions before the last one run together."""
    row = 0
    for index, size in zip(cell[:-1], shape[:-1], strict=False):
        row = row * size + index
    return row, cell[-1] if cell else 0


def _grid(texts: list[list[str]], wide: int, marked: set[tuple[int, int]]) -> list[str]:
    return ["".join(_marked(text.rjust(wide), (i, j) in marked) for j, text in enumerate(row)) for i, row in
            enumerate(texts)]  # fmt: skip


def _marked(text: str, differs: bool) -> str:
    return f"{MARKS[0]}{text}{MARKS[1]}" if differs else f" {text} "
