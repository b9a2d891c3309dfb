"""The loop without a screen: where the learner is, what was answered, what comes next.

Every front end is thin over this. State that must survive is written to the store before a method returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.clock import Clock
from tutor.errors import UsageError
from tutor.examiner import Examiner, digest
from tutor.grade.prompt import Prompt, prompt, starter
from tutor.grade.verdict import Verdict
from tutor.lesson.catalog import Catalog
from tutor.lesson.model import KINDS, LessonFile, Question
from tutor.progress.resume import Standing, fold
from tutor.progress.store import Attempt, Store
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Observation, Outcome

DONE = frozenset({"right", "revealed"})


@dataclass(frozen=True)
class Hint:
    """One hint, and which of how many it is."""

    text: str
    number: int
    of: int


@dataclass(frozen=True)
class Mark:
    """A question of the lesson, as a map shows it."""

    id: str
    kind: str
    status: str
    here: bool


@dataclass(frozen=True)
class Summary:
    """How a lesson went: question ids by how they ended."""

    first_try: tuple[str, ...]
    later_try: tuple[str, ...]
    revealed: tuple[str, ...]
    open: tuple[str, ...]
    """Skipped, wrong so far, or never reached."""

    @property
    def total(self) -> int:
        """How many questions count."""
        return len(self.first_try) + len(self.later_try) + len(self.revealed) + len(self.open)


class Session:
    """One learner in one course."""

    def __init__(self, catalog: Catalog, store: Store, sandbox: Sandbox, clock: Clock) -> None:
        self.catalog = catalog
        self.store = store
        self.sandbox = sandbox
        self.examiner = Examiner(sandbox)
        self.verdict: Verdict | None = None
        """The last verdict on the current question since it was opened."""
        self.revealing = False
        """Whether a second `reveal` would give the answer."""
        self.file: LessonFile
        self.index = 0
        self._clock = clock
        self._attempts: list[Attempt] = []
        self._drafts: dict[str, str] = {}
        self._opened = clock.seconds()

    @classmethod
    def open(cls, catalog: Catalog, store: Store, sandbox: Sandbox, clock: Clock, lesson: str | None = None) -> Session:
        """Resume: the lesson named, else the one left off, else the first. Raises UsageError, LessonError."""
        session = cls(catalog, store, sandbox, clock)
        place = store.place(catalog.key)
        known = {entry.slug for entry in catalog.entries}
        slug = lesson or (place[0] if place and place[0] in known else None)
        if slug is None and not catalog.entries:
            raise UsageError("This course has no lesson that can be opened; `tutor check` says why.")
        session.open_lesson(slug or catalog.entries[0].slug)
        return session

    # Where we are

    @property
    def question(self) -> Question:
        """The question or page in front of the learner."""
        return self.file.lesson.questions[self.index]

    @property
    def standing(self) -> Standing:
        """How it stands with the current question."""
        return self._standings().get(self.question.id, Standing())

    @property
    def draft(self) -> str:
        """What the learner has typed so far, or the starter."""
        return self._drafts.get(self.question.id, starter(self.question))

    def prompt(self) -> Prompt:
        """What to show."""
        return prompt(self.file.lesson, self.question)

    def marks(self) -> list[Mark]:
        """Every question of the lesson and how it stands."""
        standings = self._standings()
        return [
            Mark(q.id, q.kind, standings.get(q.id, Standing()).status, n == self.index)
            for n, q in enumerate(self.file.lesson.questions)
        ]

    def progress(self, slug: str) -> tuple[int, int]:
        """Graded questions done, and of how many, in any lesson; reads no lesson file."""
        entry = next(entry for entry in self.catalog.entries if entry.slug == slug)
        graded = [q for q, kind in zip(entry.questions, entry.kinds, strict=True) if KINDS[kind].graded]
        standings = fold(self.store.attempts(self.catalog.key, slug))
        return sum(q in standings and standings[q].status in DONE for q in graded), len(graded)

    # Moving

    def open_lesson(self, slug: str) -> None:
        """Go to a lesson, at the question where it was left. Raises UsageError, LessonError."""
        self.file = self.catalog.lesson(slug)
        self._attempts = self.store.attempts(self.catalog.key, self.file.slug)
        self._drafts = self.store.drafts(self.catalog.key, self.file.slug)
        left = self.store.place_in(self.catalog.key, self.file.slug)
        ids = [q.id for q in self.file.lesson.questions]
        self._arrive(ids.index(left) if left in ids else 0)

    def goto(self, question_id: str) -> None:
        """Go to a question of this lesson. Raises UsageError."""
        ids = [q.id for q in self.file.lesson.questions]
        if question_id not in ids:
            raise UsageError(f"{self.file.lesson.lesson} has no question {question_id!r}.")
        self._arrive(ids.index(question_id))

    def next(self) -> bool:
        """Go on; False when this was the last. A page counts as read once it is left."""
        if not self.question.graded and self.standing.status == "new":
            self._record("read")
        if self.index + 1 == len(self.file.lesson.questions):
            return False
        self._arrive(self.index + 1)
        return True

    def back(self) -> bool:
        """Go to the question before; False at the first."""
        if self.index == 0:
            return False
        self._arrive(self.index - 1)
        return True

    def skip(self) -> bool:
        """Leave the question for later and go on; False when it was the last."""
        if self.question.graded and self.standing.status not in DONE:
            self._record("skip")
        return self.next()

    # Answering

    def keep(self, text: str) -> None:
        """Keep a draft, so that it comes back after a crash."""
        if text != self.draft:
            self._drafts[self.question.id] = text
            self.store.keep_draft(self.catalog.key, self.file.slug, self.question.id, text)

    async def submit(self, answer: str) -> Verdict:
        """Judge an answer and remember the attempt. Unread and untouched answers and our own faults leave no trace."""
        question, file = self.question, self.file
        self.keep(answer)
        self.revealing = False
        verdict = await self.examiner.judge(file, question, answer)
        if verdict.counts:
            self._record("answer", question=question, file=file, answer=answer, verdict=verdict)
        if question is self.question:
            self.verdict = verdict
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
        """The answer, which then counts as revealed. The first call only asks: it returns None. Raises TutorFault."""
        if not self.question.graded:
            return None
        if not self.revealing and self.standing.status not in DONE:
            self.revealing = True
            return None
        answer = await self.examiner.answer(self.file, self.question)
        if self.standing.status not in DONE:
            self._record("reveal", answer=answer)
        self.revealing = False
        return answer

    def undo(self) -> str | None:
        """Take back the last accepted or revealed answer of the lesson and go there; None when there is none."""
        accepted: list[str] = []
        for attempt in self._attempts:
            if attempt.action == "reveal" or (attempt.action == "answer" and attempt.result == "right"):
                accepted.append(attempt.question)
            elif attempt.action == "undo":
                last = (
                    len(accepted) - 1 - accepted[::-1].index(attempt.question) if attempt.question in accepted else -1
                )
                accepted = [q for n, q in enumerate(accepted) if n != last]
        known = [q.id for q in self.file.lesson.questions]
        accepted = [q for q in accepted if q in known]
        if not accepted:
            return None
        self.goto(accepted[-1])
        self._record("undo")
        return accepted[-1]

    # Around the question

    async def prepare(self) -> None:
        """Let torch answer the question while the learner reads it."""
        await self.examiner.prepare(self.file, self.question)

    async def drawn(self) -> list[tuple[str, Observation]]:
        """The tensors the question shows."""
        return await self.examiner.draw(self.file, self.question) if self.question.drawn else []

    async def run(self, code: str) -> Outcome:
        """Run code with the question's tensors; nothing is judged."""
        self.keep(code)
        return await self.examiner.run(self.file, self.question, code)

    def summary(self) -> Summary:
        """How the lesson stands."""
        standings = self._standings()
        graded = [(q.id, standings.get(q.id, Standing())) for q in self.file.lesson.questions if q.graded]

        def chosen(wanted: Sequence[str], first: bool | None = None) -> tuple[str, ...]:
            return tuple(q for q, s in graded if s.status in wanted and first in (None, s.first_try))

        return Summary(
            first_try=chosen(["right"], True),
            later_try=chosen(["right"], False),
            revealed=chosen(["revealed"]),
            open=chosen(["new", "tried", "skipped"]),
        )

    def _arrive(self, index: int) -> None:
        self.index = index
        self.verdict = None
        self.revealing = False
        self._opened = self._clock.seconds()
        self.store.keep_place(self.catalog.key, self.file.slug, self.question.id)

    def _standings(self) -> dict[str, Standing]:
        return fold(self._attempts)

    def _record(
        self,
        action: str,
        *,
        question: Question | None = None,
        file: LessonFile | None = None,
        answer: str = "",
        verdict: Verdict | None = None,
    ) -> None:
        """Write one line of the attempts; the lesson may have changed while an answer was being judged."""
        question, file = question or self.question, file or self.file
        attempt = Attempt(
            course=self.catalog.key,
            lesson=file.slug,
            question=question.id,
            action=action,
            answer=answer,
            result=verdict.result if verdict else "",
            belief=verdict.belief if verdict else "",
            seconds=round(self._clock.seconds() - self._opened, 1),
            at=self._clock.now(),
            digest=digest(file, question),
        )
        if file is self.file:
            self._attempts.append(attempt)
        self.store.add(attempt)
