"""Why a file is no lesson, in the place of the question it would ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.errors import Problem
from tutor.legible import clipped, legible
from tutor.lesson.watch import Saved

MARGIN = " " * 6 + " │ "
WIDTH = 58
"""Before it is known how wide it is."""
KEPT = "What you typed is kept: the question comes back with the save that mends this."
AGAIN = "The question appears with the save that mends this."


class FaultView(VerticalScroll):
    """Every problem of the file with its line and column, and the line itself."""

    HELP = "Why the file cannot be read as a lesson. The question comes back with the next save that can be."

    def __init__(self) -> None:
        super().__init__(Static(id="faults-text", markup=False), id="faults")
        self._saved: Saved | None = None
        self._head = self._end = ""

    def show(self, saved: Saved, name: str, typed: bool) -> None:
        """What is wrong with a file of that name; `typed` where a question waits behind this."""
        count = len(saved.problems)
        self._saved, self._end = saved, KEPT if typed else AGAIN
        self._head = f"✗ {legible(name)} cannot be read as a lesson: {count} problem{'' if count == 1 else 's'}."
        self._draw()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """How much of a line is quoted depends on the width."""
        self._draw()

    def _draw(self) -> None:
        if (saved := self._saved) is not None:
            room = (self.query_one("#faults-text").content_size.width or WIDTH) - len(MARGIN)
            told = [Content("\n").join(_told(problem, saved.lines, room)) for problem in saved.problems]
            parts = [Content.styled(self._head, "bold $error"), *told, Content.styled(self._end, QUIET)]
            self.query_one("#faults-text", Static).update(Content("\n\n").join(parts))


def _told(problem: Problem, lines: Sequence[str], room: int) -> Iterator[Content]:
    """The place, the sentence, and the line with a mark under the column."""
    place = ":".join(str(number) for number in (problem.line, problem.column) if number)
    yield Content.assemble((f"{place}  " if place else "", "bold $accent"), paint.line(problem.message))
    if problem.fix:
        yield Content.assemble(("→ ", "$accent"), paint.line(problem.fix))
    if 0 < problem.line <= len(lines):
        yield from _quoted(problem, lines[problem.line - 1], room)


def _quoted(problem: Problem, line: str, room: int) -> Iterator[Content]:
    """As much of the line as fits, with the column in it."""
    text, column = legible(line).replace("\t", " "), max(problem.column, 1) - 1
    begin = max(0, column - room // 2) if len(text) > room else 0
    shown = ("…" if begin else "") + text[begin + bool(begin) :]
    yield Content.assemble((f"{problem.line:>6} │ ", QUIET), clipped(shown, room))
    if problem.column:
        yield Content.assemble((MARGIN, QUIET), (" " * (column - begin) + "^", "bold $error"))
