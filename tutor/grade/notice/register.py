"""Layers and weights that a module does not know of, so that nothing trains them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.notice.module import method, own_layer, self_attribute
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Function, Program, called, keyword, library, truth

_MAKERS = {"ones", "zeros", "rand", "randn", "tensor", "empty", "full", "eye", "linspace", "arange", "normal"}


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
        if (kind := _container(value)) and any(own_layer(program, part) for part in ast.walk(value)):
            if not any(called(part) in ("ModuleList", "ModuleDict") for part in ast.walk(value)):
                yield name, value, kind
        elif (isinstance(value, ast.List) and not value.elts and _appended(program, init, name)) or (
            isinstance(value, ast.Name) and _gathered(program, init, value)
        ):
            yield name, value, "list"
        elif isinstance(value, ast.Dict) and not value.keys and _put(program, init, name):
            yield name, value, "dict"
        elif isinstance(value, ast.Call) and _trainable(value):
            yield name, value, ""


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
            return any(own_layer(program, part) for arg in call.args for part in ast.walk(program.origin(arg)))
    return False


def _gathered(program: Program, init: Function, name: ast.Name) -> bool:
    """Whether a name of __init__ is a plain list that layers are appended to, or made of."""
    bound = program.bound(name)
    if not isinstance(bound, (ast.List, ast.ListComp)):
        return False
    appended = [c for c in program.calls("append", within=init) if isinstance(c.func, ast.Attribute)]
    mine = [arg for c in appended if getattr(c.func.value, "id", "") == name.id for arg in c.args]  # type: ignore[attr-defined]
    return any(own_layer(program, part) for made in (bound, *mine) for part in ast.walk(made))


def _put(program: Program, init: Function, name: str) -> bool:
    for node in program.nodes(ast.Assign, within=init):
        target = node.targets[0]
        if isinstance(target, ast.Subscript) and self_attribute(target.value) == name:
            return any(own_layer(program, part) for part in ast.walk(node.value))
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
        first=f"On line {node.lineno} the layers of `self.{name}` sit in a plain {kind}: they are not trained.",
        rest=(
            f"{made.name} finds the layers that are its attributes, not those inside a {kind}: they are missing from "
            "parameters(), from state_dict() and from .to(device).",
            f"{wrapper} is a {kind} that registers what is in it.",
        ),
        instead=f"self.{name} = {wrapper}({text if node and text not in ('[]', '{}') else ''})",
    )


def _tensor(program: Program, made: ast.ClassDef, name: str, node: ast.expr) -> Notice:
    text = re.sub(r",?\s*requires_grad\s*=\s*True", "", program.text(node)).replace(".requires_grad_()", "")
    return Notice(
        rule="tensor-not-a-parameter",
        line=node.lineno,
        first=f"On line {node.lineno} `self.{name}` is a plain tensor, no parameter of {made.name}: nothing trains it.",
        rest=(
            "parameters() does not list it, so no optimizer moves it; nor is it saved or moved to a device with the "
            "module. nn.Parameter registers it.",
        ),
        instead=f"self.{name} = nn.Parameter({text})",
    )


_WEIGHTS = re.compile(r"^(w|weights?|kernel|bias)_?\d*$", re.IGNORECASE)


def unwrapped(program: Program) -> Iterator[Notice]:
    """`self.weight = torch.randn(...)`: random weights that nothing ever trains."""
    for made in program.classes:
        init = method(made, "__init__")
        for node in program.nodes(ast.Assign, within=init) if init else ():
            name, value = self_attribute(node.targets[0]), node.value
            random = isinstance(value, ast.Call) and called(value) in ("randn", "rand") and library(value) == "torch"
            silent = random and keyword(value, "requires_grad") is None  # type: ignore[arg-type]
            if silent and _WEIGHTS.match(name) and not _registered(program, made, name):
                yield _tensor(program, made, name, value)
