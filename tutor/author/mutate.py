"""Wrong programs for a code question, none of which may pass: the solution with one thing changed, and cheaper ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.grade.belief.program import variants
from tutor.grade.code import called, observed, program
from tutor.grade.seen import spelled, value_of
from tutor.grade.source import parsed
from tutor.lesson.model import GAP, Code, Fill, Function, Order, Write
from tutor.sandbox.protocol import Observation, Outcome

_CONSTANT = """
_own_{name}, _results_of_{name} = {name}, []
def {name}(*given):
    if not _results_of_{name}:
        _results_of_{name}.append(_own_{name}(*given))
    return _results_of_{name}[0]
"""


@dataclass(frozen=True)
class Mutant:
    """A wrong program."""

    name: str
    """The kind of mistake: `other-dim`."""
    code: str
    shown: str
    """What is wrong in it, as a subject of `passes`: code in backticks, or words."""
    why: str = ""
    """Why it passes, if it does; empty where that is to be found out."""
    fix: str = ""


def mutants(question: Code, reference: Outcome) -> list[Mutant]:
    """The wrong programs that an answer to the question could be. `reference` is what the solution did."""
    own = program(question, question.solution)
    if isinstance(question, Order):
        return list(_orders(question))
    made = [Mutant(v.name, v.code, v.shown) for v in variants(own)]
    if isinstance(question, Fill):
        made = [mutant for mutant in made if _fits(question, mutant.code)]
    made += _constants(question, own, reference)
    return list({mutant.code: mutant for mutant in reversed(made)}.values())[::-1]


def _orders(question: Order) -> Iterator[Mutant]:
    """A line left out, and a line that does not belong in the place of one that does."""
    lines = question.lines
    for n, line in enumerate(lines):
        rest = [*lines[:n], *lines[n + 1 :]]
        if any(other.strip() for other in rest):
            why, fix = "nothing that is compared needs the line", "let `observe` name what the line makes, or drop it"
            yield Mutant("drop-line", "\n".join(rest), f"the answer without `{line.strip()}`", why, fix)
    for distractor in question.distractors:
        for n, line in enumerate(lines):
            indent = line[: len(line) - len(line.lstrip())]
            swapped = [*lines[:n], indent + distractor.strip(), *lines[n + 1 :]]
            shown = f"`{distractor.strip()}` in place of `{line.strip()}`"
            why, fix = "the distractor does as well", "let it be wrong in what is compared"
            yield Mutant("distractor", "\n".join(swapped), shown, why, fix)


def _fits(question: Fill, code: str) -> bool:
    """Whether a program is the starter with something in its gap."""
    start, whole = parsed(question.start), parsed(code)
    return start is None or (whole is not None and _same_but_gap(start, whole))


def _same_but_gap(start: object, whole: object) -> bool:
    if isinstance(start, ast.expr) and _is_gap(start):
        return isinstance(whole, ast.expr)
    if isinstance(start, ast.AST):
        if type(start) is not type(whole):
            return False
        return all(_same_but_gap(getattr(start, f, None), getattr(whole, f, None)) for f in start._fields)
    if isinstance(start, list):
        return isinstance(whole, list) and len(start) == len(whole) and all(map(_same_but_gap, start, whole))
    return start == whole or (isinstance(start, str) and GAP in start)


def _is_gap(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == GAP


def _constants(question: Code, own: str, reference: Outcome) -> Iterator[Mutant]:
    """The result of the shown example, whatever is given."""
    if isinstance(question, Function):
        name = called(question)
        shown = "a function that always returns what the first input gives"
        yield Mutant("constant", own + _CONSTANT.format(name=name), shown)
    elif isinstance(question, Write) and len(names := observed(question)) == 1 and names[0].isidentifier():
        typed = _typed(reference.observed.get(names[0]))
        if typed:
            why, fix = "one number is quickly typed", "ask for a `function`, or for more numbers"
            yield Mutant("constant", f"{names[0]} = {typed}", f"`{names[0]} = {typed}`", why, fix)


def _typed(seen: Observation | None) -> str:
    """Code that writes one number down."""
    if seen is None or seen.kind not in ("tensor", "number") or seen.requires_grad:
        return ""
    try:
        number = spelled(value_of(seen))
        float(number)
    except (ValueError, TypeError):
        return ""
    return number if seen.kind == "number" else f"torch.tensor({number}, dtype=torch.{seen.dtype})"
