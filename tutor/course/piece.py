"""The parts of a course that are code, as a person is shown them before any of it runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.legible import legible
from tutor.lesson.code import code
from tutor.lesson.load import load_course, load_lesson
from tutor.lesson.model import Code, LessonFile, Question


@dataclass(frozen=True)
class Piece:
    """Code of one key, and where it stands."""

    path: str
    line: int
    question: str
    """Empty for what runs before every question of the lesson."""
    key: str
    text: str

    @property
    def digest(self) -> str:
        """Of the text alone: code that only moved has been seen."""
        return hashlib.sha256(self.text.strip().encode()).hexdigest()[:16]


def pieces(folder: Path) -> list[Piece]:
    """Everything of a course that is run as code. Raises LessonError."""
    course = load_course(folder)
    return [
        piece for name in (*course.lessons, *course.drills) for piece in _of_lesson(load_lesson(folder / name), name)
    ]


def unseen(found: Sequence[Piece], seen: frozenset[str]) -> list[Piece]:
    """What was not shown before; the same code twice is shown once."""
    fresh: dict[str, Piece] = {}
    for piece in found:
        if piece.digest not in seen:
            fresh.setdefault(piece.digest, piece)
    return list(fresh.values())


def listing(shown: Sequence[Piece]) -> list[str]:
    """Code as lines for a person, under the file, the question and the key it belongs to."""
    lines: list[str] = []
    before = ("", "")
    for piece in shown:
        if (piece.path, piece.question) != before:
            before = piece.path, piece.question
            lines += ["", f"{piece.path}:{piece.line}  {piece.question or 'before every question'}"]
        lines.append(f"  {piece.key}:")
        lines += [f"    {line}" for line in legible(piece.text.rstrip()).split("\n")]
    return lines[1:]


def _of_lesson(file: LessonFile, name: str) -> Iterator[Piece]:
    if file.lesson.given.strip():
        yield Piece(name, file.code_place("given", 1)[0], "", "given", file.lesson.given)
    for number, question in enumerate(file.lesson.questions):
        for key, text in _run(question):
            line, _ = file.code_place(f"questions[{number}].{key}", 1)
            yield Piece(name, line, question.id, key, text)


def _run(question: Question) -> Iterator[tuple[str, str]]:
    """Key and text of all that is ever run. A wrong answer is, where answers are code; and what a family draws from is
    written into its code."""
    for name, drawn in question.vary.items():
        yield f"vary.{name}", drawn if isinstance(drawn, str) else ", ".join(drawn)
    for part in code(question):
        answer = part.path.startswith("wrong[") and part.path.endswith(".answer")
        if part.text.strip() and (isinstance(question, Code) or not answer):
            yield part.path, part.text
