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


def self_attribute(node: ast.AST) -> str:
    """The name in `self.name`."""
    is_self = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr if is_self else ""  # type: ignore[attr-defined]
