"""A list with a cursor: keys, mouse, and a mark that does not need colour. Options, lines, lessons."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static


class Row(Static):
    """One row; a click puts the cursor on it, a second one picks it."""

    def __init__(self, content: Content, index: int) -> None:
        super().__init__(content, markup=False)
        self.index = index

    def on_click(self, event: events.Click) -> None:
        """Point, then pick."""
        event.stop()
        rows = self.parent
        if isinstance(rows, Rows):
            rows.clicked(self.index, self.outer_size.width - event.x)


class Rows(VerticalScroll):
    """Rows of content, one of them under the cursor."""

    DEFAULT_CSS = """
    Rows { height: auto; }
    Row { height: auto; padding: 0 1; }
    Row.-on { background: $accent 14%; }
    Rows:focus Row.-on { background: $accent 26%; }
    Row:hover { background: $foreground 8%; }
    """
    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("home", "to(0)", "First", show=False),
        Binding("end", "to(-1)", "Last", show=False),
        Binding("enter", "pick", "Pick", show=False),
    ]
    cursor: reactive[int] = reactive(0, init=False)

    class Moved(Message):
        """The cursor stands somewhere else."""

    class Picked(Message):
        """A row was picked."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.contents: list[Content] = []

    @property
    def room(self) -> int:
        """Columns for the text of a row; many, as long as nothing is laid out."""
        return max(self.size.width - 2, 20) if self.size.width else 200

    def row(self, index: int) -> Content:
        """How a row looks now."""
        return self.contents[index]

    def compose(self) -> ComposeResult:
        """What there is."""
        for index in range(len(self.contents)):
            yield Row(self.row(index), index)

    def on_mount(self) -> None:
        """Show where the cursor is."""
        self.paint()

    async def fill(self, contents: list[Content]) -> None:
        """Other rows; the cursor stays where it can."""
        same = len(contents) == len(self.contents)
        self.contents = contents
        self.set_reactive(Rows.cursor, max(min(self.cursor, len(contents) - 1), 0))
        if not same:
            await self.recompose()
        self.paint()

    def paint(self) -> None:
        """Draw every row again."""
        for row in self.query_children(Row):
            if row.index < len(self.contents):
                row.update(self.row(row.index))
                row.set_class(row.index == self.cursor, "-on")

    def watch_cursor(self) -> None:
        """Follow the cursor."""
        self.paint()
        for row in self.query_children(Row):
            if row.index == self.cursor:
                row.scroll_visible(animate=False)
        self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        """Up or down; stops at the ends."""
        if self.contents:
            self.cursor = max(0, min(self.cursor + by, len(self.contents) - 1))

    def action_to(self, index: int) -> None:
        """To a row."""
        if self.contents:
            self.cursor = index % len(self.contents)

    def action_pick(self) -> None:
        """Pick the row under the cursor."""
        if self.contents:
            self.post_message(self.Picked(self, self.cursor))

    def clicked(self, index: int, from_right: int) -> None:
        """A click on a row, so many columns from its right edge: the first points, the next picks."""
        self.focus(scroll_visible=False)
        if index == self.cursor:
            self.action_pick()
        else:
            self.cursor = index
