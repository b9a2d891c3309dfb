"""A lesson: the question screen over a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.app.keys import EVERYWHERE, QUESTION, Act
from tutor.app.screens.question import QuestionScreen
from tutor.app.widgets.rail import Rail, Stop
from tutor.app.widgets.top_line import TopLine, dot

if TYPE_CHECKING:
    from tutor.session import Session


class LessonScreen(QuestionScreen):
    """The questions of a lesson, with its map at the top and at the right."""

    ACTS: Sequence[Act] = (*QUESTION, *EVERYWHERE)
    HEAD = "tutor"
    """What the path at the top begins with."""

    def __init__(self, title: str, statuses: list[tuple[str, str]]) -> None:
        super().__init__()
        self._lesson = title
        self._statuses = statuses

    @property
    def session(self) -> Session | None:
        """What asks here, once the lesson is open."""
        return self.tutor.session if self.asking is not None else None

    def on_mount(self) -> None:
        """What the index knows is shown at once; the question follows when its file has been read."""
        dots = [dot(kind, status) for kind, status in self._statuses]
        self.query_one(TopLine).show((self.HEAD, self._lesson), dots, f"{len(dots)} questions")

    def show_where(self) -> None:
        """The path, the dots, the rail."""
        session = self.session
        if session is None:
            return
        marks, lesson = session.marks(), session.file.lesson
        dots = [dot(mark.kind, mark.status, mark.here) for mark in marks]
        self.query_one(TopLine).show((self.HEAD, lesson.lesson, session.question.id), dots, session.where)
        stops = [Stop(mark.id, mark.kind, mark.status, mark.here, mark.changed) for mark in marks]
        hints, taken = session.question.hints, len(session.hints_shown())
        notes = [f"Hints used here: {taken} of {len(hints)}"] if hints else []
        self.query_one(Rail).show(lesson.goal, stops, notes)

    async def finish(self) -> None:
        """The lesson is through."""
        self.tutor.open_summary()

    async def action_back(self) -> None:
        """The question before."""
        session = self.session
        if session is None:
            return
        if session.index == 0:
            self.notice("This is the first question of the lesson.")
            return
        await self.leave(lambda: session.back() or None)

    async def action_undo(self) -> None:
        """Take back the last accepted answer, and go there."""
        session = self.session
        if session is None:
            return
        undone: list[str | None] = []
        await self.leave(lambda: undone.append(session.undo()))
        self.notice(f"Taken back: {undone[0]}." if undone[0] else "There is no accepted answer to take back.")

    async def action_visit(self, number: int) -> None:
        """A question by its place."""
        session = self.session
        if session is not None:
            await self.leave(lambda: session.goto(session.marks()[number].id))
