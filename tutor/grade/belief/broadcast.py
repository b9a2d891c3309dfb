"""Operators element by element: how shapes line up, what a list would do, how a quotient is rounded."""

from __future__ import annotations

import ast

from tutor.grade.belief.node import DTYPE, SHAPE, VALUE, Change, Changes, function, made, number, sized, text
from tutor.grade.belief.reduce import NAMES as REDUCTIONS

_ELEMENTWISE = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_SIGN: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_EDGE = {ast.Gt: ">=", ast.GtE: ">", ast.Lt: "<=", ast.LtE: "<"}


def changes(node: ast.AST) -> Changes:
    """Beliefs about an operator between tensors, or between a tensor and a number."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _compared(node)
        if not _plain(node.left) and not _plain(node.comparators[0]):
            yield from _lined_up(node.left, node.comparators[0], _SIGN.get(type(node.ops[0]), ""))
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ELEMENTWISE):
        a, b, sign = node.left, node.right, _SIGN[type(node.op)]
        if not (_plain(a) or _plain(b)):
            yield from _lined_up(a, b, sign)
        if not (_plain(a) and _plain(b)):
            yield from _as_lists(a, b, sign)
            yield from _divided(a, b, sign)
            yield from _order(node, sign)


def _plain(node: ast.expr) -> bool:
    """Whether it is a number, which fits every shape."""
    return isinstance(node, ast.Constant) or number(node) is not None


def _lined_up(a: ast.expr, b: ast.expr, sign: str) -> Changes:
    if not sign:
        return
    paired = "A column against a row meets it everywhere: every row with every column. Nothing is paired up."
    yield Change(made(f"A.squeeze(-1) {sign} B", A=a, B=b), paired, 0)
    yield Change(sized("A.squeeze(-1).shape", A=a), paired, 2, SHAPE, False)
    left = "Shapes are lined up from the right, and missing dimensions count as 1 in front."
    rank = int(any(function(n) in REDUCTIONS for side in (a, b) for n in ast.walk(side)))
    padded = "X[(...,) + (None,) * (Y.ndim - X.ndim)]"
    yield Change(made(f"A {sign} {padded.replace('X', 'B').replace('Y', 'A')}", A=a, B=b), left, rank, code=False)
    yield Change(made(f"{padded.replace('X', 'A').replace('Y', 'B')} {sign} B", A=a, B=b), left, rank, code=False)
    told = f"In `{text(a)}` against `{text(b)}` each place takes the larger size: neither side's shape simply stays."
    yield Change(a, told, 1, SHAPE)
    yield Change(b, told, 1, SHAPE)
    told = "Shapes are lined up from the right: a (n,) is a row, not a column."
    yield Change(made(f"A {sign} B[:, None]", A=a, B=b), told, 1)
    both = "zip((1,) * (B.ndim - A.ndim) + A.shape, (1,) * (A.ndim - B.ndim) + B.shape)"
    told = "Two sizes fit when they are equal or one of them is 1; the larger does not simply win."
    yield Change(sized(f"[max(p, q) for p, q in {both}]", A=a, B=b), told, 1, SHAPE, False)
    told = "Sizes are combined place by place, not joined."
    yield Change(sized("A.shape + B.shape", A=a, B=b), told, 2, SHAPE, False)


def _as_lists(a: ast.expr, b: ast.expr, sign: str) -> Changes:
    if sign == "*" and (_plain(a) or _plain(b)):
        tensor, times = (b, a) if _plain(a) else (a, b)
        told = "A tensor is no list: * multiplies every element and repeats nothing."
        yield Change(made("T.repeat(N)", T=tensor, N=times), told, 0, VALUE)
    if sign == "+":
        told = "A tensor is no list: + adds element by element and joins nothing."
        yield Change(
            made("torch.cat([torch.as_tensor(A).reshape(-1), torch.as_tensor(B).reshape(-1)])", A=a, B=b),
            told,
            0,
            VALUE,
            False,
        )
    if sign == "*" and not (_plain(a) or _plain(b)):
        yield Change(made("A @ B", A=a, B=b), "* goes element by element; the product of matrices is @.", 0)


def _divided(a: ast.expr, b: ast.expr, sign: str) -> Changes:
    if sign == "/":
        told = "/ always gives floats, also for whole numbers; // would round down."
        yield Change(made("A // B", A=a, B=b), told, 0)
    if sign == "//":
        told = "// rounds down, towards minus infinity, not towards zero."
        yield Change(made("torch.div(A, B, rounding_mode='trunc')", A=a, B=b), told, 0)
        yield Change(made("A / B", A=a, B=b), "// rounds the quotient down to a whole number.", 0)
        yield Change(made("A % B", A=a, B=b), "// gives the quotient; the remainder is %.", 1, VALUE)
    if sign == "%":
        told = f"The remainder takes the sign of the divisor, {text(b)}."
        yield Change(made("torch.fmod(A, B)", A=a, B=b), told, 0, VALUE)
        yield Change(made("A // B", A=a, B=b), "% gives the remainder; the quotient is //.", 0, VALUE)
    if sign in ("/", "//", "%", "*", "+", "-"):
        told = (
            f"Both sides decide the dtype, not only the left one, `{text(a)}`: floats beat whole numbers beat booleans."
        )
        yield Change(made("torch.as_tensor(A)", A=a), told, 0, DTYPE)
        yield Change(
            made("torch.as_tensor(B)", B=b), told.replace("left one", "right one").replace(text(a), text(b)), 1, DTYPE
        )


def _order(node: ast.BinOp, sign: str) -> Changes:
    a, b = node.left, node.right
    inner = _SIGN.get(type(a.op), "") if isinstance(a, ast.BinOp) else ""
    if isinstance(a, ast.BinOp) and sign in "+-" and inner in ("*", "/"):
        told = f"{inner} comes before {sign}: `{text(a)}` is worked out first."
        yield Change(made(f"A {inner} (B {sign} C)", A=a.left, B=a.right, C=b), told, 0, VALUE)
    if sign in ("-", "/", "**") and not isinstance(a, ast.Constant):
        yield Change(
            made(f"B {sign} A", A=a, B=b), f"The order counts: `{text(a)}` stands on the left of {sign}.", 1, VALUE
        )


def _compared(node: ast.Compare) -> Changes:
    a, b, op = node.left, node.comparators[0], type(node.ops[0])
    if op in _EDGE:
        with_or_without = "leaves out" if op in (ast.Gt, ast.Lt) else "takes in"
        told = f"{_SIGN[op]} {with_or_without} the elements that are equal to {text(b)}."
        yield Change(made(f"A {_EDGE[op]} B", A=a, B=b), told, 0)
    told = "A comparison is made element by element; it gives as many answers as there are elements."
    yield Change(made("A.all()", A=node), told, 1, VALUE)
    yield Change(made("A.any()", A=node), told, 1, VALUE)
