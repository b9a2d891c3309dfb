"""The variants of a program: the solution with one thing changed, and what is true where somebody believes it.

Expressions are rewritten by the rules that also make mutants of an asked expression, wherever in the program they
stand; `slip` and `statement` add what only goes wrong in code that somebody writes.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType

from tutor.grade.belief import autograd, broadcast, create, index, join, layer, matmul, reduce, reshape, slip
from tutor.grade.belief.node import DTYPE, Change
from tutor.grade.belief.place import Place, Spot, first_line, places, spots
from tutor.grade.belief.statement import CRUDE, Rewrite, rewrites
from tutor.grade.belief.told import named, told, words
from tutor.grade.source import parsed

MOST = 40
LONGEST = 6000
"""Characters of a program that is looked into."""
OF_A_KIND = 6
"""Edits of one name that are tried."""
CRUDE_MOST = 9
_RARE = ("other-operand", "select-for-sum", "select-for-mean")
"""What is foreseen of a shape more than of code."""
_RULES = (reduce, slip, matmul, index, broadcast, reshape, join, create, layer, autograd)


@dataclass(frozen=True)
class Variant:
    """The solution with one thing changed."""

    name: str
    """The kind of change, as a word that stays the same: `other-dim`, `drop-zero-grad`."""
    code: str
    """The whole program."""
    belief: str
    """What is true where somebody believes the changed code."""
    shown: str
    """The changed statement in backticks; of one that is gone, `without` it."""
    line: int
    """Where the solution was changed, 1-based."""
    telling: bool = False
    """Whether what is shown holds the whole of what is right: it is for the author's eyes only."""


def variants(program: str) -> tuple[Variant, ...]:
    """Programs that each do one thing otherwise than `program`, the simplest slip first, none twice; all compile."""
    tree = parsed(program) if len(program) <= LONGEST else None
    if tree is None or not tree.body:
        return ()
    try:
        return _chosen(program, _Program(tree))
    except RecursionError:
        return ()


def _chosen(program: str, whole: _Program) -> tuple[Variant, ...]:
    ours = set(words(whole.code))
    seen, found = {whole.code}, list[Variant]()
    for edits, most in _rationed([*whole.edits()]):
        for edit in edits:
            if len(found) == most:
                break
            code, shown = whole.edited(edit)
            if code not in seen and parsed(code) is not None:
                belief = told(edit.name, edit.sentence, ours - set(words(code)))
                found.append(Variant(edit.name, code, belief, shown, edit.line, edit.telling))
            seen.add(code)
    return tuple(found)


def _rationed(edits: list[_Edit]) -> list[tuple[list[_Edit], int]]:
    """The edits in their order, with how many variants there may be after them; the crudest have room kept for them.

    Of each kind the first comes before the second of another, so that a long program has not forty of the same.
    """
    counts: dict[tuple[str, bool], int] = {}
    keys: dict[int, tuple[int, int]] = {}
    for edit in edits:
        kind = edit.name, edit.everywhere
        counts[kind] = counts.get(kind, 0) + 1
        keys[id(edit)] = edit.rank, counts[kind]
    ordered = sorted(edits, key=lambda e: keys[id(e)])
    slips = [e for e in ordered if e.rank < CRUDE and keys[id(e)][1] <= OF_A_KIND]
    crude = [e for e in ordered if e.rank == CRUDE]
    return [(slips, MOST - len(crude[:CRUDE_MOST])), (crude[:CRUDE_MOST], MOST)]


@dataclass(frozen=True)
class _Edit:
    """Something done to the tree, which `do` undoes again by what it returns."""

    name: str
    sentence: str
    rank: int
    line: int
    do: Callable[[], Callable[[], None]]
    statements: tuple[ast.stmt, ...]
    """What is changed, to be shown as it then is."""
    shown: str = ""
    """What is shown of it, where that is not the changed statement."""
    telling: bool = False
    everywhere: bool = False
    """Whether it is done at every place there is for it."""


class _Program:
    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self.code = ast.unparse(tree)
        self._spots = list(spots(tree.body))

    def edited(self, edit: _Edit) -> tuple[str, str]:
        """The program's code after an edit, and the statement to show; the tree is as it was afterwards."""
        undo = edit.do()
        try:
            code = _unparsed(self._tree)
            lines = dict.fromkeys(map(first_line, edit.statements))
            return code, edit.shown or ", ".join(f"`{line}`" for line in lines)
        finally:
            undo()

    def edits(self) -> Iterator[_Edit]:
        """Everything that may be done, by statement and then by place."""
        by_name: dict[str, dict[int, _Where]] = {}
        for spot in self._spots:
            for place in places(spot.statement):
                for rule in _RULES:
                    for name, change in _changes(rule, place.node):
                        yield _of_place(spot, place, name, change)
                        by_name.setdefault(name, {}).setdefault(id(place), (spot.statement, place, rule))
            for rewrite in rewrites(spot):
                yield _of_statement(rewrite)
        for name, where in by_name.items():
            if len(where) > 1:
                yield _everywhere(name, [*where.values()])


_Where = tuple[ast.stmt, Place, ModuleType]
"""A statement, a place in it, and the rule that has something to say there."""


def _changes(rule: ModuleType, node: ast.expr) -> Iterator[tuple[str, Change]]:
    for change in rule.changes(node):
        if change.code and change.kinds != DTYPE:
            name = named(node, change)
            yield name, replace(change, rank=2) if name in _RARE else change


def _of_place(spot: Spot, place: Place, name: str, change: Change) -> _Edit:
    def do() -> Callable[[], None]:
        old = place.node
        place.put(change.node)
        return lambda: place.put(old)

    telling = _holds(change.node, place.node)
    return _Edit(name, change.belief, change.rank, spot.statement.lineno, do, (spot.statement,), telling=telling)


def _holds(new: ast.expr, old: ast.expr) -> bool:
    """Whether what was right is still there, with something around it."""
    return not isinstance(old, (ast.Name, ast.Constant)) and ast.unparse(old) in ast.unparse(new)


def _everywhere(name: str, where: list[_Where]) -> _Edit:
    """One kind of change at every place that has it; inner places first, since outer ones are made of them."""

    def do() -> Callable[[], None]:
        before = [(place, place.node) for _, place, _ in where]
        for _, place, rule in where:
            found = [change for other, change in _changes(rule, place.node) if other == name]
            if found:
                place.put(copy.deepcopy(min(found, key=lambda change: change.rank).node))

        def undo() -> None:
            for place, old in reversed(before):
                place.put(old)

        return undo

    changed = tuple(dict.fromkeys(statement for statement, _, _ in where))
    return _Edit(name, "", 1, changed[0].lineno, do, changed, everywhere=True)


def _of_statement(rewrite: Rewrite) -> _Edit:
    spot, block = rewrite.spot, rewrite.spot.block
    end = spot.index + rewrite.count

    def do() -> Callable[[], None]:
        whole = list(block)
        block[spot.index : end] = rewrite.new or ([] if len(block) > rewrite.count else [ast.Pass()])

        def undo() -> None:
            block[:] = whole

        return undo

    shown = rewrite.shown or ("" if rewrite.new else f"without `{first_line(spot.statement)}`")
    return _Edit(rewrite.name, "", rewrite.rank, spot.statement.lineno, do, rewrite.new[:1], shown, rewrite.telling)


def _unparsed(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree))
