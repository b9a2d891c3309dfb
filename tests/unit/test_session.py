"""The loop, with a sandbox that says what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.errors import UsageError
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Store
from tutor.sandbox.protocol import Difference, Observation, Outcome, Request, Terms
from tutor.session import Session

COURSE = "format: 1\ncourse: Small\nlessons: [01-one.yaml, 02-two.yaml]\n"
ONE = """\
format: 1
lesson: One
goal: To begin.
given: x = torch.ones(2, 3)
questions:
  - read: Hello there.
  - id: shape
    shape: x.sum(dim=0)
    hints: [first, second]
  - id: write
    write: Make `y`.
    start: y = ____
    solution: y = x
"""
TWO = ONE.replace("One", "Two")


class FakeSandbox:
    """Every expression has shape (3,); code is right when it is the solution."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def run(self, request: Request) -> Outcome:
        self.requests.append(request)
        seen = Observation(kind="tensor", shape=(3,), dtype="float32", text=request.code)
        return Outcome(status="ok", observed=dict.fromkeys(request.observe, seen), stdout=request.code)

    async def compare(self, expected: Outcome, actual: Outcome, terms: Terms) -> Difference | None:
        same = expected.stdout == actual.stdout
        return None if same else Difference(name="y", field="shape", expected="(3,)", actual="(2,)")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    folder.mkdir()
    for name, text in {"course.yaml": COURSE, "01-one.yaml": ONE, "02-two.yaml": TWO}.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "progress.db", Clock())
    yield store
    store.close()


def opened(course: Path, store: Store, lesson: str | None = None) -> Session:
    return Session.open(Catalog.open(course), store, FakeSandbox(), Clock(), lesson)  # type: ignore[arg-type]


async def test_a_whole_lesson(course: Path, store: Store) -> None:
    session = opened(course, store)
    assert session.question.id == "page-hello-there"
    assert session.next()
    assert session.marks()[0].status == "read"
    assert not (await session.submit("(2,)")).passed
    assert session.standing.status == "tried"
    assert (await session.submit("3")).passed
    assert session.next()
    assert session.draft == "y = ____"
    assert (await session.submit("y = ____")).result == "untouched"
    assert session.standing.tries == 0
    assert (await session.submit("y = x")).passed
    assert not session.next()
    summary = session.summary()
    assert (summary.first_try, summary.later_try, summary.total) == (("write",), ("shape",), 2)
    assert session.progress("one") == (2, 2)
    assert session.progress("two") == (0, 2)


async def test_everything_comes_back(course: Path, store: Store) -> None:
    session = opened(course, store)
    session.goto("shape")
    await session.submit("(9,)")
    first = session.hint()
    assert first is not None and (first.text, first.number, first.of) == ("first", 1, 2)
    session.keep("(3,")
    again = opened(course, store)
    assert again.question.id == "shape"
    assert again.draft == "(3,"
    assert [hint.text for hint in again.hints_shown()] == ["first"]
    assert (again.standing.tries, again.standing.status) == (1, "tried")


async def test_hints_come_one_at_a_time_and_end(course: Path, store: Store) -> None:
    session = opened(course, store)
    session.goto("shape")
    assert [session.hint() is None for _ in range(3)] == [False, False, True]
    assert len(session.hints_shown()) == 2


async def test_reveal_asks_once_and_counts_as_revealed(course: Path, store: Store) -> None:
    session = opened(course, store)
    session.goto("shape")
    assert await session.reveal() is None
    assert session.revealing
    assert session.standing.status == "new"
    assert await session.reveal() == "(3,)"
    assert session.standing.status == "revealed"
    assert (await session.submit("(3,)")).passed
    assert session.summary().revealed == ("shape",)


async def test_an_answer_in_between_takes_the_question_back(course: Path, store: Store) -> None:
    session = opened(course, store)
    session.goto("shape")
    await session.reveal()
    await session.submit("(9,)")
    assert not session.revealing
    assert await session.reveal() is None


async def test_undo_reopens_accepted_answers_from_the_last(course: Path, store: Store) -> None:
    session = opened(course, store)
    session.goto("shape")
    await session.submit("3")
    session.next()
    await session.submit("y = x")
    assert session.undo() == "write"
    assert session.question.id == "write"
    assert session.draft == "y = x"
    assert session.undo() == "shape"
    assert session.standing.status == "new"
    assert session.undo() is None
    assert session.progress("one") == (0, 2)


async def test_skip_back_and_jump(course: Path, store: Store) -> None:
    session = opened(course, store)
    assert not session.back()
    session.next()
    assert session.skip()
    assert [mark.status for mark in session.marks()] == ["read", "skipped", "new"]
    assert session.back()
    session.open_lesson("two")
    session.goto("write")
    assert opened(course, store).file.slug == "two"
    assert opened(course, store, "one").question.id == "shape"
    with pytest.raises(UsageError):
        session.goto("nowhere")
    with pytest.raises(UsageError, match="one"):
        session.open_lesson("onne")


async def test_torch_is_asked_once_for_a_question(course: Path, store: Store) -> None:
    session = opened(course, store)
    session.goto("shape")
    await session.prepare()
    await session.submit("(9,)")
    await session.submit("(8,)")
    sandbox = session.sandbox
    assert isinstance(sandbox, FakeSandbox) and len(sandbox.requests) == 1


async def test_our_own_fault_is_no_attempt(course: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened(course, store)
    session.goto("write")

    async def broken(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(session.sandbox, "compare", broken)
    verdict = await session.submit("y = x + 1")
    assert verdict.result == "fault"
    assert "not yours" in verdict.headline
    assert session.standing.tries == 0
    from tutor import paths

    assert "a bug" in paths.fault_log().read_text()


def test_a_prompt_shows_only_what_the_question_leans_on(course: Path, store: Store) -> None:
    session = opened(course, store)
    session.goto("shape")
    prompt = session.prompt()
    assert prompt.text == "What is the shape of `x.sum(dim=0)`?"
    assert prompt.given == "x = torch.ones(2, 3)"
    assert prompt.expression == "x.sum(dim=0).shape"
    assert prompt.answer_kind == "line"
    session.goto("page-hello-there")
    assert session.prompt().given == ""
