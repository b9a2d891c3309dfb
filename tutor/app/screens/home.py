"""The course map: where to go on, what is done, what there is."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.app import overview, paint
from tutor.app.keys import EVERYWHERE, HOME, bindings
from tutor.app.screens.frame import Frame
from tutor.app.widgets.course_map import CourseMap, Place
from tutor.app.widgets.key_line import Key
from tutor.app.widgets.rows import Rows
from tutor.app.widgets.top_line import TopLine


class HomeScreen(Frame):
    """Every lesson with its progress; Enter on the first row goes on where you left off."""

    ACTS = (*HOME, *EVERYWHERE)
    BINDINGS = [*bindings(HOME)]

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
        self.query_one(TopLine).show(("tutor", self.tutor.catalog.title), count=f"{done} of {total} questions")
        self.query_one("#course", Static).update(paint.line(self.tutor.catalog.title))
        await self.refresh_places()

    def places(self) -> list[Place]:
        """Continue, the lessons, the broken ones with their problem, drill and help."""
        tutor = self.tutor
        lessons = [
            Place("lesson", stand.title, stand.goal, stand) for stand in overview.stands(tutor.catalog, tutor.store)
        ]
        broken = [
            Place("broken", p.path.rpartition("/")[2], str(p), note=f"cannot be opened: {p.message}")
            for p in tutor.catalog.problems
        ]
        others = [
            Place("drill", "Drill", "Repeat what is due, from the questions you have answered.", note=tutor.due_words),
            Place("help", "Help", "What this is, and every key."),
        ]
        return [*self._left_off(), *lessons, *broken, *others]

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
