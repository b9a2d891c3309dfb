"""What names stand for: what they were bound to, what was passed for a parameter."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.explain import origin
from tutor.grade.explain.case import Case


def bindings(case: Case, name: str) -> Iterator[ast.expr]:
    """What a name is bound to above the failing line, the last first; of `m, _ = x.max(1)` the whole right side."""
    found = [n for n in ast.walk(case.tree) if isinstance(n, ast.Assign) and name in _targets(n)]
    yield from (n.value for n in sorted(found, key=lambda n: -n.lineno) if n.lineno <= case.scene.line)


def _targets(node: ast.Assign) -> list[str]:
    return [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def passed(case: Case, name: str) -> Iterator[tuple[ast.Call, ast.expr]]:
    """What is passed for a parameter of the function that failed, with the call that does."""
    function = origin.function_named(case.tree, case.scene.function) if case.scene.function else None
    names = [a.arg for a in function.args.args] if function else []
    for call in case.calls(function.name) if function and name in names else ():
        given = origin.argument(call, name, names.index(name) - (names[0] == "self"))
        if given is not None:
            values = list(bindings(case, given.id)) if isinstance(given, ast.Name) else [given]
            yield from ((call, value) for value in values)


def number_of(case: Case, node: ast.expr | None) -> ast.expr | None:
    """Where the number was written that a name stands for: bound to it, or passed for the parameter; else itself."""
    if not isinstance(node, ast.Name):
        return node
    values = [*bindings(case, node.id), *(value for _, value in passed(case, node.id))]
    return next((value for value in values if origin.whole(value) is not None), node)
