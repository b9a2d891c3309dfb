"""The course map: where to go on, what is done, what there is."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.app import overview, paint
from tutor.app.keys import EVERYWHERE, HOME, bindings
from tutor.app.screens.frame import Frame
from tutor.app.themes import FAINT
from tutor.app.widgets.course_map import CourseMap, Place
from tutor.app.widgets.key_line import Key
from tutor.app.widgets.rows import Rows
from tutor.app.widgets.top_line import TopLine
from tutor.errors import Problem
from tutor.legible import legible

_BAR = 24


class HomeScreen(Frame):
    """Every lesson with its progress; Enter on the first row goes on where you left off."""

    ACTS = (*HOME, *EVERYWHERE)
    BINDINGS = [*bindings(HOME), Binding("question_mark", "app.help", show=False)]

    def middle(self) -> Iterator[Widget]:
        """The map, and a word on what is under the cursor."""
        yield Vertical(
            Static(id="course", markup=False), CourseMap(self.places()), Static(id="about", markup=False), id="home"
        )

    def on_mount(self) -> None:
        """Stand on the first row."""
        self.query_one(CourseMap).focus()

    async def resumed(self) -> None:
        """Name the course, and say how it stands now."""
        stands = overview.stands(self.tutor.catalog, self.tutor.store)
        done, total = sum(s.done for s in stands), sum(s.total for s in stands)
        full, rest = overview.bar(done, total, _BAR)
        self.query_one(TopLine).show(("tutor",), count=f"{done} of {total} questions")
        self.query_one("#course", Static).update(
            Content.assemble((legible(self.tutor.catalog.title), "bold"), "   ", (full, "$success"), (rest, FAINT))
        )
        await self.refresh_places()

    def places(self) -> list[Place]:
        """Continue, the lessons, the broken ones with their problem, drill and help."""
        tutor = self.tutor
        lessons = [
            Place("lesson", stand.title, stand.goal, stand) for stand in overview.stands(tutor.catalog, tutor.store)
        ]
        others = [
            Place("drill", "Drill", "Repeat what is due, from the questions you have answered.", note=tutor.due_words),
            Place("help", "Help", "What this is, and every key."),
        ]
        return [*self._left_off(), *lessons, *self._broken(), *others]

    def keys_now(self) -> list[Key]:
        """Enter opens; the rest is movement."""
        return [
            ("⏎", "Open", "open_here"),
            ("↑↓", "Move", ""),
            ("D", "Drill", "drill"),
            ("F1", "Help", "app.help"),
            ("^Q", "Quit", "app.leave"),
        ]

    async def refresh_places(self) -> None:
        """Something changed, such as what is due."""
        await self.query_one(CourseMap).show(self.places())
        self._tell()

    def action_open_here(self) -> None:
        """Open what is under the cursor."""
        self.query_one(CourseMap).action_pick()

    def action_jump(self) -> None:
        """Any lesson, by name."""
        self.tutor.jump()

    async def action_drill(self) -> None:
        """What is due."""
        self.tutor.open_drill()

    @on(Rows.Moved)
    def _tell(self) -> None:
        place = self.query_one(CourseMap).here
        self.query_one("#about", Static).update(paint.line(place.about) if place.about else Content(""))

    @on(Rows.Picked)
    async def _open(self, event: Rows.Picked) -> None:
        place = self.query_one(CourseMap).places[event.index]
        if place.kind == "continue":
            self.tutor.open_lesson(None)
        elif place.stand is not None:
            self.tutor.open_lesson(place.stand.slug)
        elif place.kind == "drill":
            self.tutor.open_drill()
        elif place.kind == "help":
            self.tutor.action_help()
        else:
            self.notice(place.about)

    def _broken(self) -> Iterator[Place]:
        """One row per file that cannot be opened; all that is wrong is said when it is picked."""
        by_file: dict[str, list[Problem]] = {}
        for problem in self.tutor.catalog.problems:
            by_file.setdefault(problem.path, []).append(problem)
        for path, problems in by_file.items():
            said = "; ".join(f"{p.line}:{p.column}: {p.message}" for p in problems)
            name = path.replace("\\", "/").rpartition("/")[2]
            yield Place("broken", name, f"{path}:{said}", note=f"cannot be opened: {problems[0].message}")

    def _left_off(self) -> list[Place]:
        left = self.tutor.left_off()
        if left is None:
            return []
        entry, question = left
        number = entry.questions.index(question) + 1 if question in entry.questions else 1
        return [
            Place(
                "continue",
                f"Continue: {entry.title} {number}/{len(entry.questions)}",
                "Back to the very question, with what you had typed.",
                note=question,
            )
        ]
