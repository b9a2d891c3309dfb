"""The options of a question: letters and numbers choose, Enter gives the answer."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tutor.app.widgets.messages import AnswerEdited, AnswerGiven
from tutor.app.widgets.options import Options
from tutor.app.widgets.rows import Rows
from tutor.grade.answer import Unread
from tutor.grade.choice import chosen


class Choices(Options):
    """One of a few answers."""

    KEYS: Sequence[tuple[str, str]] = (("a-z", "Choose"),)
    HELP = (
        "Choose one answer: type its letter or number, or move with the arrow keys or j and k. "
        "Enter gives the chosen one. With the mouse, click to choose and click again to give it."
    )

    def __init__(self, options: tuple[str, ...], draft: str) -> None:
        super().__init__(options)
        self.chosen = restored(options, draft)
        self.set_reactive(Rows.cursor, max(self.chosen, 0))

    @property
    def text(self) -> str:
        """The words of the chosen option; nothing until one was chosen."""
        return self.options[self.chosen] if self.chosen >= 0 else ""

    def mark(self, index: int) -> Content:
        """A point before the chosen one."""
        return Content.styled("▸ " if index == self.chosen else "  ", "bold $accent")

    def take(self, index: int) -> None:
        """Choose it."""
        if index == self.cursor:
            self.chosen = index
            self.paint()
            self.post_message(AnswerEdited())
        self.cursor = index

    def watch_cursor(self) -> None:
        """Moving is choosing."""
        self.chosen = self.cursor
        super().watch_cursor()
        self.post_message(AnswerEdited())

    def action_pick(self) -> None:
        """Give what is chosen. The first Enter only chooses: it may be one too many from the question before."""
        if self.chosen < 0:
            self.take(self.cursor)
        else:
            self.post_message(AnswerGiven())

    def clicked(self, index: int, from_right: int) -> None:
        """The first click chooses, the next gives."""
        self.focus(scroll_visible=False)
        if index == self.chosen:
            self.post_message(AnswerGiven())
        else:
            self.take(index)


def restored(options: tuple[str, ...], draft: str) -> int:
    """The option a draft means, which may be a letter typed elsewhere; -1 when it means none."""
    try:
        return options.index(chosen(options, draft))
    except Unread:
        return -1
