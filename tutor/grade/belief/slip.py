"""Slips in code that somebody writes: what is left out, put in, turned round, or one too far."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from itertools import pairwise

from tutor.grade.belief.index import indexed
from tutor.grade.belief.node import Called, Change, Changes, called, function, literal, made, number
from tutor.grade.belief.reduce import NAMES as REDUCTIONS

ACTIVATIONS = frozenset(("relu", "sigmoid", "tanh", "gelu", "silu", "leaky_relu", "elu", "softplus", "relu_"))
_LAYERS = ("ReLU", "Sigmoid", "Tanh", "GELU", "SiLU", "LeakyReLU", "ELU", "Softplus", "Dropout", "BatchNorm1d",
           "BatchNorm2d", "LayerNorm", "Softmax", "Flatten", "MaxPool2d")  # fmt: skip
_PASSED = frozenset(
    {"exp", "log", "sqrt", "abs", "square", "float", "long", "int", "bool", "double", "contiguous", "clone", "detach"}
    | {"item", "tolist", "numpy", "cpu", "neg", "round", "floor", "clamp", "sigmoid", "triu", "tril", "sort", "flip"}
    | {"t", "numel", "pow", "to", "masked_fill", "log_softmax", "softmax", "requires_grad_", "where", "roll", "copy"}
)
"""What gives its tensor back, changed in one respect."""
_IN_PLACE = {ast.Add: "add_", ast.Sub: "sub_", ast.Mult: "mul_", ast.Div: "div_"}


def changes(node: ast.AST) -> Changes:
    """Beliefs about one expression of a program, beside those about an asked one."""
    if isinstance(node, ast.Call):
        yield from _ranges(node)
        yield from _stacked(node)
        yield from _sizes(node)
        yield from _scores(node)
        yield from _flags(node)
        yield from _collected(node)
    yield from _reduced(node)
    yield from _neighbours(node)
    yield from _passed(node)
    yield from _other_size(node)
    yield from _operands(node)
    yield from _choices(node)
    yield from _brackets(node)


def _ranges(node: ast.Call) -> Changes:
    """The ends of a range, whether numbers or not."""
    if function(node) not in ("range", "arange") or not 1 <= len(node.args) <= 2:
        return
    low, end = (None, node.args[0]) if len(node.args) == 1 else node.args
    told = "A range begins at its start and leaves its end out."
    yield Change(_between(node, low, _less(end)), told, 1)
    yield Change(_between(node, low, _more(end)), told, 1)
    if low is None:
        yield Change(_between(node, literal(1), end), told, 1)
        yield Change(_between(node, literal(1), _more(end)), told, 1)
    else:
        yield Change(_between(node, None, _less(end)), told, 0)
        yield Change(_between(node, None, end), told, 1)
    if function(node) == "arange":
        yield Change(_less(end) if low is not None else end, "A count is one number; a range goes through all.", 1)


def _between(node: ast.Call, low: ast.expr | None, end: ast.expr) -> ast.Call:
    other = copy.deepcopy(node)
    other.args = [part for part in (low, end) if part is not None]
    return other


def _less(end: ast.expr) -> ast.expr:
    if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and number(end.right) == 1:
        return end.left
    return literal(n - 1) if (n := number(end)) is not None else made("E - 1", E=end)


def _more(end: ast.expr) -> ast.expr:
    if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Sub) and number(end.right) == 1:
        return end.left
    return literal(n + 1) if (n := number(end)) is not None else made("E + 1", E=end)


def _stacked(node: ast.Call) -> Changes:
    """A layer left out of a stack."""
    if function(node) != "Sequential":
        return
    for i, part in enumerate(node.args):
        if function(part) in _LAYERS:
            other = copy.deepcopy(node)
            del other.args[i]
            yield Change(other, "A stack does what its layers do, one after the other, and nothing else.", 0)


def _sizes(node: ast.Call) -> Changes:
    """The two sizes of a layer turned round."""
    if function(node) in ("Linear", "Conv2d", "Conv1d", "Bilinear", "Embedding") and len(node.args) >= 2:
        other = copy.deepcopy(node)
        other.args[:2] = reversed(other.args[:2])
        yield Change(other, "A layer is told first what comes in, then what goes out.", 1)


def _scores(node: ast.Call) -> Changes:
    """Probabilities where a loss wants raw scores."""
    if function(node) in ("cross_entropy", "CrossEntropyLoss") and node.args:
        other = copy.deepcopy(node)
        other.args[0] = made("torch.softmax(X, dim=-1)", X=node.args[0])
        yield Change(other, "This loss takes raw scores: the softmax is part of it.", 0)
    if function(node) == "binary_cross_entropy_with_logits" and node.args:
        other = copy.deepcopy(node)
        other.args[0] = made("torch.sigmoid(X)", X=node.args[0])
        yield Change(other, "This loss takes raw scores: the sigmoid is part of it.", 0)


def _flags(node: ast.Call) -> Changes:
    """A yes for a no, or an argument forgotten."""
    for i, keyword in enumerate(node.keywords):
        if not keyword.arg or keyword.arg in ("dim", "keepdim", "dtype", "device"):
            continue
        other = copy.deepcopy(node)
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
            other.keywords[i].value = literal(not keyword.value.value)
        elif keyword.arg in ("lr", "p", "out"):
            continue
        else:
            del other.keywords[i]
        yield Change(other, "An argument that is left out, or left as it is, has a meaning of its own.", 1)


def _collected(node: ast.Call) -> Changes:
    """What is made of a list, or of one value: the list itself, its other order, the value itself."""
    name = function(node)
    if name in ("stack", "cat", "hstack", "vstack", "concat") and node.args:
        yield Change(node.args[0], "A list of tensors is no tensor.", 1)
        if isinstance(listed := node.args[0], (ast.List, ast.Tuple)) and len(listed.elts) == 2:
            other = copy.deepcopy(node)
            other.args[0] = ast.List(elts=listed.elts[::-1], ctx=ast.Load())
            yield Change(other, "Tensors are joined in the order in which they stand.", 1)
    if name == "Parameter" and node.args:
        yield Change(node.args[0], "A module counts as its parameters only what is made one.", 0)
    turned = called(node, frozenset(("transpose", "permute", "movedim", "swapaxes")))
    if turned is not None:
        yield Change(made("X.reshape(T.shape)", X=turned.of, T=node), "", 1)
        places = [number(a) for a in turned.args]
        if turned.name == "transpose" and len(places) == 2 and all(p is not None and p > 0 for p in places):
            yield Change(turned.at(*(p - 1 for p in places if p)), "Dimensions are counted from 0.", 1)


_NEIGHBOURS = {"argmax": "argmin", "argmin": "argmax", "amax": "amin", "amin": "amax", "max": "min", "min": "max",
               "std": "var", "var": "std", "any": "all", "all": "any", "zeros": "ones", "ones": "zeros",
               "rand": "randn", "randn": "rand", "rand_like": "randn_like", "randn_like": "rand_like"}  # fmt: skip


def _neighbours(node: ast.AST) -> Changes:
    """One function taken for its neighbour, or its twin that works in place."""
    call = called(node, frozenset(_NEIGHBOURS))
    if call is not None:
        yield Change(call.named(_NEIGHBOURS[call.name]), "", 1)
    twin = called(node, ACTIVATIONS | _PASSED)
    if twin is not None and twin.method and twin.name in _TWINS and isinstance(twin.of, ast.Name):
        yield Change(twin.named(f"{twin.name}_"), "", 2)


_TWINS = frozenset(
    ("relu", "sigmoid", "tanh", "exp", "log", "sqrt", "abs", "clamp", "round", "neg", "masked_fill", "t")
)


def _reduced(node: ast.AST) -> Changes:
    call = called(node, REDUCTIONS)
    if call is not None and (d := _beside(number(call.given("dim", 0)))) is not None:
        yield Change(call.again(dim=d, keepdim=True), _DIM, 1)
        yield from _shares(call)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        left = called(node.left, frozenset(("sum",)))
        if left is not None:
            yield Change(left.named("mean"), "A mean divides by all the places along the dimension, used or not.", 1)


_DIM = "The dimension you name is the one that goes."


def _shares(call: Called) -> Changes:
    if call.name in ("amax", "amin"):
        yield Change(call.named(call.name[1:]), "With a dimension it gives two things, values and positions.", 1)
    if call.name in ("cumsum", "softmax", "log_softmax"):
        rest = {k: v for k, v in call.keywords.items() if k != "dim"}
        if call.name != "cumsum" and not rest:
            yield Change(call.of, "Scores are no probabilities before they are made to add up to one.", 1)
        if call.name == "cumsum":
            yield Change(call.named("sum"), "A running total keeps every step on the way; a total keeps none.", 1)


def _passed(node: ast.AST) -> Changes:
    """A step on the way left out."""
    call = called(node, ACTIVATIONS | _PASSED)
    if call is not None:
        rank = 0 if call.name in ACTIVATIONS | {"detach", "clone", "item", "float"} else 1
        yield Change(call.of, "", rank)


def _beside(dim: int | None) -> int | None:
    """The other one of the first two dimensions, or of the last two."""
    return {0: 1, 1: 0, -1: -2, -2: -1}.get(dim) if dim is not None else None


def _brackets(node: ast.AST) -> Changes:
    """Lists and ends between brackets."""
    if not isinstance(node, ast.Subscript):
        return
    entries = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    for place, entry in enumerate(entries):
        for other, told in _entries(entry):
            yield Change(indexed(node.value, [*entries[:place], *other, *entries[place + 1 :]]), told, 1)
    inner = node.value
    if isinstance(inner, ast.Subscript) and len(entries) > 1 and ast.dump(entries[0]) == ast.dump(ast.Slice()):
        first = list(inner.slice.elts) if isinstance(inner.slice, ast.Tuple) else [inner.slice]
        told = "Two lists in one pair of brackets are paired; in two pairs, one after the other, they span a block."
        yield Change(indexed(inner.value, [*first, *entries[1:]]), told, 0)


def _entries(entry: ast.expr) -> Iterator[tuple[list[ast.expr], str]]:
    """What may stand in place of one entry."""
    if isinstance(entry, ast.List) and len(entry.elts) > 1:
        places = [number(e) for e in entry.elts]
        told = "A list picks places in the order in which it names them."
        yield [ast.List(elts=entry.elts[::-1], ctx=ast.Load())], told
        told = (
            "Numbers in brackets of their own are one entry; without them each is an entry for a dimension of its own."
        )
        yield entry.elts, told
        steps = {b - a for a, b in pairwise(p for p in places if p is not None)}
        if None not in places and len(steps) == 1 and (step := steps.pop()):
            whole = ast.Slice(lower=entry.elts[0], step=literal(step))
            yield [whole], "A slice goes from its start towards the end, in steps of one or more."
    if isinstance(entry, ast.Slice):
        told = "A slice begins at its start and leaves its end out."
        if (end := number(entry.upper)) not in (None, 0):
            assert end is not None
            yield [ast.Slice(lower=entry.lower, upper=literal(end - 1), step=entry.step)], told


def _other_size(node: ast.AST) -> Changes:
    """The size of one dimension for that of another."""
    told = "Dimension 0 has one size and dimension 1 another: they are only equal in a square."
    of_shape = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    if of_shape and isinstance(node, ast.Subscript) and (d := _beside(number(node.slice))) is not None:
        yield Change(made("S[D]", S=node.value, D=d), told, 1)
    call = called(node, frozenset(("size",)))
    if call is not None and (d := _beside(number(call.given("dim", 0)))) is not None:
        yield Change(call.at(d), told, 1)
    if function(node) == "len" and isinstance(node, ast.Call) and len(node.args) == 1:
        yield Change(made("X.shape[1]", X=node.args[0]), told, 2)


def _operands(node: ast.AST) -> Changes:
    """One side of an operator left out, or written into."""
    if isinstance(node, ast.BinOp):
        rank = 0 if isinstance(node.op, (ast.Sub, ast.Div)) else 1
        yield Change(node.left, "", rank)
        yield Change(node.right, "", 2)
        if type(node.op) in _IN_PLACE and isinstance(node.left, ast.Name):
            told = "What is written into a tensor shows wherever that tensor is used, also outside of a function."
            yield Change(made(f"A.{_IN_PLACE[type(node.op)]}(B)", A=node.left, B=node.right), told, 1)
        if type(node.op) in _MISTAKEN:
            yield Change(made(f"A {_MISTAKEN[type(node.op)]} B", A=node.left, B=node.right), "", 1)
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd) and number(node) is None:
        yield Change(node.operand, "The sign in front counts.", 1)


_MISTAKEN: dict[type, str] = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Div: "*"}
_TURNED = {ast.Gt: "<", ast.GtE: "<=", ast.Lt: ">", ast.LtE: ">=", ast.Eq: "!=", ast.NotEq: "=="}


def _choices(node: ast.AST) -> Changes:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _TURNED:
        sign = _TURNED[type(node.ops[0])]
        told = "Which side is the larger one counts."
        yield Change(made(f"A {sign} B", A=node.left, B=node.comparators[0]), told, 1)
    if function(node) == "where" and isinstance(node, ast.Call) and len(node.args) == 3:
        other = copy.deepcopy(node)
        other.args[1:] = reversed(other.args[1:])
        yield Change(other, "where takes first what holds where the condition is True, then the rest.", 1)
