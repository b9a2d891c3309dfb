"""squeeze() without a dimension, which takes the batch away when it holds one example."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, library, receiver
from tutor.sandbox.protocol import Line


def squeezed(program: Program) -> Iterator[Notice]:
    """A squeeze that took more than the last dimension, or gave another rank from round to round."""
    for call in program.calls("squeeze"):
        base, others = receiver(call)
        if base is None or others or call.keywords or library(call) in ("np", "numpy"):
            continue
        shapes = _rounds(program, call)
        if len({len(shape) for shape in shapes}) > 1:
            yield _varying(program, call, base, shapes)
        elif (shape := program.shape(base)) is not None and _lone(program, call, base, shape):
            yield _single(program, call, base, shape)


def _rounds(program: Program, call: ast.Call) -> list[tuple[int, ...]]:
    """What a line with this call made from round to round, where the call is all there is to it."""
    at = program.statement(call)
    if getattr(at, "value", None) is not call:
        return []
    line: Line | None = program.line(at)
    return [made.shape for made in line.passes if made.shape is not None] if line else []


def _lone(program: Program, call: ast.Call, base: ast.expr, shape: tuple[int, ...]) -> bool:
    """Whether it is the output for a batch of one: its first size is 1, and so is another."""
    if len(shape) < 2 or shape[0] != 1 or shape.count(1) < 2:
        return False
    if _one_number(program, call):
        return False
    origin = program.origin(base)
    calls_model = isinstance(origin, ast.Call) and not library(origin) and _module(origin)
    function = program.function(call)
    return calls_model or (function is not None and function.name == "forward")


def _one_number(program: Program, call: ast.Call) -> bool:
    """Whether a plain number is taken of it, or it is only shown."""
    for above in program.around(call):
        if isinstance(above, ast.stmt):
            return False
        if called(above) in ("item", "float", "int", "tolist", "print", "imshow") or isinstance(
            above, ast.FormattedValue
        ):
            return True
    return False


def _module(call: ast.Call) -> bool:
    """Whether what is called looks like a module: a name, or an attribute of self."""
    if isinstance(call.func, ast.Name):
        return call.func.id not in ("len", "sum", "max", "min", "list", "print", "next", "iter")
    return (
        isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == "self"
    )


def _varying(program: Program, call: ast.Call, base: ast.expr, shapes: list[tuple[int, ...]]) -> Notice:
    seen = " and then ".join(dict.fromkeys(map(shape_text, shapes)))
    return _notice(program, call, f"gives {seen}: with a batch of one, the batch dimension goes as well.", base, -1)


def _single(program: Program, call: ast.Call, base: ast.expr, shape: tuple[int, ...]) -> Notice:
    gone = shape_text(tuple(n for n in shape if n != 1))
    said = f"makes {gone} of {shape_text(shape)}: the batch of one goes with the last dimension."
    return _notice(program, call, said, base, shape.index(1, 1) if shape[-1] != 1 else -1)


def _notice(program: Program, call: ast.Call, said: str, base: ast.expr, dim: int) -> Notice:
    old = program.text(call.func)
    new = f"{old}({dim})" if not library(call) else f"{old}({program.text(base)}, {dim})"
    return Notice(
        rule="squeeze-of-batch",
        line=call.lineno,
        first=f"On line {call.lineno} {program.code_of(call)} {said}",
        rest=(
            "squeeze() without a dimension takes every dimension of size 1. Name the one that is to go, and the others "
            "stay for any size of the batch.",
        ),
        instead=new,
    )
