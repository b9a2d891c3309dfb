"""Modules: layers nobody registers, layers made anew, layers that collapse into one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Function, Program, called, given, keyword, library, number, truth

_LAYERS = re.compile(
    r"^(Linear|Conv\d?d?|Conv[123]d|ConvTranspose[123]d|BatchNorm[123]d|LayerNorm|GroupNorm|InstanceNorm[123]d|Embedding"
    r"|LSTM|GRU|RNN|MultiheadAttention|TransformerEncoderLayer|TransformerDecoderLayer|TransformerEncoder|Bilinear"
    r"|EmbeddingBag|LSTMCell|GRUCell|RNNCell|PReLU|Sequential|LazyLinear)$"
)
_MAKERS = {"ones", "zeros", "rand", "randn", "tensor", "empty", "full", "eye", "linspace", "arange", "normal"}


def is_layer(call: ast.AST) -> bool:
    """Whether a call makes a layer with parameters of its own."""
    return isinstance(call, ast.Call) and bool(_LAYERS.match(called(call))) and library(call) in ("", "nn")


def _own_layer(program: Program, node: ast.AST) -> bool:
    """A layer, or a module that this program defines."""
    named = isinstance(node, ast.Call) and called(node) in {made.name for made in program.classes}
    return is_layer(node) or named


def method(made: ast.ClassDef, name: str) -> Function | None:
    """A method of a class."""
    found = (n for n in made.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name == name)
    return next(found, None)


# What is not registered.


def unregistered(program: Program) -> Iterator[Notice]:
    """Layers in a plain list, and tensors that require gradients, as attributes of a module."""
    for made in program.classes:
        init = method(made, "__init__")
        if init is None:
            continue
        for name, node, how in _hidden(program, init):
            if not _registered(program, made, name):
                yield _list(program, made, name, node, how) if how else _tensor(program, made, name, node)


def _hidden(program: Program, init: Function) -> Iterator[tuple[str, ast.expr, str]]:
    """Attributes of self that hold layers in what is no module, and tensors; the last item is the kind of container."""
    for node in program.nodes(ast.Assign, within=init):
        name = self_attribute(node.targets[0])
        if not name:
            continue
        value = node.value
        if (kind := _container(value)) and any(_own_layer(program, part) for part in ast.walk(value)):
            if not any(called(part) in ("ModuleList", "ModuleDict") for part in ast.walk(value)):
                yield name, value, kind
        elif isinstance(value, ast.List) and not value.elts and _appended(program, init, name):
            yield name, value, "list"
        elif isinstance(value, ast.Dict) and not value.keys and _put(program, init, name):
            yield name, value, "dict"
        elif isinstance(value, ast.Call) and _trainable(value):
            yield name, value, ""


def self_attribute(node: ast.AST) -> str:
    """The name in `self.name`."""
    is_self = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr if is_self else ""  # type: ignore[attr-defined]


def _container(value: ast.expr) -> str:
    if isinstance(value, (ast.List, ast.ListComp)):
        return "list"
    if isinstance(value, ast.Tuple):
        return "tuple"
    if isinstance(value, (ast.Dict, ast.DictComp)):
        return "dict"
    if isinstance(value, ast.BinOp):
        return _container(value.left) or _container(value.right)
    return (
        "list" if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "list" else ""
    )


def _appended(program: Program, init: Function, name: str) -> bool:
    for call in program.calls("append", "insert", "extend", within=init):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if owner is not None and self_attribute(owner) == name:
            return any(_own_layer(program, part) for arg in call.args for part in ast.walk(arg))
    return False


def _put(program: Program, init: Function, name: str) -> bool:
    for node in program.nodes(ast.Assign, within=init):
        target = node.targets[0]
        if isinstance(target, ast.Subscript) and self_attribute(target.value) == name:
            return any(_own_layer(program, part) for part in ast.walk(node.value))
    return False


def _trainable(value: ast.Call) -> bool:
    """Whether a tensor is made that requires gradients and is no Parameter."""
    if called(value) == "requires_grad_":
        return not any(called(part) == "Parameter" for part in ast.walk(value))
    return called(value) in _MAKERS and library(value) == "torch" and truth(keyword(value, "requires_grad")) is True


def _registered(program: Program, made: ast.ClassDef, name: str) -> bool:
    """Whether what an attribute holds is registered or trained by another way."""
    for call in program.calls(
        "ModuleList", "ModuleDict", "Sequential", "add_module", "register_module", "ParameterList"
    ):
        if any(_mentions(arg, name) for arg in (*call.args, *(k.value for k in call.keywords))):
            return True
    for call in program.calls("register_parameter", "add_module", "register_module", "register_buffer", "setattr"):
        if any(above is made for above in program.around(call)):
            return True
    outside = [n for n in program.nodes(ast.Attribute) if n.attr == name and self_attribute(n) == ""]
    in_parameters = method(made, "parameters") or method(made, "train")
    return bool(outside) or in_parameters is not None


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr == name for part in ast.walk(node))


def _list(program: Program, made: ast.ClassDef, name: str, node: ast.expr, kind: str) -> Notice:
    wrapper = "nn.ModuleDict" if kind == "dict" else "nn.ModuleList"
    text = program.text(node)
    return Notice(
        rule="layers-not-registered",
        line=node.lineno,
        first=f"On line {node.lineno} the layers in `self.{name}` of {made.name} sit in a plain {kind} and are not trained.",
        rest=(
            f"A module finds the layers that are its attributes, not those inside a {kind}: they are missing from "
            f"parameters(), from state_dict() and from .to(device).",
            f"{wrapper} is a {kind} that registers what is in it.",
        ),
        instead=f"self.{name} = {wrapper}({text if node and text not in ('[]', '{}') else ''})",
    )


def _tensor(program: Program, made: ast.ClassDef, name: str, node: ast.expr) -> Notice:
    text = re.sub(r",?\s*requires_grad\s*=\s*True", "", program.text(node)).replace(".requires_grad_()", "")
    return Notice(
        rule="tensor-not-a-parameter",
        line=node.lineno,
        first=f"On line {node.lineno} `self.{name}` of {made.name} is a plain tensor: it is not a parameter, and not trained.",
        rest=(
            "It gets gradients, but parameters() does not list it, so no optimizer moves it; nor is it saved or moved to "
            "a device with the module. nn.Parameter registers it.",
        ),
        instead=f"self.{name} = nn.Parameter({text})",
    )


# What is made too late.


def made_anew(program: Program) -> Iterator[Notice]:
    """A layer that forward makes at every call."""
    for made in program.classes:
        forward = method(made, "forward")
        for call in program.nodes(ast.Call, within=forward) if forward else ():
            dropout = called(call) in ("Dropout", "Dropout1d", "Dropout2d", "AlphaDropout") and library(call) == "nn"
            if (is_layer(call) and _with_numbers(call)) or dropout:
                if not _once(program, call, forward):
                    yield _anew(program, made, call, dropout)
                    break


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


# What collapses into one.


def collapsed(program: Program) -> Iterator[Notice]:
    """Two linear layers with nothing in between."""
    for call in program.calls("Sequential"):
        if _looked_into(program, call):
            continue
        items = [item for item in call.args if called(item) not in ("Dropout", "Identity")]
        for one, other in zip(items, items[1:], strict=False):
            if called(one) == called(other) == "Linear" and not _narrow(one, other):
                yield _collapsed(program, other.lineno, program.code_of(one), program.code_of(other), one.lineno)
                break
    for made in program.classes:
        yield from _in_forward(program, made)


def _looked_into(program: Program, sequential: ast.Call) -> bool:
    """Whether its layers are used one by one: then they are no network."""
    at = program.parent(sequential)
    names = [t.id for t in at.targets if isinstance(t, ast.Name)] if isinstance(at, ast.Assign) else []
    return any(isinstance(program.parent(n), ast.Subscript) for name in names for n in program.loads(name))


def _narrow(one: ast.AST, other: ast.AST) -> bool:
    """Whether the size in between is smaller than both ends: a matrix of low rank may be wanted."""
    sizes = [number(given(call, place, name)) for call, place, name in (
        (one, 0, "in_features"), (one, 1, "out_features"), (other, 1, "out_features")
    )]  # type: ignore[arg-type]  # fmt: skip
    first, middle, end = sizes
    if first is None or middle is None or end is None:
        return False
    return middle < min(first, end)


def _in_forward(program: Program, made: ast.ClassDef) -> Iterator[Notice]:
    init, forward = method(made, "__init__"), method(made, "forward")
    if init is None or forward is None:
        return
    layers = {
        self_attribute(n.targets[0]): n.value
        for n in program.nodes(ast.Assign, within=init)
        if called(n.value) == "Linear" and self_attribute(n.targets[0])
    }
    for call in program.nodes(ast.Call, within=forward):
        outer, inner = self_attribute(call.func), program.origin(call.args[0]) if call.args else None
        if outer not in layers or not isinstance(inner, ast.Call) or not _only_use(program, forward, call):
            continue
        before = self_attribute(inner.func)
        if before in layers and not (_narrow(layers[before], layers[outer]) or _narrowed(program, call)):
            yield _collapsed(program, call.lineno, f"`self.{before}`", f"`self.{outer}`", call.lineno, made.name)
            return


def _narrowed(program: Program, outer: ast.Call) -> bool:
    """The same by what was seen of a call of one layer on what another gave."""
    inner = program.origin(outer.args[0])
    first = program.shape(inner.args[0]) if isinstance(inner, ast.Call) and inner.args else None
    middle, end = program.shape(outer.args[0]), program.shape(outer)
    return bool(first and middle and end) and middle[-1] < min(first[-1], end[-1])  # type: ignore[index]


def _only_use(program: Program, forward: Function, call: ast.Call) -> bool:
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
