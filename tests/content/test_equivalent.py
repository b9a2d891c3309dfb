"""Answers that mean the same get the same verdict, however they are spelt; those that only look the same do not.

An entry of equivalent/*.yaml is a question as a lesson has it, the ways to answer it that are right, of which the first
is the author's, and near misses. Each right way beside the first makes a pair with it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from tutor.examiner import Examiner
from tutor.lesson.load import load_lesson
from tutor.lesson.model import KINDS, LessonFile, Question
from tutor.sandbox.client import Sandbox

HERE = Path(__file__).parent / "equivalent"
HEAD = "format: 1\nlesson: Equivalents\ngoal: Be judged by meaning.\n"
PAIRS_LEAST = 100
NEAR_LEAST = 60

Case = tuple[str, str]
"""The id of a question and an answer to it."""


@dataclass(frozen=True)
class Entry:
    """One question and what may be said to it."""

    question: str
    """YAML, as in a lesson."""
    right: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def id(self) -> str:
        """What the question calls itself."""
        return str(yaml.load(self.question, yaml.BaseLoader)["id"])

    @property
    def pairs(self) -> int:
        """How many spellings stand beside the first."""
        return len(self.right) - 1


def entries(path: Path) -> Iterator[Entry]:
    """What one file holds; its other keys are the lesson's."""
    for entry in yaml.load(path.read_text("utf-8"), yaml.BaseLoader)["entries"]:
        yield Entry(entry["question"], tuple(entry["right"]), tuple(entry["wrong"]))


FILES = {path: tuple(entries(path)) for path in sorted(HERE.glob("*.yaml"))}
ENTRIES = {entry.id: entry for found in FILES.values() for entry in found}
RIGHT: list[Case] = [(name, answer) for name, entry in ENTRIES.items() for answer in entry.right]
WRONG: list[Case] = [(name, answer) for name, entry in ENTRIES.items() for answer in entry.wrong]


def named(cases: list[Case]) -> list[str]:
    """A name for each case: the question's and a number."""
    before = [name for name, _ in cases]
    return [f"{name}-{before[: n + 1].count(name)}" for n, name in enumerate(before)]


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[LessonFile, Question]]:
    """Every question with the lesson it stands in, by its id."""
    folder = tmp_path_factory.mktemp("equivalent")
    found = [lesson(path, folder) for path in FILES]
    return {question.id: (file, question) for file in found for question in file.lesson.questions}


def lesson(path: Path, folder: Path) -> LessonFile:
    """The questions of one file, read as a lesson."""
    given = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)["given"]
    asked = [textwrap.indent(entry.question, "    ").strip() for entry in FILES[path]]
    text = f"{HEAD}given: |\n{textwrap.indent(given, '  ')}questions:\n" + "".join(f"  - {one}\n" for one in asked)
    written = folder / path.name
    written.write_text(text, "utf-8")
    return load_lesson(written)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def examiner():
    sandbox = Sandbox()
    yield Examiner(sandbox)
    await sandbox.close()


def test_there_are_enough_of_every_kind(lessons: dict[str, tuple[LessonFile, Question]]) -> None:
    assert sum(entry.pairs for entry in ENTRIES.values()) >= PAIRS_LEAST
    assert len(WRONG) >= NEAR_LEAST
    assert [entry.id for entry in ENTRIES.values() if not (entry.pairs and entry.wrong)] == []
    assert len(lessons) == sum(map(len, FILES.values())), "two questions have the same id"
    graded = {name for name, kind in KINDS.items() if kind.graded}
    assert graded - {question.kind for _, question in lessons.values()} == set()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "answer"), RIGHT, ids=named(RIGHT))
async def test_another_spelling_is_right(lessons, examiner, name: str, answer: str) -> None:
    verdict = await examiner.judge(*lessons[name], answer)
    assert verdict.passed, "\n".join([answer, "---", *verdict.said()])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "answer"), WRONG, ids=named(WRONG))
async def test_a_near_miss_is_wrong(lessons, examiner, name: str, answer: str) -> None:
    verdict = await examiner.judge(*lessons[name], answer)
    assert verdict.result == "wrong", "\n".join([answer, "---", *verdict.said()])
