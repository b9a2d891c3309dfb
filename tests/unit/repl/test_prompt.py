"""The prompt, typed into through prompt-toolkit's own pipe."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from tests.unit.repl.fake_sandbox import FakeSandbox
from tutor.errors import EnvironmentLacking
from tutor.repl.piece import Piece
from tutor.repl.prompt import Terminal
from tutor.repl.talk import talk

END = "\x04"


class Screen(DummyOutput):
    def __init__(self) -> None:
        self.text = ""

    def write(self, data: str) -> None:
        self.text += data


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PipeInput]:
    monkeypatch.setenv("TUTOR_DATA_DIR", str(tmp_path / "data"))
    with create_pipe_input() as pipe:
        yield pipe


class Told(Terminal):
    """A terminal that remembers what it was told to show."""

    def __init__(self, pipe: PipeInput) -> None:
        super().__init__(input=pipe, output=Screen())
        self.told: list[Piece] = []

    def say(self, pieces: list[Piece]) -> None:
        self.told += pieces
        super().say(pieces)


async def converse(pipe: PipeInput, keys: str, sandbox: FakeSandbox | None = None) -> tuple[list[str], list[str]]:
    """What was run, and what was said."""
    sandbox = sandbox or FakeSandbox()
    terminal = Told(pipe)
    pipe.send_text(keys)
    assert await asyncio.wait_for(talk(sandbox.opens, terminal, None, None), 10) == 0
    assert sandbox.closed
    return [line for play in sandbox.plays for line in play.ran], [piece.text for piece in terminal.told]


async def test_a_line_is_run_and_its_result_shown(typed: PipeInput) -> None:
    ran, said = await converse(typed, "x + 1\r" + END)
    assert ran == ["x + 1"]
    assert said[-2:] == ["(2,) float32", "tensor([3., 7.])"]


async def test_a_block_is_indented_and_ends_with_a_blank_line(typed: PipeInput) -> None:
    ran, _ = await converse(typed, "for i in x:\rprint(i)\rif i:\rbreak\r\r\r" + END)
    assert ran == ["for i in x:\n    print(i)\n    if i:\n        break"]


async def test_backspace_leaves_a_block_by_one_step(typed: PipeInput) -> None:
    ran, _ = await converse(typed, "if a:\rb\r\x7felse:\rc\r\r" + END)
    assert ran == ["if a:\n    b\nelse:\n    c"]


async def test_tab_indents_before_code_and_completes_after(typed: PipeInput) -> None:
    ran, _ = await converse(typed, "f(\r\ty)\r" + END)
    assert ran == ["f(\n    y)"]


async def test_ctrl_c_clears_the_line(typed: PipeInput) -> None:
    ran, _ = await converse(typed, "wrong\x03x\r" + END)
    assert ran == ["x"]


async def test_a_pasted_session_runs_without_its_prompts(typed: PipeInput) -> None:
    ran, _ = await converse(typed, "\x1b[200~>>> x = 1\n>>> y = 2\n\x1b[201~\r" + END)
    assert ran == ["x = 1\ny = 2"]


@pytest.mark.parametrize("word", ["exit", "quit()", ":quit"])
async def test_words_that_leave(typed: PipeInput, word: str) -> None:
    ran, _ = await converse(typed, word + "\r")
    assert ran == []


async def test_commands_are_not_python(typed: PipeInput) -> None:
    ran, said = await converse(typed, ":help\r:nonsense\r:given\r" + END)
    assert ran == []
    assert any(":vars" in text for text in said)
    assert "There is no command :nonsense; :help lists them." in said


async def test_history_is_kept_for_the_next_time(typed: PipeInput, tmp_path: Path) -> None:
    await converse(typed, "first\r" + END)
    assert "+first" in (tmp_path / "data" / "repl-history").read_text()
    ran, _ = await converse(typed, "\x1b[A\r" + END)
    assert ran == ["first"]


async def test_without_a_place_for_history_the_prompt_works(typed: PipeInput, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    ran, _ = await converse(typed, "one\rtwo\r" + END)
    assert ran == ["one", "two"]


async def test_without_torch_the_prompt_ends_with_the_reason(typed: PipeInput) -> None:
    lacking = FakeSandbox(lacking="torch is not installed.")
    with pytest.raises(EnvironmentLacking, match="not installed"):
        await asyncio.wait_for(talk(lacking.opens, Told(typed), None, None), 10)


async def test_the_toolbar_names_the_sandbox_and_torch(typed: PipeInput) -> None:
    terminal = Told(typed)
    assert terminal._toolbar() == " starting torch…"
    typed.send_text("x\r" + END)
    await asyncio.wait_for(talk(FakeSandbox().opens, terminal, None, None), 10)
    assert terminal._toolbar() == " sandbox: full · torch 2.13.0 · :help"
