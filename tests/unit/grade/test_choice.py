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


SEVERAL = Choice(
    choice="Which?", options=("`nn.Linear`", "`nn.linear`", "x[[0, 1]]"), answer=("`nn.linear`", "x[[0, 1]]")
)


@pytest.mark.parametrize("answer", ["b c", "`nn.linear`\nx[[0, 1]]", "cb", "2, 3", "- `nn.linear`\n- x[[0, 1]]"])
def test_all_that_hold(answer: str) -> None:
    assert choice.verdict(SEVERAL, answer).passed


def test_exact_words_come_before_those_that_only_look_alike() -> None:
    assert choice.chosen(SEVERAL.options, "`nn.linear`") == "`nn.linear`"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("b", "there is more"),
        ("a", "does not hold"),
        ("a b", "something is missing"),
        ("a b c", "One of these does not"),
    ],
)
def test_how_far_off_a_choice_of_several_is(answer: str, says: str) -> None:
    assert says in choice.verdict(SEVERAL, answer).feedback


def test_shuffled_options_are_the_same_for_the_same_question() -> None:
    question = Choice(id="q", choice="Which?", options=("one", "two", "six", "ten", "nil"), answer="one", shuffle=True)
    assert choice.shown(question) == choice.shown(question) != question.options
    assert choice.verdict(question, "abcde"[choice.shown(question).index("one")]).passed
