"""Shapes that meet by broadcasting where they were meant to meet element by element."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, broadcast, called, keyword, library, number, receiver, truth

_SIGNS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.Eq: "==", ast.NotEq: "!=",
    ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=",
}  # fmt: skip
_DIFFERENCES = {"-", "==", "!=", "<", ">", "<=", ">="}
_WORDS = {"sub": "-", "subtract": "-", "eq": "==", "ne": "!=", "div": "/", "divide": "/"}
_REDUCTIONS = {
    "sum", "mean", "std", "var", "norm", "amax", "amin", "median", "max", "min", "logsumexp", "prod", "vector_norm",
    "nansum", "nanmean",
}  # fmt: skip
_COLUMNS = {"unsqueeze", "view", "reshape", "keepdim", "meshgrid", "linspace"}
_JUDGED = re.compile(r"^(y|t)(_|$)|pred|target|truth|true|label|actual|estimat|guess|expected|hat$", re.IGNORECASE)
_ENDS = {"mean", "sum", "all", "item"}

Pair = tuple[ast.expr | ast.stmt, str, ast.expr, ast.expr]
"""The expression, its sign, and what is on both sides."""


def columns(program: Program) -> Iterator[Notice]:
    """A column (n, 1) that meets a vector (n,), which makes n times n."""
    for node, sign, left, right in _pairs(program):
        a, b = program.shape(left), program.shape(right)
        if a is None or b is None:
            continue
        column, vector = (left, right) if len(a) == 2 else (right, left)
        tall, flat = program.shape(column) or (), program.shape(vector) or ()
        if len(tall) == 2 and tall[1] == 1 and len(flat) == 1 and flat[0] == tall[0] > 1:
            if _meant(program, node, sign, column, vector):
                continue
            yield _column(program, node, sign, (left, right), column)


def _pairs(program: Program) -> Iterator[Pair]:
    """Every elementwise operation of two expressions."""
    for change in program.nodes(ast.AugAssign):
        if type(change.op) in _SIGNS and isinstance(change.target, ast.Name):
            yield change, _SIGNS[type(change.op)], change.target, change.value
    for node in program.nodes(ast.BinOp, ast.Compare, ast.Call):
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            yield node, _SIGNS[type(node.op)], node.left, node.right
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _SIGNS:
            yield node, _SIGNS[type(node.ops[0])], node.left, node.comparators[0]
        elif isinstance(node, ast.Call) and called(node) in _WORDS:
            first, others = receiver(node)
            if first is not None and len(others) == 1:
                yield node, _WORDS[called(node)], first, others[0]


def _meant(program: Program, node: ast.AST, sign: str, column: ast.expr, vector: ast.expr) -> bool:
    """Whether every pair may well be wanted."""
    if _stands_up(column) or not _fits(program, node):
        return True
    origin = program.origin(column)
    if sign not in _DIFFERENCES:
        return not _computed(origin)
    if not _stands_up(origin):
        return False
    if _judged(program.text(column)) and _judged(program.text(vector)):
        return not _reduced(program, node)
    if sign not in ("-", "==") or any(called(part) in ("arange", "linspace") for part in ast.walk(origin)):
        return True
    return _base(program, column) == _base(program, vector) or not _reduced(program, node)


def _judged(text: str) -> bool:
    """Whether a name is that of a prediction or of what it is held against."""
    return bool(_JUDGED.search(text))


def _fits(program: Program, node: ast.AST) -> bool:
    """Whether the result was seen to be what these two give; anything else means that a name was mistaken."""
    shape = program.shape(node)
    return shape is None or (len(shape) == 2 and shape[0] == shape[1] > 1)


def _stands_up(node: ast.expr) -> bool:
    """Whether an expression says itself that it makes a column."""
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript) and any(_is_none(n) for n in ast.walk(part.slice)):
            return True
        if called(part) in _COLUMNS or (isinstance(part, ast.keyword) and part.arg in ("keepdim", "keepdims")):
            return True
    return False


def _is_none(node: ast.AST) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or getattr(node, "attr", "") == "newaxis"


def _computed(node: ast.expr) -> bool:
    """Whether it is a product of matrices or what a model gives."""
    for part in ast.walk(node):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.MatMult):
            return True
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in ("model", "net"):
            return True
    return False


def _base(program: Program, node: ast.expr) -> str:
    """The name of the data an expression is made of, through the names in between."""
    for _ in range(4):
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id not in ("torch", "F", "nn")]
        found = program.bound(names[0]) if len(names) == 1 else None
        if found is None or not any(isinstance(n, ast.Name) and n.id != "torch" for n in ast.walk(found)):
            return names[0].id if names else ""
        node = found
    return ""


def _reduced(program: Program, node: ast.AST) -> bool:
    """Whether the result ends as one number: an average error, a share of hits."""
    for above in program.around(node):
        if isinstance(above, ast.stmt):
            name = _only_name(above)
            return name != "" and any(_reduced(program, load) for load in program.loads(name, after=above.lineno))
        if isinstance(above, ast.Call) and called(above) in _ENDS and not above.keywords:
            _, others = receiver(above)
            return not others
    return False


def _only_name(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""


def _column(
    program: Program, node: ast.expr | ast.stmt, sign: str, sides: tuple[ast.expr, ast.expr], column: ast.expr
) -> Notice:
    n = (program.shape(column) or (0,))[0]
    said = [f"{program.code_of(side)} {shape_text(program.shape(side) or ())}" for side in sides]
    flat = _flattened(program, column)
    parts = [flat if side is column else program.text(side) for side in sides]
    makes = "compares" if sign in _DIFFERENCES - {"-"} else "pairs"
    return Notice(
        rule="column-vector",
        line=node.lineno,
        first=f"On line {node.lineno} {said[0]} {sign} {said[1]} gives {shape_text((n, n))}: a column meets a vector.",
        rest=(
            f"Broadcasting {makes} every row of the column with every entry of the vector, {n} x {n} = {n * n} "
            f"results in place of {n}; a mean or a count over them is not the one of the {n} pairs.",
            "Give both the same shape before they meet.",
        ),
        instead=f"{parts[0]} {sign} {parts[1]}",
    )


def _flattened(program: Program, node: ast.expr) -> str:
    text = program.text(node)
    plain = isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript))
    return f"{text}.squeeze(1)" if plain else f"({text}).squeeze(1)"


def rows(program: Program) -> Iterator[Notice]:
    """A reduction over other than the first dimension, without keepdim, that meets the square data it is of."""
    for node, sign, left, right in _pairs(program):
        for data, statistic in ((left, right), (right, left)):
            call = _reduction(program, statistic)
            if call is not None and _misplaced(program, data, statistic, call):
                yield _row(program, node, sign, data, statistic, call)
                break


def _reduction(program: Program, node: ast.expr) -> ast.Call | None:
    """The reduction that an expression is, by name or written out; `.values` and `[0]` looked through."""
    node = program.origin(node)
    if isinstance(node, ast.Attribute) and node.attr in ("values", "T"):
        node = node.value
    if isinstance(node, ast.Subscript) and number(node.slice) == 0:
        node = node.value
    return node if isinstance(node, ast.Call) and called(node) in _REDUCTIONS else None


def _misplaced(program: Program, data: ast.expr, statistic: ast.expr, call: ast.Call) -> bool:
    whole, part = program.shape(data), program.shape(statistic)
    base, others = receiver(call)
    if whole is None or part is None or base is None or len(whole) < 2 or library(call) in ("np", "numpy"):
        return False
    dim = number(_dim(call, others))
    if dim is None or dim % len(whole) == 0 or _kept(call, others):
        return False
    lined_up = len(part) == len(whole) - 1 and broadcast(whole, part) == whole and max(part) > 1
    return lined_up and _of(program, data, base)


def _dim(call: ast.Call, others: list[ast.expr]) -> ast.expr | None:
    place = 1 if called(call) == "norm" else 0
    return keyword(call, "dim", "axis") or (others[place] if len(others) > place else None)


def _kept(call: ast.Call, others: list[ast.expr]) -> bool:
    return keyword(call, "keepdim", "keepdims") is not None or any(truth(other) for other in others)


def _of(program: Program, data: ast.expr, base: ast.expr) -> bool:
    """Whether the statistic is of the data it meets, or of what that is made from."""
    wanted = program.text(base)
    texts = {program.text(n) for n in ast.walk(data) if isinstance(n, ast.expr)}
    if wanted in texts:
        return True
    origin = program.origin(data)
    return any(program.text(n) == wanted for n in ast.walk(origin) if isinstance(n, ast.expr))


def _row(
    program: Program, node: ast.expr | ast.stmt, sign: str, data: ast.expr, statistic: ast.expr, call: ast.Call
) -> Notice:
    whole, part = program.shape(data) or (), program.shape(statistic) or ()
    kept = f"{program.text(call).rstrip()[:-1].rstrip().rstrip(',')}, keepdim=True)"
    new = kept if program.statement(statistic) is program.statement(call) else ""
    shown = program.text(node).replace(program.text(call), kept, 1) if new else f"{_name(statistic)} = {kept}"
    return Notice(
        rule="square-without-keepdim",
        line=node.lineno,
        first=(
            f"On line {node.lineno} {program.code_of(statistic)} {shape_text(part)} holds one number for each row of "
            f"{program.code_of(data)} {shape_text(whole)}, and `{sign}` gives them to the columns."
        ),
        rest=(
            "Shapes are lined up from the right: entry [i, j] meets the number of row j, not of row i. "
            f"There is no error only because both sizes are {whole[-1]}.",
            "With keepdim=True the reduced dimension stays with size 1, and each row meets its own number.",
        ),
        instead=shown,
    )


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else "statistic"
