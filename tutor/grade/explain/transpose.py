"""Transposing: t(), .mT and .H, which swap two dimensions and want them to be there."""

from __future__ import annotations

from tutor.grade.drawing import shape_text
from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Operand

_MATRIX = frozenset({"t", "t_", "mT", "mH", "H", "adjoint"})


def explain(case: Case) -> Explanation | None:
    """A matrix is wanted, and there are more or fewer dimensions."""
    if case.name not in _MATRIX or case.kind not in ("call", "attribute") or not case.tensors:
        return None
    x = case.tensors[0]
    rank = words.rank(x.seen)
    if rank > 2:
        return _more(case, x)
    return _vector(case, x) if rank < 2 and case.name not in ("t", "t_") else None


def _more(case: Case, x: Operand) -> Explanation:
    shape, text = x.seen.shape or (), words.grouped(x)
    last = shape_text((*shape[:-2], shape[-1], shape[-2]))
    first = shape_text((shape[1], shape[0], *shape[2:]))
    return Explanation(
        rule="transpose-rank",
        first=f"{_called(case)} turns a matrix, and {words.shaped(x)} has {len(shape)} dimensions.",
        rest=("With more than two dimensions it has to be said which two are swapped.",),
        repairs=(
            *case.instead(f"{text}.mT", f"the last two swapped, in each matrix of the batch: {last}"),
            *case.instead(f"{text}.transpose(0, 1)", f"the first two swapped: {first}"),
        ),
    )


def _vector(case: Case, x: Operand) -> Explanation:
    (size,) = x.seen.shape or (1,)
    repairs: tuple[Repair, ...] = case.instead(f"{words.grouped(x)}[:, None]", f"a column, ({size}, 1)")
    return Explanation(
        rule="transpose-rank",
        first=f"{_called(case)} turns a matrix, and {words.shaped(x)} has {words.rank(x.seen)} dimensions.",
        rest=("A vector is neither row nor column: there is nothing to swap.",),
        repairs=repairs if x.seen.shape else (),
    )


def _called(case: Case) -> str:
    return f"{case.name}()" if case.kind == "call" else f".{case.name}"
