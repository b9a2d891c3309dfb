"""The second front end: what is read from a pipe, and what is said."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.lesson.catalog import Catalog
from tutor.plain import Lines, PlainLesson
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox
from tutor.session import Session

Taken = Callable[[str], object]


@pytest.fixture
def take(course: Path, store: Store, sandbox: Sandbox) -> Callable[..., object]:
    async def taken(typed: str, lesson: str | None = None) -> str:
        session = Session.open(Catalog.open(course), store, sandbox, Clock(), lesson)
        out = io.StringIO()
        assert await PlainLesson(session, Lines(io.StringIO(typed)), out).run("tutor · One") == 0
        return out.getvalue()

    return taken


async def test_a_lesson_through_a_pipe(take) -> None:
    said = await take("\n(2,)\n3\ny = x\n.\n")
    for line in (
        "[1/3] Read (page-hello-there)",
        "What is the shape of `x.sum(dim=0)`?",
        "✗ Not yet.",
        "1 of 1 size is not what torch gives.",
        "✓ Right.",
        "    y = ____",
        "One: the end.",
        "  1 of 2 right after more tries: shape",
    ):
        assert line in said.splitlines(), line
    assert "\x1b" not in said


async def test_what_the_session_says_is_what_is_printed(take, course: Path, store: Store, sandbox) -> None:
    said = await take(":goto shape\nfive\n(9, 9)\nerror\n3\n")
    session = Session.open(Catalog.open(course), store, sandbox, Clock(), "one")
    session.goto("shape")
    for answer in ("five", "(9, 9)", "error", "3"):
        assert "\n".join((await session.submit(answer)).said()) in said


async def test_commands(take) -> None:
    commands = "next hint hint hint reveal reveal undo map skip back lesson+two goto+nope what help quit"
    said = await take("".join(f":{command.replace('+', ' ')}\n" for command in commands.split()))
    for part in (
        "Hint 1 of 2: first",
        "No more hints.",
        ":reveal again shows it.",
        "The answer:\n  (3,)",
        "Taken back: shape.",
        "> new       shape",
        "has no question 'nope'",
        "`:what` is not a command",
        ":lesson NAME",
        "Stopped at page-hello-there; you come back to it.",
    ):
        assert part in said, part


async def test_the_end_of_the_input_keeps_the_place(take) -> None:
    await take("\n(2,)\n")
    assert "[2/3] Predict the shape (shape)" in await take("")


async def test_an_unknown_lesson_is_one_sentence(take) -> None:
    assert "! " in await take(":lesson onne\n")
