"""A file a person wrote: from bytes to text, with everything that must not reach a screen refused by place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tutor.errors import LessonError, Problem
from tutor.legible import legible

LARGEST = 1 << 20
"""Bytes; a lesson of 25 questions has about 20 thousand."""

# What YAML does not allow in a file, and half of a pair that no encoding can hold.
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST = 20


class Report:
    """Everything found wrong in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def add(self, place: tuple[int, int], message: str) -> None:
        """Note one problem at a 1-based line and column. What it quotes of the file is made fit to be shown."""
        message = legible(message).replace("\n", " ").encode("utf-8", "backslashreplace").decode()
        self.problems.append(Problem(str(self.path), *place, message))

    def close(self) -> None:
        """Raises LessonError with what was found, in order of place, when anything was."""
        if self.problems:
            raise LessonError(sorted(set(self.problems), key=lambda p: (p.line, p.column, p.message)))


def read_text(path: Path) -> str:
    """The text of a file, its line ends all `\\n`. Raises LessonError when it cannot be read or is not plain text."""
    report = Report(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            report.add((0, 0), f"the file is larger than {LARGEST >> 20} MiB; split it into several.")
            report.close()
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report.add(_place(error.object[: error.start]), "this byte is not UTF-8; save the file as UTF-8.")
        report.close()
    except (OSError, ValueError) as error:
        report.add((0, 0), _unread(path, error))
        report.close()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for place, sign in unfit(text):
        report.add(place, f"the control character {sign} may not stand in a file that is shown; take it out.")
    report.close()
    return text


def unfit(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Characters that would control a terminal or reorder a line, with their places; the first few."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return
    found = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.isprintable() or found == _MOST:
            continue
        for column, sign in enumerate(line, 1):
            if sign != "\t" and (_UNPRINTABLE.match(sign) or not legible(sign)):
                found += 1
                yield (number, column), f"U+{ord(sign):04X}"
                break


def _place(before: bytes) -> tuple[int, int]:
    lines = before.split(b"\n")
    return len(lines), len(lines[-1].decode("utf-8", "replace")) + 1


def _unread(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file; check the name."
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return "this is a folder, not a file."
    if isinstance(error, PermissionError):
        return "no permission to read this file."
    reason = error.strerror if isinstance(error, OSError) else "this is no name of a file"
    return f"the file cannot be read: {reason}."
