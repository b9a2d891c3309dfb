"""The names of a function: what is passed for them, and which of them are not used."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin
from tutor.grade.explain.case import Case


def passed_for(case: Case, name: ast.Name) -> list[ast.expr]:
    """What the code passes for a parameter of the function around `name`, and its default."""
    function = next((n for n in case.around(name) if isinstance(n, ast.FunctionDef)), None)
    names = [a.arg for a in function.args.args] if function is not None else []
    if function is None or name.id not in names:
        return []
    at = names.index(name.id)
    defaults = dict(zip(names[::-1], function.args.defaults[::-1], strict=False))
    method = names[0] == "self"
    owner = next((n for n in case.around(function) if isinstance(n, ast.ClassDef)), None)
    called = owner.name if owner is not None and function.name == "__init__" else function.name
    calls = [origin.argument(c, name.id, at - method) for c in case.calls(called)]
    return [v for v in (defaults.get(name.id), *calls) if v is not None]


def unused(case: Case, node: ast.expr) -> str:
    """The one name of this function, or of the program, that was given data and is read nowhere."""
    function = next((n for n in case.around(node) if isinstance(n, ast.FunctionDef)), None)
    within = function or case.tree
    read = {n.id for n in ast.walk(within) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    if function is not None:
        names = [a.arg for a in function.args.args if a.arg != "self"]
    else:
        before = [n for n in case.tree.body if isinstance(n, ast.Assign) and n.lineno < case.scene.line]
        names = [t.id for n in before for t in n.targets if isinstance(t, ast.Name)]
    left = [name for name in names if name not in read]
    if len(left) > 1:
        left = [name for name in left if not any(_is_layer(value) for value in origin.bound(case, name))]
    return left[0] if len(left) == 1 else ""


def _is_layer(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and origin.last_name(value.func)[:1].isupper()


def held(case: Case, node: ast.expr) -> list[ast.expr]:
    """What a name or an attribute holds: what it was bound to, and what was passed for it where it is a parameter."""
    if isinstance(node, ast.Attribute):
        own = next((n for n in case.around(node) if isinstance(n, ast.ClassDef)), None)
        on_self = isinstance(node.value, ast.Name) and node.value.id == "self"
        values = origin.attributes(own, node.attr) if own is not None and on_self else []
        return [k for value in values for k in (held(case, value) if isinstance(value, ast.Name) else [value])]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        values = origin.followed(case, node.value)
        pairs = [p for d in values if isinstance(d, ast.Dict) for p in zip(d.keys, d.values, strict=True)]
        return [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == node.slice.value]
    if not isinstance(node, ast.Name):
        return []
    return [*origin.bound(case, node.id), *[v for p in passed_for(case, node) for v in _through(case, p)]]


def _through(case: Case, node: ast.expr) -> list[ast.expr]:
    return origin.bound(case, node.id) if isinstance(node, ast.Name) else [node]
