"""`tutor export`: what this learner did, as pseudonymous JSON lines. Running the command is the consent."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from tutor import paths
from tutor.clock import Clock
from tutor.errors import EnvironmentLacking, UsageError
from tutor.legible import legible
from tutor.progress.export import Line, learner_name, lines

UNITS = {"d": "days", "w": "weeks", "h": "hours"}


def run(since: str | None, course: str | None, output: str | None, answers: bool) -> int:
    """Write the attempts to a file or to stdout, and say on stderr what is in them. Raises UsageError,
    EnvironmentLacking."""
    first = moment(since, Clock().now()) if since else None
    name = learner_name(paths.learner())
    found = list(_asked(lines(paths.database(), name, answers), first, course))
    written = b"".join(msgspec.json.encode(line) + b"\n" for line in found)
    if output not in (None, "-"):
        write(Path(str(output)), written)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(written)
        sys.stdout.flush()
    print("\n".join(_told(found, name, answers, output)), file=sys.stderr)
    return 0


def moment(text: str, now: datetime) -> datetime:
    """A day, `2026-01-05`, or a span until now, `7d`, `2w`, `12h`. Raises UsageError."""
    if span := re.fullmatch(r"([0-9]{1,4})([dwh])", text.strip()):
        return now - timedelta(**{UNITS[span[2]]: int(span[1])})
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"`{legible(text)}` is no day such as 2026-01-05, and no span such as 7d.") from None
    return read.astimezone(timezone.utc)


def _asked(found: Iterable[Line], first: datetime | None, course: str | None) -> Iterator[Line]:
    """What was done since then, in that course. Raises UsageError for a course in which nothing was done."""
    courses, taken = set(), 0
    for line in found:
        courses.add(line.course)
        if course in (None, line.course):
            taken += 1
            if first is None or line.at >= first:
                yield line
    if course is not None and not taken:
        there = f"there is {', '.join(sorted(courses))}" if courses else "there is nothing yet"
        raise UsageError(f"Nothing was done in a course `{legible(course)}`; {legible(there)}.")


def _told(found: list[Line], name: str, answers: bool, output: str | None) -> Iterator[str]:
    courses = ", ".join(sorted({line.course for line in found}))
    where = f" to {output}" if output not in (None, "-") else ""
    yield legible(f"{len(found)} attempts{where}" + (f" in {courses}" if courses else "") + f", as learner {name}.")
    yield "In each: course, lesson, question, what was done, right or wrong, seconds, the time of day."
    if answers:
        yield "Your answers are in it, as you typed them; --without-answers leaves them out."
    yield "No name of yours, no path, nothing of this machine; nothing was sent anywhere."


def write(path: Path, data: bytes) -> None:
    """The whole file or none of it. Raises EnvironmentLacking."""
    try:
        handle, made = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(made).replace(path)
        except BaseException:
            Path(made).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise EnvironmentLacking(f"{path} cannot be written: {error.strerror}.") from error
