"""What makes a question another one, and the names it had before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lesson.samples import Loader
from tutor.errors import LessonError
from tutor.lesson.content import differs, digest, former
from tutor.lesson.load import load_course

LESSON = """\
format: 1
lesson: Sums
was: [adding, totals]
goal: Add up.
given: x = torch.ones(2, 3)
questions:
  - id: columns
    was: [rows, early/rows]
    shape: x.sum(dim=0)
    because: It goes.
    hints: [first]
"""


def digest_of(load: Loader, text: str) -> str:
    lesson = load(text).lesson
    return digest(lesson, lesson.questions[0])


@pytest.mark.parametrize(
    "change", [("columns", "rows-2"), ("It goes.", "It is gone."), ("[first]", "[first, second]"), ("[rows, e", "[e")]
)
def test_what_is_said_around_it_leaves_a_question_the_same(load: Loader, change: tuple[str, str]) -> None:
    assert digest_of(load, LESSON.replace(*change, 1)) == digest_of(load, LESSON)


@pytest.mark.parametrize("change", [("dim=0", "dim=1"), ("ones(2, 3)", "ones(3, 2)"), ("shape:", "value:")])
def test_another_question_has_another_digest(load: Loader, change: tuple[str, str]) -> None:
    assert differs(digest_of(load, LESSON), digest_of(load, LESSON.replace(*change, 1)))


def test_letters_of_an_older_program_say_nothing(load: Loader) -> None:
    assert not differs("0123abcd", digest_of(load, LESSON))
    assert not differs("", digest_of(load, LESSON))


def test_former_names(load: Loader) -> None:
    lesson = load(LESSON).lesson
    assert (former(lesson), former(lesson.questions[0])) == (("adding", "totals"), ("rows", "early/rows"))
    lesson = load(LESSON.replace("[rows, early/rows]", "rows")).lesson
    assert former(lesson.questions[0]) == ("rows",)


@pytest.mark.parametrize(
    ("was", "told"),
    [("columns", "8:10: `columns` is still the id"), ("A b", "`A b` was never an id"), ("../x", "was never an id")],
)
def test_a_former_id_is_an_id_and_no_present_one(load: Loader, was: str, told: str) -> None:
    with pytest.raises(LessonError, match=told):
        load(LESSON.replace("[rows, early/rows]", was))


def test_two_questions_were_not_called_the_same(load: Loader) -> None:
    more = "  - id: other\n    was: rows\n    shape: x.sum(dim=1)\n"
    with pytest.raises(LessonError, match="13:10: `rows` is what another question was called"):
        load(LESSON + more)


def course(folder: Path, text: str) -> Path:
    (folder / "course.yaml").write_text(text, "utf-8")
    return folder


def test_a_course_is_titled_by_either_word(tmp_path: Path) -> None:
    assert load_course(course(tmp_path, "format: 1\ntitle: Sums\nlessons: [a.yaml]\n")).course == "Sums"
    with pytest.raises(LessonError, match="has no key `title`"):
        load_course(course(tmp_path, "format: 1\ntitle: A\ncourse: B\nlessons: [a.yaml]\n"))


@pytest.mark.parametrize("said", ["0.1", '">=0.1.0"', "0"])
def test_a_course_for_this_version_loads(tmp_path: Path, said: str) -> None:
    load_course(course(tmp_path, f"format: 1\ncourse: C\nneeds_tutor: {said}\nlessons: [a.yaml]\n"))


def test_a_course_for_a_newer_one_is_refused_in_one_sentence(tmp_path: Path) -> None:
    text = "format: 1\ncourse: C\nneeds_tutor: '>=9.1'\nnovelty: yes\nlessons: [a.yaml]\n"
    with pytest.raises(LessonError, match=r"3:14: this course needs tutor 9\.1, and this is [\d.]+; update it") as told:
        load_course(course(tmp_path, text))
    assert len(told.value.problems) == 1


def test_a_version_is_numbers(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match=r"`needs_tutor` is the least version, such as .*, not `new`"):
        load_course(course(tmp_path, "format: 1\ncourse: C\nneeds_tutor: new\nlessons: [a.yaml]\n"))
