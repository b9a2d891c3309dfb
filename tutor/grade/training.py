"""A training loop judged by what it did: what is wrong with its rounds, and from which step on.

Nothing here goes by how a loop is written. What the solution does as well is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from tutor.grade.loop import Backward, Loop, Step, loop
from tutor.sandbox.protocol import Event


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    kind: str
    step: int | None
    """The round in which it shows first, from 1."""
    line: int | None
    sentence: str


def judge(events: tuple[Event, ...], expected: tuple[Event, ...], *, ended: bool = True) -> tuple[Finding, ...]:
    """What is wrong with a loop, most telling first, given what the solution does.

    Of code that failed on the way (`ended` False) nothing is said of what it had not got to yet.
    """
    mine, theirs = loop(events), loop(expected)
    known = {found.kind for found in _found(theirs, theirs, True)}
    return tuple(_causes([found for found in _found(mine, theirs, ended) if found.kind not in known]))


def _found(mine: Loop, theirs: Loop, ended: bool) -> list[Finding]:
    checks = (*_DONE, *_LACKING) if ended else _DONE
    return [found for check in checks if (found := check(mine, theirs)) is not None]


_BREAKS = {"detached", "no_grad", "no_backward"}
"""Nothing that comes after these means anything by itself."""
_OF_SCORES = {"softmax_twice", "sigmoid_twice", "no_logarithm", "probabilities"}
_FOLLOWS = {"unchanged", "steps"}
"""What mostly follows from something else."""


def _causes(found: list[Finding]) -> list[Finding]:
    kinds = {f.kind for f in found} - _OF_SCORES
    if kinds & _BREAKS:
        return [f for f in found if f.kind in _BREAKS | _OF_SCORES]
    if kinds - _FOLLOWS:
        return [f for f in found if f.kind not in _FOLLOWS]
    return found


def _at(event: Event | None) -> str:
    return f" (line {event.line})" if event is not None and event.line else ""


def _both(one: Event, other: Event) -> str:
    if not one.line or not other.line or one.line == other.line:
        return _at(other)
    return f" (lines {one.line} and {other.line})"


def _in(step: int) -> str:
    return f"In step {step} the" if step > 1 else "The"


# Loss and forward pass.


def _cut_off(mine: Loop, theirs: Loop) -> Finding | None:
    for back in mine.backwards:
        if not back.event.attached:
            return _without_graph(back) or _detached(back, mine)
    return None


def _without_graph(back: Backward) -> Finding | None:
    for event in (*reversed(back.forwards[-1:]), *back.losses[-1:]):
        if not event.grad_enabled:
            what = "forward pass" if event.kind == "forward" else "loss"
            said = f"{_in(back.round)} {what}{_at(event)} runs under no_grad, so backward has no record to follow."
            return Finding("no_grad", back.round, event.line, said)
    return None


def _detached(back: Backward, mine: Loop) -> Finding:
    loss = back.losses[-1] if back.losses else back.event
    said = f"{_in(back.round)} loss{_at(loss)} is cut off from the parameters, so backward cannot reach them"
    if back.round > 1 and back.nth > 1 and not mine.of("step"):
        said += ": `w = w - ...` makes another tensor, which requires no gradient. Change the parameter in place."
    else:
        said += ": detach() or item() on the way leaves numbers without a history, or no parameter requires gradients."
    return Finding("detached", back.round, loss.line, said)


def _old(mine: Loop, theirs: Loop) -> Finding | None:
    if mine.steps and not mine.steps[0].backwards:
        return None
    for back in mine.backwards:
        if back.nth > 1 or back.round == 1:
            continue
        if not back.losses:
            said = f"In step {back.round} backward{_at(back.event)} starts from the loss of an earlier step again."
            return Finding("old_loss", back.round, back.event.line, f"{said} {_INSIDE}")
        if not back.losses[-1].fresh:
            return _old_forward(back, mine) or _old_part(back)
    return None


_INSIDE = "The forward pass and the loss belong inside the loop."


def _old_forward(back: Backward, mine: Loop) -> Finding | None:
    before = mine.events[: mine.rounds.index(back.round)]
    forward = next((e for e in reversed(before) if e.kind == "forward" and e.grad_enabled), None)
    if forward is None or back.forwards:
        return None
    said = (
        f"In step {back.round} the loss{_at(back.losses[-1])} is of a prediction made before step {back.round - 1}"
        f"{_at(forward)}, with the weights of that time. The forward pass belongs inside the loop."
    )
    return Finding("old_forward", back.round, forward.line or back.losses[-1].line, said)


def _old_part(back: Backward) -> Finding:
    loss = back.losses[-1]
    said = (
        f"In step {back.round} the loss{_at(loss)} holds something computed before step {back.round - 1}: "
        "a prediction, a running total, a hidden state. Compute it anew, or keep only numbers, by item() or detach()."
    )
    return Finding("old_part", back.round, loss.line, said)


_SCORES = {
    "cross_entropy": ("softmax_twice", "cross_entropy", "softmax"),
    "CrossEntropyLoss": ("softmax_twice", "CrossEntropyLoss", "softmax"),
    "binary_cross_entropy_with_logits": ("sigmoid_twice", "binary_cross_entropy_with_logits", "sigmoid"),
    "BCEWithLogitsLoss": ("sigmoid_twice", "BCEWithLogitsLoss", "sigmoid"),
}
_LOGARITHMS = {"nll_loss", "NLLLoss", "kl_div", "KLDivLoss"}


def _scores(mine: Loop, theirs: Loop) -> Finding | None:
    for event, step in zip(mine.events, mine.rounds, strict=True):
        if event.probabilities:
            return _of_probabilities(event, step)
    return None


def _of_probabilities(loss: Event, step: int) -> Finding:
    if loss.name in _LOGARITHMS:
        said = f"{loss.name}{_at(loss)} wants logarithms of probabilities, as log_softmax gives; it gets probabilities."
        return Finding("no_logarithm", step, loss.line, said)
    kind, name, function = _SCORES.get(loss.name, ("probabilities", "The loss", "that"))
    said = (
        f"{name}{_at(loss)} applies {function} itself and wants raw scores; it gets probabilities, "
        "so the loss stays well above 0 even when every answer is right."
    )
    return Finding(kind, step, loss.line, said)


# What is clear from steps that were taken.


def _step_first(mine: Loop, theirs: Loop) -> Finding | None:
    steps, backwards = mine.steps, mine.backwards
    if not steps or not backwards or steps[0].backwards:
        return None
    first = steps[0].event
    said = f"step{_at(first)} comes before backward{_at(backwards[0].event)}: {_too_early(mine, steps)}"
    return Finding("step_first", 1, first.line, said)


def _too_early(mine: Loop, steps: list[Step]) -> str:
    first = "the first step finds no gradients"
    if not any(step.event.fresh for step in steps):
        return "no step ever finds a new gradient, so nothing is learned." if len(steps) > 1 else f"{first}."
    last = next(event.kind for event in reversed(mine.events) if event.kind in ("step", "backward"))
    return f"{first}, and every later one uses those of the round before." if last == "backward" else f"{first}."


def _cleared(mine: Loop, theirs: Loop) -> Finding | None:
    steps = mine.steps
    hit = [step for step in steps if step.backwards and step.cleared and not step.event.fresh]
    if not hit or not steps[0].backwards:
        return None
    cleared, step = hit[0].cleared, hit[0]
    finds = "finds no gradients" if step.event.missing else "gets nothing but zeros"
    ever = "so nothing is ever updated." if len(hit) == len(steps) else f"as in step {step.round}."
    said = f"zero_grad{_at(cleared)} comes between backward and step: step{_at(step.event)} {finds}, {ever}"
    return Finding("zero_before_step", step.round, (cleared or step.event).line or step.event.line, said)


def _sums(mine: Loop, theirs: Loop) -> Finding | None:
    hit = [back for back in mine.backwards if back.nth == 1 and not back.event.fresh]
    return _sum(hit[0], mine) if hit and mine.steps else None


def _sum(back: Backward, mine: Loop) -> Finding:
    step, line = back.round, back.event.line
    if back.event is mine.of("backward")[0]:
        said = f"In step 1 backward{_at(back.event)} adds to gradients that were there before."
        return Finding("no_zero_grad", step, line, f"{said} Clear them first, with zero_grad.")
    total = f"in step {step} the gradient is the sum of two rounds{_at(back.event)}"
    if not mine.of("zero_grad"):
        return Finding("no_zero_grad", step, line, f"zero_grad is never called: {total}{_and_so_on(back, mine)}.")
    if not back.cleared:
        said = f"Between step {step - 1} and the backward of step {step} there is no zero_grad: {total}."
        return Finding("rare_zero_grad", step, line, said)
    said = f"zero_grad{_at(back.cleared[-1])} does not clear the gradients of the parameters that are trained: {total}."
    return Finding("other_zero_grad", step, line, said)


def _and_so_on(back: Backward, mine: Loop) -> str:
    later = [b for b in mine.backwards if b.round > back.round and b.nth == 1]
    return ", and each later step adds one more" if later and not any(b.event.fresh for b in later) else ""


def _many_backwards(mine: Loop, theirs: Loop) -> Finding | None:
    most = max((max(len(s.backwards), s.losses) for s in theirs.steps), default=1)
    for before, back in pairwise(mine.backwards):
        if back.nth > max(most, 1) and not back.event.fresh and mine.of("step"):
            times = "twice" if back.nth == 2 else f"{back.nth} times"
            said = f"In step {back.round} backward is called {times} before step{_both(before.event, back.event)}:"
            said += " the gradients are added up."
            return Finding("two_backwards", back.round, back.event.line, said)
    return None


def _lost(mine: Loop, theirs: Loop) -> Finding | None:
    hit = [back for back in mine.backwards if back.nth > 1 and back.cleared and back.event.fresh]
    steps = [step for step in mine.steps if step.backwards]
    # A single one before the loop is somebody having a look.
    if not hit or not steps or (len(steps) > 1 and hit[-1].round == 1):
        return None
    cleared, step = hit[0].cleared[-1], hit[0].round
    said = (
        f"zero_grad{_at(cleared)} throws away gradients that no step has used: "
        f"step {step}{_at(steps[0].event)} gets only those of the last backward."
    )
    return Finding("lost_backward", step, cleared.line, said)


def _early_step(mine: Loop, theirs: Loop) -> Finding | None:
    wanted = min((len(step.backwards) for step in theirs.steps), default=1)
    steps = [step for step in mine.steps if step.backwards]
    if wanted < 2 or not steps or len(mine.steps) <= len(theirs.steps):
        return None
    first = steps[0]
    if max(len(first.backwards), first.losses) >= wanted:
        return None
    after = "every backward" if len(first.backwards) == 1 else f"{len(first.backwards)} backwards"
    said = f"step{_at(first.event)} comes after {after}; it belongs after {wanted}, which add up to one gradient."
    return Finding("early_step", first.round, first.event.line, said)


def _two_steps(mine: Loop, theirs: Loop) -> Finding | None:
    steps = mine.steps
    for before, step in pairwise(steps):
        if not step.backwards and not step.event.fresh and (before.backwards or before.event.fresh):
            does = "finds no gradients" if step.event.missing else "moves again along the same gradients"
            if step.cleared and not step.event.missing:
                does = "gets nothing but zeros"
            called = "step is called" if step.event.name else "The parameters are moved"
            said = f"{called} twice for one backward: in step {step.round} the second{_at(step.event)} {does}."
            return Finding("two_steps", step.round, step.event.line, said)
    return None


def _elsewhere(mine: Loop, theirs: Loop) -> Finding | None:
    for step in mine.steps:
        if step.backwards and not step.cleared and not step.event.fresh:
            finds = "finds no gradients" if step.event.missing else "finds no new gradients"
            said = (
                f"step{_at(step.event)} {finds}, although backward{_at(step.backwards[-1])} came before: "
                "the optimizer holds other parameters than those the loss depends on."
            )
            return Finding("other_parameters", step.round, step.event.line, said)
    return None


def _unchanged(mine: Loop, theirs: Loop) -> Finding | None:
    values, steps = _values(mine), mine.steps
    if len(values) < 2 or any(v != values[0] for v in values) or len(set(_values(theirs))) < 2 or not steps:
        return None
    said = (
        f"The loss is the same in every step, {values[0]:.4g}: step{_at(steps[0].event)} changes nothing, "
        "as with a learning rate of 0."
    )
    return Finding("unchanged", 2, steps[0].event.line, said)


def _values(trained: Loop) -> list[float]:
    losses = [back.losses[-1] for back in trained.backwards if back.losses]
    return [loss.value for loss in losses if loss.value is not None]


# What is lacking in the end.


def _no_backward(mine: Loop, theirs: Loop) -> Finding | None:
    if mine.of("backward") or not theirs.of("backward"):
        return None
    steps = mine.steps
    if steps:
        said = f"backward is never called: step{_at(steps[0].event)} finds no gradients, so nothing is ever updated."
        return Finding("no_backward", 1, steps[0].event.line, said)
    return Finding("no_backward", None, None, "backward is never called: without gradients nothing can be updated.")


def _no_step(mine: Loop, theirs: Loop) -> Finding | None:
    backwards = [event for event in mine.of("backward") if event.name == "backward"]
    if mine.of("step") or not backwards or not theirs.of("step"):
        return None
    first = backwards[0]
    called = "step is never called" if any(event.name for event in theirs.of("step")) else "No step follows"
    said = f"{called}: backward{_at(first)} computes gradients, but nothing changes the parameters."
    return Finding("no_step", 1, first.line, said)


def _sums_without_steps(mine: Loop, theirs: Loop) -> Finding | None:
    hit = [back for back in mine.backwards if not back.event.fresh]
    return _sum(hit[0], mine) if hit and not mine.steps else None


def _no_zero_grad(mine: Loop, theirs: Loop) -> Finding | None:
    """Where there is only one round nothing can add up yet."""
    backwards, steps = mine.of("backward"), mine.of("step")
    once = len(backwards) == 1 and len(steps) == 1 and backwards[0].fresh and bool(steps[0].name)
    if not once or mine.of("zero_grad") or not theirs.of("zero_grad"):
        return None
    said = f"zero_grad is never called: in step 2 the gradient would be the sum of two rounds{_at(backwards[0])}."
    return Finding("no_zero_grad", 2, backwards[0].line, said)


def _count(mine: Loop, theirs: Loop) -> Finding | None:
    made, wanted = _steps_made(mine), _steps_made(theirs)
    if made == wanted or mine.cut or theirs.cut:
        return None
    steps = f"{made} step{'s' * (made != 1)}"
    line = mine.steps[-1].event.line if mine.steps else None
    return Finding("steps", None, line, f"The loop makes {steps}; the solution makes {wanted}.")


def _steps_made(trained: Loop) -> int:
    """Rounds with a step, be it of several optimizers.

    One more where a last step may have been taken by a way that shows only in the round after.
    """
    steps = trained.of("step")
    if not steps and all(event.name == "grad" for event in trained.of("backward")):
        return len(trained.of("backward"))
    rounds = {step.round for step in trained.steps}
    last = next((e for e in reversed(trained.events) if e.kind in ("step", "backward")), None)
    unseen = last is not None and last.kind == "backward" and not any(e.name for e in steps)
    hidden = bool(steps and steps[-1].line is None) or (last is not None and last.name == "grad")
    return len(rounds) + (unseen and hidden)


Check = Callable[[Loop, Loop], "Finding | None"]

_DONE: tuple[Check, ...] = (
    _cut_off, _old, _step_first, _cleared, _elsewhere, _sums, _many_backwards, _lost, _early_step, _two_steps, _scores,
    _unchanged,
)  # fmt: skip
_LACKING: tuple[Check, ...] = (_sums_without_steps, _no_backward, _no_step, _no_zero_grad, _count)
