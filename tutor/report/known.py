"""The lessons that a report speaks of, as far as they are at hand here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tutor.errors import LessonError, UsageError
from tutor.lesson.catalog import Catalog
from tutor.lesson.model import LessonFile, Question
from tutor.progress.rename import Names

Name = tuple[str, str, str]
"""Course, lesson, question."""


@dataclass(frozen=True)
class Asked:
    """A question in its file."""

    file: LessonFile
    number: int

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.file.lesson.questions[self.number]


class Known:
    """Questions by name. Lessons are read when they are first asked for; one that cannot be is unknown."""

    def __init__(self, catalogs: Iterable[Catalog] = ()) -> None:
        self._catalogs = {catalog.key: catalog for catalog in catalogs}
        self._names = {key: Names(catalog.renamed) for key, catalog in self._catalogs.items()}
        self._asked: dict[tuple[str, str], dict[str, Asked]] = {}

    def now(self, course: str, lesson: str, question: str) -> Name:
        """What a question is called now."""
        names = self._names.get(course)
        return (course, *names.now(lesson, question)) if names else (course, lesson, question)

    def asked(self, name: Name) -> Asked | None:
        """A question in its file; None where that is not at hand."""
        course, lesson, question = name
        if (course, lesson) not in self._asked:
            self._asked[course, lesson] = self._read(course, lesson)
        return self._asked[course, lesson].get(question)

    def question(self, name: Name) -> Question | None:
        """The question itself."""
        found = self.asked(name)
        return found.question if found else None

    def title(self, course: str, lesson: str) -> str:
        """The title of a lesson; its slug where that is not at hand."""
        entries = self._catalogs[course].entries if course in self._catalogs else ()
        return next((entry.title for entry in entries if entry.slug == lesson), lesson)

    def graded(self, course: str, lesson: str) -> int:
        """How many questions of a lesson count; 0 where it is not at hand."""
        entries = self._catalogs[course].entries if course in self._catalogs else ()
        return next((len(entry.graded) for entry in entries if entry.slug == lesson), 0)

    def course_title(self, course: str) -> str:
        """The title of a course; its name where that is not at hand."""
        return self._catalogs[course].title if course in self._catalogs else course

    def ordered(self, names: Iterable[Name]) -> list[Name]:
        """As the courses have them; what is not known stays in the order it came."""
        return sorted(names, key=self._place)

    def _place(self, name: Name) -> tuple[str, int, str, int]:
        course, lesson, question = name
        entries = self._catalogs[course].entries if course in self._catalogs else ()
        slugs = [entry.slug for entry in entries]
        if lesson not in slugs:
            return course, len(slugs), lesson, 0
        entry = entries[slugs.index(lesson)]
        there = question in entry.questions
        return course, slugs.index(lesson), lesson, entry.questions.index(question) if there else len(entry.questions)

    def _read(self, course: str, lesson: str) -> dict[str, Asked]:
        catalog = self._catalogs.get(course)
        if catalog is None:
            return {}
        try:
            if lesson.startswith("drills/"):
                file = next((f for f in catalog.drills() if f"drills/{f.slug}" == lesson), None)
            else:
                file = catalog.lesson(lesson) if lesson in {entry.slug for entry in catalog.entries} else None
        except (LessonError, UsageError):
            file = None
        return {q.id: Asked(file, n) for n, q in enumerate(file.lesson.questions)} if file else {}
