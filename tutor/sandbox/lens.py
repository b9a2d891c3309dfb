"""Code rewritten so that it tells what each of its parts makes while it runs, once, and does nothing else differently.

Every sub-expression hands its value to a recorder and goes on with it. Places in the source stay what they are, so that
errors point where they would. The names that do this are none that Python can write, and stand among the builtins.

Left as they are: `and`, `or`, `not`, `if`-`else` and chained comparisons, which ask for the truth of what is in them
just once; bodies of classes, whose names may be looked up in anything; f-strings, whose places are vague.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tutor.sandbox.written import Place, Written, place_of

NOTE, DROP, DONE, MADE, MODE, TOOK = "·note", "·drop", "·done", "·made", "·mode", "·took"
"""A part of an expression; a whole one, after which its parts may be forgotten; one that makes a line; a name that a
statement bound; a place where gradients may have been switched on or off; the arguments of a function."""

_PARTS = (ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript, ast.Attribute, ast.ListComp)
_READERS = frozenset(
    {
        "compile", "script", "trace", "export", "symbolic_trace", "make_fx", "dynamo", "jit", "getsource",
        "getsourcelines",
        "flex_attention", "cond", "while_loop", "scan", "dis", "__code__", "settrace", "setprofile", "getrefcount",
    }
)  # fmt: skip
"""What reads the code of functions itself, and must find it as it was written."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_TRIES = (ast.Try, *([ast.TryStar] if hasattr(ast, "TryStar") else []))


class Spot(NamedTuple):
    """What a number stands for."""

    node: str
    """The class of the expression."""
    place: Place
    statement: Place
    scope: int
    """The line of the function it is in; 0 for none."""
    first: int
    """The first number of the same statement."""
    name: str = ""
    """The name that is bound."""
    line: int = 0
    """The line that it makes; 0 for none."""


class Lens:
    """Rewrites a module; `spots` says what each number, from `base` on, stands for."""

    def __init__(self, written: Written, base: int = 0) -> None:
        self.written = written
        self.base = base
        self.spots: list[Spot] = []
        self.last: int | None = None
        """The number of a last line that is an expression."""
        self._functions = True
        """Whether functions are rewritten, too."""
        self._statement: Place = (0, 0, 0, 0)
        self._scope = 0

    def rewritten(self) -> ast.Module:
        """The module to be compiled in place of what was written."""
        tree = ast.parse(self.written.code)
        self._functions = not any(_reads_code(node) for node in ast.walk(tree))
        closing = tree.body[-1] if tree.body else None
        tree.body = self._block(tree.body)
        if isinstance(closing, ast.Expr) and _calls(closing.value, DONE):
            self.last = self.base + len(self.spots) - 1
        return tree

    def _next(self) -> int:
        return self.base + len(self.spots)

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [made for statement in body for made in self._rewritten(statement)]

    def _rewritten(self, node: ast.stmt) -> list[ast.stmt]:
        """A statement, and what is to be told after it."""
        around, self._statement = self._statement, place_of(node)
        after = next((do(self, node) for kinds, do in _STATEMENTS if isinstance(node, kinds)), None)
        self._statement = around
        return [node, *(after or ())]

    def _expression(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            first, read = self._next(), self._inner(node.value)
            told = not isinstance(read, (ast.Yield, ast.YieldFrom))
            node.value = self._done(read, first, line=node.lineno) if told else self._drop(read, first)

    def _return(self, node: ast.Return) -> None:
        if node.value is not None and not isinstance(node.value, (ast.Constant, ast.Name)):
            first = self._next()
            node.value = self._done(self._inner(node.value), first, line=node.lineno)

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[ast.stmt]:
        if node.value is None:
            return []
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        first, read = self._next(), self._inner(node.value)
        if len(targets) == 1 and isinstance(targets[0], ast.Name) and not isinstance(node, ast.AugAssign):
            node.value = self._done(read, first, targets[0].id, targets[0].lineno)
            return []
        bound = bound_by(targets)
        for target in targets:
            self._children(target)
        # The value is held until it has been stored: that may fail, too.
        node.value = _calling(NOTE, self._number(read, first), read)
        return [self._made(name, first) for name in bound]

    def _if(self, node: ast.If | ast.While) -> None:
        node.test = self._test(node.test)
        node.body, node.orelse = self._block(node.body), self._block(node.orelse)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        first = self._next()
        node.iter = self._drop(self._inner(node.iter), first)
        made = [self._made(name) for name in bound_by([node.target])]
        node.body, node.orelse = [*made, *self._block(node.body)], self._block(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> list[ast.stmt]:
        for item in node.items:
            first = self._next()
            item.context_expr = self._drop(self._inner(item.context_expr), first)
        bound = bound_by([item.optional_vars for item in node.items if item.optional_vars is not None])
        node.body = [self._mode(node), *[self._made(name) for name in bound], *self._block(node.body)]
        return [self._mode(node)]

    def _try(self, node: ast.Try) -> None:
        node.body, node.orelse = self._block(node.body), self._block(node.orelse)
        node.finalbody = self._block(node.finalbody)
        for handler in node.handlers:
            handler.body = [self._mode(handler), *self._block(handler.body)]

    def _match(self, node: ast.Match) -> None:
        first = self._next()
        node.subject = self._drop(self._inner(node.subject), first)
        for case in node.cases:
            case.guard = case.guard and self._test(case.guard)
            case.body = self._block(case.body)

    def _raise(self, node: ast.Raise) -> None:
        if node.exc is not None:
            first = self._next()
            node.exc = self._drop(self._inner(node.exc), first)

    def _assert(self, node: ast.Assert) -> None:
        node.test = self._test(node.test)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if self._functions:
            around, self._scope = self._scope, node.lineno
            kept = int(ast.get_docstring(node, clean=False) is not None)
            modes = [self._mode(node.body[0])] if node.decorator_list else []
            body = self._block(node.body)
            node.body = [*body[:kept], *modes, *self._took(node), *body[kept:]]
            self._scope = around

    def _class(self, node: ast.ClassDef) -> None:
        for inner in node.body:
            if isinstance(inner, (*_FUNCTIONS, ast.ClassDef)):
                self._rewritten(inner)

    def _children(self, node: ast.AST) -> None:
        """Every expression right within `node`, where it is read."""
        for field, old in ast.iter_fields(node):
            if isinstance(old, list):
                setattr(node, field, [self._read(item) if isinstance(item, ast.AST) else item for item in old])
            elif isinstance(old, ast.AST):
                setattr(node, field, self._read(old))

    def _inner(self, node: ast.expr) -> ast.expr:
        """An expression with its parts told of, itself not."""
        _EXPRESSIONS.get(type(node), Lens._children)(self, node)
        return node

    def _read(self, node: ast.AST) -> ast.AST:
        if not isinstance(node, (ast.expr, ast.keyword)):
            return node
        made = self._inner(node)  # type: ignore[arg-type]
        if not _is_part(made):
            return made
        return _calling(NOTE, self._number(made), made)

    def _test(self, node: ast.expr) -> ast.expr:
        """What is only asked whether it is true; its parts are let go of before that."""
        if isinstance(node, ast.BoolOp):
            node.values = [self._test(value) for value in node.values]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self._test(node.operand)
        elif _is_part(node) and not isinstance(node, ast.Compare):
            # The place of a comparison's truth is its own, that of a call's the whole statement's.
            first = self._next()
            return self._drop(self._inner(node), first)
        else:
            self._inner(node)
        return node

    def _call(self, node: ast.Call) -> None:
        """A call; what it is called on is a part of its own, the looking up of a method is none."""
        owner = node.func
        if isinstance(owner, ast.Attribute):
            if not is_path(owner):
                owner.value = self._read(owner.value)  # type: ignore[assignment]
        elif not isinstance(owner, ast.Name):
            node.func = self._read(owner)  # type: ignore[assignment]
        node.args = [self._read(arg) for arg in node.args]  # type: ignore[misc]
        for keyword in node.keywords:
            keyword.value = self._read(keyword.value)  # type: ignore[assignment]

    def _attribute(self, node: ast.Attribute) -> None:
        if not is_path(node):
            self._children(node)

    def _lambda(self, node: ast.Lambda) -> None:
        if self._functions:
            first, scope = self._next(), self._scope
            self._scope = node.lineno
            node.body = self._drop(self._inner(node.body), first)
            self._scope = scope

    def _comprehension(self, node: ast.AST) -> None:
        for part in node.generators:  # type: ignore[attr-defined]
            part.iter = self._read(part.iter)
            part.ifs = [self._test(test) for test in part.ifs]
        for field in ("key", "value", "elt"):
            if (read := getattr(node, field, None)) is not None:
                first = self._next()
                setattr(node, field, self._drop(self._inner(read), first))

    def _named(self, node: ast.NamedExpr) -> None:
        first, read = self._next(), self._inner(node.value)
        node.value = self._done(read, first, node.target.id, node.target.lineno)

    def _either(self, node: ast.IfExp) -> None:
        node.test = self._test(node.test)
        node.body, node.orelse = self._inner(node.body), self._inner(node.orelse)

    def _leave(self, node: ast.AST) -> None:
        """As it was written."""

    def _number(self, node: ast.expr, first: int | None = None, name: str = "", line: int = 0) -> int:
        first = self._next() if first is None else first
        self.spots.append(Spot(type(node).__name__, place_of(node), self._statement, self._scope, first, name, line))
        return self._next() - 1

    def _drop(self, node: ast.expr, first: int) -> ast.expr:
        if not (_is_part(node) or self._next() > first):
            return node
        return _calling(DROP, self._number(node, first), node, first)

    def _done(self, node: ast.expr, first: int, name: str = "", line: int = 0) -> ast.expr:
        return _calling(DONE, self._number(node, first, name, line), node, first)

    def _made(self, name: ast.Name, first: int | None = None) -> ast.stmt:
        read = ast.copy_location(ast.Name(name.id, ast.Load()), name)
        number = self._number(read, first, name.id, name.lineno)
        return ast.copy_location(ast.Expr(_calling(MADE, number, read, self.spots[-1].first)), name)

    def _took(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        given = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        given, at = [name for name in given if name not in _OWN], node.body[0]
        if not given:
            return []
        place = place_of(node)
        self.spots.append(Spot("", place, place, self._scope, self._next(), " ".join(given), node.lineno))
        number: ast.expr = ast.copy_location(ast.Constant(self._next() - 1), at)
        names = [ast.copy_location(ast.Name(name, ast.Load()), at) for name in given]
        function = ast.copy_location(ast.Name(TOOK, ast.Load()), at)
        return [ast.copy_location(ast.Expr(ast.copy_location(ast.Call(function, [number, *names], []), at)), at)]

    def _mode(self, node: ast.AST) -> ast.stmt:
        function = ast.copy_location(ast.Name(MODE, ast.Load()), node)
        # Told apart from the statement it stands in: a handler is not where its `try` begins.
        self.spots.append(Spot("", place_of(node), place_of(node), self._scope, self._next()))
        number = ast.copy_location(ast.Constant(self._next() - 1), node)
        return ast.copy_location(ast.Expr(ast.copy_location(ast.Call(function, [number], []), node)), node)


_STATEMENTS: tuple[tuple[Any, Callable[..., Any]], ...] = (
    (ast.Expr, Lens._expression),
    (ast.Return, Lens._return),
    ((ast.Assign, ast.AnnAssign, ast.AugAssign), Lens._assign),
    ((ast.If, ast.While), Lens._if),
    ((ast.For, ast.AsyncFor), Lens._for),
    ((ast.With, ast.AsyncWith), Lens._with),
    (_TRIES, Lens._try),
    (ast.Match, Lens._match),
    (ast.Raise, Lens._raise),
    (ast.Assert, Lens._assert),
    (_FUNCTIONS, Lens._function),
    (ast.ClassDef, Lens._class),
)

_EXPRESSIONS: dict[type, Callable[..., Any]] = {
    ast.Call: Lens._call,
    ast.Attribute: Lens._attribute,
    ast.Lambda: Lens._lambda,
    ast.NamedExpr: Lens._named,
    ast.IfExp: Lens._either,
    ast.JoinedStr: Lens._leave,
    **dict.fromkeys(_COMPREHENSIONS, Lens._comprehension),
}


def is_path(node: ast.AST) -> bool:
    """Whether it is names and dots only, such as `torch.nn.functional` or `x.T`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def bound_by(targets: Iterable[ast.expr]) -> list[ast.Name]:
    """The names that targets bind or change, once each: `x` also for `x[0]`."""
    return list({name.id: name for target in targets for name in _names(target)}.values())


def _names(target: ast.expr) -> Iterator[ast.Name]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for item in target.elts:
            yield from _names(item)
        return
    while isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        target = target.value
    if isinstance(target, ast.Name):
        yield target


def _is_part(node: ast.AST) -> bool:
    """Whether its value is worth telling, and asked for nothing but to be handed on."""
    if not isinstance(node, _PARTS) or not isinstance(getattr(node, "ctx", _LOAD), ast.Load):
        return False
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.op, ast.Not) and not isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.Call):
        # The compiler treats `super()` specially.
        return not (isinstance(node.func, ast.Name) and node.func.id in ("super", NOTE, DROP, DONE))
    return not isinstance(node, ast.Compare) or len(node.ops) == 1


_LOAD = ast.Load()
_OWN = ("self", "cls")


def _calling(name: str, number: int, node: ast.expr, *more: int) -> ast.Call:
    function = ast.copy_location(ast.Name(name, ast.Load()), node)
    numbers: list[ast.expr] = [ast.copy_location(ast.Constant(n), node) for n in (number, *more)]
    return ast.copy_location(ast.Call(function, [numbers[0], node, *numbers[1:]], []), node)


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _reads_code(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else [name]
    return any(part in _READERS for name in names for part in name.split("."))
