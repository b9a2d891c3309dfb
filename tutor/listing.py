"""Code to look at, line by line: the numbers its lines are spoken of by, the steps that are followed through it.

The same on every front end.
"""

from __future__ import annotations

import ast


def numbered(code: str) -> list[tuple[str, str]]:
    """Every line with its number, as a margin of one width."""
    lines = code.splitlines()
    return _beside([str(number) for number, _ in enumerate(lines, start=1)], lines)


def stepped(code: str) -> list[tuple[str, str]]:
    """Every line with the numbers of its steps, as a margin of one width: `2-3` where it takes two."""
    margins, done = [], 0
    for _, names in traced(code):
        first, done = done + 1, done + len(names)
        margins.append(f"{first}-{done}" if len(names) > 1 else str(done) if names else "")
    return _beside(margins, code.splitlines())


def traced(code: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every line with its steps: one for each name its statement assigns, or one without a name."""
    steps: dict[int, tuple[str, ...]] = {}
    for statement in _statements(code):
        end = statement.end_lineno or statement.lineno
        steps[end] = steps.get(end, ()) + (_assigned(statement) or ("",))
    return [(line, steps.get(number, ())) for number, line in enumerate(code.splitlines(), start=1)]


def has_steps(code: str) -> bool:
    """Whether the steps can be seen in code. One call is a network: how many layers it has is not for it to say."""
    found = _statements(code)
    alone = len(found) == 1 and isinstance(found[0], ast.Expr) and isinstance(found[0].value, ast.Call)
    return bool(found) and not alone


def _beside(margins: list[str], lines: list[str]) -> list[tuple[str, str]]:
    wide = max(map(len, margins), default=0)
    return [(f"{margin:>{wide}}  ", line) for margin, line in zip(margins, lines, strict=True)]


def _statements(code: str) -> list[ast.stmt]:
    try:
        return ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _assigned(statement: ast.stmt) -> tuple[str, ...]:
    names = (n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return tuple(dict.fromkeys(names))
