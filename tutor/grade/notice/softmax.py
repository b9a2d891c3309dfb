"""Softmax along another dimension than the one that holds the scores of one example."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.number import elements
from tutor.grade.notice.program import Program, called, given, keyword, number, receiver

_SOFT = ("softmax", "log_softmax", "softmin")
_SCORES = re.compile(r"logit|score|pred|output|\bout\b|model|net|classif", re.IGNORECASE)


def dimension(program: Program) -> Iterator[Notice]:
    """A softmax along the batch, or along the queries of attention."""
    for call in program.calls(*_SOFT):
        base, others = receiver(call)
        dim = number(keyword(call, "dim") or (others[0] if others else None))
        shape = program.shape(base) if base is not None else None
        if base is None or dim is None or shape is None or len(shape) < 2:
            continue
        if _wrong(program, call, base, dim % len(shape), len(shape)):
            yield _dimension(program, call, program.text(base), shape, dim)
    yield from _layers(program)


def _layers(program: Program) -> Iterator[Notice]:
    """nn.Softmax(dim=0) behind a linear layer, in a Sequential or in a module; else where it meets scores."""
    for call in program.calls("Softmax", "LogSoftmax"):
        if number(given(call, 0, "dim")) != 0:
            continue
        around = [a for a in program.around(call) if called(a) == "Sequential" or isinstance(a, ast.ClassDef)]
        if any("Linear(" in program.text(above) for above in around) or _applied(program, call):
            yield _layer(program, call)


def _applied(program: Program, maker: ast.Call) -> bool:
    """Whether what is made is called with a table of scores."""
    for call in program.nodes(ast.Call):
        if call.args and program.origin(call.func) is maker:
            shape = program.shape(call.args[0])
            if shape is not None and len(shape) == 2 and _wrong(program, call, call.args[0], 0, 2):
                return True
    return False


def _wrong(program: Program, call: ast.Call, base: ast.expr, dim: int, rank: int) -> bool:
    text = program.text(base) + program.text(program.origin(base))
    if dim == rank - 1 or (program.shape(base) or (1,))[-1] == 1:
        return False
    if _attention(program, base):
        return True
    if dim != 0 or not _SCORES.search(text) or _by_columns(program, call):
        return False
    if rank != 2:
        return "Linear" in program.code
    shape = program.shape(base) or (0, 1)
    return shape[0] != shape[1] or _by_rows(program, call)


def _by_rows(program: Program, call: ast.Call) -> bool:
    """Whether the result is read row by row."""
    return any(
        _reduces(program, call, name, {1, -1}) for name in ("argmax", "max", "topk", "multinomial", "sum", "sort")
    )


def _by_columns(program: Program, call: ast.Call) -> bool:
    """Whether the columns of the result are looked at as what adds up to one."""
    return any(_reduces(program, call, name, {0}) for name in ("sum", "argmax", "max"))


def _reduces(program: Program, call: ast.Call, name: str, dims: set[int]) -> bool:
    """Whether something reduces the result along one of some dimensions."""
    at = program.statement(call)
    target = at.targets[0] if isinstance(at, ast.Assign) else None
    wanted = target.id if isinstance(target, ast.Name) else "·"
    for other in program.calls(name):
        base, others = receiver(other)
        dim = number(keyword(other, "dim") or (others[0] if others else None))
        parts = list(ast.walk(base)) if base is not None and dim in dims else []
        if call in parts or any(isinstance(part, ast.Name) and part.id == wanted for part in parts):
            return True
    return False


def _attention(program: Program, base: ast.expr) -> bool:
    """Whether the scores are a product of queries with turned keys."""
    origin = program.origin(base)
    for node in ast.walk(origin):
        left, right = _factors(node)
        if left is not None and right is not None and re.search(r"transpose\(|\.m?T\b", program.text(right)):
            return _base_name(left) != _base_name(right) or "q" in program.text(left).lower()
    return False


def _factors(node: ast.AST) -> tuple[ast.expr | None, ast.expr | None]:
    """Both sides of a matrix product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if isinstance(node, ast.Call) and called(node) in ("matmul", "bmm"):
        base, others = receiver(node)
        return base, others[0] if others else None
    return None, None


def _base_name(node: ast.expr) -> str:
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return names[0] if names else ""


def _dimension(program: Program, call: ast.Call, name: str, shape: tuple[int, ...], dim: int) -> Notice:
    place = dim % len(shape)
    named = re.sub(r"dim\s*=\s*-?\d+", "dim=-1", program.text(call))
    new = named if "dim" in program.text(call) else f"{program.text(call)[: program.text(call).rfind(str(dim))]}-1)"
    return Notice(
        rule="softmax-dimension",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {program.code_of(call)} makes the {shape[place]} entries along dimension {place} "
            f"of `{name}` {shape_text(shape)} add up to 1, not the {shape[-1]} of each row."
        ),
        rest=(
            "The dimension that softmax names is the one whose entries share the 1. With one row of scores for each "
            f"example, that is the last one{_sums(program, call)}.",
        ),
        instead=new,
        sure=False,
    )


def _sums(program: Program, call: ast.Call) -> str:
    """What the first row adds up to instead, where the values are known."""
    at = program.statement(call)
    line = program.line(at)
    values = elements(line.text) if line is not None and getattr(at, "value", None) is call else None
    if not values or not isinstance(values[0], list) or not all(isinstance(v, (int, float)) for v in values[0]):
        return ""
    return f"; here row 0 adds up to {sum(values[0]):.3g}"


def _layer(program: Program, call: ast.Call) -> Notice:
    return Notice(
        rule="softmax-dimension",
        line=call.lineno,
        first=f"On line {call.lineno} {program.code_of(call)} works along dimension 0 of the scores, the batch.",
        rest=(
            "Every column adds up to 1 over the examples; for one distribution per example it is the last dimension.",
        ),
        instead=f"{program.text(call).split('(')[0]}(dim=-1)",
        sure=False,
    )
