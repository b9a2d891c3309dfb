"""The shipped course, held to everything it claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor import paths
from tutor.author.prove import prove
from tutor.clock import Clock
from tutor.commands.check import load
from tutor.examiner import Examiner
from tutor.lesson.catalog import Catalog
from tutor.lesson.model import KINDS
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox
from tutor.session import Session

pytestmark = pytest.mark.slow

FILES, PROBLEMS = load([paths.shipped_course()])


def test_every_file_loads() -> None:
    assert PROBLEMS == []
    assert [file.slug for file in FILES][:2] == ["reductions", "indexing"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.slug)
async def test_solutions_pass_starters_fail_and_wrong_answers_get_their_feedback(file) -> None:
    sandbox = Sandbox()
    try:
        assert [str(problem) for problem in await prove(file, Examiner(sandbox))] == []
    finally:
        await sandbox.close()


@pytest.mark.parametrize("slug", ["reductions", "indexing"])
async def test_answer_reveal_and_skip_each_lead_on(slug: str, tmp_path: Path) -> None:
    sandbox = Sandbox()
    store = Store.open(tmp_path / "progress.db", Clock())
    try:
        session = Session.open(Catalog.open(), store, sandbox, Clock(), slug)
        count = len(session.file.lesson.questions)
        for n, question in enumerate(session.file.lesson.questions):
            assert (session.index, session.question) == (n, question)
            if question.graded:
                await session.submit("nonsense(")
                assert await session.reveal() is None
                answer = await session.reveal()
                assert answer
                assert session.standing.status == "revealed"
                assert session.undo() == question.id
                verdict = await session.submit(answer)
                assert verdict.passed, (question.id, verdict)
            assert session.skip() is (n + 1 < count)
        assert session.progress(slug) == (session.summary().total, session.summary().total)
    finally:
        store.close()
        await sandbox.close()


def test_lessons_have_what_a_learner_needs() -> None:
    for file in FILES:
        for question in file.lesson.questions:
            if question.graded:
                assert question.because, question.id
                assert 1 <= len(question.hints) <= 3, question.id
                assert question.wrong, question.id


def test_the_two_lessons_ask_in_every_kind_their_syllabus_has() -> None:
    kinds = {question.kind for file in FILES for question in file.lesson.questions}
    assert kinds >= SYLLABUS and kinds <= set(KINDS)


SYLLABUS = {
    "read", "explore", "shape", "value", "dtype", "error", "choice", "fill", "fix", "write", "function", "order",
}  # fmt: skip


def test_the_lectures_own_examples_are_there() -> None:
    tasks = {
        slug: [q.task for f in FILES if f.slug == slug for q in f.lesson.questions]
        for slug in ("reductions", "indexing")
    }
    assert "data.sum(dim=0)" in tasks["reductions"]
    assert "x.mean(dim=1)" in tasks["reductions"]
    for example in ("x[0]", "x[:, 0]", "x[:, 0, 0]", "matr[[0, 2, 4]]"):
        assert example in tasks["indexing"], example
