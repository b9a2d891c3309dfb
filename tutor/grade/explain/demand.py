"""What single functions demand of shapes and numbers: vectors, square matrices, ranges, sizes that are not negative."""

from __future__ import annotations

from tutor.grade.explain import part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.index import places_of
from tutor.sandbox.protocol import Operand

_VECTORS = ("outer", "meshgrid", "ger", "bincount", "cartesian_prod", "combinations")
_MATRICES = ("trace", "triu", "tril", "cdist", "inverse", "det", "inv", "matrix_power", "cholesky", "pinverse")
_SQUARE = ("inverse", "det", "inv", "slogdet", "logdet", "matrix_power", "matrix_exp", "eigvals", "eig", "cholesky")


def explain(case: Case) -> Explanation | None:
    """What a function demands and does not get; None where it gets it."""
    if case.below:
        return None
    if case.kind == "operator":
        return _none(case)
    if case.kind != "call" or not part.is_torch(case):
        return None
    for rule in (_vector, _matrix, _square, _limits, _share, _drawn, _range, _negative, _taken):
        if (found := rule(case)) is not None:
            return found
    return None


def _none(case: Case) -> Explanation | None:
    """A tensor and None."""
    nothing = next((o for o in case.operands if o.seen.kind == "none"), None)
    if nothing is None or not case.tensors or nothing.text.endswith(".grad") or case.type != "TypeError":
        return None
    made = words.made_at(nothing)
    return Explanation(
        rule="operand-none",
        first=f"{words.code(nothing)} is None, and {words.shaped(case.tensors[0])} {case.word} None has no meaning.",
        rest=(
            "None is what a function gives that returns nothing, and what stands for a value that is not there.",
            *((f"It was {made}.",) if made else ()),
        ),
    )


def _vector(case: Case) -> Explanation | None:
    odd = next((o for o in case.tensors if words.rank(o.seen) > 1), None)
    if case.name not in _VECTORS or odd is None or not case.says("1-?D|0D or 1D|1 dim|non-negative"):
        return None
    return Explanation(
        rule="demand-vector",
        first=f"{case.name}() takes vectors, and {words.shaped(odd)} has {words.rank(odd.seen)} dimensions.",
        rest=("A vector has one dimension; flatten() lays all numbers in one row.",),
        repairs=part.swapped(case, odd, f"{part.bare(case, odd)}.flatten()", "all its numbers in one row"),
    )


def _matrix(case: Case) -> Explanation | None:
    odd = next((o for o in case.tensors if words.rank(o.seen) < 2), None)
    if case.name not in _MATRICES or odd is None or not case.says("matrix|2D|2 dimensions|2-D|least 2"):
        return None
    text, size = part.bare(case, odd), odd.seen.shape or ()
    repairs: tuple[Repair, ...] = ()
    if len(size) == 1:
        means = f"as a matrix with it on the diagonal, {size * 2}"
        repairs += part.swapped(case, odd, f"torch.diag({odd.text})", means)
        repairs += part.swapped(case, odd, f"{text}[None]", f"as a matrix of one row, (1, {size[0]})")
    return Explanation(
        rule="demand-matrix",
        first=f"{case.name}() takes a matrix, and {words.shaped(odd)} has {words.count(len(size), 'dimension')}.",
        rest=("A matrix has two dimensions, rows and columns.",),
        repairs=repairs,
    )


def _square(case: Case) -> Explanation | None:
    x = case.tensors[0] if case.tensors else None
    if case.name not in _SQUARE or x is None or not case.says("square"):
        return None
    size = x.seen.shape or ()
    pinv = case.instead(f"torch.linalg.pinv({x.text})", "the pseudo-inverse, which every matrix has")
    return Explanation(
        rule="demand-square",
        first=f"{case.name}() takes square matrices, and {words.shaped(x)} has {size[-2]} rows and {size[-1]} columns.",
        rest=("Only a matrix with as many rows as columns has an inverse or a determinant.",),
        repairs=pinv if case.name in ("inverse", "inv") else (),
    )


def _limits(case: Case) -> Explanation | None:
    if case.name.rstrip("_") not in ("clamp", "clip") or not case.says("At least one"):
        return None
    return Explanation(
        rule="demand-limits",
        first=f"{case.name}() is given neither min nor max.",
        rest=("What lies beyond a limit is set to it; without a limit there is nothing to do.",),
        repairs=case.instead(part.call(case, *_owned(case), "min=0"), "what is below 0 becomes 0"),
    )


def _owned(case: Case) -> list[str]:
    return [] if part.is_method(case) else [case.operands[0].text]


def _share(case: Case) -> Explanation | None:
    """A quantile beyond 1: percent."""
    given = next((o for o in case.operands[1:] if part.number(o.seen) is not None), None)
    if case.name not in ("quantile", "nanquantile") or given is None or not case.says("range"):
        return None
    return Explanation(
        rule="demand-share",
        first=f"{case.name}() takes a share from 0 to 1, and {words.code(given)} is none.",
        rest=("The median is 0.5; 90 percent is 0.9.",),
        repairs=part.swapped(case, given, f"{given.text} / 100", "as percent"),
    )


def _drawn(case: Case) -> Explanation | None:
    """More drawn than there are, without putting back."""
    x = case.tensors[0] if case.tensors else None
    if case.name != "multinomial" or x is None or not case.says("without replacement"):
        return None
    inside = [o.text for o in case.operands if not o.keyword][1 if part.is_method(case) else 0 :]
    return Explanation(
        rule="demand-drawn",
        first=f"multinomial() is asked for more draws than {words.shaped(x)} has places.",
        rest=("Without replacement each place is drawn once at most.",),
        repairs=case.instead(part.call(case, *inside, "replacement=True"), "each may be drawn again"),
    )


def _range(case: Case) -> Explanation | None:
    """randint(5, 5)."""
    plain = [o for o in case.operands if not o.keyword]
    if case.name != "randint" or not case.says("less than") or len(plain) < 2:
        return None
    low, high = plain[0], plain[1]
    if part.integer(high.seen) is None:
        return None
    return Explanation(
        rule="demand-range",
        first=f"randint() draws from {low.text} up to {high.text} - 1, and there is nothing between.",
        rest=("The highest is not drawn itself, so it must be greater than the lowest.",),
        repairs=part.swapped(case, high, f"{low.text} + 1", f"always {low.text}"),
    )


def _negative(case: Case) -> Explanation | None:
    odd = next(((o, n) for o in case.operands for n in part.integers(o.seen) or () if n < 0), None)
    if odd is None or not case.says("negative"):
        return None
    operand, number = odd
    alone = part.integer(operand.seen) is not None
    return Explanation(
        rule="demand-negative",
        first=f"{case.name}() is given {number} as a size, and sizes are 0 or more.",
        rest=("-1 for a size that is worked out is known to view and reshape alone.",) if number == -1 else (),
        repairs=part.swapped(case, operand, str(-number), "without the sign") if alone else (),
    )


def _taken(case: Case) -> Explanation | None:
    """take() beyond the number of elements."""
    index = next((o for o in case.tensors[1:]), None)
    if case.name != "take" or index is None or not case.says("out of range|out of bounds"):
        return None
    return _beyond(case, case.tensors[0], index)


def _beyond(case: Case, x: Operand, index: Operand) -> Explanation | None:
    count = 1
    for n in x.seen.shape or ():
        count *= n
    wrong = next((n for n in places_of(index) if not -count <= n < count), None)
    if wrong is None:
        return None
    clamped = f"{part.bare(case, index)}.clamp(max={count - 1})"
    return Explanation(
        rule="index-range",
        first=f"{words.code(index)} holds {wrong}: {words.shaped(x)} has {count} elements, 0 to {count - 1}.",
        rest=("take() counts through all elements, row by row, from 0.",),
        repairs=part.swapped(case, index, clamped, f"those beyond the end as {count - 1}"),
    )
