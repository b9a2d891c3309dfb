"""The order of dimensions: permute, transpose and their like with too few, too many or none."""

from __future__ import annotations

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, shape, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Operand

_PAIRS = ("transpose", "swapaxes", "swapdims", "transpose_", "movedim", "moveaxis")


def explain(case: Case) -> Explanation | None:
    """Which dimensions are missing or too many."""
    if case.kind != "call" or case.below or not case.tensors or not part.is_torch(case):
        return None
    x = case.tensors[0]
    if case.name in _PAIRS:
        return _pair(case, x)
    return _permuted(case, x) if case.name == "permute" else None


def _pair(case: Case, x: Operand) -> Explanation | None:
    given = [o for o in case.operands if o is not x]
    rank = words.rank(x.seen)
    if len(given) > 2 and case.says("positional") and (dims := _dims(case, x)) is not None:
        return _too_many(case, x, dims)
    if not case.says("missing") and len(given) >= 2:
        return None
    if rank < 2:
        return Explanation(
            rule="transpose-rank",
            first=f"{words.shaped(x)} has {rank} dimensions: there are no two to swap.",
            rest=("A vector is neither row nor column.",),
            repairs=case.instead(
                f"{part.bare(case, x)}[:, None]", f"a column, {shape_text((*(x.seen.shape or ()), 1))}"
            ),
        )
    return Explanation(
        rule="transpose-which",
        first=f"{case.name}() swaps two dimensions, and has to be told which two of {words.shaped(x)}.",
        rest=(
            f"Its dimensions are {shape.choices(rank)}.",
            "NumPy's transpose turns all of them round; torch's swaps a pair.",
        ),
        repairs=_swaps(case, x, rank, [part.integer(o.seen) for o in given]),
    )


def _too_many(case: Case, x: Operand, dims: Shape) -> Explanation | None:
    rank = words.rank(x.seen)
    if case.name in ("movedim", "moveaxis"):
        return None
    whole = sorted(d % rank for d in dims) == list(range(rank)) if rank else False
    head = [] if part.is_method(case) else [x.text]
    order = ", ".join(map(str, dims)) if not head else f"({', '.join(map(str, dims))})"
    made = shape_text(tuple((x.seen.shape or ())[d] for d in dims)) if whole else ""
    new = part.call(case, *head, order, name="permute")
    return Explanation(
        rule="transpose-many",
        first=f"{case.name}() swaps two dimensions of {words.shaped(x)}, and is given {len(dims)}.",
        rest=("A new order of all dimensions is the work of permute; NumPy's transpose does both.",),
        repairs=case.instead(new, f"all of them in a new order, {made}") if whole else (),
    )


def _swaps(case: Case, x: Operand, rank: int, given: list[int | None]) -> tuple[Repair, ...]:
    pairs = [(0, 1)] if rank == 2 else [(rank - 2, rank - 1), (0, 1)]
    if len(given) == 1 and given[0] is not None and -rank <= given[0] < rank:
        one = given[0] % rank
        pairs = [(one, other) for other in sorted(range(rank), key=lambda d: (abs(d - one), d)) if other != one][:2]
    found: tuple[Repair, ...] = ()
    for a, b in pairs:
        head = [] if part.is_method(case) else [x.text]
        made = shape_text(_swapped(x.seen.shape or (), a, b))
        found += case.instead(part.call(case, *head, str(a), str(b)), f"dimensions {a} and {b} swapped: {made}")
    if rank == 2 and not given:
        found += case.instead(f"{part.bare(case, x)}.T", "the same, shorter")
    return found


def _swapped(size: Shape, a: int, b: int) -> Shape:
    made = list(size)
    made[a], made[b] = made[b], made[a]
    return tuple(made)


def _permuted(case: Case, x: Operand) -> Explanation | None:
    size = x.seen.shape or ()
    dims = _dims(case, x)
    rank = len(size)
    if dims is None:
        return _none_told(case, x) if case.says("missing") else None
    valid = [d for d in dims if -rank <= d < rank]
    if len(dims) == rank and len({d % rank for d in valid}) == rank:
        return None
    twice = next((d for n, d in enumerate(dims) if d in dims[:n]), None)
    if twice is not None and len(dims) == rank:
        first = f"permute{shape_text(dims)} names dimension {twice} of {words.shaped(x)} twice, and each goes once."
    elif len(dims) != rank:
        first = f"{words.shaped(x)} has {rank} dimensions, and permute{shape_text(dims)} names {len(dims)}."
    else:
        return None
    odd = ("Where torch says sparse_coo, nothing is sparse: it is the name of an inner function.",)
    return Explanation(
        rule="permute-dims",
        first=first,
        rest=("permute lists all dimensions, each once, in their new order.", *(odd if case.says("sparse") else ())),
        repairs=_completed(case, x, dims, rank),
        habit="Count the dimensions: permute needs as many numbers.",
    )


def _dims(case: Case, x: Operand) -> Shape | None:
    given = [o for o in case.operands if o is not x]
    found = [part.integers(o.seen) for o in given]
    return tuple(n for ns in found for n in ns or ()) if given and None not in found else None


def _none_told(case: Case, x: Operand) -> Explanation:
    rank = words.rank(x.seen)
    return Explanation(
        rule="permute-dims",
        first=f"permute() has to be told the new order of all {rank} dimensions of {words.shaped(x)}.",
        repairs=_ordered(case, x, tuple(range(rank))[::-1], "the other way round"),
    )


def _ordered(case: Case, x: Operand, dims: Shape, how: str) -> tuple[Repair, ...]:
    made = shape_text(tuple((x.seen.shape or ())[d] for d in dims))
    inner = ", ".join(map(str, dims))
    if not part.is_method(case):
        new = part.call(case, x.text, f"({inner})")
    else:
        listed = any(o.seen.kind in ("tuple", "list") for o in case.operands if o is not x)
        new = part.call(case, f"({inner})" if listed else inner)
    return case.instead(new, f"{how}, which gives {made}")


def _completed(case: Case, x: Operand, dims: Shape, rank: int) -> tuple[Repair, ...]:
    kept: list[int] = []
    for d in dims:
        if -rank <= d < rank and d % rank not in kept:
            kept.append(d % rank)
    missing = [d for d in range(rank) if d not in kept]
    if not missing:
        return _ordered(case, x, tuple(kept), "those that are there")
    found = _batched(case, x, dims, rank)
    found += _ordered(case, x, (*kept, *missing), "the others stay where they are, at the end")
    if kept and len(dims) < rank:
        found += _ordered(case, x, (*missing, *kept), "the others in front")
    if len(dims) == 2 and len(kept) == 2 and rank > 2:
        a, b = kept
        made = shape_text(_swapped(x.seen.shape or (), a, b))
        found += case.instead(f"{part.bare(case, x)}.transpose({a}, {b})", f"only these two swapped: {made}")
    return found


def _batched(case: Case, x: Operand, dims: Shape, rank: int) -> tuple[Repair, ...]:
    """The order meant for one example, where dimension 0 counts the examples."""
    if rank < 4 or sorted(d % rank for d in dims) != list(range(rank - 1)):
        return ()
    return _ordered(case, x, (0, *(d % rank + 1 for d in dims)), "dimension 0, the examples, stays in front")
