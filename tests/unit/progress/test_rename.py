"""What was kept under an old name is read under the new one, and written under the new one only."""

from __future__ import annotations

from pathlib import Path

from tutor.clock import Clock
from tutor.progress.rename import Names
from tutor.progress.store import Attempt, Store

RENAMED = {("adding", ""): ("sums", ""), ("sums", "rows"): ("sums", "columns"), ("early", "mean"): ("sums", "average")}


def store_with_old_names(path: Path) -> Store:
    store = Store.open(path, Clock())
    for lesson, question in (("adding", "rows"), ("adding", "total"), ("early", "mean"), ("early", "first")):
        store.add(Attempt("c", lesson, question, "answer", "(3,)", "right"))
        store.keep_draft("c", lesson, question, f"old {question}")
        store.keep_place("c", lesson, question)
        store.keep_cards([(("c", lesson, question), Clock().now(), f"old {question}")])
    return store


def test_names() -> None:
    names = Names(RENAMED)
    assert names.now("adding", "rows") == ("sums", "columns")
    assert names.now("sums", "rows") == ("sums", "columns")
    assert names.now("adding", "total") == ("sums", "total")
    assert names.now("early", "mean") == ("sums", "average")
    assert names.now("early", "first") == ("early", "first")
    assert names.lessons("sums") == ("sums", "adding", "early")
    assert Names().now("a", "b") == ("a", "b")


def test_everything_kept_is_read_under_the_new_names(tmp_path: Path) -> None:
    store = store_with_old_names(tmp_path / "progress.db")
    store.follow("c", RENAMED)
    assert [a.question for a in store.attempts("c", "sums")] == ["columns", "total", "average"]
    assert [a.question for a in store.attempts("c", "early")] == ["first"]
    assert [a.lesson for a in store.attempts("c", "sums", "columns")] == ["sums"]
    assert [a.lesson for a in store.attempts("c")] == ["sums", "sums", "sums", "early"]
    assert store.drafts("c", "sums") == {"columns": "old rows", "total": "old total", "average": "old mean"}
    assert set(store.cards("c")) == {
        ("c", "sums", "columns"), ("c", "sums", "total"), ("c", "sums", "average"), ("c", "early", "first")
    }  # fmt: skip
    assert store.place("c") == ("early", "first")
    assert store.place_in("c", "sums") == "total"
    store.close()


def test_what_is_kept_anew_goes_before_the_old(tmp_path: Path) -> None:
    store = store_with_old_names(tmp_path / "progress.db")
    store.follow("c", RENAMED)
    store.keep_draft("c", "sums", "columns", "new")
    store.keep_cards([(("c", "sums", "columns"), Clock().now(), "new")])
    assert store.drafts("c", "sums")["columns"] == "new"
    assert store.cards("c")["c", "sums", "columns"] == "new"
    store.drop_draft("c", "sums", "columns")
    assert "columns" not in store.drafts("c", "sums")
    store.close()


def test_another_course_keeps_its_names(tmp_path: Path) -> None:
    store = store_with_old_names(tmp_path / "progress.db")
    store.follow("d", RENAMED)
    assert [a.lesson for a in store.attempts("c")] == ["adding", "adding", "early", "early"]
    store.close()
