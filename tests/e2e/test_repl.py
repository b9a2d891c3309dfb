"""`tutor repl` as installed, on a pty and in a pipe, with the real sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.slow

REPL = [sys.executable, "-m", "tutor", "repl"]


@pytest.fixture
def prompt() -> Iterator[Terminal]:
    with Terminal(REPL) as terminal:
        terminal.wait_for(">>>")
        yield terminal


def waits(terminal: Terminal) -> bool:
    """Whether the prompt waits for a line, with the sandbox up."""
    above, _, toolbar = terminal.text.rstrip().rpartition("\n")
    return above.rstrip().endswith(">>>") and "torch 2" in toolbar


def enter(terminal: Terminal, line: str) -> None:
    terminal.wait_for(waits, 60)
    terminal.type(line + "\n")


def test_a_conversation(prompt: Terminal) -> None:
    enter(prompt, "x = torch.arange(6.).reshape(2, 3)")
    prompt.wait_for("x  (2, 3) float32")
    enter(prompt, "x.sum(dim=0)")
    prompt.wait_for("(3,) float32\ntensor([3., 5., 7.])")
    enter(prompt, "for row in x:\nprint('row', row.mean().item())\n")
    prompt.wait_for("row 4.0")
    enter(prompt, "x @ x")
    prompt.wait_for("RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)")
    prompt.wait_for("the inner sizes 3 and 2 differ")
    enter(prompt, ":why")
    prompt.wait_for("x.T @ x")
    prompt.wait_for(waits)
    prompt.type("x.resha\t")
    prompt.wait_for("x.reshape")
    prompt.press("ctrl+c")
    prompt.wait_for(waits)
    prompt.press("ctrl+d")
    assert prompt.wait() == 0


def test_ctrl_c_stops_an_endless_line_and_keeps_the_names(prompt: Terminal) -> None:
    enter(prompt, "x = torch.ones(4)")
    enter(prompt, "while True: pass")
    prompt.settle(0.3)
    prompt.press("ctrl+c")
    prompt.wait_for("Stopped.")
    enter(prompt, "x.shape")
    prompt.wait_for("torch.Size([4])")


def test_a_line_that_does_not_obey_loses_its_process(prompt: Terminal) -> None:
    enter(prompt, r"exec('import time\nwhile True:\n try:\n  time.sleep(9)\n except BaseException: pass')")
    prompt.settle(0.3)
    prompt.press("ctrl+c")
    prompt.wait_for("names made before are gone")
    enter(prompt, "1 + 1")
    prompt.wait_for("\n2")


def test_the_history_is_there_the_next_time() -> None:
    for keys, seen in (("6 * 7\n", "42"), ("\x1b[A\r", "42")):
        with Terminal(REPL) as terminal:
            terminal.wait_for(waits, 60)
            terminal.type(keys)
            terminal.wait_for(f"\n{seen}")
            terminal.wait_for(waits)
            terminal.press("ctrl+d")
            assert terminal.wait() == 0


def piped(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "TERM": "dumb", "NO_COLOR": "1"}
    return subprocess.run(
        [*REPL, *arguments], input=text, env=env, capture_output=True, text=True, timeout=100, check=False
    )


def test_a_pipe_gives_results_only() -> None:
    done = piped("x = torch.ones(2, 3)\nfor i in range(2):\n    print(i)\nx.sum(dim=1)\nx @ x\nprint('last')\n")
    assert done.returncode == 0
    assert done.stdout == "x  (2, 3) float32\n0\n1\ni  1  2 times\n(2,) float32\ntensor([3., 3.])\nlast\n"
    first, *_, message, more = done.stderr.splitlines()
    assert first == "`x` (2, 3) @ `x` (2, 3): the inner sizes 3 and 2 differ."
    assert message == "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"
    assert more == ":why says more" and "    x @ x.T" in done.stderr


def test_a_lesson_gives_its_tensors() -> None:
    done = piped("data.shape\n", "--given", "reductions")
    assert done.returncode == 0
    assert "reductions gives:" in done.stderr
    assert done.stdout.startswith("data  (5, 7) float32\n")


def test_an_unknown_lesson_is_wrong_usage() -> None:
    done = piped("", "--given", "no-such-lesson")
    assert done.returncode == 2
    assert "no-such-lesson" in done.stderr
    assert "Traceback" not in done.stderr
