"""Dimensions that are not there."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import bound, part, shape, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.rows import REDUCTIONS
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Operand

_NEW = frozenset({"unsqueeze", "unsqueeze_", "stack"})
"""What makes a dimension: one more place than there are dimensions."""
_FIRST = frozenset({"transpose", "swapaxes", "swapdims", "permute", "movedim", "moveaxis", "flip", "flatten"})
"""What takes several dimensions one by one."""
_DIMS = (
    "dim",
    "axis",
    "dims",
    "axes",
    "dim0",
    "dim1",
    "start_dim",
    "end_dim",
    "axis0",
    "axis1",
    "source",
    "destination",
)


def explain(case: Case) -> Explanation | None:
    """Which dimension there is none of; None where all are there."""
    if case.below:
        return None
    if case.kind == "subscript":
        return _of_shape(case)
    if case.kind != "call" or not case.says("Dimension out of range|dimension specified as|out of range"):
        return None
    owner = _owner(case)
    if owner is None:
        return None
    operand, size = owner
    places = len(size) + (case.name in _NEW)
    found = [(o, d) for o in case.operands for d in _asked(case, o, operand) if not -places <= d < places]
    return _told(case, operand, size, *found[0]) if found else None


def _owner(case: Case) -> tuple[Operand, Shape] | None:
    """The tensor whose dimensions are meant; of a list the first one in it."""
    for operand in case.operands:
        if operand.seen.kind == "tensor":
            return operand, operand.seen.shape or ()
        items = operand.seen.items or ()
        if operand.seen.kind in ("list", "tuple") and items and items[0].kind == "tensor":
            return operand, items[0].shape or ()
    return None


def _asked(case: Case, operand: Operand, owner: Operand) -> Shape:
    """The dimensions that an argument names."""
    if operand is owner or (operand.keyword and operand.keyword not in _DIMS):
        return ()
    if case.name in ("topk", "kthvalue", "split", "chunk", "roll", "quantile", "renorm", "narrow", "select"):
        plain = [o for o in case.operands if not o.keyword]
        at = 1 if case.name in ("narrow", "select") else 2
        if not operand.keyword and (operand not in plain or plain.index(operand) != at):
            return ()
    return part.integers(operand.seen) or ()


def _told(case: Case, owner: Operand, size: Shape, asked: Operand, wrong: int) -> Explanation:
    rank, new = len(size), case.name in _NEW
    what = f"{words.code(owner)} {shape_text(size)}"
    if owner.seen.kind != "tensor":
        what = f"each tensor in the list, {shape_text(size)},"
    if new:
        first = f"A new dimension of {what} can have place {shape.choices(rank + 1)}; {wrong} is none of these."
        rest = f"Counted from the end, the places are {-rank - 1} to -1; -1 is the last."
    elif rank == 0:
        first = f"{what[0].upper()}{what[1:]} is a single number: it has no dimensions, and none to name."
        rest = "Its shape is ()."
    else:
        first = f"{what[0].upper()}{what[1:]} has {shape.all_dims(rank)}; there is no dimension {wrong}."
        rest = f"Dimensions are counted from 0: of {rank}, the last is {rank - 1}, or -1 from the end."
    return Explanation(
        rule="dim-range",
        first=first,
        rest=(rest,),
        repairs=_repairs(case, owner, size, asked, wrong),
        habit="Print the shape: its entries are the dimensions 0, 1, 2 and so on.",
    )


def _repairs(case: Case, owner: Operand, size: Shape, asked: Operand, wrong: int) -> tuple[Repair, ...]:
    rank = len(size) + (case.name in _NEW)
    if case.name in _FIRST:
        return _all_lower(case, owner, size) or _column(case, owner, size)
    if rank == 0:
        return case.instead(owner.text, "the number as it is") if case.name in REDUCTIONS else ()
    last, first = (rank - 1, 0) if wrong > 0 else (0, rank - 1)
    found = _written(case, owner, size, asked, wrong, last)
    if rank > 1:
        near = wrong - 1 if wrong > 0 else wrong + 1
        other = first if near == last or not 0 <= near < rank else near
        found += _written(case, owner, size, asked, wrong, other)
    if len(size) == 1 and wrong == 1 and owner.seen.kind == "tensor" and case.name in (*REDUCTIONS, "softmax"):
        means = f"with a dimension in front: one row, {shape_text((1, *size))}"
        found += part.swapped(case, owner, f"{part.bare(case, owner)}[None]", means)
    return found + _side_by_side(case, owner, size, asked)


def _column(case: Case, owner: Operand, size: Shape) -> tuple[Repair, ...]:
    if len(size) != 1 or owner.seen.kind != "tensor":
        return ()
    return case.instead(f"{part.bare(case, owner)}[:, None]", f"a column, {shape_text((*size, 1))}")


def _side_by_side(case: Case, owner: Operand, size: Shape, asked: Operand) -> tuple[Repair, ...]:
    """Vectors as the columns of a table, which cat along dimension 1 does not make of them."""
    items = owner.seen.items or ()
    if case.name not in ("cat", "concat", "concatenate") or len(size) != 1 or part.integer(asked.seen) != 1:
        return ()
    means = f"side by side as columns, {shape_text((*size, len(items)))}"
    return case.instead(part.call(case, owner.text, "dim=1", name="stack"), means)


def _written(
    case: Case, owner: Operand, size: Shape, asked: Operand, wrong: int, new: int
) -> tuple[Repair, ...]:  # fmt: skip
    node = bound.number_of(case, part.node_of(case, asked))
    if node is None:
        return ()
    items = node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]
    seen = asked.seen.items or (asked.seen,)
    at = next((n for n, item in zip(items, seen, strict=False) if part.integer(item) == wrong), None)
    return case.instead(str(new), _meaning(case, size, new), of=at) if at is not None else ()


def _meaning(case: Case, size: Shape, dim: int) -> str:
    """What the call does along a dimension, with the shape it gives where that is known."""
    if case.name in _NEW and case.name != "stack":
        return f"gives {shape_text((*size[:dim], 1, *size[dim:]))}"
    if case.name in REDUCTIONS - {"norm", "vector_norm", "quantile"} and part.named(case, "keepdim") is None:
        left = shape.reduced(size, (dim,))
        return f"dimension {dim} goes: {shape_text(left or ())}"
    if case.name == "size":
        return f"dimension {dim} has size {size[dim]}"
    return f"along dimension {dim}, of size {size[dim]}" if dim < len(size) else "as the last"


def _all_lower(case: Case, owner: Operand, size: Shape) -> tuple[Repair, ...]:
    """Each dimension one less, where they were counted from 1; else the two there are."""
    rank = len(size)
    given = [o for o in case.operands if o is not owner and part.integers(o.seen) is not None]
    dims = [d for o in given for d in part.integers(o.seen) or ()]
    lower = [d - 1 for d in dims]
    if any(not -rank <= d < rank for d in lower) or any(d < 1 for d in dims):
        lower = [d if -rank <= d < rank else rank - 1 for d in dims]
        lower = lower if len(set(lower)) == len(lower) else list(range(rank))[: len(dims)]
    if len(lower) != len(dims) or not lower:
        return ()
    edits = []
    for operand in given:
        node = part.node_of(case, operand)
        items = node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]
        edits += [case.edit(item, str(lower.pop(0))) for item in items if item is not None and lower]
    return case.with_edits(edits, "counted from 0") if edits else ()


def _of_shape(case: Case) -> Explanation | None:
    """`x.shape[2]` of a tensor of two dimensions."""
    if len(case.operands) != 2 or case.operands[0].seen.kind != "size" or case.type != "IndexError":
        return None
    sizes, at = case.operands
    size, wrong = sizes.seen.shape or (), part.integer(at.seen)
    if wrong is None or not size:
        return None
    text = sizes.text.removesuffix(".shape").removesuffix(".size()")
    found: tuple[Repair, ...] = ()
    for new in dict.fromkeys((len(size) - 1, 0)):
        found += part.swapped(case, at, str(new), f"dimension {new} has size {size[new]}")
    return Explanation(
        rule="dim-range",
        first=f"`{words.short(text)}` {shape_text(size)} has {shape.all_dims(len(size))}, no {wrong}.",
        rest=(f"Dimensions are counted from 0: of {len(size)}, the last is {len(size) - 1}, or -1 from the end.",),
        repairs=found,
    )
