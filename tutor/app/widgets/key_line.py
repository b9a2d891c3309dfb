"""The last row: the few keys that do something here and now. Each can be clicked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tutor.app.themes import QUIET

MOST = 5

Key = tuple[str, str, str]
"""The key as shown, a word, and the action of the screen behind it (none for keys that only the focus knows)."""


class KeyLine(Widget):
    """At most five keys, and a word on the sandbox at the right."""

    DEFAULT_CSS = "KeyLine { height: 1; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="keys")
        self.auto_links = False
        self.keys: Sequence[Key] = ()
        self.state = ""

    def show(self, keys: Sequence[Key]) -> None:
        """Other keys."""
        if list(keys) != list(self.keys):
            self.keys = list(keys)[:MOST]
            self.refresh()

    def show_state(self, state: str) -> None:
        """Another word on the sandbox."""
        if state != self.state:
            self.state = state
            self.refresh()

    def render(self) -> Content:
        """As many keys as fit, then the state if there is room."""
        width = self.content_size.width
        line = Content("")
        for shown, label, action in self.keys:
            key = Content.assemble((shown, "bold $accent"), (f" {label}", QUIET))
            if action:
                where = action if action.startswith("app.") else f"screen.{action}"
                key = key.stylize(Style.from_meta({"@click": where}))
            gap = Content("   ") if line else Content("")
            if line.cell_length + gap.cell_length + key.cell_length > width:
                break
            line = line + gap + key
        room = width - line.cell_length
        if self.state and room > len(self.state) + 2:
            line = line + Content(" " * (room - len(self.state))) + Content.styled(self.state, QUIET)
        return line
