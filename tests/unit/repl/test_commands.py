from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.unit.repl.fake_sandbox import FakeSandbox
from tutor.repl.commands import COMMANDS, is_command, leaves, obey
from tutor.repl.conversation import Conversation
from tutor.repl.piece import Piece

LESSON = """\
format: 1
lesson: Sums
goal: Know what goes.
given: |
  x = torch.ones(2, 3)
questions:
  - id: first
    shape: x.sum()
"""


@pytest.fixture
def course(tmp_path: Path) -> str:
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.yaml").write_text("format: 1\ncourse: Small\nlessons: [01-sums.yaml]\n")
    (folder / "01-sums.yaml").write_text(LESSON)
    return str(folder)


async def said_to(line: str, course: str, sandbox: FakeSandbox) -> list[str]:
    said: list[Piece] = []
    conversation = Conversation(sandbox.opens, said.extend)
    await conversation.begin()
    said += await obey(line, conversation, course)
    await conversation.begin()
    await conversation.close()
    return [piece.text for piece in said]


async def test_help_names_every_command(course: str) -> None:
    said = "\n".join(await said_to(":help", course, FakeSandbox()))
    assert all(command in said for command in COMMANDS)
    assert max(map(len, said.splitlines())) < 80


async def test_given_starts_anew_with_a_lessons_tensors(course: str) -> None:
    sandbox = FakeSandbox()
    assert await said_to(":given sums", course, sandbox) == [
        "A new process was started; the names made before are gone.",
        "sums gives:",
        "x  (2,) float32",
    ]
    assert [play.setup for play in sandbox.plays] == ["", "x = torch.ones(2, 3)"]


async def test_given_before_torch_is_there_is_announced_once(course: str) -> None:
    started = asyncio.Event()
    sandbox = FakeSandbox(delay=started)
    said: list[Piece] = []
    conversation = Conversation(sandbox.opens, said.extend)
    conversation.begin()
    obeying = asyncio.create_task(obey(":given sums", conversation, course))
    await asyncio.sleep(0)
    started.set()
    await obeying
    await conversation.begin()
    await conversation.close()
    assert [piece.text for piece in said].count("sums gives:") == 1


async def test_given_alone_lists_the_lessons(course: str) -> None:
    assert await said_to(":given", course, FakeSandbox()) == ["Nothing was given.\nLessons: sums."]


async def test_an_unknown_lesson_leaves_everything_as_it_was(course: str) -> None:
    sandbox = FakeSandbox()
    (said,) = await said_to(":given nothing", course, sandbox)
    assert "nothing" in said
    assert len(sandbox.plays) == 1


async def test_vars_and_reset(course: str) -> None:
    assert await said_to(":vars", course, FakeSandbox()) == ["No names yet."]
    sandbox = FakeSandbox()
    await said_to(":reset", course, sandbox)
    assert len(sandbox.plays) == 2


@pytest.mark.parametrize(("text", "leaving"), [("exit", True), (" quit() ", True), (":q", True), ("exit_code", False)])
def test_words_that_leave(text: str, leaving: bool) -> None:
    assert leaves(text) is leaving


def test_a_command_begins_with_a_colon() -> None:
    assert is_command(" :help")
    assert not is_command("x[:2]")
