"""The rail at the right of a wide screen: what each line of code made, the lesson's questions, its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.app.widgets.top_line import dot
from tutor.legible import clipped, legible

if TYPE_CHECKING:
    from tutor.sandbox.protocol import Line

WIDTH = 28


@dataclass(frozen=True)
class Stop:
    """A question on the rail."""

    id: str
    kind: str
    status: str
    here: bool
    changed: bool = False
    """Whether it asks something else than when it was answered."""


class Rail(VerticalScroll, can_focus=False):
    """Questions to click on."""

    def __init__(self) -> None:
        text = Static(id="rail-text", markup=False)
        text.auto_links = False
        super().__init__(Static(id="rail-lens", markup=False), text, id="rail")

    def show_lines(self, lines: Sequence[Line]) -> None:
        """What each line of the code beside it made; nothing where none ran."""
        # What is not there at the first frame is not imported for it.
        from tutor.app.widgets.reason import made

        lens = self.query_one("#rail-lens", Static)
        lens.display = bool(lines)
        head = Content.styled("What each line made", f"bold {QUIET}")
        lens.update(Content("\n").join([head, *made(lines, WIDTH), Content("")]))
        self.set_class(bool(lines), "-lens")
        self.scroll_home(animate=False)

    def show(self, goal: str, stops: Sequence[Stop], notes: Sequence[str] = ()) -> None:
        """Another lesson, or another standing."""
        rows = [_stop(n, stop) for n, stop in enumerate(stops)]
        parts = [Content.styled("Goal", f"bold {QUIET}"), paint.line(goal), Content("")]
        parts += [Content.styled("Questions", f"bold {QUIET}"), *rows]
        parts += [Content(""), *(Content.styled(note, QUIET) for note in notes)] if notes else []
        self.query_one("#rail-text", Static).update(Content("\n").join(parts))


def _stop(number: int, stop: Stop) -> Content:
    glyph, colour = dot(stop.kind, stop.status, stop.here)
    changed = " changed" if stop.changed else ""
    name = clipped(legible(stop.id), WIDTH - 2 - len(changed))
    row = Content.assemble((glyph, colour), " ", (name, "bold" if stop.here else QUIET), (changed, "$warning"))
    return row.stylize(Style.from_meta({"@click": f"screen.visit({number})"}))
