"""The attempts, folded into how it stands with each question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.progress.resume import Standing, fold
from tutor.progress.store import Action, Attempt

WORDS: dict[str, tuple[Action, str]] = {
    "wrong": ("answer", "wrong"),
    "right": ("answer", "right"),
    "hint": ("hint", ""),
    "skip": ("skip", ""),
    "reveal": ("reveal", ""),
    "undo": ("undo", ""),
    "read": ("read", ""),
    "drill": ("drill", "wrong"),
}


def attempts(history: str, question: str = "q") -> list[Attempt]:
    return [
        Attempt("torch", "a", question, action=WORDS[word][0], answer=f"{word} {n}", result=WORDS[word][1])
        for n, word in enumerate(history.split())
    ]


def standing(history: str) -> Standing:
    return fold(attempts(history)).get("q", Standing())


@pytest.mark.parametrize(
    ("history", "status", "tries", "first_try"),
    [
        ("", "new", 0, False),
        ("read", "read", 0, False),
        ("read read", "read", 0, False),
        ("right", "right", 1, True),
        ("hint right", "right", 1, True),
        ("wrong", "tried", 1, False),
        ("wrong wrong right", "right", 3, False),
        ("skip", "skipped", 0, False),
        ("wrong skip", "skipped", 1, False),
        ("skip wrong", "tried", 1, False),
        ("skip right", "right", 1, True),
        ("right skip", "right", 1, True),
        ("right wrong", "right", 1, True),
        ("right right", "right", 1, True),
        ("reveal", "revealed", 0, False),
        ("wrong reveal", "revealed", 1, False),
        ("reveal right", "revealed", 0, False),
        ("reveal skip", "revealed", 0, False),
        ("right reveal", "right", 1, True),
        ("right undo", "new", 0, False),
        ("wrong right undo", "tried", 1, False),
        ("skip right undo", "skipped", 0, False),
        ("right right undo", "new", 0, False),
        ("right wrong undo", "new", 0, False),
        ("wrong right undo right", "right", 2, False),
        ("right undo right", "right", 1, True),
        ("right undo undo", "new", 0, False),
        ("wrong undo", "tried", 1, False),
        ("undo", "new", 0, False),
        ("wrong reveal undo", "tried", 1, False),
        ("reveal undo right", "right", 1, False),
        ("drill", "new", 0, False),
        ("right drill", "right", 1, True),
        ("wrong drill drill", "tried", 1, False),
    ],
)
def test_what_a_history_comes_to(history: str, status: str, tries: int, first_try: bool) -> None:
    now = standing(history)
    assert (now.status, now.tries, now.first_try) == (status, tries, first_try)


def test_hints_stay_taken_and_a_shown_answer_stays_shown() -> None:
    assert standing("hint wrong hint right hint undo").hints == 3
    assert standing("reveal undo").shown
    assert standing("right reveal undo").shown
    assert not standing("right").shown


def test_the_last_answer_is_told_whatever_it_was() -> None:
    after = standing("wrong reveal right")
    assert (after.status, after.last_answer, after.last_result) == ("revealed", "right 2", "right")
    after = standing("wrong right undo")
    assert (after.last_answer, after.last_result) == ("wrong 0", "wrong")


def test_questions_do_not_touch_each_other() -> None:
    ones, twos = attempts("wrong right", "one"), attempts("wrong skip", "two")
    mixed = [attempt for pair in zip(ones, twos, strict=True) for attempt in pair]
    assert {q: s.status for q, s in fold(mixed).items()} == {"one": "right", "two": "skipped"}
    assert fold(mixed) == fold(ones) | fold(twos)


def test_a_question_only_drilled_was_not_touched_in_its_lesson() -> None:
    assert fold(attempts("drill")) == {}


histories = st.lists(st.sampled_from(sorted(WORDS)), max_size=12).map(" ".join)


@given(histories)
def test_undo_after_an_acceptance_gives_back_what_was_before(history: str) -> None:
    before = standing(history)
    if before.status in ("right", "revealed"):
        return
    assert standing(f"{history} right undo") == before
    revealed = standing(f"{history} reveal undo")
    assert (revealed.status, revealed.tries, revealed.hints) == (before.status, before.tries, before.hints)


@given(histories)
def test_drills_never_matter(history: str) -> None:
    without = " ".join(word for word in history.split() if word != "drill")
    one, other = standing(history), standing(without)
    assert (one.status, one.tries, one.hints, one.first_try, one.last_result) == (
        other.status, other.tries, other.hints, other.first_try, other.last_result,
    )  # fmt: skip
