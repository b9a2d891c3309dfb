"""Places in a program: every expression and every statement of it, to be changed and put back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_OWN = (ast.stmt, ast.arguments, ast.expr_context, ast.excepthandler, ast.withitem)
"""What stands in a statement and is no expression of its own."""


@dataclass(frozen=True, eq=False)
class Place:
    """Where one node stands: in a field of its parent, or in a list that the field holds."""

    parent: ast.AST
    field: str
    index: int | None = None

    @property
    def node(self) -> Any:
        """What stands there now."""
        held = getattr(self.parent, self.field)
        return held if self.index is None else held[self.index]

    def put(self, node: ast.AST) -> None:
        """Have another node stand there."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True, eq=False)
class Spot:
    """A statement in its block."""

    block: list[ast.stmt]
    index: int
    around: tuple[ast.stmt, ...]
    """The statements it stands in, the outermost first."""

    @property
    def statement(self) -> ast.stmt:
        """What stands there now."""
        return self.block[self.index]

    @property
    def looped(self) -> bool:
        """Whether it runs again and again."""
        return any(isinstance(outer, (ast.For, ast.While)) for outer in self.around)

    @property
    def parameters(self) -> tuple[str, ...]:
        """What the function around it is given, without `self`."""
        inner = [outer for outer in self.around if isinstance(outer, ast.FunctionDef)]
        names = [a.arg for a in inner[-1].args.args] if inner else []
        return tuple(name for name in names if name != "self")


def spots(block: list[ast.stmt], around: tuple[ast.stmt, ...] = ()) -> Iterator[Spot]:
    """Every statement in a block and within its statements, in the order of lines."""
    for index, statement in enumerate(block):
        yield Spot(block, index, around)
        for name in ("body", "orelse", "finalbody"):
            yield from spots(getattr(statement, name, []), (*around, statement))


def places(node: ast.AST) -> Iterator[Place]:
    """Every expression in one statement, inner ones first; not those of statements within it."""
    for name, held in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_comment"):
            continue
        for index, part in enumerate(held) if isinstance(held, list) else [(None, held)]:
            if isinstance(part, ast.withitem):
                yield from places(part)
            elif isinstance(part, ast.AST) and not isinstance(part, _OWN):
                yield from places(part)
                if isinstance(part, ast.expr) and not _bound(part):
                    yield Place(node, name, index)


def _bound(node: ast.expr) -> bool:
    """Whether it is a name or an attribute that is assigned to."""
    return isinstance(node, (ast.Name, ast.Attribute, ast.Tuple)) and isinstance(node.ctx, ast.Store)


def first_line(node: ast.AST) -> str:
    """A statement as it is shown: without what stands in it."""
    return ast.unparse(node).splitlines()[0].rstrip(":")
