"""A loss with its two sides: what was predicted and what is so."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.mixed import FUNCTIONS
from tutor.sandbox.protocol import Operand

LOSSES = frozenset(function for kind, function in FUNCTIONS.items() if kind.endswith("Loss")) | {"soft_margin_loss"}


@dataclass(frozen=True)
class Pair:
    """One call of a loss."""

    case: Case
    name: str
    """The function of the loss: `cross_entropy`, for the class as well."""
    scores: Operand
    target: Operand

    @property
    def called(self) -> str:
        """The loss as the code calls it."""
        first = self.case.operands[0]
        made = first.seen.kind == "module" and self.case.below
        return f"`{words.short(first.text)}`" if made else f"{self.case.word}()"

    def with_target(self, tail: str, means: str = "") -> tuple[Repair, ...]:
        """The repair that changes the target."""
        return self.case.swapped(self.target, words.grouped(self.target) + tail, means)

    def with_scores(self, tail: str, means: str = "") -> tuple[Repair, ...]:
        """The repair that changes the prediction."""
        return self.case.swapped(self.scores, words.grouped(self.scores) + tail, means)

    def swapped(self) -> tuple[Repair, ...]:
        """The repair that passes the two the other way round."""
        nodes = self.case.node_of(self.scores), self.case.node_of(self.target)
        if nodes[0] is None or nodes[1] is None:
            return ()
        edits = [self.case.edit(nodes[0], self.target.text), self.case.edit(nodes[1], self.scores.text)]
        return self.case.with_edits(edits, "the prediction first", f"{self.target.text}, {self.scores.text}")


def pair(case: Case) -> Pair | None:
    """The loss that failed, with a prediction and a target; None where it is no loss, or one of them is missing."""
    if case.kind != "call":
        return None
    layer = case.below[-1].type if case.below else ""
    name = FUNCTIONS.get(layer, "") if layer.endswith("Loss") else case.name if not case.below else ""
    if name not in LOSSES:
        return None
    first = 1 if case.below and case.operands and case.operands[0].seen.kind == "module" else 0
    scores, target = case.passed("input", first), case.passed("target", first + 1)
    return Pair(case, name, scores, target) if scores and target else None


def no_tensor(found: Pair, dtype: str) -> Explanation | None:
    """One of the two sides is a list or a number."""
    for operand, name in ((found.scores, "prediction"), (found.target, "target")):
        tensors = operand.seen.kind == "tuple" and any(i.kind == "tensor" for i in operand.seen.items or ())
        if tensors:
            return None
        texts = operand.seen.kind in ("list", "tuple") and [i.kind for i in operand.seen.items or ()][:1] == ["text"]
        if texts and operand is found.target:
            return _names(found)
        if operand.seen.kind in ("list", "number", "tuple") or operand.seen.type == "ndarray":
            return Explanation(
                rule="loss-no-tensor",
                first=f"The {name} {words.code(operand)} is a {operand.seen.type}; {found.called} takes two tensors.",
                rest=("Numbers become a tensor first, with the dtype that the loss wants.",),
                repairs=found.case.swapped(operand, f"torch.tensor({operand.text}, dtype=torch.{dtype})"),
            )
        if operand.seen.kind == "module":
            return _uncalled(found, operand, name)
    return None


def _names(found: Pair) -> Explanation:
    """Classes by their names."""
    text = words.grouped(found.target)
    new = f"torch.tensor([sorted(set({found.target.text})).index(name) for name in {text}])"
    return Explanation(
        rule="loss-no-tensor",
        first=f"The target {words.code(found.target)} is a list of texts; {found.called} takes class numbers.",
        rest=("Each name gets a number from 0 on, and the same one everywhere; a tensor holds numbers alone.",),
        repairs=found.case.swapped(found.target, new, "a number for each name, in the order of the alphabet"),
    )


def _uncalled(found: Pair, operand: Operand, name: str) -> Explanation:
    """The model itself in place of what it gives."""
    bound = {n.id for n in ast.walk(found.case.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    data = next((n for n in ("x", "X", "inputs", "data", "images", "batch", "x_train", "X_train") if n in bound), "")
    return Explanation(
        rule="loss-module",
        first=f"The {name} {words.code(operand)} is a module, a {operand.seen.type}; the loss takes what it gives.",
        rest=("A model is called with data, and the result goes into the loss.",),
        repairs=found.case.swapped(operand, f"{operand.text}({data})", "its prediction") if data else (),
    )
