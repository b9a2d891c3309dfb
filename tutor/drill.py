"""Repetition: what is due today, one card after the other, without a screen.

Cards are made from questions already answered; families join in when their lesson was begun, with other numbers at
every visit. A card's rating follows from how it was answered, never from asking the learner.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from zlib import crc32

from tutor.asking import DONE, Asking
from tutor.clock import Clock
from tutor.grade.prompt import starter
from tutor.lesson.catalog import Catalog
from tutor.lesson.content import former
from tutor.lesson.model import LessonFile, Question
from tutor.lesson.vary import concrete
from tutor.progress.resume import Standing, fold
from tutor.progress.schedule import Deck, Key, Rating, rating_of
from tutor.progress.store import Attempt, Store
from tutor.sandbox.client import Sandbox

NEW = 3
"""How many families not met before join one sitting."""


class Drill(Asking):
    """One sitting."""

    def __init__(
        self, catalog: Catalog, store: Store, sandbox: Sandbox, clock: Clock, minutes: float | None = None
    ) -> None:
        """Raises LessonError when a drill file cannot be read."""
        super().__init__(catalog, store, sandbox, clock)
        self.rated: list[tuple[Key, Rating]] = []
        """What was answered in this sitting, and how well."""
        self._families = {f"drills/{file.slug}": replace(file, slug=f"drills/{file.slug}") for file in catalog.drills()}
        store.follow(catalog.key, catalog.renamed | self._renamed())
        self._deck = Deck(store, catalog.key, self._there())
        self._queue = deque(self._today())
        self._question: Question
        self._taken: list[Attempt] = []
        self._draft = ""
        self._until = clock.seconds() + minutes * 60 if minutes else None
        if self._queue:
            self._arrive()

    @property
    def left(self) -> int:
        """Cards still to come, this one included."""
        return len(self._queue)

    @property
    def question(self) -> Question:
        """The card in front of the learner; a family's numbers are drawn when it comes up."""
        return self._question

    @property
    def standing(self) -> Standing:
        """How it stands with this card in this sitting."""
        return fold(self._taken).get(self._question.id, Standing())

    @property
    def draft(self) -> str:
        """What is typed so far."""
        return self._draft or starter(self._question)

    @property
    def where(self) -> str:
        """How many cards are left."""
        return f"{self.left} left"

    def keep(self, text: str) -> None:
        """Keep what is typed while this card is up."""
        self._draft = text

    def next(self) -> bool:
        """Rate the card by how it went and go on; one that was not known comes back at the end. False at the end."""
        standing = self.standing
        key = self._queue.popleft()
        if standing.tries or standing.status in DONE:
            right = standing.last_result == "right"
            seconds = self._taken[-1].seconds
            rating = rating_of(right, standing.tries, standing.hints, standing.shown, seconds)
            with self._saving():
                self._deck.rate(key, rating, self._clock.now())
            self.rated.append((key, rating))
            if rating == "again":
                self._queue.append(key)
        over = self._until is not None and self._clock.seconds() > self._until
        if over or not self._queue:
            self._queue.clear()
            return False
        self._arrive()
        return True

    def skip(self) -> bool:
        """Leave the card for another day."""
        self._taken.clear()
        return self.next()

    def ended(self) -> list[str]:
        """How the sitting went, and when the next card is due."""
        due = self._deck.next_due()
        if not self.rated:
            lines = ["Nothing is due."] if due else ["There is nothing to repeat yet: answer some questions first."]
        else:
            known = sum(rating != "again" for _, rating in self.rated)
            lines = [f"The end of this sitting: {known} of {len(self.rated)} answers known."]
        if due:
            lines.append(f"The next card is due on {due.astimezone():%A, %d %B at %H:%M}.")
        return lines

    def _remember(self, attempt: Attempt) -> None:
        self._taken.append(attempt)
        if attempt.action in ("answer", "reveal"):
            with self._saving():
                self.store.add(replace(attempt, action="drill"))

    def _arrive(self) -> None:
        key = self._queue[0]
        self.file = self._file(key[1])
        asked = next(q for q in self.file.lesson.questions if q.id == key[2])
        visits = len(self.store.attempts(self.catalog.key, key[1], key[2])) + len(self.rated)
        seed = crc32(f"{key[2]} {visits} {self._clock.now():%j}".encode())
        self._question = concrete(asked, seed) if asked.vary else asked
        self._taken = []
        self._draft = ""
        self._arrived()

    def _file(self, lesson: str) -> LessonFile:
        return self._families[lesson] if lesson in self._families else self.catalog.lesson(lesson)

    def _renamed(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Families that have another name now."""
        names: dict[tuple[str, str], tuple[str, str]] = {}
        for slug, file in self._families.items():
            names |= {(f"drills/{old}", ""): (slug, "") for old in former(file.lesson)}
            names |= {(slug, old): (slug, q.id) for q in file.lesson.questions for old in former(q)}
        return names

    def _there(self) -> set[tuple[str, str]]:
        """Every question that can be asked: lesson and id."""
        of_lessons = {(entry.slug, question) for entry in self.catalog.entries for question in entry.graded}
        return of_lessons | {(slug, q.id) for slug, file in self._families.items() for q in file.lesson.questions}

    def _today(self) -> list[Key]:
        """Cards that are due, then some families that were never met, of lessons that were begun."""
        due = [card.key for card in self._deck.due(self._clock.now())]
        begun = {attempt.lesson for attempt in self.store.attempts(self.catalog.key)}
        new = [
            (self.catalog.key, slug, question.id)
            for slug, file in self._families.items()
            for question in file.lesson.questions
            if slug not in begun or not self.store.attempts(self.catalog.key, slug, question.id)
            if slug.removeprefix("drills/") in begun
        ]
        return due + new[:NEW]
