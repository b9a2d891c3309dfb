"""When a question comes back: one card per question that was answered, scheduled by FSRS.

fsrs is imported inside functions: `tutor start` must not load it. It takes only `timezone.utc`, makes a card without an
id sleep, and its fuzz is random; so times are UTC here, ids are given and fuzz is off. The same answers at the same
times always give the same schedule.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from tutor.progress.resume import Standing, fold
from tutor.progress.store import Attempt, Store

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

Key = tuple[str, str, str]
"""Course, lesson, question."""

Rating = Literal["again", "hard", "good", "easy"]

AGAIN_AFTER = timedelta(minutes=10)
AHEAD = timedelta(minutes=20)
"""A failed card comes back before it is due when nothing else is left, as long as it is due this soon."""

LONGEST_DAYS = 365
FAST_SECONDS = 5.0


@dataclass(frozen=True)
class CardDue:
    """A card to be asked now."""

    key: Key
    due: datetime
    learning: bool
    """Failed lately, or not yet known once: measured in minutes, not in days."""


@dataclass(frozen=True)
class Counts:
    """How much there is to do."""

    due: int
    """To be asked now; failed cards that come back within this sitting included."""
    learning: int
    """Of all cards, those measured in minutes."""
    total: int


def rating_of(right: bool, tries: int, hints: int, revealed: bool, seconds: float) -> Rating:
    """How well it was known, from how it was answered; 0 seconds means that nobody took the time."""
    if not right or revealed:
        return "again"
    if hints or tries > 1:
        return "hard"
    return "easy" if 0 < seconds < FAST_SECONDS else "good"


class Deck:
    """The cards of one course. Raises EnvironmentLacking when the store does."""

    def __init__(
        self,
        store: Store,
        course: str,
        questions: Container[tuple[str, str]] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        """Make the cards that are missing. `questions` are the (lesson, question) that still exist, None for all;
        `zone` says when a day begins, None for the machine's own."""
        self._store = store
        self._course = course
        self._questions = questions
        self._zone = zone
        self._cards: dict[Key, Card] = {}
        self._read()
        self._gather()

    def due(self, now: datetime) -> list[CardDue]:
        """What to ask now, the longest due first; when that is nothing, what was failed and comes back soon.

        A card measured in days is due from the beginning of its day.
        """
        waiting = [CardDue(key, card.due, _learning(card)) for key, card in self._known()]
        ready = [c for c in waiting if c.due <= now or (not c.learning and self._day(c.due) <= self._day(now))]
        soon = [c for c in waiting if c.learning and c.due <= now + AHEAD]
        return sorted(ready or soon, key=lambda c: (c.due, c.key))

    def rate(self, key: Key, rating: Rating, at: datetime) -> datetime:
        """Schedule the card after an answer, and make it if there was none; says when it is due next."""
        self._read()
        card = _review(self._cards.get(key) or _fresh(key, at), rating, self._counted(key, at))
        self._keep([(key, card)])
        return _when(card)

    def next_due(self) -> datetime | None:
        """When the first card is due, past or to come; None without cards."""
        return min((_when(card) for _, card in self._known()), default=None)

    def counts(self, now: datetime) -> Counts:
        """How much there is to do."""
        known = self._known()
        return Counts(len(self.due(now)), sum(_learning(card) for _, card in known), len(known))

    def _known(self) -> list[tuple[Key, Card]]:
        """The cards whose questions still exist; the others stay in the store, should the question come back."""
        there = self._questions
        return [(key, card) for key, card in self._cards.items() if there is None or key[1:] in there]

    def _counted(self, key: Key, at: datetime) -> datetime:
        """The time an answer counts from. Earlier on the day it is due counts as when it was due: else a learner who
        drills every morning a little earlier would never see an interval grow."""
        card = self._cards.get(key)
        at = at.astimezone(timezone.utc)
        early = card is not None and not _learning(card) and self._day(card.due) == self._day(at)
        return max(at, _when(card)) if card is not None and early else at

    def _day(self, at: datetime) -> tuple[int, ...]:
        return at.astimezone(self._zone).timetuple()[:3]

    def _read(self) -> None:
        found = ((key, _thawed(state)) for key, state in self._store.cards(self._course).items())
        self._cards = {key: card for key, card in found if card is not None}

    def _gather(self) -> None:
        """A card for every answered question without one, first rated by how it was answered."""
        attempts = sorted(self._store.attempts(self._course), key=lambda a: a.lesson)
        made = []
        for lesson, group in groupby(attempts, key=lambda a: a.lesson):
            taken = list(group)
            for question, standing in fold(taken).items():
                key = (self._course, lesson, question)
                if key not in self._cards and (standing.tries or standing.shown):
                    made.append((key, _first(key, standing, _last_answer(taken, question))))
        if made:
            self._keep(made)

    def _keep(self, cards: Iterable[tuple[Key, Card]]) -> None:
        cards = list(cards)
        self._store.keep_cards([(key, _when(card), card.to_json()) for key, card in cards])
        self._cards.update(cards)


def _last_answer(attempts: list[Attempt], question: str) -> Attempt:
    """The last answer or reveal, outside of drills; there is one."""
    return next(a for a in reversed(attempts) if a.question == question and a.action in ("answer", "reveal"))


def _first(key: Key, standing: Standing, last: Attempt) -> Card:
    """A new card, rated by how the lesson's question was answered, at the time of its last answer."""
    assert last.at is not None
    right = standing.status == "right"
    rating = rating_of(right, standing.tries, standing.hints, standing.shown, last.seconds)
    return _review(_fresh(key, last.at), rating, last.at)


def _learning(card: Card) -> bool:
    from fsrs import State

    return bool(card.state != State.Review)


def _when(card: Card) -> datetime:
    due: datetime = card.due
    return due


def _fresh(key: Key, at: datetime) -> Card:
    from fsrs import Card

    return Card(card_id=crc32("\0".join(key).encode()), due=at.astimezone(timezone.utc))


def _thawed(state: str) -> Card | None:
    """The card as kept; None when it cannot be read, and then it is made anew from the attempts."""
    from fsrs import Card

    try:
        return Card.from_json(state)
    except (ValueError, KeyError, TypeError):
        return None


def _review(card: Card, rating: Rating, at: datetime) -> Card:
    from fsrs import Rating as Grade

    grade = {"again": Grade.Again, "hard": Grade.Hard, "good": Grade.Good, "easy": Grade.Easy}[rating]
    return _scheduler().review_card(card, grade, at.astimezone(timezone.utc))[0]


@cache
def _scheduler() -> Scheduler:
    """One step of minutes after a failure, then days: what was known at the first answer does not come back today."""
    from fsrs import Scheduler

    return Scheduler(
        learning_steps=(AGAIN_AFTER,),
        relearning_steps=(AGAIN_AFTER,),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )
