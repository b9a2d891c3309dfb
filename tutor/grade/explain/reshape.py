"""Reshaping: numbers of elements, -1, memory that is not in order, sizes without their brackets."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, shape, words
from tutor.grade.explain.bound import bindings
from tutor.grade.explain.case import Case, called
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Operand

_SHAPED = ("view", "reshape", "view_as", "reshape_as", "_unsafe_view")
_TUPLED = ("reshape", "permute", "broadcast_to", "tile", "unflatten", "flip", "roll", "movedim", "empty", "full")
_TURNS = {
    "t": "t()", "T": ".T", "mT": ".mT", "H": ".H", "transpose": "transpose", "permute": "permute",
    "swapaxes": "swapaxes", "movedim": "movedim", "expand": "expand", "broadcast_to": "broadcast_to",
    "swapdims": "swapdims", "flip": "flip",
    "unfold": "unfold", "narrow": "narrow", "moveaxis": "moveaxis", "expand_as": "expand_as", "chunk": "chunk",
    "split": "split", "diagonal": "diagonal", "unbind": "unbind", "select": "select",
}  # fmt: skip
"""What leaves the numbers where they lie in memory and reads them in another order."""


def explain(case: Case) -> Explanation | None:
    """Why a shape cannot be had; None where none is asked for, or that is not it."""
    if case.kind != "call" or case.below or not case.tensors or not part.is_torch(case):
        return None
    x = case.tensors[0]
    if (found := _tupled(case, x)) is not None:
        return found
    if case.name == "unflatten":
        return _unflattened(case, x)
    if case.name == "flatten" and case.says("start_dim cannot come after"):
        return _flattened(case, x)
    if case.name == "repeat":
        return _repeated(case, x)
    return _viewed(case, x) if case.name in _SHAPED else None


def _viewed(case: Case, x: Operand) -> Explanation | None:
    if case.says("view size is not compatible|not contiguous"):
        return _scattered(case, x)
    sizes = _sizes(case, x)
    if sizes is None:
        return _no_sizes(case, x)
    total, unknown = shape.counted(x.seen.shape or ()), sizes.count(-1)
    if any(n < -1 for n in sizes):
        return _negative(case, x, sizes)
    if unknown > 1:
        return _two_unknown(case, x, sizes)
    known = shape.counted(tuple(n for n in sizes if n != -1))
    if unknown:
        return _undivided(case, x, sizes, known) if known == 0 or total % known else None
    return _miscounted(case, x, sizes, known) if known != total else None


def _sizes(case: Case, x: Operand) -> Shape | None:
    """The sizes asked for, one by one or in a tuple; of view_as those of the other tensor."""
    given = [o for o in case.operands if o is not x]
    if case.name.endswith("_as"):
        return part.shape_of(given[0].seen) if given else None
    found = [part.integers(o.seen) for o in given]
    return tuple(n for ns in found for n in ns or ()) if given and None not in found else None


def _resized(case: Case, x: Operand, sizes: Shape, means: str) -> tuple[Repair, ...]:
    """The call with other sizes, in the brackets it had."""
    inner = ", ".join(map(str, sizes))
    bare = [o for o in case.operands if o is not x and not o.keyword]
    node = part.node_of(case, bare[0]) if len(bare) == 1 else None
    if isinstance(node, (ast.Tuple, ast.List)) or (bare and bare[0].seen.kind in ("tuple", "list", "size")):
        inner = shape_text(sizes) if not isinstance(node, ast.List) else f"[{inner}]"
    arguments = [inner] if part.is_method(case) else [x.text, shape_text(sizes)]
    name = case.name.removesuffix("_as")
    return case.instead(part.call(case, *arguments, name=name), means)


def _miscounted(case: Case, x: Operand, sizes: Shape, known: int) -> Explanation:
    total = shape.counted(x.seen.shape or ())
    product = " * ".join(map(str, sizes)) if len(sizes) > 1 else ""
    need = f"{product} = {known}" if product else str(known)
    pairs = ", ".join(" * ".join(map(str, f)) for f in shape.factors(total, 2)[:3])
    split = (f"{total} = {pairs.replace(', ', ' = ')}.",) if pairs else (f"{total} cannot be split into equal rows.",)
    return Explanation(
        rule="reshape-count",
        first=f"{words.shaped(x)} has {total} elements, and {shape_text(sizes)} needs {need}.",
        rest=(f"{case.name} keeps every element, so the sizes must multiply to {total}.", *split),
        repairs=_recounted(case, x, sizes, total),
        habit="Multiply the sizes before you reshape, or leave one of them to -1.",
    )


def _recounted(case: Case, x: Operand, sizes: Shape, total: int) -> tuple[Repair, ...]:
    """One size left open where it divides; the same in front; else other sizes of as many dimensions."""
    found: tuple[Repair, ...] = ()
    for at in range(len(sizes)):
        rest = shape.counted(sizes[:at] + sizes[at + 1 :])
        if rest and total % rest == 0 and len(sizes) > 1:
            made = (*sizes[:at], total // rest, *sizes[at + 1 :])
            found += _resized(case, x, (*sizes[:at], -1, *sizes[at + 1 :]), f"size {at} left open: {shape_text(made)}")
    known = shape.counted(sizes)
    if known and total % known == 0:
        made = (total // known, *sizes)
        found += _resized(case, x, (-1, *sizes), f"{total // known} such pieces: {shape_text(made)}")
    for made in shape.factors(total, len(sizes))[:2] if len(sizes) > 1 and not found else []:
        found += _resized(case, x, made, f"{shape_text(made)}, {total} elements")
    flat = _resized(case, x, (-1,), f"all in one row, {shape_text((total,))}")
    return found if any("-1" in repair.code for repair in found) else (*found, *flat)


def _undivided(case: Case, x: Operand, sizes: Shape, known: int) -> Explanation:
    total = shape.counted(x.seen.shape or ())
    found: tuple[Repair, ...] = ()
    for n in _divisors(total, known):
        if len(sizes) == 2:
            new = tuple(n if s != -1 else -1 for s in sizes)
            made = tuple(n if s != -1 else total // n for s in sizes)
            found += _resized(case, x, new, shape_text(made))
    return Explanation(
        rule="reshape-divide",
        first=f"{words.shaped(x)} has {total} elements, and {total} is not a multiple of {known}.",
        rest=(f"-1 stands for {total} / {known}, which must be a whole number.",),
        repairs=found or _resized(case, x, (-1,), f"all in one row, {shape_text((total,))}"),
        habit="The other sizes together must divide the number of elements.",
    )


def _divisors(total: int, near: int) -> list[int]:
    """The numbers that divide `total`, those next to `near` first."""
    found = shape.divisors(total)[1:-1]
    return sorted(found, key=lambda n: (abs(n - near), n))[:2]


def _two_unknown(case: Case, x: Operand, sizes: Shape) -> Explanation:
    size = x.seen.shape or ()
    total = shape.counted(size)
    found: tuple[Repair, ...] = ()
    if len(sizes) == 2 and len(size) > 1 and total:
        front, back = shape_text((size[0], total // size[0])), shape_text((total // size[-1], size[-1]))
        found += _resized(case, x, (size[0], -1), f"dimension 0 stays, the rest is flattened: {front}")
        found += _resized(case, x, (-1, size[-1]), f"the last dimension stays: {back}")
    known = [n for n in sizes if n != -1]
    first = (size[0] if size else 1, *sizes[1:])
    whole = shape.counted(tuple(n for n in first if n != -1))
    if not found and sizes[0] == -1 and first.count(-1) == 1 and whole and total % whole == 0:
        found += _resized(case, x, first, f"dimension 0 stays, {size[0]}")
    if not found and known and total % shape.counted(tuple(known)) == 0:
        at = sizes.index(-1)
        kept = tuple(1 if n == -1 and d != at else n for d, n in enumerate(sizes))
        found += _resized(case, x, kept, "one of them as 1")
    return Explanation(
        rule="reshape-unknown",
        first=f"{shape_text(sizes)} leaves {sizes.count(-1)} sizes to -1, and only one can be worked out.",
        rest=(f"{words.shaped(x)} has {total} elements; two unknown sizes could share them in several ways.",),
        repairs=(*found, *_resized(case, x, (-1,), f"all in one row, {shape_text((total,))}")),
        habit="Name every size that you know, most often that of the batch.",
    )


def _negative(case: Case, x: Operand, sizes: Shape) -> Explanation:
    odd = next(n for n in sizes if n < -1)
    return Explanation(
        rule="reshape-negative",
        first=f"{odd} is no size; the only negative one is -1, which is worked out from the others.",
        rest=(f"{words.shaped(x)} has {shape.counted(x.seen.shape or ())} elements.",),
        repairs=_resized(case, x, tuple(-1 if n == odd else n for n in sizes), "worked out from the others"),
    )


def _no_sizes(case: Case, x: Operand) -> Explanation | None:
    """Sizes that are none: nothing at all, None, a tensor."""
    given = [o for o in case.operands if o is not x]
    total = shape.counted(x.seen.shape or ())
    odd = next((o for o in given if o.seen.kind in ("none", "tensor", "text")), None)
    if given and odd is None:
        return None
    found: tuple[Repair, ...] = ()
    if odd is None:
        found = _resized(case, x, (-1,), f"all in one row, {shape_text((total,))}")
    elif odd.seen.kind == "none":
        found = part.swapped(case, odd, "-1", "worked out from the other sizes")
    elif odd.seen.kind == "tensor":
        text = part.bare(case, odd)
        new = f"{text}.tolist()" if odd.seen.shape else f"int({odd.text})"
        found = part.swapped(case, odd, new, "its numbers as sizes")
        if odd.seen.shape:
            found += case.instead(part.call(case, odd.text, name=f"{case.name}_as"), f"the shape of {words.code(odd)}")
    elif str(odd.seen.value).isdigit():
        found = part.swapped(case, odd, str(odd.seen.value), "the number that the text stands for")
    what = f"{words.code(odd)} is none" if odd is not None else "there are none"
    return Explanation(
        rule="reshape-sizes",
        first=f"{case.name}() takes whole numbers as sizes, and {what}.",
        rest=(f"{words.shaped(x)} has {total} elements, which the sizes must multiply to.",),
        repairs=found,
    )


def _scattered(case: Case, x: Operand) -> Explanation:
    turn = _turn(case, x)
    inside = [o.text if not o.keyword else f"{o.keyword}={o.text}" for o in case.operands if o is not x]
    owner = part.bare(case, x)
    why = f"{turn} left its numbers out of order" if turn else "its numbers do not lie in order"
    return Explanation(
        rule="view-contiguous",
        first=f"{words.shaped(x)} is not contiguous: {why}.",
        rest=(
            "view only reads the same memory anew, row by row, which does not work across that order.",
            "reshape copies where it must; the result has the order that you see when you print.",
        ),
        repairs=(
            *case.instead(f"{owner}.reshape({', '.join(inside)})", "copies, where it has to"),
            *case.instead(f"{owner}.contiguous().view({', '.join(inside)})", "copies into order first"),
        ),
        habit="Behind a transpose, permute or slice, use reshape.",
    )


def _turn(case: Case, x: Operand) -> str:
    """What put it out of order, as it is written."""
    node = part.node_of(case, x)
    values = [node] if node is not None else []
    for value in [*values, *(bindings(case, node.id) if isinstance(node, ast.Name) else ())]:
        for inner in ast.walk(value):
            name = (
                inner.attr if isinstance(inner, ast.Attribute) else called(inner) if isinstance(inner, ast.Call) else ""
            )
            if name in _TURNS:
                return f"`{_TURNS[name]}`"
            if isinstance(inner, ast.Subscript) and any(isinstance(n, ast.Slice) for n in ast.walk(inner.slice)):
                return f"`{words.short(case.text(inner))}`"
    return ""


def _unflattened(case: Case, x: Operand) -> Explanation | None:
    given = [o for o in case.operands if o is not x]
    if len(given) < 2:
        return None
    dim, sizes = part.integer(given[0].seen), part.integers(given[1].seen)
    size = x.seen.shape or ()
    if dim is None or sizes is None or not -len(size) <= dim < len(size) or not case.says("multiply|divis|invalid"):
        return None
    total = size[dim]
    fits = [(*sizes[:at], -1, *sizes[at + 1 :]) for at in range(len(sizes))]
    good = [s for s in fits if s.count(-1) == 1 and total % -shape.counted(s) == 0] or shape.factors(total, len(sizes))[
        :2
    ]
    repairs: tuple[Repair, ...] = ()
    for some in good[:2]:
        repairs += part.swapped(case, given[1], shape_text(some), f"dimension {dim}, {total}, in parts that fit")
    return Explanation(
        rule="reshape-count",
        first=f"Dimension {dim} of {words.shaped(x)} has size {total}, and {shape_text(sizes)} is not that in parts.",
        rest=("unflatten splits one dimension in sizes whose product is its own; one of them may be -1.",),
        repairs=repairs,
    )


def _flattened(case: Case, x: Operand) -> Explanation:
    a, b = [o for o in case.operands if o is not x][:2]
    edits = [case.edit(node, o.text) for p, o in ((a, b), (b, a)) if (node := part.node_of(case, p)) is not None]
    return Explanation(
        rule="flatten-order",
        first=f"flatten goes from dimension {a.text} to {b.text}, backwards; the first must not be the greater.",
        rest=(f"{words.shaped(x)} has {shape.all_dims(words.rank(x.seen))}.",),
        repairs=case.with_edits(edits, f"from {b.text} to {a.text}"),
    )


def _repeated(case: Case, x: Operand) -> Explanation | None:
    sizes, size = _sizes(case, x), x.seen.shape or ()
    if sizes is None or len(sizes) >= len(size):
        return None
    ones = (1,) * (len(size) - len(sizes))
    front, back = (*sizes, *ones), (*ones, *sizes)
    made = [shape_text(tuple(m * n for m, n in zip(size, s, strict=True))) for s in (front, back)]
    return Explanation(
        rule="repeat-rank",
        first=f"{words.shaped(x)} has {len(size)} dimensions, and repeat() is given {len(sizes)} of the numbers.",
        rest=("It needs one number for each dimension, 1 where nothing is repeated.",),
        repairs=(
            *_resized(case, x, front, f"along dimension 0, {made[0]}"),
            *_resized(case, x, back, f"along the last, {made[1]}"),
        ),
    )


def _tupled(case: Case, x: Operand) -> Explanation | None:
    """Sizes or dimensions one by one where a tuple is wanted."""
    bare = [o for o in part.plain(case) if o is not x]
    numbers = [o for o in bare if part.integer(o.seen) is not None]
    from_function = not part.is_method(case) and case.name in _TUPLED
    from_method = part.is_method(case) and case.name in ("unflatten", "movedim")
    if not (from_function or from_method) or len(numbers) != len(bare) or not bare:
        return None
    if not case.says("must be tuple|positional arguments? but|invalid combination"):
        return None
    first = bare[:1] if case.name == "unflatten" else []
    inside = f"({', '.join(o.text for o in bare[len(first) :])}{',' if len(bare) - len(first) == 1 else ''})"
    head = [] if part.is_method(case) else [x.text]
    new = part.call(case, *head, *(o.text for o in first), inside, *part.keywords(case))
    return Explanation(
        rule="tuple-wanted",
        first=f"{case.word}() takes them in one tuple: {inside}.",
        rest=(
            "Methods such as x.reshape(2, 3) also take them one by one, the functions of torch do not.",
            "torch counts arguments in its message.",
        ),
        repairs=case.instead(new),
    )
