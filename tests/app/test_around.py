"""Around the questions: home, moving, drafts, the palette, help, themes, sizes, notices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from tests.app.fake import COURSE, Tried, at, judged, text, until
from tutor import config
from tutor.app import keys, themes
from tutor.app.palette import Commands
from tutor.app.screens.help import HelpScreen
from tutor.app.screens.home import HomeScreen
from tutor.app.screens.summary import EndedScreen
from tutor.app.widgets.course_map import CourseMap
from tutor.errors import EnvironmentLacking, UsageError

SIZE = (80, 24)


async def home(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))


async def test_a_new_learner_begins_at_the_map(tmp_path: Path) -> None:
    app = Tried(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await home(pilot)
        shown = text(pilot)
        assert "Every kind" in shown and "0/10" in shown and "Continue" not in shown
        assert "Meet each kind of question once." in shown
        assert "03-broken.yaml" in shown and "cannot be opened" in shown
        await until(pilot, lambda: "nothing is due" in text(pilot))
        await pilot.press("enter")
        await at(pilot, "page")


async def test_one_who_comes_back_is_at_the_very_question(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="value")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "value")
        await pilot.press("escape")
        await home(pilot)
        assert "Continue: Every kind 4/12" in text(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await pilot.press("enter")
        await at(pilot, "value")


async def test_a_broken_lesson_says_what_is_wrong(tmp_path: Path) -> None:
    app = Tried(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await home(pilot)
        places = app.screen.query_one(CourseMap)
        places.cursor = next(n for n, place in enumerate(places.places) if place.kind == "broken")
        await pilot.press("enter")
        assert "03-broken.yaml:5:5:" in text(pilot)


async def test_an_unknown_lesson_is_refused_before_the_screen(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="short"):
        Tried(tmp_path, lesson="shrt")


async def test_what_is_typed_comes_back_after_a_crash(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "write")
        app.asked.query_one(TextArea).text = "total = x.s"
        await until(pilot, lambda: app.store.drafts(app.catalog.key, "kinds").get("write") == "total = x.s")
        again = Tried(tmp_path)
        async with again.run_test(size=SIZE) as second:
            await at(second, "write")
            assert again.asked.query_one(TextArea).text == "total = x.s"


@pytest.mark.parametrize("leave", ["f7", "f8", "escape", "ctrl+q", "f4"])
async def test_a_draft_is_kept_at_once_when_leaving(tmp_path: Path, leave: str) -> None:
    app = Tried(tmp_path, at="value")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "value")
        app.asked.query_one(Input).value = "66"
        await pilot.press(leave)
        assert app.store.drafts(app.catalog.key, "kinds")["value"] == "66"


async def test_starting_over_brings_the_starter_back(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "write")
        app.asked.query_one(TextArea).text = "nonsense"
        await pilot.press("ctrl+o")
        await until(pilot, lambda: app.asked.query_one(TextArea).text == "total = ...")


async def test_a_resize_loses_nothing_and_a_small_window_says_so(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = "(4"
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: "too small" in text(pilot))
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: "too small" not in text(pilot))
        assert app.asked.query_one(Input).value == "(4" and app.focused is app.asked.query_one(Input)
        await pilot.press(")", "enter")
        await judged(pilot, "right")


async def test_what_looks_like_markup_is_text(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="page")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "page")
        assert "[red]tag[/red]" in text(pilot)
        await pilot.press("enter")
        await at(pilot, "explore")
        app.fake.printed = "\n[bold red]printed[/] \x1b]0;title\x07\x1b[31mescape"
        await pilot.press("ctrl+j")
        await until(pilot, lambda: app.asked.query_one("#outcome").display)
        assert "[bold red]printed[/] escape" in text(pilot)


async def test_border_titles_with_brackets_are_text(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        assert "x.sum(dim=0).shape" in text(pilot)


async def test_every_act_is_in_the_palette_and_in_the_help(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=(120, 50)) as pilot:
        await at(pilot, "shape")
        listed = [words for words, _, _ in Commands(app.screen).listed()]
        acts = [act for act in (*keys.QUESTION, *keys.EVERYWHERE) if act.palette]
        assert {act.words for act in acts} <= set(listed)
        assert {f"Theme: {theme.name}" for theme in themes.OWN} <= set(listed)
        assert "Question 4: value" in listed and "Lesson: A short one" in listed
        for act in acts:
            assert any(hasattr(node, f"action_{act.action}") for node in (app, app.screen)), act
        behind = app.asked.ACTS
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        shown = text(pilot)
        assert "Type the answer and press Enter" in shown
        assert all(act.words in shown for act in behind)


async def test_the_palette_does_what_it_says(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        app.screen.query_one(Input).value = "one more hint"
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: "Hint 1 of 2" in text(pilot))


async def test_any_question_and_lesson_is_a_jump_away(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        for wanted, question in (("Question 12", "order"), ("A short one", "only")):
            await pilot.press("ctrl+g")
            await until(pilot, lambda: isinstance(app.screen, CommandPalette))
            app.screen.query_one(Input).value = wanted
            await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
            await pilot.press("enter")
            await at(pilot, question)


async def test_the_rail_and_the_line_of_keys_are_clicked(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "shape")
        rows = text(pilot).splitlines()
        y = next(n for n, row in enumerate(rows) if row.endswith("○ dtype"))
        await pilot.click(offset=(rows[y].index("○ dtype") + 3, y))
        await at(pilot, "dtype")
        rows = text(pilot).splitlines()
        await pilot.click(offset=(rows[-1].index("Skip"), len(rows) - 1))
        await at(pilot, "error")
        await pilot.click(offset=(text(pilot).splitlines()[-1].index("Help"), len(rows) - 1))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_the_theme_is_kept(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        assert app.theme == "tutor-dark"
        app.theme = "tutor-light"
        await until(pilot, lambda: config.file().exists())
    assert json.loads(config.file().read_text()) == {"theme": "tutor-light"}
    assert Tried(tmp_path).theme == "tutor-light"


@pytest.mark.parametrize("written", ["{", "[]", '{"theme": 3}'])
async def test_settings_that_cannot_be_read_are_said_and_ignored(tmp_path: Path, written: str) -> None:
    config.file().parent.mkdir(parents=True)
    config.file().write_text(written)
    app = Tried(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await home(pilot)
        await until(pilot, lambda: "the defaults hold" in text(pilot))
        assert app.theme == config.THEME


async def test_what_the_store_says_is_seen(tmp_path: Path) -> None:
    app = Tried(tmp_path)
    app.store.notices.append("The progress file was damaged and is set aside.")
    async with app.run_test(size=SIZE) as pilot:
        await home(pilot)
        await until(pilot, lambda: "is set aside" in text(pilot))


async def test_a_notice_is_there_when_the_question_comes_back(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    app.store.notices.append("The progress file was damaged and is set aside.")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        assert "damaged and is set aside" in text(pilot)
        await pilot.press("f8")
        await until(pilot, lambda: "damaged" not in text(pilot))


async def test_a_full_disk_is_a_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Tried(tmp_path, at="value")

    def full(*_: str) -> None:
        raise EnvironmentLacking("The disk is full.")

    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "value")
        monkeypatch.setattr(app.store, "keep_draft", full)
        app.asked.query_one(Input).value = "66"
        await until(pilot, lambda: "The disk is full." in text(pilot))
        assert app.asked.query_one(Input).value == "66"


async def test_without_torch_the_screen_still_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Tried(tmp_path)

    async def lacking() -> None:
        raise EnvironmentLacking("torch is not installed: pip install torch.")

    monkeypatch.setattr(app.fake, "ready", lacking)
    async with app.run_test(size=SIZE) as pilot:
        await home(pilot)
        await until(pilot, lambda: "torch is not installed" in text(pilot) and "no sandbox" in text(pilot))


async def test_a_drill_with_nothing_due_says_so(tmp_path: Path) -> None:
    app = Tried(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await home(pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, EndedScreen))
        assert "nothing to repeat yet" in text(pilot)
        await pilot.press("escape")
        await home(pilot)


async def test_what_is_due_is_counted_again_on_the_map(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = "(9,)"
        await pilot.press("enter")
        await until(pilot, lambda: app.asked.asking is not None and app.asked.asking.standing.tries == 1)
        await pilot.press("escape")
        await home(pilot)
        await until(pilot, lambda: "1 due" in text(pilot))


async def test_a_page_counts_as_read_once_it_is_left(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="page")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "page")
        assert "⏎ Next" in text(pilot)
        await pilot.press("enter")
        await at(pilot, "explore")
        assert app.session is not None and app.session.marks()[0].status == "read"


async def test_the_footer_tells_the_truth(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        assert text(pilot).splitlines()[-1].split() == [
            "⏎",
            "Check",
            "F2",
            "Hint",
            "F4",
            "Skip",
            "F1",
            "Help",
            "^P",
            "All",
            "sandbox:",
            "full",
        ]
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        app.screen.query_one(Input).value = "write"
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await at(pilot, "write")
        assert text(pilot).splitlines()[-1].startswith(" ^J Check")


async def test_no_color_still_tells_right_from_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=SIZE) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = "(9,)"
        await pilot.press("enter")
        await judged(pilot, "wrong")
        assert "✗ Not yet." in text(pilot)
        colours = {
            colour
            for strip in app.screen._compositor.render_strips()
            for segment in strip.apply_filter(app._filters[0], app.screen.background_colors[1])
            for colour in ((segment.style.color if segment.style else None),)
            if colour is not None and colour.triplet is not None
        }
        assert all(max(c.triplet) - min(c.triplet) <= 2 for c in colours if c.triplet), "only greys are left"


def test_no_key_is_another_key_on_a_plain_terminal() -> None:
    acts = (*keys.QUESTION, *keys.EVERYWHERE, *keys.HOME, *keys.SUMMARY)
    used = [key for act in acts for key in act.keys.split(",")]
    assert not {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket", "ctrl+b", "ctrl+s"} & set(used)
    for group in (keys.QUESTION, keys.EVERYWHERE):
        group_keys = [key for act in group for key in act.keys.split(",")]
        assert len(group_keys) == len(set(group_keys))


def test_the_course_to_try_holds_every_kind() -> None:
    from tutor.lesson.catalog import Catalog
    from tutor.lesson.model import KINDS

    assert {kind for entry in Catalog.open(COURSE).entries for kind in entry.kinds} == set(KINDS)
