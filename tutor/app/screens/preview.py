"""The question screen for the one who writes the question: the file is followed, and proven beside the question."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, cast

from textual.containers import Vertical
from textual.widget import Widget
from textual.worker import WorkerError

from tutor import fault
from tutor.app.keys import EVERYWHERE, QUESTION
from tutor.app.screens.lesson import LessonScreen
from tutor.app.widgets.check_view import CheckView
from tutor.app.widgets.fault_view import FaultView
from tutor.app.widgets.key_line import Key
from tutor.app.widgets.question_body import QuestionBody
from tutor.app.widgets.rail import Rail
from tutor.app.widgets.top_line import TopLine
from tutor.errors import Problem
from tutor.lesson.watch import Saved, Watch

if TYPE_CHECKING:
    from tutor.examiner import Examiner
    from tutor.lesson.model import LessonFile
    from tutor.preview import OneLesson, Preview

LOOK_SECONDS = 0.05
"""Between two looks at the file."""
QUIT = "Quit: the file stays as you saved it"
LEFT = {"home"}
"""What a preview has not."""
ANYTIME = {"page"}
"""What can be done though there is no question to be seen."""

Prove: TypeAlias = "Callable[[LessonFile, int, Examiner], Awaitable[list[Problem]]]"
"""Says what is wrong with one question of a lesson."""


class PreviewScreen(LessonScreen):
    """A question as learners will see it, and what is wrong with it."""

    HEAD = "preview"
    QUITS = "Ctrl+C again quits. The file stays as you saved it."
    ACTS = (
        *(act for act in QUESTION if act.id not in LEFT),
        *(replace(act, words=QUIT) if act.id == "leave" else act for act in EVERYWHERE),
    )

    def __init__(self, watch: Watch, saved: Saved, prove: Prove, question: str, line: int) -> None:
        super().__init__("", [])
        self._watch, self._first, self._prove = watch, saved, prove
        self._wanted, self._line = question, line
        self._arriving = asyncio.Lock()
        self._proven: dict[str, list[Problem]] = {}
        """What is known to be wrong with the questions of the file as it is now."""

    def middle(self) -> Iterator[Widget]:
        """The question, or why there is none; what is wrong with it, and the rail."""
        yield FaultView()
        yield QuestionBody()
        yield Vertical(CheckView(), Rail(), id="side")

    def on_mount(self) -> None:
        """The name of the file, until it has been looked at."""
        self.query_one(TopLine).show((self.HEAD, self._watch.path.name))

    @property
    def preview(self) -> Preview | None:
        """What asks here, once there is a lesson."""
        return cast("Preview | None", self.session)

    @property
    def broken(self) -> bool:
        """Whether the file cannot be read as a lesson."""
        return self.has_class("-broken")

    @property
    def faults(self) -> FaultView:
        """Why there is no question."""
        return self.query_one(FaultView)

    @property
    def checks(self) -> CheckView:
        """What is wrong with the question."""
        return self.query_one(CheckView)

    # The file

    def follow(self) -> None:
        """Show the file, and every later version of it."""
        if not any(worker.group == "follow" for worker in self.workers):
            self.run_worker(self._follow(), group="follow")

    async def _follow(self) -> None:
        await self._guarded(self._turn(self._first))
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._guarded(self._look())

    async def _look(self) -> None:
        saved = await asyncio.to_thread(self._watch.look)
        if saved is not None:
            await self._turn(saved)

    async def _turn(self, saved: Saved) -> None:
        """Another version of the file."""
        self._proven.clear()
        self.workers.cancel_group(self, "checks")
        if saved.file is None:
            self._break(saved)
            return
        was_broken = self.broken
        self.remove_class("-broken")
        if self.preview is None:
            await self._begin(saved.file)
        else:
            await self._renew(self.preview, saved.file)
        if was_broken and self.is_current:
            (self.body.answer or self.body).focus(scroll_visible=False)

    def _break(self, saved: Saved) -> None:
        """There is no lesson: the question waits behind the reasons, with everything in it."""
        if self.asking is not None:
            self.keep_now()
        self.add_class("-broken")
        self.checks.wait()
        self.faults.show(saved, self._watch.path.name, typed=self.asking is not None)
        if self.is_current:
            self.faults.focus()
        self.refresh_keys()

    async def _begin(self, file: LessonFile) -> None:
        from tutor.clock import Clock
        from tutor.preview import Preview

        catalog = cast("OneLesson", self.tutor.catalog)
        catalog.hold(file)
        preview = Preview(catalog, self.tutor.store, self.tutor.sandbox, Clock())
        preview.open_lesson(file.slug)
        self.tutor.session = preview
        with self.noticing():
            preview.goto(self._wanted or (preview.at_line(self._line).id if self._line else preview.question.id))
        await self.begin(preview)

    async def _renew(self, preview: Preview, file: LessonFile) -> None:
        """The same question as it is now, with what was typed; its last answer is judged again."""
        self.keep_now()
        before = _looks(preview)
        if not preview.renew(file):
            self.show_where()
            self._check_claims()
            return
        await self._settle()
        given = preview.given.get(preview.question.id)
        if _looks(preview) != before or (given is None and self.strip.display):
            await self.arrive()
        else:
            self.show_where()
            self._check_claims()
        if given is not None and self.body.answer is not None:
            # The question is seen first.
            self.call_after_refresh(self.judge, given)

    async def _settle(self) -> None:
        """Stop what runs, and wait until it has stopped: it speaks its last word to the question it was about."""
        if self.stop() and self._work is not None:
            with suppress(WorkerError):
                await self._work.wait()

    # What is wrong

    async def arrive(self) -> None:
        """Show the question, and prove it. Whoever moves on while a save comes in waits for a moment."""
        async with self._arriving:
            await super().arrive()
        self._check_claims()

    def _check_claims(self) -> None:
        """Say what is wrong with the question in front, as soon as it is known."""
        if self.preview is not None:
            # Not the coroutine itself: a worker that is replaced before it has begun would leave it unawaited.
            work = partial(self._checked, self.preview)
            self.run_worker(work, group="checks", exclusive=True)  # type: ignore[arg-type]

    async def _checked(self, preview: Preview) -> None:
        file, index, question = preview.file, preview.index, preview.question
        place = f"{file.path.name}:{file.place(f'questions[{index}]')[0]}"
        if question.id not in self._proven:
            self.checks.work(place)
            await self._quiet()
            try:
                self._proven[question.id] = await self._prove(file, index, preview.examiner)
            except Exception as error:  # noqa: BLE001 -- what cannot be checked can still be looked at
                self.checks.fail(place, fault.sentence(error, question=question.id))
                return
        self.checks.show(place, self._proven[question.id], question.id)

    async def _quiet(self) -> None:
        """Until the question is seen, its tensors are drawn and the answer is judged: somebody waits for these."""
        seen = asyncio.Event()
        self.call_after_refresh(seen.set)
        await seen.wait()
        for worker in list(self.workers):
            if worker.group in ("draw", "run") and not worker.is_finished:
                with suppress(WorkerError):
                    await worker.wait()

    # What is different from a lesson

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A question that cannot be seen cannot be answered."""
        return not self.broken or action in ANYTIME

    async def finish(self) -> None:
        """The lesson is through."""
        self.notice("This is the last question of the lesson.")

    async def action_home(self) -> None:
        """Out of the question whether to reveal; there is no map."""
        if self.asking is not None and self.asking.revealing:
            await super().action_home()
        else:
            self.tutor.go_home()

    def keys_now(self) -> list[Key]:
        """As in a lesson, without the way home."""
        if self.broken or self.asking is None:
            return [("^Q", "Quit", "app.leave"), ("F1", "Help", "app.help")]
        if self.asking.revealing:
            return super().keys_now()
        return [key for key in super().keys_now() if key[2] not in LEFT]


def _looks(preview: Preview) -> object:
    """Everything that is seen of a question before it is answered."""
    question = preview.question
    return preview.prompt(), preview.draft, preview.file.lesson.given, question.given, question.drawn, question.hints
