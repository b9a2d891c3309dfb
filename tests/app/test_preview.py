"""The preview: the question as it is saved, with what was typed; what is wrong with it, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from tests.app import fake
from tests.app.fake import FakeSandbox, at, judged, text
from tests.app.test_looks import faded
from tutor.app import keys, themes
from tutor.app.palette import Commands
from tutor.app.preview import PreviewApp
from tutor.app.screens.preview import PreviewScreen
from tutor.app.widgets.check_view import CheckView
from tutor.clock import Clock
from tutor.errors import Problem
from tutor.examiner import Examiner
from tutor.lesson.model import LessonFile
from tutor.lesson.watch import Watch
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox

until = partial(fake.until, seconds=20.0)
"""A file is seen to have changed a little later than a key is felt, and much later on a busy machine."""
SIZES = [(60, 20), (80, 24), (120, 36)]
LESSON = """\
format: 1
lesson: Sums
goal: Say the shape of any sum.
given: |
  x = torch.arange(12.).reshape(3, 4)

questions:
  - id: columns
    shape: x.sum(dim=0)
    because: The 3 goes.
    hints: [one]
  - id: rows
    write: Add up the rows; call the sum `y`.
    start: y = ____
    solution: y = x.sum(dim=1)
  - id: try
    explore: Try it.
    start: y = x.sum()
"""
WEAK = Problem("x", 9, 12, "question `columns`: `x.mean(dim=0)` also passes: x is square.", "warning", "W101")
WRONG = Problem("x", 11, 5, "question `columns`: it is not so.", fix="Say what is.", evidence=("- (3,)", "+ (4,)"))


class Screen(SingleFileSnapshotExtension):
    """One text file per screen."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def looks(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Screen)


class Previewed(PreviewApp):
    """The preview over a fake sandbox, and proofs that say what they are told."""

    def __init__(self, folder: Path, *, question: str = "", line: int = 0, lesson: str = LESSON) -> None:
        self.path = folder / "01-sums.yaml"
        self.path.write_text(lesson)
        self.found: list[Problem] = []
        self.proven: list[str] = []
        self.fake = FakeSandbox()
        watch, store = Watch(self.path), Store.open(folder / "progress.db", Clock())
        super().__init__(watch, watch.first(), store, self.prove, question=question, line=line)

    async def prove(self, file: LessonFile, index: int, examiner: Examiner) -> list[Problem]:
        self.proven.append(file.lesson.questions[index].id)
        return self.found

    @property
    def sandbox(self) -> Sandbox:
        return cast("Sandbox", self.fake)

    @property
    def asked(self) -> PreviewScreen:
        assert isinstance(self.screen, PreviewScreen)
        return self.screen

    def save(self, *changes: tuple[str, str]) -> None:
        """Save the file as editors do that put another one in its place."""
        said = self.path.read_text()
        for old, new in changes:
            assert old in said
            said = said.replace(old, new)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(said)
        fresh.replace(self.path)


def sees(pilot: Pilot[None], *words: str) -> Callable[[], bool]:
    """Whether words are on the screen, which is not looked at while one question takes the place of another."""
    return lambda: not pilot.app._batch_count and all(word in text(pilot) for word in words)


@pytest.mark.parametrize(
    ("wanted", "question"),
    [({}, "columns"), ({"question": "rows"}, "rows"), ({"line": 14}, "rows"), ({"line": 3}, "columns")],
    ids=["first", "id", "line", "line above"],
)
async def test_it_begins_where_it_is_asked_to(tmp_path: Path, wanted: dict[str, str], question: str) -> None:
    app = Previewed(tmp_path, **wanted)  # type: ignore[arg-type]
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, question)
        await until(pilot, sees(pilot, f"preview › Sums › {question}", "all that it claims holds"))
        assert app.proven == [question]


async def test_a_save_shows_at_the_same_question_with_what_is_typed(tmp_path: Path) -> None:
    app = Previewed(tmp_path, question="rows")
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "rows")
        app.asked.query_one(TextArea).text = "y = x.su"
        app.save(("Add up the rows", "Add the rows up"), ("  - id: rows", "  - read: A new page.\n  - id: rows"))
        await until(pilot, sees(pilot, "Add the rows up", "01-sums.yaml:13"))
        await at(pilot, "rows")
        assert app.asked.query_one(TextArea).text == "y = x.su"
        assert app.session is not None and app.session.where == "3/4"


async def test_the_last_answer_is_judged_again(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "columns")
        app.asked.query_one(Input).value = "(4,)"
        await pilot.press("enter")
        await judged(pilot, "right")
        app.save(("shape: x.sum(dim=0)", "dtype: x.sum(dim=0)"))
        await until(pilot, sees(pilot, "What is the dtype"))
        await judged(pilot, "other")
        assert "Not read as an answer" in text(pilot)
        app.save(("dtype: x.sum(dim=0)", "shape: x"))
        await judged(pilot, "wrong")
        assert app.asked.query_one(Input).value == "(4,)"


async def test_the_answer_judged_again_does_not_take_the_place_of_what_is_typed_since(tmp_path: Path) -> None:
    app = Previewed(tmp_path, question="rows")
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "rows")
        app.asked.query_one(TextArea).text = "y = x.sum(dim=1)"
        await pilot.press("ctrl+j")
        await judged(pilot, "right")
        app.asked.query_one(TextArea).text = "y = other"
        app.save(("Add up", "Do add up"))
        await until(pilot, sees(pilot, "Do add up"))
        await judged(pilot, "right")
        for words in ("Please add up", "Now add up"):
            app.save((app.asked.asking.question.task[:9] if app.asked.asking else "", words))
            await until(pilot, sees(pilot, words))
            await judged(pilot, "right")
            assert app.asked.query_one(TextArea).text == "y = other"


async def test_code_to_explore_runs_again(tmp_path: Path) -> None:
    app = Previewed(tmp_path, question="try")
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "try")
        await pilot.press("ctrl+j")
        await until(pilot, lambda: app.asked.query_one("#outcome").display)
        app.fake.printed = "\nonce more"
        app.save(("Try it.", "Try it again."))
        await until(pilot, sees(pilot, "Try it again.", "once more"))


async def test_a_save_elsewhere_leaves_the_question_alone(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "columns")
        field = app.asked.query_one(Input)
        field.value = "(3,)"
        await pilot.press("enter")
        await judged(pilot, "wrong")
        app.save(("Say the shape of any sum.", "Know the shape of a sum."), ("  - id: rows", "\n  - id: lines"))
        await until(pilot, sees(pilot, "Know the shape", "lines"))
        assert app.asked.query_one(Input) is field and app.asked.strip.has_class("-wrong")
        assert app.proven == ["columns", "columns"]


async def test_other_words_for_an_answer_show_without_a_new_question(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "columns")
        field = app.asked.query_one(Input)
        field.value = "(4,)"
        await pilot.press("enter")
        await judged(pilot, "right")
        field.value = "(4"
        app.save(("The 3 goes.", "The first dimension goes."))
        await until(pilot, sees(pilot, "The first dimension goes."))
        assert app.asked.query_one(Input) is field and field.value == "(4"


async def test_an_answer_that_was_shown_is_not_left_standing(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "columns")
        await pilot.press("f6")
        await judged(pilot, "asks")
        await pilot.press("f6")
        await until(pilot, sees(pilot, "The answer:"))
        app.save(("The 3 goes.", "The first dimension goes."))
        await until(pilot, lambda: not app.asked.strip.display)
        assert not app.asked.settled


async def test_a_save_while_an_answer_is_judged(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "columns")
        app.fake.gate.clear()
        app.asked.query_one(Input).value = "(4,)"
        app.save(("dim=0", "dim=-2"))
        await until(pilot, sees(pilot, "x.sum(dim=-2).shape"))
        await pilot.press("enter")
        await judged(pilot, "running")
        app.save(("dim=-2", "dim=0"))
        await until(pilot, sees(pilot, "x.sum(dim=0).shape"))
        app.fake.gate.set()
        await judged(pilot, "right")
        assert "Stopped" not in text(pilot)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_a_broken_file_says_where_and_recovers_with_everything_kept(
    tmp_path: Path, looks: SnapshotAssertion, size: tuple[int, int]
) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=size) as pilot:
        await at(pilot, "columns")
        app.asked.query_one(Input).value = "(3,)"
        await pilot.press("f2", "enter")
        await judged(pilot, "wrong")
        app.asked.query_one(Input).value = "(4,"
        app.save(("shape:", "shpe:"), ("    because: The 3 goes.", "    becuase: The 3 goes."))
        await until(pilot, sees(pilot, "2 problems"))
        assert text(pilot) == looks
        assert "9:5" in text(pilot) and "did you mean `shape`" not in text(pilot)
        await pilot.press("enter", "f8", "f4", "x")
        await pilot.pause()
        assert app.session is not None and app.session.question.id == "columns"
        app.save(("shpe:", "shape:"), ("becuase", "because"))
        await until(pilot, sees(pilot, "What is the shape"))
        field = app.asked.query_one(Input)
        await until(pilot, lambda: app.focused is field)
        assert field.value == "(4," and "Hint 1 of 1" in text(pilot)
        assert app.asked.strip.has_class("-wrong")


async def test_a_file_that_is_broken_from_the_start_is_shown_once_it_is_whole(tmp_path: Path) -> None:
    app = Previewed(tmp_path, question="rows", lesson=LESSON.replace("goal:", "gaol:"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, sees(pilot, "3:1", "did you mean goal?", "waits for a file"))
        assert text(pilot).splitlines()[-1].split()[:4] == ["^Q", "Quit", "F1", "Help"]
        app.save(("gaol:", "goal:"))
        await at(pilot, "rows")


async def test_a_deleted_file_comes_back(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "columns")
        app.path.unlink()
        await until(pilot, sees(pilot, "there is no such file"))
        app.path.write_text(LESSON)
        await until(pilot, sees(pilot, "What is the shape"))


async def test_a_question_that_goes_away_leaves_the_nearest(tmp_path: Path) -> None:
    app = Previewed(tmp_path, question="rows")
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "rows")
        begin, end = LESSON.index("  - id: rows"), LESSON.index("  - id: try")
        app.save((LESSON[begin:end], ""))
        await at(pilot, "try")
        await until(pilot, sees(pilot, "01-sums.yaml:12"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_what_is_wrong_stands_beside_the_question_or_below(
    tmp_path: Path, looks: SnapshotAssertion, size: tuple[int, int]
) -> None:
    app = Previewed(tmp_path)
    app.found = [WEAK, WRONG]
    async with app.run_test(size=size) as pilot:
        await at(pilot, "columns")
        await until(pilot, sees(pilot, "✗ 11:5"))
        assert text(pilot) == looks
        checks, body = app.asked.query_one(CheckView).region, app.asked.body.region
        beside = checks.x >= body.right and checks.y == body.y
        below = checks.y >= body.bottom and checks.x == body.x
        assert beside if size[0] >= 100 else below
        assert not app.asked.query_one(CheckView).query("#checks-text").first().region.width > checks.width


async def test_the_list_of_what_is_wrong_is_reached_by_keys(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    app.found = [Problem("x", 9, n, f"number {n}") for n in range(1, 20)]
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "columns")
        await until(pilot, sees(pilot, "number 1"))
        while not isinstance(app.focused, CheckView):
            await pilot.press("tab")
        await pilot.press("end")
        await until(pilot, sees(pilot, "number 19"))


async def test_other_questions_are_proven_when_they_are_reached(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "columns")
        await pilot.press("f8")
        await at(pilot, "rows")
        await until(pilot, sees(pilot, "01-sums.yaml:12", "holds"))
        await pilot.press("f7")
        await at(pilot, "columns")
        await until(pilot, sees(pilot, "01-sums.yaml:8", "holds"))
        assert app.proven == ["columns", "rows"], "and not again before the file is saved"


async def test_there_is_no_way_out_of_the_lesson_but_the_end(tmp_path: Path) -> None:
    app = Previewed(tmp_path, question="try")
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "try")
        assert "Home" not in text(pilot)
        await pilot.press("f8")
        await until(pilot, sees(pilot, "This is the last question"))
        await pilot.press("escape")
        await until(pilot, sees(pilot, "one lesson only"))
        await pilot.press("ctrl+c")
        await until(pilot, sees(pilot, "The file stays as you saved it"))
        words = [words for words, _, _ in Commands(app.screen).listed()]
        assert "Question 2: rows" in words and "Go to: the course map" not in words
        assert set(keys.EVERYWHERE[:3]) <= set(app.asked.ACTS)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        app.screen.query_one(Input).value = "rows"
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await at(pilot, "rows")


async def test_going_on_while_a_save_comes_in(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "columns")
        assert app.session is not None
        for _ in range(2):
            for old, new in (("x.sum(dim=0)", "x.sum(dim=1).T"), ("x.sum(dim=1).T", "x.sum(dim=0)")):
                app.save((old, new))
                await pilot.press("f8", "f7")
        await at(pilot, "columns")
        assert len(app.asked.query(Input)) == 1


async def test_a_fault_of_the_loader_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Previewed(tmp_path)

    def fails(_: Path) -> LessonFile:
        raise AssertionError("nothing was built")

    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "columns")
        with monkeypatch.context() as patch:
            patch.setattr("tutor.lesson.watch.load_lesson", fails)
            app.save(("Sums", "Summing"))
            await until(pilot, sees(pilot, "A fault of the tutor"))
        app.save(("Summing", "Sums of all"))
        await until(pilot, sees(pilot, "Sums of all"))


async def test_revealing_asks_and_escape_leaves_it(tmp_path: Path) -> None:
    app = Previewed(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "columns")
        await pilot.press("f6")
        await judged(pilot, "asks")
        await pilot.press("escape")
        await until(pilot, lambda: not app.asked.strip.display)
        assert app.asked.asking is not None and not app.asked.asking.revealing


async def test_a_proof_that_fails_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Previewed(tmp_path)

    async def fails(*_: object) -> list[Problem]:
        raise RuntimeError("boom")

    monkeypatch.setattr(app._preview, "_prove", fails)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, "columns")
        await until(pilot, sees(pilot, "✗ not checked", "A fault of the tutor"))
        app.asked.query_one(Input).value = "(4,)"
        await pilot.press("enter")
        await judged(pilot, "right")


@pytest.mark.parametrize("theme", [theme.name for theme in themes.OWN])
async def test_it_can_be_read_in_every_theme(tmp_path: Path, theme: str) -> None:
    app = Previewed(tmp_path)
    app.found = [WEAK, WRONG]
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "columns")
        app.theme = theme
        await until(pilot, sees(pilot, "✗ 11:5"))
        assert faded(app) == []  # type: ignore[arg-type]
        app.save(("shape:", "shpe:"))
        await until(pilot, sees(pilot, "1 problem."))
        assert faded(app) == []  # type: ignore[arg-type]
