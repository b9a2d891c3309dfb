"""Test data that is used to choose."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, receiver

_TEST = re.compile(r"(^|_)tests?(_|$)|^x_?te$|^y_?te$", re.IGNORECASE)
_VALIDATION = re.compile(r"val(id|idation)?(_|$)|(^|_)dev(_|$)|holdout|fold", re.IGNORECASE)
_BEST = re.compile(r"best|chosen|patience|lowest|highest|winner", re.IGNORECASE)


def chosen(program: Program) -> Iterator[Notice]:
    """The best of several by a number that comes from the test data, with no other data held back."""
    names = {n.id for n in program.nodes(ast.Name)}
    if any(_VALIDATION.search(name) for name in names):
        return
    tainted = _tainted(program)
    if not tainted:
        return
    for node in program.nodes(ast.Compare, ast.Call):
        score = _compared(program, node, tainted) if isinstance(node, ast.Compare) else _picked(program, node, tainted)
        if score:
            yield _notice(program, node, score)
            return


def _tainted(program: Program) -> set[str]:
    """Names of what was computed from the test data, numbers and tables of numbers."""
    names = {n.id for n in program.nodes(ast.Name) if _TEST.search(n.id)}
    found: set[str] = set()
    for _ in range(3):
        for node in program.nodes(ast.Assign, ast.AugAssign, ast.Expr):
            value, targets = _flow(node)
            if value is not None and _mentions(value, names | found):
                found |= targets
    return found | {name for name in names if not _is_data(program, name)}


def _flow(node: ast.stmt) -> tuple[ast.AST | None, set[str]]:
    if isinstance(node, ast.Assign):
        return node.value, {_root(t) for t in node.targets} - {""}
    if isinstance(node, ast.AugAssign):
        return node.value, {_root(node.target)} - {""}
    if isinstance(node, ast.Expr) and called(node.value) == "append" and isinstance(node.value, ast.Call):
        owner = node.value.func
        return node.value, {_root(owner.value)} - {""} if isinstance(owner, ast.Attribute) else set()
    return None, set()


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _mentions(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node))


def _is_data(program: Program, name: str) -> bool:
    """Whether a name is data itself: a tensor of more than one number."""
    made = [line for line in (*program.outcome.lines, *program.outcome.asides) if line.name == name]
    return any(line.shape for line in made)


def _compared(program: Program, node: ast.Compare, tainted: set[str]) -> str:
    """The score in `if score > best`."""
    above = program.parent(node)
    sides = [node.left, *node.comparators]
    if not isinstance(above, (ast.If, ast.BoolOp, ast.IfExp)) or program.loop(node) is None:
        return ""
    scores = [s for s in sides if _mentions(s, tainted) and not _BEST.search(program.text(s))]
    bests = [s for s in sides if _BEST.search(program.text(s))]
    return program.text(scores[0]) if scores and bests else ""


def _picked(program: Program, node: ast.Call, tainted: set[str]) -> str:
    """The scores in `min(results, key=results.get)`, `max(scores)` and the like, kept as the choice."""
    if called(node) not in ("min", "max", "sorted", "argmin", "argmax") or not _mentions(node, tainted):
        return ""
    if called(node) in ("argmin", "argmax") and not _collected(program, node):
        return ""
    at = program.statement(node)
    by_key = any(k.arg == "key" for k in node.keywords)
    named = isinstance(at, ast.Assign) and bool(_BEST.search(program.text(at.targets[0])))
    scores = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in tainted]
    return scores[0] if by_key or named else ""


def _collected(program: Program, node: ast.Call) -> bool:
    """Whether the best place is asked of what was gathered round by round, not of one prediction."""
    base, others = receiver(node)
    return base is not None and not others and called(program.origin(base)) in ("stack", "tensor", "array", "as_tensor")


def _notice(program: Program, node: ast.expr, score: str) -> Notice:
    return Notice(
        rule="chosen-on-test-data",
        line=node.lineno,
        first=f"On line {node.lineno} {program.code_of(node)} chooses by `{score}`, which comes from the test data.",
        rest=(
            "What is best on the test data is best there partly by luck, so its number is too good for new data.",
            "Hold back a part of the training data, choose by that, and use the test data once, at the end.",
        ),
        instead="train_part, validation_part = torch.utils.data.random_split(train_data, [0.8, 0.2])",
        sure=False,
    )
