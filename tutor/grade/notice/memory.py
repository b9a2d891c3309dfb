"""Losses kept with the graphs they came from."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, root


def kept(program: Program) -> Iterator[Notice]:
    """A loss that is stored or added up, round after round, beside the backward it was for."""
    used = _backwards(program)
    for node in program.nodes(ast.AugAssign, ast.Assign, ast.Expr):
        loop = program.loop(node)
        if loop is None or not _trains(program, loop):
            continue
        found = _stored(node)
        if found is None:
            continue
        holder, value = found
        if _with_graph(program, node, value, used) and not _used_again(program, holder, node):
            yield _notice(program, node, holder, value)


def _backwards(program: Program) -> set[str]:
    """The names that backward is called on."""
    owners = [c.func.value for c in program.calls("backward") if isinstance(c.func, ast.Attribute)]
    return {o.id for o in owners if isinstance(o, ast.Name)}


def _trains(program: Program, loop: ast.AST) -> bool:
    inside = program.calls("backward", within=loop)
    around = next((a for a in program.around(loop) if isinstance(a, (ast.For, ast.While))), None)
    return bool(inside) or (around is not None and bool(program.calls("backward", within=around)))


def _stored(node: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """Where something is stored, and what: `losses.append(loss)`, `total += loss`, `losses[i] = loss`."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        return node.target, node.value
    if isinstance(node, ast.Expr) and called(node.value) == "append" and isinstance(node.value, ast.Call):
        owner = node.value.func
        one = len(node.value.args) == 1 and isinstance(owner, ast.Attribute)
        return (owner.value, node.value.args[0]) if one else None  # type: ignore[union-attr]
    if isinstance(node, ast.Assign):
        return _assigned(node)
    return None


def _assigned(node: ast.Assign) -> tuple[ast.expr, ast.expr] | None:
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Name) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        for one, other in ((value.left, value.right), (value.right, value.left)):
            if isinstance(one, ast.Name) and one.id == target.id:
                return target, other
    return None


def _with_graph(program: Program, node: ast.stmt, value: ast.expr, used: set[str]) -> bool:
    """Whether what is stored is the loss itself, still attached."""
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, (ast.Mult, ast.Div)) and any(
            _with_graph(program, node, side, used) for side in (value.left, value.right)
        )
    if isinstance(value, ast.Name):
        return value.id in used and program.seen(value).requires_grad is not False
    return False


def _used_again(program: Program, holder: ast.expr, node: ast.stmt) -> bool:
    """Whether the sum or the list is what backward is called on, or is detached in bulk."""
    name = root(holder)
    for call in program.calls("backward", "grad"):
        mentioned = {n.id for n in ast.walk(call) if isinstance(n, ast.Name)}
        if name in mentioned or _made_from(program, mentioned, name):
            return True
    return False


def _made_from(program: Program, roots: set[str], name: str) -> bool:
    """Whether one of some names was computed from another."""
    for node in program.nodes(ast.Assign):
        targets = {t.id for t in node.targets if isinstance(t, ast.Name)}
        if targets & roots and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node.value)):
            if targets != {name}:
                return True
    return False


def _notice(program: Program, node: ast.stmt, holder: ast.expr, value: ast.expr) -> Notice:
    text, kept_as = program.text(value), program.text(holder)
    loss = next(n.id for n in ast.walk(value) if isinstance(n, ast.Name))
    new = program.text(node)
    place = new.rfind(text)
    fixed = new[:place] + text.replace(loss, f"{loss}.item()", 1) + new[place + len(text) :]
    return Notice(
        rule="graph-kept",
        line=node.lineno,
        first=f"On line {node.lineno} `{kept_as}` keeps `{loss}` () with its graph, one more in every round.",
        rest=(
            f"`{loss}` requires gradients, so it holds on to everything backward would need to go through it again; memory "
            "grows with every round. item() gives the number alone.",
        ),
        instead=fixed,
    )
