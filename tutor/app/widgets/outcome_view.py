"""What a run of one's own code made: what it printed, the shape of every line, the values, or the error."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tutor.app.themes import QUIET
from tutor.app.widgets.reason import reasons
from tutor.app.widgets.tensor_view import picture
from tutor.grade.account import Account
from tutor.grade.lines import rows
from tutor.legible import clipped, legible
from tutor.sandbox.protocol import Line, Outcome

OUTPUT_LINES = 40


class OutcomeView(Static):
    """The outcome of a run; empty until there was one."""

    DEFAULT_CSS = "OutcomeView { height: auto; display: none; margin-top: 1; padding: 0 2; }"

    def __init__(self) -> None:
        super().__init__("", markup=False, id="outcome")
        self._shown: tuple[Outcome, Account] | None = None
        self._whole = False

    def show(self, outcome: Outcome, account: Account) -> None:
        """Draw an outcome, with what there is to say about it."""
        self._shown, self._whole = (outcome, account), False
        self.display = True
        self.set_class(outcome.status == "ok", "-right")
        self.set_class(outcome.status != "ok", "-wrong")
        self._draw(outcome, account)

    def tell_more(self) -> bool:
        """All there is to say, or again only the first of it; False where there is no more."""
        if self._shown is None or not self._shown[1].more():
            return False
        self._whole = not self._whole
        self._draw(*self._shown)
        return True

    def _draw(self, outcome: Outcome, account: Account) -> None:
        # Beside a wide question the rail says what each line made.
        lines = told(outcome, account, max(self.size.width or 72, 40), railed=self.screen.has_class("-wide"))
        if self._whole:
            lines += [Content(""), *reasons(account.more())]
        elif account.reasoned:
            lines += [Content.assemble(("F3", "bold $accent"), (" says more", QUIET))]
        self.update(Content("\n").join(lines))


def told(outcome: Outcome, account: Account, width: int, railed: bool = False) -> list[Content]:
    """An outcome as lines."""
    took = f"  {outcome.seconds * 1000:.0f} ms" if outcome.status == "ok" else ""
    word = "✓ Ran." if outcome.status == "ok" else "✗ Stopped."
    colour = "$success" if outcome.status == "ok" else "$error"
    lines = [Content.assemble((word, f"bold {colour}"), (took, QUIET)), *_printed(outcome)]
    lines += [Content.styled(_warning(w.line, w.message), "$warning") for w in outcome.warnings]
    lines += [] if railed else _made(outcome.lines)
    for name, seen in outcome.observed.items():
        if seen.kind != "missing":
            lines += picture(name, seen, width)
    return [*lines, *reasons(account.short()), *_failed(outcome)]


def _printed(outcome: Outcome) -> list[Content]:
    rows = legible(outcome.stdout + outcome.stderr).expandtabs(4).rstrip("\n").splitlines()
    cut = len(rows) - OUTPUT_LINES
    kept = [Content(clipped(row, 2000)) for row in rows[:OUTPUT_LINES]]
    if cut > 0 or outcome.truncated:
        kept.append(Content.styled(f"… {cut} more lines" if cut > 0 else "… more output was dropped", QUIET))
    return kept


def _warning(line: int | None, message: str) -> str:
    return legible(f"! line {line}: {message}" if line else f"! {message}")


def _made(lines: tuple[Line, ...]) -> list[Content]:
    """One row per line of the code: number, name, what it is."""
    named = rows(line for line in lines if line.name)
    wide = max((len(row.name) for row in named), default=0)
    return [
        Content.assemble((f"line {row.line:<3} ", QUIET), (row.name.ljust(wide), "bold"), "  ", row.what)
        for row in named
    ]


def _failed(outcome: Outcome) -> list[Content]:
    if outcome.error:
        where = f" on line {outcome.error.line}" if outcome.error.line else ""
        said = f"{outcome.error.type}{where}: {outcome.error.message}"
        return [Content.styled(legible(said), "$error")]
    return [Content.styled(legible(outcome.note), "$error")] if outcome.status != "ok" else []
