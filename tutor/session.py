"""The loop without a screen: where the learner is, what was answered, what comes next.

Every front end is thin over this. State that must survive is written to the store before a method returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tutor.asking import DONE, Asking
from tutor.clock import Clock
from tutor.errors import UsageError
from tutor.grade.prompt import starter
from tutor.lesson.catalog import Catalog
from tutor.lesson.content import differs, digest
from tutor.lesson.model import Question
from tutor.lesson.vary import concrete
from tutor.progress.resume import Standing, fold
from tutor.progress.store import Attempt, Store
from tutor.sandbox.client import Sandbox


@dataclass(frozen=True)
class Mark:
    """A question of the lesson, as a map shows it."""

    id: str
    kind: str
    status: str
    here: bool
    changed: bool = False
    """Whether it asks something else than when it was answered."""


@dataclass(frozen=True)
class Summary:
    """How a lesson went: question ids by how they ended."""

    first_try: tuple[str, ...]
    later_try: tuple[str, ...]
    revealed: tuple[str, ...]
    open: tuple[str, ...]
    """Skipped, wrong so far, or never reached."""
    changed: tuple[str, ...] = ()
    """Of all these, what asks something else than when it was answered."""

    @property
    def total(self) -> int:
        """How many questions count."""
        return len(self.first_try) + len(self.later_try) + len(self.revealed) + len(self.open)


class Session(Asking):
    """One learner in one course."""

    def __init__(self, catalog: Catalog, store: Store, sandbox: Sandbox, clock: Clock) -> None:
        super().__init__(catalog, store, sandbox, clock)
        self.index = 0
        self._member: tuple[Question, Question] | None = None
        """A question of the file, and what is asked of it."""
        self._attempts: list[Attempt] = []
        self._drafts: dict[str, str] = {}
        self._digests: dict[str, str] = {}

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
        """The question or page in front of the learner; of a family the same member until it has been answered."""
        asked = self.file.lesson.questions[self.index]
        if self._member is None or self._member[0] is not asked:
            self._member = asked, concrete(asked, self._seed(asked))
        return self._member[1]

    def _seed(self, asked: Question) -> int:
        """How often it has been answered or revealed: after a crash it is the same numbers that come back."""
        done = (a for a in self._attempts if a.question == asked.id)
        return sum(a.action == "reveal" or a.result == "right" for a in done)

    @property
    def standing(self) -> Standing:
        """How it stands with the current question."""
        return self._standings().get(self.question.id, Standing())

    @property
    def draft(self) -> str:
        """What the learner has typed so far, or the starter."""
        return self._drafts.get(self.question.id, starter(self.question))

    @property
    def where(self) -> str:
        """Which question of how many."""
        return f"{self.index + 1}/{len(self.file.lesson.questions)}"

    def marks(self) -> list[Mark]:
        """Every question of the lesson and how it stands."""
        standings = self._standings()
        return [
            Mark(q.id, q.kind, standing.status, n == self.index, self._changed(q.id, standing))
            for n, q in enumerate(self.file.lesson.questions)
            for standing in [standings.get(q.id, Standing())]
        ]

    def progress(self, slug: str) -> tuple[int, int]:
        """Graded questions done, and of how many, in any lesson; reads no lesson file."""
        entry = next(entry for entry in self.catalog.entries if entry.slug == slug)
        standings = fold(self.store.attempts(self.catalog.key, slug))
        return sum(q in standings and standings[q].status in DONE for q in entry.graded), len(entry.graded)

    # Moving

    def open_lesson(self, slug: str) -> None:
        """Go to a lesson, at the question where it was left. Raises UsageError, LessonError."""
        self.file = self.catalog.lesson(slug)
        self._attempts = self.store.attempts(self.catalog.key, self.file.slug)
        self._drafts = self.store.drafts(self.catalog.key, self.file.slug)
        self._digests = {q.id: digest(self.file.lesson, q) for q in self.file.lesson.questions}
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

    def keep(self, text: str) -> None:
        """Keep a draft, so that it comes back after a crash."""
        if text != self.draft:
            self._drafts[self.question.id] = text
            with self._saving():
                self.store.keep_draft(self.catalog.key, self.file.slug, self.question.id, text)

    def undo(self) -> str | None:
        """Take back the last accepted or revealed answer of the lesson and go there; None when there is none."""
        standings = self._standings()
        known = {q.id for q in self.file.lesson.questions}
        for attempt in reversed(self._attempts):
            accepts = attempt.action == "reveal" or attempt.result == "right"
            if accepts and attempt.question in known and standings[attempt.question].status in DONE:
                self.goto(attempt.question)
                self._record("undo")
                return attempt.question
        return None

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
            changed=tuple(q for q, standing in graded if self._changed(q, standing)),
        )

    def ended(self) -> list[str]:
        """How the lesson went, as lines of text."""
        summary = self.summary()
        groups = {
            "right at the first try": (),
            "right after more tries": summary.later_try,
            "revealed": summary.revealed,
            "still open": summary.open,
        }
        counts = {**{name: len(ids) for name, ids in groups.items()}, "right at the first try": len(summary.first_try)}
        lines = [f"{self.file.lesson.lesson}: the end."]
        for name, ids in groups.items():
            if counts[name]:
                lines.append(f"  {counts[name]} of {summary.total} {name}" + (f": {', '.join(ids)}" if ids else ""))
        if summary.changed:
            lines.append(f"  changed since you answered: {', '.join(summary.changed)}")
        return lines

    def _arrive(self, index: int) -> None:
        self.index, self._member = index, None
        self._arrived()
        with self._saving():
            self.store.keep_place(self.catalog.key, self.file.slug, self.question.id)

    def _changed(self, question: str, standing: Standing) -> bool:
        return bool(standing.digest) and differs(standing.digest, self._digests.get(question, ""))

    def _standings(self) -> dict[str, Standing]:
        return fold(self._attempts)

    def _remember(self, attempt: Attempt) -> None:
        if attempt.lesson == self.file.slug:
            # What a member of a family asks is what the family asks.
            attempt = replace(attempt, digest=self._digests.get(attempt.question, attempt.digest))
            self._attempts.append(attempt)
        with self._saving():
            self.store.add(attempt)
