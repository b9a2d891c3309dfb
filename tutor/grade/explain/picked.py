"""The shape that an index picks out of a tensor, where it can be reckoned from what is in sight."""

from __future__ import annotations

import ast
from typing import Any

from tutor.grade.explain import origin, part, shape
from tutor.grade.explain.case import Case
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Observation, Operand


def slot(case: Case, node: ast.expr) -> Shape | None:
    """The shape of `x[...]`, which may not have been read; None where it cannot be told."""
    if not isinstance(node, ast.Subscript):
        return None
    owner = _seen(case, node.value)
    base = owner.shape if owner is not None and owner.kind == "tensor" else slot(case, node.value)
    return None if base is None else _picked(case, base, part.places(node))


def _seen(case: Case, node: ast.expr) -> Observation | None:
    text = case.text(node)
    both: tuple[Operand, ...] = (*case.operands, *case.scene.names)
    return next((o.seen for o in both if o.text == text), None)


def _picked(case: Case, base: Shape, nodes: list[ast.expr]) -> Shape | None:
    """Goes through the dimensions; lists and tensors of indices are supported one at a time."""
    takes = [n for n in nodes if not (isinstance(n, ast.Constant) and n.value is None)]
    dots = [n for n in takes if isinstance(n, ast.Constant) and n.value is ...]
    rest = len(base) - (len(takes) - len(dots))
    if rest < 0 or len(dots) > 1:
        return None
    sizes = list(base)
    made: list[int] = []
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value is None:
            made.append(1)
        elif node in dots:
            made += [sizes.pop(0) for _ in range(rest)]
        else:
            taken = _taken(case, node, sizes)
            if taken is None:
                return None
            made += taken
    return (*made, *sizes)


def _taken(case: Case, node: ast.expr, sizes: list[int]) -> list[int] | None:
    """The sizes that one index leaves of the dimensions it is for, which are taken off `sizes`."""
    if isinstance(node, ast.Slice):
        return _sliced(case, node, sizes.pop(0))
    seen = _seen(case, node)
    if origin.whole(node) is not None or (seen is not None and part.integer(seen) is not None):
        sizes.pop(0)
        return []
    if seen is None:
        return None
    if seen.kind == "tensor" and seen.dtype == "bool":
        return _masked(seen, sizes)
    sizes.pop(0)
    return _listed(seen)


def _listed(seen: Observation) -> list[int] | None:
    if seen.kind == "tensor":
        return list(seen.shape or ())
    flags = [item.value for item in seen.items or () if item.kind == "bool"]
    if flags:
        return [sum(flags)]
    return [part.length(seen)] if seen.kind == "list" else None


def _masked(seen: Observation, sizes: list[int]) -> list[int] | None:
    for _ in seen.shape or ():
        sizes.pop(0)
    return [_count(seen.values)] if seen.values is not None else None


def _count(values: Any) -> int:
    return sum(map(_count, values)) if isinstance(values, list) else int(bool(values))


def _sliced(case: Case, node: ast.Slice, size: int) -> list[int] | None:
    ends = []
    for end in (node.lower, node.upper, node.step):
        value = None if end is None else _number(case, end)
        if end is not None and value is None:
            return None
        ends.append(value)
    return [len(range(*slice(*ends).indices(size)))] if ends[2] is None or ends[2] > 0 else None


def _number(case: Case, node: ast.expr) -> int | None:
    seen = _seen(case, node)
    found = origin.whole(node)
    return found if found is not None or seen is None else part.integer(seen)


def told(case: Case) -> Shape | None:
    """The shape of the slot in torch's words, for where it cannot be reckoned."""
    said = case.says(r"(?:Target sizes: |indexing result of shape |size=)\[([\d, ]*)\]")
    return tuple(int(n) for n in said[1].split(",") if n.strip()) if said else None


def fits(value: Shape, place: Shape) -> bool:
    """Whether a value can be stored in a place of that shape."""
    return shape.broadcast(value, place) == place
