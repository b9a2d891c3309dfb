"""Hints: an answer in one of them is found however it is laid out, and what only looks like one is not."""

from __future__ import annotations

import msgspec
import pytest

from tutor.author.hint import findings
from tutor.lesson.model import (
    Choice,
    Fill,
    Order,
    PredictDtype,
    PredictRequiresGrad,
    PredictShape,
    PredictValue,
    Question,
    Write,
)

SHAPE, VALUE, DTYPE = PredictShape(shape="x"), PredictValue(value="x"), PredictDtype(dtype="x")
GRAD = PredictRequiresGrad(requires_grad="x")
MEAN = Write(write="Average.", solution="m = x.mean(dim=1)")
COPY = Write(write="Copy.", solution="y = x")
FILL = Fill(fill="Average.", start="m = x.mean(dim=____)", solution="1")
PICK = Choice(choice="Which?", options=("one row", "one column"), answer="one row")
WORD = Choice(choice="Which?", options=("rows", "columns"), answer="columns")
ORDER = Order(order="Order.", solution="a = 1\nb = a")

LEAKS: list[tuple[Question, str, str]] = [
    (SHAPE, "(2, 3)", "The shape is (2,3)."),
    (SHAPE, "(2, 3)", "You get `( 2, 3 )` here."),
    (VALUE, "3", "The answer is 3."),
    (VALUE, "3", "Add them: 1 + 2 = 3."),
    (VALUE, "[1, 0]", "First 1, so [1, 0]."),
    (DTYPE, "int64", "Positions are int64."),
    (GRAD, "yes", "The answer is yes."),
    (MEAN, "", "Try `x.mean( dim=1 )`."),
    (MEAN, "", "Write m = x.mean(dim=1)"),
    (FILL, "", "It says x.mean(dim=1)."),
    (PICK, "one row", "It is one row."),
    (WORD, "columns", "The answer is `columns`."),
]
CLEAN: list[tuple[Question, str, str]] = [
    (SHAPE, "(2, 3)", "Cross out the 4 in (2, 3, 4)."),
    (SHAPE, "(3,)", "Think of f(3,)."),
    (VALUE, "3", "There are 3 rows to add."),
    (VALUE, "13", "Add 1 and 3."),
    (WORD, "columns", "Which of the columns goes?"),
    (GRAD, "no", "There is no gradient for integers."),
    (MEAN, "", "`x.sum(dim=1)` adds up every row."),
    (MEAN, "", "Try `x.mean(dim=10)`."),
    (COPY, "", "What is x?"),
    (ORDER, "", "First a = 1."),
]


def names(question: Question, answer: str, *hints: str) -> list[str]:
    return [finding.name for finding in findings(msgspec.structs.replace(question, hints=hints), answer)]


@pytest.mark.parametrize(("question", "answer", "hint"), LEAKS)
def test_the_answer_in_a_hint_is_found(question: Question, answer: str, hint: str) -> None:
    assert names(question, answer, hint) == ["hint-leaks"]


@pytest.mark.parametrize(("question", "answer", "hint"), CLEAN)
def test_what_only_looks_like_the_answer_is_none(question: Question, answer: str, hint: str) -> None:
    assert names(question, answer, hint) == []


@pytest.mark.parametrize(
    ("hints", "found"),
    [
        (["Which size goes?", "Cross it out."], []),
        (["1. Which size goes?", "2. Cross it out."], []),
        (["2. Which size goes?", "1. Cross it out."], ["hint-order"]),
        (["Hint 1: Which?", "Hint 3: Cross it out."], ["hint-order"]),
        (["Cross out the size that goes.", "Cross out the size."], ["hint-order"]),
        (["Cross out the size.", "Cross out the size that goes."], []),
        (["Look.", "look!"], ["hint-order"]),
    ],
)
def test_hints_go_from_a_nudge_to_nearly_there(hints: list[str], found: list[str]) -> None:
    assert names(SHAPE, "(3,)", *hints) == found


def test_no_hint_at_all_is_told() -> None:
    assert names(SHAPE, "(3,)") == ["no-hints"]
