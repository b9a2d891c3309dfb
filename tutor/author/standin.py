"""Stand-ins for what a question gives: other numbers, other sizes. Two programs that agree on all of them are one."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import Any

import msgspec

from tutor.examiner import setup
from tutor.grade.source import assigned, parsed
from tutor.lesson.model import Called, Code, LessonFile

CASES = 8

_STANDIN = """
def _standin_for(values, how, seed=7):
    chance, sizes, seen = torch.Generator().manual_seed(seed), {}, {}
    def size(s, d, dims):
        if how == "one":
            return 1 if d == (0 if dims > 1 else d) else s
        if s < 2 or how == "values":
            return s
        return s + 1 + 2 * d if how == "uneven" else sizes.setdefault(s, s + 2 + 3 * len(sizes))
    def other(v):
        if isinstance(v, (tuple, list)) and type(v) in (tuple, list):
            return type(v)(other(i) for i in v)
        if type(v) is not torch.Tensor or v.numel() == 0:
            return v
        if id(v) not in seen:
            shape = [size(s, d, v.dim()) for d, s in enumerate(v.shape)]
            flat = v.detach().reshape(-1)
            made = flat[torch.randint(flat.numel(), shape, generator=chance)].clone()
            if made.is_floating_point():
                made = made * (0.5 + torch.rand(shape, generator=chance)) + 0.125
            seen[id(v)] = made.to(v.dtype).requires_grad_(v.requires_grad)
        return seen[id(v)]
    return other(values)
"""


@dataclass(frozen=True)
class Standin:
    """One way to exchange what is given, and what it tells when two programs come apart on it."""

    how: str
    why: str
    fix: str


NUMBERS = Standin("values", "the numbers hide the difference", "give {names} other numbers")
SIZES = (
    Standin("uneven", "the sizes hide the difference", "give {names} sizes that all differ"),
    Standin("sizes", "the sizes hide the difference", "give {names} other sizes"),
    NUMBERS,
)
"""Other sizes and other numbers, in the order in which they are tried: the next one where code cannot work on the last
one. Sizes that differ from place to place tell most; some code wants those that are alike to stay so."""
ONE = Standin("one", "no input has a dimension of size 1", "add an input with a size of 1")


def replaced(file: LessonFile, question: Code, how: str) -> Code:
    """The question with stand-ins for its tensors, judged on their numbers whatever else it looks at."""
    given = "\n".join([question.given, code(setup(file, question), how)])
    check = tuple(dict.fromkeys((*question.check, "shape", "values")))
    changed: dict[str, Any] = {"given": given, "nan": "equal", "check": check}
    if isinstance(question, Called):
        inputs = tuple(f"_standin_for(({expression}), {how!r}, randint(0, 10**6))" for expression in question.inputs)
        changed |= {"inputs": inputs, "cases": CASES}
    return msgspec.structs.replace(question, **changed)


def code(given: str, how: str) -> str:
    """The lines that put stand-ins in the place of the given tensors."""
    names = assigned(given)
    if not names:
        return _STANDIN
    listed = ", ".join(names)
    return f"{_STANDIN}\n({listed},) = _standin_for(({listed},), {how!r})"


_MAKERS = frozenset({"zeros", "ones", "rand", "randn", "empty", "full", "randint"})


def rewritten(text: str, how: str) -> str:
    """Code with other numbers, or other sizes, in the tensors that it writes down itself."""
    tree = parsed(text)
    if tree is None:
        return text
    for node in ast.walk(tree):
        name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
        if name in _MAKERS and how != "values":
            _resize(node)  # type: ignore[arg-type]
        elif name == "tensor" and how == "values":
            _renumber(node)  # type: ignore[arg-type]
    return ast.unparse(tree)


def _resize(call: ast.Call) -> None:
    """Every literal size another one, by its place."""
    place = 0
    for node in [n for argument in copy.copy(call.args) for n in _literals(argument)]:
        if isinstance(node.value, int) and not isinstance(node.value, bool) and node.value > 1:
            node.value += 1 + 2 * place
            place += 1


def _renumber(call: ast.Call) -> None:
    for place, node in enumerate([n for argument in call.args[:1] for n in _literals(argument)]):
        if isinstance(node.value, float):
            node.value = node.value * 1.5 + 0.25 * place
        elif isinstance(node.value, int) and not isinstance(node.value, bool):
            node.value += place % 3 * 2


def _literals(node: ast.expr) -> list[ast.Constant]:
    """The numbers of a list or tuple of literals, in order."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return [literal for item in node.elts for literal in _literals(item)]
    return [node] if isinstance(node, ast.Constant) else []
