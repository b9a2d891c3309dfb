"""Shapes that meet element by element: operators, functions of several tensors, results stored in place."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, picked, shape, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.rows import kept
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Operand

_SIGNS = frozenset(["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "<<", ">>"])
_SPOKEN = r"must match the size of tensor|broadcast shape|broadcastable|could not be broadcast|does not broadcast"
RULE = "Shapes are compared from the right: two sizes must be equal, or one of them 1, or missing."


def explain(case: Case) -> Explanation | None:
    """What does not fit under an elementwise operation; None where it is none, or all fits."""
    if case.below or not _elementwise(case):
        return None
    tensors = [o for o in _seen(case) if o.seen.kind == "tensor" and o.keyword != "out"]
    shapes = [o.seen.shape or () for o in tensors]
    if len(tensors) < 2:
        return None
    whole = shape.broadcast(*shapes)
    if whole is None:
        return _clash(case, tensors)
    return _stored(case, tensors, whole) if _in_place(case) and whole != shapes[0] else None


def _elementwise(case: Case) -> bool:
    if case.kind == "operator":
        return case.word.removesuffix("=") in _SIGNS or case.word in _SIGNS
    return case.kind == "call" and case.name != "einsum" and case.says(_SPOKEN) is not None


def _in_place(case: Case) -> bool:
    if case.kind == "operator":
        return case.word.endswith("=") and case.word not in _SIGNS
    return case.name.endswith("_")


def _seen(case: Case) -> list[Operand]:
    """The operands; of `x[:, 0] += y` the slot is reckoned out, for nothing has read it."""
    node = case.node
    if isinstance(node, ast.AugAssign) and case.operands and case.operands[0].seen.kind == "missing":
        found = picked.slot(case, node.target)
        if found is not None:
            first = case.operands[0]
            return [replace(first, seen=replace(first.seen, kind="tensor", shape=found)), *case.operands[1:]]
    return list(case.operands)


def _clash(case: Case, tensors: list[Operand]) -> Explanation | None:
    for n, a in enumerate(tensors):
        for b in tensors[n + 1 :]:
            if (met := shape.clash(a.seen.shape or (), b.seen.shape or ())) is not None:
                return _pair(case, a, b, met)
    return None


def _pair(case: Case, a: Operand, b: Operand, met: tuple[int, int]) -> Explanation:
    rows = kept(case, a, b) or kept(case, b, a)
    sign = f" {case.word} " if case.kind == "operator" else " and "
    return Explanation(
        rule="broadcast-keepdim" if rows else "broadcast",
        first=f"{words.shaped(a)}{sign}{words.shaped(b)}: from the right, size {met[0]} meets {met[1]}.",
        rest=(*(rows.said if rows else ()), RULE, *drawn(a, b), *_agreeing(a, b)),
        repairs=(*(rows.repairs if rows else ()), *_fitted(case, a, b)),
        habit="Read both shapes from the right before you combine two tensors.",
    )


def drawn(a: Operand, b: Operand) -> tuple[str, ...]:
    """Both shapes below each other, the way they are compared."""
    rows = words.aligned(a.seen.shape or (), b.seen.shape or ())
    return tuple(f"    {row}  {words.short(o.text)}" for row, o in zip(rows, (a, b), strict=True))


def _agreeing(a: Operand, b: Operand) -> tuple[str, ...]:
    """What is right: that sizes would meet if one of them had its dimensions elsewhere."""
    small, big = sorted((a, b), key=lambda o: len(o.seen.shape or ()))
    sizes = [n for n in small.seen.shape or () if n in (big.seen.shape or ()) and n != 1]
    if len(small.seen.shape or ()) == len(big.seen.shape or ()) or not sizes:
        return ()
    dim = (big.seen.shape or ()).index(sizes[0])
    return (f"The {sizes[0]} of {words.code(small)} is the size of dimension {dim} of {words.code(big)}.",)


def _fitted(case: Case, a: Operand, b: Operand) -> list[Repair]:
    """Other shapes of one side that would fit the other, the likeliest first."""
    first, second = a.seen.shape or (), b.seen.shape or ()
    low, high = (b, a) if len(second) <= len(first) else (a, b)
    found = _placed(case, low, high) + _flat(case, high, low)
    if len(first) == len(second):
        found += _flipped(case, b, a) + _flipped(case, a, b)
    if not found and not _in_place(case):
        found += _reshaped(case, low, high)
        found += _each(case, a, b)
    return found or _cut(case, a, b) or _narrowed(case, a, b)


def _placed(case: Case, low: Operand, high: Operand) -> list[Repair]:
    small, big = low.seen.shape or (), high.seen.shape or ()
    if len(small) == len(big):
        return []
    found: list[Repair] = []
    for index, made in list(shape.spread(small, big))[:2]:
        means = f"{words.code(low)} as {shape_text(made)}: {_along(made)}"
        found += part.swapped(case, low, f"{part.bare(case, low)}[{index}]", means)
    return found


def _along(made: Shape) -> str:
    """What numbers in such a shape are, in words."""
    if len(made) == 2 and made[1] == 1:
        return f"a column, one number for each of the {made[0]} rows"
    return "the sizes meet, and those of 1 stretch"


def _flat(case: Case, high: Operand, low: Operand) -> list[Repair]:
    """A dimension of size 1 at the end that the other one does not have."""
    big, small = high.seen.shape or (), low.seen.shape or ()
    if len(big) == len(small) + 1 and big[-1] == 1 and big[:-1] == small:
        text = f"{part.bare(case, high)}.squeeze(-1)"
        return list(part.swapped(case, high, text, f"{words.code(high)} without its last 1: {shape_text(small)}"))
    return []


def _flipped(case: Case, operand: Operand, other: Operand) -> list[Repair]:
    size = operand.seen.shape or ()
    if len(size) < 2 or shape.broadcast(shape.turned(size), other.seen.shape or ()) is None:
        return []
    text = part.bare(case, operand)
    flipped = text.removesuffix(".T") if text.endswith(".T") else text + (".T" if len(size) == 2 else ".mT")
    means = f"{words.code(operand)} transposed: {shape_text(shape.turned(size))}"
    return list(part.swapped(case, operand, flipped, means))


def _reshaped(case: Case, low: Operand, high: Operand) -> list[Repair]:
    """The same numbers in the other's shape, where there are as many."""
    small, big = low.seen.shape or (), high.seen.shape or ()
    if shape.counted(small) != shape.counted(big):
        return []
    sizes = ", ".join(map(str, big))
    means = f"the {shape.counted(small)} numbers of {words.code(low)} in the shape of the other"
    return list(part.swapped(case, low, f"{part.bare(case, low)}.reshape({sizes})", means))


def _each(case: Case, a: Operand, b: Operand) -> list[Repair]:
    """Everything of one with everything of the other."""
    first, second = a.seen.shape or (), b.seen.shape or ()
    if len(first) != len(second) or len(first) not in (1, 2) or first[1:] != second[1:]:
        return []
    made = shape_text((first[0], *second))
    what = "number" if len(first) == 1 else "row"
    means = f"each {what} of {words.code(a)} with each of {words.code(b)}, which gives {made}"
    turned = f"each {what} of {words.code(b)} with each of {words.code(a)}"
    found = [*part.swapped(case, a, f"{part.bare(case, a)}[:, None]", means), *_cut(case, a, b)]
    return [*found, *(part.swapped(case, b, f"{part.bare(case, b)}[:, None]", turned) if len(case.tensors) > 2 else ())]


def _cut(case: Case, a: Operand, b: Operand) -> list[Repair]:
    """The longer one cut to the length of the shorter."""
    first, second = a.seen.shape or (), b.seen.shape or ()
    if len(first) != len(second) or sum(m != n for m, n in zip(first, second, strict=True)) != 1:
        return []
    dim = next(d for d, (m, n) in enumerate(zip(first, second, strict=True)) if m != n)
    long, most = (a, second[dim]) if first[dim] > second[dim] else (b, first[dim])
    if long is a and _in_place(case) and not _is_view(case, a):
        return []
    text = f"{part.bare(case, long)}[{':, ' * dim}:{most}]"
    return list(part.swapped(case, long, text, f"only the first {most} of {words.code(long)}"))


def _is_view(case: Case, operand: Operand) -> bool:
    """Whether a part of it is still the same memory: not of what a list or a mask picked."""
    node = part.node_of(case, operand)
    if isinstance(node, ast.Subscript):
        return all(isinstance(n, (ast.Slice, ast.Constant)) for n in part.places(node))
    return isinstance(node, (ast.Name, ast.Attribute))


def _narrowed(case: Case, a: Operand, b: Operand) -> list[Repair]:
    """Where nothing else fits: the longer of the sizes that meet cut to the shorter."""
    first, second = a.seen.shape or (), b.seen.shape or ()
    dim = next(d for d, (m, n) in enumerate(zip(first[::-1], second[::-1], strict=False)) if m != n and 1 not in (m, n))
    m, n = first[-1 - dim], second[-1 - dim]
    long = a if m > n else b
    if long is a and _in_place(case) and not _is_view(case, a):
        return []
    index = f"..., :{min(m, n)}{', :' * dim}" if len(long.seen.shape or ()) > 1 else f":{min(m, n)}"
    means = f"only the first {min(m, n)} of the {max(m, n)}"
    return list(part.swapped(case, long, f"{part.bare(case, long)}[{index}]", means))


def _stored(case: Case, tensors: list[Operand], whole: Shape) -> Explanation:
    target, other = tensors[0], tensors[1]
    repairs = _added(case, other, target.seen.shape or ())
    return Explanation(
        rule="broadcast-in-place",
        first=f"The result is {shape_text(whole)}, and {words.shaped(target)}, where it goes, cannot grow.",
        rest=(
            f"{words.code(target)} with {words.shaped(other)} gives {shape_text(whole)}. "
            "An in-place operation stores its result in the tensor itself, which keeps its shape.",
        ),
        repairs=(*_anew(case, target, other, whole), *repairs),
        habit="In-place only where the result has the shape of the tensor.",
    )


def _anew(case: Case, target: Operand, other: Operand, whole: Shape) -> tuple[Repair, ...]:
    """A new tensor by the same name; not of what gradients are recorded for, which would no longer be trained."""
    node = case.node
    if not target.text.replace(".", "").isidentifier() or target.seen.requires_grad:
        return ()
    means = f"a new tensor of shape {shape_text(whole)}, called `{target.text}` as well"
    if isinstance(node, ast.AugAssign):
        value = part.grouped(case, node.value)
        return case.instead(f"{target.text} = {target.text} {case.word[:-1]} {value}", means)
    bare = isinstance(case.statement, ast.Expr) and case.statement.value is node
    inside = [o.text if not o.keyword else f"{o.keyword}={o.text}" for o in case.operands[1:]]
    new = part.call(case, *inside, name=case.name.rstrip("_"))
    return case.instead(f"{target.text} = {new}" if bare else new, means)


def _added(case: Case, other: Operand, target: Shape) -> tuple[Repair, ...]:
    """The other one added up to the shape of the target."""
    size = other.seen.shape or ()
    extra = len(size) - len(target)
    if extra < 1 or shape.broadcast(size[extra:], target) != target:
        return ()
    dims = "0" if extra == 1 else f"({', '.join(map(str, range(extra)))})"
    means = f"{words.code(other)} added up first, to {shape_text(size[extra:])}"
    total = "sum()" if not target else f"sum(dim={dims})"
    return part.swapped(case, other, f"{part.bare(case, other)}.{total}", means)
