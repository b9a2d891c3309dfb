"""A session over a file that changes: where it goes on, what it keeps, and that it leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.unit.conftest import FakeSandbox
from tutor.clock import Clock
from tutor.lesson.load import load_lesson
from tutor.preview import OneLesson, Preview, nearest
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox

LESSON = """\
format: 1
lesson: One
goal: To begin.
questions:
  - read: Hello there.
  - id: first
    shape: torch.ones(2, 3).sum(dim=0)
    hints: [one, two]
  - id: second
    write: Make `y`.
    start: y = ____
    solution: y = 1
  - id: third
    shape: torch.ones(3)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "01-one.yaml"
    path.write_text(LESSON)
    return path


@pytest.fixture
def preview(path: Path, store: Store, sandbox: FakeSandbox) -> Preview:
    catalog = OneLesson(path)
    catalog.hold(load_lesson(path))
    preview = Preview(catalog, store, cast("Sandbox", sandbox), Clock())
    preview.open_lesson("one")
    return preview


def renew(preview: Preview, path: Path, *changes: tuple[str, str]) -> bool:
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return preview.renew(load_lesson(path))


@pytest.mark.parametrize(
    ("before", "index", "now", "where"),
    [
        ("abc", 1, "abc", 1),
        ("abc", 1, "bac", 0),
        ("abc", 1, "ac", 1),
        ("abc", 1, "axc", 1),
        ("abc", 2, "ab", 1),
        ("abc", 2, "xyb", 2),
        ("abc", 0, "bc", 0),
        ("abc", 2, "xy", 0),
    ],
)
def test_the_nearest_question(before: str, index: int, now: str, where: int) -> None:
    assert nearest(before, index, now) == where


@pytest.mark.parametrize(
    ("line", "question"), [(1, "page-hello-there"), (5, "page-hello-there"), (8, "first"), (9, "second"), (99, "third")]
)
def test_the_question_at_a_line(preview: Preview, line: int, question: str) -> None:
    assert preview.at_line(line).id == question


def test_what_is_typed_and_given_is_kept(preview: Preview, path: Path) -> None:
    preview.goto("second")
    preview.keep("y = 17")
    preview.given["second"] = "y = 16"
    assert renew(preview, path, ("Make `y`.", "Make `y`, please."))
    assert (preview.question.id, preview.draft, preview.given) == ("second", "y = 17", {"second": "y = 16"})
    assert "please" in preview.prompt().text


def test_a_starter_that_nobody_touched_is_the_new_one(preview: Preview, path: Path) -> None:
    preview.goto("second")
    preview.keep("y = 17")
    preview.keep("y = ____")
    renew(preview, path, ("start: y = ____", "start: y = 0"))
    assert preview.draft == "y = 0"


def test_a_renamed_question_keeps_all(preview: Preview, path: Path) -> None:
    preview.goto("first")
    preview.hint()
    preview.keep("(3")
    preview.given["first"] = "(2,)"
    assert renew(preview, path, ("id: first", "id: sum-of-columns"))
    assert (preview.question.id, preview.draft) == ("sum-of-columns", "(3")
    assert (preview.given, len(preview.hints_shown())) == ({"sum-of-columns": "(2,)"}, 1)


def test_another_question_in_its_place_begins_anew(preview: Preview, path: Path) -> None:
    preview.goto("third")
    preview.keep("(4,)")
    renew(preview, path, ("  - id: third\n    shape: torch.ones(3)", "  - id: new\n    write: z\n    solution: z = 1"))
    assert (preview.question.id, preview.draft) == ("new", "")


async def test_an_answer_to_a_question_that_changed_does_not_stand(preview: Preview, path: Path) -> None:
    for question in ("first", "third"):
        preview.goto(question)
        assert (await preview.submit("(3,)")).passed
    preview.goto("first")
    preview.hint()
    assert not renew(preview, path, ("torch.ones(3)\n", "torch.ones(4)\n"))
    assert {mark.id: mark.status for mark in preview.marks()} == {
        "page-hello-there": "new",
        "first": "right",
        "second": "new",
        "third": "new",
    }
    assert renew(preview, path, ("sum(dim=0)", "sum(dim=1)"))
    assert (preview.standing.status, len(preview.hints_shown())) == ("new", 1)
    assert preview.given["first"] == "(3,)"


async def test_the_lesson_can_shrink_under_the_learner(preview: Preview, path: Path) -> None:
    preview.goto("third")
    await preview.submit("(3,)")
    path.write_text(LESSON[: LESSON.index("  - id: first")])
    assert preview.renew(load_lesson(path))
    assert (preview.index, preview.question.kind) == (0, "read")
    assert [entry.questions for entry in preview.catalog.entries] == [("page-hello-there",)]


def test_of_a_family_one_is_asked_and_the_same_after_a_save(preview: Preview, path: Path) -> None:
    family = "shape: torch.ones(m, n)\n    vary: {m: 2..60, n: 2..60}\n"
    assert renew(preview, path, ("shape: torch.ones(3)\n", family)) is False
    preview.goto("third")
    asked = preview.question
    assert preview.question is asked and not asked.vary and "m" not in asked.task
    assert renew(preview, path, ("id: third\n", "id: third\n    because: So it is.\n"))
    assert (preview.question.task, preview.question.because) == (asked.task, "So it is.")
    preview.goto("third")
    assert preview.question.task != asked.task


async def test_nothing_is_written_down(preview: Preview, store: Store) -> None:
    preview.goto("first")
    preview.keep("(2")
    preview.hint()
    assert (await preview.submit("(3,)")).passed
    assert preview.next() and preview.draft == "y = ____"
    assert preview.undo() == "first"
    assert (preview.draft, preview.standing.status) == ("(3,)", "new")
    assert store.attempts(preview.catalog.key) == [] and store.place(preview.catalog.key) is None
    assert store.drafts(preview.catalog.key, "one") == {}
