"""What a person reads in the lessons: complete, in the words agreed on, fit for a terminal, and no answer in a hint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.oracle.lesson_text import FILES, PREDICTIONS, UNGRADED, as_answer, kind, last


def prose(question: dict[str, Any]) -> Iterator[str]:
    """Every text of a question that a person reads as sentences."""
    what = kind(question)
    if what not in (*PREDICTIONS, "error"):
        yield question[what]
    yield question.get("because", "")
    yield from question.get("hints", [])
    yield from (wrong["feedback"] for wrong in question.get("wrong", []))


ALL = [question for data in FILES.values() for question in data["questions"]]


@pytest.mark.parametrize("question", ALL, ids=lambda q: q["id"])
def test_everything_needed_is_said_and_fits_a_terminal(question: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", question["id"])
    for text in prose(question):
        assert not re.search(r"\d-dimensional|across the (rows|columns)", text), text
        assert text.count("`") % 2 == 0, text
        assert text == text.rstrip() or kind(question) == "read", "prose is folded, so that any width can wrap it"
        assert "\n" not in text or kind(question) == "read", text
    if kind(question) == "read":
        assert len(question["read"].splitlines()) <= 9
        assert all(len(line) <= 76 for line in question["read"].splitlines())
    if kind(question) not in UNGRADED:
        assert question["because"].strip()
        assert 1 <= len(question["hints"]) <= 3
        assert question["wrong"]


@pytest.mark.parametrize("question", [q for q in ALL if "vary" not in q], ids=lambda q: q["id"])
def test_no_hint_gives_the_answer_away(question: dict[str, Any]) -> None:
    what = kind(question)
    if what in UNGRADED:
        return
    setup = next(data.get("given", "") for data in FILES.values() if question in data["questions"]) + question.get(
        "given", ""
    )
    answer = question.get("answer") or question.get("solution") or str(as_answer(what, last(question[what], setup)))
    told = re.compile(rf"(?<![\w.]){re.escape(answer.strip())}(?!\w)")
    assert not any(told.search(hint) for hint in question["hints"])
