"""What another version of a course changes for whoever is in the middle of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tutor.lesson.content import digest, former
from tutor.lesson.load import load_course, load_lesson
from tutor.lesson.model import LessonFile

Sort = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One lesson that is not as it was; questions by id."""

    sort: Sort
    lesson: str
    title: str
    was: str = ""
    """The slug it had, where that is another."""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Those that ask something else now."""
    renamed: tuple[str, ...] = ()
    """By their new ids."""

    def told(self) -> str:
        """The change in a line."""
        sign = {"added": "+", "removed": "-", "changed": "~"}[self.sort]
        counts = [
            f"{len(ids)} {word}"
            for word, ids in (
                ("new", self.added),
                ("gone", self.removed),
                ("changed", self.changed),
                ("renamed", self.renamed),
            )
            if ids
        ]
        words = {"added": "a new lesson", "removed": "is no longer there"}.get(self.sort) or ", ".join(counts)
        was = f" (was {self.was})" if self.was else ""
        return f"{sign} {self.lesson}{was}: {words or 'other words'}"


def changes(old: Path, new: Path) -> list[Change]:
    """Lesson by lesson, what another version of the same course changes. Raises LessonError."""
    before, after = _lessons(old), _lessons(new)
    left = dict(before)
    found: list[Change] = []
    for slug, file in after.items():
        name = next((n for n in (slug, *former(file.lesson)) if n in left), None)
        if name is None:
            found.append(Change("added", slug, file.lesson.lesson))
        elif (change := _between(left.pop(name), file)) is not None:
            found.append(change)
    return found + [Change("removed", slug, file.lesson.lesson) for slug, file in left.items()]


def _lessons(folder: Path) -> dict[str, LessonFile]:
    course = load_course(folder)
    files = (load_lesson(folder / name) for name in course.lessons)
    return {file.slug: file for file in files}


def _between(old: LessonFile, new: LessonFile) -> Change | None:
    before = {q.id: digest(old.lesson, q) for q in old.lesson.questions}
    pairs = {q.id: next((n for n in (q.id, *former(q)) if n in before), "") for q in new.lesson.questions}
    now = {q.id: digest(new.lesson, q) for q in new.lesson.questions}
    change = Change(
        "changed",
        new.slug,
        new.lesson.lesson,
        was=old.slug if old.slug != new.slug else "",
        added=tuple(id for id, was in pairs.items() if not was),
        removed=tuple(id for id in before if id not in pairs.values()),
        changed=tuple(id for id, was in pairs.items() if was and before[was] != now[id]),
        renamed=tuple(id for id, was in pairs.items() if was not in ("", id)),
    )
    return change if old.lesson != new.lesson or change.was else None


def lines(found: list[Change]) -> Iterator[str]:
    """The changes for a person, the questions of each below it."""
    for change in found:
        yield change.told()
        for word, ids in (("changed", change.changed), ("gone", change.removed), ("renamed", change.renamed)):
            if ids:
                more = f" and {len(ids) - 4} more" if len(ids) > 4 else ""
                yield f"    {word}: {', '.join(ids[:4])}{more}"
