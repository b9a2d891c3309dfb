"""What is kept comes back, whatever happens to the disk in between."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.errors import EnvironmentLacking
from tutor.progress.store import Attempt, Store

ANSWER = Attempt(
    "torch", "reductions", "sum-dim-0", "answer", "(7,)", "right", "dim=0 stays", 3.5,
    datetime(2026, 3, 4, 11, 59, tzinfo=timezone.utc), "abc",
)  # fmt: skip


def fill_the_disk(store: Store) -> int:
    """Leave no page free; returns the limit there was."""
    connection = store._connection
    before = int(connection.execute("PRAGMA max_page_count").fetchone()[0])
    used = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={used}")
    return before


def test_an_attempt_comes_back_as_it_was_given(store: Store, path: Path, clock: Clock) -> None:
    store.add(ANSWER)
    store.close()
    again = Store.open(path, clock)
    assert again.attempts("torch") == [ANSWER]
    assert again.notices == []
    again.close()


def test_attempts_are_narrowed_and_in_order(store: Store) -> None:
    given = [
        replace(ANSWER, lesson=lesson, question=question, answer=str(n))
        for n, (lesson, question) in enumerate([("a", "1"), ("b", "1"), ("a", "2"), ("a", "1")])
    ]
    for attempt in given:
        store.add(attempt)
    store.add(replace(ANSWER, course="other"))
    assert [a.answer for a in store.attempts("torch")] == ["0", "1", "2", "3"]
    assert [a.answer for a in store.attempts("torch", "a")] == ["0", "2", "3"]
    assert [a.answer for a in store.attempts("torch", "a", "1")] == ["0", "3"]
    assert [a.answer for a in store.attempts("torch", question="1")] == ["0", "1", "3"]
    assert store.attempts("elsewhere") == []


def test_the_order_is_that_of_doing_even_when_the_clock_goes_back(store: Store) -> None:
    store.add(replace(ANSWER, answer="first"))
    assert ANSWER.at is not None
    store.add(replace(ANSWER, answer="second", at=ANSWER.at - timedelta(hours=1)))
    assert [a.answer for a in store.attempts("torch")] == ["first", "second"]


def test_the_time_is_the_clocks_and_in_utc(store: Store, clock: Clock) -> None:
    store.add(replace(ANSWER, at=None))
    tokyo = datetime(2026, 3, 4, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    store.add(replace(ANSWER, at=tokyo))
    first, second = (a.at for a in store.attempts("torch"))
    assert first == clock.now()
    assert second == tokyo
    assert second is not None and second.tzinfo == timezone.utc


@pytest.mark.parametrize("text", ["", "x\ny\n", "a\0b", "汉字 🙂", "'; DROP TABLE attempt; --", "x" * 100_000])
def test_any_text_is_an_answer(store: Store, text: str) -> None:
    store.add(replace(ANSWER, answer=text))
    store.keep_draft("torch", "a", "1", text)
    assert store.attempts("torch")[0].answer == text
    assert store.drafts("torch", "a") == {"1": text}


def test_half_a_character_and_an_endless_time_do_not_stop_the_attempt(store: Store) -> None:
    store.add(replace(ANSWER, answer="\udcff(7,)", belief="\ud83d", seconds=float("nan")))
    (kept,) = store.attempts("torch")
    assert (kept.answer, kept.belief, kept.seconds) == ("?(7,)", "?", 0.0)


@pytest.mark.parametrize("statement", ["UPDATE attempt SET result = 'right'", "DELETE FROM attempt"])
def test_an_attempt_is_never_changed_nor_removed(store: Store, path: Path, statement: str) -> None:
    store.add(ANSWER)
    with sqlite3.connect(path) as other, pytest.raises(sqlite3.IntegrityError, match="an attempt is never"):
        other.execute(statement)
    other.close()
    assert store.attempts("torch") == [ANSWER]


def test_drafts_are_replaced_and_dropped(store: Store) -> None:
    store.keep_draft("torch", "a", "1", "x.su")
    store.keep_draft("torch", "a", "1", "x.sum()")
    store.keep_draft("torch", "a", "2", "y")
    store.keep_draft("torch", "b", "1", "z")
    assert store.drafts("torch", "a") == {"1": "x.sum()", "2": "y"}
    store.drop_draft("torch", "a", "1")
    store.drop_draft("torch", "a", "never kept")
    assert store.drafts("torch", "a") == {"2": "y"}


def test_the_last_place_is_the_one_kept_last(store: Store, path: Path, clock: Clock) -> None:
    assert store.place("torch") is None
    assert store.place_in("torch", "a") is None
    for lesson, question in [("a", "1"), ("b", "7"), ("a", "2")]:
        store.keep_place("torch", lesson, question)
    store.keep_place("other", "c", "1")
    again = Store.open(path, clock)
    assert again.place("torch") == ("a", "2")
    assert again.place_in("torch", "b") == "7"
    again.close()


def test_cards_come_in_the_order_they_are_due(store: Store, clock: Clock) -> None:
    late, soon = ("torch", "a", "late"), ("torch", "b", "soon")
    store.keep_cards([(late, clock.now() + timedelta(days=3), "one"), (soon, clock.now(), "two")])
    store.keep_cards([(late, clock.now() + timedelta(days=2), "three")])
    assert list(store.cards("torch").items()) == [(soon, "two"), (late, "three")]
    assert store.cards("other") == {}


def test_a_full_disk_is_one_sentence_and_nothing_is_lost(store: Store, path: Path, clock: Clock) -> None:
    store.add(replace(ANSWER, answer="before"))
    limit = fill_the_disk(store)
    for answer in ("one" * 3000, "two" * 3000):
        with pytest.raises(EnvironmentLacking, match=r"^The disk is full.*free some space.*\.$"):
            store.add(replace(ANSWER, answer=answer))
    assert store.unsaved == 2
    assert [a.answer[:6] for a in store.attempts("torch", "reductions")] == ["before", "oneone", "twotwo"]
    assert store.attempts("torch", "indexing") == []

    store._connection.execute(f"PRAGMA max_page_count={limit}")
    store.keep_place("torch", "a", "1")
    assert store.unsaved == 0
    store.close()
    again = Store.open(path, clock)
    assert [a.answer[:6] for a in again.attempts("torch")] == ["before", "oneone", "twotwo"]
    again.close()


def test_closing_writes_what_waits_and_says_when_it_cannot(path: Path, clock: Clock) -> None:
    store = Store.open(path, clock)
    limit = fill_the_disk(store)
    with pytest.raises(EnvironmentLacking):
        store.add(replace(ANSWER, answer="x" * 9000))
    with pytest.raises(EnvironmentLacking):
        store.close()

    store = Store.open(path, clock)
    fill_the_disk(store)
    with pytest.raises(EnvironmentLacking):
        store.add(replace(ANSWER, answer="y" * 9000))
    store._connection.execute(f"PRAGMA max_page_count={limit}")
    store.close()
    again = Store.open(path, clock)
    assert [a.answer[0] for a in again.attempts("torch")] == ["y"]
    again.close()


def test_a_draft_that_does_not_fit_leaves_the_old_one(store: Store) -> None:
    store.keep_draft("torch", "a", "1", "old")
    fill_the_disk(store)
    with pytest.raises(EnvironmentLacking, match="disk is full"):
        store.keep_draft("torch", "a", "1", "new" * 5000)
    assert store.drafts("torch", "a") == {"1": "old"}


def test_a_file_held_by_another_program_is_one_sentence(store: Store, path: Path) -> None:
    store._connection.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(EnvironmentLacking, match=r"Another program holds .*try again\.$"):
        store.add(ANSWER)
    other.execute("ROLLBACK")
    other.close()
    store.keep_place("torch", "a", "1")
    assert store.attempts("torch") == [ANSWER]


def test_our_own_mistakes_are_not_blamed_on_the_machine(store: Store) -> None:
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.place("torch")
