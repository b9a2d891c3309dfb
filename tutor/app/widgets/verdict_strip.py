"""What came of an answer: a strip under it, never a window in front of it."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.app.widgets.evidence import laid_out
from tutor.app.widgets.messages import GoOn
from tutor.app.widgets.reason import reasons
from tutor.grade.prompt import AnswerKind
from tutor.grade.verdict import GLYPH, Verdict
from tutor.legible import legible

STATES = ("-right", "-wrong", "-other", "-running", "-asks")
_COLOUR = {"right": "$success", "wrong": "$error"}
_WRITES = {"options": paint.line, "several": paint.line, "lines": Content}
"""How an answer is written that is no code."""


class VerdictStrip(Static, can_focus=True):
    """Glyph, word, why; empty until there is something to say."""

    HELP = "What came of your answer. Enter goes on; Shift+Tab goes back to the answer, which can still be changed."
    DEFAULT_CSS = """
    VerdictStrip { height: auto; display: none; padding: 0 2; margin-top: 1; }
    """
    BINDINGS = [Binding("enter", "go_on", "Go on", show=False)]

    def __init__(self) -> None:
        super().__init__(id="verdict", markup=False)
        self._verdict: Verdict | None = None
        self._whole = False
        """Whether all is told, not only the first of it."""

    def on_resize(self) -> None:
        """How evidence is laid out depends on the width."""
        if self._verdict is not None:
            self.update(self._told(self._verdict))

    def action_go_on(self) -> None:
        """Tell the screen."""
        self.post_message(GoOn())

    def clear(self) -> None:
        """Nothing to say."""
        self._say("", Content(""))

    def show_verdict(self, verdict: Verdict) -> None:
        """The judgement, in the words every front end uses."""
        state = verdict.result if verdict.counts else "other"
        self._whole = False
        self._say(f"-{state}", self._told(verdict), fade=True)
        self._verdict = verdict

    def _told(self, verdict: Verdict) -> Content:
        """Glyph and headline, why, evidence."""
        colour = _COLOUR.get(verdict.result, "$warning")
        lines = [Content.styled(f"{GLYPH[verdict.result]} {legible(verdict.headline)}", f"bold {colour}")]
        lines += reasons(text.strip("\n") for text in verdict.reasons())
        lines += laid_out(verdict.evidence, self.content_size.width or self._width_to_be())
        if self._whole:
            lines += [Content(""), *reasons(verdict.more())]
        elif verdict.account.reasoned:
            lines += [Content.assemble(("F3", "bold $accent"), (" says more", QUIET))]
        return Content("\n").join(lines)

    def tell_more(self) -> bool:
        """All there is to say about the verdict, or again only the first of it; False where there is no more."""
        if self._verdict is None or not self._verdict.more():
            return False
        self._whole = not self._whole
        self.update(self._told(self._verdict))
        return True

    def _width_to_be(self) -> int:
        """How wide the strip will be once it is shown."""
        around = self.parent if isinstance(self.parent, Widget) else self.screen
        return around.scrollable_content_region.width - self.gutter.width

    def show_running(self, seconds: float) -> None:
        """How long it has been running, and the way out."""
        said = Content.assemble((f"… running  {seconds:.1f} s", "bold $warning"), ("   Ctrl+C stops it", QUIET))
        self._say("-running", said)

    def show_reveal(self, answer: str, because: str, kind: AnswerKind) -> None:
        """The answer, asked for, of one kind or another."""
        write = _WRITES.get(kind, paint.python)
        shown = [Content("  ") + write(legible(row)) for row in answer.splitlines()]
        why = [paint.line(because.strip())] if because.strip() else []
        self._say("-other", Content("\n").join([Content.styled("The answer:", "bold $warning"), *shown, *why]))

    def ask(self, words: str) -> None:
        """A question of our own."""
        self._say("-asks", Content.styled(f"? {legible(words)}", "bold $warning"))

    def say(self, words: str) -> None:
        """A plain word."""
        self._say("-other", paint.line(words))

    def _say(self, state: str, content: Content, fade: bool = False) -> None:
        for known in STATES:
            self.set_class(known == state, known)
        self._verdict, self._whole = None, False
        self.display = bool(state)
        self.update(content)
        if fade and self.app.animation_level != "none":
            self.styles.opacity = 0.4
            self.styles.animate("opacity", 1.0, duration=0.15, level="basic")
        else:
            self.styles.opacity = 1.0
