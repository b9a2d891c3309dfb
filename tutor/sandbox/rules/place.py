"""Where things stand in code. The syntax tree counts bytes; people count characters, from one."""

from __future__ import annotations

import ast
import re

At = tuple[int, int]
"""A line from one, and a column in bytes from zero."""

TEXT_MOST = 60

# What Python takes for the end of a line; `splitlines` knows more.
_NEWLINE = re.compile(r"\r\n|\r|\n")


def start(node: ast.AST) -> At:
    """Where a node begins."""
    return getattr(node, "lineno", 1), getattr(node, "col_offset", 0)


def end(node: ast.AST) -> At:
    """Where a node ends."""
    return getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", 0)


class Source:
    """Code by its lines."""

    def __init__(self, code: str) -> None:
        self.lines = _NEWLINE.split(code)
        self._bytes = [line.encode() for line in self.lines]

    def column(self, at: At) -> int:
        """The column in characters, from one."""
        return len(self._line(at[0])[: at[1]].decode(errors="replace")) + 1

    def text(self, at: At, until: At = (0, 0)) -> str:
        """From a place to another on the same line, else to the end of the line, short."""
        last = until[1] if until[0] == at[0] else None
        rest = self._line(at[0])[at[1] : last].decode(errors="replace").strip()
        return rest if len(rest) <= TEXT_MOST else rest[: TEXT_MOST - 1] + "…"

    def between(self, left: ast.AST, right: ast.AST, spelling: str) -> At:
        """Where an operator stands between its operands; only brackets and comments can be around it."""
        sought, (first, begin), (last, until) = spelling.split()[0].encode(), end(left), start(right)
        for number in range(first, last + 1):
            line, since = self._line(number), begin if number == first else 0
            # Past the gap's own end there may be a `#` inside a string.
            gap = line[since : until if number == last else None].partition(b"#")[0]
            if (column := gap.find(sought)) >= 0:
                return number, since + column
        return start(left)

    def attribute(self, node: ast.Attribute) -> At:
        """Where an attribute stands: at its dot, or at its name where that is on another line."""
        name, (number, until) = node.attr.encode(), end(node)
        begin, line = until - len(name), self._line(number)
        if line[begin:until] != name:
            return start(node)
        return number, begin - 1 if line[begin - 1 : begin] == b"." else begin

    def _line(self, number: int) -> bytes:
        return self._bytes[number - 1] if 0 < number <= len(self._bytes) else b""
