"""An answer of one line: a shape, a value, a dtype, the text of a gap."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Input

from tutor.app.widgets.messages import AnswerEdited, AnswerGiven
from tutor.legible import legible


class AnswerLine(Input):
    """One line of text; Enter gives it."""

    takes_enter = False
    reruns = False
    KEYS: Sequence[tuple[str, str]] = ()
    HELP = "Type the answer and press Enter to check it. {how}"

    def __init__(self, title: str, how: str, draft: str) -> None:
        super().__init__(draft.replace("\n", " "), placeholder=legible(how), select_on_focus=False, id="answer")
        self.how = how
        self.border_title = escaped(title)

    @property
    def text(self) -> str:
        """What was typed."""
        return self.value

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typing makes a draft."""
        event.stop()
        self.post_message(AnswerEdited())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter gives the answer."""
        event.stop()
        self.post_message(AnswerGiven())


def escaped(title: str) -> str:
    """A border title is read as markup, and `x[0]` is no tag."""
    return legible(title).replace("[", "\\[")
