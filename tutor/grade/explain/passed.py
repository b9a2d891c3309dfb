"""A pair passed on whole, where the tensor in it is wanted: out of an LSTM, attention, or a function that gives two."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin, words
from tutor.grade.explain.attribute import unpacked
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation
from tutor.sandbox.protocol import Operand


def explain(case: Case) -> Explanation | None:
    """Which pair stands where a tensor belongs; None where none does."""
    if case.type != "TypeError" or case.kind not in ("call", "operator"):
        return None
    if not case.says(r"must be (a )?Tensor|tuple|unsupported operand|must be tensors?"):
        return None
    pair = next((o for o in case.operands if _is_pair(o)), None)
    node = case.node_of(pair) if pair is not None else None
    if pair is None or node is None:
        return None
    maker = next((m for m in origin.followed(case, node) if isinstance(m, ast.Call)), None)
    count = len(pair.seen.items or ())
    if maker is None or origin.last_name(maker.func) in ("tuple", "list", "split", "chunk", "unbind"):
        return None
    wants = f"`{words.short(case.word)}` takes" if case.kind == "call" else f"{case.word} works on"
    return Explanation(
        rule="pair-whole",
        first=f"{words.code(pair)} is a tuple of {count}, and {wants} a tensor.",
        rest=(f"`{words.short(case.text(maker))}` gives more than one thing; the first is the output.",),
        repairs=(
            *case.swapped(pair, f"{words.grouped(pair)}[0]", "the first of them"),
            *unpacked(case, node, count),
        ),
        habit="Take apart what a call gives where it is called: out, state = lstm(x).",
    )


def _is_pair(operand: Operand) -> bool:
    items = operand.seen.items or ()
    named = operand.seen.type != "tuple"
    return operand.seen.kind == "tuple" and not named and len(items) > 1 and items[0].kind == "tensor"
