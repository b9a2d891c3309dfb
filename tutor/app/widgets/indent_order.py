"""Lines to put in order and to indent: which line belongs under which is part of the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.binding import Binding
from textual.content import Content

from tutor.app.themes import FAINT
from tutor.app.widgets.line_order import LineOrder, Piece
from tutor.grade.order import INDENT

STEPS_MOST = 6
GUIDE = "┊" + INDENT[1:]
"""One step of indentation, as it is shown."""


class IndentOrder(LineOrder):
    """Lines that move in both directions."""

    KEYS: Sequence[tuple[str, str]] = (("Alt+↑↓", "Carry"), ("←→", "Indent"), ("X", "Leave out"))
    HELP = (
        "Put the lines in order and indent them. Alt+Up and Alt+Down (or Shift) carry the line under the cursor; Space "
        "grabs it, and then the arrow keys carry it. Right and Left (or > and <) indent it by four spaces more or "
        "less. X leaves a line out or takes it back in: some may not belong. Enter checks. With the mouse, ← → ▲ ▼ ✕ "
        "at the end of each line do the same."
    )
    BINDINGS = [
        Binding("right,greater_than_sign", "indent(1)", "Indent", show=False),
        Binding("left,less_than_sign", "indent(-1)", "Indent less", show=False),
    ]

    def written(self, piece: Piece) -> str:
        """A line with its indentation."""
        return INDENT * piece.steps + piece.text

    def read(self, line: str) -> Piece:
        """A line of a draft, its indentation as steps."""
        text = line.lstrip(" ")
        return Piece(text, min((len(line) - len(text)) // len(INDENT), STEPS_MOST))

    def handles(self) -> Sequence[tuple[str, Callable[[], None]]]:
        """Two more than for lines that only move up and down."""
        return (("←", lambda: self.action_indent(-1)), ("→", lambda: self.action_indent(1)), *super().handles())

    def margin(self, index: int) -> Content:
        """The indentation, with a guide for every step."""
        return Content.styled(GUIDE * self.pieces[index].steps, FAINT)

    def action_indent(self, by: int) -> None:
        """Indent the line under the cursor by a step more, or less."""
        piece = self.pieces[self.cursor]
        steps = max(0, min(piece.steps + by, STEPS_MOST))
        if self.cursor < self.kept and steps != piece.steps:
            piece.steps = steps
            self.edited()
