"""Matrix products: which sizes meet, which stay, and what becomes of vectors and batches."""

from __future__ import annotations

import ast

from tutor.grade.belief.node import SHAPE, VALUE, Change, Changes, called, made, sized

_NAMES = frozenset({"matmul", "mm", "bmm", "mv", "dot"})


def changes(node: ast.AST) -> Changes:
    """Beliefs about `a @ b`."""
    pair = _operands(node)
    if pair is None or not isinstance(node, ast.expr):
        return
    a, b = pair
    yield from _vectors(node, a, b)
    yield from _sizes(node, a, b)
    yield from _batches(node, a, b)
    yield from _turned(a, b)
    told = "@ multiplies rows with columns and adds up; the product element by element is *."
    yield Change(made("A * B", A=a, B=b), told, 0)


def _operands(node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    call = called(node, _NAMES)
    return (call.of, call.args[0]) if call and len(call.args) == 1 else None


def _sizes(node: ast.expr, a: ast.expr, b: ast.expr) -> Changes:
    told = "The inner sizes meet and vanish; the outer ones stay."
    inner = "(*A.shape[:-2], A.shape[-1], B.shape[-2])"
    yield Change(sized(inner, A=a, B=b), told, 0, SHAPE, False)
    told = "The rows come from the left side and the columns from the right side."
    yield Change(made("P.mT", P=node), told, 0, SHAPE)
    told = "The last size of the left side must equal the second to last of the right side, and both vanish."
    yield Change(sized("A.shape[:-1] + B.shape[-1:]", A=a, B=b), told, 1, SHAPE, False)
    told = "The left side gives only its rows; the columns come from the right side."
    yield Change(a, told, 1, SHAPE)
    yield Change(b, "The right side gives only its columns, and a vector leaves no dimension behind.", 1, SHAPE)


def _vectors(node: ast.expr, a: ast.expr, b: ast.expr) -> Changes:
    told = "A 1-D operand is neither row nor column, and leaves no dimension behind in the product."
    one = "Two vectors give a single number, and that is no list of one."
    yield Change(made("P.view(1)", P=node), one, 0, SHAPE)
    yield Change(made("A @ B.view(len(B), 1)", A=a, B=b), told, 0)
    yield Change(made("A.view(1, len(A)) @ B", A=a, B=b), told, 0)
    told = "@ of two vectors adds up the products into a single number; every with every is torch.outer."
    yield Change(made("torch.outer(A, B)", A=a, B=b), told, 0)


def _batches(node: ast.expr, a: ast.expr, b: ast.expr) -> Changes:
    told = "@ multiplies the last two dimensions; the batch in front of them stays."
    yield Change(made("P.flatten(0, -3)[0]", P=node), told, 1, SHAPE, False)
    told = "The batch sizes in front of the last two are broadcast against each other, not joined."
    joined = "A.shape[:-2] + B.shape[:-2] + (A.shape[-2], B.shape[-1])"
    yield Change(sized(joined, A=a, B=b), told, 1, SHAPE, False)


def _turned(a: ast.expr, b: ast.expr) -> Changes:
    told = "@ takes both sides as they stand; it transposes neither."
    for code in ("A.T @ B", "A @ B.T", "B @ A"):
        swapped = code.startswith("B")
        yield Change(
            made(code, A=a, B=b),
            "The order counts: rows of the left side meet columns of the right side." if swapped else told,
            1,
        )
    for side, other, code in ((a, b, "A @ B"), (b, a, "B @ A")):
        if isinstance(side, ast.Attribute) and side.attr in ("T", "mT"):
            told = f".{side.attr} counts: the sizes of that side are swapped before they meet."
            yield Change(made(code, A=side.value, B=other), told, 1)
    yield Change(made("A[0] * B[:, 0]", A=a, B=b), "The products of a row with a column are added up.", 2, VALUE)
