"""True and False in tensors: signs that are for booleans, signs that are not, and masks that are no masks."""

from __future__ import annotations

import ast

from tutor.grade.explain import part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.dtype import origin_of
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Operand

_BITS = {"&": "and", "|": "or", "^": "either, not both", "<<": "shift", ">>": "shift"}
_COUNTING = ("bincount", "gcd", "lcm")


def explain(case: Case) -> Explanation | None:
    """What a boolean, or a number in the place of one, is in the way of."""
    if case.below:
        return None
    for rule in (_minus, _inverted, _bits, _mask, _counted):
        if (found := rule(case)) is not None:
            return found
    return None


def _is_mask(operand: Operand) -> bool:
    return operand.seen.kind == "tensor" and operand.seen.dtype == "bool"


def _minus(case: Case) -> Explanation | None:
    if not case.says("bool") or not (
        case.word in ("-", "-=") or case.name in ("sub", "sub_", "subtract", "neg", "rsub")
    ):
        return None
    masks = [o for o in case.tensors if _is_mask(o)]
    if not masks:
        return None
    if len(masks) == 2 and len(case.operands) == 2:
        return _difference(case, *masks)
    mask = masks[0]
    lone = len(case.operands) == 1 or case.operands[0].text.rstrip(".0") == "1"
    turned = case.instead(f"~{part.bare(case, mask)}", "True and False swapped") if lone else ()
    return Explanation(
        rule="bool-minus",
        first=f"{words.typed(mask)} holds True and False, and - is not for those.",
        rest=(f"~ turns a mask over; as numbers, True is 1 and False 0. {origin_of(mask)}",),
        repairs=(*turned, *part.swapped(case, mask, f"{part.bare(case, mask)}.int()", "as the numbers 1 and 0")),
    )


def _difference(case: Case, a: Operand, b: Operand) -> Explanation:
    left, right = part.bare(case, a), part.bare(case, b)
    return Explanation(
        rule="bool-minus",
        first=f"{words.typed(a)} and {words.typed(b)} hold True and False, and - is not for those.",
        rest=("^ or != asks where two masks differ, `a & ~b` where one is and the other is not.",),
        repairs=(
            *case.instead(f"{left} ^ {right}", "where the two differ"),
            *case.instead(f"{left} & ~{right}", f"where {words.code(a)} is True and not {words.code(b)}"),
            *case.instead(f"{left}.int() - {right}.int()", "as numbers: 1, 0 or -1"),
        ),
    )


def _inverted(case: Case) -> Explanation | None:
    if case.word != "~" and case.name not in ("bitwise_not", "invert"):
        return None
    operand = case.tensors[0] if case.tensors else None
    if operand is None or operand.seen.dtype not in part.FLOATING:
        return None
    text = part.bare(case, operand)
    return Explanation(
        rule="bool-invert",
        first=f"{words.typed(operand)}: ~ turns over True and False, or the bits of whole numbers.",
        rest=("A mask of ones and zeros has to be made one of True and False first.",),
        repairs=(
            *part.swapped(case, operand, f"{text}.bool()", "True where it is not 0, then turned over"),
            *case.instead(f"1 - {text}", "the numbers turned over: 1 becomes 0, and 0 becomes 1"),
        ),
    )


def _bits(case: Case) -> Explanation | None:
    """Fractions under &, | and ^: a mask of floats, or comparisons without parentheses."""
    sign = case.word.rstrip("=")
    if not (sign in _BITS or case.name.startswith("bitwise_")) or not case.says("not implemented for"):
        return None
    odd = [o for o in case.operands if o.seen.dtype in part.FLOATING or part.is_float(o.seen)]
    if not odd:
        return None
    compared = _parenthesised(case, sign)
    return Explanation(
        rule="bool-precedence" if compared else "bool-bits",
        first=f"{words.typed(odd[-1])} stands beside {sign or case.name}, which joins True and False or whole numbers.",
        rest=(
            f"{sign} binds more tightly than a comparison: here it takes {words.code(case.operands[0])} and "
            f"{words.code(case.operands[1])}, not the two comparisons."
            if compared
            else "Fractions have no bits to join; a comparison, such as != 0, gives True and False.",
        ),
        repairs=compared or _joined(case, odd),
        habit="Put each comparison into parentheses: (x > 0) & (x < 1)." if compared else "",
    )


def _joined(case: Case, odd: list[Operand]) -> tuple[Repair, ...]:
    """Each tensor of fractions asked where it is not 0."""
    if case.word.rstrip("=") in ("<<", ">>") or any(o.seen.kind != "tensor" for o in odd):
        return ()
    nodes = [node for o in odd if (node := part.node_of(case, o)) is not None]
    edits = [case.edit(node, f"({part.grouped(case, node)} != 0)") for node in nodes]
    return case.with_edits(edits, "True where a number is not 0") if edits else ()


def _parenthesised(case: Case, sign: str) -> tuple[Repair, ...]:
    """`x > 0.2 & x < 0.5` as two comparisons in parentheses."""
    node = case.node
    outer = next(iter(case.around(node)), None) if node is not None else None
    if not isinstance(outer, ast.Compare) or len(outer.comparators) != 2 or not isinstance(node, ast.BinOp):
        if isinstance(outer, ast.Compare) and isinstance(node, ast.BinOp) and len(outer.comparators) == 1:
            return _one_side(case, outer, node, sign)
        return ()
    first = case.text(outer)
    place, inner = case.place(outer), case.place(node)
    if place is None or inner is None or place.line != place.last:
        return ()
    left = first[: inner.column - place.column] + part.grouped(case, node.left)
    right = part.grouped(case, node.right) + first[inner.end - place.column :]
    return case.instead(f"({left}) {sign} ({right})", "both comparisons, then joined", of=outer)


def _one_side(case: Case, outer: ast.Compare, node: ast.BinOp, sign: str) -> tuple[Repair, ...]:
    """`mask & x > 0`: one comparison."""
    text, place, inner = case.text(outer), case.place(outer), case.place(node)
    if place is None or inner is None or place.line != place.last:
        return ()
    if outer.left is node:
        new = f"{part.grouped(case, node.left)} {sign} ({case.text(node.right)}{text[inner.end - place.column :]})"
    else:
        new = f"({text[: inner.column - place.column]}{case.text(node.left)}) {sign} {part.grouped(case, node.right)}"
    return case.instead(new, "the comparison first, then joined", of=outer)


def _mask(case: Case) -> Explanation | None:
    """Numbers where a mask is asked for: where, masked_fill, masked_select."""
    if case.name.rstrip("_") not in ("where", "masked_fill", "masked_select", "masked_scatter"):
        return None
    mask = part.named(case, "condition", "mask") or next(
        (o for o in case.tensors[0 if case.name == "where" and not part.is_method(case) else 1 :]), None
    )
    if mask is None or mask.seen.kind != "tensor" or mask.seen.dtype == "bool" or not case.says("bool"):
        return None
    text = part.bare(case, mask)
    return Explanation(
        rule="bool-mask",
        first=f"{words.code(mask)} is {mask.seen.dtype}; {case.name} asks for a mask of True and False.",
        rest=("A comparison gives one; .bool() is True wherever a number is not 0.",),
        repairs=(
            *part.swapped(case, mask, f"{text}.bool()", "True where it is not 0"),
            *part.swapped(case, mask, f"{text} > 0", "True where it is greater than 0"),
        ),
    )


def _counted(case: Case) -> Explanation | None:
    """Functions that count or number, given fractions."""
    operand = next((o for o in case.tensors if o.seen.dtype in (*part.FLOATING, "bool")), None)
    if case.name not in _COUNTING or operand is None or not case.says("not implemented|type"):
        return None
    return Explanation(
        rule="dtype-whole",
        first=f"{words.code(operand)} is {operand.seen.dtype}; {case.name} needs whole numbers, int64.",
        rest=("What is counted or numbered is whole, even where it is written 1.0.",),
        repairs=part.swapped(case, operand, f"{part.bare(case, operand)}.long()", "cut off to whole numbers"),
    )
