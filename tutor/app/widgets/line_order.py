"""Lines to put in order: grab one and carry it, or leave it out."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.content import Content

from tutor.app import paint
from tutor.app.themes import FAINT, QUIET
from tutor.app.widgets.messages import AnswerEdited, AnswerGiven
from tutor.app.widgets.rows import Rows

_UP, _DOWN, _OUT = " ▲ ", " ▼ ", " ✕ "


class LineOrder(Rows):
    """Lines that move. Those left out stay in sight, below the others."""

    takes_enter = False
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
        self.lines, self.kept = restored(lines, draft)
        self.grabbed = False
        self._touched = bool(draft)
        self.contents = [paint.python(text) for text in self.lines]

    @property
    def text(self) -> str:
        """The lines that are kept, in order; nothing until one was moved."""
        return "\n".join(self.lines[: self.kept])

    def row(self, index: int) -> Content:
        """Grip, number, code, and the mouse's handles."""
        grip = "↕ " if self.grabbed and index == self.cursor else "▸ " if index == self.cursor else "  "
        number = f"{index + 1}  " if index < self.kept else "✕  "
        code = self.contents[index] if index < self.kept else self.contents[index].stylize(f"{FAINT} strike")
        handles = Content.assemble(*((text, QUIET) for text in (_UP, _DOWN, _OUT)))
        width = max(self._width() - code.cell_length - len(grip) - len(number) - 9, 1)
        return Content.assemble((grip, "bold $accent"), (number, QUIET), code, " " * width, handles)

    def on_resize(self) -> None:
        """The handles stay at the right edge."""
        self.paint()

    def clicked(self, index: int, from_right: int) -> None:
        """A click on a line puts the cursor there; one on a handle carries the line or leaves it out."""
        self.focus(scroll_visible=False)
        self.cursor = index
        handle = (from_right - 2) // len(_OUT)
        if from_right >= 2 and handle < 3:
            (self.action_leave_out, lambda: self.action_carry(1), lambda: self.action_carry(-1))[handle]()

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
            self._swap(here, there)
            self.cursor = there
            self._edited()

    def action_leave_out(self) -> None:
        """Leave the line out, or take it back in at the end."""
        line = self.lines.pop(self.cursor)
        if self.cursor < self.kept:
            self.kept -= 1
            self.lines.append(line)
        else:
            self.lines.insert(self.kept, line)
            self.kept += 1
        self.contents = [paint.python(text) for text in self.lines]
        self._edited()

    def action_pick(self) -> None:
        """Enter lets go of a held line, else gives the answer."""
        if self.grabbed:
            self.action_grab()
        else:
            self.post_message(AnswerGiven())

    def _swap(self, here: int, there: int) -> None:
        self.lines[here], self.lines[there] = self.lines[there], self.lines[here]
        self.contents[here], self.contents[there] = self.contents[there], self.contents[here]

    def _edited(self) -> None:
        self.paint()
        self.post_message(AnswerEdited())

    def _width(self) -> int:
        return max(self.size.width - 2, 20)


def restored(lines: tuple[str, ...], draft: str) -> tuple[list[str], int]:
    """The lines as a draft left them, and how many of them are kept."""
    rest = list(lines)
    kept: list[str] = []
    for line in draft.splitlines():
        if line in rest:
            rest.remove(line)
            kept.append(line)
    return (kept + rest, len(kept)) if kept else (list(lines), len(lines))
