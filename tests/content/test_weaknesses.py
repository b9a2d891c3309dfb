"""The shipped lessons let no mutant pass that is not waived with a reason, and a synthetic course has every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.check import LESSONS, QUESTIONS, lesson, synthetic
from tutor import paths
from tutor.author.prove import prove
from tutor.commands.check import load
from tutor.examiner import Examiner
from tutor.lesson.load import load_lesson
from tutor.lesson.model import KINDS
from tutor.sandbox.client import Sandbox

pytestmark = pytest.mark.slow

FILES, _ = load([paths.shipped_course()])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.slug)
async def test_every_mutant_fails_or_is_waived_with_a_reason(file) -> None:
    async with Sandbox() as sandbox:
        await sandbox.warm()
        found = await prove(file, Examiner(sandbox, lambda: 0), doubts=True)
    assert [str(problem) for problem in found] == []
    assert all(len(reason.split()) > 3 for q in file.lesson.questions for reason in q.waive.values())


def test_the_synthetic_course_has_every_kind_and_loads(tmp_path: Path) -> None:
    course = synthetic(tmp_path / "course")
    files, problems = load([course])
    assert problems == []
    graded = [q for file in files for q in file.lesson.questions if q.graded]
    assert len(graded) == LESSONS * QUESTIONS >= 230
    assert {q.kind for file in files for q in file.lesson.questions} == set(KINDS)


@pytest.mark.timeout(300)
async def test_a_lesson_of_the_synthetic_course_is_right(tmp_path: Path) -> None:
    path = tmp_path / "04-part.yaml"
    path.write_text(lesson(4), "utf-8")
    async with Sandbox() as sandbox:
        await sandbox.warm()
        assert await prove(load_lesson(path), Examiner(sandbox, lambda: 0)) == []
