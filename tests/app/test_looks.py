"""What the screens look like, as text: at the three sizes, in light, with verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input, TextArea

from tests.app.fake import Tried, at, judged, text, until
from tutor.app.screens.home import HomeScreen
from tutor.app.screens.summary import SummaryScreen
from tutor.app.themes import OWN
from tutor.sandbox.protocol import Difference

SIZES = [(60, 20), (80, 24), (120, 36)]
CELLS = Difference(name="x", field="values", expected="", actual="", cells=((0, 1), (2, 3)), differing=2)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize(
    "question", ["page", "shape", "write", "choice", "order", "several", "fails", "prints", "trace", "indented"]
)
async def test_question(tmp_path: Path, looks: SnapshotAssertion, question: str, size: tuple[int, int]) -> None:
    app = Tried(tmp_path, at=question)
    async with app.run_test(size=size) as pilot:
        await at(pilot, question)
        assert text(pilot) == looks


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize(("answer", "state"), [("(4,)", "right"), ("(3,)", "wrong")])
async def test_verdict(
    tmp_path: Path, looks: SnapshotAssertion, answer: str, state: str, size: tuple[int, int]
) -> None:
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=size) as pilot:
        await at(pilot, "shape")
        app.asked.query_one(Input).value = answer
        await pilot.press("enter")
        await judged(pilot, state)
        assert text(pilot) == looks


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_cells(tmp_path: Path, looks: SnapshotAssertion, size: tuple[int, int]) -> None:
    app = Tried(tmp_path, at="matrix")
    app.fake.difference = CELLS
    async with app.run_test(size=size) as pilot:
        await at(pilot, "matrix")
        app.asked.query_one(TextArea).text = "x = x + 1"
        await pilot.press("ctrl+j")
        await judged(pilot, "wrong")
        assert text(pilot) == looks


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_home(tmp_path: Path, looks: SnapshotAssertion, size: tuple[int, int]) -> None:
    app = Tried(tmp_path)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.due_words)
        assert text(pilot) == looks


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_summary(tmp_path: Path, looks: SnapshotAssertion, size: tuple[int, int]) -> None:
    app = Tried(tmp_path, at="order")
    async with app.run_test(size=size) as pilot:
        await at(pilot, "order")
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, SummaryScreen))
        assert text(pilot) == looks


@pytest.mark.parametrize("theme", [theme.name for theme in OWN])
async def test_every_theme_can_be_read(tmp_path: Path, theme: str) -> None:
    """Contrast of all text against what is behind it, as WCAG counts it: 3 for what is said in passing."""
    app = Tried(tmp_path, at="shape")
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "shape")
        app.theme = theme
        await pilot.pause()
        app.asked.query_one(Input).value = "(3,)"
        await pilot.press("f2", "enter")
        await judged(pilot, "wrong")
        assert faded(app) == []


@pytest.mark.parametrize("theme", [theme.name for theme in OWN])
@pytest.mark.parametrize("question", ["several", "fails", "prints", "trace", "indented", "matrix"])
async def test_every_kind_can_be_read_in_every_theme(tmp_path: Path, question: str, theme: str) -> None:
    app = Tried(tmp_path, at=question)
    app.fake.difference = CELLS
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, question)
        app.theme = theme
        assert faded(app) == []
        await pilot.press("a", "right", "ctrl+j")
        await until(pilot, lambda: app.asked.strip.display and not app.asked.running)
        assert faded(app) == []


def faded(app: Tried) -> list[tuple[str, float]]:
    """Text that does not stand out from what is behind it."""
    found = []
    for segment in (segment for strip in app.screen._compositor.render_strips() for segment in strip):
        style = segment.style
        if not segment.text.strip(" ─│╭╮╰╯▎▏━○·▁▂▃▄▅▆▇█›┊\n") or style is None or style.reverse:
            continue
        if style.color is not None and style.bgcolor is not None:
            ratio = contrast(style.color.get_truecolor(), style.bgcolor.get_truecolor())
            found += [(segment.text, round(ratio, 2))] if ratio < 3 else []
    return found


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast of two colours, from 1 to 21."""

    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [part / 255 for part in colour]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (bright + 0.05) / (dark + 0.05)
