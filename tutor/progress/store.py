"""What a learner did, remembered: attempts that are only ever added, drafts, and where they left off.

One connection, called from the event loop. Every write is on the disk before the call returns.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from tutor.clock import Clock
from tutor.progress.database import open_database, speaking
from tutor.progress.rename import Name, Names

Action = Literal["answer", "hint", "skip", "reveal", "undo", "read", "drill"]

_ADD = """INSERT INTO attempt (course, lesson, question, action, answer, result, belief, seconds, at, digest)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ATTEMPTS = """SELECT course, lesson, question, action, answer, result, belief, seconds, at, digest FROM attempt
               WHERE course = ?"""
# Columns by name: a newer tutor may have added some while this one is running.
_DRAFT = "INSERT OR REPLACE INTO draft (course, lesson, question, text) VALUES (?, ?, ?, ?)"
_PLACE = "INSERT OR REPLACE INTO place (course, lesson, question) VALUES (?, ?, ?)"
_CARD = "INSERT OR REPLACE INTO card (course, lesson, question, due, state) VALUES (?, ?, ?, ?, ?)"

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Attempt:
    """One thing a learner did with a question."""

    course: str
    lesson: str
    question: str
    action: Action
    answer: str = ""
    result: str = ""
    """`right` or `wrong`, for answers."""
    belief: str = ""
    """What a wrong answer seems to show."""
    seconds: float = 0.0
    """From seeing the question to this; 0 when unknown."""
    at: datetime | None = None
    """When; filled in by the store."""
    digest: str = ""
    """Of the question as it was put, so that an edited question can be told."""


class Store:
    """The learner's progress file. Its methods raise EnvironmentLacking when it cannot be read or written."""

    def __init__(self, connection: sqlite3.Connection, path: Path, clock: Clock, notices: list[str]) -> None:
        self.path = path
        self.notices = notices
        """A sentence for each thing the learner should know about the file."""
        self._connection = connection
        self._clock = clock
        self._unsaved: list[Attempt] = []
        self._names: dict[str, Names] = {}

    @classmethod
    def open(cls, path: Path, clock: Clock) -> Store:
        """Open or begin the file. One that is damaged or written by a newer tutor is set aside: see `notices`."""
        connection, notices = open_database(path, clock.now())
        return cls(connection, path, clock, notices)

    @property
    def unsaved(self) -> int:
        """How many attempts could not be written yet; they go with the next write that succeeds."""
        return len(self._unsaved)

    def follow(self, course: str, renamed: Mapping[Name, Name]) -> None:
        """From now on, read what is kept of a course under the names its lessons and questions have now."""
        self._names[course] = Names(renamed)

    def add(self, attempt: Attempt) -> None:
        """Remember an attempt. When the disk refuses it, it is kept in memory and the error is raised all the same."""
        self._unsaved.append(_clean(attempt, self._clock.now()))
        self._write([])

    def attempts(self, course: str, lesson: str | None = None, question: str | None = None) -> list[Attempt]:
        """What was done, oldest first, with what is not written yet."""
        names = self._of(course)
        lessons = names.lessons(lesson) if lesson is not None else ()
        narrow = f" AND lesson IN ({', '.join('?' * len(lessons))})" if lessons else ""
        kept = [_attempt(row) for row in self._read(_ATTEMPTS + narrow + " ORDER BY number", course, *lessons)]
        kept += [attempt for attempt in self._unsaved if attempt.course == course]
        found = ((attempt, names.now(attempt.lesson, attempt.question)) for attempt in kept)
        return [
            attempt if now == (attempt.lesson, attempt.question) else replace(attempt, lesson=now[0], question=now[1])
            for attempt, now in found
            if lesson in (None, now[0]) and question in (None, now[1])
        ]

    def drafts(self, course: str, lesson: str) -> dict[str, str]:
        """What was typed and not finished, by question."""
        rows = self._kept("SELECT lesson, question, text FROM draft WHERE course = ?", course)
        return {question: str(text) for (le, question), text in rows.items() if le == lesson}

    def keep_draft(self, course: str, lesson: str, question: str, text: str) -> None:
        """Keep what is typed so far."""
        self._write([(_DRAFT, (course, lesson, question, _sound(text)))])

    def drop_draft(self, course: str, lesson: str, question: str) -> None:
        """Forget a draft; none is fine."""
        names = self._of(course)
        rows = self._read("SELECT lesson, question FROM draft WHERE course = ?", course)
        gone = [(course, le, q) for le, q in rows if names.now(str(le), str(q)) == (lesson, question)]
        self._write([("DELETE FROM draft WHERE course = ? AND lesson = ? AND question = ?", key) for key in gone])

    def place(self, course: str) -> tuple[str, str] | None:
        """The lesson and question where the learner was last in this course."""
        # Replacing a row gives it a new, highest rowid: the last place kept is the last one here.
        rows = self._read("SELECT lesson, question FROM place WHERE course = ? ORDER BY rowid DESC LIMIT 1", course)
        return self._of(course).now(str(rows[0][0]), str(rows[0][1])) if rows else None

    def place_in(self, course: str, lesson: str) -> str | None:
        """The question where the learner was last in this lesson."""
        rows = self._kept("SELECT lesson, question, rowid FROM place WHERE course = ? ORDER BY rowid", course)
        return next((question for le, question in reversed(rows) if le == lesson), None)

    def keep_place(self, course: str, lesson: str, question: str) -> None:
        """Remember where the learner is."""
        self._write([(_PLACE, (course, lesson, question))])

    def cards(self, course: str) -> dict[tuple[str, str, str], str]:
        """Every card of the course as it was kept, by course, lesson and question; what is due first, first."""
        sql = "SELECT lesson, question, state FROM card WHERE course = ? ORDER BY due, lesson, question"
        return {(course, *name): str(state) for name, state in self._kept(sql, course).items()}

    def keep_cards(self, cards: Iterable[tuple[tuple[str, str, str], datetime, str]]) -> None:
        """Keep cards, all or none: key, when due, and the schedule's own text."""
        self._write([(_CARD, (*key, _stamp(due), state)) for key, due, state in cards])

    def close(self) -> None:
        """Write what is waiting, and close. Raises EnvironmentLacking when that is lost; closes all the same."""
        try:
            if self._unsaved:
                self._write([])
        finally:
            self._connection.close()

    def _of(self, course: str) -> Names:
        return self._names.get(course) or Names()

    def _kept(self, sql: str, course: str) -> dict[Name, Any]:
        """One value for each present name, in order; what was kept under it goes before what was under an old one."""
        names = self._of(course)
        found: dict[Name, Any] = {}
        own: set[Name] = set()
        for lesson, question, value in self._read(sql, course):
            kept = str(lesson), str(question)
            name = names.now(*kept)
            if name not in own:
                found.pop(name, None)
                found[name] = value
            if name == kept:
                own.add(name)
        return found

    def _read(self, sql: str, *values: str) -> list[Row]:
        with speaking(self.path):
            return self._connection.execute(sql, values).fetchall()

    def _write(self, changes: list[tuple[str, Row]]) -> None:
        """All changes and every waiting attempt, or nothing."""
        waiting = [(_ADD, _row(attempt)) for attempt in self._unsaved]
        with speaking(self.path):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                for sql, values in waiting + changes:
                    self._connection.execute(sql, values)
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        self._unsaved.clear()


def _clean(attempt: Attempt, now: datetime) -> Attempt:
    return replace(
        attempt,
        at=attempt.at or now,
        answer=_sound(attempt.answer),
        belief=_sound(attempt.belief),
        seconds=attempt.seconds if math.isfinite(attempt.seconds) else 0.0,
    )


def _sound(text: str) -> str:
    """Without the halves of characters that a broken terminal or pipe may send: SQLite refuses them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _stamp(at: datetime) -> str:
    return at.astimezone(timezone.utc).isoformat(timespec="microseconds")


def _row(a: Attempt) -> Row:
    assert a.at is not None
    at = _stamp(a.at)
    return (a.course, a.lesson, a.question, a.action, a.answer, a.result, a.belief, a.seconds, at, a.digest)


def _attempt(row: Row) -> Attempt:
    return Attempt(*(*row[:8], _moment(row[8]), row[9]))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # One damaged date must not make every other attempt unreadable.
        return datetime.fromtimestamp(0, timezone.utc)
