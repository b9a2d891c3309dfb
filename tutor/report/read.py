"""Exported attempts of many learners, read line by line. What is no attempt is told by file and line, and left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timezone
from pathlib import Path
from typing import IO

import msgspec

from tutor.errors import Problem, UsageError
from tutor.progress.export import FORMAT, Line

LINE_MOST = 1 << 20
NAME_MOST = 128
_COUNT_MOST = 1 << 40

_decoder = msgspec.json.Decoder(Line)


@dataclass
class Handed:
    """What was handed in."""

    learners: dict[str, list[Line]] = field(default_factory=dict)
    """The attempts of each, in the order in which they happened."""
    problems: list[Problem] = field(default_factory=list)
    """Lines that are no attempts."""
    again: int = 0
    """How many lines had been there already, in this file or another."""

    @property
    def attempts(self) -> int:
        """How many lines there are to look at."""
        return sum(map(len, self.learners.values()))


def read_files(paths: Iterable[Path]) -> Handed:
    """All files together. Raises UsageError for a file that cannot be read."""
    handed = Handed()
    seen: dict[str, set[int]] = {}
    for path in paths:
        for line in _of_file(path, handed):
            _take(line, handed, seen)
    for lines in handed.learners.values():
        lines.sort(key=lambda line: (line.at, line.number))
    return handed


def read_lines(lines: Iterable[Line]) -> Handed:
    """The same for the attempts of this machine's own learner."""
    handed = Handed()
    for line in lines:
        handed.learners.setdefault(line.learner, []).append(line)
    return handed


def _take(line: Line, handed: Handed, seen: dict[str, set[int]]) -> None:
    mark = hash((line.number, line.at, line.action, line.question))
    marks = seen.setdefault(line.learner, set())
    if mark in marks:
        handed.again += 1
    else:
        marks.add(mark)
        handed.learners.setdefault(line.learner, []).append(line)


def _of_file(path: Path, handed: Handed) -> Iterator[Line]:
    try:
        with path.open("rb") as file:
            for number, raw in _raw(file):
                line = _line(raw) if raw is not None else "this line is longer than any attempt"
                if isinstance(line, Line):
                    yield line
                else:
                    handed.problems.append(Problem(str(path), number, 0, f"{line}; it is left out."))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _raw(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Every line that is not blank, with its number; None for one that is too long to be held."""
    number = 0
    while raw := file.readline(LINE_MOST):
        number += 1
        if len(raw) == LINE_MOST and not raw.endswith(b"\n"):
            while (rest := file.readline(LINE_MOST)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        elif raw.strip():
            yield number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw


def _line(raw: bytes) -> Line | str:
    """An attempt, or why this is none."""
    try:
        line = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, OverflowError) as error:
        return f"this is no exported attempt ({_said(error)})"
    if line.format > FORMAT:
        return f"a newer tutor wrote this attempt (format {line.format}, this one reads {FORMAT})"
    names = (line.learner, line.course, line.lesson, line.question)
    if not all(names) or max(map(len, names)) > NAME_MOST:
        return "this is no exported attempt (learner, course, lesson and question are short names)"
    if not (math.isfinite(line.seconds) and line.seconds >= 0 and 0 <= line.number < _COUNT_MOST):
        return "this is no exported attempt (seconds and number count from 0)"
    if line.at.tzinfo is None:
        return msgspec.structs.replace(line, at=line.at.replace(tzinfo=timezone.utc))
    return line


def _said(error: Exception) -> str:
    return str(error).replace("`", "").splitlines()[0][:120]
