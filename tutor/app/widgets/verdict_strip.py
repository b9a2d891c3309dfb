"""What came of an answer: a strip under it, never a window in front of it."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.app.widgets.messages import GoOn
from tutor.grade.verdict import GLYPH, Verdict
from tutor.legible import legible

STATES = ("-right", "-wrong", "-other", "-running", "-asks")
_COLOUR = {"right": "$success", "wrong": "$error"}


class VerdictStrip(Static, can_focus=True):
    """Glyph, word, why; empty until there is something to say."""

    HELP = "What came of your answer. Enter goes on; Shift+Tab goes back to the answer, which can still be changed."
    DEFAULT_CSS = """
    VerdictStrip { height: auto; display: none; padding: 0 2; margin-top: 1; }
    """
    BINDINGS = [Binding("enter", "go_on", "Go on", show=False)]

    def __init__(self) -> None:
        super().__init__(id="verdict", markup=False)

    def action_go_on(self) -> None:
        """Tell the screen."""
        self.post_message(GoOn())

    def clear(self) -> None:
        """Nothing to say."""
        self._say("", Content(""))

    def show_verdict(self, verdict: Verdict) -> None:
        """The judgement, in the words every front end uses."""
        state = verdict.result if verdict.counts else "other"
        colour = _COLOUR.get(verdict.result, "$warning")
        lines = [Content.styled(f"{GLYPH[verdict.result]} {legible(verdict.headline)}", f"bold {colour}")]
        lines += [paint.line(text.strip()) for text in (verdict.belief, verdict.feedback) if text.strip()]
        lines += [
            Content("  ") + paint.line(line).stylize_before(QUIET)
            for text in verdict.evidence
            for line in text.splitlines()
        ]
        self._say(f"-{state}", Content("\n").join(lines), fade=True)

    def show_running(self, seconds: float) -> None:
        """How long it has been running, and the way out."""
        said = Content.assemble((f"… running  {seconds:.1f} s", "bold $warning"), ("   Ctrl+C stops it", QUIET))
        self._say("-running", said)

    def show_reveal(self, answer: str, because: str) -> None:
        """The answer, asked for."""
        code = [Content("  ") + paint.python(row) for row in answer.splitlines()]
        why = [paint.line(because.strip())] if because.strip() else []
        self._say("-other", Content("\n").join([Content.styled("The answer:", "bold $warning"), *code, *why]))

    def ask(self, words: str) -> None:
        """A question of our own."""
        self._say("-asks", Content.styled(f"? {legible(words)}", "bold $warning"))

    def say(self, words: str) -> None:
        """A plain word."""
        self._say("-other", paint.line(words))

    def _say(self, state: str, content: Content, fade: bool = False) -> None:
        for known in STATES:
            self.set_class(known == state, known)
        self.display = bool(state)
        self.update(content)
        if fade and self.app.animation_level != "none":
            self.styles.opacity = 0.4
            self.styles.animate("opacity", 1.0, duration=0.15, level="basic")
        else:
            self.styles.opacity = 1.0
