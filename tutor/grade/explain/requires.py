"""Gradients asked of whole numbers."""

from __future__ import annotations

import ast

from tutor.grade.explain import part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.dtype import floated
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Observation, Operand


def explain(case: Case) -> Explanation | None:
    """requires_grad of what has no fractions; None where that is not it."""
    if not case.says(r"floating.*can require gradients") or case.below:
        return None
    return _made(case) if case.kind == "call" and not case.tensors else _of_tensor(case)


def _made(case: Case) -> Explanation | None:
    """A tensor made with requires_grad=True."""
    node, given = case.node, part.named(case, "dtype")
    if not isinstance(node, ast.Call):
        return None
    dtype = given.seen.dtype if given is not None else _dtype(case)
    what = f"`{words.short(given.keyword + '=' + given.text)}`" if given else _first(case)
    return Explanation(
        rule="requires-grad-dtype",
        first=f"{what} makes whole numbers ({dtype}), and only fractions have gradients.",
        rest=(
            "A gradient says what a small change does; whole numbers cannot change by a little.",
            *_point(case, given),
        ),
        repairs=(*floated(case, node, "the same numbers as float32"), *_pointed(case, given)),
        habit="Write numbers that are to be learned with a decimal point.",
    )


def _dtype(case: Case) -> str:
    seen = case.operands[0].seen if case.operands else None
    return "bool" if seen is not None and _holds_bool(seen) else "int64"


def _holds_bool(seen: Observation) -> bool:
    return seen.kind == "bool" or any(_holds_bool(item) for item in seen.items or ())


def _first(case: Case) -> str:
    whole = case.name in ("tensor", "as_tensor", "arange") and case.operands
    return words.code(case.operands[0]) if whole else f"`{case.word}`"


def _point(case: Case, given: Operand | None) -> tuple[str, ...]:
    return () if given else ("A decimal point in one of the numbers, 1. for 1, makes all of them float32.",)


def _pointed(case: Case, given: Operand | None) -> tuple[Repair, ...]:
    """A decimal point behind the first number."""
    first = case.operands[0] if case.operands else None
    node = part.node_of(case, first) if first is not None else None
    if given or node is None or case.name not in ("tensor", "as_tensor", "arange"):
        return ()
    number = next((n for n in ast.walk(node) if isinstance(n, ast.Constant) and type(n.value) is int), None)
    return case.instead(f"{number.value}.", "with a decimal point", of=number) if number is not None else ()  # type: ignore[str-bytes-safe]


def _of_tensor(case: Case) -> Explanation | None:
    """A tensor that is there already: `t.requires_grad_()`, `t.requires_grad = True`, `nn.Parameter(t)`."""
    operand = next((o for o in case.tensors if o.seen.dtype in (*part.WHOLE, "bool")), None)
    if operand is None:
        return None
    return Explanation(
        rule="requires-grad-dtype",
        first=f"{words.code(operand)} is {operand.seen.dtype}: whole numbers, and only fractions have gradients.",
        rest=(
            "A gradient says what a small change does; whole numbers cannot change by a little.",
            *((f"It was {words.made_at(operand)}.",) if words.made_at(operand) else ()),
        ),
        repairs=_floats(case, operand),
        habit="Write numbers that are to be learned with a decimal point.",
    )


def _floats(case: Case, operand: Operand) -> tuple[Repair, ...]:
    binding = case.binding(operand) if operand.line else None
    found: tuple[Repair, ...] = ()
    if binding is not None and isinstance(binding.value, ast.Call):
        found += floated(case, binding.value, f"`{operand.text}` in float32 from the start")
    if case.kind == "call":
        found += part.swapped(case, operand, f"{part.bare(case, operand)}.float()", "the same numbers as float32")
    elif operand.text.isidentifier():
        found += case.before(case.scene.line, f"{operand.text} = {operand.text}.float()", "as float32 first")
    return found
