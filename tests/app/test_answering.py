"""A question answered: every kind, the verdict, what Enter does, what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, TextArea

from tests.app.fake import Tried, at, judged, text, until
from tutor.app.screens.summary import SummaryScreen
from tutor.app.widgets.choices import Choices
from tutor.app.widgets.line_order import LineOrder
from tutor.errors import EnvironmentLacking

SIZE = (80, 24)


async def test_a_wrong_shape_stays_editable_and_the_right_one_waits_for_enter(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = "(3,)"
        await pilot.press("enter")
        await judged(pilot, "wrong")
        assert "✗ Not yet." in text(pilot) and "✗ not yet" in text(pilot)
        app.asked.query_one(Input).value = "(4,)"
        await pilot.press("enter")
        await judged(pilot, "right")
        assert "✓ Right." in text(pilot) and "Dimension 0 has size 3 and goes." in text(pilot)
        assert app.session is not None and app.session.question.id == "shape", "it never goes on by itself"
        assert "⏎ Next" in text(pilot)
        await pilot.press("enter")
        await at(pilot, "value")


async def test_an_edited_right_answer_is_checked_again(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = "(4,)"
        await pilot.press("enter")
        await judged(pilot, "right")
        app.asked.query_one(Input).value = "(5,)"
        await pilot.press("enter")
        await judged(pilot, "wrong")


async def test_what_is_no_answer_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = "four"
        await pilot.press("enter")
        await judged(pilot, "other")
        assert app.session is not None and app.session.standing.tries == 0


@pytest.mark.parametrize("keys", [["c", "a", "enter"], ["1", "enter"], ["j", "k", "enter"], ["enter", "enter"]])
async def test_options_are_chosen_by_letter_number_and_arrow(tmp_path: Path, keys: list[str]) -> None:
    app = Tried(tmp_path, at="choice")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "choice")
        await pilot.press(*keys)
        await judged(pilot, "right")


async def test_one_enter_too_many_gives_no_option(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="choice")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "choice")
        await pilot.press("enter")
        assert not app.asked.running and not app.asked.strip.display
        assert app.asked.query_one(Choices).text == "x[0]"


async def test_an_option_is_clicked_twice(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="choice")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "choice")
        rows = list(app.asked.query("Row"))
        await pilot.click(rows[1])
        assert app.asked.query_one(Choices).text == "x[:, 0]"
        assert not app.asked.strip.display, "the first click only chooses"
        await pilot.click(rows[0])
        await pilot.click(rows[0])
        await judged(pilot, "right")


async def test_lines_are_carried_and_left_out(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="order")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "order")
        order = app.asked.query_one(LineOrder)
        order.cursor = order.lines.index("b = x")
        await pilot.press("x")
        assert order.kept == 2 and order.lines[2] == "b = x"
        order.cursor = order.lines.index("b = a * 2")
        if order.cursor == 0:
            await pilot.press("space", "down", "space")
        assert order.text == "a = x + 1\nb = a * 2"
        await pilot.press("enter")
        await judged(pilot, "right")


async def test_lines_are_moved_by_mouse(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="order")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "order")
        order = app.asked.query_one(LineOrder)
        before = list(order.lines)
        row = app.asked.query("Row").first()
        await pilot.click(row, offset=(row.outer_size.width - 6, 0))
        assert order.lines == [before[1], before[0], before[2]], "▼ carries the first line down"
        await pilot.click(app.asked.query("Row").last(), offset=(row.outer_size.width - 3, 0))
        assert order.kept == 2, "✕ leaves the last line out"


@pytest.mark.parametrize("key", ["ctrl+j", "f5", "ctrl+enter"])
async def test_code_is_checked_by_a_chord_and_enter_then_goes_on(tmp_path: Path, key: str) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "write")
        editor = app.asked.query_one(TextArea)
        editor.text = "total = x.sum()"
        await pilot.press(key)
        await judged(pilot, "right")
        await pilot.press("enter")
        await at(pilot, "function")


async def test_the_editor_indents(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "write")
        editor = app.asked.query_one(TextArea)
        editor.text = "def f(t):"
        editor.move_cursor((0, 9))
        await pilot.press("enter", "a", "enter", "tab", "b", "shift+tab")
        assert editor.text == "def f(t):\n    a\n    b"


async def test_a_gap_is_filled(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="fill")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "fill")
        assert "row = x[____]" in text(pilot)
        app.asked.query_one(Input).value = "0"
        await pilot.press("enter")
        await judged(pilot, "right")


async def test_explore_shows_what_each_line_made(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="explore")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "explore")
        await pilot.press("ctrl+j")
        await until(pilot, lambda: app.asked.query_one("#outcome").display)
        assert "✓ Ran." in text(pilot) and "y  (4,) float32" in text(pilot)
        await pilot.press("f8")
        await at(pilot, "shape")


async def test_hints_come_one_at_a_time(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        await pilot.press("f2")
        assert "Hint 1 of 2: Which dimension goes?" in text(pilot) and "Hint 2" not in text(pilot)
        await pilot.press("f2", "f2")
        assert "Hint 2 of 2" in text(pilot) and "no more hints" in text(pilot)


async def test_reveal_asks_once(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        await pilot.press("f6")
        await judged(pilot, "asks")
        await pilot.press("escape")
        assert not app.asked.strip.display, "escape leaves it hidden"
        await pilot.press("f6")
        await judged(pilot, "asks")
        await pilot.press("f6")
        await judged(pilot, "other")
        assert "The answer:" in text(pilot) and "◐ revealed" in text(pilot)
        assert app.session is not None and app.session.standing.status == "revealed"


async def test_undo_reopens_the_last_accepted_answer(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = "(4,)"
        await pilot.press("enter")
        await judged(pilot, "right")
        await pilot.press("f8", "ctrl+t")
        await at(pilot, "shape")
        assert "Taken back: shape." in text(pilot)
        assert app.session is not None and app.session.standing.status != "right"


async def test_ctrl_c_stops_what_runs_then_quits_at_the_second_time(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "write")
        app.fake.gate.clear()
        app.asked.query_one(TextArea).text = "total = 0"
        await pilot.press("ctrl+j")
        await judged(pilot, "running")
        assert "running" in text(pilot) and "^C Stop" in text(pilot)
        await pilot.press("ctrl+c")
        await judged(pilot, "other")
        assert "Stopped. Nothing was counted." in text(pilot) and app.fake.stopped
        assert app.session is not None and app.session.standing.tries == 0
        await pilot.press("ctrl+c")
        assert "Ctrl+C again quits" in text(pilot)
        await pilot.press("ctrl+c")
    assert app.return_code == 0 and app.fake.closed


async def test_enter_while_an_answer_is_judged_is_not_a_second_answer(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="fill")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "fill")
        app.fake.gate.clear()
        app.asked.query_one(Input).value = "1"
        await pilot.press("enter", "enter", "enter")
        app.fake.gate.set()
        await judged(pilot, "wrong")
        assert app.session is not None and app.session.standing.tries == 1


async def test_the_same_wrong_answer_counts_once(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = "(3,)"
        await pilot.press("enter")
        await judged(pilot, "wrong")
        await pilot.press("enter", "enter")
        assert app.session is not None and app.session.standing.tries == 1


async def test_an_error_a_person_can_mend_is_a_notice(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "write")
        app.fake.error = EnvironmentLacking("torch is not installed: pip install torch.")
        app.asked.query_one(TextArea).text = "total = 0"
        await pilot.press("ctrl+j")
        await until(pilot, lambda: "torch is not installed" in text(pilot))


async def test_our_own_fault_is_said_and_written_down(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="explore")
    async with app.run_test(size=(110, 30)) as pilot:
        await at(pilot, "explore")
        app.fake.error = ZeroDivisionError("ours")
        await pilot.press("ctrl+j")
        await until(pilot, lambda: "fault of the tutor" in text(pilot))
        await pilot.press("f8")
        await at(pilot, "shape")
    log = tmp_path / "tutor-data" / "faults.log"
    assert "ZeroDivisionError: ours" in log.read_text() and '"explore"' in log.read_text()


async def test_the_lesson_ends_in_a_summary(tmp_path: Path) -> None:
    app = Tried(tmp_path, lesson="short")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "only")
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, SummaryScreen))
        assert "1 still open" in text(pilot)
        await pilot.press("r")
        await at(pilot, "only")
        app.asked.query_one(Input).value = "(4,)"
        await pilot.press("enter")
        await judged(pilot, "right")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SummaryScreen))
        assert "1 of 1" in text(pilot)


async def test_what_was_typed_a_moment_before_is_what_is_checked(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "write")
        app.asked.query_one(TextArea).text = ""
        for key, character in (("y", "y"), ("equals_sign", "="), ("x", "x"), ("ctrl+j", None)):
            app.post_message(events.Key(key, character))
        await judged(pilot, "wrong")
        assert app.asked.query_one(TextArea).text == "y=x"
