"""Matrix products: inner sizes, batches, vectors, ranks."""

from __future__ import annotations

from tutor.grade.drawing import shape_text
from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Operand

_NAMES = frozenset({"matmul", "mm", "bmm", "mv", "dot", "inner", "vdot"})
_ADDING = frozenset({"addmm", "baddbmm", "addbmm", "addmv"})
"""What adds the product to a first operand."""
_RANKS = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "dot": (1, 1), "vdot": (1, 1), "addmm": (2, 2), "baddbmm": (3, 3)}
_TITLES = {1: "a vector", 2: "a matrix", 3: "a batch of matrices"}

Shape = tuple[int, ...]


def explain(case: Case) -> Explanation | None:
    """What is wrong with `a @ b`; None where it is no product of two tensors, or its shapes are well."""
    pair = _pair(case)
    if len(pair) < 2 or any(o.seen.kind != "tensor" or o.seen.shape is None for o in pair):
        return None
    a, b = pair
    left, right = a.seen.shape or (), b.seen.shape or ()
    ranks = _RANKS.get(case.name)
    if ranks and ranks != (len(left), len(right)):
        return _rank(case, a, b, ranks)
    if not left or not right:
        return _number(case, a, b)
    if _inner(left, right):
        return _batches(case, a, b)
    return _sizes(case, a, b)


def _pair(case: Case) -> tuple[Operand, ...]:
    """The two sides of a product."""
    if case.word in ("@", "@=") or (case.kind == "call" and case.name in _NAMES):
        return case.operands[:2]
    return case.operands[1:3] if case.kind == "call" and case.name in _ADDING else ()


def _number(case: Case, a: Operand, b: Operand) -> Explanation:
    none, other = (a, b) if not a.seen.shape else (b, a)
    return Explanation(
        rule="matmul-number",
        first=f"{words.code(none)} is a single number, of shape (), and @ needs a dimension on each side.",
        rest=(f"To scale {words.shaped(other)} by a number, * is enough: it meets every element.",),
        repairs=case.instead(f"{words.grouped(a)} * {words.grouped(b)}"),
    )


def _inner(left: Shape, right: Shape) -> bool:
    return left[-1] == right[-2 if len(right) > 1 else 0]


def _sizes(case: Case, a: Operand, b: Operand) -> Explanation:
    left, right = a.seen.shape or (), b.seen.shape or ()
    if len(left) == len(right) == 1:
        return Explanation(
            rule="matmul-inner",
            first=f"{words.shaped(a)} and {words.shaped(b)} are vectors of different lengths.",
            rest=(
                f"@ of two vectors multiplies them pair by pair and adds up: {left[0]} and {right[0]} must be equal.",
            ),
            repairs=case.instead(
                f"torch.outer({a.text}, {b.text})",
                f"every element with every element, {shape_text((left[0], right[0]))}",
            ),
            habit=f"Print {a.text}.shape and {b.text}.shape before this line.",
        )
    from_left, from_right = left[-1], right[-2 if len(right) > 1 else 0]
    place = {1: "only", 2: "first"}.get(len(right), "second to last")
    return Explanation(
        rule="matmul-inner",
        first=f"{words.shaped(a)} @ {words.shaped(b)}: the inner sizes {from_left} and {from_right} differ.",
        rest=(
            f"The last size of {words.code(a)}, {from_left}, must equal the {place} size of {words.code(b)}, "
            f"{from_right}; both vanish in the product.",
            *_misleading(case),
        ),
        repairs=tuple(_turned(case, a, b)),
        habit="Before a product, read both shapes: the two sizes in the middle must be the same.",
    )


def _misleading(case: Case) -> tuple[str, ...]:
    """A word on torch's words where they say something else than what is so."""
    if case.says("size mismatch, got input"):
        return ("torch lists result, matrix and vector: the first of its three is no operand of yours.",)
    if case.says("batch2"):
        return ("What torch calls the first two dimensions of batch2 are the batch and the size that must match.",)
    if case.says("mat1 and mat2"):
        return ("torch calls them mat1 and mat2, whatever their names are.",)
    return ()


def _turned(case: Case, a: Operand, b: Operand) -> list[Repair]:
    """The product with one side transposed, or the sides swapped, where the sizes would meet."""
    left, right = a.seen.shape or (), b.seen.shape or ()
    found: list[Repair] = []
    if len(right) > 1 and left[-1] == right[-1]:
        found += _product(case, a.text, _flipped(b), left, _flip(right), f"with {words.code(b)} transposed")
    if len(left) > 1 and left[-2] == (right[-2] if len(right) > 1 else right[0]):
        found += _product(case, _flipped(a), b.text, _flip(left), right, f"with {words.code(a)} transposed")
    if len(right) > 1 and len(left) > 1 and right[-1] == left[-2] and not found:
        found += _product(case, b.text, a.text, right, left, "the other way round")
    return found


def _product(case: Case, a: str, b: str, left: Shape, right: Shape, how: str) -> tuple[Repair, ...]:
    outer = [*left[:-2], left[-2] if len(left) > 1 else 0, *right[-1:]][-2 if len(left) > 1 else -1 :]
    made = shape_text(tuple(outer) if len(right) > 1 else tuple(outer[:-1]))
    plain = len(left) <= 2 and len(right) <= 2
    means = f"{how}, which gives {made}" if plain else how
    if case.word == "@=":
        return case.instead(f"{a} = {a} @ {b}", means, of=case.statement)
    if case.word == "@":
        return case.instead(f"{a} @ {b}", means)
    first, second = _pair(case)
    edits = [
        case.edit(node, new) for o, new in ((first, a), (second, b)) if (node := case.node_of(o)) and new != o.text
    ]
    return case.with_edits(edits, means) if edits else ()


def _flip(shape: Shape) -> Shape:
    return (*shape[:-2], shape[-1], shape[-2])


def _flipped(operand: Operand) -> str:
    """Its transpose; a transpose is taken back."""
    text = words.grouped(operand)
    if text.endswith((".T", ".mT")):
        return text.rpartition(".")[0]
    return f"{text}.T" if words.rank(operand.seen) == 2 else f"{text}.mT"


def _rank(case: Case, a: Operand, b: Operand, want: tuple[int, int]) -> Explanation:
    odd, rank = next((o, n) for o, n in zip((a, b), want, strict=True) if words.rank(o.seen) != n)
    has = words.rank(odd.seen)
    plain = case.name not in _ADDING
    return Explanation(
        rule="matmul-rank",
        first=f"{case.name} wants {_TITLES[rank]} there, and {words.shaped(odd)} has {has} "
        f"dimension{'s' if has != 1 else ''}.",
        rest=(
            f"{case.name} takes {_TITLES[want[0]]} and {_TITLES[want[1]]}: {words.shaped(a)}, {words.shaped(b)}.",
            *(['What torch calls "self" is the first of the two.'] if case.says("self must") else []),
            "@ takes vectors, matrices, and any number of dimensions in front of them.",
        ),
        repairs=(*(_at(case, a, b) if plain else ()), *(_summed(case, a, b) if want == (1, 1) else ())),
        habit=f"Prefer @ to {case.name}, which knows one rank only.",
    )


def _at(case: Case, a: Operand, b: Operand) -> tuple[Repair, ...]:
    """The same with @, or with the right side turned where only then the sizes meet."""
    left, right = a.seen.shape or (), b.seen.shape or ()
    if not left or not right:
        return case.instead(f"{words.grouped(a)} * {words.grouped(b)}")
    if _inner(left, right) or len(right) < 2:
        return case.instead(f"{words.grouped(a)} @ {words.grouped(b)}")
    return case.instead(f"{words.grouped(a)} @ {_flipped(b)}", f"with {words.code(b)} transposed")


def _summed(case: Case, a: Operand, b: Operand) -> tuple[Repair, ...]:
    if a.seen.shape != b.seen.shape:
        return ()
    return case.instead(
        f"({words.grouped(a)} * {words.grouped(b)}).sum()", "all pairs multiplied and added up, a single number"
    )


def _batches(case: Case, a: Operand, b: Operand) -> Explanation | None:
    left, right = (a.seen.shape or ())[:-2], (b.seen.shape or ())[:-2]
    pairs = [(m, n) for m, n in zip(left[::-1], right[::-1], strict=False) if m != n and 1 not in (m, n)]
    if not pairs:
        return None
    inner = (a.seen.shape or ())[-1]
    return Explanation(
        rule="matmul-batch",
        first=f"{words.shaped(a)} @ {words.shaped(b)}: the batch sizes {pairs[0][0]} and {pairs[0][1]} differ.",
        rest=(
            f"The inner sizes are right: {inner} meets {inner}. What stands in front of the last two dimensions is "
            "broadcast: equal, or 1, or missing.",
            "torch words it like the rule of +, since it is that rule, for the batch alone.",
        ),
        repairs=(
            *case.instead(f"{words.grouped(a)}[0] @ {words.grouped(b)}", f"the first of {words.code(a)} with each"),
            *case.instead(f"{words.grouped(a)} @ {words.grouped(b)}[0]", f"each with the first of {words.code(b)}"),
        ),
    )
