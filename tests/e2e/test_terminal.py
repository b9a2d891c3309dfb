"""The terminal itself, on a bare Textual app and a shell: when these fail, no other end-to-end test says anything."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.family import READABLE, descendants, left, resident_mb
from tests.e2e.terminal import Terminal

BARE = [sys.executable, str(Path(__file__).with_name("bare_app.py"))]


@pytest.fixture
def bare() -> Iterator[Terminal]:
    with Terminal(BARE) as terminal:
        terminal.wait_for("hello 80x24")
        yield terminal


def test_a_frame_is_drawn_without_litter(bare: Terminal) -> None:
    assert bare.text.split() == ["hello", "80x24"]


@pytest.mark.parametrize("key", ["x", "enter", "f2", "ctrl+t", "up", "pagedown"])
def test_keys_arrive_by_name(bare: Terminal, key: str) -> None:
    bare.press(key)
    bare.wait_for(f"pressed {key} at 80x24")


def test_a_resize_reaches_the_program(bare: Terminal) -> None:
    bare.resize(60, 20)
    bare.wait_for("hello 60x20")
    assert len(bare.screen.display) == 20


def test_a_missing_text_shows_the_screen(bare: Terminal) -> None:
    with pytest.raises(AssertionError, match=r"never saw 'goodbye'[\s\S]*hello 80x24"):
        bare.wait_for("goodbye", seconds=0.3)


def test_the_exit_status_is_the_programs(bare: Terminal) -> None:
    bare.press("ctrl+q")
    assert bare.wait() == 0


def test_waiting_ends_early_when_the_program_is_gone() -> None:
    with Terminal(["/bin/sh", "-c", "echo over; exit 3"]) as terminal:
        begun = time.monotonic()
        with pytest.raises(AssertionError):
            terminal.wait_for("never", seconds=30)
        assert time.monotonic() - begun < 10
        assert terminal.wait() == 3
        assert "over" in terminal.text


def test_the_interrupt_key_reaches_a_program_that_reads_lines() -> None:
    with Terminal([sys.executable, "-c", "import time\nprint('up', flush=True)\ntime.sleep(60)"]) as terminal:
        terminal.wait_for("up")
        terminal.press("ctrl+c")
        terminal.wait_for("KeyboardInterrupt")
        assert terminal.wait() != 0


def test_the_cursors_place_is_told_when_asked() -> None:
    ask = (
        "import os,termios,tty\n"
        "tty.setraw(0)\n"
        "os.write(1,b'\\x1b[5;7H\\x1b[6n')\n"
        "os.write(1,b'\\r\\n'+repr(os.read(0,20)).encode())\n"
    )
    with Terminal([sys.executable, "-c", ask]) as terminal:
        assert "\\x1b[" in terminal.wait_for("R'")


@pytest.mark.parametrize("cut", range(1, 36, 5))
def test_sequences_cut_in_two_draw_the_same(cut: int) -> None:
    data = b"\x1b[>1u\x1b[38:2:1:2:3mred\x1b[0m\x1b]0;title\x07\x1b[?2026$p end"
    with Terminal(["/bin/sh", "-c", "sleep 30"]) as terminal:
        terminal.draw(data[:cut])
        terminal.draw(data[cut:])
        assert terminal.text.strip() == "red end"


@pytest.mark.skipif(not READABLE, reason="needs /proc")
def test_a_familys_processes_are_seen_and_seen_to_end() -> None:
    with Terminal(["/bin/sh", "-c", "sleep 60 & sleep 60 & echo two; wait"]) as terminal:
        terminal.wait_for("two")
        family = descendants(terminal.process.pid)
        assert len(family) == 2
        assert resident_mb(terminal.process.pid) > 0
        assert left(family, seconds=0.1) == family
    assert left(family) == set()
