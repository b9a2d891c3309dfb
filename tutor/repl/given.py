"""`--given LESSON[:QUESTION]`: the code a conversation starts from."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import UsageError

if TYPE_CHECKING:
    from tutor.lesson.model import Question


@dataclass(frozen=True)
class Given:
    """Code that defines a lesson's tensors, and where it is from."""

    label: str
    code: str


def read_given(label: str, course: str | None = None) -> Given:
    """The `given` of a lesson, and of one of its questions after a colon.

    Raises UsageError when there is no such lesson or question, LessonError when the file is wrong.
    """
    from tutor.lesson.catalog import Catalog

    slug, _, wanted = label.partition(":")
    lesson = Catalog.open(Path(course) if course else None).lesson(slug).lesson
    parts = [lesson.given]
    if wanted:
        parts.append(_question_given(lesson.questions, slug, wanted))
    return Given(label, "\n".join(part.rstrip() for part in parts if part.strip()))


def lessons(course: str | None = None) -> list[str]:
    """The names of the lessons there are. Raises TutorError when there is no course."""
    from tutor.lesson.catalog import Catalog

    return [entry.slug for entry in Catalog.open(Path(course) if course else None).entries]


def _question_given(questions: tuple[Question, ...], slug: str, wanted: str) -> str:
    for question in questions:
        if question.id == wanted:
            return _concrete(question).given
    near = difflib.get_close_matches(wanted, [question.id for question in questions], n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UsageError(f"Lesson {slug} has no question {wanted!r}.{hint}")


def _concrete(question: Question) -> Question:
    if not question.vary:
        return question
    from tutor.lesson.vary import concrete

    return concrete(question, seed=0)
