"""Recurrent layers: the features of what comes in, its dimensions, and the state."""

from __future__ import annotations

import re

from tutor.grade.drawing import shape_text
from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.layer import Feed, feed, source
from tutor.sandbox.protocol import Observation, Operand

Shape = tuple[int, ...]


def explain(case: Case) -> Explanation | None:
    """What does not fit into an LSTM, a GRU or an RNN; None where all sizes fit, or it is none."""
    fed = feed(case)
    if fed is None or not re.fullmatch(r"(LSTM|GRU|RNN)(Cell)?", fed.layer.type) or fed.got.kind != "tensor":
        return None
    want, cell = fed.number("input_size"), fed.layer.type.endswith("Cell")
    if want is None:
        return None
    if len(fed.shape) not in ((1, 2) if cell else (2, 3)):
        return _rank(fed, want, cell)
    if fed.shape[-1] != want:
        return _features(fed, want)
    return _state(fed, cell)


def _layout(fed: Feed) -> str:
    if fed.layer.type.endswith("Cell"):
        return "(batch, features)"
    return "(batch, length, features)" if fed.layer.facts.get("batch_first") else "(length, batch, features)"


def _rank(fed: Feed, want: int, cell: bool) -> Explanation:
    shape = fed.shape
    lone = len(shape) == 1 and not cell
    short = lone and want == 1
    return Explanation(
        rule="recurrent-rank",
        first=f"{fed.what} has {words.count(len(shape), 'dimension')}, and {fed.label} takes {_layout(fed)}.",
        rest=(
            "Without a batch it is (length, features)." if not cell else "Without a batch it is (features,).",
            *((f"Each of the {shape[0]} steps has one feature here: a column.",) if short else ()),
        ),
        repairs=(
            *(fed.refed(lambda x: f"{x}.unsqueeze(1)", f"{shape[0]} steps of one feature") if short else ()),
            *(fed.refed(lambda x: f"{x}.unsqueeze(0)", "one step") if lone and shape[0] == want else ()),
            *(fed.refed(lambda x: f"{x}.flatten(2)", "all behind dimension 1 as features") if len(shape) > 3 else ()),
        ),
        habit="Print the shape before a recurrent layer, and say each dimension aloud.",
    )


def _features(fed: Feed, want: int) -> Explanation:
    got, shape = fed.shape[-1], fed.shape
    turned = len(shape) == 3 and want in shape[:-1]
    dim = shape.index(want) if turned else 0
    return Explanation(
        rule="recurrent-features",
        first=f"{fed.what} has {words.count(got, 'feature')} at each step, and {fed.label} takes {want}.",
        rest=(
            f"It reads {_layout(fed)}: the last size, {got}, must be input_size, {want}.",
            *(("batch_first=True would swap the first two dimensions; the last one stays the features.",)
              if not fed.layer.type.endswith("Cell") else ()),
        ),
        repairs=(
            *(fed.refed(lambda x: f"{x}.transpose({dim}, 2)", f"the {want} of dimension {dim} at the end")
              if turned else ()),
            *fed.remade("input_size", str(got), f"a layer for {words.count(got, 'feature')}"),
            *_before(fed, want),
        ),
        habit="The last size of what comes in is input_size.",
    )  # fmt: skip


def _before(fed: Feed, want: int) -> tuple[Repair, ...]:
    before = source(fed)
    if before is None or before.output is None:
        return ()
    return fed.case.instead(str(want), f"{words.count(want, 'feature')} from the layer before", of=before.output)


def _state(fed: Feed, cell: bool) -> Explanation | None:
    given = fed.case.operands[2] if len(fed.case.operands) > 2 and len(fed.case.below) == 1 else None
    seen = fed.layer.inputs[1] if len(fed.layer.inputs) > 1 else given.seen if given else None
    if seen is None or given is None or seen.kind == "none":
        return None
    pair = fed.layer.type.startswith("LSTM")
    want = _wanted(fed, cell)
    if pair and seen.kind == "tensor":
        return _lone_state(fed, given, seen, want)
    shapes = [s.shape for s in (seen.items or () if pair else (seen,)) if s.shape is not None]
    wrong = next((s for s in shapes if s != want), None)
    if wrong is None:
        return None
    zeros = f"torch.zeros{shape_text(want)}"
    return Explanation(
        rule="recurrent-state",
        first=f"The state {words.code(given)} is {shape_text(wrong)}, and {fed.label} needs {shape_text(want)}.",
        rest=(
            "A state is (batch, hidden_size)."
            if cell else "A state is (layers, batch, hidden_size); batch_first does not change that.",
            f"Here the batch is {want[-2] if len(want) > 1 else 1} and hidden_size {want[-1]}.",
        ),
        repairs=fed.case.swapped(given, f"({zeros}, {zeros})" if pair else zeros, "a state of zeros that fits"),
        habit="Leave the state out, and it starts from zeros that fit.",
    )  # fmt: skip


def _lone_state(fed: Feed, given: Operand, seen: Observation, want: Shape) -> Explanation:
    zeros = f"torch.zeros_like({given.text})" if seen.shape == want else f"torch.zeros{shape_text(want)}"
    first = given.text if seen.shape == want else zeros
    return Explanation(
        rule="recurrent-pair",
        first=f"{words.code(given)} is one tensor, and the state of {fed.label} is a pair.",
        rest=(f"An LSTM keeps two states, (hidden, cell), each {shape_text(want)}; only a GRU or an RNN keeps one.",),
        repairs=fed.case.swapped(given, f"({first}, {zeros})", "with a cell state of zeros"),
    )


def _wanted(fed: Feed, cell: bool) -> Shape:
    hidden = fed.number("hidden_size") or 0
    if cell:
        return (*fed.shape[:-1], hidden)
    layers = (fed.number("num_layers") or 1) * (2 if fed.layer.facts.get("bidirectional") else 1)
    if len(fed.shape) == 2:
        return (layers, hidden)
    return (layers, fed.shape[0 if fed.layer.facts.get("batch_first") else 1], hidden)
