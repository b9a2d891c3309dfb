"""Layers and losses: what a layer does to sizes, and how many parameters it holds."""

from __future__ import annotations

import ast
import copy
from typing import Any

from tutor.grade.belief.node import SHAPE, VALUE, Change, Changes, function, literal, made, number, sized


def changes(node: ast.AST) -> Changes:
    """Beliefs about one of torch.nn's layers, called or looked at."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call) and len(node.args) == 1:
        rule = {"Linear": _linear, "Conv2d": _conv, "MaxPool2d": _pool, "Embedding": _embedding}.get(
            function(node.func)
        )
        yield from rule(node, node.func, node.args[0]) if rule else _activation(node)
    if isinstance(node, ast.Attribute) and node.attr == "weight" and isinstance(node.value, ast.Call):
        yield from _weight(node)
    if isinstance(node, ast.Call) and function(node) in ("Linear", "Conv2d", "BatchNorm1d", "Embedding", "Sequential"):
        yield from _parameters(node)
    if function(node) == "cross_entropy" and isinstance(node, ast.Call):
        yield from _loss(node)
    if function(node) == "DataLoader" and isinstance(node, ast.Call):
        yield from _batches(node)


def _set(layer: ast.Call, **keywords: Any) -> ast.Call:
    """The same layer with other keywords; one that is None goes."""
    other = copy.deepcopy(layer)
    kept = [k for k in other.keywords if k.arg not in keywords]
    new = [ast.keyword(arg=n, value=literal(v)) for n, v in keywords.items() if v is not None]
    other.keywords = [*kept, *new]
    return other


def _on(layer: ast.Call, x: ast.expr) -> ast.expr:
    return made("L(X)", L=layer, X=x)


def _linear(node: ast.Call, layer: ast.Call, x: ast.expr) -> Changes:
    told = "A linear layer replaces the last size, and every size before it stays."
    sizes: dict[str, ast.expr] = {"L": layer, "X": x}
    flat = told + " Nothing but a message of torch flattens them."
    yield Change(made("R.flatten(0, -2)", R=node), flat, 0, SHAPE)
    yield Change(sized("(X.numel() // X.shape[-1], L.out_features)", **sizes), flat, 2, SHAPE, False)
    yield Change(sized("(*X.shape, L.out_features)", **sizes), told, 0, SHAPE, False)
    yield Change(made("R[None]", R=node), "A linear layer adds no batch dimension, and needs none.", 0, SHAPE)
    own = "That is the layer's own shape. " + told
    yield Change(sized("(L.in_features, L.out_features)", **sizes), own, 1, SHAPE, False)
    told = "A linear layer takes only inputs whose last size is its first argument."
    yield Change(sized("(*X.shape[:-1], L.out_features)", **sizes), told, 1, SHAPE, False)


def _activation(node: ast.Call) -> Changes:
    told = "An activation works element by element: every size stays."
    yield Change(made("R[..., 0]", R=node), told, 2, SHAPE, False)


def _conv(node: ast.Call, layer: ast.Call, x: ast.expr) -> Changes:
    parts: dict[str, ast.expr] = {"R": node, "L": layer, "X": x}
    told = "A kernel takes its size less one off height and width, unless padding adds as much."
    yield Change(sized("(*R.shape[:2], *X.shape[2:])", **parts), told, 0, SHAPE, False)
    told = "The number of channels becomes the layer's second argument."
    yield Change(sized("(X.shape[0], X.shape[1], *R.shape[2:])", **parts), told, 0, SHAPE, False)
    pad = next((number(k.value) for k in layer.keywords if k.arg == "padding"), 0) or 0
    if pad:
        told = f"padding={pad} counts: it adds {pad} on either side before the kernel takes away."
        yield Change(_on(_set(layer, padding=None), x), told, 0, SHAPE)
        one_side = made("L(torch.nn.functional.pad(X, (P, 0, P, 0)))", L=_set(layer, padding=None), X=x, P=pad)
        yield Change(one_side, f"padding={pad} adds on both sides of height and width, not on one.", 0, SHAPE)
    told = "A kernel that fits at the very start counts as well: that is the + 1 of the formula."
    yield Change(sized("(*R.shape[:2], R.shape[2] - 1, R.shape[3] - 1)", **parts), told, 1, SHAPE, False)


def _pool(node: ast.Call, layer: ast.Call, x: ast.expr) -> Changes:
    told = "The stride of a pooling is its kernel size unless told otherwise: windows do not overlap."
    yield Change(_on(_set(layer, stride=1), x), told, 0, SHAPE)
    told = "A window that does not fit any more is left out: sizes are rounded down."
    yield Change(_on(_set(layer, ceil_mode=True), x), told, 0, SHAPE)
    told = "Pooling works on height and width; the channels stay."
    if layer.args:
        code = "(R.shape[0], R.shape[1] // K, *R.shape[2:])"
        yield Change(sized(code, R=node, K=layer.args[0]), told, 0, SHAPE, False)


def _embedding(node: ast.Call, layer: ast.Call, x: ast.expr) -> Changes:
    parts: dict[str, ast.expr] = {"L": layer, "X": x}
    told = "Each index is replaced by its row of the table; the shape of the indices stays, and one dimension is added."
    yield Change(sized("(X.numel(), L.embedding_dim)", **parts), told, 0, SHAPE, False)
    yield Change(
        sized("(L.num_embeddings, L.embedding_dim)", **parts), "That is the whole table. " + told, 0, SHAPE, False
    )
    yield Change(x, told + " It holds the entries of the row.", 0, SHAPE)
    told = "The rows are numbered from 0, so the largest index is one less than their number."
    yield Change(sized("(*X.shape, L.embedding_dim)", **parts), told, 1, SHAPE, False)


def _weight(node: ast.Attribute) -> Changes:
    layer = node.value
    told = "The weight stands the other way round than the arguments, (out, in): the layer computes x @ W.T + b."
    yield Change(made("W.transpose(0, 1)", W=node), told, 0, SHAPE)
    yield Change(made("L.bias", L=layer), "The bias is a tensor of its own, beside the weight.", 0, SHAPE)
    told = "The bias is a tensor of its own; it adds no column to the weight."
    yield Change(sized("(W.shape[0], W.shape[1] + 1)", W=node), told, 1, SHAPE, False)


def _parameters(node: ast.Call) -> Changes:
    name = function(node)
    if name in ("Linear", "Conv2d") and not any(k.arg == "bias" for k in node.keywords):
        told = "The bias counts too: one number for each output."
        yield Change(_set(node, bias=False), told, 0, VALUE)
    if name == "Sequential" and node.args:
        told = "Every layer with weights has biases too, one number for each output."
        bare = copy.deepcopy(node)
        bare.args = [
            _set(a, bias=False) if function(a) == "Linear" and isinstance(a, ast.Call) else a for a in bare.args
        ]
        yield Change(bare, told, 0, VALUE)
        for i, part in enumerate(node.args):
            if function(part) in ("Linear", "Conv2d"):
                less = copy.deepcopy(node)
                del less.args[i]
                yield Change(less, "Every layer of the stack counts.", 2, VALUE)
    if name == "Conv2d" and len(node.args) == 3:
        yield from _kernel(node)


def _kernel(node: ast.Call) -> Changes:
    told = "Every output channel has a kernel for each input channel."
    other = copy.deepcopy(node)
    other.args[0] = literal(1)
    yield Change(other, told, 0, VALUE)
    if (size := number(node.args[2])) is not None:
        other = copy.deepcopy(node)
        other.args[2] = literal((size, 1))
        yield Change(other, "The kernel is a square: its size counts twice.", 0, VALUE)


def _loss(node: ast.Call) -> Changes:
    told = "The loss is the mean over the examples, not their sum."
    yield Change(_set(node, reduction="sum"), told, 0, VALUE)
    yield Change(made("torch.exp(-L)", L=node), "That is the probability; the loss is minus its logarithm.", 0, VALUE)
    yield Change(
        made("L / torch.log(torch.tensor(2.0))", L=node),
        "The logarithm is the natural one, not that to base 2.",
        0,
        VALUE,
    )
    told = "Equal scores are no certainty: they give every class the same probability, and that has its loss."
    yield Change(made("L * 0", L=node), told, 1, VALUE, False)


def _batches(node: ast.Call) -> Changes:
    last = any(
        k.arg == "drop_last" and isinstance(k.value, ast.Constant) and k.value.value is True for k in node.keywords
    )
    told = (
        "drop_last=True leaves the smaller batch at the end out."
        if last
        else "The last batch counts too, though it is smaller."
    )
    yield Change(_set(node, drop_last=not last), told, 0, VALUE)
    told = "A loader counts batches, not examples."
    yield Change(_set(node, batch_size=1), told, 0, VALUE)
