"""Options of which any number may hold: each has a box, letters tick it, Enter gives the answer."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.content import Content

from tutor.app.themes import QUIET
from tutor.app.widgets.messages import AnswerEdited, AnswerGiven
from tutor.app.widgets.options import Options
from tutor.grade.answer import Unread
from tutor.grade.choice import all_chosen

TICKED, OPEN = "[✓] ", "[ ] "


class Several(Options):
    """Any number of a few answers."""

    KEYS: Sequence[tuple[str, str]] = (("a-z", "Tick"),)
    HELP = (
        "Tick every answer that holds: type its letter or number, or move with the arrow keys or j and k and press "
        "Space. The same key takes the tick away. Enter gives all that are ticked. With the mouse, click to tick; "
        "the word Check below gives the answer."
    )
    BINDINGS = [Binding("space", "tick", "Tick", show=False)]

    def __init__(self, options: tuple[str, ...], draft: str) -> None:
        super().__init__(options)
        self.ticked = restored(options, draft)

    @property
    def text(self) -> str:
        """The words of the ticked options, one below the other."""
        return "\n".join(option for index, option in enumerate(self.options) if index in self.ticked)

    def mark(self, index: int) -> Content:
        """A point at the cursor, and the box."""
        point = "▸ " if index == self.cursor else "  "
        box = (TICKED, "bold $accent") if index in self.ticked else (OPEN, QUIET)
        return Content.assemble((point, "bold $accent"), box)

    def take(self, index: int) -> None:
        """Tick it, or take the tick away."""
        self.ticked ^= {index}
        self.cursor = index
        self.paint()
        self.post_message(AnswerEdited())

    def action_tick(self) -> None:
        """The one under the cursor."""
        self.take(self.cursor)

    def action_pick(self) -> None:
        """Give what is ticked."""
        self.post_message(AnswerGiven())

    def clicked(self, index: int, from_right: int) -> None:
        """A click ticks."""
        self.focus(scroll_visible=False)
        self.take(index)


def restored(options: tuple[str, ...], draft: str) -> set[int]:
    """The options a draft means, by their words or by letters typed elsewhere."""
    try:
        return {options.index(option) for option in all_chosen(options, draft)}
    except Unread:
        return set()
