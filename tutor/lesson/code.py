"""Which parts of a question are Python, and which are prose."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tutor.lesson.model import (
    GAP,
    Called,
    Choice,
    Code,
    Explore,
    Fill,
    Fix,
    Module,
    Order,
    Predict,
    PredictError,
    PredictFails,
    PredictPrints,
    Question,
    Read,
    Trace,
)

Form = Literal["lines", "ends", "expression", "loose"]
"""Statements; statements that end in an expression; one expression; text that need not be whole Python."""

_GRAMMAR = ("SyntaxError", "IndentationError", "TabError")


class Part(NamedTuple):
    """One field of a question, by its path within the question."""

    path: str
    text: str
    form: Form


def code(question: Question) -> Iterator[Part]:
    """Every field that holds Python, written ones only."""
    return (part for part in _code(question) if part.text)


def prose(question: Question) -> Iterator[Part]:
    """Every field whose text is for people, written ones only; names of code in it stand in backticks."""
    return (Part(path, text, "loose") for path, text in _prose(question) if text)


def chosen(question: Question) -> bool:
    """Whether answers are options, in their own words."""
    return isinstance(question, (Choice, PredictError))


def fault(part: Part) -> tuple[int, int, str] | None:
    """Line and column (1-based) within the code, and why it cannot be Python."""
    if part.form == "loose":
        return None
    try:
        tree = ast.parse(part.text.strip() if part.form == "expression" else part.text)
    except SyntaxError as error:
        return error.lineno or 1, error.offset or 1, f"this is not Python: {error.msg}"
    except (ValueError, RecursionError, MemoryError):
        return 1, 1, "this is not Python: it is nested too deeply"
    if part.form == "lines":
        return None
    if not tree.body:
        return 1, 1, "an expression is expected; this is only a comment"
    if part.form == "expression" and len(tree.body) > 1:
        return tree.body[1].lineno, tree.body[1].col_offset + 1, "one expression is expected, not several statements"
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        return None
    said = "one expression is expected" if part.form == "expression" else "the last line must be an expression"
    return last.lineno, last.col_offset + 1, f"{said}, not a statement"


def _code(question: Question) -> Iterator[Part]:
    yield Part("given", question.given, "lines")
    if isinstance(question.show, str):
        yield Part("show", question.show, "expression")
    else:
        yield from _each("show", question.show, "expression")
    yield from _task(question)
    for n, wrong in enumerate(question.wrong):
        yield Part(f"wrong[{n}].gives", wrong.gives, "ends")
        if not chosen(question):
            yield Part(f"wrong[{n}].answer", wrong.answer, "loose")


def _task(question: Question) -> Iterator[Part]:
    if isinstance(question, Predict):
        yield Part(question.kind, question.task, _form(question))
    elif isinstance(question, Choice):
        yield Part("true_if", question.true_if, "expression")
    elif isinstance(question, Explore):
        yield Part("start", question.start, "lines")
    elif isinstance(question, Trace):
        yield Part("code", question.code, "lines")
        yield Part("network", question.network, "expression")
    elif isinstance(question, Code):
        yield from _program(question)


def _form(question: Predict) -> Form:
    if isinstance(question, PredictError):
        return "loose" if not question.raises or question.raises in _GRAMMAR else "lines"
    return "lines" if isinstance(question, (PredictFails, PredictPrints)) else "ends"


def _program(question: Code) -> Iterator[Part]:
    yield Part("start", question.start, "loose" if isinstance(question, (Fill, Fix)) else "lines")
    yield Part("solution", question.solution, "loose" if isinstance(question, Fill) else "lines")
    yield from _each("observe", question.observe, "ends")
    if isinstance(question, Called):
        yield from _each("inputs", question.inputs, "expression")
    if isinstance(question, Module):
        yield Part("make", question.make, "expression")
    if isinstance(question, Order):
        yield from _each("distractors", question.distractors, "loose")


def _each(name: str, texts: tuple[str, ...], form: Form) -> Iterator[Part]:
    return (Part(f"{name}[{n}]", text, form) for n, text in enumerate(texts))


def _prose(question: Question) -> Iterator[tuple[str, str]]:
    if isinstance(question, (Read, Explore, Choice, Code, Trace)):
        yield question.kind, question.task
    if isinstance(question, Predict):
        yield "ask", question.ask
    yield "because", question.because
    yield from ((f"hints[{n}]", hint) for n, hint in enumerate(question.hints))
    if isinstance(question, (Choice, PredictError)):
        yield from ((f"options[{n}]", option) for n, option in enumerate(question.options))
        if isinstance(question.answer, str):
            yield "answer", question.answer
        else:
            yield from ((f"answer[{n}]", option) for n, option in enumerate(question.answer))
    for n, wrong in enumerate(question.wrong):
        yield f"wrong[{n}].feedback", wrong.feedback
        if chosen(question):
            yield f"wrong[{n}].answer", wrong.answer


def filled(question: Fill) -> str:
    """The whole program of a fill with its own answer in the gap."""
    return question.start.replace(GAP, question.solution.strip())
