"""The smallest Textual app: what the terminal is tried on, and what a first frame is held against."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.events import Key, Resize
from textual.widgets import Static


class Bare(App[None]):
    """Says hello, then says which key was pressed last and how large the window is."""

    def compose(self) -> ComposeResult:
        yield Static("hello", id="said")

    def on_key(self, event: Key) -> None:
        self.query_one("#said", Static).update(f"pressed {event.key} at {self.size.width}x{self.size.height}")

    def on_resize(self, event: Resize) -> None:
        self.query_one("#said", Static).update(f"hello {event.size.width}x{event.size.height}")


if __name__ == "__main__":
    Bare().run()
