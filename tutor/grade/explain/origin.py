"""Where a value comes from in the code: the calls that made a layer, the expressions that a name was bound to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.sandbox.protocol import Layer

if TYPE_CHECKING:
    from tutor.grade.explain.case import Case

DEPTH_MOST = 6
"""Names that lead to names that are followed."""

_SIZES = {
    "Linear": ("in_features", "out_features"),
    "Bilinear": ("in1_features", "in2_features", "out_features"),
    "Conv": ("in_channels", "out_channels", "kernel_size"),
    "MaxPool": ("kernel_size",),
    "AvgPool": ("kernel_size",),
    "BatchNorm": ("num_features",),
    "InstanceNorm": ("num_features",),
    "LayerNorm": ("normalized_shape",),
    "RMSNorm": ("normalized_shape",),
    "GroupNorm": ("num_groups", "num_channels"),
    "Embedding": ("num_embeddings", "embedding_dim"),
    "LSTM": ("input_size", "hidden_size", "num_layers"),
    "GRU": ("input_size", "hidden_size", "num_layers"),
    "RNN": ("input_size", "hidden_size", "num_layers"),
    "MultiheadAttention": ("embed_dim", "num_heads"),
    "Transformer": ("d_model",),
    "Softmax": ("dim",),
    "LogSoftmax": ("dim",),
}
"""What classes of torch take by position, by the beginning of their name."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sizes_of(kind: str) -> tuple[str, ...]:
    """The names of what a class of layers takes by position."""
    return next((names for start, names in _SIZES.items() if kind.startswith(start)), ())


def argument(call: ast.Call | None, name: str, position: int | None = None) -> ast.expr | None:
    """What a call passes for `name`, by keyword or by position; by the class where no position is given."""
    if call is None:
        return None
    by_name = next((k.value for k in call.keywords if k.arg == name), None)
    names = sizes_of(last_name(call.func))
    at = names.index(name) if position is None and name in names else position
    plain = at is not None and at < len(call.args) and not any(isinstance(a, ast.Starred) for a in call.args[: at + 1])
    return by_name or (call.args[at] if plain and at is not None else None)


def last_name(node: ast.AST) -> str:
    """`cross_entropy` of `F.cross_entropy`, `x` of `x`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def made(case: Case, layer: Layer) -> ast.Call | None:
    """The call that made `layer`, which is at work; None where it cannot be told apart from others."""
    found = [n for n in _reached(case, layer) if isinstance(n, ast.Call) and last_name(n.func) == layer.type]
    fits = [call for call in case.calls(layer.type) if _fits(call, layer)]
    narrow = [call for call in found if call in fits]
    for some in (narrow, fits):
        if len({id(call) for call in some}) == 1:
            return some[0]
    return None


def _fits(call: ast.Call, layer: Layer) -> bool:
    """Whether the numbers that are written in the call are those of the layer."""
    for name in sizes_of(layer.type):
        given = argument(call, name)
        number = None if given is None else whole(given)
        if number is not None and layer.facts.get(name) not in (number, (number,), (number, number), (number,) * 3):
            return False
    return True


def _reached(case: Case, layer: Layer) -> list[ast.expr]:
    """What could have made a layer, going down from the module that the code called."""
    called = next((o for o in case.operands if o.seen.kind == "module"), None)
    node = case.node_of(called) if called else None
    if node is None or layer not in case.below:
        return []
    found = followed(case, node)
    for below in case.below[1 : case.below.index(layer) + 1]:
        for name in below.path.split("."):
            found = [maker for holder in found for maker in part(case, holder, name)]
    return found


def followed(case: Case, node: ast.expr, depth: int = DEPTH_MOST) -> list[ast.expr]:
    """The expressions that made what `node` is, as far as names, attributes and places in lists lead to them."""
    if depth == 0:
        return []
    if isinstance(node, ast.Name):
        return [found for value in bound(case, node.id) for found in followed(case, value, depth - 1)]
    if isinstance(node, ast.Attribute):
        holder = _class_around(case, node)
        values = attributes(holder or case.tree, node.attr)
        return [found for value in values for found in followed(case, value, depth - 1)]
    if isinstance(node, ast.Subscript) and (at := whole(node.slice)) is not None:
        return [m for holder in followed(case, node.value, depth - 1) for m in part(case, holder, str(at), depth - 1)]
    return [node]


def part(case: Case, holder: ast.expr, name: str, depth: int = DEPTH_MOST) -> list[ast.expr]:
    """What made the part of a module that is called `name`: an entry of a Sequential, an attribute of a class."""
    items = entries(holder)
    if name.lstrip("-").isdigit():
        picked = items[int(name) : int(name) + 1 or None] if len(items) != 1 or int(name) == 0 else []
        comprehended = [h.elt for h in [holder, *items] if isinstance(h, (ast.ListComp, ast.GeneratorExp))]
        return [found for item in comprehended or picked for found in followed(case, item, depth)]
    named = [t.elts[1] for t in items if isinstance(t, ast.Tuple) and len(t.elts) == 2 and _says(t.elts[0], name)]
    own = own_class(case, holder)
    values = named or (attributes(own, name) if own else [])
    return [found for value in values for found in followed(case, value, depth)]


def _says(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def entries(holder: ast.AST) -> list[ast.expr]:
    """What a Sequential, a ModuleList or a list is written with."""
    if isinstance(holder, (ast.List, ast.Tuple)):
        return holder.elts
    if not isinstance(holder, ast.Call):
        return []
    if len(holder.args) == 1 and isinstance(inner := _unstarred(holder.args[0]), (ast.List, ast.Tuple)):
        return inner.elts
    if len(holder.args) == 1 and isinstance(holder.args[0], ast.Call) and last_name(holder.func) == "Sequential":
        return entries(holder.args[0]) if last_name(holder.args[0].func) == "OrderedDict" else holder.args
    return [_unstarred(item) for item in holder.args]


def _unstarred(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Starred) else node


def bound(case: Case, name: str) -> list[ast.expr]:
    """What a name is bound to by plain assignments, one or several at once, in the order they stand."""
    found = [n for n in ast.walk(case.tree) if isinstance(n, ast.Assign)]
    pairs = [pair for n in sorted(found, key=lambda n: n.lineno) for t in n.targets for pair in _pairs(t, n.value)]
    return [value for target, value in pairs if isinstance(target, ast.Name) and target.id == name]


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Each target with its value: two of `a, b = 1, 2`."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def attributes(within: ast.AST, name: str) -> list[ast.expr]:
    """What `self.name` is assigned within a class."""
    found = []
    for node in ast.walk(within):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(t, ast.Attribute) and t.attr == name for t in targets) and getattr(node, "value", None):
            found.append(node.value)  # type: ignore[attr-defined]
    return found


def _class_around(case: Case, node: ast.Attribute) -> ast.ClassDef | None:
    """The class whose attribute it is: the one around `self.fc`, or the one that `net` of `net.fc` was made from."""
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        return next((n for n in case.around(node) if isinstance(n, ast.ClassDef)), None)
    holders = followed(case, node.value, 3)
    return next((own for holder in holders if (own := own_class(case, holder))), None)


def own_class(case: Case, holder: ast.AST) -> ast.ClassDef | None:
    """The class of the learner's that a call makes one of."""
    return class_named(case, last_name(holder.func)) if isinstance(holder, ast.Call) else None


def class_named(case: Case, name: str) -> ast.ClassDef | None:
    """A class that the code defines."""
    return next((n for n in ast.walk(case.tree) if isinstance(n, ast.ClassDef) and n.name == name), None)


def functions(within: ast.AST) -> Iterator[Function]:
    """The functions defined there, however deep."""
    yield from (n for n in ast.walk(within) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))


def function_named(within: ast.AST, name: str) -> Function | None:
    """A function or a method that is defined there."""
    return next((f for f in functions(within) if f.name == name), None)


def whole(node: ast.expr) -> int | None:
    """A whole number written out, or made of such by + - * //."""
    try:
        return _reckoned(node)
    except (TypeError, ZeroDivisionError):
        return None


def _reckoned(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_reckoned(node.operand)
    if isinstance(node, ast.BinOp):
        a, b = _reckoned(node.left), _reckoned(node.right)
        made = {ast.Add: a + b, ast.Sub: a - b, ast.Mult: a * b}
        if type(node.op) in made:
            return made[type(node.op)]
        if isinstance(node.op, ast.FloorDiv):
            return a // b
    raise TypeError
