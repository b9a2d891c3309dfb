"""One question in front of the learner: what a lesson and a drill have in common.

`Session` and `Drill` say which question that is and what is remembered; how it is asked, answered, hinted at and
revealed is here, once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tutor import explainer
from tutor.clock import Clock
from tutor.errors import EnvironmentLacking, UsageError
from tutor.examiner import Examiner, setup
from tutor.grade.account import Account
from tutor.grade.prompt import Prompt, prompt
from tutor.grade.verdict import Verdict
from tutor.lesson.catalog import Catalog
from tutor.lesson.content import digest
from tutor.lesson.model import LessonFile, Question
from tutor.progress.resume import Standing
from tutor.progress.store import Action, Attempt, Store
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Observation, Outcome, Request

DONE = frozenset({"right", "revealed"})


@dataclass(frozen=True)
class Hint:
    """One hint, and which of how many it is."""

    text: str
    number: int
    of: int


class Asking(ABC):
    """A question, an answer, a verdict."""

    def __init__(self, catalog: Catalog, store: Store, sandbox: Sandbox, clock: Clock) -> None:
        self.catalog = catalog
        self.store = store
        self.sandbox = sandbox
        self.examiner = Examiner(sandbox)
        self.verdict: Verdict | None = None
        """The last verdict on the current question since it was opened."""
        self.account = Account()
        """What there is to say about the code that ran last, an answer's or a page's."""
        self.revealing = False
        """Whether a second `reveal` would give the answer."""
        self.trouble = ""
        """Why the last thing done is not on the disk yet, in a sentence; empty when it is."""
        self.file: LessonFile
        self._clock = clock
        self._opened = clock.seconds()

    @property
    @abstractmethod
    def question(self) -> Question:
        """The question or page in front of the learner."""

    @property
    @abstractmethod
    def standing(self) -> Standing:
        """How it stands with the current question."""

    @property
    @abstractmethod
    def draft(self) -> str:
        """What the learner has typed so far, or the starter."""

    @property
    @abstractmethod
    def where(self) -> str:
        """How far along, in a word: `3/22`."""

    @abstractmethod
    def keep(self, text: str) -> None:
        """Keep a draft."""

    @abstractmethod
    def next(self) -> bool:
        """Go on; False when this was the last."""

    @abstractmethod
    def skip(self) -> bool:
        """Leave the question for later and go on; False when it was the last."""

    @abstractmethod
    def ended(self) -> list[str]:
        """How it went, as lines of text."""

    @abstractmethod
    def _remember(self, attempt: Attempt) -> None:
        """Write an attempt down."""

    def prompt(self) -> Prompt:
        """What to show."""
        return prompt(self.file.lesson, self.question)

    async def submit(self, answer: str) -> Verdict:
        """Judge an answer and remember the attempt. What is unread, untouched or our own fault leaves no trace."""
        question, file = self.question, self.file
        self.keep(answer)
        self.revealing = False
        verdict = await self.examiner.judge(file, question, answer)
        if verdict.counts:
            self._record("answer", question=question, file=file, answer=answer, verdict=verdict)
        if question is self.question:
            self.verdict, self.account = verdict, verdict.account
        return verdict

    def hint(self) -> Hint | None:
        """The next hint; None when all were given."""
        shown = self.standing.hints
        if shown >= len(self.question.hints):
            return None
        self._record("hint")
        return Hint(self.question.hints[shown], shown + 1, len(self.question.hints))

    def hints_shown(self) -> list[Hint]:
        """The hints taken so far."""
        hints = self.question.hints
        return [Hint(text, n, len(hints)) for n, text in enumerate(hints[: self.standing.hints], start=1)]

    async def reveal(self) -> str | None:
        """The answer, which then counts as revealed. The first call only asks and returns None. Raises TutorFault."""
        if not self.question.graded:
            raise UsageError("There is nothing to reveal on a page.")
        if not self.revealing and self.standing.status not in DONE:
            self.revealing = True
            return None
        answer = await self.examiner.answer(self.file, self.question)
        if self.standing.status not in DONE:
            self._record("reveal", answer=answer)
        self.revealing = False
        return answer

    async def prepare(self) -> None:
        """Let torch answer the question while the learner reads it."""
        await self.examiner.prepare(self.file, self.question)

    async def drawn(self) -> list[tuple[str, Observation]]:
        """The tensors the question shows."""
        return await self.examiner.draw(self.file, self.question) if self.question.drawn else []

    async def run(self, code: str) -> Outcome:
        """Run code with the question's tensors; nothing is judged."""
        self.keep(code)
        question = self.question
        request = Request(setup=setup(self.file, question), code=code, trace=True)
        outcome = await self.sandbox.run(request)
        account = await explainer.account(self.sandbox, request, outcome)
        if question is self.question:
            self.account = account
        return outcome

    @contextmanager
    def _saving(self) -> Iterator[None]:
        """A full disk must not stop a lesson: attempts wait in memory, and `trouble` says so."""
        try:
            yield
            self.trouble = ""
        except EnvironmentLacking as lacking:
            self.trouble = str(lacking)

    def _arrived(self) -> None:
        """Begin anew with the question now in front."""
        self.verdict = None
        self.account = Account()
        self.revealing = False
        self._opened = self._clock.seconds()

    def _record(
        self,
        action: Action,
        *,
        question: Question | None = None,
        file: LessonFile | None = None,
        answer: str = "",
        verdict: Verdict | None = None,
    ) -> None:
        """One line of the attempts; the learner may have gone elsewhere while an answer was being judged."""
        question, file = question or self.question, file or self.file
        self._remember(
            Attempt(
                course=self.catalog.key,
                lesson=file.slug,
                question=question.id,
                action=action,
                answer=answer,
                result=verdict.result if verdict else "",
                belief=verdict.belief if verdict else "",
                seconds=round(self._clock.seconds() - self._opened, 1),
                at=self._clock.now(),
                digest=digest(file.lesson, question),
            )
        )
