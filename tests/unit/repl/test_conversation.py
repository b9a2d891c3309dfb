from __future__ import annotations

import asyncio

import pytest

from tests.unit.repl.fake_sandbox import FakeSandbox
from tutor.errors import EnvironmentLacking, TutorError
from tutor.repl import conversation as module
from tutor.repl.conversation import Conversation
from tutor.repl.given import Given
from tutor.repl.piece import Piece

GONE = Piece("note", "A new process was started; the names made before are gone.")


def talk(sandbox: FakeSandbox, given: Given | None = None) -> tuple[Conversation, list[Piece]]:
    said: list[Piece] = []
    return Conversation(sandbox.opens, said.extend, given), said


async def under_way(sandbox: FakeSandbox, line: str) -> None:
    while not (sandbox.plays and line in sandbox.plays[-1].ran):
        await asyncio.sleep(0)


async def test_a_line_gives_shape_dtype_and_values() -> None:
    conversation, said = talk(FakeSandbox())
    await conversation.begin()
    await conversation.run("x.sum(dim=1)")
    assert said == [Piece("caption", "(2,) float32"), Piece("value", "tensor([3., 7.])")]
    await conversation.close()


async def test_the_first_line_waits_for_torch_and_says_so() -> None:
    conversation, said = talk(FakeSandbox())
    await conversation.run("x")
    assert said[0] == Piece("wait", "starting torch…")
    assert said[1].text == "(2,) float32"
    await conversation.close()


async def test_what_is_given_is_announced_with_its_shapes() -> None:
    sandbox = FakeSandbox()
    conversation, said = talk(sandbox, Given("reductions", "x = ..."))
    await conversation.begin()
    assert said == [Piece("note", "reductions gives:"), Piece("made", "x  (2,) float32")]
    assert sandbox.plays[0].setup == "x = ..."
    await conversation.close()


async def test_ctrl_c_stops_a_line_and_keeps_the_names() -> None:
    sandbox = FakeSandbox()
    conversation, said = talk(sandbox)
    running = asyncio.create_task(conversation.run("loop"))
    await under_way(sandbox, "loop")
    conversation.interrupt()
    await running
    assert said[-1] == Piece("note", "Stopped.")
    assert len(sandbox.plays) == 1
    await conversation.close()


@pytest.mark.parametrize("again", [True, False])
async def test_a_line_that_does_not_obey_loses_its_process(monkeypatch: pytest.MonkeyPatch, again: bool) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0 if again else 0.01)
    sandbox = FakeSandbox()
    conversation, said = talk(sandbox, Given("reductions", "x = ..."))
    running = asyncio.create_task(conversation.run("stubborn"))
    await under_way(sandbox, "stubborn")
    conversation.interrupt()
    if again:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        conversation.interrupt()
    await running
    await conversation.begin()
    assert [play.alive for play in sandbox.plays] == [False, True]
    assert said[-3] == GONE
    assert said[-1].text == "x  (2,) float32"
    assert "did not obey" in said[-4].text
    await conversation.close()


async def test_a_line_over_its_time_limit_says_so_and_starts_anew() -> None:
    sandbox = FakeSandbox()
    conversation, said = talk(sandbox)
    await conversation.run("slow")
    assert [piece.text for piece in said[1:]] == ["Stopped: over the time limit of 30 s.", GONE.text]
    await conversation.run("x")
    assert sandbox.plays[1].ran == ["x"]
    await conversation.close()


async def test_ctrl_c_while_torch_starts_gives_the_line_up() -> None:
    delay = asyncio.Event()
    sandbox = FakeSandbox(delay=delay)
    conversation, said = talk(sandbox)
    running = asyncio.create_task(conversation.run("x"))
    await asyncio.sleep(0)
    conversation.interrupt()
    await running
    assert said == [Piece("wait", "starting torch…"), Piece("note", "Stopped.")]
    delay.set()
    await conversation.run("x")
    assert sandbox.plays[0].ran == ["x"]
    await conversation.close()


async def test_without_torch_the_reason_is_raised() -> None:
    conversation, _ = talk(FakeSandbox(lacking="torch is not installed."))
    with pytest.raises(EnvironmentLacking, match="not installed"):
        await conversation.run("x")
    assert await conversation.complete("x") == []
    await conversation.close()


async def test_a_mistake_in_what_is_given_is_shown_and_the_prompt_works() -> None:
    conversation, said = talk(FakeSandbox(), Given("mine", "wrong"))
    await conversation.run("x")
    assert [piece.text for piece in said] == [
        "starting torch…",
        "mine gives:",
        "NameError: no y",
        "(2,) float32",
        "tensor([3., 7.])",
    ]
    await conversation.close()


async def test_what_is_given_but_never_ends_is_an_error() -> None:
    sandbox = FakeSandbox()
    conversation, _ = talk(sandbox, Given("mine", "deadly"))
    with pytest.raises(TutorError, match=r"What mine gives cannot be set up\. Stopped: over the time limit of 10 s\."):
        await conversation.run("x")
    assert len(sandbox.plays) == 1
    await conversation.close()


async def test_nothing_is_completed_before_there_is_a_child() -> None:
    conversation, _ = talk(FakeSandbox())
    assert await conversation.complete("x") == []
    await conversation.begin()
    assert await conversation.complete("x") == ["x", "x_long", "_hidden"]
    await conversation.close()


async def test_names_and_reset() -> None:
    sandbox = FakeSandbox()
    conversation, said = talk(sandbox)
    await conversation.begin()
    await conversation.names()
    assert said == [Piece("note", "No names yet.")]
    await conversation.reset()
    assert said[-1] == GONE
    await conversation.begin()
    assert len(sandbox.plays) == 2
    await conversation.close()
    assert sandbox.closed
