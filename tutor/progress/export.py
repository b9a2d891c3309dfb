"""Attempts on their way out: JSON lines under a random name, for whoever teaches. Nothing is sent anywhere."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

import msgspec

from tutor.errors import EnvironmentLacking
from tutor.progress.database import look, speaking

FORMAT = 1
"""Of a line."""

Action = Literal["answer", "hint", "skip", "reveal", "undo", "read", "drill"]
_ROWS = """SELECT number, course, lesson, question, action, result, seconds, at, digest, answer, belief FROM attempt
           ORDER BY number"""


class Line(msgspec.Struct, frozen=True, gc=False):
    """One thing a learner did with a question, as it is handed out."""

    format: int
    learner: str
    """A random name, the same for all that one learner hands out."""
    number: int
    """Counts this learner's attempts, so that what is handed in twice is known."""
    course: str
    lesson: str
    question: str
    action: Action
    result: Literal["", "right", "wrong"]
    seconds: float
    at: datetime
    digest: str
    """Of the question as it was put; another question, another digest."""
    answer: str | None = None
    """None where the learner kept the answers back."""
    belief: str | None = None


def lines(path: Path, learner: str, answers: bool = True) -> Iterator[Line]:
    """Every attempt of a progress file, oldest first; the file is only read. Raises EnvironmentLacking."""
    found = look(path)
    if found.state in ("missing", "empty"):
        return
    if found.state not in ("current", "older"):
        raise EnvironmentLacking(f"{path} cannot be read ({found.detail or found.state}); `tutor doctor` says more.")
    with speaking(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for row in connection.execute(_ROWS):
            yield _line(row, learner, answers)


def learner_name(path: Path) -> str:
    """The random name of this learner, drawn at the first time. Raises EnvironmentLacking."""
    try:
        kept = path.read_text("ascii").strip()
    except (OSError, ValueError):
        kept = ""
    if len(kept) == 16 and all(sign in "0123456789abcdef" for sign in kept):
        return kept
    name = secrets.token_hex(8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{name}")
        fresh.write_text(f"{name}\n", "ascii")
        fresh.replace(path)
    except OSError as error:
        raise EnvironmentLacking(f"A random name cannot be kept in {path}: {error.strerror}.") from error
    return name


def _line(row: tuple[object, ...], learner: str, answers: bool) -> Line:
    number, course, lesson, question, action, result, seconds, at, digest, answer, belief = row
    return Line(
        format=FORMAT,
        learner=learner,
        number=int(str(number)),
        course=str(course),
        lesson=str(lesson),
        question=str(question),
        action=str(action),  # type: ignore[arg-type]
        result=str(result),  # type: ignore[arg-type]
        seconds=float(str(seconds)),
        at=_second(str(at)),
        digest=str(digest),
        answer=str(answer) if answers else None,
        belief=str(belief) if answers else None,
    )


def _second(text: str) -> datetime:
    """A moment to the second; a damaged one is the beginning of time."""
    try:
        return datetime.fromisoformat(text).astimezone(timezone.utc).replace(microsecond=0)
    except ValueError:
        return datetime.fromtimestamp(0, timezone.utc)
