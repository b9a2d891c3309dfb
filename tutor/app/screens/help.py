"""Help for what is focused, and every key of the screen behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.app import paint
from tutor.app.keys import Act
from tutor.app.themes import QUIET

ABOUT = (
    "tutor asks, and torch is the answer key: predict what code gives, or write it, and see at once whether it is "
    "right and which belief a wrong answer comes from."
)


class HelpScreen(ModalScreen[None]):
    """A page over the screen; any of its keys closes it."""

    CSS_PATH = Path(__file__).with_name("help.tcss")
    BINDINGS = [Binding("escape,f1,enter,q,question_mark", "dismiss", "Close", show=False)]

    def __init__(self, here: str, acts: Sequence[Act]) -> None:
        super().__init__()
        self.here = here
        self.acts = acts

    def compose(self) -> ComposeResult:
        """What this is, what is focused, the keys."""
        wide = max(len(keys_shown(act)) for act in self.acts)
        rows = [Content.assemble((keys_shown(act).ljust(wide), "bold $accent"), "  ", act.words) for act in self.acts]
        parts = [
            Content.styled("Here", "bold"),
            paint.line(self.here or ABOUT),
            Content(""),
            Content.styled("Keys", "bold"),
            *rows,
            Content(""),
            Content.styled("Esc closes this page.", QUIET),
        ]
        yield VerticalScroll(Static(Content("\n").join(parts), markup=False), id="help")

    def on_mount(self) -> None:
        """Arrow keys scroll."""
        self.query_one("#help").focus()


_NAMES = {"escape": "Esc", "enter": "Enter", "question_mark": "?"}


def keys_shown(act: Act) -> str:
    """All keys of an act, as a person reads them."""
    return ", ".join(
        _NAMES.get(key) or "+".join(part.capitalize() for part in key.split("+")) for key in act.keys.split(",")
    )
