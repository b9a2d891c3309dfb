"""Linear layers with nothing in between, which are one linear layer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from tutor.grade.notice.module import attributes, method, self_attribute
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, given, number

_IDLE = ("Dropout", "Identity")
"""What leaves numbers as they are, or is off when it matters."""


def collapsed(program: Program) -> Iterator[Notice]:
    """Two linear layers with nothing in between."""
    for call in program.calls("Sequential"):
        if _looked_into(program, call):
            continue
        items = [item for item in call.args if called(item) not in _IDLE]
        for one, other in pairwise(items):
            if called(one) == called(other) == "Linear" and not _narrow(one, other):
                yield _collapsed(program, other.lineno, program.code_of(one), program.code_of(other), one.lineno)
                break
    for made in program.classes:
        yield from _in_forward(program, made)
    yield from _by_name(program)


def _looked_into(program: Program, sequential: ast.Call) -> bool:
    """Whether its layers are used one by one: then they are no network."""
    at = program.parent(sequential)
    names = [t.id for t in at.targets if isinstance(t, ast.Name)] if isinstance(at, ast.Assign) else []
    return any(isinstance(program.parent(n), ast.Subscript) for name in names for n in program.loads(name))


def _narrow(one: ast.expr, other: ast.expr) -> bool:
    """Whether the size in between is smaller than both ends: a matrix of low rank may be wanted."""
    if not isinstance(one, ast.Call) or not isinstance(other, ast.Call):
        return False
    first, middle = number(given(one, 0, "in_features")), number(given(one, 1, "out_features"))
    end = number(given(other, 1, "out_features"))
    if first is None or middle is None or end is None:
        return False
    return middle < min(first, end)


def _in_forward(program: Program, made: ast.ClassDef) -> Iterator[Notice]:
    init, forward = method(made, "__init__"), method(made, "forward")
    if init is None or forward is None:
        return
    held = attributes(program, init)
    layers = {name: value for name, value in held.items() if called(value) == "Linear"}
    idle = {name for name, value in held.items() if called(value) in _IDLE}
    for call in program.nodes(ast.Call, within=forward):
        outer, inner = self_attribute(call.func), program.origin(call.args[0]) if call.args else None
        if isinstance(inner, ast.Call) and self_attribute(inner.func) in idle and inner.args:
            inner = program.origin(inner.args[0])
        if outer not in layers or not isinstance(inner, ast.Call) or not _only_use(program, forward, call):
            continue
        before = self_attribute(inner.func)
        if before in layers and not (_narrow(layers[before], layers[outer]) or _narrowed(program, call)):
            yield _collapsed(program, call.lineno, f"`self.{before}`", f"`self.{outer}`", call.lineno, made.name)
            return


def _by_name(program: Program) -> Iterator[Notice]:
    """Two layers with names of their own, one called on what the other gives."""
    for call in program.nodes(ast.Call):
        inner = program.origin(call.args[0]) if len(call.args) == 1 and isinstance(call.func, ast.Name) else None
        if not isinstance(inner, ast.Call) or not isinstance(inner.func, ast.Name):
            continue
        one, other, function = program.origin(inner.func), program.origin(call.func), program.function(call)
        linear = called(one) == called(other) == "Linear" and one is not other and _alone(program, inner, call)
        if not linear or _narrow(one, other) or _narrowed(program, call):
            continue
        if _only_use(program, function or program.tree, call):
            first, second = program.code_of(inner.func), program.code_of(call.func)
            yield _collapsed(program, call.lineno, first, second, call.lineno, "the code")
            return


def _alone(program: Program, *calls: ast.Call) -> bool:
    """Whether each layer is called in this one place: else it stands for itself."""
    texts = [program.text(call.func) for call in program.nodes(ast.Call)]
    return all(texts.count(program.text(call.func)) == 1 for call in calls)


def _narrowed(program: Program, outer: ast.Call) -> bool:
    """The same by what was seen of a call of one layer on what another gave."""
    inner = program.origin(outer.args[0])
    first = program.shape(inner.args[0]) if isinstance(inner, ast.Call) and inner.args else None
    middle, end = program.shape(outer.args[0]), program.shape(outer)
    return bool(first and middle and end) and middle[-1] < min(first[-1], end[-1])  # type: ignore[index]


def _only_use(program: Program, forward: ast.AST, call: ast.Call) -> bool:
    """Whether what a call is given by name is of no other use: else the first layer stands for itself."""
    argument = call.args[0]
    if not isinstance(argument, ast.Name):
        return True
    bound = program.bound(argument)
    if bound is None:
        return False
    start = program.statement(bound)
    between = [
        n
        for n in program.loads(argument.id, within=forward)
        if start.lineno < n.lineno <= call.lineno and n is not argument
    ]
    rebound = program.statement(call)
    again = isinstance(rebound, ast.Assign) and any(
        isinstance(t, ast.Name) and t.id == argument.id for t in rebound.targets
    )
    later = [] if again else [n for n in program.loads(argument.id, within=forward) if n.lineno > call.lineno]
    return not between and not later


def _collapsed(program: Program, line: int, one: str, other: str, first: int, owner: str = "") -> Notice:
    where = f" of {owner}" if owner else ""
    return Notice(
        rule="no-activation",
        line=first,
        first=f"On line {first} {one} goes straight into {other}{where}, with no activation in between.",
        rest=(
            "Two linear layers in a row are one linear layer: their matrices multiply into a single one, and the "
            "network can draw straight borders only.",
            "Something that is not linear, such as ReLU, belongs between them.",
        ),
        instead=f"{one.strip('`')}, nn.ReLU(), {other.strip('`')}"
        if not owner
        else f"{other.strip('`')}(torch.relu({one.strip('`')}(x)))",
    )
