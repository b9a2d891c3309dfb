"""The end of a lesson or a drill: how it went, what to come back to, what is next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from tutor.app import overview, paint
from tutor.app.keys import EVERYWHERE, SUMMARY, Act, bindings
from tutor.app.screens.frame import Frame
from tutor.app.themes import QUIET
from tutor.app.widgets.key_line import Key
from tutor.app.widgets.top_line import TopLine, dot
from tutor.legible import legible

if TYPE_CHECKING:
    from tutor.lesson.catalog import Entry
    from tutor.session import Session

_BAR = 30


class SummaryScreen(Frame):
    """A lesson from its end."""

    CSS_PATH = Path(__file__).with_name("summary.tcss")
    ACTS = (*SUMMARY, *EVERYWHERE)
    BINDINGS = [*bindings(SUMMARY), Binding("question_mark", "app.help", show=False)]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def middle(self) -> Iterator[Widget]:
        """Counts, what to revisit, what is next."""
        yield VerticalScroll(*self._parts(), id="ended")

    def on_mount(self) -> None:
        """The same top line as the lesson's."""
        dots = [dot(mark.kind, mark.status) for mark in self.session.marks()]
        self.query_one(TopLine).show(("tutor", self.session.file.lesson.lesson, "the end"), dots)
        self.query_one("#ended").focus()

    @property
    def after(self) -> Entry | None:
        """The lesson after this one."""
        entries = self.session.catalog.entries
        slugs = [entry.slug for entry in entries]
        place = slugs.index(self.session.file.slug) + 1 if self.session.file.slug in slugs else len(slugs)
        return entries[place] if place < len(entries) else None

    def keys_now(self) -> list[Key]:
        """On, back, home."""
        onward = f"On to {self.after.title}" if self.after else "To the course map"
        revisit = [("R", "Revisit", "revisit")] if self.session.summary().open else []
        return [("⏎", onward, "onward"), *revisit, ("F7", "Back", "back"), ("Esc", "Home", "home")]

    async def action_onward(self) -> None:
        """The lesson after, or home."""
        if self.after:
            self.tutor.open_lesson(self.after.slug)
        else:
            self.tutor.go_home()

    async def action_revisit(self) -> None:
        """The first question that is still open."""
        left = self.session.summary().open
        if left:
            self.tutor.open_question(left[0])
        else:
            self.notice("No question is open: all are answered.")

    async def action_visit(self, question: int) -> None:
        """A question by its place."""
        self.tutor.open_question(self.session.marks()[question].id)

    async def action_back(self) -> None:
        """The last question again."""
        self.tutor.open_question(self.session.question.id)

    async def action_home(self) -> None:
        """The course map."""
        self.tutor.go_home()

    def action_jump(self) -> None:
        """Any question or lesson, by name."""
        self.tutor.jump()

    def _parts(self) -> Iterator[Static]:
        summary, lesson = self.session.summary(), self.session.file.lesson
        done = summary.total - len(summary.open)
        full, rest = overview.bar(done, summary.total, _BAR)
        bar = Content.assemble((full, "$success"), (rest, QUIET), f"  {done} of {summary.total}")
        yield Static(Content.styled(f"{legible(lesson.lesson)}: the end.", "bold"), markup=False)
        yield Static(bar, classes="bar", markup=False)
        yield from self._group("right", "right at the first try", summary.first_try, named=False)
        yield from self._group("right", "right after more tries", summary.later_try)
        yield from self._group("revealed", "revealed", summary.revealed)
        yield from self._group("new", "still open", summary.open)
        yield from self._group("tried", "changed since you answered", summary.changed)
        yield Static(self._next_words(), classes="next", markup=False)

    def _group(self, status: str, words: str, ids: Sequence[str], named: bool = True) -> Iterator[Static]:
        """A count, and the questions behind it, to click on."""
        if not ids:
            return
        glyph, colour = dot("", status)
        yield Static(Content.assemble((glyph, colour), f" {len(ids):>2} {words}"), markup=False)
        if not named:
            return
        places = {mark.id: number for number, mark in enumerate(self.session.marks())}
        links = [
            Content.styled(legible(name), QUIET).stylize(Style.from_meta({"@click": f"screen.visit({places[name]})"}))
            for name in ids
        ]
        named_here = Static(Content(", ").join(links), classes="ids", markup=False)
        named_here.auto_links = False
        yield named_here

    def _next_words(self) -> Content:
        if self.session.summary().open:
            return paint.line("Press R to go back to the first question that is still open.")
        if self.after:
            return Content.assemble("Next: ", (legible(self.after.title), "bold"), ". ", paint.line(self.after.goal))
        return paint.line("That was the last lesson. `tutor drill` keeps it fresh.")


class EndedScreen(Frame):
    """The end of a drill, in a few lines."""

    CSS_PATH = Path(__file__).with_name("summary.tcss")
    ACTS: Sequence[Act] = EVERYWHERE
    BINDINGS = [*bindings((Act("home", "escape,enter", "⏎", "Home", "Go to: the course map"),))]

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines

    def middle(self) -> Iterator[Widget]:
        """What the drill says of itself."""
        said = Content("\n").join(paint.line(line) for line in self.lines)
        yield VerticalScroll(Static(said, id="summary", markup=False), id="ended")

    def on_mount(self) -> None:
        """Name it."""
        self.query_one(TopLine).show(("tutor", "Drill", "the end"))
        self.query_one("#ended").focus()

    def keys_now(self) -> list[Key]:
        """Only the way out."""
        return [("⏎", "To the course map", "home"), ("F1", "Help", "app.help"), ("^Q", "Quit", "app.leave")]

    async def action_home(self) -> None:
        """The course map."""
        self.tutor.go_home()
