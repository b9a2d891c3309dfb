"""Values that do not fit into the place they are stored in, and sizes that cannot be expanded."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, picked, shape, words
from tutor.grade.explain.broadcast import RULE
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Operand

_EXPANDING = ("expand", "expand_as", "broadcast_to")


def explain(case: Case) -> Explanation | None:
    """What is stored or expanded and does not fit; None where nothing is, or it fits."""
    if case.kind == "call" and case.name in _EXPANDING and case.tensors:
        return _expanded(case, case.tensors[0])
    if case.kind == "call" and case.name == "fill_" and case.says("0-dimension") and len(case.tensors) > 1:
        return _filled(case, *case.tensors[:2])
    if case.kind == "assign" and case.word == "[]" and isinstance(case.node, ast.Subscript):
        owner = case.operands[0]
        return _assigned(case, case.node, owner) if owner.seen.kind == "tensor" else None
    return None


def _assigned(case: Case, node: ast.Subscript, owner: Operand) -> Explanation | None:
    value = case.operands[-1]
    place = picked.slot(case, node)
    place = place if place is not None else picked.told(case)
    if case.says("can't assign a"):
        return _no_tensor(case, node, owner, value, place)
    size = part.shape_of(value.seen)
    if size is None or place is None or picked.fits(size, place) or not case.says("expand|mismatch|broadcast|match"):
        return None
    return Explanation(
        rule="assign-shape",
        first=f"`{words.short(case.text(node))}` is {shape_text(place)}, and {words.shaped(value)} does not fit in.",
        rest=(
            "What is stored must have the shape of its place, or sizes of 1 or none where the place has more.",
            "torch speaks of expanding: it tries to stretch the value to the place.",
        ),
        repairs=(
            *_elsewhere(case, node, owner, size),
            *_shaped(case, value, size, place),
            *_part(case, node, value, size, place),
        ),
        habit="Print the shape of both sides before you assign to a part.",
    )


def _no_tensor(
    case: Case, node: ast.Subscript, owner: Operand, value: Operand, place: Shape | None
) -> Explanation | None:
    what = {"list": "list", "tuple": "tuple", "text": "text", "none": "None"}.get(value.seen.kind, value.seen.type)
    made = {"ndarray": "torch.from_numpy({})", "list": "torch.tensor({})", "tuple": "torch.tensor({})"}
    new = made.get(value.seen.type, "").format(value.text)
    where = f", {shape_text(place)}," if place is not None else ""
    return Explanation(
        rule="assign-type",
        first=f"`{words.short(case.text(node))}`{where} takes a tensor or a number; {words.code(value)} is a {what}.",
        rest=(
            f"The elements of {words.typed(owner)} are set from a tensor of the same shape, or all from one number.",
        ),
        repairs=(
            *(part.swapped(case, value, new, f"the {what} as a tensor") if new else ()),
            *(_shorter(case, node, value, place, new) if new and place else ()),
        ),
    )


def _shorter(
    case: Case, node: ast.Subscript, value: Operand, place: Shape, new: str
) -> tuple[Repair, ...]:  # fmt: skip
    """A list with fewer numbers than places: the first of these."""
    count = part.length(value.seen)
    where = part.node_of(case, value)
    if len(place) != 1 or count >= place[0] or where is None or value.seen.kind == "object":
        return ()
    edits = [case.edit(node, f"{case.text(node)}[:{count}]"), case.edit(where, new)]
    return case.with_edits(edits, f"the first {count} of the {place[0]} places")


def _elsewhere(case: Case, node: ast.Subscript, owner: Operand, size: Shape) -> tuple[Repair, ...]:
    """The column instead of the row, or the other way round, where the value fits there."""
    base, nodes = owner.seen.shape or (), part.places(node)
    texts = [case.text(n) for n in nodes]
    if len(base) != 2 or any(isinstance(n, ast.Slice) and case.text(n) != ":" for n in nodes):
        return ()
    if len(texts) == 1 and size == base[:1] and isinstance(nodes[0], ast.Constant):
        return _indexed(case, node, f":, {texts[0]}", f"column {texts[0]}, {shape_text(size)}")
    if len(texts) == 2 and texts[0] == ":" and size == base[1:]:
        return _indexed(case, node, texts[1], f"row {texts[1]}, {shape_text(size)}")
    if texts[1:] == [":"] and size == base[:1]:
        return _indexed(case, node, f":, {texts[0]}", f"column {texts[0]}, {shape_text(size)}")
    return ()


def _indexed(case: Case, node: ast.Subscript, index: str, means: str) -> tuple[Repair, ...]:
    return case.instead(f"{case.text(node.value)}[{index}]", means)


def _shaped(case: Case, value: Operand, size: Shape, place: Shape) -> tuple[Repair, ...]:
    """The value in another shape: without sizes of 1, turned, laid out anew, or cut."""
    text = part.bare(case, value)
    what = words.code(value)
    if tuple(n for n in size if n != 1) == tuple(n for n in place if n != 1):
        return part.swapped(case, value, f"{text}.reshape({_sizes(place)})", f"{what} as {shape_text(place)}")
    if len(size) > 1 and picked.fits(shape.turned(size), place):
        flip = "T" if len(size) == 2 else "mT"
        return part.swapped(case, value, f"{text}.{flip}", f"{what} transposed, {shape_text(shape.turned(size))}")
    if shape.counted(size) == shape.counted(place) and place:
        means = f"its {shape.counted(size)} numbers in the shape of the place"
        return part.swapped(case, value, f"{text}.reshape({_sizes(place)})", means)
    spread = [s for s in shape.spread(size, place)] if len(size) < len(place) else []
    if spread:
        return part.swapped(case, value, f"{text}[{spread[0][0]}]", f"{what} as {shape_text(spread[0][1])}")
    return _less(case, value, size, place)


def _sizes(place: Shape) -> str:
    return ", ".join(map(str, place)) or "()"


def _less(case: Case, value: Operand, size: Shape, place: Shape) -> tuple[Repair, ...]:
    """As much of the value as there is room for."""
    text, extra = part.bare(case, value), len(size) - len(place)
    if extra > 0 and picked.fits(size[extra:], place):
        index = ", ".join("0" * extra)
        return part.swapped(case, value, f"{text}[{index}]", f"the first of {words.code(value)} alone")
    if extra == 0 and all(n >= m or n == 1 for n, m in zip(size, place, strict=True)):
        cuts = [f":{m}" if n > m else ":" for n, m in zip(size, place, strict=True)]
        while cuts[-1] == ":":
            cuts.pop()
        means = f"as much of {words.code(value)} as there is room for"
        return part.swapped(case, value, f"{text}[{', '.join(cuts)}]", means)
    return ()


def _part(case: Case, node: ast.Subscript, value: Operand, size: Shape, place: Shape) -> tuple[Repair, ...]:
    """A smaller place: as many as the value has. Not of lists and masks, which pick copies."""
    # A name may stand for another length in the next round.
    end = f"len({value.text})" if len(size) == 1 and value.text.isidentifier() else str(size[-1]) if size else ""
    if len(part.places(node)) < words.rank(case.operands[0].seen) and place[:-1] == size[:-1] and size[-1] < place[-1]:
        texts = [case.text(n) for n in part.places(node)]
        colons = [":"] * (words.rank(case.operands[0].seen) - len(texts) - 1)
        index = ", ".join([*texts, *colons, f":{end}"])
        return _indexed(case, node, index, f"only the first {size[-1]} places along the last dimension")
    plain = all(isinstance(n, ast.Slice) or _is_number(case, n) for n in part.places(node))
    if not plain or len(size) != len(place) or any(n > m for n, m in zip(size, place, strict=True)):
        return ()
    cuts = ", ".join([*(f":{n}" for n in size[:-1]), f":{end}"])
    return case.instead(f"{case.text(node)}[{cuts}]", f"only the first {size[0]} places of it are set")


def _is_number(case: Case, node: ast.expr) -> bool:
    seen = next((o.seen for o in case.operands if o.text == case.text(node)), None)
    return seen is not None and part.integer(seen) is not None


def _filled(case: Case, target: Operand, value: Operand) -> Explanation:
    fits = picked.fits(value.seen.shape or (), target.seen.shape or ())
    return Explanation(
        rule="fill-shape",
        first=f"fill_ writes one number everywhere, and {words.shaped(value)} has several.",
        rest=(f"Values of another shape are copied into {words.shaped(target)} with copy_ or an assignment.",),
        repairs=case.instead(part.call(case, value.text, name="copy_"), "the values, broadcast") if fits else (),
    )


def _expanded(case: Case, x: Operand) -> Explanation | None:
    size, target = x.seen.shape or (), _target(case)
    if target is None:
        return None
    if case.says("must be tuple of ints, not int|positional arguments? but") and "." in case.word:
        new = part.call(case, x.text, f"({', '.join(map(str, target))})")
        return Explanation(
            rule="expand-tuple",
            first=f"{case.word} takes the sizes in one tuple, {shape_text(target)}.",
            repairs=case.instead(new),
        )
    if len(target) < len(size):
        return _fewer(case, x, target)
    met = shape.clash(size, tuple(m if n == -1 else n for m, n in zip(_wide(size, len(target)), target, strict=True)))
    if met is None:
        return _unknown(case, x, target) if -1 in target[: len(target) - len(size)] else None
    return Explanation(
        rule="expand-size",
        first=f"{words.shaped(x)} cannot be expanded to {shape_text(target)}: from the right, {met[0]} meets {met[1]}.",
        rest=(
            "Only dimensions of size 1 are expanded; new ones are put in front.",
            RULE,
        ),
        repairs=(*_placed(case, x, target), *_repeated(case, x, target)),
    )


def _wide(size: Shape, rank: int) -> Shape:
    return (*[1] * (rank - len(size)), *size)


def _target(case: Case) -> Shape | None:
    """The sizes asked for: those of another tensor, of a tuple, or one by one."""
    if case.name == "expand_as":
        return part.shape_of(case.tensors[1].seen) if len(case.tensors) > 1 else None
    given = [o for o in case.operands if o.seen is not case.tensors[0].seen]
    found = [part.integers(o.seen) for o in given]
    return tuple(n for ns in found for n in ns or ()) if given and None not in found else None


def _placed(case: Case, x: Operand, target: Shape) -> tuple[Repair, ...]:
    size = x.seen.shape or ()
    found: tuple[Repair, ...] = ()
    for index, made in list(shape.spread(size, target))[:2] if len(size) < len(target) else []:
        means = f"a dimension of size 1 first, {shape_text(made)}, which is then expanded to {shape_text(target)}"
        found += part.swapped(case, x, f"{part.bare(case, x)}[{index}]", means)
    return found


def _repeated(case: Case, x: Operand, target: Shape) -> tuple[Repair, ...]:
    """Copies side by side, where the size asked for is a multiple."""
    size = _wide(x.seen.shape or (), len(target))
    times = [1 if n == -1 else n // m if m and n % m == 0 else 0 for m, n in zip(size, target, strict=True)]
    if 0 in times:
        return ()
    new = f"{part.bare(case, x)}.repeat({', '.join(map(str, times))})"
    return case.instead(
        new, f"copies side by side, {shape_text(tuple(m * t for m, t in zip(size, times, strict=True)))}"
    )


def _fewer(case: Case, x: Operand, target: Shape) -> Explanation:
    size = x.seen.shape or ()
    return Explanation(
        rule="expand-rank",
        first=f"{words.shaped(x)} has {len(size)} dimensions, and {shape_text(target)} only {len(target)}.",
        rest=("expand needs a size for every dimension, -1 for those that stay, and can only add new ones in front.",),
        repairs=_squeezed(case, x, target),
    )  # fmt: skip


def _squeezed(case: Case, x: Operand, target: Shape) -> tuple[Repair, ...]:
    """Without its dimensions of size 1, or more copies of the whole."""
    size = x.seen.shape or ()
    if tuple(n for n in size if n != 1) == tuple(n for n in target if n != 1):
        return case.instead(f"{part.bare(case, x)}.reshape({_sizes(target)})", "without the dimensions of size 1")
    if not part.is_method(case) or case.name != "expand":
        return ()
    return case.instead(part.call(case, *map(str, (*target, *size))), "so many copies of the whole")


def _unknown(case: Case, x: Operand, target: Shape) -> Explanation:
    sizes = tuple(1 if n == -1 else n for n in target)
    return Explanation(
        rule="expand-new",
        first=f"{words.shaped(x)} has no dimension for the -1 at the front of {shape_text(target)} to stand for.",
        rest=("-1 keeps the size of a dimension that is there; a new one in front needs its size.",),
        repairs=case.instead(part.call(case, *map(str, sizes))) if part.is_method(case) else (),
    )
