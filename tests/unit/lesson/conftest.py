"""Lessons written in the tests, and what the loader says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lesson.samples import Complaints, Loader
from tutor.errors import LessonError
from tutor.lesson.load import load_lesson
from tutor.lesson.model import LessonFile


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    """Load a lesson from its text."""

    def loaded(text: str) -> LessonFile:
        path = tmp_path / "01-sums.yaml"
        path.write_text(text, encoding="utf-8", newline="")
        return load_lesson(path)

    return loaded


@pytest.fixture
def complaints(load: Loader) -> Complaints:
    """`line:column: message` of everything wrong with a lesson; empty when it loads."""

    def complained(text: str) -> list[str]:
        try:
            load(text)
        except LessonError as error:
            return [f"{p.line}:{p.column}: {p.message}" for p in error.problems]
        return []

    return complained
