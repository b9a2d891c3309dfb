"""The question itself: label, task, code, tensors, hints, answer, verdict, from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.app.widgets.code_block import CodeBlock

if TYPE_CHECKING:
    from tutor.app.widgets.answer import Answer
    from tutor.app.widgets.outcome_view import OutcomeView
    from tutor.app.widgets.tensor_view import TensorView
    from tutor.app.widgets.verdict_strip import VerdictStrip
    from tutor.asking import Hint
    from tutor.grade.account import Account
    from tutor.grade.prompt import Prompt
    from tutor.sandbox.protocol import Observation, Outcome

LABEL_ROWS = 3

STANDS = {
    "right": ("✓ right", "$success"),
    "revealed": ("◐ revealed", "$warning"),
    "tried": ("✗ not yet", "$error"),
    "skipped": ("– skipped", QUIET),
}


class QuestionBody(VerticalScroll):
    """One question at a time; scrolls when the screen is small."""

    HELP = "The question. Page Up and Page Down scroll it; Enter goes on when there is nothing to answer."

    def __init__(self) -> None:
        super().__init__(id="body")
        self.answer: Answer | None = None
        self.strip: VerdictStrip
        """Where verdicts appear."""
        self._drawn: TensorView
        self._outcome: OutcomeView
        self._label = ""

    async def show(self, prompt: Prompt, draft: str, graded: bool) -> None:
        """Another question."""
        # Imported with the first question, which comes after the first frame.
        from tutor.app.widgets.answer import answer_for, holds_code
        from tutor.app.widgets.outcome_view import OutcomeView
        from tutor.app.widgets.tensor_view import TensorView
        from tutor.app.widgets.verdict_strip import VerdictStrip

        self.answer, self._label = answer_for(prompt, draft), prompt.label
        self._drawn, self._outcome, self.strip = TensorView(), OutcomeView(), VerdictStrip()
        parts: list[Widget] = [Static(id="label", markup=False), *_task(prompt, graded, holds_code(prompt))]
        parts += [self._drawn, Static(id="hints", markup=False)]
        parts += [self.answer] if self.answer else []
        with self.app.batch_update():
            await self.remove_children()
            await self.mount_all([*parts, self._outcome, self.strip])
            self.scroll_home(animate=False)
            (self.answer or self).focus(scroll_visible=False)
        self.call_after_refresh(self._show_answer)

    def _show_answer(self) -> None:
        """Bring the answer into view where that hides no more than the label; a longer task is read from its top."""
        if self.answer is not None:
            below = self.answer.virtual_region.bottom - self.size.height
            if 0 < below <= LABEL_ROWS:
                self.scroll_to(y=below, animate=False)

    @property
    def takes_enter(self) -> bool:
        """Whether Enter belongs to the answer, as it does where code is written."""
        return self.answer is not None and self.answer.takes_enter

    def show_standing(self, status: str) -> None:
        """The kind of question, and how it stands."""
        said, colour = STANDS.get(status, ("", ""))
        self.query_one("#label", Static).update(
            Content.assemble((self._label, "bold $accent"), (f"   {said}" if said else "", colour))
        )

    def show_drawn(self, values: list[tuple[str, Observation]]) -> None:
        """The tensors, when torch has made them."""
        self._drawn.show(values)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """The hints taken so far."""
        slot = self.query_one("#hints", Static)
        slot.display = bool(hints)
        slot.update(Content("\n").join(_hint(hint) for hint in hints))

    def reach_hints(self) -> None:
        """Scroll to the hints."""
        self.reach(self.query_one("#hints"))

    def show_outcome(self, outcome: Outcome, account: Account) -> None:
        """What a run made."""
        self._outcome.show(outcome, account)
        self.reach(self._outcome)

    def tell_more(self) -> bool:
        """More about what ran last, or less again; False where there is no more to say."""
        told = next((part for part in (self.strip, self._outcome) if part.display and part.tell_more()), None)
        if told is not None:
            self.reach(told)
        return told is not None

    def reach(self, widget: Widget) -> None:
        """Scroll to a part of the question once it is laid out."""
        self.call_after_refresh(self._reach, widget)

    def _reach(self, widget: Widget) -> None:
        if widget.virtual_region:
            self.scroll_to_widget(widget, animate=False)
        elif widget.display and widget.is_attached:
            self.reach(widget)


def _task(prompt: Prompt, graded: bool, coded: bool) -> list[Widget]:
    """What was given, what is asked, and the code it is about unless the answer's field shows it."""
    given: list[Widget] = [CodeBlock(paint.python(prompt.given), "code -given")] if prompt.given and graded else []
    text = [
        CodeBlock(content, "code -quoted") if kind == "code" else Static(content, classes="prose", markup=False)
        for kind, content in paint.prose(prompt.text)
    ]
    shown = prompt.code and not coded
    code = [CodeBlock(paint.python(prompt.code), "code -asked", numbers=prompt.numbered)] if shown else []
    return [*given, *text, *code]


def _hint(hint: Hint) -> Content:
    return Content.assemble((f"Hint {hint.number} of {hint.of}: ", "bold $warning"), paint.line(hint.text.strip()))
