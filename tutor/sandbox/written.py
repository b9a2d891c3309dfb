"""Code as it was written: its text by places, and its syntax tree for whoever asks what stands where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

Place = tuple[int, int, int, int]
"""First line and column, last line and column; columns in bytes."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Written:
    """One piece of code; parsed only when it is asked about."""

    def __init__(self, code: str) -> None:
        self.code = code

    @cached_property
    def _lines(self) -> list[bytes]:
        return [line.encode("utf-8", "replace") for line in _NEWLINE.split(self.code)]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in it that stands somewhere, the outer before the inner."""
        return [node for node in ast.walk(ast.parse(self.code)) if isinstance(node, (ast.expr, ast.stmt))]

    def text(self, place: Place, most: int = 200) -> str:
        """What stands at a place, cut after so many characters."""
        first, column, last, end = place
        lines = self._lines[first - 1 : last]
        if not lines:
            return ""
        lines[-1] = lines[-1][:end] if len(lines) > 1 else lines[-1][column:end]
        if len(lines) > 1:
            lines[0] = lines[0][column:]
        return b"\n".join(lines).decode("utf-8", "replace")[:most]

    def characters(self, place: Place) -> Place:
        """A place with its columns in characters."""
        first, column, last, end = place
        return first, self._characters(first, column), last, self._characters(last, end)

    def _characters(self, line: int, column: int) -> int:
        return (
            len(self._lines[line - 1][:column].decode("utf-8", "replace")) if 0 < line <= len(self._lines) else column
        )

    def statement(self, node: ast.AST, most: int = 200) -> str:
        """A statement as written; of one with a body, what stands before that."""
        return self.text(header(node), most).rstrip()

    def expressions(self, place: Place) -> list[ast.AST]:
        """What stands exactly at a place, the outer first; else the smallest thing that spans it."""
        exact = [node for node in self.nodes if place_of(node) == place]
        return exact or [min(around, key=_size)] if (around := [n for n in self.nodes if _spans(n, place)]) else exact

    def statement_at(self, place: Place) -> ast.stmt | None:
        """The innermost statement that spans a place."""
        around = [node for node in self.nodes if isinstance(node, ast.stmt) and _spans(node, place)]
        return min(around, key=_size, default=None)

    def function_at(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function around a node."""
        around = [n for n in self.nodes if isinstance(n, _SCOPES[:2]) and n is not node and _spans(n, place_of(node))]
        found = min(around, key=_size, default=None)
        return found if isinstance(found, _SCOPES[:2]) else None

    def binders(self, name: str, within: ast.AST | None) -> Iterator[ast.stmt]:
        """The definitions and imports of a name in a function or, for None, outside of all, as they stand."""
        for node in self.nodes:
            if isinstance(node, ast.stmt) and name in _defined(node) and self.function_at(node) is within:
                yield node


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, _SCOPES):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.split(".")[0] for alias in node.names]
    return []


def header(node: ast.AST) -> Place:
    """Where a statement stands, without its body."""
    first, column, last, end = place_of(node)
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not isinstance(body, list) or not isinstance(node, ast.stmt):
        return first, column, last, end
    until = place_of(body[0].pattern if isinstance(body[0], ast.match_case) else body[0])
    return (first, column, until[0], until[1]) if until[0] == first else (first, column, until[0] - 1, 1 << 20)


def place_of(node: ast.AST) -> Place:
    """Where it stands; zeros for what stands nowhere."""
    first, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    return first, column, getattr(node, "end_lineno", None) or first, getattr(node, "end_col_offset", None) or column


def _spans(node: ast.AST, place: Place) -> bool:
    own = place_of(node)
    return own[:2] <= place[:2] and place[2:] <= own[2:]


def _size(node: ast.AST) -> tuple[int, int]:
    first, column, last, end = place_of(node)
    return last - first, end - column
