"""What a program's modules are made of."""

from __future__ import annotations

import ast
import re

from tutor.grade.notice.program import Function, Program, called, library

_LAYERS = re.compile(
    r"^(Linear|Conv\d?d?|Conv[123]d|ConvTranspose[123]d|BatchNorm[123]d|LayerNorm|GroupNorm|InstanceNorm[123]d|Embedding"
    r"|LSTM|GRU|RNN|MultiheadAttention|TransformerEncoderLayer|TransformerDecoderLayer|TransformerEncoder|Bilinear"
    r"|EmbeddingBag|LSTMCell|GRUCell|RNNCell|PReLU|Sequential|LazyLinear)$"
)


def is_layer(call: ast.AST) -> bool:
    """Whether a call makes a layer with parameters of its own."""
    return isinstance(call, ast.Call) and bool(_LAYERS.match(called(call))) and library(call) in ("", "nn")


def own_layer(program: Program, node: ast.AST) -> bool:
    """A layer, or a module that this program defines."""
    named = isinstance(node, ast.Call) and called(node) in {made.name for made in program.classes}
    return is_layer(node) or named


def method(made: ast.ClassDef, name: str) -> Function | None:
    """A method of a class."""
    found = (n for n in made.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name == name)
    return next(found, None)


def attributes(program: Program, init: Function) -> dict[str, ast.expr]:
    """What each attribute of self is set to in a method, `self.a, self.b = ...` included."""
    found: dict[str, ast.expr] = {}
    for node in program.nodes(ast.Assign, within=init):
        target, value = node.targets[0], node.value
        pairs: list[tuple[ast.expr, ast.expr]] = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = list(zip(target.elts, value.elts, strict=True))
        found |= {self_attribute(t): v for t, v in pairs if self_attribute(t)}
    return found


def self_attribute(node: ast.AST) -> str:
    """The name in `self.name`."""
    is_self = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr if is_self else ""  # type: ignore[attr-defined]
