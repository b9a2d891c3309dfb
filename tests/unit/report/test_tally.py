"""The figures of a question, against what a person counts."""

from __future__ import annotations

import math
import random
from statistics import mean, pstdev

import msgspec
import pytest

from tests.unit.report.conftest import Handing
from tutor.report.known import Known
from tutor.report.tally import Item, correlation, tally


def items(handed: Handing, known: Known, **learners: list[str]) -> dict[str, Item]:
    return {item.question: item for item in tally(handed(**learners), known)}


def test_who_did_what(handed: Handing, known: Known) -> None:
    found = items(
        handed,
        known,
        ann=["columns right (3,)"],
        bob=["columns wrong (2,)", "columns hint", "columns hint", "columns right 3"],
        cas=["columns reveal", "columns right (3,)"],
        dan=["columns skip"],
        eve=["columns wrong 2", "columns wrong (9,)"],
        fay=["columns hint"],
    )
    item = found["columns"]
    assert (item.kind, item.learners, item.attempts, item.tried, item.first) == ("shape", 6, 6, 4, 1)
    assert item.first_rate == 0.25
    assert (item.later, item.solved, item.revealed, item.skipped) == (1, 3, 1, 1)
    assert (item.hinted, item.hints, item.tries) == (2, 3, 1)
    assert item.seconds == (10.0, 10.0, 25.0)
    assert item.discrimination is None


def test_what_comes_after_it_was_right_does_not_count(handed: Handing, known: Known) -> None:
    found = items(
        handed, known, ann=["columns right (3,)", "columns hint", "columns reveal", "columns undo", "columns wrong 1"]
    )
    item = found["columns"]
    assert (item.first, item.hinted, item.revealed, item.seconds) == (1, 0, 0, (10.0, 10.0, 10.0))


def test_wrong_answers_are_gathered_by_what_they_say(handed: Handing, known: Known) -> None:
    found = items(
        handed,
        known,
        ann=["columns wrong (2,)", "columns wrong 2", "double wrong y = x + 2", "double wrong y = x**2"],
        bob=["columns wrong [2]", "columns wrong (3, 2)", "double wrong y=x+2  # two"],
        cas=["columns wrong (2,)"],
    )
    first, second = found["columns"].wrong
    assert (first.answer, first.count, first.learners, first.spellings) == ("(2,)", 4, 3, 3)
    assert (second.answer, second.learners) == ("(3, 2)", 1)
    assert [(one.learners, one.listed) for one in found["double"].wrong] == [(2, False), (1, False)]


def test_what_the_author_has_words_for_is_known(handed: Handing, known: Known) -> None:
    told = handed(ann=["columns wrong (2,)"], bob=["columns wrong (2,)"])
    for lines in told.learners.values():
        lines[:] = [msgspec.structs.replace(one, belief="The dimension you name goes.") for one in lines]
    (item,) = tally(told, known)
    assert item.wrong[0].listed and item.wrong[0].belief == "The dimension you name goes."


def test_questions_stand_in_the_order_of_the_lesson_under_their_present_names(handed: Handing, known: Known) -> None:
    found = items(handed, known, ann=["other right 1", "which wrong b", "twice right y = x * 2", "columns skip"])
    assert list(found) == ["columns", "double", "which", "other"]
    assert found["other"].kind == ""


def test_drills_are_counted_apart(handed: Handing, known: Known) -> None:
    told = handed(ann=["columns drill", "columns drill"])
    known_and_not = zip(told.learners["ann"], ("right", "wrong"), strict=True)
    told.learners["ann"] = [msgspec.structs.replace(one, result=result) for one, result in known_and_not]
    (item,) = tally(told, known)
    assert (item.learners, item.drilled, item.drilled_right, item.wrong) == (0, 2, 1, ())


def test_pages_are_no_questions(handed: Handing, known: Known) -> None:
    assert tally(handed(ann=["page-hello read"]), known) == []


def test_discrimination_is_the_point_biserial_correlation_with_the_rest(handed: Handing, known: Known) -> None:
    draw = random.Random(1)
    able = {f"l{n:02}": draw.gauss(0, 1) for n in range(60)}
    questions = ("columns", "double", "which", "other")
    first = {(name, q): draw.gauss(able[name], 0.8) > 0 for name in able for q in questions}
    found = items(
        handed,
        known,
        **{name: [f"{q} {'right' if first[name, q] else 'wrong'} x" for q in questions] for name in able},
    )
    for question, item in found.items():
        ones = [float(first[name, question]) for name in able]
        rest = [mean(first[name, q] for q in questions if q != question) for name in able]
        of_right = mean(r for o, r in zip(ones, rest, strict=True) if o)
        of_wrong = mean(r for o, r in zip(ones, rest, strict=True) if not o)
        share = mean(ones)
        biserial = (of_right - of_wrong) / pstdev(rest) * math.sqrt(share * (1 - share))
        assert item.discrimination == pytest.approx(biserial)
        assert item.discrimination > 0.3


def test_a_correlation_that_says_nothing_is_none() -> None:
    assert correlation([(1.0, 0.5)] * 9) is None
    assert correlation([(1.0, float(n)) for n in range(20)]) is None
    assert correlation([(float(n % 2), float(n % 2)) for n in range(20)]) == pytest.approx(1.0)
    assert correlation([(float(n % 2), -float(n % 2)) for n in range(20)]) == pytest.approx(-1.0)


def test_a_question_that_was_changed_meanwhile_is_said(handed: Handing, known: Known) -> None:
    told = handed(ann=["columns right 3"], bob=["columns right 3"])
    told.learners["bob"] = [msgspec.structs.replace(one, digest="f" * 12) for one in told.learners["bob"]]
    assert tally(told, known)[0].versions == 2
