"""A class as exported lines, and a course that its questions are from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tutor.lesson.catalog import Catalog
from tutor.report.known import Known
from tutor.report.read import Handed, read_files

COURSE = "format: 1\ncourse: Sums\nlessons: [01-sums.yaml]\n"
LESSON = """\
format: 1
lesson: Adding up
goal: Add up.
given: x = torch.ones(2, 3)
questions:
  - read: Hello.
  - id: columns
    shape: x.sum(dim=0)
    wrong:
      - gives: x.sum(dim=1)
        feedback: The dimension you name goes.
  - id: double
    was: twice
    write: Double `x`; call it `y`.
    solution: y = x * 2
  - id: which
    choice: Which goes?
    options: [the rows, the columns]
    answer: the rows
"""

Did = tuple[str, str, str, str]
"""Question, action, result, answer."""


def line(learner: str, number: int, did: Did, **more: Any) -> dict[str, Any]:
    """One exported attempt."""
    question, action, result, answer = did
    return {
        "format": 1,
        "learner": learner,
        "number": number,
        "course": "sums",
        "lesson": "sums",
        "question": question,
        "action": action,
        "result": result,
        "seconds": 10.0 * number,
        "at": f"2026-01-05T09:{number // 60:02}:{number % 60:02}+00:00",
        "digest": "0123456789ab",
        "answer": answer,
        "belief": "",
        **more,
    }


def did(*things: str) -> list[Did]:
    """`columns right (3,)`, `columns hint`: what was done, one after the other."""
    made = []
    for thing in things:
        question, word, *answer = thing.split(" ", 2)
        result = word if word in ("right", "wrong") else ""
        made.append((question, "answer" if result else word, result, answer[0] if answer else ""))
    return made


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "sums"
    folder.mkdir()
    (folder / "course.yaml").write_text(COURSE, "utf-8")
    (folder / "01-sums.yaml").write_text(LESSON, "utf-8")
    return folder


@pytest.fixture
def known(course: Path) -> Known:
    return Known([Catalog.open(course)])


Handing = Callable[..., Handed]


@pytest.fixture
def handed(tmp_path: Path) -> Handing:
    """What a class handed in: for each learner the things done."""

    def hand(**learners: Iterable[str]) -> Handed:
        path = tmp_path / "class.jsonl"
        lines = [
            json.dumps(line(learner, number, one))
            for learner, things in learners.items()
            for number, one in enumerate(did(*things), start=1)
        ]
        path.write_text("\n".join(lines), "utf-8")
        return read_files([path])

    return hand
