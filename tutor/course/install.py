"""Courses put on the shelf, brought up to date, and taken away. Nothing of a course runs here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from tutor.course.change import Change, changes
from tutor.course.parcel import Parcel
from tutor.course.shelf import Record, Shelf, free_name
from tutor.course.source import fetch, settled
from tutor.errors import LessonError, Problem
from tutor.lesson.load import load_course, load_lesson


@dataclass(frozen=True)
class Installed:
    """A course as it is now, and what became of it."""

    record: Record
    left_out: tuple[str, ...] = ()
    """Files of kinds that a course may not hold."""
    changes: tuple[Change, ...] = ()
    fresh: bool = True
    """Whether there was anything new to install."""


def add(shelf: Shelf, source: str, name: str, revision: str, taken: set[str], now: datetime) -> Installed:
    """Install a course. `taken` are names it may not have. Raises UsageError, LessonError, EnvironmentLacking."""
    kind, place = settled(source)
    parcel = fetch(kind, place, revision)
    with shelf.changing():
        staged = shelf.stage(parcel)
        title = _checked(staged, place)
        record = Record(
            name=free_name(name, title, taken | {record.name for record in shelf.records()}),
            title=title,
            kind=kind,
            source=place,
            digest=parcel.digest,
            commit=parcel.commit,
            revision=revision,
            added=now.isoformat(timespec="seconds"),
        )
        shelf.put(record, staged)
    return Installed(record, parcel.left_out)


def update(shelf: Shelf, name: str, now: datetime, dry: bool = False) -> Installed:
    """Fetch a course again from where it came, and install it if it is another. Raises as `add` does."""
    known = shelf.named(name)
    parcel = fetch(known.kind, known.source, known.revision)
    with shelf.changing():
        old = shelf.named(name)
        if parcel.digest == old.digest and shelf.whole(old):
            if parcel.commit != old.commit and not dry:
                old = msgspec.structs.replace(old, commit=parcel.commit)
                shelf.write(old)
            return Installed(old, parcel.left_out, fresh=False)
        return _replaced(shelf, old, parcel, now, dry)


def _replaced(shelf: Shelf, old: Record, parcel: Parcel, now: datetime, dry: bool) -> Installed:
    staged = shelf.stage(parcel)
    title = _checked(staged, old.source)
    found = _changes(shelf.place(old), staged)
    new = msgspec.structs.replace(
        old,
        title=title,
        digest=parcel.digest,
        commit=parcel.commit,
        added=now.isoformat(timespec="seconds"),
        previous=old.folder if parcel.digest != old.digest else "",
    )
    if not dry:
        shelf.put(new, staged)
    return Installed(new, parcel.left_out, tuple(found))


def _changes(old: Path, new: Path) -> list[Change]:
    """The changes; none are told of files that somebody damaged."""
    try:
        return changes(old, new)
    except LessonError:
        return []


def _checked(staged: Path, source: str) -> str:
    """The title of a course all of whose files can be read. Raises LessonError, with the files as they are named at
    their source."""
    problems: list[Problem] = []
    try:
        course = load_course(staged)
    except LessonError as error:
        raise _at(error.problems, staged, source) from error
    for name in (*course.lessons, *course.drills):
        try:
            load_lesson(staged / name)
        except LessonError as error:
            problems += error.problems
    if problems:
        raise _at(problems, staged, source)
    return course.course


def _at(problems: list[Problem], staged: Path, source: str) -> LessonError:
    prefix = str(staged)
    return LessonError([replace(problem, path=source + problem.path.removeprefix(prefix)) for problem in problems])
