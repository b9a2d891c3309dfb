"""A newer version of a course: progress is found under new names, and what asks something else is said to."""

from __future__ import annotations

from pathlib import Path

from tests.unit.conftest import FakeSandbox
from tutor.clock import Clock
from tutor.drill import Drill
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Store
from tutor.session import Session


def opened(course: Path, store: Store, sandbox: FakeSandbox) -> Session:
    catalog = Catalog.open(course)
    store.follow(catalog.key, catalog.renamed)
    return Session.open(catalog, store, sandbox, Clock())  # type: ignore[arg-type]


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


async def answered(course: Path, store: Store, sandbox: FakeSandbox) -> None:
    session = opened(course, store, sandbox)
    session.goto("shape")
    assert (await session.submit("3")).passed
    session.goto("write")
    session.keep("y = 1")


async def test_a_renamed_lesson_and_question_keep_their_progress(
    course: Path, store: Store, sandbox: FakeSandbox
) -> None:
    await answered(course, store, sandbox)
    edit(course / "course.yaml", ("01-one.yaml", "03-first.yaml"))
    edit(
        course / "01-one.yaml", ("lesson: One", "lesson: First\nwas: one"), ("- id: shape", "- id: sum\n    was: shape")
    )
    (course / "01-one.yaml").rename(course / "03-first.yaml")
    session = opened(course, store, sandbox)
    assert (session.file.slug, session.question.id, session.draft) == ("first", "write", "y = 1")
    assert [(mark.id, mark.status, mark.changed) for mark in session.marks()][1] == ("sum", "right", False)
    assert session.progress("first") == (1, 2)


async def test_a_question_that_asks_something_else_is_marked(course: Path, store: Store, sandbox: FakeSandbox) -> None:
    await answered(course, store, sandbox)
    assert [mark.changed for mark in opened(course, store, sandbox).marks()] == [False] * 3
    edit(course / "01-one.yaml", ("hints: [first, second]", "hints: [other]"))
    assert opened(course, store, sandbox).summary().changed == ()
    edit(course / "01-one.yaml", ("x.sum(dim=0)", "x.sum(dim=1)"))
    session = opened(course, store, sandbox)
    assert [mark.id for mark in session.marks() if mark.changed] == ["shape"]
    assert session.ended()[-1] == "  changed since you answered: shape"
    session.goto("shape")
    await session.submit("(3,)")
    assert session.summary().changed == ()


FAMILY = """\
format: 1
lesson: Drills of one
goal: To repeat.
questions:
  - id: summed
    vary: {m: 2..9}
    shape: torch.ones(m, 2).sum(dim=0)
"""


async def test_a_renamed_family_is_the_same_card(course: Path, store: Store, sandbox: FakeSandbox) -> None:
    await answered(course, store, sandbox)
    (course / "drills").mkdir()
    (course / "drills" / "one.yaml").write_text(FAMILY, "utf-8")
    edit(course / "course.yaml", ("]\n", "]\ndrills: [drills/one.yaml]\n"))
    clock = Clock()

    def sitting() -> Drill:
        return Drill(Catalog.open(course), store, sandbox, clock)  # type: ignore[arg-type]

    first = sitting()
    assert first.question.id == "summed"
    assert (await first.submit("3")).passed
    first.next()
    assert sitting().left == 0
    edit(course / "drills" / "one.yaml", ("id: summed", "id: summed-up\n    was: summed"))
    assert sitting().left == 0
    edit(course / "drills" / "one.yaml", ("    was: summed\n", ""))
    assert sitting().left == 1
