"""Options by their words, letters and numbers."""

from __future__ import annotations

import pytest

from tutor.grade import choice
from tutor.grade.answer import Unread
from tutor.lesson.model import Choice, PredictError, Wrong
from tutor.sandbox.protocol import Failure, Outcome

QUESTION = Choice(
    choice="Which averages columns?",
    options=("`x.mean(dim=1)`", "`x.mean(dim=0)`", "`x.mean()`"),
    answer="`x.mean(dim=0)`",
    because="Rows go.",
    wrong=(Wrong(answer="`x.mean(dim=1)`", feedback="One for each row."),),
)


@pytest.mark.parametrize("answer", ["b", "B", "b)", "2", "x.mean(dim=0)", "`x.mean(dim=0)`"])
def test_right(answer: str) -> None:
    verdict = choice.verdict(QUESTION, answer)
    assert verdict.passed
    assert verdict.feedback == "Rows go."


def test_wrong_with_and_without_its_own_words() -> None:
    assert choice.verdict(QUESTION, "a").belief == "One for each row."
    assert choice.verdict(QUESTION, "c").result == "wrong"


@pytest.mark.parametrize("answer", ["d", "0", "4", "x.mean(dim=3)", "²"])
def test_not_an_option(answer: str) -> None:
    with pytest.raises(Unread):
        choice.chosen(QUESTION.options, answer)
    assert choice.verdict(QUESTION, answer).result == "unread"


def test_torch_has_the_last_word_about_an_error() -> None:
    question = PredictError(error="a\nb", options=("this", "that"), answer="that")
    failed = Outcome(status="error", error=Failure(type="TypeError", message="no", line=2))
    assert choice.verdict(question, "b", failed).evidence == ("torch says: line 2: TypeError: no",)
