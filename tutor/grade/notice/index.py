"""Brackets behind brackets: an assignment to a copy, and a row where a column was asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, number, root


def lost(program: Program) -> Iterator[Notice]:
    """`x[[0, 2]][:, 1] = 1`, `x[mask].zero_()`: a change of the copy that a list or a mask makes."""
    for node in program.nodes(ast.Subscript):
        inner, what = node.value, ""
        if not isinstance(inner, ast.Subscript) or not isinstance(node.ctx, ast.Store):
            continue
        if what := _copies(program, inner):
            yield _lost(program, node, inner, what)
    for statement in program.nodes(ast.Expr):
        call = statement.value
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        inner, name = call.func.value, called(call)
        in_place = name.endswith("_") and not name.endswith("__") and isinstance(inner, ast.Subscript)
        if in_place and (what := _copies(program, inner)):  # type: ignore[arg-type]
            yield _lost(program, call, inner, what)  # type: ignore[arg-type]


def _copies(program: Program, node: ast.Subscript) -> str:
    """With what an index picks entries, so that the result is a copy: `a list`, `a mask`; empty where it is a view."""
    shape = program.shape(node.value)
    if shape is None or program.seen(node.value).dtype == "":
        return ""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for part in parts:
        if isinstance(part, ast.List):
            return "a list"
        seen = program.seen(part)
        if isinstance(part, (ast.Compare, ast.BoolOp)) or (seen.dtype == "bool" and seen.shape):
            return "a mask"
        if seen.shape:
            return "a tensor of positions"
        if seen.text.startswith("["):
            return "a list"
    return ""


def _lost(program: Program, node: ast.expr, inner: ast.Subscript, what: str) -> Notice:
    base = program.text(inner.value)
    at = program.statement(node)
    return Notice(
        rule="change-of-a-copy",
        line=node.lineno,
        first=(
            f"On line {node.lineno} {program.code_of(at)} leaves `{base}` "
            f"{shape_text(program.shape(inner.value) or ())} unchanged: {program.code_of(inner)} is a copy."
        ),
        rest=(
            f"Picking with {what} makes a new tensor; the change goes into that one, which has no name and is lost. "
            "Only a single pair of brackets on the left of = reaches the tensor itself.",
        ),
        instead=_one_pair(program, node, inner, at),
    )


def _one_pair(program: Program, node: ast.expr, inner: ast.Subscript, at: ast.stmt) -> str:
    """The same with one pair of brackets, where that can be written."""
    base, index = program.text(inner.value), program.text(inner.slice)
    rest = program.text(at)[len(program.text(node)) :] if isinstance(at, (ast.Assign, ast.AugAssign)) else " = ..."
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and "," not in _top(index):
        first, *others = node.slice.elts
        if isinstance(first, ast.Slice) and not (first.lower or first.upper or first.step):
            return f"{base}[{index}, {', '.join(program.text(o) for o in others)}]{rest}"
    if isinstance(node, ast.Subscript):
        picked = f"{base}[{index}]"
        return f"part = {picked}\npart[{program.text(node.slice)}]{rest}\n{picked} = part"
    call = program.text(node)
    if called(node) in ("zero_", "fill_"):
        filled = "0" if called(node) == "zero_" else call.rpartition("(")[2].rstrip(")")
        return f"{base}[{index}] = {filled}"
    name, _, arguments = call[len(program.text(inner)) + 1 :].partition("(")
    return f"{base}[{index}] = {base}[{index}].{name.rstrip('_')}({arguments}"


def _top(index: str) -> str:
    """An index without what is in brackets."""
    depth, kept = 0, ""
    for sign in index:
        depth += (sign in "([{") - (sign in ")]}")
        kept += sign if depth == 0 else ""
    return kept


def twice(program: Program) -> Iterator[Notice]:
    """`x[a:b][c]` of a matrix, where the second pair picks rows again."""
    for node in program.nodes(ast.Subscript):
        inner = node.value
        if not isinstance(inner, ast.Subscript) or not isinstance(inner.slice, ast.Slice):
            continue
        before, part = program.shape(inner.value), program.shape(inner)
        if before is None or len(before) < 2 or part is None or not root(inner.value):
            continue
        if number(node.slice) is not None or (isinstance(node.slice, ast.Slice) and _bounded(node.slice)):
            yield _twice(program, node, inner, part)


def _bounded(node: ast.Slice) -> bool:
    return node.step is None and (node.lower is not None or node.upper is not None)


def _twice(program: Program, node: ast.Subscript, inner: ast.Subscript, part: tuple[int, ...]) -> Notice:
    base, first, second = program.text(inner.value), program.text(inner.slice), program.text(node.slice)
    one = number(node.slice) is not None
    gives = shape_text(program.shape(node) or part[1:])
    what = f"row {second} of that, {gives}, not column {second}" if one else f"rows of that again, {gives}"
    return Notice(
        rule="brackets-twice",
        line=node.lineno,
        first=f"On line {node.lineno} {program.code_of(node)} gives {what}: each pair of brackets starts at the rows.",
        rest=(
            f"`{base}[{first}]` {shape_text(part)} is a tensor of its own, and the second pair indexes its dimension 0 "
            f"again. Rows and columns go into one pair, with a comma.",
        ),
        instead=f"{base}[{first}, {second}]",
        sure=False,
    )
