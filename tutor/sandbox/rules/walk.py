"""A walk over the part of a syntax tree that runs, with the scope that each node runs in.

Without recursion, because code from outside can be nested as deep as the parser allows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tutor.sandbox.rules.place import At, end, start

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

_BINDS_FOR_SURE = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, *FUNCTIONS, ast.ClassDef)
_OF_TYPES = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.BinOp, ast.BitOr, ast.expr_context,
)  # fmt: skip


@dataclass(eq=False)
class Scope:
    """Where names live. Whose they are is found out by whoever asks for their meaning."""

    kind: Literal["module", "function", "class", "comprehension"]
    outer: Scope | None = None
    name: str = ""


@dataclass(frozen=True)
class Seen:
    """A node, the scope it runs in, and what is to be known of the statement it is part of."""

    node: ast.AST
    scope: Scope
    since: At = (0, 0)
    """Where the statement ends, which is where what it binds is bound."""
    certain: bool = False
    """Whether it binds something whenever it is reached."""
    top: bool = False
    """Whether it is a statement of the module, or of a class there."""
    text: ast.AST | None = None
    """The f-string it is in, where columns are not to be relied on before Python 3.12."""

    @property
    def at(self) -> At:
        """Where it stands."""
        return start(self.text or self.node)


def walked(tree: ast.Module) -> list[Seen]:
    """Every node that runs, each after the one it is part of."""
    found, waiting = list[Seen](), [Seen(tree, Scope("module"))]
    while waiting:
        seen = waiting.pop()
        found.append(seen)
        waiting.extend(_inside(seen))
    return found


def _inside(seen: Seen) -> Iterator[Seen]:
    node = seen.node
    text = seen.text or (node if isinstance(node, ast.JoinedStr) else None)
    frame = isinstance(node, (ast.Module, ast.ClassDef))
    for child, scope in _scoped(node, seen.scope):
        if isinstance(child, ast.stmt):
            certain = frame and isinstance(child, _BINDS_FOR_SURE)
            top = isinstance(node, ast.Module) or (frame and seen.top)
            yield Seen(child, scope, end(child), certain, top)
        else:
            yield Seen(child, scope, seen.since, seen.certain, text=text)


def _scoped(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    """The parts of a node with the scope of each."""
    if isinstance(node, (*FUNCTIONS, ast.Lambda)):
        yield from _of_function(node, scope)
    elif isinstance(node, COMPREHENSIONS):
        yield from _of_comprehension(node, scope)
    elif isinstance(node, ast.ClassDef):
        inner = Scope("class", scope, node.name)
        yield from ((part, scope) for part in _parts(node, ("body",)))
        yield from ((part, inner) for part in body(node))
    elif isinstance(node, ast.arg):
        yield from ((part, scope.outer or scope) for part in _parts(node))
    else:
        yield from ((part, scope) for part in (body(node) if isinstance(node, ast.Module) else _parts(node)))


def _of_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> Iterator[tuple[ast.AST, Scope]]:
    inner = Scope("function", scope, getattr(node, "name", ""))
    yield from ((part, scope) for part in _parts(node, ("body", "args")))
    yield from ((part, inner if isinstance(part, ast.arg) else scope) for part in _parts(node.args))
    yield from ((part, inner) for part in ([node.body] if isinstance(node, ast.Lambda) else body(node)))


def _of_comprehension(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    """Only what it first goes over is looked up outside."""
    inner = Scope("comprehension", scope)
    yield from ((part, inner) for part in _parts(node, ("generators",)))
    for number, clause in enumerate(getattr(node, "generators", ())):
        yield clause.iter, inner if number else scope
        yield from ((part, inner) for part in (clause.target, *clause.ifs))


def _parts(node: ast.AST, apart: tuple[str, ...] = ()) -> Iterator[ast.AST]:
    """The nodes in the fields of one, but for annotations that only name types."""
    for name, value in ast.iter_fields(node):
        if name in apart or (name in ("annotation", "returns") and value is not None and _names_types(value)):
            continue
        yield from (part for part in (value if isinstance(value, list) else [value]) if isinstance(part, ast.AST))


def _names_types(annotation: ast.AST) -> bool:
    return all(isinstance(part, _OF_TYPES) for part in ast.walk(annotation))


def body(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """The statements of a module, a class or a function, after its docstring."""
    first = node.body[0] if node.body else None
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return node.body[1:] if told else node.body
