"""What code reaches by names: modules and what is in them, attributes, calls, keyword arguments."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tutor.sandbox.rules import around
from tutor.sandbox.rules.bound import Meaning, Names, dotted, imported, prefixes
from tutor.sandbox.rules.place import Source, start
from tutor.sandbox.rules.use import Use, use
from tutor.sandbox.rules.walk import FUNCTIONS, Scope, Seen

_DOTTED_MOST = 8
"""Attributes further along a chain are not also known by the whole of it."""

_FUNCTIONS_OF_PYTHON = frozenset(n for n, v in vars(builtins).items() if callable(v) and not isinstance(v, type))
_NAMES_OF_PYTHON = frozenset(vars(builtins)) - {"object", "Exception"}
_FRAMES = frozenset(
    {"torch.nn.Module", "torch.autograd.Function", "torch.utils.data.Dataset", "torch.utils.data.IterableDataset"}
)
"""Classes that others are made from; what they do by themselves is nothing."""
_FREE_CALLS = frozenset({"super", "property", "staticmethod", "classmethod"})
_FREE_ATTRIBUTES = frozenset({"__init__", "__name__", "__doc__"})


class Reach:
    """Tells what each node reaches; nodes come with the whole before its parts."""

    def __init__(self, seen: list[Seen], source: Source) -> None:
        self._source = source
        self._names = Names(seen)
        self._renamed = self._names.renamed()
        self._own = _own_attributes(seen)
        self._called: set[int] = set()
        """Nodes that a call calls."""
        self._told: set[int] = set()
        """Nodes that are part of something told as a whole."""
        self._bases: set[int] = set()

    def of(self, one: Seen) -> Iterator[Use]:
        """The uses that a node is."""
        tell = self._TELLERS.get(type(one.node))
        return tell(self, one.node, one) if tell else iter(())

    # Imports.

    def _import(self, node: ast.Import, one: Seen) -> Iterator[Use]:
        for alias in node.names:
            yield self._imported(one, alias, alias.name, ("imports", "import"), _is_torch(alias.name))

    def _import_from(self, node: ast.ImportFrom, one: Seen) -> Iterator[Use]:
        for alias in node.names:
            path = (node.module or "") if alias.name == "*" else imported(node, alias)
            free = node.module == "__future__" or (_is_torch(path) and path in self._names.modules)
            yield self._imported(one, alias, path, ("imports", "import", "from"), free)

    def _imported(self, one: Seen, alias: ast.alias, path: str, kind: tuple[str, ...], free: bool) -> Use:
        words, allows = _of_path(path)
        return use(
            one,
            self._source,
            (*words, *kind),
            at=start(alias),
            text=path if alias.name == "*" else alias.name,
            shown=path or "import",
            allows=(*allows, *kind),
            free=free,
            hidden=around.of_path(path),
        )

    # Calls.

    def _class(self, node: ast.ClassDef, one: Seen) -> Iterator[Use]:
        """What a class at the top is made from may belong to its frame."""
        self._bases.update(map(id, node.bases) if one.top else ())
        yield from self._decorated(node, one)
        yield from self._keywords(node, one)

    def _decorated(self, node: Any, one: Seen) -> Iterator[Use]:
        for decorator in node.decorator_list:
            yield from self._calls(decorator, one)

    def _call(self, node: ast.Call, one: Seen) -> Iterator[Use]:
        yield from self._calls(node.func, one)
        yield from self._keywords(node, one)

    def _calls(self, target: ast.expr, one: Seen) -> Iterator[Use]:
        """Names and attributes are told when they come up; anything else has only its call."""
        self._called.add(id(target))
        if not isinstance(target, (ast.Name, ast.Attribute)):
            free = isinstance(target, ast.Lambda) or self._made_by_another(target, one)
            at = start(one.node if isinstance(one.node, ast.Call) else target)
            yield use(one, self._source, ("calls",), at=at, free=free)

    def _made_by_another(self, target: ast.expr, one: Seen) -> bool:
        """Whether what is called comes from a call that needs a word, as in `nn.Softmax(0)(x)`."""
        maker = target.func if isinstance(target, ast.Call) else None
        if isinstance(maker, ast.Name):
            return not self._names.meaning(maker.id, one.scope, start(maker)).function
        return isinstance(maker, ast.Attribute)

    def _keywords(self, node: ast.Call | ast.ClassDef, one: Seen) -> Iterator[Use]:
        for keyword in node.keywords:
            for name in [keyword.arg] if keyword.arg else _text_keys(keyword.value):
                yield use(one, self._source, (name,), at=start(keyword), text=name, free=True)

    # Attributes.

    def _attribute(self, node: ast.Attribute, one: Seen) -> Iterator[Use]:
        if id(node) in self._told:
            return
        root, steps = dotted(node)
        self._told.update(map(id, steps))
        rest = "".join(f".{step.attr}" for step in steps)
        meant = self._names.meaning(root.id, one.scope, one.at, alone=False) if root else Meaning()
        if root and meant.paths:
            self._told.add(id(root))
            yield self._in_module(node, one, [path + rest for path in meant.paths], root.id + rest)
            return
        known = root.id if root else ""
        for number, step in enumerate(steps):
            known = f"{known}.{step.attr}" if known and number < _DOTTED_MOST else ""
            own = number == 0 and root is not None and root.id == "self" and _in_method(one.scope)
            yield self._of_value(step, one, known, own)

    def _of_value(self, step: ast.Attribute, one: Seen, known: str, own: bool) -> Use:
        """An attribute or a method of a value."""
        name, own = step.attr, own and step.attr in self._own
        call = ("calls",) if id(step) in self._called else ()
        words = (f".{name}", name, *filter(None, [known])) if not own else ()
        return use(
            one,
            self._source,
            (*words, *call, "attributes"),
            at=self._source.attribute(step),
            text=f".{name}",
            shown=f".{name}",
            allows=(*words, *(call or ("attributes",))),
            free=own or name in _FREE_ATTRIBUTES,
            hidden=around.of_attribute(name),
        )

    def _in_module(self, node: ast.Name | ast.Attribute, one: Seen, paths: Iterable[str], written: str) -> Use:
        """Something reached through a module, or imported from one."""
        found = {path: _of_path(path) for path in paths}
        path = next(iter(found))
        call = ("calls",) if id(node) in self._called else ()
        hidden = next(filter(None, map(around.of_path, found)), "")
        module, renamed = path in self._names.modules, id(node) in self._renamed
        if module and not call and not renamed:
            # Whoever holds the module itself can call it what they like, where no name tells.
            hidden = hidden or path
        return use(
            one,
            self._source,
            {*call, *(word for words, _ in found.values() for word in words)},
            text=written,
            shown=path,
            allows={*call, *(word for _, allows in found.values() for word in allows)},
            free=(module and renamed and _is_torch(path)) or (id(node) in self._bases and path in _FRAMES),
            hidden=hidden,
        )

    def _pattern(self, node: ast.MatchClass, one: Seen) -> Iterator[Use]:
        """`case Tensor(shape=s)` reads an attribute."""
        for name in node.kwd_attrs:
            words, hidden = (f".{name}", name, "attributes"), around.of_attribute(name)
            yield use(one, self._source, words, text=f".{name}", hidden=hidden)

    # Names.

    def _name(self, node: ast.Name, one: Seen) -> Iterator[Use]:
        if id(node) in self._told or not isinstance(node.ctx, ast.Load):
            return
        meant = self._names.meaning(node.id, one.scope, one.at)
        if meant.paths:
            yield self._in_module(node, one, meant.paths, node.id)
        elif id(node) in self._called:
            yield self._called_name(node, one, meant)
        elif not meant.own:
            words, hidden = _perhaps(node.id, meant), around.of_name(node.id)
            free = node.id not in (_NAMES_OF_PYTHON if id(node) in self._bases else _FUNCTIONS_OF_PYTHON)
            yield use(one, self._source, words, text=node.id, shown=node.id, free=free, hidden=hidden)

    def _called_name(self, node: ast.Name, one: Seen, meant: Meaning) -> Use:
        """A call by a bare name: of the code's own function, of a variable, or of what was given."""
        named = _perhaps(node.id, meant)
        again = ("recursion",) if meant.function and _is_in(one.scope, node.id) else ()
        return use(
            one,
            self._source,
            (*(() if meant.own else named), "calls", *again),
            text=node.id,
            shown=node.id,
            allows=(*named, "calls"),
            free=meant.function or node.id in _FREE_CALLS,
            hidden="" if meant.own else around.of_name(node.id),
        )

    _TELLERS: dict[type[ast.AST], Callable[..., Iterator[Use]]] = {
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.ClassDef: _class,
        ast.FunctionDef: _decorated,
        ast.AsyncFunctionDef: _decorated,
        ast.Call: _call,
        ast.Attribute: _attribute,
        ast.Name: _name,
        ast.MatchClass: _pattern,
    }


def _of_path(path: str) -> tuple[set[str], set[str]]:
    """The words that mean something in a module, and those of them that allow it.

    A module's name allows all that is in it; a class's name does not, and neither does a middle part alone.
    """
    steps, whole = path.split("."), prefixes(path)
    first = next((number for number, step in enumerate(steps[:-1]) if step[:1].isupper()), len(steps))
    words = {*whole, *steps, *(f".{step}" for step in steps[first + 1 :])}
    modules = {word for word in whole if not word.rpartition(".")[2][:1].isupper()}
    return words, modules | (words & {path, steps[-1], f".{steps[-1]}"})


def _is_torch(path: str) -> bool:
    return path.partition(".")[0] == "torch"


def _perhaps(name: str, meant: Meaning) -> set[str]:
    """The words for a bare name, which may have come by `import *`."""
    return {name, *(word for path in meant.perhaps for word in _of_path(path)[0])}


def _own_attributes(seen: list[Seen]) -> set[str]:
    """Attributes that the code's own classes give themselves, and their methods."""
    own = set[str]()
    for one in seen:
        node = one.node
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            own.update([node.attr] if node.value.id == "self" else [])
        elif isinstance(node, FUNCTIONS) and one.scope.kind == "class":
            own.add(node.name)
    return own


def _text_keys(value: ast.expr) -> list[str]:
    """The names given by `**{"keepdim": True}`."""
    keys = value.keys if isinstance(value, ast.Dict) else []
    return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _in_method(scope: Scope | None) -> bool:
    """Whether a place is in a function of a class."""
    while scope and not (scope.kind == "function" and scope.outer and scope.outer.kind == "class"):
        scope = scope.outer
    return scope is not None


def _is_in(scope: Scope | None, name: str) -> bool:
    """Whether a place is inside the function of that name."""
    while scope and not (scope.kind == "function" and scope.name == name):
        scope = scope.outer
    return scope is not None
