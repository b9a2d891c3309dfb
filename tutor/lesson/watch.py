"""A lesson file that somebody is writing at: what it says now, found by looking, since not every disk tells of changes.

An editor may write in place, in pieces, or put a new file in the place of the old one. Whatever it does, the content
is what counts: a file is read again when its stamp has changed, while that is too young to trust, and now and then.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import LessonError, Problem
from tutor.lesson.load import load_lesson
from tutor.lesson.model import LessonFile
from tutor.lesson.text import LARGEST

YOUNG_SECONDS = 3.0
"""Two saves in so short a time may have the same stamp, where a disk counts in seconds."""
EVERY = 20
"""Looks after which the file is read whatever its stamp says."""

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True)
class Saved:
    """A file as it was saved: a lesson, or why it is none."""

    file: LessonFile | None
    problems: tuple[Problem, ...]
    lines: tuple[str, ...]
    """The text, to quote from."""


class Watch:
    """One file, looked at again and again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: Stamp | None = None
        self._data: bytes | None = None
        self._known: bytes | None = b"\0"
        """The content that was last told of; no file holds this one."""
        self._looks = 0

    def first(self) -> Saved:
        """The file as it is, finished or not."""
        self._read()
        return self._told()

    def look(self) -> Saved | None:
        """The file, when it is another than was told of before. What is broken may be half written: it is told of when
        it is the same a look later."""
        before = self._data
        self._read()
        if self._data == self._known:
            return None
        known, saved = self._known, self._told()
        if saved.file is None and self._data != before:
            self._known = known
            return None
        return saved

    def _told(self) -> Saved:
        self._known = self._data
        text = (self._data or b"").decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
        try:
            return Saved(load_lesson(self.path), (), tuple(text.split("\n")))
        except LessonError as error:
            return Saved(None, tuple(error.problems), tuple(text.split("\n")))

    def _read(self) -> None:
        """The content as it is now; none when there is no such file."""
        self._looks += 1
        try:
            stamp = self._stamped()
            if stamp != self._stamp or self._looks % EVERY == 0 or abs(time.time_ns() - stamp[0]) < YOUNG_SECONDS * 1e9:
                with self.path.open("rb") as file:
                    self._data = file.read(LARGEST + 1)
            self._stamp = stamp
        except OSError:
            self._stamp = self._data = None

    def _stamped(self) -> Stamp:
        """What nearly always changes with the content; taken before it is read, so that no change is missed."""
        status = self.path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ctime_ns, status.st_ino
