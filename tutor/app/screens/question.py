"""One screen for every question: its body is swapped, the screen stays. It only routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events, on
from textual.binding import Binding
from textual.timer import Timer

from tutor.app.keys import QUESTION, bindings
from tutor.app.screens.work import Working
from tutor.app.widgets.key_line import Key
from tutor.app.widgets.messages import AnswerEdited, AnswerGiven, GoOn

if TYPE_CHECKING:
    from tutor.asking import Asking

KEEP_SECONDS = 0.5
REVEAL = "Show the answer? It then counts as revealed. F6 again shows it; Escape leaves it hidden."


class QuestionScreen(Working):
    """A question, its answer and its verdict, whoever asks."""

    BACKWARD = True
    """Whether there is a way back to earlier questions."""
    BINDINGS = [
        *bindings(QUESTION),
        Binding("enter", "check", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._settled: str | None = None
        """The text that was accepted."""
        self._refused: str | None = None
        """The text that was not; giving it again would only count it twice."""
        self._trouble = ""
        self._keeping: Timer | None = None

    def show_where(self) -> None:
        """Say where this is and how far, at the top and on the rail."""

    async def finish(self) -> None:
        """There is no next question."""

    # Arriving and leaving

    async def begin(self, asking: Asking) -> None:
        """Ask the question in front of a session or a drill."""
        self.asking = asking
        await self.arrive()

    async def arrive(self) -> None:
        """Show the question in front of the learner."""
        if (asking := self.asking) is None:
            return
        self._settled = self._refused = None
        hints = asking.hints_shown()
        await self.body.show(asking.prompt(), asking.draft, asking.question.graded)
        self.body.show_standing(asking.standing.status)
        self.body.show_hints(hints)
        self.rail.show_lines(())
        self.show_where()
        self._tell_trouble()
        self.refresh_keys()
        self.run_worker(self._guarded(self._draw(asking)), group="draw", exclusive=True)

    async def leave(self, move: Callable[[], object]) -> None:
        """Keep the draft, stop what runs, move, and show where that led."""
        self.stop()
        self.clear_notice()
        self.keep_now()
        with self.noticing():
            if move() is False:
                await self.finish()
                return
        if self.is_current:
            await self.arrive()

    def keep_now(self) -> None:
        """Keep what is typed, before anything can be lost."""
        if self._keeping is not None:
            self._keeping.stop()
            self._keeping = None
        answer = self.body.answer
        if self.asking is not None and answer is not None:
            with self.noticing():
                self.asking.keep(answer.text)
            self._tell_trouble()

    def _tell_trouble(self) -> None:
        """What is not being saved must be known, once."""
        trouble = self.asking.trouble if self.asking else ""
        if trouble and trouble != self._trouble:
            self.notice(trouble)
        self._trouble = trouble

    @on(AnswerEdited)
    def _edited(self) -> None:
        if self._keeping is not None:
            self._keeping.stop()
        self._keeping = self.set_timer(KEEP_SECONDS, self.keep_now)
        self.refresh_keys()

    @on(events.DescendantBlur)
    def _left_the_answer(self) -> None:
        if self._keeping is not None:
            self.keep_now()

    # Answering

    @on(AnswerGiven)
    @on(GoOn)
    async def _given(self) -> None:
        await self._check()

    def action_check(self) -> None:
        """Check the answer, run the code, or go on when there is nothing more to do here."""
        # Keys typed before may still wait in the field's own queue: this one waits behind them.
        (self.focused or self).call_later(self._check)

    async def _check(self) -> None:
        if self.asking is None or self.running:
            return
        answer = self.body.answer
        if answer is None or self.settled:
            await self.action_next()
            return
        if answer.text == self._refused and not answer.reruns:
            self.body.reach(self.strip)
            return
        self.keep_now()
        self.judge(answer.text)

    def judge(self, text: str) -> None:
        """Judge an answer to the question in front; where nothing is judged, run it."""
        if self.asking is not None:
            judge = self._submit if self.asking.question.graded else self._try_out
            self._work = self.run_worker(self._guarded(judge(self.asking, text)), group="run", exclusive=True)

    @property
    def settled(self) -> bool:
        """Whether the answer, as it stands in its field, has been accepted."""
        answer = self.body.answer
        return self._settled is not None and answer is not None and answer.text == self._settled

    async def _submit(self, asking: Asking, text: str) -> None:
        verdict = await self._timed(asking.submit(text))
        self._settled = text if verdict.passed else None
        self._refused = text if verdict.result == "wrong" else None
        self.strip.show_verdict(verdict)
        self._judged(asking)
        self.rail.show_lines(verdict.account.lines)

    async def _try_out(self, asking: Asking, code: str) -> None:
        outcome = await self._timed(asking.run(code))
        self.strip.clear()
        self.body.show_outcome(outcome, asking.account)
        self.rail.show_lines(asking.account.lines)

    def _judged(self, asking: Asking) -> None:
        """Standing, dots and keys after an answer; an accepted answer hands Enter to the strip."""
        self.body.show_standing(asking.standing.status)
        self.show_where()
        self._tell_trouble()
        self.body.reach(self.strip)
        if self._settled is not None and self.body.takes_enter:
            self.strip.focus(scroll_visible=False)
        self.refresh_keys()

    async def _draw(self, asking: Asking) -> None:
        question = asking.question
        values = await asking.drawn()
        if asking.question is question:
            self.body.show_drawn(values)
            await asking.prepare()

    # What else can be done

    def action_hint(self) -> None:
        """One more hint."""
        if self.asking is None:
            return
        with self.noticing():
            if self.asking.hint() is None:
                self.notice("There are no more hints." if self.asking.question.hints else "There is no hint here.")
            self.body.show_hints(self.asking.hints_shown())
            self.body.reach_hints()
            self.show_where()

    def action_why(self) -> None:
        """More about what ran last."""
        if not self.body.answer or not self.body.tell_more():
            self.notice("There is nothing to explain yet: check an answer first.")

    async def action_skip(self) -> None:
        """Leave it for later."""
        if self.asking is not None:
            await self.leave(self.asking.skip)

    async def action_next(self) -> None:
        """On to the question after."""
        if self.asking is not None:
            await self.leave(self.asking.next)

    def action_reveal(self) -> None:
        """Show the answer; asks once."""
        if self.asking is not None and not self.running:
            self._work = self.run_worker(self._guarded(self._reveal(self.asking)), group="run", exclusive=True)

    async def _reveal(self, asking: Asking) -> None:
        answer = await asking.reveal()
        if answer is None:
            self.strip.ask(REVEAL)
            self.body.reach(self.strip)
            self.refresh_keys()
            return
        self.strip.show_reveal(answer, asking.question.because, asking.prompt().answer_kind)
        self._settled = self.body.answer.text if self.body.answer else None
        self._judged(asking)

    async def action_restart(self) -> None:
        """Back to what was given."""
        from tutor.grade.prompt import starter

        if self.asking is not None:
            self.stop()
            with self.noticing():
                self.asking.keep(starter(self.asking.question))
                await self.arrive()

    async def action_home(self) -> None:
        """The course map, or out of the question whether to reveal."""
        if self.asking is not None and self.asking.revealing:
            self.asking.revealing = False
            self.strip.clear()
            self.refresh_keys()
            return
        self.stop()
        self.keep_now()
        self.tutor.go_home()

    async def action_back(self) -> None:
        """The question before; a drill has none."""
        self.notice("A drill only goes forward.")

    async def action_undo(self) -> None:
        """Take back an accepted answer; a drill has none to take back."""
        self.notice("A drill only goes forward.")

    def action_jump(self) -> None:
        """Any question or lesson, by name."""
        self.keep_now()
        self.tutor.jump()

    def action_page(self, by: int) -> None:
        """Scroll the question."""
        body = self.body
        body.scroll_page_up(animate=False) if by < 0 else body.scroll_page_down(animate=False)

    def on_unmount(self) -> None:
        """The terminal may be gone: what is typed must not be."""
        if self.asking is not None and self._keeping is not None:
            self._keeping.stop()

    def keys_now(self) -> list[Key]:
        """What Enter and the chords do here, the most used first."""
        if self.asking is None:
            return [("Esc", "Home", "home"), ("^Q", "Quit", "app.leave")]
        if self.running:
            return [("^C", "Stop", "app.interrupt"), ("Esc", "Home", "home"), ("F1", "Help", "app.help")]
        if self.asking.revealing:
            return [("F6", "Show the answer", "reveal"), ("Esc", "Leave it hidden", "home")]
        if self.body.answer is None or self.settled:
            on = ("⏎" if self._enter_goes_on() else "F8", "Next", "next")
            back = [("F7", "Back", "back")] if self.BACKWARD else []
            return [on, *back, ("^G", "Go to", "jump"), ("F1", "Help", "app.help"), ("Esc", "Home", "home")]
        return self._keys_to_answer(self.asking)

    def _enter_goes_on(self) -> bool:
        answer = self.body.answer
        return answer is None or not (answer.takes_enter and answer.has_focus_within)

    def _keys_to_answer(self, asking: Asking) -> list[Key]:
        answer, on, help = self.body.answer, ("F8", "Next", "next"), ("F1", "Help", "app.help")
        key = "^J" if self.body.takes_enter else "⏎"
        if not asking.question.graded:
            why = ("F3", "More", "why") if asking.account.more() else ("F7", "Back", "back")
            return [(key, "Run", "check"), on, why, ("^G", "Go to", "jump"), help]
        own = [(shown, label, "") for shown, label in answer.KEYS] if answer else []
        own += [("F3", "Why", "why")] if asking.account.more() else []
        rest = [("F2", "Hint", "hint"), ("F4", "Skip", "skip"), help, ("^P", "All", "app.palette")]
        return [(key, "Check", "check"), *own, *rest]
