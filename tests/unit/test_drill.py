"""A sitting of cards: what comes, what comes again, and how it is rated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.drill import Drill
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox
from tutor.session import Session

FAMILY = """\
format: 1
lesson: Drills of one
goal: To repeat.
questions:
  - id: summed
    vary: {m: 2..90, n: 2..90, differ: [m, n]}
    shape: torch.ones(m, n).sum(dim=0)
    because: Gone.
"""


class Later(Clock):
    """A clock that can be moved on."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 9, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def drill(course: Path, store: Store, sandbox: Sandbox, clock: Later) -> Callable[..., Drill]:
    return lambda **more: Drill(Catalog.open(course), store, sandbox, clock, **more)


@pytest.fixture
def session(course: Path, store: Store, sandbox: Sandbox, clock: Later) -> Session:
    return Session.open(Catalog.open(course), store, sandbox, clock, "one")


def with_family(course: Path) -> None:
    (course / "drills").mkdir()
    (course / "drills" / "one.yaml").write_text(FAMILY)
    text = (course / "course.yaml").read_text()
    (course / "course.yaml").write_text(text + "drills: [drills/one.yaml]\n")


def test_nothing_answered_nothing_due(drill) -> None:
    assert drill().left == 0
    assert "answer some questions first" in drill().ended()[0]


async def test_a_card_comes_when_it_is_due_and_stays_away_longer(drill, session: Session, clock: Later) -> None:
    session.goto("shape")
    await session.submit("3")
    assert drill().left == 0
    gaps = []
    for _ in range(3):
        clock.at = _due(drill()) + timedelta(hours=1)
        sitting = drill()
        assert sitting.question.id == "shape"
        began = clock.at
        clock.at += timedelta(seconds=20)
        assert (await sitting.submit("3")).passed
        assert not sitting.next()
        gaps.append(_due(drill()) - began)
    assert gaps[0] < gaps[1] < gaps[2]


async def test_what_was_not_known_comes_again_in_the_same_sitting(drill, session: Session, clock: Later) -> None:
    session.goto("shape")
    await session.submit("3")
    clock.at += timedelta(days=30)
    sitting = drill()
    await sitting.submit("(9,)")
    assert sitting.next()
    assert sitting.question.id == "shape"
    assert sitting.standing.tries == 0
    await sitting.submit("3")
    assert not sitting.next()
    assert [rating for _, rating in sitting.rated] == ["again", "good"] or sitting.rated[1][1] == "easy"
    assert "1 of 2 answers known" in sitting.ended()[0]


async def test_a_drill_does_not_change_the_lesson(drill, session: Session, clock: Later, store: Store) -> None:
    session.goto("shape")
    await session.submit("3")
    clock.at += timedelta(days=30)
    sitting = drill()
    await sitting.submit("(9,)")
    sitting.next()
    assert session.progress("one") == (1, 2)
    assert [a.action for a in store.attempts(session.catalog.key)] == ["answer", "drill"]


async def test_skipping_leaves_the_schedule_alone(drill, session: Session, clock: Later) -> None:
    session.goto("shape")
    await session.submit("3")
    clock.at += timedelta(days=30)
    due = _due(drill())
    assert not drill().skip()
    assert _due(drill()) == due


async def test_a_family_joins_once_its_lesson_was_begun_with_numbers_that_vary(
    course: Path, drill, session: Session, clock: Later
) -> None:
    with_family(course)
    assert drill().left == 0
    session.goto("shape")
    await session.submit("3")
    tasks = set()
    for _ in range(4):
        sitting = drill()
        more = sitting.left > 0
        while more:
            tasks |= {sitting.question.task} if sitting.question.id == "summed" else set()
            await sitting.submit("(3,)")
            more = sitting.next()
        clock.at += timedelta(days=400)
    assert len(tasks) > 1
    assert all("m" not in task.replace("sum", "").replace("dim", "") for task in tasks)


def _due(drill: Drill) -> datetime:
    due = drill._deck.next_due()
    assert due is not None
    return due
