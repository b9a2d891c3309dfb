"""Indexing: places that are not there, too many of them, masks and lists that do not fit."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from tutor.grade.drawing import shape_text
from tutor.grade.explain import loop, origin, part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Observation, Operand


class At(NamedTuple):
    """One index, with the dimension it is for."""

    operand: Operand
    node: ast.expr
    dim: int


def explain(case: Case) -> Explanation | None:
    """What is wrong with `x[...]`; None where it is no tensor that is indexed, or nothing is."""
    node = case.node
    if case.kind not in ("subscript", "assign") or case.word != "[]" or not isinstance(node, ast.Subscript):
        return None
    x = case.operands[0]
    if x.seen.kind != "tensor":
        return None
    if x.seen.shape == ():
        return _number(case, node, x) if case.type == "IndexError" else None
    rules = (_text, _fractions, _step, _too_many, _range, _pairs)
    for rule in (_pairs, *rules) if case.says("shape mismatch: indexing") else rules:
        if (found := rule(case, node, x)) is not None:
            return found
    return None


def indices(case: Case, node: ast.Subscript, x: Operand) -> list[At]:
    """The indices with the dimensions they are for."""
    nodes = part.places(node)
    given = case.operands[1 : 1 + len(nodes)]
    takes = [_width(o, n) for o, n in zip(given, nodes, strict=False)]
    rank, found, dim = words.rank(x.seen), [], 0
    for operand, inner, wide in zip(given, nodes, takes, strict=False):
        if isinstance(inner, ast.Constant) and inner.value is ...:
            dim = rank - sum(takes[nodes.index(inner) + 1 :])
            continue
        found.append(At(operand, inner, dim))
        dim += wide
    return found


def _width(operand: Operand, node: ast.expr) -> int:
    """How many dimensions an index uses up."""
    if isinstance(node, ast.Constant) and (node.value is None or node.value is ...):
        return 0
    mask = operand.seen.kind == "tensor" and operand.seen.dtype == "bool"
    return words.rank(operand.seen) if mask else 1


def again(case: Case, node: ast.Subscript, texts: list[str], means: str) -> tuple[Repair, ...]:
    """The same with other indices."""
    return case.instead(f"{case.text(node.value)}[{', '.join(texts)}]", means)


def written(case: Case, node: ast.Subscript) -> list[str]:
    """What stands between the brackets, as written."""
    return [case.text(n) for n in part.places(node)]


def _number(case: Case, node: ast.Subscript, x: Operand) -> Explanation:
    stored = case.kind == "assign"
    text = part.bare(case, x)
    repairs: tuple[Repair, ...] = case.instead(x.text, "the number, still a tensor") if not stored else ()
    if not stored:
        repairs = (*case.instead(f"{text}.item()", "the value, as a Python number"), *repairs)
    else:
        repairs = case.instead(f"{text}[...]", "the number itself is set")
    return Explanation(
        rule="index-number",
        first=f"{words.code(x)} is a single number, of shape (): it has no dimension to index.",
        rest=(
            "Each index takes away a dimension; what is left here is one element.",
            *((f"It was {words.made_at(x)}.",) if words.made_at(x) else ()),
            *(("item<T>() in torch's words is of C++.",) if case.says("C\\+\\+") else ()),
        ),
        repairs=repairs,
    )


def _text(case: Case, node: ast.Subscript, x: Operand) -> Explanation | None:
    """A name where a number has to stand."""
    odd = next((at for at in indices(case, node, x) if at.operand.seen.kind == "text"), None)
    if odd is None or case.type not in ("TypeError", "IndexError"):
        return None
    size, rank = x.seen.shape or (), words.rank(x.seen)
    spans = [f"0 to {n - 1}" for n in size[odd.dim : odd.dim + 1] if n]
    column = again(case, node, [":", "0"], f"the first column, {shape_text(size[:1] + size[2:])}")
    alone = case.instead("0", f"the first of dimension {odd.dim}", of=odd.node)
    return Explanation(
        rule="index-text",
        first=f"{words.code(odd.operand)} is a text; {words.shaped(x)} is a tensor, whose places are whole numbers.",
        rest=(
            "A table of pandas and a dict know names; a tensor knows positions alone.",
            *(f"Dimension {odd.dim} has the indices {span}." for span in spans),
        ),
        repairs=(*(column if rank > 1 and len(part.places(node)) == 1 else ()), *alone),
    )


def _fractions(case: Case, node: ast.Subscript, x: Operand) -> Explanation | None:
    """Indices that are floats."""
    odd = next((at for at in indices(case, node, x) if at.operand.seen.dtype in part.FLOATING), None)
    if odd is None or odd.operand.seen.kind != "tensor" or not case.says("indices must be|used as ind"):
        return None
    text = part.grouped(case, odd.node)
    mask = _same(odd.operand.seen.shape or (), x.seen.shape or (), odd.dim)
    masked = case.instead(f"{text} > 0", "as a mask: where it is greater than 0", of=odd.node) if mask else ()
    return Explanation(
        rule="index-dtype",
        first=f"{words.typed(odd.operand)} holds floats, and an index is a whole number, int64, or a mask.",
        rest=(
            "1.0 is no place, even where it equals one; see where the decimal point or the division came from.",
            *((f"It was {words.made_at(odd.operand)}.",) if words.made_at(odd.operand) else ()),
        ),
        repairs=(*case.instead(f"{text}.long()", "cut off to whole numbers", of=odd.node), *masked),
    )


def _same(mask: Shape, size: Shape, dim: int) -> bool:
    return mask != () and size[dim : dim + len(mask)] == mask


def _step(case: Case, node: ast.Subscript, x: Operand) -> Explanation | None:
    """Slices that go backwards."""
    back = next((at for at in indices(case, node, x) if _steps(at.node) is not None), None)
    if back is None or not case.says("step"):
        return None
    step, inner = _steps(back.node), back.node
    assert isinstance(inner, ast.Slice)
    return Explanation(
        rule="index-step",
        first=f"`{case.text(inner)}` goes backwards, with step {step}; the step of a tensor's slice is positive."
        if step
        else f"`{case.text(inner)}` has a step of 0, with which a slice never gets on.",
        rest=("Lists can be read backwards by [::-1]; a tensor is turned round with flip, which names the dimension.",),
        repairs=_flipped(case, node, back, inner, step) if step and case.kind == "subscript" else (),
    )


def _steps(node: ast.expr) -> int | None:
    """A step that is not positive."""
    step = origin.whole(node.step) if isinstance(node, ast.Slice) and node.step is not None else None
    return step if step is not None and step < 1 else None


def _flipped(case: Case, node: ast.Subscript, back: At, inner: ast.Slice, step: int) -> tuple[Repair, ...]:
    """The same elements by a slice forwards, turned round."""
    ends = [None if end is None else case.text(end) for end in (inner.lower, inner.upper)]
    first = "" if ends[1] is None else _plus(ends[1])
    last = "" if ends[0] is None else _plus(ends[0])
    texts = written(case, node)
    at = part.places(node).index(inner)
    texts[at] = f"{first}:{last}"
    numbers = sum(_is_number(case, n) for n in part.places(node)[:at])
    dim = back.dim - numbers
    bare = all(text == ":" for text in texts)
    owner = case.text(node.value) if bare else f"{case.text(node.value)}[{', '.join(texts)}]"
    skip = f"[{':, ' * dim}::{-step}]" if step < -1 else ""
    return case.instead(f"{owner}.flip({dim}){skip}", f"turned round along dimension {dim}")


def _plus(text: str) -> str:
    """The index after; nothing behind the last one."""
    if text.lstrip("-").isdigit():
        return "" if text == "-1" else str(int(text) + 1)
    return f"{text} + 1"


def _is_number(case: Case, node: ast.expr) -> bool:
    seen = next((o.seen for o in case.operands if o.text == case.text(node)), None)
    return seen is not None and part.integer(seen) is not None


def many(case: Case, node: ast.Subscript, x: Operand) -> bool:
    """Whether there are more indices than dimensions."""
    return sum(_width(at.operand, at.node) for at in indices(case, node, x)) > words.rank(x.seen)


def _too_many(case: Case, node: ast.Subscript, x: Operand) -> Explanation | None:
    given, rank = indices(case, node, x), words.rank(x.seen)
    if not many(case, node, x):
        return None
    used = sum(_width(at.operand, at.node) for at in given)
    counted = f"{used} indices" if len(given) == used else f"indices for {used} dimensions"
    return Explanation(
        rule="index-many",
        first=f"{words.shaped(x)} has {rank} dimension{'s' * (rank != 1)}, and `{_inside(case, node)}` has {counted}.",
        rest=("At most one index for each dimension; those that are left out are taken whole.",),
        repairs=_fewer(case, node, x, given, rank),
    )


def _inside(case: Case, node: ast.Subscript) -> str:
    return words.short(f"[{', '.join(written(case, node))}]")


def _fewer(case: Case, node: ast.Subscript, x: Operand, given: list[At], rank: int) -> tuple[Repair, ...]:
    texts = written(case, node)
    if len(texts) == 1:
        mask = given[0].operand
        text = f"{part.bare(case, mask)}.reshape({', '.join(map(str, x.seen.shape or ()))})"
        return case.instead(text, "the mask in the shape of the tensor", of=given[0].node)
    found = again(case, node, texts[:rank], f"the first {rank} of them") if rank else ()
    sharp = [t for t in texts if t not in (":", "...")]
    if len(sharp) < len(texts) and 0 < len(sharp) <= rank:
        found = (*again(case, node, sharp, "without the colons"), *found)
    elif rank and len(texts) > rank:
        found += again(case, node, texts[-rank:], f"the last {rank} of them")
    return found


def _range(case: Case, node: ast.Subscript, x: Operand) -> Explanation | None:
    """Places beyond the end."""
    size = x.seen.shape or ()
    for at in indices(case, node, x):
        if at.dim >= len(size) or isinstance(at.node, ast.Slice):
            continue
        wrong = next((n for n in places_of(at.operand) if not -size[at.dim] <= n < size[at.dim]), None)
        if wrong is not None:
            return _beyond(case, node, x, at, int(wrong))
    return None


def places_of(operand: Operand) -> list[float]:
    """The whole numbers that an index holds; of a large tensor the least and the greatest."""
    seen = operand.seen
    if seen.kind == "tensor":
        if seen.dtype not in part.WHOLE:
            return []
        ends = [operand.facts.get(name) for name in ("least", "most")]
        return flat(seen.values) if seen.values is not None else [e for e in ends if isinstance(e, (int, float))]
    if seen.kind in ("list", "tuple") and any(i.kind == "bool" for i in seen.items or ()):
        return []
    return list(part.integers(seen) or ())


def flat(values: object) -> list[float]:
    """The numbers in nested lists."""
    if isinstance(values, list):
        return [n for inner in values for n in flat(inner)]
    return [values] if isinstance(values, (int, float)) else []


def _beyond(case: Case, node: ast.Subscript, x: Operand, at: At, wrong: int) -> Explanation:
    size = (x.seen.shape or ())[at.dim]
    span = f"0 to {size - 1}" if size > 1 else "0 alone" if size else "none at all"
    told = (
        f"`{words.short(case.text(at.node))}` is {wrong}" if origin.whole(at.node) is None else f"There is no {wrong}"
    )
    if at.operand.seen.kind != "number":
        told = f"{words.code(at.operand)} holds {wrong}"
    backwards = f"From the end they go from -1, the last, to -{size}."
    return Explanation(
        rule="index-range",
        first=f"{told}: dimension {at.dim} of {words.shaped(x)} has the indices {span}.",
        rest=(f"Dimension {at.dim} has size {size}, and indices are counted from 0.", backwards) if size else (),
        repairs=_within(case, node, x, at, wrong, size),
        habit="The last index is the size minus 1.",
    )


def _within(case: Case, node: ast.Subscript, x: Operand, at: At, wrong: int, size: int) -> tuple[Repair, ...]:
    if not size:
        return ()
    looped = loop.shortened(case, x, at.node, at.dim)
    found = looped
    last = size - 1 if wrong > 0 else 0
    if at.operand.seen.kind == "number":
        if not looped or not isinstance(at.node, ast.Name):
            what = "the last" if wrong > 0 else "the first"
            found += case.instead(str(last), f"{what} of the {size}", of=at.node)
        found += _other_dim(case, node, x, at, wrong)
        if isinstance(at.node, ast.Name) and wrong == size:
            found += case.instead(f"{case.text(at.node)} - 1", "if it counts from 1", of=at.node)
        return found
    values = places_of(at.operand)
    text = part.grouped(case, at.node)
    if values and min(values) >= 1 and max(values) <= size and at.operand.seen.kind == "tensor":
        found += case.instead(f"{text} - 1", "if they were counted from 1", of=at.node)
    constant = next((n for n in ast.walk(at.node) if isinstance(n, ast.Constant) and n.value == wrong), None)
    if constant is not None:
        found += case.instead(str(last), f"the last of the {size}", of=constant)
    if at.operand.seen.kind == "tensor":
        found += case.instead(f"{text}.clamp(max={size - 1})", f"those beyond the end as {size - 1}", of=at.node)
    elif isinstance(at.node, ast.Name) and at.operand.seen.kind == "list" and wrong >= size:
        name = part.fresh(case, "i", "place")
        new = f"[min({name}, {size - 1}) for {name} in {text}]"
        found += case.instead(new, f"those beyond the end as {size - 1}", of=at.node)
    return found


def _other_dim(case: Case, node: ast.Subscript, x: Operand, at: At, wrong: int) -> tuple[Repair, ...]:
    """The same number along a dimension that has room for it."""
    size, texts = x.seen.shape or (), written(case, node)
    if len(texts) == 1 and len(size) == 2 and -size[1] <= wrong < size[1]:
        return again(case, node, [":", *texts], f"column {wrong}, {shape_text((size[0],))}")
    numbers = [part.integer(o.seen) for o in case.operands[1:3]]
    if len(texts) == 2 and len(size) == 2 and None not in numbers:
        a, b = numbers
        if a is not None and b is not None and -size[0] <= b < size[0] and -size[1] <= a < size[1]:
            return again(case, node, texts[::-1], "row and column the other way round")
    return ()


def _pairs(case: Case, node: ast.Subscript, x: Operand) -> Explanation | None:
    """Lists of indices of different lengths."""
    lists = [(at, s) for at in indices(case, node, x) if (s := _many(at.operand.seen)) is not None and s != ()]
    if len(lists) < 2 or not case.says("shape mismatch|broadcast"):
        return None
    (a, m), (b, n) = next(((p, q) for p in lists for q in lists if p[1] != q[1]), (lists[0], lists[1]))
    if m == n:
        return None
    return Explanation(
        rule="index-pairs",
        first=f"{words.shaped(a.operand)} and {words.shaped(b.operand)} pick {_long(m)} and {_long(n)} places.",
        rest=(
            f"Indices into {words.shaped(x)} are taken in pairs, one place for each pair: they must be equally long.",
            "For all rows of one with all columns of the other, the first stands as a column.",
        ),
        repairs=_block(case, node, a, b, m, n),
    )  # fmt: skip


def _many(seen: Observation) -> Shape | None:
    if seen.kind == "tensor" and seen.dtype in part.WHOLE:
        return seen.shape
    if seen.kind in ("list", "tuple") and not any(i.kind == "bool" for i in seen.items or ()):
        return (part.length(seen),)
    ends = re.fullmatch(r"range\((-?\d+), (-?\d+)\)", seen.text)
    return (max(int(ends[2]) - int(ends[1]), 0),) if ends else None


def _long(size: Shape) -> str:
    return str(size[0]) if len(size) == 1 else shape_text(size)


def _block(case: Case, node: ast.Subscript, a: At, b: At, m: Shape, n: Shape) -> tuple[Repair, ...]:
    found: tuple[Repair, ...] = ()
    if len(m) == len(n) == 1 and len(part.places(node)) == 2:
        first, second = case.text(a.node), case.text(b.node)
        column = part.grouped(case, a.node) if a.operand.seen.kind == "tensor" else f"torch.tensor({first})"
        made = shape_text((m[0], n[0]))
        found += again(case, node, [f"{column}[:, None]", second], f"a block of all of them, {made}")
        if case.kind == "subscript":
            found += case.instead(f"{case.text(node.value)}[{first}][:, {second}]", f"rows first, then columns, {made}")
        short, long = (m, b) if m[0] < n[0] else (n, a)
        cut = f"{part.grouped(case, long.node)}[:{short[0]}]"
        found += case.instead(cut, f"the first {short[0]} pairs", of=long.node)
    return found
