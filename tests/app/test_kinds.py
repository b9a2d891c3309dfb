"""Answers that are more than a line, an option or code: several options, shapes of steps, output, indented lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import TextArea

from tests.app.fake import STEPS, Tried, at, judged, text, until
from tutor.app.widgets.answer_lines import AnswerLines
from tutor.app.widgets.choices import Choices
from tutor.app.widgets.indent_order import IndentOrder
from tutor.app.widgets.several import Several
from tutor.app.widgets.shape_table import Field, ShapeTable
from tutor.sandbox.protocol import Difference

SIZE = (80, 24)


def drafted(app: Tried, question: str, draft: str) -> None:
    app.store.keep_draft(app.catalog.key, "more", question, draft)


# Several options


@pytest.mark.parametrize(
    "keys",
    [["a", "c"], ["3", "1"], ["a", "b", "c", "b"], ["space", "j", "j", "space"], ["space", "down", "down", "space"]],
)
async def test_options_are_ticked_by_letter_number_and_space(tmp_path: Path, keys: list[str]) -> None:
    app = Tried(tmp_path, at="several")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "several")
        await pilot.press(*keys)
        assert app.asked.query_one(Several).text == "x[0]\nx.T"
        assert "[✓] a  x[0]" in text(pilot) and "[ ] b  x.clone()" in text(pilot)
        await pilot.press("enter")
        await judged(pilot, "right")


async def test_moving_ticks_nothing_and_nothing_ticked_is_no_answer(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="several")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "several")
        await pilot.press("down", "end", "enter")
        await judged(pilot, "other")
        assert "Nothing chosen yet." in text(pilot)
        assert app.session is not None and app.session.standing.tries == 0


async def test_options_are_ticked_by_mouse_and_given_by_a_word_below(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="several")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "several")
        rows = list(app.asked.query("Row"))
        for row in (rows[0], rows[1], rows[1], rows[2]):
            await pilot.click(row)
        assert app.asked.query_one(Several).text == "x[0]\nx.T"
        await pilot.click(offset=(text(pilot).splitlines()[-1].index("Check"), SIZE[1] - 1))
        await judged(pilot, "right")


@pytest.mark.parametrize("draft", ["x[0]\nx.T", "a c", "ca", "1, 3"])
async def test_ticks_come_back_also_from_letters_typed_in_plain_mode(tmp_path: Path, draft: str) -> None:
    app = Tried(tmp_path, at="several")
    drafted(app, "several", draft)
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "several")
        assert app.asked.query_one(Several).text == "x[0]\nx.T"


async def test_a_choice_comes_back_from_a_letter_and_nonsense_does_not(tmp_path: Path) -> None:
    for draft, words in (("a", "x[0]"), ("none of it", "")):
        folder = tmp_path / words
        folder.mkdir(exist_ok=True)
        app = Tried(folder, at="choice")
        app.store.keep_draft(app.catalog.key, "kinds", "choice", draft)
        async with app.run_test(size=SIZE) as pilot:
            await at(pilot, "choice")
            assert app.asked.query_one(Choices).text == words


async def test_a_long_option_goes_on_below_its_own_words(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="several")
    async with app.run_test(size=(60, 20)) as pilot:
        await at(pilot, "several")
        rows = text(pilot).splitlines()
        first = next(n for n, row in enumerate(rows) if "A copy with" in row)
        assert rows[first + 1].strip(" ▎").startswith("by a list") or "list of" in rows[first + 1]
        begin = rows[first].index("A copy")
        assert rows[first + 1][begin] != " " and set(rows[first + 1][2:begin]) == {" "}


# Shapes of steps


async def test_shapes_are_typed_beside_the_lines_that_make_them(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="trace")
    app.fake.lines = STEPS
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "trace")
        assert "⏎ Next line" in text(pilot) and "shape of b" in text(pilot)
        for shape in ("(3, 5)", "3x2", "(3, 3)"):
            await pilot.press(*shape.replace(" ", ""), "enter")
        assert app.asked.query_one(ShapeTable).here == 3 and not app.asked.strip.display
        assert "⏎ Check" in text(pilot) and "Next line" not in text(pilot)
        await pilot.press("3", "enter")
        await judged(pilot, "right")
        assert "The sizes inside go." in text(pilot)
        await pilot.press("enter")
        await at(pilot, "network")


async def test_keys_typed_ahead_reach_the_fields_they_are_for(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="trace")
    app.fake.lines = STEPS
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "trace")
        for key in "35⏎32⏎33⏎3⏎":
            app.post_message(events.Key("enter", None) if key == "⏎" else events.Key(key, key))
        await until(pilot, lambda: app.asked.query_one(ShapeTable).text == "35\n32\n33\n3")
        await judged(pilot, "wrong")


async def test_a_wrong_shape_is_named_by_the_number_of_its_field_and_counts_once(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="trace")
    app.fake.lines = STEPS
    drafted(app, "trace", "(3, 5)\n(3, 2)\n(3, 2)\n(3,)")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "trace")
        await pilot.press("down", "down", "ctrl+j")
        await judged(pilot, "wrong")
        assert "Not yet: line 3." in text(pilot)
        await pilot.press("ctrl+j", "f5")
        assert app.session is not None and app.session.standing.tries == 1
        await pilot.press("backspace", "backspace", "3", ")", "ctrl+j")
        await judged(pilot, "right")
        assert "⏎ Next" in text(pilot)
        await pilot.press("enter")
        await at(pilot, "network")


async def test_a_field_left_empty_keeps_its_place_also_in_the_draft(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="trace")
    app.fake.lines = STEPS
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "trace")
        await pilot.press("down", "2", "down", "down", "3", "up", "up", "up", "up")
        table = app.asked.query_one(ShapeTable)
        assert table.text == "\n2\n\n3" and table.here == 0
        await pilot.press("down", "down", "down", "down", "enter")
        await judged(pilot, "other")
        assert "4 shapes are asked for" in text(pilot)
        await pilot.press("f7", "f8")
        await at(pilot, "trace")
        table = app.asked.query_one(ShapeTable)
        assert [field.value for field in table.fields] == ["", "2", "", "3"]
        assert table.here == 0, "it goes on where nothing is typed yet"


async def test_untyped_shapes_are_no_answer(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="trace")
    app.fake.lines = STEPS
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "trace")
        await pilot.press("ctrl+j")
        await judged(pilot, "other")
        assert "Nothing typed yet." in text(pilot)


async def test_pasted_lines_go_into_as_many_fields(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="trace")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "trace")
        await pilot.press("down")
        table = app.asked.query_one(ShapeTable)
        table.fields[1].post_message(events.Paste("(3, 2)\n(3, 3)\n(3,)\n(9,)\n"))
        await until(pilot, lambda: table.text == "\n(3, 2)\n(3, 3)\n(3,)")
        table.fields[0].post_message(events.Paste("(3, 5)"))
        await until(pilot, lambda: table.text.startswith("(3, 5)\n(3, 2)"))


async def test_a_field_is_clicked(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="trace")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "trace")
        await pilot.click(list(app.asked.query(Field))[2])
        assert app.asked.query_one(ShapeTable).here == 2


# Lines of text


async def test_layers_are_lines_of_text_since_their_number_is_not_known(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="network")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "network")
        assert "─ shapes ─" in text(pilot) and "net(x)" in text(pilot)
        await pilot.press(*"(3,8)", "enter", *"(3,8)")
        assert app.asked.query_one(AnswerLines).text == "(3,8)\n(3,8)"


@pytest.mark.parametrize("key", ["ctrl+j", "ctrl+enter", "f5"])
async def test_output_is_typed_line_by_line(tmp_path: Path, key: str) -> None:
    app = Tried(tmp_path, at="prints")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "prints")
        assert "─ output ─" in text(pilot) and "The output, line by line." in text(pilot)
        await pilot.press(*"one", key)
        await judged(pilot, "wrong")
        await pilot.press(key)
        assert app.session is not None and app.session.standing.tries == 1, "the same answer counts once"
        # The sandbox of these tests prints the code itself.
        app.asked.query_one(TextArea).text = 'print("one")\nprint("two")'
        await pilot.press(key)
        await judged(pilot, "right")
        await pilot.press("enter")
        await at(pilot, "fails")


async def test_the_answer_of_an_output_is_shown_as_it_is_printed(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="prints")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "prints")
        await pilot.press("f6")
        await judged(pilot, "asks")
        await pilot.press("f6")
        await until(pilot, lambda: 'print("two")' in text(pilot).partition("The answer:")[2])


# Code with numbers


async def test_lines_spoken_of_by_number_have_one(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="fails")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "fails")
        rows = text(pilot).splitlines()
        assert "▎  1  w = torch.ones(4, 2)" in text(pilot)
        third = next(n for n, row in enumerate(rows) if "▎  3  z = w @ x" in row)
        assert rows[third + 1].startswith("  ▎       "), "what does not fit goes on further in"
        await pilot.press("f8")
        await at(pilot, "after")
        assert "▎  2  y = x" in text(pilot) and "after line 1?" in text(pilot)


# Lines to order and to indent


async def test_lines_are_indented_carried_and_left_out(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="indented")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "indented")
        order = app.asked.query_one(IndentOrder)
        order.cursor = order.lines.index("if n % 2 == 1:")
        await pilot.press("x")
        for place, (line, keys) in enumerate(
            [
                ("total = 0", ["left"]),
                ("for n in range(10):", ["right", "left"]),
                ("if n % 2 == 0:", ["right"]),
                ("total += n", [">", ">", ">", "<"]),
            ]
        ):
            order.cursor = order.lines.index(line)
            await pilot.press(*keys, *["alt+up"] * (order.cursor - place))
        assert order.text == "total = 0\nfor n in range(10):\n    if n % 2 == 0:\n        total += n"
        assert "4  ┊   ┊   total += n" in text(pilot) and "←→ Indent" in text(pilot)
        await pilot.press("enter")
        await judged(pilot, "right")


async def test_lines_are_indented_by_mouse(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="indented")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "indented")
        order = app.asked.query_one(IndentOrder)
        row = app.asked.query("Row").first()
        y = next(n for n, shown in enumerate(text(pilot).splitlines()) if "←  →" in shown)
        x = text(pilot).splitlines()[y].index("→")
        await pilot.click(offset=(x, y))
        await pilot.click(offset=(x, y))
        assert order.pieces[0].steps == 2
        await pilot.click(offset=(x - 3, y))
        assert order.pieces[0].steps == 1
        await pilot.click(row, offset=(row.outer_size.width - 3, 0))
        assert order.kept == 4, "✕ still leaves a line out"


async def test_indentation_comes_back(tmp_path: Path) -> None:
    draft = "total = 0\nfor n in range(10):\n    total += n"
    app = Tried(tmp_path, at="indented")
    drafted(app, "indented", draft)
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "indented")
        order = app.asked.query_one(IndentOrder)
        assert order.text == draft and order.kept == 3 and len(order.lines) == 5


async def test_indentation_has_ends(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="indented")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "indented")
        order = app.asked.query_one(IndentOrder)
        await pilot.press("left")
        assert order.pieces[0].steps == 0
        await pilot.press(*["right"] * 9)
        assert order.pieces[0].steps == 6
        await pilot.press("x", "end", "right")
        assert order.pieces[-1].steps == 6, "a line that is left out is not indented"


# Evidence


async def test_cells_that_differ_are_marked_by_glyph_and_colour(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="matrix")
    app.fake.difference = Difference(
        name="x", field="values", expected="", actual="", cells=((0, 1), (2, 3)), differing=2
    )
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "matrix")
        app.asked.query_one(TextArea).text = "x = x + 1"
        await pilot.press("ctrl+j")
        await judged(pilot, "wrong")
        assert "expected" in text(pilot) and "yours" in text(pilot) and text(pilot).count("› 1.‹") == 2
        marked = [
            segment.style.color
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.text == "› 1.‹" and segment.style is not None
        ]
        assert len(marked) == 2 and len(set(marked)) == 2, "what was expected and what came have their own colours"


async def test_a_verdict_that_does_not_fit_is_scrolled_to(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="trace")
    app.fake.lines = STEPS
    drafted(app, "trace", "(3, 5)\n(3, 2)\n(3, 3)\n(3,)")
    async with app.run_test(size=(60, 15)) as pilot:
        await at(pilot, "trace")
        await pilot.press("ctrl+j")
        await judged(pilot, "right")
        body = app.asked.body
        assert body.max_scroll_y > 0, "or there is nothing to scroll"
        await until(pilot, lambda: app.asked.strip.region.bottom <= body.region.bottom)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("several", "Tick every answer that holds"),
        ("prints", "Type the answer here. The output, line by line."),
        ("trace", "Type the shape that each line makes"),
        ("indented", "Right and Left (or > and <) indent it"),
    ],
)
async def test_help_is_about_the_field_that_is_focused(tmp_path: Path, question: str, words: str) -> None:
    app = Tried(tmp_path, at=question)
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, question)
        await pilot.press("f1")
        await until(pilot, lambda: words in text(pilot))
