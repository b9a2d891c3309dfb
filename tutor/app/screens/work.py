"""What runs while a question is on the screen: one thing at a time, told when it takes long, and stopped when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from textual.css.query import NoMatches
from textual.widget import Widget
from textual.worker import Worker

from tutor import fault
from tutor.app.screens.frame import Frame
from tutor.app.widgets.question_body import QuestionBody
from tutor.app.widgets.rail import Rail

if TYPE_CHECKING:
    from tutor.app.widgets.verdict_strip import VerdictStrip
    from tutor.asking import Asking

RUNNING_SECONDS = 0.3


class Working(Frame):
    """A question beside a rail, and the work that an answer to it makes."""

    def __init__(self) -> None:
        super().__init__()
        self.asking: Asking | None = None
        self._work: Worker[None] | None = None

    def middle(self) -> Iterator[Widget]:
        """The question, and the rail on a wide screen."""
        yield QuestionBody()
        yield Rail()

    @property
    def body(self) -> QuestionBody:
        """The question as it is shown."""
        return self.query_one(QuestionBody)

    @property
    def strip(self) -> VerdictStrip:
        """Where verdicts appear."""
        return self.body.strip

    @property
    def rail(self) -> Rail:
        """What stands beside the question on a wide screen."""
        return self.query_one(Rail)

    @property
    def running(self) -> bool:
        """Whether an answer is being judged or code runs."""
        return self._work is not None and not self._work.is_finished

    def stop(self) -> bool:
        """Stop judging or running; whether there was anything to stop."""
        was = self.running
        if self._work is not None:
            self._work.cancel()
        return was

    async def _timed(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """Wait, and say so when it takes long enough to be noticed. Interrupted, it says that nothing was counted."""
        started = asyncio.get_running_loop().time()

        def tell() -> None:
            self.strip.show_running(asyncio.get_running_loop().time() - started)
            self.body.reach(self.strip)

        def begin() -> None:
            tell()
            ticking.append(self.set_interval(0.2, tell))

        ticking = [self.set_timer(RUNNING_SECONDS, begin)]
        self.refresh_keys()
        try:
            return await doing
        except asyncio.CancelledError:
            if self.is_current:
                self.strip.say("Stopped. Nothing was counted.")
            raise
        finally:
            for timer in ticking:
                timer.stop()
            self.call_later(self.refresh_keys)

    async def _guarded(self, doing: Coroutine[Any, Any, None]) -> None:
        """A boundary: whatever goes wrong in here is said in a sentence, and the app goes on."""
        try:
            await doing
        except NoMatches:
            # The question was left while torch was still busy with it.
            return
        except Exception as error:  # noqa: BLE001 -- nothing a worker meets may end the app
            self.strip.clear()
            self.notice(fault.sentence(error, question=self.asking.question.id if self.asking else ""))

    def on_worker_state_changed(self) -> None:
        """What the keys do depends on whether something runs."""
        self.refresh_keys()
