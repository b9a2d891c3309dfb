"""Gradients: what is recorded, what backward adds to, and what a step does with it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

from tutor.grade.belief.node import VALUE, Change, Changes, function, literal, made, number, text

_TRACKED = ("requires_grad",)


def of_whole(root: ast.expr) -> Changes:
    """Beliefs about whether gradients are recorded for the whole expression."""
    told = "One input that records gradients is enough for the result to record them; parameters of layers always do."
    yield Change(made("(A).detach()", A=root), told, 1, _TRACKED)
    told = "A tensor records gradients only when it is asked to, or when it is made from one that does."
    if function(root) == "detach":
        told = "detach cuts the result off: nothing behind it is recorded."
    elif isinstance(root, ast.Compare) or function(root) in ("argmax", "argmin"):
        told = "A choice has no slope, so nothing is recorded for it."
    yield Change(made("(A).detach().float().requires_grad_()", A=root), told, 1, _TRACKED, False)


def changes(node: ast.AST) -> Changes:
    """Beliefs about a gradient that is looked at when the code has run."""
    if isinstance(node, ast.Attribute) and node.attr == "grad":
        x = node.value
        told = "The power goes down by one when the slope is taken."
        yield Change(made("X.grad * X", X=x), told, 2, VALUE, False)
        told = "The slope along a factor is what it is multiplied with."
        yield Change(made("torch.ones_like(X.grad)", X=x), told, 2, VALUE, False)
        yield Change(x, "That is the tensor itself; the slope is in .grad.", 2, VALUE)
    if isinstance(node, ast.Tuple) and len(node.elts) == 2 and _grads(node):
        a, b = node.elts
        told = "Each .grad is the slope along its own tensor, with the others as they are."
        yield Change(made("(B, A)", A=a, B=b), told, 0, VALUE)
        yield Change(made("(A + B, A + B)", A=a, B=b), told + " They are not added into one.", 1, VALUE)


def _grads(node: ast.Tuple) -> bool:
    return all(any(isinstance(n, ast.Attribute) and n.attr == "grad" for n in ast.walk(e)) for e in node.elts)


def of_shares(pair: ast.expr) -> Changes:
    """Beliefs about whether two tensors share memory."""
    if not isinstance(pair, ast.Tuple) or len(pair.elts) != 2:
        return
    a, b = pair.elts
    told = f"Neither of `{text(a)}` and `{text(b)}` is a copy: what is written to one shows in the other."
    yield Change(made("(A.clone(), B)", A=a, B=b), told, 1, code=False)
    told = f"`{text(a)}` and `{text(b)}` do not lie in the same memory: one of them was copied."
    yield Change(made("(B, B)", B=b), told, 1, code=False)


def of_loss(asked: ast.expr, lead: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """The value of what backward was called on, taken for the slope."""
    for node in ast.walk(lead):
        called_on = node.value if isinstance(node, ast.Attribute) and node.attr == "backward" else None
        if isinstance(called_on, ast.Name):
            told = f"That is the value of {called_on.id}; .grad holds its slope along the tensor."
            yield _Loss(called_on.id).visit(copy.deepcopy(asked)), told


class _Loss(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self._name = name

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return (
            made("L.detach()", L=ast.Name(self._name, ast.Load())) if node.attr == "grad" else self.generic_visit(node)
        )


def kept(statement: ast.stmt) -> tuple[ast.stmt, str] | None:
    """A result that nobody kept, taken for a change of the tensor itself."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    if not isinstance(name := call.func.value, ast.Name):
        return None
    told = f"`{text(call)}` gives a new tensor, which is not kept: {name.id} stays as it is."
    return ast.Assign(targets=[ast.Name(name.id, ast.Store())], value=call), told


Rewritten = Iterator[tuple[ast.Module, str, str]]
"""A program changed in one place, where it was changed, and what is true where somebody believes it."""


def of_program(lead: ast.Module) -> Rewritten:
    """Beliefs about the lines that lead up to the asked expression."""
    slopes = any(function(node) == "backward" for node in ast.walk(lead))
    for path in _blocks(lead):
        for i, statement in reversed(list(enumerate(path(lead)))):
            for new, belief in _statement(statement, slopes):
                other = copy.deepcopy(lead)
                path(other)[i : i + 1] = [new] if new is not None else []
                if not path(other):
                    path(other).append(ast.Pass())
                said = ast.unparse(new or statement).splitlines()[0].rstrip(":")
                shown = f"the code {'with' if new else 'without'} `{said}`"
                yield ast.fix_missing_locations(other), shown, belief


def _blocks(lead: ast.Module) -> list[Any]:
    """Ways to the lists of statements: the program's own, and those of its loops."""
    ways: list[Any] = [lambda module: module.body]
    for i, statement in enumerate(lead.body):
        if isinstance(statement, (ast.For, ast.With)):
            ways.append(lambda module, i=i: module.body[i].body)
    return ways


def _statement(node: ast.stmt, slopes: bool) -> Iterator[tuple[ast.stmt | None, str]]:
    if slopes and isinstance(node, ast.For) and function(node.iter) == "range":
        told = "backward adds to what is in .grad already; it overwrites nothing."
        yield _again(node, iter=made("range(1)")), told
    if _clears(node):
        yield None, "Clearing .grad counts: only what comes after it is added up."
        return
    if isinstance(node, ast.Expr) and function(node.value) == "backward":
        yield from _backward(node)
        yield None, "backward adds to what is in .grad already; it overwrites nothing."
    if isinstance(node, ast.Expr) and function(node.value) == "step":
        yield None, "step changes the parameters, by their gradients."
    if isinstance(node, ast.Assign):
        yield from _assigned(node) if slopes else ()
        yield from _shared(node, node.value)


def _clears(node: ast.stmt) -> bool:
    inner = node.body[0] if isinstance(node, ast.If) and len(node.body) == 1 else node
    if isinstance(inner, ast.Expr):
        return function(inner.value) in ("zero_grad", "zero_")
    return isinstance(inner, ast.Assign) and isinstance(t := inner.targets[0], ast.Attribute) and t.attr == "grad"


def _again(node: Any, **parts: Any) -> Any:
    other = copy.deepcopy(node)
    for name, part in parts.items():
        setattr(other, name, part)
    return other


def _backward(node: ast.Expr) -> Iterator[tuple[ast.stmt, str]]:
    """The mean for the sum and back, before backward."""
    for inner in ast.walk(node):
        name = function(inner)
        if name in ("sum", "mean"):
            other = copy.deepcopy(node)
            for part in ast.walk(other):
                if isinstance(part, ast.Attribute) and part.attr == name:
                    part.attr = "mean" if name == "sum" else "sum"
            told = "sum hands each slope on whole; only mean divides it by n."
            yield other, told if name == "sum" else "mean divides each slope by how many elements there are."


def _assigned(node: ast.Assign) -> Iterator[tuple[ast.stmt, str]]:
    value = node.value
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
        yield _again(node, value=value.left), "Every term that holds the tensor has its part in the slope."
        yield _again(node, value=value.right), "Every term that holds the tensor has its part in the slope."
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) and number(value.left) is not None:
        yield _again(node, value=value.right), f"The factor in front, {number(value.left)}, stays in the slope."
    if isinstance(value, ast.Call):
        yield from _rate(node, value)


def _rate(node: ast.Assign, value: ast.Call) -> Iterator[tuple[ast.stmt, str]]:
    rate = next((k.value for k in value.keywords if k.arg == "lr"), None)
    if isinstance(rate, ast.Constant) and isinstance(rate.value, (int, float)):
        uphill, whole, half = copy.deepcopy(value), copy.deepcopy(value), copy.deepcopy(value)
        uphill.keywords.append(ast.keyword(arg="maximize", value=literal(True)))
        for other, to in ((whole, 1.0), (half, rate.value / 2)):
            next(k for k in other.keywords if k.arg == "lr").value = literal(to)
        yield _again(node, value=uphill), "A step goes downhill: against the gradient."
        yield _again(node, value=whole), f"The step is the gradient times the learning rate, {rate.value}."
        yield _again(node, value=half), "The slope of a square has a factor 2."


_VIEWS = ("view", "reshape", "T", "mT", "transpose", "permute", "from_numpy", "as_tensor", "numpy", "flatten", "detach",
          "squeeze", "unsqueeze", "expand")  # fmt: skip


def _shared(node: ast.Assign, value: ast.expr) -> Iterator[tuple[ast.stmt, str]]:
    """A second name or a view taken for a copy, and a copy taken for a view."""
    name = value.attr if isinstance(value, ast.Attribute) else function(value)
    if name in ("tensor",) and isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.Name):
        yield (
            _again(node, value=made("torch.as_tensor(A)", A=value.args[0])),
            "torch.tensor copies; from_numpy would share.",
        )
    elif isinstance(value, ast.Name):
        told = f"`{ast.unparse(node)}` is a second name for the same tensor, not a copy."
        yield _again(node, value=made("A.clone()", A=value)), told
    elif isinstance(value, ast.Subscript) or name in _VIEWS:
        copied = "A.copy()" if name == "numpy" else "A.clone()"
        told = f"`{ast.unparse(value)}` shares the memory: what is written to one shows in the other."
        yield _again(node, value=made(copied, A=value)), told
    yield from _copied(node, value)


def _copied(node: ast.Assign, value: ast.expr) -> Iterator[tuple[ast.stmt, str]]:
    base = value
    while not isinstance(base, ast.Name):
        children = [
            c for c in ast.iter_child_nodes(base) if isinstance(c, (ast.Call, ast.Attribute, ast.Subscript, ast.Name))
        ]
        if not children:
            return
        base = children[0]
    if base is not value and base.id not in ("torch", "np", "nn", "F"):
        told = f"`{ast.unparse(value)}` is a copy of its own: what is written to it does not show in {base.id}."
        yield _again(node, value=base), told
