"""Questions come back when they are about to be forgotten, the same way every time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.clock import Clock
from tutor.progress.schedule import AHEAD, LONGEST_DAYS, Counts, Deck, Key, Rating, rating_of
from tutor.progress.store import Action, Attempt, Store

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=timezone.utc)
DAY = timedelta(days=1)
KEY: Key = ("torch", "a", "q")
ratings = st.sampled_from(["again", "hard", "good", "easy"])


def deck_of(store: Store, questions: set[tuple[str, str]] | None = None) -> Deck:
    return Deck(store, "torch", questions, zone=timezone.utc)


def did(store: Store, question: str, *history: str, at: datetime = NOON, seconds: float = 20) -> None:
    for word in history:
        action: Action = "answer" if word in ("right", "wrong") else word  # type: ignore[assignment]
        result = word if action == "answer" else ""
        store.add(Attempt("torch", "a", question, action, result=result, at=at, seconds=seconds))


def keys(deck: Deck, now: datetime) -> list[str]:
    return [card.key[2] for card in deck.due(now)]


@pytest.mark.parametrize(
    ("right", "tries", "hints", "revealed", "seconds", "rating"),
    [
        (False, 1, 0, False, 3, "again"),
        (False, 4, 2, False, 60, "again"),
        (True, 1, 0, True, 3, "again"),
        (True, 2, 0, False, 3, "hard"),
        (True, 1, 1, False, 3, "hard"),
        (True, 1, 0, False, 5, "good"),
        (True, 1, 0, False, 300, "good"),
        (True, 1, 0, False, 0, "good"),
        (True, 1, 0, False, 4.9, "easy"),
    ],
)
def test_a_rating_follows_from_how_it_was_answered(
    right: bool, tries: int, hints: int, revealed: bool, seconds: float, rating: str
) -> None:
    assert rating_of(right, tries, hints, revealed, seconds) == rating


def test_cards_are_made_of_questions_that_were_answered(store: Store) -> None:
    did(store, "new-skipped", "skip")
    did(store, "only-hinted", "hint")
    did(store, "page", "read")
    did(store, "only-drilled", "drill")
    did(store, "undone", "right", "undo")
    did(store, "wrong", "wrong")
    did(store, "wrong-skipped", "wrong", "skip")
    did(store, "revealed", "reveal")
    did(store, "right", "right")
    deck = deck_of(store)
    assert {key[2] for key in store.cards("torch")} == {"wrong", "wrong-skipped", "revealed", "right"}
    assert deck.counts(NOON) == Counts(due=3, learning=3, total=4)


@pytest.mark.parametrize(
    ("history", "seconds", "wait"),
    [
        (["wrong"], 20, timedelta(minutes=10)),
        (["reveal"], 20, timedelta(minutes=10)),
        (["reveal", "undo", "right"], 20, timedelta(minutes=10)),
        (["wrong", "right"], 20, timedelta(minutes=15)),
        (["hint", "right"], 20, timedelta(minutes=15)),
        (["right"], 20, 2 * DAY),
        (["right"], 3, 8 * DAY),
    ],
)
def test_the_first_wait_follows_from_the_lesson(
    store: Store, history: list[str], seconds: float, wait: timedelta
) -> None:
    did(store, "q", *history, seconds=seconds)
    assert deck_of(store).next_due() == NOON + wait


def test_a_failed_card_comes_back_in_the_same_sitting_after_the_others(store: Store) -> None:
    for question in ("p", "q", "r"):
        did(store, question, "right")
    deck = deck_of(store)
    now = NOON + 3 * DAY
    assert keys(deck, now) == ["p", "q", "r"]
    deck.rate(KEY, "again", now)
    deck.rate(("torch", "a", "p"), "good", now)
    assert keys(deck, now) == ["r"]
    deck.rate(("torch", "a", "r"), "good", now)
    assert keys(deck, now) == ["q"]
    assert deck.counts(now) == Counts(due=1, learning=1, total=3)
    deck.rate(KEY, "good", now + timedelta(minutes=1))
    assert keys(deck, now + timedelta(minutes=1)) == []
    due = deck.next_due()
    assert due is not None and due > now + timedelta(hours=23)


def test_a_failed_card_waits_for_its_minutes_across_a_restart(store: Store) -> None:
    did(store, "q", "right")
    deck_of(store).rate(KEY, "again", NOON + 2 * DAY)
    (card,) = deck_of(store).due(NOON + 2 * DAY)
    assert card.learning and card.due == NOON + 2 * DAY + timedelta(minutes=10) <= NOON + 2 * DAY + AHEAD


def test_a_card_is_due_from_the_beginning_of_its_day(store: Store) -> None:
    did(store, "q", "right")
    deck = deck_of(store)
    midnight = datetime(2026, 3, 6, tzinfo=timezone.utc)
    assert deck.next_due() == NOON + 2 * DAY
    assert keys(deck, midnight - timedelta(seconds=1)) == []
    assert keys(deck, midnight) == ["q"]
    east = Deck(store, "torch", zone=timezone(timedelta(hours=9)))
    assert keys(east, midnight - timedelta(hours=9)) == ["q"]


def test_a_little_earlier_every_day_still_lets_the_intervals_grow(store: Store) -> None:
    did(store, "q", "right")
    deck, waits = deck_of(store), []
    due = deck.next_due()
    for _ in range(3):
        assert due is not None
        morning = due.replace(hour=6)
        then = deck.rate(KEY, "good", morning)
        waits.append((then.date() - due.date()).days)
        due = then
    assert waits == sorted(set(waits))


def test_rating_makes_the_card_that_is_missing(store: Store) -> None:
    deck = deck_of(store)
    assert deck.next_due() is None
    family: Key = ("torch", "drills", "reduce-any")
    assert deck.rate(family, "good", NOON) == NOON + 2 * DAY
    assert list(store.cards("torch")) == [family]


def test_questions_that_went_away_are_not_asked_and_not_forgotten(store: Store) -> None:
    did(store, "q", "wrong")
    did(store, "old", "wrong")
    deck = deck_of(store, {("a", "q")})
    later = NOON + DAY
    assert keys(deck, later) == ["q"]
    assert deck.counts(later).total == 1
    assert len(store.cards("torch")) == 2
    assert keys(deck_of(store), later) == ["old", "q"]


def test_what_was_answered_again_in_the_lesson_does_not_move_its_card(store: Store) -> None:
    did(store, "q", "wrong")
    first = deck_of(store).next_due()
    did(store, "q", "right", at=NOON + DAY)
    assert deck_of(store).next_due() == first


@pytest.mark.parametrize("state", ["", "{}", "not json", '{"card_id": "x"}', "[1]"])
def test_a_card_that_cannot_be_read_is_made_anew(store: Store, state: str) -> None:
    did(store, "q", "right")
    store.keep_cards([(KEY, NOON, state)])
    assert deck_of(store).next_due() == NOON + 2 * DAY


def test_two_decks_on_one_store_see_each_others_ratings(store: Store) -> None:
    did(store, "q", "right")
    one, other = deck_of(store), deck_of(store)
    one.rate(KEY, "good", NOON + 2 * DAY)
    first = one.next_due()
    assert first is not None
    assert other.rate(KEY, "good", first) > first + 2 * DAY


def test_the_machines_own_zone_will_do(store: Store) -> None:
    did(store, "q", "wrong")
    assert keys(Deck(store, "torch"), NOON + timedelta(minutes=10)) == ["q"]


def in_a_store(play: Callable[[Store], list[datetime]]) -> list[datetime]:
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "progress.db", Clock())
        try:
            return play(store)
        finally:
            store.close()


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([["right"], ["wrong"], ["wrong", "right"], ["reveal"]]), st.sampled_from(["good", "easy"]))
def test_intervals_grow_with_every_good_answer(history: list[str], rating: Rating) -> None:
    def play(store: Store) -> list[datetime]:
        did(store, "q", *history)
        deck = deck_of(store)
        dues = [NOON]
        due = deck.next_due()
        for _ in range(12):
            assert due is not None
            dues.append(due)
            due = deck.rate(KEY, rating, due)
        return dues

    dues = in_a_store(play)
    waits = [after - before for before, after in pairwise(dues)]
    most = timedelta(days=LONGEST_DAYS)
    for before, after in pairwise(waits):
        assert after > before or before == after == most


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(ratings, st.integers(0, 30 * 24 * 60)), max_size=8))
def test_the_same_answers_at_the_same_times_give_the_same_schedule(played: list[tuple[Rating, int]]) -> None:
    def play(store: Store) -> list[datetime]:
        did(store, "q", "right")
        dues, now = [], NOON
        for rating, minutes in played:
            now += timedelta(minutes=minutes)
            dues.append(deck_of(store).rate(KEY, rating, now))
            assert now < dues[-1] <= now + timedelta(days=LONGEST_DAYS + 1)
        return dues

    assert in_a_store(play) == in_a_store(play)


def test_fsrs_is_not_loaded_until_a_deck_is_made() -> None:
    code = "import sys, tutor.progress.schedule, tutor.progress.resume; sys.exit('fsrs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
