"""Layers that are made anew at every call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.notice.module import is_layer, method
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Function, Program, called, library

_DROPOUTS = ("Dropout", "Dropout1d", "Dropout2d", "AlphaDropout")


def made_anew(program: Program) -> Iterator[Notice]:
    """A layer that forward makes at every call."""
    for made in program.classes:
        forward = method(made, "forward")
        for call in program.nodes(ast.Call, within=forward) if forward else ():
            dropout = called(call) in _DROPOUTS and library(call) == "nn"
            if ((is_layer(call) and _with_numbers(call)) or dropout) and not _once(program, call, forward):
                yield _anew(program, made, call, dropout)
                break


def in_function(program: Program) -> Iterator[Notice]:
    """`nn.Linear(3, 4)(x)` in a function that is no module: new weights at every call."""
    for call in program.nodes(ast.Call):
        function, maker = program.function(call), call.func
        if not is_layer(maker) or not call.args or called(maker) == "Sequential":
            continue
        if function is None and program.loop(call) is not None:
            yield _again(program, call, "the loop", "in every round")
            return
        if function is None or function.name in ("forward", "__init__", "__call__"):
            continue
        if _within_calls(program, function) > 1:
            yield _again(program, call, f"`{function.name}`", "at every call")
            return


def _again(program: Program, call: ast.Call, who: str, when: str) -> Notice:
    made = call.func
    return Notice(
        rule="layer-made-in-forward",
        line=call.lineno,
        first=f"On line {call.lineno} {who} makes a new layer {program.code_of(made)} {when}.",
        rest=("Its weights are drawn at random each time: the same input gives different outputs.",),
        instead=f"layer = {program.text(made)}  # once, before\nlayer({', '.join(map(program.text, call.args))})",
    )


def _within_calls(program: Program, function: Function) -> int:
    """How often a function is called, as far as that is written; in a loop that is more than once."""
    sites = program.calls(function.name)
    return len(sites) + sum(program.loop(site) is not None for site in sites)


def _with_numbers(call: ast.Call) -> bool:
    return called(call) != "Sequential" or any(is_layer(arg) for arg in call.args)


def _once(program: Program, call: ast.Call, forward: Function | None) -> bool:
    """Whether it is made only if it is not there yet."""
    return any(isinstance(above, (ast.If, ast.IfExp)) for above in program.around(call) if above is not forward)


def _anew(program: Program, made: ast.ClassDef, call: ast.Call, dropout: bool) -> Notice:
    text, name = program.text(call), _attribute(called(call))
    rest = (
        "Its weights are drawn at random again each time, so the same input gives different outputs, and no optimizer "
        "ever sees them.",
        "Make it once in __init__ and use it in forward.",
    )
    if dropout:
        rest = (
            "A layer made here is always in training mode: eval() does not reach it, and it goes on dropping.",
            rest[1],
        )
    return Notice(
        rule="layer-made-in-forward",
        line=call.lineno,
        first=f"On line {call.lineno} forward of {made.name} makes a new layer {program.code_of(call)} at every call.",
        rest=rest,
        instead=f"self.{name} = {text}  # in __init__\nself.{name}(...)  # in forward",
    )


def _attribute(kind: str) -> str:
    return kind.lower().rstrip("0123456789d") or "layer"
