"""Whatever the bytes: a lesson, or problems with places; never another exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.lesson.samples import LESSON
from tutor.errors import LessonError
from tutor.legible import legible
from tutor.lesson.load import load_answers, load_course, load_lesson

PIECES = ["\t", "{", "[", '"', "'", ": ", "- ", "|", ">", "&a ", "*a", "!x ", " #", "\n", "  ", "%", "@", "`", "\0"]
PIECES += [
    "---\n",
    "...\n",
    "\r",
    "\xff",
    "\u2028",
    "\ufeff",
    "\\",
    ",",
    "?",
    "~",
    "(",
    "____",
    '"\\e"',
    '"\\ud800"',
    "😀",
]
WORDS = ["a", "id", "shape", "questions", "format: 1\n"]
EDIT = st.tuples(st.integers(0, len(LESSON)), st.integers(0, 12), st.sampled_from(["", *PIECES]))
QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def survives(folder: Path, data: bytes) -> None:
    for name, load in (("l.yaml", load_lesson), ("a.yaml", load_answers), ("a.json", load_answers)):
        path = folder / name
        path.write_bytes(data)
        try:
            load(path)
        except LessonError as error:
            assert error.problems
            assert all(p.message and legible(p.message) == p.message for p in error.problems)
    (folder / "course.yaml").write_bytes(data)
    with pytest.raises(LessonError):
        load_course(folder)


@QUICK
@given(data=st.binary(max_size=200))
def test_random_bytes(tmp_path: Path, data: bytes) -> None:
    survives(tmp_path, data)


@QUICK
@given(text=st.text(max_size=200))
def test_random_text(tmp_path: Path, text: str) -> None:
    survives(tmp_path, text.encode("utf-8", "surrogatepass"))


@QUICK
@given(text=st.lists(st.sampled_from(PIECES + WORDS), max_size=40).map("".join))
def test_random_yaml(tmp_path: Path, text: str) -> None:
    survives(tmp_path, text.encode())


@QUICK
@given(edits=st.lists(EDIT, min_size=1, max_size=6))
def test_a_damaged_lesson(tmp_path: Path, edits: list[tuple[int, int, str]]) -> None:
    text = LESSON
    for at, cut, piece in edits:
        text = text[:at] + piece + text[at + cut :]
    survives(tmp_path, text.encode())
