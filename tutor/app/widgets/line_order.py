"""Lines to put in order: grab one and carry it, or leave it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content

from tutor.app import paint
from tutor.app.themes import FAINT, QUIET
from tutor.app.widgets.messages import AnswerEdited, AnswerGiven
from tutor.app.widgets.rows import Rows

HANDLE = 3
"""Columns of one of the mouse's handles."""


@dataclass
class Piece:
    """A line that moves."""

    text: str
    steps: int = 0
    """How far it is indented, where that is asked."""


class LineOrder(Rows):
    """Lines that move. Those left out stay in sight, below the others."""

    takes_enter = False
    reruns = False
    KEYS: Sequence[tuple[str, str]] = (("Alt+↑↓", "Carry"), ("X", "Leave out"))
    HELP = (
        "Put the lines in order. Alt+Up and Alt+Down (or Shift) carry the line under the cursor; Space grabs it, and "
        "then the arrow keys carry it. X leaves a line out or takes it back in: some may not belong. Enter checks. "
        "With the mouse, ▲ ▼ ✕ at the end of each line do the same."
    )
    BINDINGS = [
        Binding("alt+up,shift+up,K", "carry(-1)", "Carry up", show=False),
        Binding("alt+down,shift+down,J", "carry(1)", "Carry down", show=False),
        Binding("space", "grab", "Grab", show=False),
        Binding("x,delete,backspace", "leave_out", "Leave out", show=False),
    ]

    def __init__(self, lines: tuple[str, ...], draft: str) -> None:
        super().__init__(id="answer")
        self.pieces, self.kept = self.restored(lines, draft)
        self.grabbed = False
        self.contents = [paint.python(piece.text) for piece in self.pieces]

    @property
    def lines(self) -> list[str]:
        """The lines as they stand, those left out at the end."""
        return [piece.text for piece in self.pieces]

    @property
    def text(self) -> str:
        """The lines that are kept, in order."""
        return "\n".join(map(self.written, self.pieces[: self.kept]))

    def written(self, piece: Piece) -> str:
        """A line as it stands in the answer."""
        return piece.text

    def read(self, line: str) -> Piece:
        """A line of a draft."""
        return Piece(line)

    def handles(self) -> Sequence[tuple[str, Callable[[], None]]]:
        """What the mouse can do with a line, from left to right."""
        return (
            ("▲", lambda: self.action_carry(-1)),
            ("▼", lambda: self.action_carry(1)),
            ("✕", self.action_leave_out),
        )

    def row(self, index: int) -> Content:
        """Grip, number, indentation, code."""
        grip = "↕ " if self.grabbed and index == self.cursor else "▸ " if index == self.cursor else "  "
        number = f"{index + 1 if index < self.kept else '✕':>{len(str(self.kept))}}  "
        margin = Content.assemble((grip, "bold $accent"), (number, QUIET), self.margin(index))
        code = self.contents[index] if index < self.kept else self.contents[index].stylize(f"{FAINT} strike")
        return self._with_handles(paint.hung(margin, code, self.room - self._reach - 1, further=2))

    def _with_handles(self, row: Content) -> Content:
        """The mouse's handles at the right edge."""
        if not self.size.width:
            return row
        signs = "".join(f" {sign} " for sign, _ in self.handles())
        first, *rest = row.split("\n")
        gap = " " * max(self.room - first.cell_length - self._reach, 1)
        return Content("\n").join([first + Content.assemble(gap, (signs, QUIET)), *rest])

    @property
    def _reach(self) -> int:
        return HANDLE * len(self.handles())

    def margin(self, index: int) -> Content:
        """What stands between a line's number and its code."""
        return Content("")

    def on_resize(self) -> None:
        """The handles stay at the right edge."""
        self.paint()

    def clicked(self, index: int, from_right: int) -> None:
        """A click on a line puts the cursor there; one on a handle does what it shows."""
        self.focus(scroll_visible=False)
        self.cursor = index
        place = (from_right - 2) // HANDLE
        if from_right >= 2 and place < len(self.handles()):
            self.handles()[-1 - place][1]()

    def action_move(self, by: int) -> None:
        """Move the cursor, or the line it holds."""
        self.action_carry(by) if self.grabbed else super().action_move(by)

    def action_grab(self) -> None:
        """Take hold of the line, or let it go."""
        self.grabbed = not self.grabbed
        self.paint()

    def action_carry(self, by: int) -> None:
        """Swap the line with its neighbour."""
        here, there = self.cursor, self.cursor + by
        if here < self.kept and 0 <= there < self.kept:
            self.pieces.insert(there, self.pieces.pop(here))
            self.edited()
            self.cursor = there

    def action_leave_out(self) -> None:
        """Leave the line out, or take it back in at the end."""
        piece = self.pieces.pop(self.cursor)
        if self.cursor < self.kept:
            self.kept -= 1
            self.pieces.append(piece)
        else:
            self.pieces.insert(self.kept, piece)
            self.kept += 1
        self.edited()

    def action_pick(self) -> None:
        """Enter lets go of a held line, else gives the answer."""
        if self.grabbed:
            self.action_grab()
        else:
            self.post_message(AnswerGiven())

    def edited(self) -> None:
        """Show the lines as they stand now, and say that they are others."""
        self.contents = [paint.python(piece.text) for piece in self.pieces]
        self.paint()
        self.post_message(AnswerEdited())

    def restored(self, lines: tuple[str, ...], draft: str) -> tuple[list[Piece], int]:
        """The lines as a draft left them, and how many of them are kept."""
        rest, kept = list(lines), []
        for piece in map(self.read, draft.splitlines()):
            if piece.text in rest:
                rest.remove(piece.text)
                kept.append(piece)
        return [*kept, *map(Piece, rest)], len(kept) or len(lines)
