"""Rows of a page that say which shape an expression has, held against torch:

x.sum(dim=0)    (2, 3) -> (3,)    the 2 went
x[0]            (3,)              a number removes its dimension
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from tutor.author.trial import Finding, Findings, Trial, why
from tutor.grade.answer import Unread, read_shape
from tutor.grade.seen import shape_of, spelled_shape
from tutor.grade.source import parsed
from tutor.lesson.code import prose

_SIZES = r"\((?:\d+(?:, ?\d+)*,?)?\)"
_ROW = re.compile(rf" {{2,}}(?P<code>\S.*?) {{2,}}(?:{_SIZES} *(?:->|→) *)?(?P<shape>{_SIZES})(?: |$)")
_MOST = 40


class Row(NamedTuple):
    """An expression and the shape that it is said to have."""

    line: int
    code: str
    shape: str


def rows(text: str) -> Iterator[Row]:
    """The rows of a text whose first column is an expression and whose second is a shape."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _ROW.match(line)
        if found and _expression(found["code"]):
            yield Row(number, found["code"], found["shape"])


def _expression(text: str) -> bool:
    tree = parsed(text)
    whole = tree.body[0] if tree is not None and len(tree.body) == 1 else None
    return isinstance(whole, ast.Expr) and isinstance(whole.value, (ast.Call, ast.Subscript, ast.BinOp, ast.Attribute))


async def held(trial: Trial) -> Findings:
    """Every such row of a question's prose. One that needs a name that is not given claims nothing that can be run."""
    for part in prose(trial.question):
        told = list(rows(part.text))[:_MOST]
        if not told:
            continue
        observed = (await trial.run("", tuple(dict.fromkeys(row.code for row in told)))).observed
        for row in told:
            seen = observed.get(row.code)
            if seen is None or (seen.failure is not None and seen.failure.type == "NameError"):
                continue
            if seen.kind == "missing":
                said, fix = (
                    f"torch refuses `{row.code}`: {why(seen.failure)}",
                    "correct the code, or take the shape away",
                )
                yield Finding(part.path, "false-shape", said, fix, line=row.line)
            elif (real := shape_of(seen)) is not None and real != _read(row.shape):
                said = f"`{row.code}` has shape {spelled_shape(real)}, not {row.shape}"
                yield Finding(part.path, "false-shape", said, f"write {spelled_shape(real)}", line=row.line)


def _read(text: str) -> tuple[int, ...] | None:
    try:
        return read_shape(text)
    except Unread:
        return None
