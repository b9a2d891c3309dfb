"""Losses that compare number with number: binary cross entropy, mean squared error and their like."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.embedding import extremes
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.pair import Pair, no_tensor, pair

_BINARY = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
Shape = tuple[int, ...]


def explain(case: Case) -> Explanation | None:
    """What does not fit between a prediction and a target; None where it is no such loss, or all fits."""
    found = pair(case)
    if found is None or found.name in ("cross_entropy", "nll_loss"):
        return _backward(case)
    if found.scores.seen.kind != "tensor" or found.target.seen.kind != "tensor":
        return no_tensor(found, "float32")
    scores, target = found.scores.seen.shape or (), found.target.seen.shape or ()
    if scores != target and (found.name in _BINARY or not _broadcast(scores, target)):
        return _shapes(found, scores, target)
    return _dtype(found) or (_range(found) if found.name in _BINARY else None)


def _broadcast(a: Shape, b: Shape) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a[::-1], b[::-1], strict=False))


def _shapes(found: Pair, scores: Shape, target: Shape) -> Explanation:
    two = found.name in _BINARY and len(scores) == 2 and scores[1] == 2 and target == scores[:1]
    return Explanation(
        rule="loss-shapes",
        first=f"{words.shaped(found.scores)} and {words.shaped(found.target)} must have the same shape.",
        rest=(
            f"{found.called} compares element with element, prediction with target.",
            *(("Where shapes differ by a 1, broadcasting would compare each with every other.",)
              if 1 in (*scores, *target) else ()),
        ),
        repairs=_two_scores(found) if two else _same(found, scores, target),
        habit="Print both shapes before the loss; (n, 1) and (n,) are not the same.",
    )  # fmt: skip


def _two_scores(found: Pair) -> tuple[Repair, ...]:
    new = f"{found.case.F}.cross_entropy({found.scores.text}, {words.grouped(found.target)}.long())"
    return found.case.instead(new, "two scores for each example, one per class")


def _same(found: Pair, scores: Shape, target: Shape) -> tuple[Repair, ...]:
    whole = not (found.target.seen.dtype or "").startswith(("float", "bfloat"))
    if scores == (*target, 1) and whole and found.name in _BINARY:
        return found.with_target(f".unsqueeze({len(target)}).float()", f"both {shape_text(scores)}, and of one dtype")
    if scores == (*target, 1):
        return (
            *found.with_scores(f".squeeze({len(target)})", f"both {shape_text(target)}"),
            *found.with_target(f".unsqueeze({len(target)})", f"both {shape_text(scores)}"),
        )
    if target == (*scores, 1):
        return (
            *found.with_target(f".squeeze({len(scores)})", f"both {shape_text(scores)}"),
            *found.with_scores(f".unsqueeze({len(scores)})", f"both {shape_text(target)}"),
        )
    if len(scores) == 2 and scores == target[::-1]:
        return found.with_target(".T", f"both {shape_text(scores)}")
    return ()


def _dtype(found: Pair) -> Explanation | None:
    kinds = [o.seen.dtype or "" for o in (found.scores, found.target)]
    whole = [not k.startswith(("float", "bfloat", "complex")) for k in kinds]
    if not any(whole) or not found.case.says("dtype|not implemented|cast|Long|Bool"):
        return None
    if all(whole):
        repairs = _both(found)
        first = f"{words.typed(found.scores)} and {words.typed(found.target)} are whole numbers, not fractions."
    elif whole[0]:
        first = f"The prediction {words.typed(found.scores)} is of whole numbers, not of fractions."
        repairs = found.with_scores(".float()")
    else:
        first = f"The target {words.typed(found.target)} must be of the dtype of {words.typed(found.scores)}."
        repairs = found.with_target(".float()", "the same numbers as float32")
    return Explanation(
        rule="loss-dtype",
        first=first,
        rest=(
            "Here the target is compared with a fraction, as a number, so it is a float as well. Only cross entropy "
            "wants int64: there the target is the number of a class.",
            *(("torch's Long is int64 and its Float float32.",) if found.case.says(r"\bLong\b") else ()),
        ),
        repairs=repairs,
    )


def _both(found: Pair) -> tuple[Repair, ...]:
    edits = []
    for operand in (found.scores, found.target):
        if (node := found.case.node_of(operand)) is None:
            return ()
        edits.append(found.case.edit(node, f"{words.grouped(operand)}.float()"))
    return found.case.with_edits(edits, "both as float32", edits[0].new)


def _range(found: Pair) -> Explanation | None:
    side = found.scores if found.case.says("of input should be") else found.target
    if not found.case.says("between 0 and 1|assert"):
        return None
    least, most = extremes(side.seen, side.facts)
    odd = most if most is not None and most > 1 else least
    value = f"; it holds {odd:g}" if isinstance(odd, (int, float)) else ""
    if side is found.target:
        return Explanation(
            rule="bce-range",
            first=f"The target {words.code(side)} must lie between 0 and 1{value}.",
            rest=("It says how true yes is: 0 or 1, or a probability between.",),
            repairs=_labels(found, least, most),
        )
    return Explanation(
        rule="bce-range",
        first=f"{words.code(side)} must lie between 0 and 1 in {found.called}{value}.",
        rest=(
            "It wants probabilities, and these are raw scores: sigmoid turns scores into probabilities. "
            "binary_cross_entropy_with_logits does both at once, and more exactly.",
        ),
        repairs=(
            *_with_logits(found),
            *found.case.swapped(side, f"torch.sigmoid({side.text})", "scores as probabilities"),
        ),
        habit="A loss with logits in its name takes raw scores, one without takes probabilities.",
    )


def _labels(found: Pair, least: object, most: object) -> tuple[Repair, ...]:
    """Labels of a known kind as 0 and 1."""
    target = words.grouped(found.target)
    if (least, most) == (1, 2):
        return found.with_target(" - 1", "labels 0 and 1, where yours are 1 and 2")
    if (least, most) == (-1, 1):
        return found.case.swapped(found.target, f"({target} + 1) / 2", "labels 0 and 1, where yours are -1 and 1")
    if least == 0 and most in (100, 255):
        return found.with_target(f" / {most:g}", f"from 0 to 1, where yours go up to {most:g}")
    return ()


def _with_logits(found: Pair) -> tuple[Repair, ...]:
    case, node = found.case, found.case.node
    if case.below:
        maker = case.maker(case.below[-1])
        return case.instead(f"{case.nn}.BCEWithLogitsLoss", "for raw scores", of=maker.func) if maker else ()
    if not isinstance(node, ast.Call):
        return ()
    return case.instead(f"{case.text(node.func)}_with_logits", "for raw scores", of=node.func)


def _backward(case: Case) -> Explanation | None:
    """A loss of a float and a whole number comes out, and only its backward() fails."""
    if case.name != "backward" or not case.says(r"found dtype (\w+) but expected (\w+)"):
        return None
    loss = case.operands[0] if case.operands else None
    node = case.node_of(loss) if loss else None
    makers = [m for m in (origin.followed(case, node) if node is not None else []) if isinstance(m, ast.Call)]
    call = next((m for m in makers if len(m.args) == 2), None)
    said = case.says(r"found dtype (\w+)")
    dtype = words.TORCH_WORDS.get(said[1], said[1]) if said else ""
    if call is None or loss is None:
        return None
    target = case.text(call.args[1])
    return Explanation(
        rule="loss-dtype",
        first=f"The two sides of `{words.short(case.text(call))}` have different dtypes; one is {dtype}.",
        rest=("A loss compares numbers of one dtype. The loss itself came out; its gradients do not.",),
        repairs=case.instead(f"{_grouped(target)}.float()", "the target as float32", of=call.args[1]),
    )


def _grouped(text: str) -> str:
    return text if text.replace(".", "").replace("_", "").isalnum() or text.endswith((")", "]")) else f"({text})"
