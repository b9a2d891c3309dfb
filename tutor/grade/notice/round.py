"""Training loops by what they did, and what their code leaves out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade import training
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called
from tutor.grade.training import Finding

_ANYHOW = {"zero_before_step", "step_first"}
"""What is a mistake also where several optimizers take turns."""
_TOLD = _ANYHOW | {
    "no_zero_grad", "rare_zero_grad", "other_zero_grad", "old_forward", "old_part", "no_grad", "detached",
    "other_parameters", "two_steps",
}  # fmt: skip
_SCHEDULE = re.compile(r"lr_scheduler|(LR|Scheduler|OnPlateau|Restarts)\(")
_SUMS = {"no_zero_grad", "rare_zero_grad", "other_zero_grad"}
_OPTIMIZERS = {"SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "NAdam", "RAdam", "Adamax", "LBFGS", "Rprop"}


def rounds(program: Program) -> Iterator[Notice]:
    """What is wrong with a loop, by its events."""
    makers = _optimizers(program)
    for found in training.judge(program.outcome.events, ()):
        allowed = _TOLD if len(makers) < 2 else _ANYHOW
        if found.kind in allowed and found.line is not None and _trained(program, found):
            yield _notice(program, found, makers)


def _trained(program: Program, found: Finding) -> bool:
    """Whether it is about a loop that trains: else gradients may be added up to be looked at."""
    steps = [event for event in program.outcome.events if event.kind == "step"]
    if found.kind not in _SUMS:
        return found.kind not in ("two_steps", "other_parameters") or any(event.name for event in steps)
    if not any(event.name or event.line for event in steps):
        return False
    return len(steps) > 1 or bool(program.nodes(ast.For, ast.While))


def _optimizers(program: Program) -> list[ast.Call]:
    trees = (program.given, program.tree)
    return [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call) and called(n) in _OPTIMIZERS]


def _notice(program: Program, found: Finding, makers: list[ast.Call]) -> Notice:
    name = _holder(program, makers)
    rest, instead = _MORE.get(found.kind, ("", ""))
    if not makers and found.kind in _SUMS:
        rest, instead, name = _HAND, "{name}.grad = None\n{loss}.backward()", _by_hand(program)
    return Notice(
        rule=found.kind.replace("_", "-"),
        line=found.line or 0,
        first=found.sentence,
        rest=tuple(filter(None, [rest.format(name=name)])),
        instead=instead.format(name=name, loss=_loss(program)),
    )


_ROUND = "{name}.zero_grad()\n{loss}.backward()\n{name}.step()"
_HAND = "backward adds to .grad; `{name}.grad = None` empties it before each round."
_MORE = {
    "no_zero_grad": ("backward adds to .grad; `{name}.zero_grad()` empties it before each round.", _ROUND),
    "rare_zero_grad": ("backward adds to .grad; `{name}.zero_grad()` belongs into every round.", _ROUND),
    "zero_before_step": ("The order of a round is: empty, compute, move.", _ROUND),
    "step_first": ("The order of a round is: empty, compute, move.", _ROUND),
}


def _holder(program: Program, makers: list[ast.Call]) -> str:
    """The name of the optimizer."""
    for tree in (program.tree, program.given):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and node.value in makers:
                return ast.unparse(node.targets[0])
    return "optimizer"


def _by_hand(program: Program) -> str:
    """The tensor whose gradient a program without an optimizer reads."""
    read = [n.value for n in program.nodes(ast.Attribute) if n.attr == "grad" and isinstance(n.value, ast.Name)]
    return program.text(read[0]) if read else "w"


def _loss(program: Program) -> str:
    """What backward is called on."""
    for call in program.calls("backward"):
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            return call.func.value.id
    return "loss"


def no_step(program: Program) -> Iterator[Notice]:
    """An optimizer that is made, gradients that are computed, and no step in the whole program."""
    made = [call for call in program.calls(*_OPTIMIZERS) if call.args]
    backwards = program.calls("backward")
    looped = [call for call in backwards if program.loop(call) or program.function(call)]
    if not made or not looped or _steps(program) or _handed_on(program, made):
        return
    name = _holder(program, made)
    at = looped[0]
    yield Notice(
        rule="no-step",
        line=at.lineno,
        first=f"Line {at.lineno} computes gradients, but `{name}.step()` is never called: no parameter changes.",
        rest=(
            f"backward only fills .grad. `{name}`, made on line {made[0].lineno}, moves the parameters in its step.",
        ),
        instead=f"{program.text(at)}\n{name}.step()",
    )


def _steps(program: Program) -> bool:
    """Whether anything but a schedule is told to step, or given away to be."""
    for node in program.nodes(ast.Attribute):
        if node.attr == "step" and not isinstance(program.parent(node), ast.Expr):
            made = program.text(program.origin(node.value))
            if not _SCHEDULE.search(made):
                return True
    return False


def _handed_on(program: Program, made: list[ast.Call]) -> bool:
    """Whether an optimizer is given to other code, which may step."""
    name = _holder(program, made)
    given = [call for call in program.nodes(ast.Call) if any(getattr(a, "id", "") == name for a in call.args)]
    return any(not _SCHEDULE.search(program.text(call)) for call in given)
