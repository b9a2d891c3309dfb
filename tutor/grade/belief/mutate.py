"""The mutants of an asked expression: the same code with one node rewritten, and the belief that each stands for."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from tutor.grade.belief import autograd, broadcast, create, dtype, index, join, layer, matmul, reduce, reshape
from tutor.grade.belief.node import Change
from tutor.grade.source import parsed

MOST = 48
"""Mutants of one question: with the question and its listed wrong answers they stay below what a child observes."""
KEPT_MOST = 256
"""Questions whose mutants are held on to: they are asked for with the question and with each answer."""
LONGEST = 1000
"""Characters of code that are looked into."""
_RULES = (reduce, index, broadcast, matmul, reshape, join, create, dtype, layer, autograd)
_MODULES = frozenset({"torch", "nn", "F", "np", "numpy", "math"})
_BUILTIN = frozenset(("range", "len", "sum", "int", "float", "bool", "list", "tuple", "round", "max", "min", "zip"))


@dataclass(frozen=True)
class Mutant:
    """Code that gives a wrong answer, and what is true where somebody believes it."""

    code: str
    belief: str
    rank: int
    """The simplest slip is 0."""
    shown: str = ""
    """The code as evidence, `x.mean()` in backticks; empty when it is only arithmetic on shapes."""


@lru_cache(maxsize=KEPT_MOST)
def mutants(expression: str, kind: str = "", lead: str = "") -> tuple[Mutant, ...]:
    """The mutants of `expression`, simplest first, none twice; none of what changes a tensor in place.

    `kind` keeps those that can answer such a question. `lead` holds the lines before it: they are rewritten too, and
    run again from their start, where they make all they change themselves.
    """
    try:
        return _gathered(expression, kind, lead if len(lead) <= LONGEST else "")
    except RecursionError:
        return ()


def _gathered(expression: str, kind: str, lead: str) -> tuple[Mutant, ...]:
    tree = _tree(expression)
    if tree is None:
        return ()
    itself = Mutant(expression, "", 0)
    found: dict[str, Mutant] = {expression: itself, ast.unparse(tree): itself}
    everything = [*_rewritten(tree, kind), *_led_up(tree, kind, lead)]
    for mutant in sorted(everything, key=lambda m: m.rank):
        found.setdefault(mutant.code, mutant)
    return tuple(m for m in found.values() if m is not itself)[:MOST]


def _tree(expression: str) -> ast.expr | None:
    """The expression when it is one that may be run again and again."""
    module = parsed(expression.strip()) if len(expression) <= LONGEST else None
    if module is None or len(module.body) != 1 or not isinstance(statement := module.body[0], ast.Expr):
        return None
    return None if any(_changing(node) for node in ast.walk(module)) else statement.value


def _changing(node: ast.AST) -> bool:
    """Whether a node may leave something changed behind it."""
    if isinstance(node, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda)):
        return True
    name = ""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    in_place = name.endswith("_") and not name.endswith("__")
    return in_place or name in (
        "backward",
        "print",
        "step",
        "zero_grad",
        "append",
        "pop",
        "input",
        "open",
        "exec",
        "eval",
    )


_EVERYWHERE = ("", "shape", "value", "grad", "dtype")


def _rewritten(tree: ast.expr, kind: str) -> Iterator[Mutant]:
    """The expression with one of its nodes rewritten."""
    for node in ast.walk(tree) if kind in _EVERYWHERE else ():
        if isinstance(node, ast.expr):
            for rule in _RULES:
                yield from _mutants(tree, node, rule.changes(node), kind)
    if kind in _WHOLE:
        yield from _mutants(tree, tree, _WHOLE[kind](tree), kind)


_WHOLE = {"dtype": dtype.of_whole, "requires_grad": autograd.of_whole, "shares": autograd.of_shares}


def _mutants(tree: ast.expr, node: ast.expr, changes: Iterator[Change], kind: str) -> Iterator[Mutant]:
    for change in changes:
        if not kind or not change.kinds or kind in change.kinds:
            code = ast.unparse(ast.fix_missing_locations(_put(tree, node, change.node)))
            yield Mutant(code, change.belief, change.rank, f"`{code}`" if change.code else "")


def _put(tree: ast.expr, node: ast.expr, new: ast.expr) -> ast.expr:
    """The tree with one node replaced; the tree itself stays as it is."""
    whole = ast.Expression(copy.deepcopy(tree, {id(node): node}))
    _Put(node, new).visit(whole)
    return whole.body


class _Put(ast.NodeTransformer):
    def __init__(self, node: ast.expr, new: ast.expr) -> None:
        self._node, self._new = node, copy.deepcopy(new)

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._node else self.generic_visit(node)


def _led_up(tree: ast.expr, kind: str, lead: str) -> Iterator[Mutant]:
    """The asked expression after lines of which one is rewritten."""
    module = parsed(lead)
    if module is None or not module.body:
        return
    if not any(_changing(n) or _writes(n) for n in ast.walk(module)):
        yield from _again(tree, kind, module.body)
    elif kind not in ("shape", "dtype") and _alone(module):
        yield from _replayed(tree, module)
    for asked, belief in autograd.of_loss(tree, module) if kind in ("value", "grad") else ():
        yield Mutant(ast.unparse(asked), belief, 1, f"`{ast.unparse(asked)}`")


def _writes(node: ast.AST) -> bool:
    """Whether a node stores into something that was there before."""
    if isinstance(node, (ast.AugAssign, ast.Delete, ast.While, ast.FunctionDef, ast.ClassDef, ast.With, ast.Raise)):
        return True
    return isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store)


def _again(tree: ast.expr, kind: str, lines: list[ast.stmt]) -> Iterator[Mutant]:
    """Lines that change nothing, run once more from the rewritten one on."""
    asked = ast.unparse(tree)
    for i, line in enumerate(lines):
        after = [*map(ast.unparse, lines[i + 1 :]), asked]
        if other := autograd.kept(line):
            new = ast.unparse(ast.fix_missing_locations(other[0]))
            yield Mutant("\n".join([new, *after]), other[1], 0, f"the code with `{new}`")
        if isinstance(line, ast.Assign) and isinstance(target := line.targets[0], ast.Name):
            for mutant in _rewritten(line.value, kind):
                shown = f"the code with `{target.id} = {mutant.code}`" if mutant.shown else ""
                code = "\n".join([f"{target.id} = {mutant.code}", *after])
                yield Mutant(code, mutant.belief, mutant.rank, shown)


def _replayed(tree: ast.expr, module: ast.Module) -> Iterator[Mutant]:
    """The whole program with one of its statements rewritten."""
    asked = ast.unparse(tree)
    for other, line, belief in islice(autograd.of_program(module), MOST // 3):
        yield Mutant(f"{ast.unparse(other)}\n{asked}", belief, 1, line)


def _alone(module: ast.Module) -> bool:
    """Whether a program makes every tensor it uses, so that it can run again without touching another's."""
    nodes = list(ast.walk(module))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    stored |= {(n.asname or n.name).partition(".")[0] for n in nodes if isinstance(n, ast.alias)}
    loaded = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    looping = any(isinstance(n, (ast.While, ast.FunctionDef, ast.ClassDef)) for n in nodes)
    return loaded <= stored | _MODULES | _BUILTIN and not looping
