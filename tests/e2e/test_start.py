"""`tutor start` in a terminal, as a person takes a lesson: wrong, right, an endless loop, a resize, a power cut."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.family import READABLE, descendants, left
from tests.e2e.learner import Learner
from tests.e2e.terminal import Terminal
from tutor.grade.code import SECONDS
from tutor.lesson.catalog import Catalog
from tutor.lesson.model import Question, Write

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not READABLE, reason="needs /proc")]

LOOP = "while True:\n    pass"


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    return Learner(tmp_path / "learner")


@pytest.fixture
def snippet() -> Question:
    """A question that is answered by a few lines."""
    return next(q for q in Catalog.open().lesson("reductions").lesson.questions if isinstance(q, Write))


@pytest.fixture
def nothing_left() -> Iterator[set[int]]:
    """The processes a test saw; all must be gone when it is over."""
    seen: set[int] = set()
    yield seen
    assert left(seen) == set()


def see(terminal: Terminal, seen: set[int]) -> None:
    seen |= {terminal.process.pid} | descendants(terminal.process.pid)


def quit_with(terminal: Terminal, seen: set[int]) -> None:
    see(terminal, seen)
    terminal.press("ctrl+q")
    assert terminal.wait() == 0


def test_a_lesson_from_the_course_map_to_a_verdict(learner: Learner, nothing_left: set[int]) -> None:
    with learner.start() as terminal:
        terminal.wait_for("Indexing")
        terminal.press("enter")
        terminal.wait_for("page-reductions")
        terminal.wait_for("29.  30.")
        terminal.press("enter")
        terminal.wait_for("explore-sums")
        terminal.press("f8")
        terminal.wait_for("The dimension you name is the one that goes.")
        terminal.press("f8")
        terminal.wait_for("sum-dim-0")
        terminal.wait_for("What is the shape of")

        terminal.type("(5,)\n")
        terminal.wait_for("It is the one you named, so its 5")
        assert "✗" in terminal.text
        terminal.press(*["backspace"] * 4)
        # In one burst Textual inserts letters before it deletes: people wait to see the field empty, so does this.
        terminal.wait_for("A shape, such as")
        terminal.type("[7]\n")
        terminal.wait_for("Dimension 0 has size 5 and goes.")
        assert "✓" in terminal.text
        terminal.press("enter")
        terminal.wait_for("sum-dim-0-values")
        quit_with(terminal, nothing_left)


def test_an_endless_loop_is_named_and_the_keys_go_on(
    learner: Learner, snippet: Question, nothing_left: set[int]
) -> None:
    learner.stand_at("reductions", snippet.id, LOOP)
    with learner.start() as terminal:
        terminal.wait_for("while True:")
        terminal.press("f5")
        begun = time.monotonic()
        waits = []
        while "time limit" not in terminal.text:
            assert time.monotonic() - begun < SECONDS + 15, terminal.text
            pressed = time.monotonic()
            terminal.press("left" if len(waits) % 2 else "right")
            terminal.draw(terminal.read(1.0))
            waits.append(time.monotonic() - pressed)
            terminal.settle(0.1, 0.3)
        assert sorted(waits)[len(waits) // 2] < 0.2
        assert f"over the time limit of {SECONDS:g} s" in terminal.text
        assert "while True:" in terminal.text
        quit_with(terminal, nothing_left)


def test_what_is_typed_survives_resizes_and_a_power_cut(
    learner: Learner, snippet: Question, nothing_left: set[int]
) -> None:
    learner.stand_at("reductions", snippet.id)
    with learner.start() as terminal:
        terminal.wait_for(snippet.id)
        terminal.settle(0.5)
        terminal.type("# half a thought")
        terminal.wait_for("half a thought")
        for columns, rows in ((60, 20), (120, 40), (80, 24)):
            terminal.resize(columns, rows)
            terminal.wait_for(lambda t: snippet.id in t.text or t.screen.columns == 60)
            terminal.wait_for("half a thought")
        terminal.press("f2")
        terminal.wait_for("1 of")
        terminal.settle(1.0)
        see(terminal, nothing_left)
        terminal.kill()
    assert left(nothing_left) == set()

    with learner.start() as terminal:
        terminal.wait_for(snippet.id)
        terminal.wait_for("half a thought")
        terminal.wait_for("1 of")
        quit_with(terminal, nothing_left)


def test_a_window_too_small_says_so_and_loses_nothing(learner: Learner, nothing_left: set[int]) -> None:
    learner.stand_at("reductions", "sum-dim-0", "(7")
    with learner.start(columns=40, rows=10) as terminal:
        terminal.wait_for("too small")
        terminal.resize(80, 24)
        terminal.wait_for("What is the shape of")
        terminal.wait_for("(7")
        quit_with(terminal, nothing_left)


def test_the_terminal_is_given_back_as_it_was(learner: Learner) -> None:
    with Terminal(["/bin/sh"], env=learner.env, cwd=learner.folder) as terminal:
        before = terminal.modes
        terminal.type(f"{learner.command} start\n")
        terminal.wait_for("Indexing")
        assert terminal.modes != before
        terminal.press("ctrl+q")
        terminal.settle(0.6)
        terminal.type("echo s''till here\n")
        terminal.wait_for("still here")
        assert terminal.modes == before
