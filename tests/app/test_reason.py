"""Why an answer failed, under the verdict; what each line made, beside the code; the rest with F3."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from tests.app.fake import Tried, at, text, until
from tutor.sandbox.protocol import Failure, Line, Observation, Operand, Part, Pass, Scene

CODE = "total = x @ w"
FAILURE = Failure(
    type="RuntimeError",
    message="mat1 and mat2 shapes cannot be multiplied (3x4 and 5x4)",
    line=1,
    scene=Scene(
        line=1,
        statement=CODE,
        expression="x @ w",
        place=(1, 8, 1, 13),
        kind="operator",
        word="@",
        operands=tuple(
            Operand(text=name, seen=Observation(kind="tensor", shape=shape, dtype="float32"))
            for name, shape in (("x", (3, 4)), ("w", (5, 4)))
        ),
    ),
)
ROUNDS = tuple(Pass(number=n, shape=(n, 128, 128), dtype="float64") for n in (1, 2, 3))
LINES = (
    Line(line=1, name="w", shape=(5, 4), dtype="float32", requires_grad=True),
    Line(
        line=12, name="averages", shape=(3, 128, 128), dtype="float64", count=3, passes=ROUNDS,
        parts=(Part(text="x.T", shape=(4, 3)),),
    ),
    Line(line=13, name="n", text="3"),
)  # fmt: skip


SIZES = [(60, 20), (80, 24), (120, 36)]


async def failed(app: Tried, pilot: Pilot[None], question: str) -> None:
    """Code that fails is given, and what came of it is shown."""
    app.fake.lines, app.fake.failures[CODE] = LINES, FAILURE
    await at(pilot, question)
    app.asked.query_one(TextArea).text = CODE
    await pilot.press("ctrl+j")
    await until(pilot, lambda: "F3 says more" in text(pilot) and not app.asked.running)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_a_failing_answer(tmp_path: Path, looks: SnapshotAssertion, size: tuple[int, int]) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=size) as pilot:
        await failed(app, pilot, "write")
        assert text(pilot) == looks


async def test_the_rest_comes_and_goes_with_f3(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=(80, 50)) as pilot:
        await failed(app, pilot, "write")
        short = text(pilot)
        assert "x (3, 4) @ w (5, 4): the inner sizes 4 and 5 differ." in short
        assert "RuntimeError: mat1 and mat2" in short
        assert "x @ w.T" not in short and "must equal" not in short and "round 2" not in short
        await pilot.press("f3")
        await until(pilot, lambda: "must equal" in text(pilot) and "total = x @ w.T" in text(pilot))
        assert "What each line made:" in text(pilot) and "round 2: (2, 128, 128) float64" in text(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: text(pilot) == short)


async def test_a_page_explains_what_is_run_on_it(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="explore")
    async with app.run_test(size=(80, 40)) as pilot:
        await failed(app, pilot, "explore")
        assert "inner sizes 4 and 5 differ" in text(pilot) and "total = x @ w.T" in text(pilot)
        assert "line 12  averages" in text(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: "must equal" in text(pilot))


async def test_on_a_wide_screen_the_rail_says_what_each_line_made_until_the_next_question(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="explore")
    async with app.run_test(size=(120, 36)) as pilot:
        await failed(app, pilot, "explore")
        rail = str(app.asked.query_one("#rail-lens", Static).content)
        assert rail.splitlines()[1:5] == [
            " 1 w  (5, 4) float32 grad", "12 averages", "   (1, 128, 128) … (3, 128,…", "13 n         3",
        ]  # fmt: skip
        assert "line 12" not in text(pilot)
        await pilot.press("f8")
        await at(pilot, "shape")
        assert not app.asked.query_one("#rail-lens").display


async def test_before_anything_ran_there_is_nothing_to_explain(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="write")
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "write")
        assert "F3" not in text(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: "nothing to explain yet" in text(pilot))
