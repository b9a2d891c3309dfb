from __future__ import annotations

from pathlib import Path

import pytest

from tutor.errors import TutorError, UsageError
from tutor.repl.given import lessons, read_given

LESSON = """\
format: 1
lesson: Sums
goal: Know what goes.
given: |
  x = torch.ones(2, 3)
questions:
  - id: first
    given: w = torch.zeros(3)
    shape: x @ w
  - id: family
    vary: {m: [4]}
    given: y = torch.ones(m)
    shape: y.sum()
"""


@pytest.fixture
def course(tmp_path: Path) -> str:
    (tmp_path / "course.yaml").write_text("format: 1\ncourse: Small\nlessons: [01-sums.yaml]\n")
    (tmp_path / "01-sums.yaml").write_text(LESSON)
    return str(tmp_path)


def test_a_lesson_gives_its_tensors(course: str) -> None:
    given = read_given("sums", course)
    assert (given.label, given.code) == ("sums", "x = torch.ones(2, 3)")


def test_a_question_adds_its_own(course: str) -> None:
    assert read_given("sums:first", course).code == "x = torch.ones(2, 3)\nw = torch.zeros(3)"


def test_a_question_of_a_family_has_numbers(course: str) -> None:
    assert read_given("sums:family", course).code.endswith("y = torch.ones(4)")


def test_an_unknown_question_names_the_nearest(course: str) -> None:
    with pytest.raises(UsageError, match=r"no question 'frist'. Did you mean first\?"):
        read_given("sums:frist", course)


def test_the_lessons_are_named(course: str) -> None:
    assert lessons(course) == ["sums"]


def test_an_unknown_lesson_is_refused(course: str) -> None:
    with pytest.raises(TutorError, match="sums"):
        read_given("smus", course)
