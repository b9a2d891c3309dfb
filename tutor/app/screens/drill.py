"""A drill: the question screen over the cards that are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.app.keys import EVERYWHERE, QUESTION, Act
from tutor.app.screens.question import QuestionScreen
from tutor.app.widgets.top_line import TopLine

if TYPE_CHECKING:
    from tutor.drill import Drill

_BACKWARD = frozenset({"back", "undo"})


class DrillScreen(QuestionScreen):
    """One card after the other."""

    BACKWARD = False
    ACTS: tuple[Act, ...] = (*(act for act in QUESTION if act.id not in _BACKWARD), *EVERYWHERE)

    def on_mount(self) -> None:
        """The cards follow when they are known."""
        self.query_one(TopLine).show(("tutor", "Drill"))
        self.add_class("-drill")

    async def start(self, drill: Drill) -> None:
        """Ask the first card, or say that there is none."""
        if drill.left:
            await self.begin(drill)
        else:
            self.tutor.open_ended(drill.ended())

    def show_where(self) -> None:
        """How many are left."""
        if self.asking is not None:
            self.query_one(TopLine).show(("tutor", "Drill", self.asking.file.lesson.lesson), count=self.asking.where)

    async def finish(self) -> None:
        """The sitting is over."""
        if self.asking is not None:
            self.tutor.open_ended(self.asking.ended())
