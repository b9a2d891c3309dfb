"""Pairs (values, indices) used as if they were the values."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, keyword, library, receiver

_PAIRS = {"sort", "topk", "kthvalue", "mode", "cummax", "cummin", "max", "min", "median"}
_WITH_DIM = {"max", "min", "median"}


def repeated(program: Program) -> Iterator[Notice]:
    """`x.max(dim=1) * 2`, `x.max(dim=1) == y`: arithmetic of a tuple."""
    for node in program.nodes(ast.BinOp, ast.Compare):
        sides = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.left, *node.comparators]
        sign = _sign(node)
        pairs = [side for side in sides if _pair(program, side) is not None]
        if len(sides) != 2 or not sign or not pairs:
            continue
        others = [side for side in sides if side not in pairs]
        if sign == "==" and (not others or program.shape(others[0]) is None):
            continue
        if sign == "+" and others:
            continue
        yield _notice(program, node, pairs[0], sign)


def _sign(node: ast.BinOp | ast.Compare) -> str:
    if isinstance(node, ast.Compare):
        return "==" if len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq) else ""
    signs: dict[type[ast.operator], str] = {ast.Mult: "*", ast.Add: "+"}
    return signs.get(type(node.op), "")


def _pair(program: Program, node: ast.expr) -> ast.Call | None:
    """The call that gave a pair, where an expression is one."""
    origin = program.origin(node)
    if not isinstance(origin, ast.Call) or called(origin) not in _PAIRS or library(origin) in ("np", "numpy"):
        return None
    base, others = receiver(origin)
    if called(origin) in _WITH_DIM and not (others or keyword(origin, "dim")):
        return None
    other_tensor = others and program.shape(others[0]) is not None
    if base is None or other_tensor or program.shape(base) is None or program.shape(node) is not None:
        return None
    return origin


def _notice(program: Program, node: ast.expr, pair: ast.expr, sign: str) -> Notice:
    text = program.text(pair)
    what = {
        "*": f"repeats the pair (values, indices) like any tuple: `{text}` is not multiplied.",
        "+": "joins two pairs (values, indices) into one tuple of four: nothing is added.",
        "==": "compares a pair (values, indices) with a tensor, which is False: no element is compared.",
    }[sign]
    call = _pair(program, pair)
    return Notice(
        rule="pair-of-values-and-indices",
        line=node.lineno,
        first=f"On line {node.lineno} {program.code_of(node)} {what}",
        rest=(f"With a dimension, {called(call) if call else 'it'} returns two tensors, .values and .indices.",),
        instead=program.text(node).replace(text, f"{text}.values", 1),
    )
