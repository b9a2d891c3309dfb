"""Losses kept with the graphs they came from."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called

Stored = tuple[ast.expr, ast.expr]
"""Where something is stored, and what."""


def kept(program: Program) -> Iterator[Notice]:
    """A loss that is stored or added up, round after round, beside the backward it was for."""
    used = _backwards(program)
    for node in program.nodes(ast.AugAssign, ast.Assign, ast.Expr):
        found = _stored(node) if _trains(program, node) else None
        if found is None:
            continue
        holder, value = found
        if _with_graph(program, value, used) and not _used_again(program, program.text(holder)):
            yield _notice(program, node, holder, value)


def _backwards(program: Program) -> set[str]:
    """The names that backward is called on."""
    owners = [c.func.value for c in program.calls("backward") if isinstance(c.func, ast.Attribute)]
    return {o.id for o in owners if isinstance(o, ast.Name)}


def _trains(program: Program, node: ast.stmt) -> bool:
    """Whether a statement is in a loop that goes backward, itself or around it."""
    names = [function.name for function in program.nodes(ast.FunctionDef) if program.calls("backward", within=function)]
    loops = [above for above in program.around(node) if isinstance(above, (ast.For, ast.While))]
    return any(program.calls("backward", *names, within=loop) for loop in loops)


def _stored(node: ast.stmt) -> Stored | None:
    """`total += loss`, `losses.append(loss)`, `losses[i] = loss`, `total = total + loss`."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        one = isinstance(node.value, ast.List) and len(node.value.elts) == 1
        return node.target, node.value.elts[0] if one else node.value  # type: ignore[attr-defined]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _appended(node.value)
    return _assigned(node) if isinstance(node, ast.Assign) else None


def _appended(call: ast.Call) -> Stored | None:
    if called(call) != "append" or len(call.args) != 1 or not isinstance(call.func, ast.Attribute):
        return None
    return call.func.value, call.args[0]


def _assigned(node: ast.Assign) -> Stored | None:
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Subscript):
        return target.value, value
    if isinstance(target, ast.Name) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        for one, other in ((value.left, value.right), (value.right, value.left)):
            if any(isinstance(n, ast.Name) and n.id == target.id for n in ast.walk(one)):
                return target, other
    return None


def _with_graph(program: Program, value: ast.expr, used: set[str]) -> bool:
    """Whether what is stored is the loss itself, still attached."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Div)):
        return any(_with_graph(program, side, used) for side in (value.left, value.right))
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return _returned(program, value.func.id, used)
    if not isinstance(value, ast.Name) or value.id not in used:
        return False
    return program.seen(value).requires_grad is not False and not program.shape(value)


def _returned(program: Program, name: str, used: set[str]) -> bool:
    """Whether a function of the program gives back the loss that it went backward from."""
    for function in program.nodes(ast.FunctionDef):
        if function.name == name and program.calls("backward", within=function):
            return any(
                isinstance(r.value, ast.Name) and r.value.id in used for r in program.nodes(ast.Return, within=function)
            )
    return False


def _used_again(program: Program, holder: str) -> bool:
    """Whether the sum or the list ends in what backward is called on."""
    reached = {program.text(call) for call in program.calls("backward", "grad")}
    words = {n.id for call in program.calls("backward", "grad") for n in ast.walk(call) if isinstance(n, ast.Name)}
    if holder in words or any(holder in text for text in reached):
        return True
    for _ in range(4):
        for node in program.nodes(ast.Assign):
            targets = {t.id for t in node.targets if isinstance(t, ast.Name)}
            if targets & words and holder not in targets:
                words |= {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
                if holder in words or holder in program.text(node.value):
                    return True
    return False


def _notice(program: Program, node: ast.stmt, holder: ast.expr, value: ast.expr) -> Notice:
    text, kept_as = program.text(value), program.text(holder)
    names = [n.id for n in ast.walk(value) if isinstance(n, ast.Name) and not program.shape(n)]
    loss = text if isinstance(value, ast.Call) else names[0]
    new = program.text(node)
    place = new.rfind(text)
    fixed = new[:place] + text.replace(loss, f"{loss}.item()", 1) + new[place + len(text) :]
    return Notice(
        rule="graph-kept",
        line=node.lineno,
        first=f"On line {node.lineno} `{kept_as}` keeps `{loss}` () with its graph, one more in every round.",
        rest=(
            f"`{loss}` requires gradients, so it holds on to everything that backward would go through again; memory "
            "grows with every round. item() gives the number alone.",
        ),
        instead=fixed,
    )
