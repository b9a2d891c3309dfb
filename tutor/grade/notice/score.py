"""Scores, probabilities and the losses that want one or the other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.number import elements, reckoned
from tutor.grade.notice.program import Program, called, given

_TURNED = re.compile(r"transpose|permute|swapaxes|movedim|\.mT|\.T\b|[Cc]onv\d|einsum|rearrange")
_LOSSES = {
    "cross_entropy": ("softmax", "cross_entropy"),
    "CrossEntropyLoss": ("softmax", "CrossEntropyLoss"),
    "binary_cross_entropy_with_logits": ("sigmoid", "binary_cross_entropy_with_logits"),
    "BCEWithLogitsLoss": ("sigmoid", "BCEWithLogitsLoss"),
}
_SQUASHES = {"softmax": ("softmax", "Softmax"), "sigmoid": ("sigmoid", "Sigmoid")}

Loss = tuple[ast.Call, str, ast.expr, ast.expr | None]
"""A call of a loss: its name, what it is given as scores, and as targets."""


def losses(program: Program, *names: str) -> Iterator[Loss]:
    """Calls of losses by function, by `nn.X()(...)`, and by a name that was bound to `nn.X()`."""
    for call in program.nodes(ast.Call):
        maker: ast.expr | None = call if called(call) in names else program.origin(call.func)
        if maker is not call and called(maker) not in names:
            maker = program.made.get(program.text(call.func))
        name, scores = called(maker), given(call, 0, "input")
        if name in names and scores is not None and not (name[0].isupper() and maker is call):
            yield call, name, scores, given(call, 1, "target")


# Losses that squash by themselves.


def squashed(program: Program) -> Iterator[Notice]:
    """Probabilities given to a loss that wants raw scores: by the code, or by what was seen while it ran."""
    told = set()
    for call, name, scores, _ in losses(program, *_LOSSES):
        function, loss = _LOSSES[name]
        if _is_squashed(program, scores, function):
            told.add(call.lineno)
            yield _squashed(program, call.lineno, program.text(scores), program.shape(scores), function, loss)
    for event in program.outcome.events:
        if event.probabilities and event.line not in told and event.name in _LOSSES and event.line is not None:
            function, loss = _LOSSES[event.name]
            if function in (program.code + ast.unparse(program.given)).lower():
                told.add(event.line)
                yield _squashed(program, event.line, "", None, function, loss)


def _is_squashed(program: Program, scores: ast.expr, function: str) -> bool:
    origin = program.origin(scores)
    if called(origin) in _SQUASHES[function]:
        return True
    if isinstance(origin, ast.Call) and isinstance(origin.func, ast.Call):
        return called(origin.func) in _SQUASHES[function]
    made = program.origin(origin.func) if isinstance(origin, ast.Call) else None
    if not isinstance(made, ast.Call):
        return False
    return (_last(made) if called(made) == "Sequential" else called(made)) in _SQUASHES[function]


def _last(sequential: ast.Call) -> str:
    return called(sequential.args[-1]) if sequential.args else ""


def _squashed(
    program: Program, line: int, scores: str, shape: tuple[int, ...] | None, function: str, loss: str
) -> Notice:
    what = f"`{scores}`{' ' + shape_text(shape) if shape else ''}" if scores else "scores"
    floor = _floor(function, shape[1] if shape and len(shape) == 2 else 0)
    return Notice(
        rule=f"{function}-twice",
        line=line,
        first=f"On line {line} {loss} gets {what} after {function}, and applies {function} once more itself.",
        rest=(
            f"It wants raw scores. Probabilities are between 0 and 1, and a second {function} flattens them: {floor}.",
            f"Keep {function} for reading the scores, after training.",
        ),
        instead=f"# the scores as they are before {function}:\nloss = {_spelt(program, loss)}(scores, targets)",
    )


def _spelt(program: Program, loss: str) -> str:
    if loss[0].isupper():
        return f"nn.{loss}()"
    return f"F.{loss}" if re.search(r"\bF\.", program.code) else f"torch.nn.functional.{loss}"


_FLOORS = {2: "0.313", 3: "0.551", 5: "0.905", 10: "1.461"}


def _floor(function: str, classes: int) -> str:
    if function == "sigmoid":
        return "the loss cannot fall below 0.313, with every answer right"
    if classes in _FLOORS:
        return f"with {classes} classes the loss cannot fall below {_FLOORS[classes]}, with every answer right"
    return "the loss stays well above 0, with every answer right"


# Targets.


def targets(program: Program) -> Iterator[Notice]:
    """Floating targets whose rows do not add up to one."""
    for call, name, scores, target in losses(program, "cross_entropy", "CrossEntropyLoss"):
        shape = program.shape(scores)
        if target is None or shape is None or len(shape) != 2 or program.shape(target) != shape:
            continue
        if "float" in program.seen(target).dtype and (total := _total(program, target, shape[1])):
            yield _targets(program, call, target, name, shape, total)


def _total(program: Program, target: ast.expr, classes: int) -> str:
    """What the first row that does not add up to 1 adds up to; empty where none is known."""
    values = elements(program.seen(target).text)
    rows = values or _written(program, target, classes)
    for row in rows or ():
        if isinstance(row, list) and all(isinstance(v, (int, float)) for v in row) and abs(sum(row) - 1) > 1e-3:
            return f"{sum(row):.4g}"
    return ""


def _written(program: Program, target: ast.expr, classes: int) -> list[object] | None:
    """The rows of what is filled with one number."""
    origin = program.origin(target)
    name = called(origin)
    if not isinstance(origin, ast.Call):
        return None
    if name in ("ones", "ones_like"):
        return [[1.0] * classes]
    if name in ("full", "full_like") and (value := reckoned(program, origin.args[-1] if origin.args else origin)):
        return [[value] * classes]
    if name == "tensor" and origin.args:
        return elements(program.text(origin.args[0]))
    return None


def _targets(
    program: Program, call: ast.Call, target: ast.expr, name: str, shape: tuple[int, ...], total: str
) -> Notice:
    text = program.text(target)
    return Notice(
        rule="targets-not-one",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {name} reads `{text}` {shape_text(shape)} as probabilities, but a row of it adds "
            f"up to {total}, not to 1."
        ),
        rest=(
            "Floating targets of the shape of the scores are taken as one distribution for each example. Rows that add "
            "up to more or less move the smallest loss away from the right answer.",
            "Several labels at once are what binary_cross_entropy_with_logits is for.",
        ),
        instead=f"{text} / {text}.sum(dim=1, keepdim=True)",
    )


def last(program: Program) -> Iterator[Notice]:
    """Scores (batch, length, classes) with as many classes as positions: nothing fails, the wrong dimension counts."""
    for call, name, scores, target in losses(program, "cross_entropy", "CrossEntropyLoss"):
        shape, wanted = program.shape(scores), program.shape(target) if target is not None else None
        if shape is None or wanted is None or len(shape) != 3 or shape[1] != shape[2] or wanted != shape[:2]:
            continue
        if (
            not _TURNED.search(program.text(scores) + program.text(program.origin(scores)))
            and "Conv" not in program.code
        ):
            yield _last_dim(program, call, scores, name, shape)


def _last_dim(program: Program, call: ast.Call, scores: ast.expr, name: str, shape: tuple[int, ...]) -> Notice:
    text = program.text(scores)
    return Notice(
        rule="classes-last",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {name} takes dimension 1 of {program.code_of(scores)} {shape_text(shape)} for the "
            f"classes; dimension 2 has size {shape[2]} too."
        ),
        rest=(
            "Scores for sequences are (batch, classes, length) to this loss. A layer that works on the last dimension "
            f"leaves the classes there, and with {shape[1]} positions and {shape[2]} classes no error says so.",
            "If the classes are last, move them.",
        ),
        instead=program.text(call).replace(text, f"{text}.transpose(1, 2)", 1),
        sure=False,
    )
