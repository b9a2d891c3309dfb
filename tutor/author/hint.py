"""Hints: there, in order, and none with the answer in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.author.trial import Finding
from tutor.grade.source import parsed
from tutor.lesson.code import filled
from tutor.lesson.model import Code, Fill, Function, Order, Question

_NUMBERED = re.compile(r"(?:hint\s*)?(\d+)\s*[.:)]\s", re.IGNORECASE)
_SAID = r"(?i:(?:answer|it|result|shape) is |gives |=\s?|->\s?|→\s?)"


def findings(question: Question, answer: str) -> Iterator[Finding]:
    """What is wrong with the hints of a question whose answer is known."""
    if not question.hints:
        yield Finding(
            "", "no-hints", "there is no hint", "write one to three under `hints`, from a nudge to nearly there"
        )
    yield from _order(question.hints)
    for n, hint in enumerate(question.hints):
        if leak := next((secret for secret in secrets(question, answer) if _holds(hint, secret)), ""):
            told = f"this hint holds the answer: `{leak}`"
            yield Finding(f"hints[{n}]", "hint-leaks", told, "say where to look, not what is there")


def _order(hints: tuple[str, ...]) -> Iterator[Finding]:
    for n, hint in enumerate(hints):
        number = _NUMBERED.match(hint)
        if number and int(number[1]) != n + 1:
            told = f"this hint calls itself number {number[1]}, and is number {n + 1}"
            yield Finding(f"hints[{n}]", "hint-order", told, "put the hints in order; they are numbered by themselves")
            return
        if (earlier := next((m for m in range(n) if _words(hint) in _words(hints[m])), None)) is not None:
            yield Finding(f"hints[{n}]", "hint-order", f"hint {earlier + 1} says this already", "let it say more")


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def secrets(question: Question, answer: str) -> Iterator[str]:
    """What no hint may hold: the answer, and the part of the code that makes it."""
    if isinstance(question, Order):
        return
    if not isinstance(question, Code):
        yield " ".join(answer.split())
        return
    yield " ".join(question.solution.split())
    yield from _parts(question)


def _parts(question: Code) -> Iterator[str]:
    """The right side of a program of one line, the only return of a function, the whole line with the gap."""
    tree = parsed(filled(question) if isinstance(question, Fill) else question.solution)
    body = tree.body if tree else []
    if isinstance(question, Function) and len(body) == 1 and isinstance(body[0], ast.FunctionDef):
        body = body[0].body
    made = body[0].value if len(body) == 1 and isinstance(body[0], (ast.Assign, ast.Return)) else None
    if made is not None and not isinstance(made, (ast.Name, ast.Constant)):
        yield ast.unparse(made)


def _holds(hint: str, secret: str) -> bool:
    """Whether a hint holds an answer as a whole; a number or a word only where it is said to be the answer."""
    said = " ".join(hint.replace("`", "").split())
    signs = re.findall(r"\w+|[^\w\s]", secret.replace("`", ""))
    if not signs:
        return False
    whole = r"\s*".join(map(re.escape, signs)) + r"(?!\w)"
    if re.fullmatch(r"-?[\d.]+|[A-Za-z]+", secret) and not _dtype(secret):
        return bool(re.search(_SAID + whole, said) or re.fullmatch(whole + r"\.?", said))
    return bool(re.search(rf"(?<![\w.]){whole}", said))


def _dtype(text: str) -> bool:
    return bool(re.fullmatch(r"(float|int|uint|bfloat)\d+|bool", text))
