"""Options with letters: what choosing one and choosing several have in common."""

from __future__ import annotations

from textual import events
from textual.content import Content

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.app.widgets.rows import Rows
from tutor.grade.choice import LETTERS


class Options(Rows):
    """Rows that a letter or a number takes."""

    takes_enter = False
    reruns = False

    def __init__(self, options: tuple[str, ...]) -> None:
        super().__init__(id="answer")
        self.options = options
        self.contents = [paint.line(option) for option in options]

    def take(self, index: int) -> None:
        """An option was named by its key."""
        raise NotImplementedError

    def mark(self, index: int) -> Content:
        """What stands before the letter."""
        raise NotImplementedError

    def row(self, index: int) -> Content:
        """Mark, letter, words."""
        margin = Content.assemble(self.mark(index), (f"{LETTERS[index]}  ", QUIET))
        return paint.hung(margin, self.contents[index], self.room)

    def on_resize(self) -> None:
        """Where words are broken depends on the width."""
        self.paint()

    def on_key(self, event: events.Key) -> None:
        """A letter or a number names an option; with few of them, J and K are for moving."""
        keys = LETTERS[: len(self.options)] if event.key in LETTERS else "123456789"[: len(self.options)]
        if event.key in ("j", "k") and len(self.options) < 10:
            return
        if event.character and event.character in keys:
            event.stop()
            self.take(keys.index(event.character))
