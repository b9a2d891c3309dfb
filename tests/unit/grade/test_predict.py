"""Predictions against what torch said, and the belief behind a wrong one."""

from __future__ import annotations

import pytest

from tutor.grade import predict
from tutor.lesson.model import PredictDtype, PredictShape, PredictValue, Wrong
from tutor.sandbox.protocol import Failure, Observation, Outcome

BY_ROW = Observation(kind="tensor", shape=(5,), dtype="float32", values=[28.0, 77.0, 126.0, 175.0, 224.0])
BY_COLUMN = Observation(kind="tensor", shape=(7,), dtype="float32", values=[75.0, 80.0, 85.0, 90.0, 95.0, 100.0, 105.0])
SEEN = Outcome(status="ok", observed={"x.sum(dim=0)": BY_COLUMN, "x.sum(dim=1)": BY_ROW})
FAILED = Observation(kind="missing", failure=Failure(type="IndexError", message="Dimension out of range"))

SHAPE = PredictShape(
    id="q",
    shape="x.sum(dim=0)",
    because="dim=0 goes.",
    wrong=(
        Wrong(gives="x.sum(dim=1)", feedback="You kept the dimension you named."),
        Wrong(answer="(1, 7)", feedback="Only keepdim keeps it."),
    ),
)


@pytest.mark.parametrize("answer", ["(7,)", "7", "[7]", "torch.Size([7])"])
def test_right_in_any_spelling(answer: str) -> None:
    verdict = predict.verdict(SHAPE, answer, SEEN)
    assert verdict.passed
    assert verdict.feedback == "dim=0 goes."
    assert verdict.evidence == ("x.sum(dim=0) → (7,)",)


def test_a_wrong_answer_that_code_gives_names_the_belief_and_the_code() -> None:
    verdict = predict.verdict(SHAPE, "5", SEEN)
    assert verdict.result == "wrong"
    assert verdict.belief == "You kept the dimension you named."
    assert verdict.evidence == ("(5,) is what `x.sum(dim=1)` gives",)


def test_a_wrong_answer_listed_as_text() -> None:
    assert predict.verdict(SHAPE, "1 x 7", SEEN).belief == "Only keepdim keeps it."


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("(8,)", "1 of 1 size is not"),
        ("(7, 1)", "2 dimensions; the result has 1"),
        ("error", "runs without an error"),
    ],
)
def test_an_unknown_wrong_answer_hears_something_true_and_not_the_answer(answer: str, says: str) -> None:
    verdict = predict.verdict(SHAPE, answer, SEEN)
    assert verdict.result == "wrong"
    assert verdict.belief == ""
    assert says in verdict.feedback
    assert "(7,)" not in " ".join(verdict.said())


@pytest.mark.parametrize(("answer", "result"), [("", "untouched"), ("  ", "untouched"), ("seven", "unread")])
def test_no_attempt(answer: str, result: str) -> None:
    verdict = predict.verdict(SHAPE, answer, SEEN)
    assert verdict.result == result
    assert not verdict.counts


def test_error_is_right_when_torch_refuses() -> None:
    outcome = Outcome(status="ok", observed={"x.sum(dim=0)": FAILED})
    verdict = predict.verdict(PredictShape(shape="x.sum(dim=0)"), "error", outcome)
    assert verdict.passed
    assert verdict.evidence == ("IndexError: Dimension out of range",)
    assert "refuses" in predict.verdict(PredictShape(shape="x.sum(dim=0)"), "(7,)", outcome).feedback


def test_value_and_dtype() -> None:
    value = PredictValue(value="x.sum(dim=0)")
    assert predict.verdict(value, "75 80 85 90 95 100 105", SEEN).passed
    assert "7" in predict.verdict(value, "[75, 80]", SEEN).feedback
    assert "list" in predict.verdict(value, "75", SEEN).feedback
    dtype = PredictDtype(dtype="x.sum(dim=0)")
    assert predict.verdict(dtype, "torch.float", SEEN).passed
    assert not predict.verdict(dtype, "int64", SEEN).passed
    assert predict.verdict(dtype, "flot32", SEEN).result == "unread"


def test_a_scalar_is_not_a_list_of_one() -> None:
    outcome = Outcome(status="ok", observed={"x.sum()": Observation(kind="tensor", shape=(), dtype="int64", values=6)})
    question = PredictValue(value="x.sum()")
    assert predict.verdict(question, "tensor(6)", outcome).passed
    assert predict.verdict(question, "6", outcome).passed
    assert not predict.verdict(question, "[6]", outcome).passed


def test_the_right_answer_is_spelled_for_a_reveal() -> None:
    assert predict.answer_of(SHAPE, SEEN) == "(7,)"
    assert predict.answer_of(PredictValue(value="x.sum(dim=1)"), SEEN) == "[28.0, 77.0, 126.0, 175.0, 224.0]"


def test_a_broken_question_is_not_the_learners_fault() -> None:
    with pytest.raises(ValueError, match="name 'x'"):
        predict.verdict(
            SHAPE,
            "(7,)",
            Outcome(status="error", error=Failure(type="NameError", message="name 'x'", where="setup")),
        )
    with pytest.raises(ValueError, match="no shape"):
        predict.verdict(
            PredictShape(shape="y"),
            "(7,)",
            Outcome(status="ok", observed={"y": Observation(kind="number", type="int", value=3)}),
        )


def test_lines_before_the_expression_run_first() -> None:
    request = predict.request(PredictShape(shape="y = x + 1\ny.sum()"), "x = 1")
    assert (request.setup, request.code, request.observe[0]) == ("x = 1", "y = x + 1", "y.sum()")


def test_words_are_no_wrong_values() -> None:
    outcome = Outcome(status="ok", observed={"a is b": Observation(kind="bool", type="bool", value=True)})
    for word in ("f", "maybe"):
        assert predict.verdict(PredictValue(value="a is b"), word, outcome).result == "unread"
    assert predict.verdict(PredictValue(value="a is b"), "yes", outcome).passed
    assert predict.verdict(PredictValue(value="a is b"), "False", outcome).result == "wrong"
    assert predict.verdict(SHAPE, "error", SEEN).result == "wrong"


def test_one_pair_of_brackets_too_many_is_a_matter_of_rank() -> None:
    verdict = predict.verdict(PredictValue(value="x.sum(dim=1)"), "[[28, 77, 126, 175, 224]]", SEEN)
    assert verdict.feedback == "Your answer has 2 dimensions; the result has 1."
