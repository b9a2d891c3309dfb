"""What a question asks, in words: the same on every front end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tutor.grade.order import shuffled
from tutor.grade.source import assigned, functions, split_last
from tutor.lesson.model import (
    GAP,
    Choice,
    Code,
    Explore,
    Fill,
    Lesson,
    Order,
    Predict,
    PredictError,
    Question,
    Read,
)

AnswerKind = Literal["none", "line", "gap", "code", "options", "order"]

LABELS = {
    "read": "Read",
    "explore": "Explore",
    "shape": "Predict the shape",
    "value": "Predict the value",
    "dtype": "Predict the dtype",
    "error": "Predict the error",
    "choice": "Choose",
    "fill": "Fill the blank",
    "fix": "Fix the bug",
    "write": "Write a snippet",
    "function": "Write a function",
    "order": "Put the lines in order",
}

_ASKS = {
    "shape": "What is the shape of {}?",
    "value": "What does {} give?",
    "dtype": "What is the dtype of {}?",
    "error": "This fails. Why?",
}

_HOW = {
    "shape": "A shape, such as (5, 7), (3,) or (); or error.",
    "value": "A number, a list such as [1, 2, 3], True or False; or error.",
    "dtype": "A dtype, such as float32 or int64.",
    "error": "The letter of the reason.",
    "choice": "The letter of the answer.",
    "fill": f"The text that belongs in place of {GAP}.",
    "order": "The lines in order; some may not belong.",
}


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A question, ready to be shown."""

    label: str
    """The kind, as a person says it: `Predict the shape`."""
    text: str
    """The task in prose; `code` in backticks."""
    given: str
    """Code that ran before, as far as the question uses it."""
    code: str
    """Code the question is about; empty when the text holds it."""
    expression: str
    """What a prediction is about, for the title of the answer field."""
    answer_kind: AnswerKind
    options: tuple[str, ...] = ()
    """What to choose from, or the lines to order as they are shown."""
    how: str = ""
    """How to spell an answer."""


def prompt(lesson: Lesson, question: Question) -> Prompt:
    """The prompt of a question of a lesson."""
    code = _code(question)
    return Prompt(
        label=LABELS[question.kind],
        text=_text(question),
        given=given(lesson, question),
        code=code,
        expression=_expression(question),
        answer_kind=answer_kind(question),
        options=_options(question),
        how=_HOW.get(question.kind, ""),
    )


def given(lesson: Lesson, question: Question) -> str:
    """The code before the answer that the question leans on; what it never mentions would only be in the way."""
    names = set(re.findall(r"\w+", _mentions(question)))
    needed = names & {*assigned(lesson.given), *functions(lesson.given)}
    return "\n".join([lesson.given.strip() if needed else "", question.given.strip()]).strip()


def _mentions(question: Question) -> str:
    """All code of a question, and what its prose puts in backticks."""
    prose = "" if isinstance(question, Predict) else question.task
    parts = [
        question.given,
        starter(question),
        *re.findall(r"`+([^`]+)`+", prose),
        *question.drawn,
        *_options(question),
    ]
    if isinstance(question, Predict):
        parts.append(question.task)
    if isinstance(question, Code):
        parts += [question.start, question.solution]
    return "\n".join(parts)


def answer_kind(question: Question) -> AnswerKind:
    """How the learner answers."""
    if isinstance(question, Read):
        return "none"
    if isinstance(question, (Choice, PredictError)):
        return "options"
    if isinstance(question, Predict):
        return "line"
    if isinstance(question, Order):
        return "order"
    return "gap" if isinstance(question, Fill) else "code"


def starter(question: Question) -> str:
    """What stands in the answer's place at first."""
    if isinstance(question, Explore):
        return question.start
    return question.start if answer_kind(question) == "code" and isinstance(question, Code) else ""


def _text(question: Question) -> str:
    if not isinstance(question, Predict):
        return question.task
    if question.ask:
        return question.ask.rstrip()
    code = _code(question)
    return _ASKS[question.kind].format("the last line" if code else f"`{question.task.strip()}`")


def _code(question: Question) -> str:
    """Code shown as a block: programs of several lines, what fails, and the code around a gap."""
    if isinstance(question, PredictError) or (
        isinstance(question, Predict) and (question.ask or "\n" in question.task)
    ):
        return question.task
    return question.start.rstrip() if isinstance(question, Fill) else ""


def _expression(question: Question) -> str:
    if not isinstance(question, Predict) or isinstance(question, PredictError):
        return ""
    last = split_last(question.task)[1]
    return f"{last}.{question.kind}" if question.kind in ("shape", "dtype") else last


def _options(question: Question) -> tuple[str, ...]:
    if isinstance(question, (Choice, PredictError)):
        return question.options
    return shuffled(question) if isinstance(question, Order) else ()
