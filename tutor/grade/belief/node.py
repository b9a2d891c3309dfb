"""Nodes of the syntax tree, as the rules read and build them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """One node rewritten, and what is true where somebody believes the rewritten one."""

    node: ast.expr
    belief: str
    rank: int = 1
    """0 for the slips made most often, 2 for the rarer ones."""
    kinds: tuple[str, ...] = ()
    """The kinds of question it answers; all when empty."""
    code: bool = True
    """Whether the rewritten code is worth reading; arithmetic on shapes is not."""


SHAPE = ("shape",)
VALUE = ("value", "grad")
DTYPE = ("dtype",)
Changes = Iterator[Change]


def made(template: str, **parts: Any) -> ast.expr:
    """The expression that `template` is once its names in capitals stand for `parts`."""
    filled = {name: part if isinstance(part, ast.expr) else literal(part) for name, part in parts.items()}
    tree = ast.parse(template, mode="eval")
    _Filled(filled).visit(tree)
    return ast.fix_missing_locations(tree.body)


def sized(template: str, **parts: Any) -> ast.expr:
    """A tensor that only has a shape, the one `template` works out, and hardly any memory, however large it is."""
    return made(f"torch.empty(()).expand({template})", **parts)


def literal(value: Any) -> ast.expr:
    """A number, string or tuple as a node."""
    return ast.parse(repr(value), mode="eval").body


@dataclass
class _Filled(ast.NodeTransformer):
    parts: dict[str, ast.expr]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.parts[node.id]) if node.id in self.parts else node


def text(node: ast.AST) -> str:
    """The code of a node, on one line."""
    return ast.unparse(node)


def number(node: ast.AST | None) -> int | None:
    """The whole number a literal is; None for anything else."""
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node, sign = node.operand, -1
    if isinstance(node, ast.Constant) and type(node.value) is int and abs(node.value) < 10**6:
        return sign * node.value
    return None


def numbers(nodes: list[ast.expr]) -> tuple[int, ...] | None:
    """The whole numbers that literals, or one tuple or list of them, are; None when one is no number."""
    if len(nodes) == 1 and isinstance(nodes[0], (ast.Tuple, ast.List)):
        nodes = nodes[0].elts
    found = [number(node) for node in nodes]
    return None if None in found else tuple(n for n in found if n is not None)


@dataclass(frozen=True)
class Called:
    """A call of one of torch's functions, as a method of its tensor or with the tensor as first argument."""

    name: str
    of: ast.expr
    """The tensor."""
    args: list[ast.expr]
    keywords: dict[str, ast.expr]
    call: ast.Call
    method: bool = field(default=True)

    def given(self, name: str, place: int = 0) -> ast.expr | None:
        """An argument by its name, or by its place behind the tensor."""
        return self.keywords.get(name) or (self.args[place] if place < len(self.args) else None)

    def again(self, **keywords: Any) -> ast.expr:
        """The same call with other arguments; one that is None goes, and the rest are named."""
        wanted = {**self.keywords, **keywords}
        kept = {n: v if isinstance(v, ast.expr) else literal(v) for n, v in wanted.items() if v is not None}
        call = copy.deepcopy(self.call)
        call.args = call.args[: 0 if self.method else 1]
        call.keywords = [ast.keyword(arg=name, value=copy.deepcopy(value)) for name, value in kept.items()]
        return call

    def at(self, *args: Any) -> ast.expr:
        """The same call with other arguments by place."""
        call = copy.deepcopy(self.call)
        call.args = [
            *call.args[: 0 if self.method else 1],
            *(literal(a) if not isinstance(a, ast.expr) else a for a in args),
        ]
        call.keywords = []
        return call

    def named(self, name: str) -> ast.expr:
        """The same call of another function."""
        call = copy.deepcopy(self.call)
        if isinstance(call.func, ast.Attribute):
            call.func.attr = name
        return call


def called(node: ast.AST, names: frozenset[str]) -> Called | None:
    """The call that a node is, of one of `names`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in names:
        return None
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        return None
    keywords = {k.arg: k.value for k in node.keywords if k.arg}
    method = not (isinstance(node.func.value, ast.Name) and node.func.value.id in ("torch", "F"))
    if not method and not node.args:
        return None
    of, args = (node.func.value, node.args) if method else (node.args[0], node.args[1:])
    return Called(node.func.attr, of, list(args), keywords, node, method)


def function(node: ast.AST) -> str:
    """The last name of what a node calls: `arange` for `torch.arange(3)`; empty for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
