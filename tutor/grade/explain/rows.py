"""Statistics of rows: what was reduced without keepdim, and then meets what it was reduced from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.grade.drawing import shape_text
from tutor.grade.explain import bound, origin, part, shape, words
from tutor.grade.explain.case import Case, called
from tutor.grade.explain.explanation import Edit, Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Operand

REDUCTIONS = frozenset({
    "sum", "mean", "max", "min", "amax", "amin", "std", "var", "norm", "prod", "median", "logsumexp", "nansum",
    "nanmean", "argmax", "argmin", "any", "all", "mode", "vector_norm", "quantile", "count_nonzero",
})  # fmt: skip
_WITHOUT = frozenset({"count_nonzero"})
"""What has no keepdim."""


@dataclass(frozen=True)
class Rows:
    """A statistic, what it is one of, and how it keeps its dimension."""

    operand: Operand
    other: Operand
    repairs: tuple[Repair, ...]

    @property
    def said(self) -> tuple[str, ...]:
        """What happened, in a sentence."""
        lost, whole = words.code(self.operand), words.code(self.other)
        return (f"{lost} was reduced from {whole} and lost that dimension; keepdim=True keeps it, with size 1.",)


def kept(case: Case, whole: Operand, lost: Operand) -> Rows | None:
    """How `lost` would fit `whole` if the reduction that made it had kept its dimensions."""
    big, small = whole.seen.shape or (), lost.seen.shape or ()
    if len(small) >= len(big):
        return None
    for node in _makers(case, lost):
        for call in _reductions(node):
            dims = reduced_dims(call)
            if dims and shape.reduced(big, dims) == small:
                return Rows(lost, whole, _kept(case, call, lost, shape.reduced(big, dims, keep=True) or ()))
    return None


def _makers(case: Case, operand: Operand) -> Iterator[ast.expr]:
    """The expressions that could have made an operand: itself, or what its name was bound to."""
    node = part.node_of(case, operand)
    if isinstance(node, ast.Attribute):
        yield from origin.attributes(case.tree, node.attr)
    if isinstance(node, ast.Name):
        yield from bound.bindings(case, node.id)
        yield from (node for _, node in bound.passed(case, node.id))
    elif node is not None:
        yield node
        for name in (n for n in ast.walk(node) if isinstance(n, ast.Name)):
            yield from bound.bindings(case, name.id)


def _reductions(node: ast.AST) -> Iterator[ast.Call]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and called(inner) in REDUCTIONS - _WITHOUT and not _keeps(inner):
            yield inner


def _keeps(call: ast.Call) -> bool:
    return any(k.arg in ("keepdim", "keepdims") for k in call.keywords)


def of_module(call: ast.Call) -> bool:
    """Whether it is `torch.sum(x)` and not `x.sum()`."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(owner, ast.Attribute) and owner.attr == "linalg":
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id in ("torch", "F")


def reduced_dims(call: ast.Call) -> Shape:
    """The dimensions that a reduction names; none where it names none."""
    keyed = next((k.value for k in call.keywords if k.arg in ("dim", "axis")), None)
    plain = call.args[1:] if of_module(call) else call.args
    at = 1 if called(call) in ("quantile", "norm") and keyed is None and len(plain) > 1 else 0
    node = keyed or (plain[at] if len(plain) > at else None)
    values = node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node] if node is not None else []
    found = [origin.whole(v) for v in values]
    return tuple(n for n in found if n is not None) if None not in found else ()


def _kept(case: Case, call: ast.Call, lost: Operand, made: Shape) -> tuple[Repair, ...]:
    means = f"{words.code(lost)} keeps its dimension and is {shape_text(made)}"
    edits = [_keeping(case, other) for other in _alike(case, call)]
    return case.with_edits(edits, means, "\n".join(edit.new for edit in edits))


def _keeping(case: Case, call: ast.Call) -> Edit:
    inside = ", ".join([*map(case.text, call.args), *map(case.text, call.keywords), "keepdim=True"])
    return case.edit(call, f"{case.text(call.func)}({inside})")


def _alike(case: Case, call: ast.Call) -> list[ast.Call]:
    """The call, and others of the statement that reduce the same in the same way: they fail next."""
    found = [call]
    statement = case.statement
    parts = list(ast.walk(statement)) if statement else []
    values = [v for n in parts if isinstance(n, ast.Name) for v in bound.bindings(case, n.id)]
    values += [v for n in parts if isinstance(n, ast.Attribute) for v in origin.attributes(case.tree, n.attr)]
    for node in (*([statement] if statement else []), *values):
        for other in _reductions(node):
            same = _reduces(case, other) == _reduces(case, call) and reduced_dims(other) == reduced_dims(call)
            found += [other] if same and other not in found else []
    return found


def _reduces(case: Case, call: ast.Call) -> str:
    if of_module(call):
        return case.text(call.args[0]) if call.args else ""
    return case.text(call.func.value) if isinstance(call.func, ast.Attribute) else ""
