"""Slips of whole statements: one left out, two in the wrong order, overwritten for added up, never returned."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.grade.belief.node import function, made
from tutor.grade.belief.place import Spot, first_line

_DROPPED = {"zero_grad": "drop-zero-grad", "step": "drop-step", "backward": "drop-backward", "eval": "drop-eval",
            "train": "drop-train", "manual_seed": "drop-seed", "append": "drop-append",
            "__init__": "drop-init"}  # fmt: skip
_AROUND = {"no_grad": "drop-no-grad", "inference_mode": "drop-no-grad", "enable_grad": "drop-enable-grad"}


EARLY_MOST = 3
"""Lines of a loop that are tried before it."""
CRUDE = 3
"""The rank of what is no slip, but tells whether a check looks."""


@dataclass(frozen=True)
class Rewrite:
    """Some statements of a block in place of others."""

    spot: Spot
    new: tuple[ast.stmt, ...]
    name: str
    rank: int = 1
    count: int = 1
    """How many statements give way, from the spot's own on."""
    shown: str = ""
    """What is shown of it, where that is not the first of the new statements."""
    telling: bool = False
    """Whether the right code is in what is shown."""


def rewrites(spot: Spot) -> Iterator[Rewrite]:
    """What may become of one statement."""
    for rule in (_left_out, _swapped, _opened, _returned, _in_place, _kept, _looped, _recorded, _made_of, _otherwise):
        yield from rule(spot)


def _left_out(spot: Spot) -> Iterator[Rewrite]:
    node = spot.statement
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = function(node.value)
        in_place = name.endswith("_") and not name.endswith("__")
        rank = 0 if name in _DROPPED else 1
        yield Rewrite(spot, (), "drop-zero-grad" if name == "zero_" else
                      _DROPPED.get(name, "drop-in-place" if in_place else "drop-statement"), rank)  # fmt: skip
    elif isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Attribute):
        if target.attr == "grad":
            yield Rewrite(spot, (), "drop-zero-grad", 0)
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield Rewrite(spot, (), "drop-write", 1)
    elif isinstance(node, ast.AugAssign):
        yield Rewrite(spot, (), "drop-update", 1)
    elif isinstance(node, ast.If) and not node.orelse:
        yield Rewrite(spot, (), "drop-if", 1)
        yield Rewrite(spot, tuple(node.body), "always", 1)


def _swapped(spot: Spot) -> Iterator[Rewrite]:
    """Steps of a training loop in the wrong order."""
    after = spot.block[spot.index + 1 :]
    first = _act(spot.statement)
    if first == "backward" and after and _act(after[0]) == "step":
        shown = _order(after[0], "before", spot.statement)
        yield Rewrite(spot, (after[0], spot.statement), "step-before-backward", 0, 2, shown)
    if first == "zero_grad":
        for count, other in enumerate(after, start=1):
            if _act(other) == "backward":
                new = (*after[:count], spot.statement)
                shown = _order(spot.statement, "after", other)
                yield Rewrite(spot, new, "zero-grad-after-backward", 0, count + 1, shown)
    if first == "step" and after and _act(after[0]) == "zero_grad":
        shown = _order(after[0], "before", spot.statement)
        yield Rewrite(spot, (after[0], spot.statement), "zero-grad-after-backward", 0, 2, shown)


def _order(one: ast.stmt, where: str, other: ast.stmt) -> str:
    return f"`{first_line(one)}` {where} `{first_line(other)}`"


def _act(node: ast.stmt) -> str:
    return function(node.value) if isinstance(node, ast.Expr) else ""


def _opened(spot: Spot) -> Iterator[Rewrite]:
    """What stands in a `with`, without it; a decorator left out."""
    node = spot.statement
    if isinstance(node, ast.With):
        name = _AROUND.get(function(node.items[0].context_expr), "drop-with")
        shown = f"without `{first_line(node)}`"
        yield Rewrite(spot, tuple(node.body), name, 0 if name != "drop-with" else 2, shown=shown)
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.decorator_list:
        bare = _again(node, decorator_list=[])
        names = [_AROUND[n] for d in node.decorator_list if (n := function(d)) in _AROUND]
        shown = f"without `@{ast.unparse(node.decorator_list[0])}`"
        yield Rewrite(spot, (bare,), names[0] if names else "drop-decorator", shown=shown)


def _returned(spot: Spot) -> Iterator[Rewrite]:
    node = spot.statement
    if not isinstance(node, ast.Return) or node.value is None:
        return
    shown = f"`{ast.unparse(node.value)}` without `return`"
    yield Rewrite(spot, (ast.Expr(node.value),), "drop-return", 0, shown=shown, telling=True)
    value = node.value
    for name in spot.parameters[:2]:
        given = ast.Name(name, ast.Load())
        yield Rewrite(spot, (ast.Return(given),), "return-input", 2)
        if isinstance(value, ast.Name) and value.id == name:
            yield Rewrite(spot, (ast.Return(made("X.clone()", X=given)),), "clone-for-view", 0)
    if isinstance(value, ast.Tuple) and len(value.elts) == 2:
        turned = ast.Tuple(elts=value.elts[::-1], ctx=ast.Load())
        yield Rewrite(spot, (ast.Return(turned),), "swap-results", 1)
        yield Rewrite(spot, (ast.Return(value.elts[0]),), "one-result", 1)
        listed = ast.List(elts=value.elts, ctx=ast.Load())
        yield Rewrite(spot, (ast.Return(listed),), "list-for-tuple", 2, telling=True)


def _otherwise(spot: Spot) -> Iterator[Rewrite]:
    """The right result, spoilt: what a check that looks too little at it would let through."""
    node = spot.statement
    last = not spot.around and spot.index == len(spot.block) - 1
    value = node.value if isinstance(node, ast.Return) or (isinstance(node, ast.Assign) and last) else None
    if isinstance(node, ast.Return) and value is not None and _in_forward(spot):
        for code, name in _ENDS:
            yield Rewrite(spot, (_again(node, value=made(code, X=value)),), name, 2, telling=True)
    if value is not None and not isinstance(value, (ast.Tuple, ast.Constant)):
        for code, name in _RESULTS:
            yield Rewrite(spot, (_again(node, value=made(code, X=value)),), name, CRUDE, telling=True)


def _in_forward(spot: Spot) -> bool:
    return any(isinstance(outer, ast.FunctionDef) and outer.name == "forward" for outer in spot.around)


_ENDS = (("torch.relu(X)", "add-relu"), ("torch.softmax(X, dim=-1)", "add-softmax"))
"""What does not belong at the end of a network."""
_RESULTS = (
    ("torch.zeros_like(X)", "zeros"), ("X.detach()", "detach"), ("X.double()", "other-dtype"),
    ("X.float()", "float"), ("X.int()", "int"), ("X.squeeze()", "fewer-dims"), ("X.reshape(-1)", "flat"),
    ("X.unsqueeze(0)", "extra-dim"), ("X.tolist()", "list-for-tensor"),
)  # fmt: skip


def _in_place(spot: Spot) -> Iterator[Rewrite]:
    """A new tensor under the old name, and the old tensor changed; what is added up, overwritten."""
    node = spot.statement
    if isinstance(node, ast.AugAssign):
        load = _loaded(node.target)
        whole = ast.BinOp(left=load, op=node.op, right=node.value)
        yield Rewrite(spot, (ast.Assign(targets=[node.target], value=whole),), "new-for-in-place", 0)
        yield Rewrite(spot, (ast.Assign(targets=[node.target], value=node.value),), "overwrite", 1)
        turned = _TURNED.get(type(node.op))
        if turned is not None:
            yield Rewrite(spot, (_again(node, op=turned),), "other-sign", 1)
    if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name):
        if spot.looped:
            yield Rewrite(spot, (ast.AugAssign(target=target, op=ast.Add(), value=node.value),), "accumulate", 2)
        value = node.value
        if isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name) and value.left.id == target.id:
            yield Rewrite(spot, (ast.AugAssign(target=target, op=value.op, value=value.right),), "in-place", 1)


_TURNED: dict[type, ast.operator] = {ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.Div(), ast.Div: ast.Mult()}


def _loaded(target: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(target), mode="eval").body


def _kept(spot: Spot) -> Iterator[Rewrite]:
    """A name that stands for another's tensor, and a copy."""
    node = spot.statement
    if isinstance(node, ast.Expr) and (name := function(node.value)).endswith("_") and not name.endswith("__"):
        other = copy.deepcopy(node)
        assert isinstance(other.value, ast.Call)
        if isinstance(func := other.value.func, ast.Attribute):
            func.attr = name.rstrip("_")
            yield Rewrite(spot, (other,), "new-for-in-place", 0)
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        value = node.value
        if isinstance(value, (ast.Name, ast.Subscript)) or function(value) in ("view", "transpose", "expand"):
            yield Rewrite(spot, (_again(node, value=made("X.clone()", X=value)),), "clone-for-view", 2, telling=True)


def _looped(spot: Spot) -> Iterator[Rewrite]:
    """A loop left too early: what was to come after it stands in it, or its last line after it."""
    node = spot.statement
    if not isinstance(node, ast.For):
        return
    after = spot.block[spot.index + 1 :]
    if after and isinstance(after[0], ast.Return):
        shown = f"`{first_line(after[0])}` in the loop"
        yield Rewrite(spot, (_again(node, body=[*node.body, after[0]]),), "return-in-loop", 1, 2, shown)
    if len(node.body) > 1 and not any(isinstance(part, (ast.Break, ast.Continue)) for part in ast.walk(node)):
        out = _again(node, body=node.body[:-1])
        shown = f"`{first_line(node.body[-1])}` after the loop"
        yield Rewrite(spot, (out, node.body[-1]), "out-of-loop", 1, shown=shown)
        for n, line in enumerate(node.body[:EARLY_MOST]):
            rest = _again(node, body=[*node.body[:n], *node.body[n + 1 :]])
            shown = f"`{first_line(line)}` before the loop"
            yield Rewrite(spot, (line, rest), "before-loop", 1, shown=shown)


def _recorded(spot: Spot) -> Iterator[Rewrite]:
    """Work that backward needs a record of, done without one; what acts, done twice."""
    node = spot.statement
    if isinstance(node, ast.Assign) and any(_act(after) == "backward" for after in spot.block[spot.index :]):
        within = ast.With(items=[ast.withitem(context_expr=made("torch.no_grad()"))], body=[node])
        shown = f"`{first_line(node)}` under `torch.no_grad()`"
        yield Rewrite(spot, (within,), "add-no-grad", 2, shown=shown)
        yield Rewrite(spot, (_again(node, value=made("X.detach()", X=node.value)),), "detach", 2, telling=True)
    if (name := _act(node)) in ("backward", "step"):
        shown = f"`{first_line(node)}` a second time"
        yield Rewrite(spot, (node, node), f"{name}-twice", 2, shown=shown)


def _made_of(spot: Spot) -> Iterator[Rewrite]:
    """Layers kept in a Python list, where their module does not find them."""
    node = spot.statement
    if not isinstance(node, ast.ClassDef):
        return
    names = [
        s.targets[0].attr
        for s in ast.walk(node)
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Attribute) and _layer(s.value)
    ]
    if names:
        listed = _Listed(names).visit(copy.deepcopy(node))
        yield Rewrite(spot, (listed,), "layers-in-list", 1, shown=f"`self.{names[0]} = [...]`")


def _layer(node: ast.expr) -> bool:
    return function(node) in ("Linear", "Conv2d", "Embedding", "Parameter", "ModuleList", "Sequential", "LSTM", "GRU")


class _Listed(ast.NodeTransformer):
    """`self.first = Linear(...)` as `self.first = [Linear(...)]`, and every other `self.first` as `self.first[0]`."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and target.attr in self._names:
            plain = node.value
            if function(plain) == "ModuleList" and isinstance(plain, ast.Call) and plain.args:
                node.value = plain.args[0]
            else:
                node.value = ast.List(elts=[plain], ctx=ast.Load())
            return node
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if node.attr in self._names and isinstance(node.value, ast.Name) and node.value.id == "self":
            return made("L[0]", L=node)
        return self.generic_visit(node)


def _again(node: ast.stmt, **parts: object) -> ast.stmt:
    other = copy.copy(node)
    for name, part in parts.items():
        setattr(other, name, part)
    return other
