"""What a question asks, in words: the same on every front end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tutor.grade.choice import shown
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
    PredictFails,
    PredictPrints,
    Question,
    Read,
    Trace,
)

AnswerKind = Literal["none", "line", "lines", "gap", "code", "options", "several", "order"]
"""`lines` is text of several lines that is not code; `several` is any number of options."""

LABELS = {
    "read": "Read",
    "explore": "Explore",
    "shape": "Predict the shape",
    "value": "Predict the value",
    "dtype": "Predict the dtype",
    "device": "Predict the device",
    "requires_grad": "Predict requires_grad",
    "grad": "Predict the gradient",
    "shares": "Predict shared memory",
    "prints": "Predict the output",
    "fails": "Find the line that fails",
    "error": "Predict the error",
    "trace": "Trace the shapes",
    "choice": "Choose",
    "fill": "Fill the blank",
    "fix": "Fix the bug",
    "write": "Write a snippet",
    "function": "Write a function",
    "module": "Write a module",
    "train": "Write a training loop",
    "order": "Put the lines in order",
}

_ASKS = {
    "shape": "What is the shape of {}?",
    "value": "What does {} give?",
    "dtype": "What is the dtype of {}?",
    "device": "Which device is {} on?",
    "requires_grad": "Is a gradient recorded for {}, that is, what is its requires_grad?",
    "grad": "What is the `.grad` of {}?",
    "shares": "Do {} share memory?",
    "prints": "What does this print?",
    "fails": "Which line fails, if one does?",
    "error": "This fails. Why?",
}

_HOW = {
    "shape": "A shape, such as (5, 7), (3,) or (); or error.",
    "value": "A number, a list such as [1, 2, 3], True or False; or error.",
    "dtype": "A dtype, such as float32 or int64.",
    "device": "A device, such as cpu or cuda:0; or error.",
    "requires_grad": "True or False; or error.",
    "grad": "A number, a list such as [1, 2, 3], or None; or error.",
    "shares": "Yes or no.",
    "prints": "The output, line by line.",
    "fails": "The number of the line, or none.",
    "trace": "One shape per line, in order.",
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
    numbered: bool = False
    """Whether the lines of the code are spoken of by number."""
    indents: bool = False
    """Whether lines to order are also to be indented."""


def prompt(lesson: Lesson, question: Question) -> Prompt:
    """The prompt of a question of a lesson."""
    code = _code(question)
    return Prompt(
        label="Choose all that hold" if isinstance(question, Choice) and question.several else LABELS[question.kind],
        text=_text(question),
        given=given(lesson, question),
        code=code,
        expression=_expression(question),
        answer_kind=answer_kind(question),
        options=_options(question),
        how=_how(question),
        numbered=isinstance(question, PredictFails) or getattr(question, "after", None) is not None,
        indents=isinstance(question, Order) and question.indent,
    )


def _how(question: Question) -> str:
    if isinstance(question, Choice) and question.several:
        return "The letters of all answers that hold."
    if isinstance(question, Order) and question.indent:
        return "The lines in order, each indented as far as it belongs; some may not belong."
    return _HOW.get(question.kind, "")


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
    if isinstance(question, Trace):
        parts += [question.code, question.network]
    if isinstance(question, Code):
        parts += [question.start, question.solution]
    return "\n".join(parts)


def answer_kind(question: Question) -> AnswerKind:
    """How the learner answers."""
    if isinstance(question, Read):
        return "none"
    if isinstance(question, (Choice, PredictError)):
        return "several" if isinstance(question, Choice) and question.several else "options"
    if isinstance(question, (PredictPrints, Trace)):
        return "lines"
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
    code, last = _code(question), split_last(question.task)[1]
    if question.kind == "shares":
        last = last.strip("()").replace(", ", "` and `", 1) if last.count(",") == 1 else last
    if question.after is not None:
        return _ASKS[question.kind].format(f"`{last}`").removesuffix("?") + f" after line {question.after}?"
    subject = "the last line" if code and question.kind in ("shape", "dtype", "value") else f"`{last}`"
    return _ASKS[question.kind].format(subject)


def _code(question: Question) -> str:
    """Code shown as a block: programs of several lines, what fails, and the code around a gap."""
    if isinstance(question, (PredictError, PredictFails, PredictPrints)):
        return question.task
    if isinstance(question, Predict) and (question.ask or "\n" in question.task):
        return question.task if question.after is None else split_last(question.task)[0]
    if isinstance(question, Trace):
        return question.code or question.network
    return question.start.rstrip() if isinstance(question, Fill) else ""


def _expression(question: Question) -> str:
    if not isinstance(question, Predict) or isinstance(question, (PredictError, PredictFails, PredictPrints)):
        return ""
    last = split_last(question.task)[1]
    return f"{last}.{question.kind}" if question.kind in _ATTRIBUTES else last


_ATTRIBUTES = ("shape", "dtype", "device", "requires_grad", "grad")


def _options(question: Question) -> tuple[str, ...]:
    if isinstance(question, (Choice, PredictError)):
        return shown(question)
    return shuffled(question) if isinstance(question, Order) else ()
