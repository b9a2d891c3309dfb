"""An answer of several lines that is not code: what a program prints, the shapes that layers make."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import TextArea

from tutor.app.widgets.answer_line import escaped
from tutor.app.widgets.messages import AnswerEdited
from tutor.legible import legible


class AnswerLines(TextArea):
    """Lines of text. Enter is a new line; the answer is checked with Ctrl+J, Ctrl+Enter or F5."""

    takes_enter = True
    reruns = False
    KEYS: Sequence[tuple[str, str]] = ()
    HELP = "Type the answer here. {how} Enter starts a new line; Ctrl+J (or Ctrl+Enter, or F5) checks it."

    def __init__(self, title: str, how: str, draft: str) -> None:
        super().__init__(
            draft,
            soft_wrap=False,
            show_line_numbers="\n" in draft,
            highlight_cursor_line=False,
            placeholder=Content(legible(how)),
            id="answer",
        )
        self.how = how
        self.border_title = escaped(title)

    def on_mount(self) -> None:
        """Go on where the draft ends."""
        self.move_cursor(self.document.end)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Typing makes a draft."""
        event.stop()
        self.show_line_numbers = self.document.line_count > 1
        self.post_message(AnswerEdited())
