"""Every example of docs/authoring.md loads as it stands, and every kind has one."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from tests.unit.lesson.samples import HEAD, Loader
from tutor.lesson.load import load_course
from tutor.lesson.model import KINDS, Course, Lesson, Question, Rules, Wrong

PAGE = Path(__file__).parents[3] / "docs" / "authoring.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
QUESTIONS = [example for example in EXAMPLES if example.startswith("- ")]


@pytest.mark.parametrize("example", QUESTIONS)
def test_a_question_of_the_page_loads(load: Loader, example: str) -> None:
    assert load(f"{HEAD}questions:\n{example}").lesson.questions


def test_the_lesson_and_the_course_of_the_page_load(load: Loader, tmp_path: Path) -> None:
    lesson, course = EXAMPLES[:2]
    assert [q.kind for q in load(lesson).lesson.questions] == ["read", "shape"]
    (tmp_path / "course.yaml").write_text(course, encoding="utf-8")
    assert load_course(tmp_path).lessons == ("20-sums.yaml",)


def test_every_kind_and_key_is_on_the_page(load: Loader) -> None:
    kinds = {q.kind for example in QUESTIONS for q in load(f"{HEAD}questions:\n{example}").lesson.questions}
    assert kinds == set(KINDS)
    text = PAGE.read_text(encoding="utf-8")
    structs: tuple[type[msgspec.Struct], ...] = (Lesson, Course, Wrong, Rules, Question, *KINDS.values())
    missing = {
        f for struct in structs for f in struct.__struct_fields__ if f"`{f}`" not in text and f"{f}:" not in text
    }
    assert missing == set()
