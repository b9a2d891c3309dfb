"""What went into a value, followed back through the code: the statements that computed it, one from the other."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from tutor.grade.explain import origin
from tutor.grade.explain.case import Case
from tutor.grade.explain.leaf import is_made

STEPS_MOST = 40

Loop = ast.For | ast.While


@dataclass(frozen=True)
class Step:
    """One expression on the way, and the name that it was bound to."""

    node: ast.expr
    statement: ast.stmt | None
    name: str = ""

    @property
    def carried(self) -> bool:
        """Whether it is made from its own last value, as in `total = total + loss`."""
        if isinstance(self.statement, ast.AugAssign):
            return True
        targets = self.statement.targets if isinstance(self.statement, ast.Assign) else []
        names = {self.name, *(n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))}
        return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(self.node))


def trail(case: Case, node: ast.expr) -> list[Step]:
    """The expressions that went into `node`, the nearest first."""
    statement = next((n for n in case.around(node) if isinstance(n, ast.stmt)), None)
    found, seen = [Step(node, statement)], {id(node)}
    for step in found:
        for inner in _sources(case, step):
            if id(inner.node) not in seen and len(found) < STEPS_MOST:
                seen.add(id(inner.node))
                found.append(inner)
    return found


def _sources(case: Case, step: Step) -> list[Step]:
    found: list[Step] = []
    for node in ast.walk(step.node):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found += bindings(case, node)[-2:]
        elif isinstance(node, ast.Call):
            found += _returned(case, node)
    if isinstance(step.statement, ast.AugAssign) and isinstance(step.statement.target, ast.Name):
        found += [s for s in bindings(case, step.statement.target) if s.statement is not step.statement][-1:]
    return found


def bindings(case: Case, name: ast.Name) -> list[Step]:
    """Where a name was bound, in its function or else at the top; before it, where there is such a place."""
    scope = scope_of(case, name)
    every = [s for s in _bound(case) if s.name == name.id]
    here = [s for s in every if s.statement and scope_of(case, s.statement) is scope]
    found = here or [s for s in every if s.statement and scope_of(case, s.statement) is None]
    before = [s for s in found if s.node.lineno < name.lineno]
    return before or [s for s in found if s.node.lineno > name.lineno]


def _bound(case: Case) -> list[Step]:
    found: list[Step] = []
    for node in ast.walk(case.tree):
        if isinstance(node, ast.Assign):
            found += _named(node.targets, node.value, node)
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            found += _named([node.target], node.value, node)
    return sorted(found, key=lambda s: s.node.lineno)


def _named(targets: list[ast.expr], value: ast.expr, statement: ast.stmt) -> list[Step]:
    names = [n for target in targets for n in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [Step(value, statement, n.id) for n in names if isinstance(n, ast.Name)]


def _returned(case: Case, call: ast.Call) -> list[Step]:
    """What a function or a model of the code's gives back."""
    name = origin.last_name(call.func)
    function = origin.function_named(case.tree, name) if isinstance(call.func, ast.Name) else None
    if function is None:
        makers = origin.followed(case, call.func, 3) if isinstance(call.func, (ast.Name, ast.Attribute)) else []
        own = next((c for m in makers if (c := origin.own_class(case, m))), None)
        function = origin.function_named(own, "forward") if own else None
    if function is None:
        return []
    return [Step(n.value, n) for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None]


def scope_of(case: Case, node: ast.AST) -> ast.AST | None:
    """The function that a node stands in; None at the top."""
    return next((n for n in case.around(node) if isinstance(n, (ast.FunctionDef, ast.Lambda))), None)


def loop_of(case: Case, node: ast.AST) -> Loop | None:
    """The innermost loop that a node stands in."""
    return next((n for n in case.around(node) if isinstance(n, (ast.For, ast.While))), None)


def is_computed(case: Case, step: Step) -> bool:
    """Whether a step computes from tensors, and makes no new ones, no layers, and no plain numbers."""
    node = step.node
    if not step.name or is_made(node):
        return False
    if isinstance(node, ast.Call):
        name = origin.last_name(node.func)
        text = case.text(node.func)
        made = (
            name[:1].isupper() or "optim" in text or name in ("manual_seed", "range", "len", "requires_grad_", "load")
        )
        inner = any(is_made(n) for n in ast.walk(node.func)) and name in ("reshape", "view", "unsqueeze", "float", "to")
        return not made and not inner and (bool(node.args) or isinstance(node.func, ast.Attribute))
    if isinstance(node, ast.Tuple):
        return not all(is_made(part) or isinstance(part, ast.Constant) for part in node.elts)
    return isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Subscript))
