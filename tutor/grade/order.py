"""Lines to put in order: any order that works is right, so the answer is judged by running it."""

from __future__ import annotations

import ast
import random
import re

from tutor.grade.answer import Unread
from tutor.lesson.model import Order

INDENT = "    "


def shuffled(question: Order) -> tuple[str, ...]:
    """The lines and the distractors, mixed; always the same way for a question, and never already in order. Where the
    learner is to indent them, they begin at the margin."""
    own = [line.strip() if question.indent else line for line in question.lines]
    lines = own + [line.strip() if question.indent else line for line in question.distractors]
    shuffle = random.Random(question.id)
    for _ in range(20):
        shuffle.shuffle(lines)
        if [line for line in lines if line in own] != own:
            break
    return tuple(lines)


def arranged(question: Order, answer: str) -> str:
    """The code meant by lines of code, or by the numbers (from 1) of the lines shown: `3 1 2`. Raises Unread."""
    shown = shuffled(question)
    given = _unlisted(answer.strip())
    if re.fullmatch(r"[\d\s,;>-]+", given):
        return _numbered(shown, given)
    known = {line.strip(): line for line in shown}
    lines = [line for line in given.splitlines() if line.strip()]
    strange = [line for line in lines if line.strip() not in known]
    if strange:
        raise Unread(
            f"`{strange[0].strip()[:60]}` is not one of the lines. Type their numbers in order, such as 2 1 3."
        )
    if question.indent:
        return "\n".join(lines)
    return "\n".join(known[line.strip()] for line in lines)


def _numbered(shown: tuple[str, ...], given: str) -> str:
    """Lines by their numbers; each `>` before one indents it by a step. Arrows between numbers are only arrows."""
    picked = [(marks.count(">"), int(n)) for marks, n in re.findall(r"((?:>\s*)*)(\d+)", given.replace("->", " "))]
    if any(not 1 <= n <= len(shown) for _, n in picked):
        raise Unread(f"The lines have the numbers 1 to {len(shown)}; type them in order, for instance 2 1 3.")
    return "\n".join(INDENT * steps + shown[n - 1] for steps, n in picked)


def _unlisted(text: str) -> str:
    """An answer file may give the lines, or their numbers, as a list."""
    if not text.startswith("["):
        return text
    try:
        found = ast.literal_eval(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    return "\n".join(str(item) for item in found) if isinstance(found, list) else text
