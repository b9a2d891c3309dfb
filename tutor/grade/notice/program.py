"""A program that ran: its syntax tree, with what the lens saw of names and of parts of lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, overload

from tutor.grade.source import parsed
from tutor.sandbox.protocol import Line, Outcome, Part

Node = TypeVar("Node", bound=ast.AST)
Other = TypeVar("Other", bound=ast.AST)
Third = TypeVar("Third", bound=ast.AST)
Shape = tuple[int, ...]
Function = ast.FunctionDef | ast.AsyncFunctionDef

CODE_MOST = 20_000
"""Characters of code that are looked into."""
PART_MOST = 80
"""Characters of a part's text that are kept."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SHADOWS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


@dataclass(frozen=True)
class Seen:
    """What is known of the value of an expression, the first time it was evaluated."""

    shape: Shape | None = None
    dtype: str = ""
    requires_grad: bool | None = None
    text: str = ""

    @property
    def rank(self) -> int:
        """How many dimensions it has."""
        return len(self.shape or ())


NOTHING = Seen()


class Program:
    """One run of code. `given` is what was run before it."""

    def __init__(self, code: str, outcome: Outcome, setup: str = "") -> None:
        self.code = code
        self.outcome = outcome
        self.tree = parsed(code) or ast.Module(body=[], type_ignores=[])
        self.given = parsed(setup) or ast.Module(body=[], type_ignores=[])
        self._rows = code.encode().splitlines(keepends=True)
        self._texts: dict[ast.AST, str] = {}
        self._kinds: dict[tuple[type[Any], ...], list[Any]] = {}

    # The tree.

    @cached_property
    def _walked(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in self._walked for child in ast.iter_child_nodes(node)}

    @cached_property
    def _all(self) -> list[ast.AST]:
        found = [n for n in self._walked if hasattr(n, "lineno")]
        return sorted(found, key=lambda n: (n.lineno, n.col_offset))  # type: ignore[attr-defined]

    @overload
    def nodes(self, one: type[Node], /, *, within: ast.AST | None = None) -> list[Node]: ...

    @overload
    def nodes(self, one: type[Node], two: type[Other], /, *, within: ast.AST | None = None) -> list[Node | Other]: ...

    @overload
    def nodes(
        self, one: type[Node], two: type[Other], three: type[Third], /, *, within: ast.AST | None = None
    ) -> list[Node | Other | Third]: ...

    def nodes(self, *kinds: type[Any], within: ast.AST | None = None) -> list[Any]:
        """Everything of some kinds, in the order it stands; only what is within a node where one is given."""
        if within is None:
            if kinds not in self._kinds:
                self._kinds[kinds] = [n for n in self._all if isinstance(n, kinds)]
            return self._kinds[kinds]
        found = [n for n in ast.walk(within) if isinstance(n, kinds)]
        return sorted(found, key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0)))

    def calls(self, *names: str, within: ast.AST | None = None) -> list[ast.Call]:
        """Calls of something with one of these last names."""
        return [call for call in self.nodes(ast.Call, within=within) if called(call) in names]

    def text(self, node: ast.AST) -> str:
        """A node as written; empty for what stands nowhere."""
        if node not in self._texts:
            self._texts[node] = _cut(self._rows, node)
        return self._texts[node]

    def code_of(self, node: ast.AST, most: int = 48) -> str:
        """The same between backticks, on one line and clipped."""
        text = " ".join(self.text(node).split())
        return f"`{text if len(text) <= most else text[: most - 1] + '…'}`"

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the inside out."""
        while (above := self._parents.get(node)) is not None:
            yield above
            node = above

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What it stands in."""
        return self._parents.get(node)

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement it belongs to. Raises StopIteration for what stands in none."""
        return next(n for n in (node, *self.around(node)) if isinstance(n, ast.stmt))

    def function(self, node: ast.AST) -> Function | None:
        """The function it is in."""
        return next((n for n in self.around(node) if isinstance(n, _FUNCTIONS)), None)

    def loop(self, node: ast.AST) -> ast.For | ast.While | None:
        """The innermost loop of the same function it is in."""
        for above in self.around(node):
            if isinstance(above, (ast.For, ast.While)):
                return above
            if isinstance(above, (*_FUNCTIONS, ast.ClassDef)):
                return None
        return None

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """The classes of modules."""
        return [c for c in self.nodes(ast.ClassDef) if any("Module" in self.text(base) for base in c.bases)]

    @cached_property
    def made(self) -> dict[str, ast.Call]:
        """The calls that names and attributes are bound to, here or in what ran before."""
        found = (n for tree in (self.given, self.tree) for n in ast.walk(tree) if isinstance(n, ast.Assign))
        calls = [(target, n.value) for n in found if isinstance(n.value, ast.Call) for target in n.targets]
        return {ast.unparse(t): call for t, call in calls if isinstance(t, (ast.Name, ast.Attribute))}

    # Names.

    def bound(self, name: ast.Name) -> ast.expr | None:
        """The expression that a name was last bound to before it is read here, where that is a plain assignment."""
        at, scope = self.statement(name), self.function(name)
        made = self._bindings(name.id, scope)
        before = [node for node in made if (node.end_lineno or 0) < at.lineno]
        if not before and scope is not None and name.id not in parameters(scope):
            before = self._bindings(name.id, None)
        return _assigned(before[-1], name.id) if before else None

    def _bindings(self, name: str, scope: Function | None) -> list[ast.stmt]:
        stores = [n for n in self.nodes(ast.Name) if n.id == name and isinstance(n.ctx, ast.Store)]
        return [self.statement(n) for n in stores if self.function(n) is scope and not self._shadowed(n)]

    def _shadowed(self, node: ast.Name) -> bool:
        return any(isinstance(above, _SHADOWS) and node.id in _own(above) for above in self.around(node))

    def loads(self, name: str, within: ast.AST | None = None, after: int = 0) -> list[ast.Name]:
        """Where a name is read, from the line behind `after` on."""
        found = self.nodes(ast.Name, within=within)
        return [n for n in found if n.id == name and isinstance(n.ctx, ast.Load) and n.lineno > after]

    def origin(self, node: ast.expr) -> ast.expr:
        """What an expression is where it is no name: names are looked up, a few times."""
        for _ in range(4):
            if not isinstance(node, ast.Name) or (found := self.bound(node)) is None:
                break
            node = found
        return node

    # What was seen.

    @cached_property
    def _lines(self) -> dict[int, list[Line]]:
        made: dict[int, list[Line]] = {}
        for line in (*self.outcome.lines, *(a for a in self.outcome.asides if not a.name)):
            made.setdefault(line.line, []).append(line)
        return made

    @cached_property
    def _named(self) -> dict[str, list[Line]]:
        made: dict[str, list[Line]] = {}
        for line in self.outcome.lines:
            if line.name:
                made.setdefault(line.name, []).append(line)
        return {name: sorted(lines, key=lambda made: made.line) for name, lines in made.items()}

    @cached_property
    def _asides(self) -> dict[tuple[int, str], Line]:
        return {(a.line, a.name): a for a in self.outcome.asides if a.name}

    def seen(self, node: ast.AST) -> Seen:
        """What is known of the value of an expression."""
        if isinstance(node, ast.Name):
            return self._seen_name(node)
        try:
            at = self.statement(node)
        except StopIteration:
            return NOTHING
        if getattr(at, "value", None) is node and (line := self._made_by(at)) is not None:
            return _of_line(line)
        text = self.text(node)[:PART_MOST]
        for line in self._lines_of(at):
            for part in line.parts:
                if part.text == text:
                    return _of_part(part)
        return NOTHING

    def shape(self, node: ast.AST) -> Shape | None:
        """The shape of an expression's value, where it is a tensor that was seen."""
        return self.seen(node).shape

    def line(self, statement: ast.stmt) -> Line | None:
        """What was recorded of the one name that a statement binds, or of its value."""
        return self._made_by(statement)

    def _lines_of(self, at: ast.stmt) -> list[Line]:
        numbers = range(at.lineno, (at.end_lineno or at.lineno) + 1)
        return [line for number in numbers for line in self._lines.get(number, ())]

    def _made_by(self, at: ast.stmt) -> Line | None:
        """The line of a statement that binds one plain name, or none."""
        name = ""
        if isinstance(at, (ast.Assign, ast.AnnAssign)):
            targets = at.targets if isinstance(at, ast.Assign) else [at.target]
            if len(targets) != 1 or not isinstance(targets[0], ast.Name):
                return None
            name = targets[0].id
        elif not isinstance(at, (ast.Expr, ast.Return)):
            return None
        return next((line for line in self._lines.get(at.lineno, ()) if line.name == name), None)

    def _seen_name(self, node: ast.Name) -> Seen:
        if self._shadowed(node):
            return NOTHING
        at, scope = self.statement(node), self.function(node)
        line = self._before(node.id, at.lineno, scope)
        if line is None and scope is not None:
            line = self._asides.get((scope.lineno, node.id)) or self._before(node.id, 1 << 30, None)
        line = line or self._asides.get((0, node.id))
        return NOTHING if line is None else _of_line(line)

    def _before(self, name: str, number: int, scope: Function | None) -> Line | None:
        found = [m for m in self._named.get(name, ()) if m.line < number and self._scope_at(m.line) is scope]
        return found[-1] if found else None

    @cached_property
    def _scopes(self) -> dict[int, Function]:
        """The innermost function of each line."""
        made: dict[int, Function] = {}
        for function in self.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            made |= dict.fromkeys(range(function.lineno + 1, (function.end_lineno or function.lineno) + 1), function)
        return made

    def _scope_at(self, number: int) -> Function | None:
        return self._scopes.get(number)


def _cut(rows: list[bytes], node: ast.AST) -> str:
    """What stands at the place of a node: columns are bytes."""
    if not isinstance(node, (ast.expr, ast.stmt, ast.keyword, ast.arg)) or node.end_lineno is None:
        return ""
    cut = rows[node.lineno - 1 : node.end_lineno]
    cut[-1:] = [row[: node.end_col_offset] for row in cut[-1:]]
    cut[:1] = [row[node.col_offset :] for row in cut[:1]]
    return b"".join(cut).decode("utf-8", "replace")


def called(node: ast.AST | None) -> str:
    """The last part of what is called: `cross_entropy` of `F.cross_entropy(...)`; empty for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


_LIBRARIES = ("torch", "F", "nn", "functional", "np", "numpy", "init", "linalg")


def library(call: ast.Call) -> str:
    """The library whose function is called by its name: `torch`, `F`; empty for a method."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return name if name in _LIBRARIES else ""


def receiver(call: ast.Call) -> tuple[ast.expr | None, list[ast.expr]]:
    """The tensor that a method is called on, or a function first given, and the other arguments by position."""
    if isinstance(call.func, ast.Attribute) and not library(call):
        return call.func.value, call.args
    return (call.args[0], call.args[1:]) if call.args else (keyword(call, "input"), [])


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """An argument by its name."""
    return next((k.value for k in call.keywords if k.arg in names), None)


def given(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """An argument by its name, or by its position among all that are written."""
    if (named := keyword(call, *names)) is not None:
        return named
    return call.args[position] if position < len(call.args) else None


def number(node: ast.AST | None) -> int | None:
    """A whole number that is written out."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def truth(node: ast.AST | None) -> bool | None:
    """True or False where it is written out."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None


def root(node: ast.AST) -> str:
    """The name that a path of attributes, subscripts and calls of methods begins with; empty for none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def broadcast(a: Shape, b: Shape) -> Shape | None:
    """The shape of an elementwise result; None where there is none."""
    wide = max(len(a), len(b))
    left, right = (1,) * (wide - len(a)) + a, (1,) * (wide - len(b)) + b
    if any(m != n and 1 not in (m, n) for m, n in zip(left, right, strict=True)):
        return None
    return tuple(n if m == 1 else m for m, n in zip(left, right, strict=True))


def _assigned(statement: ast.stmt, name: str) -> ast.expr | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return None
    if any(isinstance(t, ast.Name) and t.id == name for t in targets):
        return statement.value
    return _unpacked(targets[0], statement.value, name)


def _unpacked(target: ast.expr | None, value: ast.expr | None, name: str) -> ast.expr | None:
    """What a name gets in `a, b = c, d`."""
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple) or len(target.elts) != len(value.elts):
        return None
    pairs = zip(target.elts, value.elts, strict=True)
    return next((v for t, v in pairs if isinstance(t, ast.Name) and t.id == name), None)


def parameters(function: Function) -> tuple[str, ...]:
    """The names of what a function takes, in order."""
    listed = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return tuple(arg.arg for arg in listed)


def _own(node: ast.AST) -> set[str]:
    """The names that a comprehension or a lambda binds for itself."""
    if isinstance(node, ast.Lambda):
        return {arg.arg for arg in node.args.args}
    made = [n for part in getattr(node, "generators", ()) for n in ast.walk(part.target)]
    return {n.id for n in made if isinstance(n, ast.Name)}


def _of_line(line: Line) -> Seen:
    first = line.passes[0] if line.passes else None
    shape = first.shape if first else line.shape
    return Seen(shape, (first.dtype if first else line.dtype) or "", line.requires_grad, line.text)


def _of_part(part: Part) -> Seen:
    return Seen(part.shape, part.dtype or "")
