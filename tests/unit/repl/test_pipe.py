from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from tests.unit.repl.fake_sandbox import FakeSandbox
from tutor.repl.given import Given
from tutor.repl.pipe import Chunks, Lines
from tutor.repl.talk import front_for, talk


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


async def piped(pipe: tuple[int, int], text: str, prompting: bool = False) -> FakeSandbox:
    reading, writing = pipe
    os.write(writing, text.encode())
    os.close(writing)
    sandbox = FakeSandbox()
    assert await talk(sandbox.opens, Lines(prompting, reading), None, None) == 0
    return sandbox


async def test_statements_run_in_order_without_a_prompt(
    pipe: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox = await piped(pipe, "x\nfor i in x:\n    i\n\ny\n")
    assert sandbox.plays[0].ran == ["x", "for i in x:\n    i", "y"]
    out, err = capsys.readouterr()
    assert out == "(2,) float32\ntensor([3., 7.])\n" * 3
    assert err == ""


async def test_what_is_no_result_goes_to_stderr(pipe: tuple[int, int], capsys: pytest.CaptureFixture[str]) -> None:
    await piped(pipe, "slow\n:nonsense\n")
    out, err = capsys.readouterr()
    assert out == ""
    assert "Stopped: over the time limit of 30 s." in err
    assert "There is no command :nonsense" in err


async def test_exit_ends_the_reading(pipe: tuple[int, int]) -> None:
    assert (await piped(pipe, "x\nexit()\ny\n")).plays[0].ran == ["x"]


async def test_an_empty_pipe_is_an_empty_conversation(pipe: tuple[int, int]) -> None:
    assert (await piped(pipe, "")).closed


async def test_a_bare_terminal_is_asked_line_by_line(pipe: tuple[int, int], capsys: pytest.CaptureFixture[str]) -> None:
    sandbox = await piped(pipe, "if a:\n    b\n\nx\n", prompting=True)
    assert sandbox.plays[0].ran == ["if a:\n    b", "x"]
    out, err = capsys.readouterr()
    assert out.startswith(">>> ... ... (2,) float32\n")
    assert err == ""


async def test_what_is_said_meanwhile_does_not_eat_the_prompt(
    pipe: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = pipe
    started = asyncio.Event()
    sandbox = FakeSandbox(delay=started)
    given = Given("reductions", "x = ...")
    talking = asyncio.create_task(talk(sandbox.opens, Lines(True, reading), given, None))
    out = ""
    while out.count(">>>") < 2:
        await asyncio.sleep(0.001)
        out += capsys.readouterr().out
        if ">>>" in out:
            started.set()
    os.close(writing)
    assert await talking == 0
    assert out == ">>> \nreductions gives:\nx  (2,) float32\n>>> "


async def test_ctrl_c_gives_up_a_line_at_a_bare_terminal(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    sandbox = FakeSandbox()
    front = Lines(True, reading)
    talking = asyncio.create_task(talk(sandbox.opens, front, None, None))
    os.write(writing, b"x = (1,\n")
    while front._prompt != "... ":
        await asyncio.sleep(0.001)
    os.kill(os.getpid(), signal.SIGINT)
    while front._prompt != ">>> ":
        await asyncio.sleep(0.001)
    os.write(writing, b"y\n")
    os.close(writing)
    assert await talking == 0
    assert sandbox.plays[0].ran == ["y"]


async def test_ctrl_c_ends_a_pipe_that_waits(pipe: tuple[int, int]) -> None:
    front = Lines(False, pipe[0])
    talking = asyncio.create_task(talk(FakeSandbox().opens, front, None, None))
    while front._reading is None:
        await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGINT)
    assert await talking == 130
    os.close(pipe[1])
    for thread in threading.enumerate():  # or it would read what the next test's pipe has under the same number
        if thread.name == "stdin":
            thread.join()


async def test_lines_in_pieces_and_without_an_end(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    chunks = Chunks(reading)
    first = asyncio.create_task(chunks.line())
    for piece in (b"gr", "ö".encode()[:1], "ö".encode()[1:] + b"\xff\nlast"):
        os.write(writing, piece)
        await asyncio.sleep(0.01)
    os.close(writing)
    assert await first == "grö\ufffd\n"
    assert await chunks.line() == "last"
    assert await chunks.line() == ""


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(front_for(terminal=True), Lines)
    assert isinstance(front_for(terminal=False), Lines)
