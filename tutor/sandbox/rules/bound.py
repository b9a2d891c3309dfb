"""What the names in a piece of code stand for: something of its own, something imported, or something from outside.

A name that the code binds only perhaps (in a branch, below its use, deleted again) is taken for one from outside too,
so that a `softmax = 1` somewhere does not make every `softmax` harmless.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.sandbox.rules.place import At
from tutor.sandbox.rules.walk import Scope, Seen
from tutor.sandbox.rules.word import CONVENTIONS

MODULES = frozenset(
    {
        "torch", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.optim", "torch.linalg",
        "torch.fft", "torch.special", "torch.autograd", "torch.utils", "torch.utils.data", "torch.distributions",
        "torch.func", "torch.cuda", "torch.random", "torch.testing", "torch.functional", "numpy", "numpy.linalg",
        "numpy.random",
    }
)  # fmt: skip
"""What can be imported from another module and is one itself."""

_HOPS_MOST = 8
"""How many other names for another name are followed."""
_STARS_MOST = 8
"""How many modules of `from torch import *` are looked into."""

Kind = Literal["function", "import", "value"]


@dataclass
class Bound:
    """All that one scope gives a name."""

    times: int = 0
    functions: int = 0
    """How often it is a function or a class."""
    paths: dict[str, None] = field(default_factory=dict)
    """Full names of what is imported, in order."""
    another: ast.expr | None = None
    """What it was last made another name for."""
    since: At | None = None
    """From where on it certainly has a value."""
    last: At = (0, 0)


@dataclass(eq=False)
class Holder:
    """The names of one scope."""

    names: dict[str, Bound] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Those that are said to be `global` or `nonlocal`."""


@dataclass(frozen=True)
class Meaning:
    """What a name stands for at one place."""

    own: bool = False
    """Whether the code itself gave it its value."""
    function: bool = False
    """Whether that is a function or a class of the code's own."""
    paths: tuple[str, ...] = ()
    """Full names of what it was imported as, or is another name for."""
    perhaps: tuple[str, ...] = ()
    """Full names it may have by `from torch import *`."""


class Names:
    """Every binding in the code."""

    def __init__(self, seen: list[Seen]) -> None:
        self.modules = set(MODULES)
        """Full names of modules, as far as the code tells."""
        self._module = seen[0].scope
        self._held: dict[Scope, Holder] = {}
        self._stars: dict[str, None] = {}
        self._deleted: set[str] = set()
        self._bound: set[int] = set()
        """Nodes that are bound with more than their name."""
        for one in seen:
            if isinstance(one.node, (ast.Global, ast.Nonlocal)):
                kind = "global" if isinstance(one.node, ast.Global) else "nonlocal"
                self._of(one.scope).elsewhere.update(dict.fromkeys(one.node.names, kind))
        for one in seen:
            if bind := self._BINDERS.get(type(one.node)):
                bind(self, one.node, one)

    def _of(self, scope: Scope) -> Holder:
        return self._held.setdefault(scope, Holder())

    # What binds a name.

    def _bind(self, name: str, seen: Seen, kind: Kind, path: str = "", another: ast.expr | None = None) -> None:
        bound = self._of(self._target(name, seen.scope)).names.setdefault(name, Bound())
        bound.times += 1
        bound.functions += kind == "function"
        bound.paths.update({path: None} if path else {})
        bound.another, bound.last = another, seen.since
        if seen.certain:
            bound.since = min(bound.since or seen.since, seen.since)

    def _target(self, name: str, scope: Scope) -> Scope:
        """The scope in which `scope` binds a name."""
        said = self._of(scope).elsewhere.get(name)
        if said == "global":
            return self._module
        while said and scope.outer and scope.outer.kind != "module":
            scope = scope.outer
            if scope.kind == "function" and name not in self._of(scope).elsewhere:
                break
        return scope

    def _name(self, node: ast.Name, seen: Seen) -> None:
        if isinstance(node.ctx, ast.Del):
            self._deleted.add(node.id)
        elif isinstance(node.ctx, ast.Store) and id(node) not in self._bound:
            self._bind(node.id, seen, "value")

    def _assign(self, node: ast.Assign | ast.AnnAssign, seen: Seen) -> None:
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if not isinstance(target, ast.Name) or (isinstance(node, ast.Assign) and len(node.targets) > 1):
            return
        self._bound.add(id(target))
        if isinstance(node.value, ast.Lambda):
            self._bind(target.id, seen, "function")
        elif node.value is not None:
            another = node.value if isinstance(node.value, (ast.Name, ast.Attribute)) else None
            self._bind(target.id, seen, "value", another=another)

    def _walrus(self, node: ast.NamedExpr, seen: Seen) -> None:
        """It binds outside a comprehension, and what comes before it may keep it from running."""
        self._bound.add(id(node.target))
        scope = seen.scope
        while scope.kind == "comprehension" and scope.outer:
            scope = scope.outer
        another = node.value if isinstance(node.value, (ast.Name, ast.Attribute)) else None
        self._bind(node.target.id, Seen(node, scope, seen.since), "value", another=another)

    def _definition(self, node: Any, seen: Seen) -> None:
        self._bind(node.name, seen, "function")

    def _argument(self, node: ast.arg, seen: Seen) -> None:
        self._bind(node.arg, seen, "value")

    def _captured(self, node: Any, seen: Seen) -> None:
        if name := node.rest if isinstance(node, ast.MatchMapping) else node.name:
            self._bind(name, seen, "value")

    def _import(self, node: ast.Import, seen: Seen) -> None:
        for alias in node.names:
            first = alias.name.partition(".")[0]
            self.modules.update(prefixes(alias.name))
            self._bind(alias.asname or first, seen, "import", path=alias.name if alias.asname else first)

    def _import_from(self, node: ast.ImportFrom, seen: Seen) -> None:
        for alias in node.names:
            if alias.name == "*":
                self._stars.update({node.module or "": None} if len(self._stars) < _STARS_MOST else {})
            else:
                self._bind(alias.asname or alias.name, seen, "import", path=imported(node, alias))

    _BINDERS: dict[type[ast.AST], Callable[..., None]] = {
        ast.Name: _name,
        ast.Assign: _assign,
        ast.AnnAssign: _assign,
        ast.NamedExpr: _walrus,
        ast.FunctionDef: _definition,
        ast.AsyncFunctionDef: _definition,
        ast.ClassDef: _definition,
        ast.arg: _argument,
        ast.ExceptHandler: _captured,
        ast.MatchAs: _captured,
        ast.MatchStar: _captured,
        ast.MatchMapping: _captured,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
    }

    # What a name means.

    def renamed(self) -> set[int]:
        """The nodes that something is given one other name by, which is followed."""
        every = (bound for held in self._held.values() for bound in held.names.values())
        return {id(bound.another) for bound in every if bound.times == 1}

    def meaning(self, name: str, scope: Scope, at: At, *, alone: bool = True, hops: int = _HOPS_MOST) -> Meaning:
        """What `name` stands for at a place; `alone` when it is not followed by a dot.

        Before a dot another name for a module makes a longer name; another name for `torch.pi` is only a number.
        """
        holder = self._holder(name, scope)
        if holder is None:
            return self._outside(name, alone)
        bound = self._of(holder).names[name]
        paths = list(bound.paths)
        if bound.another is not None and bound.times == 1 and hops:
            followed = self._followed(bound.another, holder, bound.last, hops - 1)
            paths += [path for path in followed if alone or path in self.modules]
        if not self._sure(name, holder, scope, at):
            outside = self._outside(name, alone)
            return Meaning(paths=tuple(dict.fromkeys((*paths, *outside.paths))), perhaps=outside.perhaps)
        return Meaning(own=not paths, function=bound.functions == bound.times, paths=tuple(paths))

    def _followed(self, value: ast.expr, scope: Scope, at: At, hops: int) -> list[str]:
        """Full names of what an expression is, if it is a name or a dotted one."""
        root, steps = dotted(value)
        if root is None:
            return []
        meant = self.meaning(root.id, scope, at, alone=not steps, hops=hops)
        return [".".join((path, *(step.attr for step in steps))) for path in meant.paths]

    def _holder(self, name: str, scope: Scope) -> Scope | None:
        """The scope whose binding is meant."""
        here: Scope | None = scope
        while here:
            held = self._of(here)
            if held.elsewhere.get(name) == "global":
                return self._module if name in self._of(self._module).names else None
            if name in held.names and (here.kind != "class" or here is scope):
                return here
            here = here.outer
        return None

    def _sure(self, name: str, holder: Scope, scope: Scope, at: At) -> bool:
        """Whether the binding holds; in a function, a name that is not bound yet is an error and nothing else."""
        if holder.kind in ("function", "comprehension"):
            return True
        since = self._of(holder).names[name].since
        while scope is not holder and scope.kind in ("class", "comprehension") and scope.outer:
            scope = scope.outer
        return since is not None and name not in self._deleted and (scope is not holder or since <= at)

    def _outside(self, name: str, alone: bool) -> Meaning:
        """What a name stands for that the code does not bind. An `F` without a dot may be a number of features."""
        perhaps = tuple(f"{module}.{name}" for module in self._stars)
        known = name in CONVENTIONS and (not alone or name == CONVENTIONS[name])
        return Meaning(paths=(CONVENTIONS[name],) if known else (), perhaps=perhaps)


def dotted(node: ast.expr) -> tuple[ast.Name | None, list[ast.Attribute]]:
    """The name that a chain of attributes begins with, None for anything else, and the attributes from there on."""
    steps: list[ast.Attribute] = []
    while isinstance(node, ast.Attribute):
        steps.append(node)
        node = node.value
    return node if isinstance(node, ast.Name) else None, steps[::-1]


def prefixes(path: str) -> list[str]:
    """`torch`, `torch.nn`, `torch.nn.functional`."""
    parts = path.split(".")
    return [".".join(parts[: number + 1]) for number in range(len(parts))]


def imported(node: ast.ImportFrom, alias: ast.alias) -> str:
    """The full name of what is imported."""
    return f"{node.module}.{alias.name}" if node.module else alias.name
