"""The loop, with a sandbox that says what it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tutor import paths
from tutor.clock import Clock
from tutor.errors import EnvironmentLacking, UsageError
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox
from tutor.session import Session

Opened = Callable[..., Session]


@pytest.fixture
def opened(course: Path, store: Store, sandbox: Sandbox) -> Opened:
    return lambda lesson=None: Session.open(Catalog.open(course), store, sandbox, Clock(), lesson)


async def test_a_whole_lesson(opened: Opened) -> None:
    session = opened()
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


async def test_everything_comes_back(opened: Opened) -> None:
    session = opened()
    session.goto("shape")
    await session.submit("(9,)")
    first = session.hint()
    assert first is not None and (first.text, first.number, first.of) == ("first", 1, 2)
    session.keep("(3,")
    again = opened()
    assert again.question.id == "shape"
    assert again.draft == "(3,"
    assert [hint.text for hint in again.hints_shown()] == ["first"]
    assert (again.standing.tries, again.standing.status) == (1, "tried")


async def test_hints_come_one_at_a_time_and_end(opened: Opened) -> None:
    session = opened()
    session.goto("shape")
    assert [session.hint() is None for _ in range(3)] == [False, False, True]
    assert len(session.hints_shown()) == 2


async def test_reveal_asks_once_and_counts_as_revealed(opened: Opened) -> None:
    session = opened()
    session.goto("shape")
    assert await session.reveal() is None
    assert session.revealing
    assert session.standing.status == "new"
    assert await session.reveal() == "(3,)"
    assert session.standing.status == "revealed"
    assert (await session.submit("(3,)")).passed
    assert session.summary().revealed == ("shape",)


async def test_an_answer_in_between_takes_the_question_back(opened: Opened) -> None:
    session = opened()
    session.goto("shape")
    await session.reveal()
    await session.submit("(9,)")
    assert not session.revealing
    assert await session.reveal() is None


async def test_undo_reopens_accepted_answers_from_the_last(opened: Opened) -> None:
    session = opened()
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


async def test_skip_back_and_jump(opened: Opened) -> None:
    session = opened()
    assert not session.back()
    session.next()
    assert session.skip()
    assert [mark.status for mark in session.marks()] == ["read", "skipped", "new"]
    assert session.back()
    session.open_lesson("two")
    session.goto("write")
    assert opened().file.slug == "two"
    assert opened("one").question.id == "shape"
    with pytest.raises(UsageError):
        session.goto("nowhere")
    with pytest.raises(UsageError, match="one"):
        session.open_lesson("onne")


async def test_torch_is_asked_once_for_a_question(opened: Opened, sandbox) -> None:
    session = opened()
    session.goto("shape")
    await session.prepare()
    await session.submit("(9,)")
    await session.submit("(8,)")
    assert len(sandbox.requests) == 1


async def test_our_own_fault_is_no_attempt(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened()
    session.goto("write")

    async def broken(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(session.sandbox, "compare", broken)
    verdict = await session.submit("y = x + 1")
    assert verdict.result == "fault"
    assert "not yours" in verdict.headline
    assert session.standing.tries == 0
    assert "a bug" in paths.fault_log().read_text()


def test_a_prompt_shows_only_what_the_question_leans_on(opened: Opened) -> None:
    session = opened()
    session.goto("shape")
    prompt = session.prompt()
    assert prompt.text == "What is the shape of `x.sum(dim=0)`?"
    assert prompt.given == "x = torch.ones(2, 3)"
    assert prompt.expression == "x.sum(dim=0).shape"
    assert prompt.answer_kind == "line"
    session.goto("page-hello-there")
    assert session.prompt().given == ""


async def test_a_full_disk_loses_no_verdict_and_says_so(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened()

    def full(*_: object) -> None:
        raise EnvironmentLacking("The disk is full.")

    with monkeypatch.context() as patch:
        for name in ("add", "keep_draft", "keep_place"):
            patch.setattr(store, name, full)
        session.goto("shape")
        assert (await session.submit("3")).passed
        assert session.verdict is not None and session.verdict.passed
        assert session.trouble == "The disk is full."
        assert session.standing.status == "right"
    session.next()
    assert session.trouble == ""


async def test_a_family_is_asked_with_numbers_that_stay_until_it_is_answered(course: Path, opened: Opened) -> None:
    family = "  - id: family\n    vary: {m: 2..60, n: 2..60}\n    shape: torch.ones(m, n)\n"
    (course / "02-two.yaml").write_text((course / "02-two.yaml").read_text() + family)
    session = opened("two")
    session.goto("family")
    asked = session.question
    assert asked.kind == "shape" and "m" not in asked.task.removeprefix("torch.ones")
    assert session.question is asked and not (await session.submit("(9,)")).passed
    again = opened("two")
    again.goto("family")
    assert again.question == asked, "after a crash it is the same"
    assert (await again.submit("(3,)")).passed and again.question == asked
    assert not next(mark for mark in again.marks() if mark.id == "family").changed
    again.goto("shape")
    again.goto("family")
    assert again.question != asked, "once it is answered it comes with other numbers"
