"""Cross entropy and negative log likelihood: scores with classes in dimension 1, targets that are class numbers."""

from __future__ import annotations

import ast
import math

from tutor.grade.drawing import shape_text
from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.embedding import extremes
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.flow import trail
from tutor.grade.explain.pair import Pair, no_tensor, pair

_WHY = (
    "Class numbers are indices, so they are int64; targets of a floating dtype are probabilities, one for each class."
)
_PADDING = (-1, 255)
"""Labels that stand for "no label" in many data sets."""
Shape = tuple[int, ...]


def explain(case: Case) -> Explanation | None:
    """What does not fit between scores and targets; None where it is no such loss, or all fits."""
    found = pair(case)
    if found is None or found.name not in ("cross_entropy", "nll_loss"):
        return None
    if found.scores.seen.kind != "tensor" or found.target.seen.kind != "tensor":
        return no_tensor(found, "int64" if found.target.seen.kind != "tensor" else "float32")
    for rule in (_swapped, _shapes, _dtype, _counts, _range, _weight):
        if (told := rule(found, found.scores.seen.shape or (), found.target.seen.shape or ())) is not None:
            return told
    return None


def _whole(dtype: str | None) -> bool:
    return (dtype or "").startswith(("int", "uint", "bool"))


def _swapped(found: Pair, scores: Shape, target: Shape) -> Explanation | None:
    if not _whole(found.scores.seen.dtype) or _whole(found.target.seen.dtype):
        return _whole_scores(found) if _whole(found.scores.seen.dtype) else None
    return Explanation(
        rule="loss-swapped",
        first=f"{words.whole(found.scores)} stands where the scores go: the two are swapped.",
        rest=(
            f"{found.called} takes the prediction first, then the target; here {words.whole(found.target)} predicts.",
            *(("The name in torch's message is that of an internal part, which has no version for int64.",)
              if found.case.says("not implemented") else ()),
        ),
        repairs=found.swapped(),
        habit="Read a loss as loss(prediction, target).",
    )  # fmt: skip


def _whole_scores(found: Pair) -> Explanation:
    return Explanation(
        rule="loss-scores-dtype",
        first=f"The scores {words.typed(found.scores)} are whole numbers, and {found.called} computes with fractions.",
        rest=("Scores are what a model gives, before softmax; class numbers are no scores.",),
        repairs=_chosen(found),
    )


def _chosen(found: Pair) -> tuple[Repair, ...]:
    """Scores of which only the best was kept, kept whole."""
    node = found.case.node_of(found.scores)
    for step in trail(found.case, node) if node is not None else []:
        for inner in ast.walk(step.node):
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == "argmax":
                return found.case.instead(found.case.text(inner.func.value), "without argmax()", of=inner)
    return found.with_scores(".float()")


def _shapes(found: Pair, scores: Shape, target: Shape) -> Explanation | None:
    """What the two shapes alone tell."""
    if len(scores) > 2 and target == scores[:-1] != (scores[0], *scores[2:]):
        return _classes_last(found, scores, target)
    if len(scores) == len(target) > 1 and target == (scores[0], 1, *scores[2:]) != scores:
        return _column(found, scores, target)
    if len(scores) > 1 and scores == target and (_whole(found.target.seen.dtype) or found.name == "nll_loss"):
        return _one_hot(found, scores)
    if len(scores) == 1 and len(target) == 1 and len(scores) and _whole(found.target.seen.dtype):
        return _binary(found, scores)
    return None


def _classes_last(found: Pair, scores: Shape, target: Shape) -> Explanation:
    classes = scores[-1]
    turned = ".transpose(1, 2)" if len(scores) == 3 else ".movedim(-1, 1)"
    flat = len(scores) - 2
    case = found.case
    nodes = case.node_of(found.scores), case.node_of(found.target)
    flattened: tuple[Repair, ...] = ()
    if nodes[0] is not None and nodes[1] is not None:
        edits = [
            case.edit(nodes[0], f"{words.grouped(found.scores)}.flatten(0, {flat})"),
            case.edit(nodes[1], f"{words.grouped(found.target)}.flatten()"),
        ]
        flattened = case.with_edits(edits, "every position as an example of its own", edits[0].new)
    return Explanation(
        rule="cross-classes-place",
        first=f"The classes of {words.shaped(found.scores)} must be in dimension 1, and stand last.",
        rest=(
            f"Dimension 1 is the classes: {scores[1]} is taken for their number, and the target "
            f"{words.shaped(found.target)} would have to be {shape_text((scores[0], *scores[2:]))}. Your "
            f"{classes} classes are in the last dimension.",
            *(("The target is right; what torch calls its expected size follows from the scores.",)
              if case.says("expected target size") else ()),
        ),
        repairs=(
            *found.with_scores(turned, f"the {classes} classes in dimension 1"),
            *flattened,
        ),
        habit="Scores are (batch, classes, ...), targets (batch, ...).",
    )  # fmt: skip


def _column(found: Pair, scores: Shape, target: Shape) -> Explanation:
    more = "" if _whole(found.target.seen.dtype) else ".long()"
    right = shape_text((target[0], *target[2:]))
    what = "is a column" if len(target) == 2 else "has a dimension for classes"
    means = f"the column as {right}" if len(target) == 2 else f"without that dimension, {right}"
    return Explanation(
        rule="cross-column",
        first=f"The target {words.shaped(found.target)} {what}; class numbers are {right} here.",
        rest=(
            f"Scores {shape_text(scores)} go with {target[0]} class numbers in one dimension."
            if len(target) == 2
            else f"Scores {shape_text(scores)} have the classes in dimension 1; class numbers have no such dimension.",
            *(('torch\'s "multi-target" means no more than a target with more than one dimension.',)
              if found.case.says("multi-target") else ()),
        ),
        repairs=found.with_target(f".squeeze(1){more}", means),
        habit="Print target.shape: class numbers have one dimension less than the scores.",
    )  # fmt: skip


def _one_hot(found: Pair, scores: Shape) -> Explanation:
    whole = _whole(found.target.seen.dtype)
    return Explanation(
        rule="cross-one-hot",
        first=f"The target {words.whole(found.target)} has a number for every class, of the shape of the scores.",
        rest=(
            f"{found.called} wants class numbers, int64 of shape {shape_text((scores[0], *scores[2:]))}"
            + (", or probabilities of a floating dtype." if found.name == "cross_entropy" else "."),
        ),
        repairs=(
            *found.with_target(".argmax(1)", "one-hot rows turned into class numbers"),
            *(
                found.with_target(".float()", "the same as probabilities")
                if whole and found.name == "cross_entropy"
                else ()
            ),
        ),
    )


def _binary(found: Pair, scores: Shape) -> Explanation | None:
    if found.target.seen.shape != scores or len(scores) < 1 or found.name != "cross_entropy":
        return None
    new = f"{found.case.F}.binary_cross_entropy_with_logits({found.scores.text}, {words.grouped(found.target)}.float())"
    return Explanation(
        rule="cross-one-score",
        first=f"{words.shaped(found.scores)} is one score for each of {scores[0]} examples, not one per class.",
        rest=(
            f"Scores for {found.called} are (batch, classes). A single dimension is taken for one example "
            f"with {scores[0]} classes. "
            "One score for yes or no goes with binary cross entropy.",
        ),
        repairs=found.case.instead(new, "yes or no, from one score each"),
    )


def _dtype(found: Pair, scores: Shape, target: Shape) -> Explanation | None:
    dtype = found.target.seen.dtype
    if dtype in ("int64", "uint8") or scores == target:
        return None
    word = " torch calls int64 Long, uint8 Byte and float32 Float." if found.case.says("Long") else ""
    return Explanation(
        rule="cross-target-dtype",
        first=f"The target {words.typed(found.target)} holds class numbers, and they must be int64.",
        rest=(f"{_WHY}{word}", *_made(found)),
        repairs=found.with_target(".long()", "the same numbers as int64"),
        habit="Make class numbers without a decimal point, and keep them int64.",
    )


def _made(found: Pair) -> tuple[str, ...]:
    made = words.made_at(found.target)
    return (f"It was {made}.",) if made else ()


def _counts(found: Pair, scores: Shape, target: Shape) -> Explanation | None:
    if not scores or not target or scores[0] == target[0] or len(scores) < 2:
        return None
    rows, labels = scores[0], target[0]
    if len(target) == 1 and math.prod(scores[:-1]) == labels:
        repairs = found.with_scores(f".flatten(0, {len(scores) - 2})", "every position as an example")
    elif math.prod(target) == rows and len(scores) == 2:
        repairs = found.with_target(".flatten()", f"{rows} class numbers in a row")
    else:
        repairs = _shifted(found, rows, labels)
    return Explanation(
        rule="cross-counts",
        first=f"{words.shaped(found.scores)} scores {words.count(rows, 'example')}, "
        f"{words.shaped(found.target)} labels {labels}.",
        rest=(
            f"Each row of scores needs one label: the first sizes, {rows} and {labels}, must be equal.",
            "The number of classes is not the trouble; often a reshape before has mixed rows and columns.",
        ),
        repairs=repairs,
        habit="Print both shapes before the loss: the same number of examples first.",
    )


def _shifted(found: Pair, rows: int, labels: int) -> tuple[Repair, ...]:
    """Sequences flattened where one side is one position longer: each position predicts the next one."""
    longer, tail = (found.target, ", 1:]") if labels > rows else (found.scores, ", :-1]")
    node = found.case.node_of(longer)
    flat = isinstance(node, ast.Call) and origin.last_name(node.func) in ("view", "reshape", "flatten")
    apart = abs(rows - labels)
    if not flat or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or rows % apart:
        return ()
    inside = ", ".join(found.case.text(a) for a in node.args)
    name = "reshape" if node.func.attr == "view" else node.func.attr
    new = f"{found.case.text(node.func.value)}[:{tail}.{name}({inside})"
    return found.case.swapped(longer, new, "each position scored against the next one")


def _range(found: Pair, scores: Shape, target: Shape) -> Explanation | None:
    classes = scores[1] if len(scores) > 1 else scores[0] if scores else 0
    least, most = extremes(found.target.seen, found.target.facts)
    said = found.case.says(r"target (-?\d+) is out of bounds")
    worst = int(said[1]) if said else most if most is not None and most >= classes else least
    if worst is None or 0 <= worst < classes or not (said or found.case.says("assert|out of")):
        return None
    if classes == 1:
        return _one_class(found, worst)
    start = least is not None and least >= 1 and most == classes
    return Explanation(
        rule="cross-range",
        first=f"The target {words.code(found.target)} holds class {worst}; "
        f"{words.shaped(found.scores)} has {classes} classes, 0 to {classes - 1}.",
        rest=(
            "Classes are numbered from 0, so the last is one below their number."
            if worst >= classes else "There is no class below 0.",
            "On a GPU the same mistake is a device-side assert, which comes up far from its cause.",
        ),
        repairs=(
            *(found.with_target(" - 1", "labels that start at 0, where yours start at 1") if start else ()),
            *(_ignored(found, worst) if worst in _PADDING else ()),
            *(_more_classes(found, classes, worst + 1) if worst >= classes and worst not in _PADDING else ()),
        ),
        habit="Check target.min() and target.max() once, before training.",
    )  # fmt: skip


def _one_class(found: Pair, worst: int) -> Explanation:
    scores, target = found.scores, found.target
    sides = f"{words.grouped(scores)}.squeeze(1), {words.grouped(target)}.float()"
    new = f"{found.case.F}.binary_cross_entropy_with_logits({sides})"
    return Explanation(
        rule="cross-one-score",
        first=f"{words.shaped(scores)} has one class only, and the target {words.code(target)} holds class {worst}.",
        rest=("Cross entropy chooses between classes, one score for each. A single score for yes or no goes with "
              "binary cross entropy.",),
        repairs=found.case.instead(new, "yes or no, from one score each"),
    )  # fmt: skip


def _more_classes(found: Pair, classes: int, need: int) -> tuple[Repair, ...]:
    """The last linear layer with as many outputs as there are classes, or scores with more columns."""
    case = found.case
    means = f"scores for {need} classes"
    for call in reversed(list(case.calls("Linear"))):
        out = origin.argument(call, "out_features")
        if out is not None and origin.whole(out) == classes:
            return case.instead(str(need), means, of=out)
        number = next((v for v in origin.bound(case, out.id)), None) if isinstance(out, ast.Name) else None
        if number is not None and origin.whole(number) == classes:
            return case.instead(str(need), means, of=number)
    return ()


def _ignored(found: Pair, worst: int) -> tuple[Repair, ...]:
    case = found.case
    maker = case.maker(case.below[-1]) if case.below else case.node
    if not isinstance(maker, ast.Call) or any(k.arg == "ignore_index" for k in maker.keywords):
        return ()
    place = f"ignore_index={worst}"
    text = case.text(maker)
    new = f"{text[:-1]}{', ' if maker.args or maker.keywords else ''}{place})"
    return case.instead(new, f"positions with {worst} do not count", of=maker)


def _weight(found: Pair, scores: Shape, target: Shape) -> Explanation | None:
    if not found.case.says("weight tensor should be defined"):
        return None
    classes = scores[1] if len(scores) > 1 else scores[0]
    given = found.case.passed("weight", 2) if not found.case.below else None
    what = f" {words.shaped(given)}" if given and given.seen.kind == "tensor" else ""
    return Explanation(
        rule="cross-weight",
        first=f"The weight{what} needs one number for each class, and {words.shaped(found.scores)} has {classes}.",
        rest=("The weight of cross entropy says how much each class counts; it has shape (classes,).",),
    )
