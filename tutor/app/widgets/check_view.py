"""What `tutor check` says of one question, beside it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.errors import Problem
from tutor.legible import legible

GAP = "   "
MARKS = {"error": ("✗", "bold $error"), "warning": ("!", "bold $warning")}


class CheckView(VerticalScroll):
    """Where the question stands in the file, and each thing that is wrong with it."""

    HELP = "What `tutor check` says of this question. It is said anew whenever the file is saved."

    def __init__(self) -> None:
        super().__init__(Static(id="checks-text", markup=False), id="checks")
        self._rows: list[Content] = []

    def work(self, place: str) -> None:
        """It is not known yet."""
        self._say(_head(place), Content.styled("… checking", "$warning"))

    def wait(self) -> None:
        """There is nothing to check."""
        self._say(_head(""), Content.styled("waits for a file that can be read", QUIET))

    def fail(self, place: str, words: str) -> None:
        """It could not be found out."""
        self._say(_head(place), Content.styled("✗ not checked", "$error"), paint.line(words))

    def show(self, place: str, problems: Sequence[Problem], question: str) -> None:
        """What is wrong, the worst first."""
        ordered = sorted(problems, key=lambda problem: problem.severity != "error")
        rows = [row for problem in ordered for row in _rows(problem, question)]
        self._say(_head(place), _counted(ordered), *rows)
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """How much fits beside the first words depends on the width."""
        self._draw()

    def _say(self, *rows: Content) -> None:
        self._rows = list(rows)
        self._draw()

    def _draw(self) -> None:
        """The first two rows as one, where there is room."""
        rows = self._rows
        if len(rows) > 1 and rows[0].cell_length + rows[1].cell_length + len(GAP) <= self.content_size.width:
            rows = [rows[0] + Content(GAP) + rows[1], *rows[2:]]
        self.query_one("#checks-text", Static).update(Content("\n").join(rows))


def _head(place: str) -> Content:
    return Content.assemble(("Check", f"bold {QUIET}"), (f"  {legible(place)}", QUIET))


def _counted(problems: Sequence[Problem]) -> Content:
    """How it stands, in a few words."""
    if not problems:
        return Content.styled("✓ all that it claims holds", "$success")
    errors = sum(problem.severity == "error" for problem in problems)
    counts = {"error": errors, "warning": len(problems) - errors}
    said = ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for word, n in counts.items() if n)
    return Content.styled(said, MARKS["error" if errors else "warning"][1])


def _rows(problem: Problem, question: str) -> list[Content]:
    """Where, what, what to do about it, and what shows it."""
    mark, colour = MARKS.get(problem.severity, MARKS["error"])
    said = paint.line(problem.message.removeprefix(f"question `{question}`: "))
    named = f"  {problem.code} {problem.name}".rstrip()
    rows = [Content.assemble((f"{mark} {problem.line}:{problem.column}", colour), (legible(named), QUIET), "  ", said)]
    rows += [Content.assemble(("→ ", "$accent"), paint.line(problem.fix))] if problem.fix else []
    return rows + [Content.styled(f"  {legible(line)}", QUIET) for line in problem.evidence]
