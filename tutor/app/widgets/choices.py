"""The options of a question: letters and numbers choose, Enter gives the answer."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.app.widgets.messages import AnswerEdited, AnswerGiven
from tutor.app.widgets.rows import Rows

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Choices(Rows):
    """One of a few answers."""

    takes_enter = False
    KEYS: Sequence[tuple[str, str]] = (("a-z", "Choose"),)
    HELP = (
        "Choose one answer: type its letter or number, or move with the arrow keys or j and k. "
        "Enter gives the chosen one. With the mouse, click to choose and click again to give it."
    )

    def __init__(self, options: tuple[str, ...], draft: str) -> None:
        super().__init__(id="answer")
        self.options = options
        self.chosen = options.index(draft) if draft in options else -1
        self.contents = [paint.line(option) for option in options]
        self.set_reactive(Rows.cursor, max(self.chosen, 0))

    @property
    def text(self) -> str:
        """The words of the chosen option; nothing until one was chosen."""
        return self.options[self.chosen] if self.chosen >= 0 else ""

    def row(self, index: int) -> Content:
        """Mark, letter, words."""
        mark = "▸ " if index == self.chosen else "  "
        return Content.assemble((mark, "bold $accent"), (f"{LETTERS[index]}  ", QUIET), self.contents[index])

    def on_key(self, event: events.Key) -> None:
        """A letter or a number chooses."""
        keys = LETTERS[: len(self.options)] if event.key in LETTERS else "123456789"[: len(self.options)]
        if event.key in ("j", "k") and len(self.options) < 10:
            return
        if event.character and event.character in keys:
            event.stop()
            self._choose(keys.index(event.character))

    def watch_cursor(self) -> None:
        """Moving is choosing."""
        self.chosen = self.cursor
        super().watch_cursor()
        self.post_message(AnswerEdited())

    def action_pick(self) -> None:
        """Give what is chosen. The first Enter only chooses: it may be one too many from the question before."""
        if self.chosen < 0:
            self._choose(self.cursor)
        else:
            self.post_message(AnswerGiven())

    def clicked(self, index: int, from_right: int) -> None:
        """The first click chooses, the next gives."""
        self.focus(scroll_visible=False)
        if index == self.chosen:
            self.post_message(AnswerGiven())
        else:
            self._choose(index)

    def _choose(self, index: int) -> None:
        if index == self.cursor:
            self.chosen = index
            self.paint()
            self.post_message(AnswerEdited())
        self.cursor = index
