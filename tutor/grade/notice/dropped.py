"""A new tensor that nobody takes: `t.add(1)` on a line of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.module import self_attribute
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, keyword, library, receiver

_CHANGES = frozenset(
    {
        "add", "sub", "mul", "multiply", "div", "divide", "pow", "abs", "neg", "sqrt", "rsqrt", "exp", "log", "round",
        "floor", "ceil", "trunc", "clamp", "clip", "relu", "sigmoid", "tanh", "square", "reciprocal", "remainder",
        "fmod", "floor_divide", "lerp", "masked_fill", "index_fill", "index_add", "index_copy", "scatter",
        "scatter_add", "addmm", "addcmul", "addcdiv", "where", "softmax", "log_softmax", "logical_not", "tril", "triu",
        "sort", "subtract", "true_divide", "sign", "erf", "sin", "cos", "log1p", "nan_to_num",
    }
)  # fmt: skip
"""What computes a changed tensor."""
_IN_PLACE_TOO = _CHANGES - {"where", "softmax", "log_softmax", "sort"}
_CASTS = frozenset({"float", "double", "half", "bfloat16", "long", "int", "short", "bool", "to", "type", "cuda", "cpu"})
_SHAPES = frozenset(
    {
        "reshape", "view", "t", "transpose", "permute", "squeeze", "unsqueeze", "flatten", "flip", "roll", "expand",
        "repeat", "contiguous", "detach", "clone", "swapaxes", "movedim",
    }
)  # fmt: skip
_LAYERS = frozenset(
    {"gelu", "elu", "leaky_relu", "normalize", "dropout", "pad", "one_hot", "max_pool2d", "interpolate"}
)
_METHODS = {"step", "zero_grad", "backward", "eval", "train"}
_TIMERS = {"perf_counter", "time", "timeit", "Timer", "process_time", "profile", "synchronize", "compile"}


def dropped(program: Program) -> Iterator[Notice]:
    """A line that only calls what returns a new tensor."""
    last = program.tree.body[-1] if program.tree.body else None
    for statement in program.nodes(ast.Expr):
        call = statement.value
        if not isinstance(call, ast.Call) or statement is last or _tried(program, statement):
            continue
        name = called(call)
        known = _layer(program, call) or (
            name in _CHANGES | _CASTS | _SHAPES | _LAYERS and library(call) in ("", "torch", "F", "functional")
        )
        line = program.line(statement)
        made = line is not None and (line.shape is not None or line.text.startswith("sort("))
        base = call.args[0] if _layer(program, call) and call.args else receiver(call)[0]
        if known and made and base is not None and keyword(call, "out") is None:
            yield _notice(program, call, base, line.shape if line else None)


def _layer(program: Program, call: ast.Call) -> bool:
    """Whether it is one of torch's layers that a module holds: `self.drop(x)`."""
    made = program.made.get(program.text(call.func)) if self_attribute(call.func) else None
    return made is not None and library(made) == "nn"


def uncalled(program: Program) -> Iterator[Notice]:
    """`optimizer.step` without parentheses."""
    for statement in program.nodes(ast.Expr):
        node = statement.value
        if isinstance(node, ast.Attribute) and node.attr in _METHODS:
            text = program.text(node)
            yield Notice(
                rule="not-called",
                line=node.lineno,
                first=f"On line {node.lineno} `{text}` names the method and does not call it: nothing happens.",
                rest=("A method runs only with parentheses behind its name.",),
                instead=f"{text}()",
            )


def _tried(program: Program, statement: ast.stmt) -> bool:
    """Whether it is there for what happens, not for what it gives: an error that is awaited, a time that is taken."""
    if any(isinstance(above, (ast.Try, ast.With)) and _awaits(program, above) for above in program.around(statement)):
        return True
    if program.loop(statement) is None:
        return False
    names = {n.attr for n in program.nodes(ast.Attribute)} | {n.id for n in program.nodes(ast.Name)}
    return bool(names & _TIMERS)


def _awaits(program: Program, above: ast.Try | ast.With) -> bool:
    if isinstance(above, ast.Try):
        return bool(above.handlers)
    words = " ".join(program.text(item.context_expr) for item in above.items)
    return any(word in words for word in ("raises", "suppress", "profile", "catch"))


def _notice(program: Program, call: ast.Call, base: ast.expr, shape: tuple[int, ...] | None) -> Notice:
    name, text = called(call), program.text(base)
    layer = _layer(program, call)
    makes = "a new tensor" if shape is None else f"a new tensor {shape_text(shape)}"
    keeps = f"`{text}` stays as it was"
    instead = f"{text} = {program.text(call)}{'.values' if name == 'sort' else ''}"
    rest = [f"No method without an underscore at the end of its name changes a tensor; {name} returns the result."]
    if layer:
        rest = ["A layer returns its result and leaves what it is given as it was."]
    elif library(call):
        rest = ["A function of torch's returns its result and leaves what it is given as it was."]
    if name in _CASTS:
        rest = [f"A tensor never changes its dtype or its device; {name} returns another one."]
    elif name in _IN_PLACE_TOO and not library(call):
        rest.append(f"`{name}_` would change `{text}` itself.")
    return Notice(
        rule="result-dropped",
        line=call.lineno,
        first=f"On line {call.lineno} the result of {program.code_of(call)} is thrown away: {keeps}.",
        rest=(f"The call makes {makes} and nothing keeps it.", *rest),
        instead=instead
        if isinstance(base, (ast.Name, ast.Attribute, ast.Subscript))
        else f"result = {program.text(call)}",
    )
