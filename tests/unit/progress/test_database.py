"""A file that cannot be used is set aside, never overwritten, and says so."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.errors import EnvironmentLacking
from tutor.progress import database
from tutor.progress.database import APPLICATION, MIGRATIONS, look, open_database
from tutor.progress.store import Attempt, Store

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
SECOND = "ALTER TABLE draft ADD COLUMN cursor INTEGER NOT NULL DEFAULT 0; CREATE TABLE extra (x);"


def make(path: Path, clock: Clock, attempts: int = 200) -> None:
    store = Store.open(path, clock)
    for n in range(attempts):
        store.add(Attempt("torch", "a", "1", "answer", f"{n} " * 20, "wrong"))
    store.close()


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all. " * 500)


def short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def stub(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def wrong_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 9\0" + path.read_bytes()[16:])


def future_schema_format(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:44] + (9).to_bytes(4, "big") + raw[48:])


def torn_pages(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    for page in range(3, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(raw)


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE attempt (theirs)")


def below_zero(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version=-3")


DAMAGE = [garbage, short, stub, wrong_header, future_schema_format, torn_pages, zeros, foreign, below_zero]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_set_aside_whole(path: Path, clock: Clock, damage: Callable[[Path], None]) -> None:
    make(path, clock)
    damage(path)
    spoiled = path.read_bytes()
    assert look(path).state == "broken"

    store = Store.open(path, clock)
    aside = path.with_name("progress.corrupt-20260105-090000.db")
    assert aside.read_bytes() == spoiled
    (notice,) = store.notices
    assert str(aside) in notice and "could not be read" in notice and "backup" in notice and "\n" not in notice
    assert store.attempts("torch") == []
    store.add(Attempt("torch", "a", "1", "hint"))
    store.close()
    assert look(path).attempts == 1

    store = Store.open(path, clock)
    assert store.notices == []
    store.close()


def test_setting_aside_never_overwrites(path: Path, clock: Clock) -> None:
    for text in (b"first " * 200, b"second " * 200, b"third " * 200):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)
        Store.open(path, clock).close()
    names = [f"progress.corrupt-20260105-090000{again}.db" for again in ("", "-2", "-3")]
    assert [path.with_name(name).read_bytes()[:5] for name in names] == [b"first", b"secon", b"third"]


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_the_log_goes_aside_with_its_file(path: Path, clock: Clock, ending: str) -> None:
    path.parent.mkdir()
    garbage(path)
    path.with_name(path.name + ending).write_bytes(b"the log of the damaged file")
    store = Store.open(path, clock)
    store.add(Attempt("torch", "a", "1", "hint"))
    store.close()
    aside = path.with_name("progress.corrupt-20260105-090000.db" + ending)
    assert aside.read_bytes() == b"the log of the damaged file"
    assert look(path).attempts == 1


def test_a_newer_file_is_set_aside_and_works_when_it_is_moved_back(path: Path, clock: Clock) -> None:
    make(path, clock, 3)
    newer = (*MIGRATIONS, SECOND)
    connection, _ = open_database(path, NOW, newer)
    connection.close()
    assert look(path).state == "newer"

    store = Store.open(path, clock)
    (notice,) = store.notices
    aside = path.with_name("progress.newer-v2-20260105-090000.db")
    assert str(aside) in notice and "format 2" in notice and "update the tutor" in notice
    assert store.attempts("torch") == []
    store.close()

    path.unlink()
    aside.rename(path)
    connection, notices = open_database(path, NOW, newer)
    assert notices == []
    assert connection.execute("SELECT count(*) FROM attempt").fetchone() == (3,)
    connection.close()


def test_a_newer_file_in_use_is_left_alone(path: Path, clock: Clock) -> None:
    running, _ = open_database(path, NOW, (*MIGRATIONS, SECOND))
    with pytest.raises(EnvironmentLacking, match="Another program holds"):
        Store.open(path, clock)
    running.execute("INSERT INTO extra VALUES (1)")
    running.close()
    assert look(path).state == "newer"
    assert not list(path.parent.glob("progress.newer*"))


def test_an_older_file_is_brought_up_to_date_and_keeps_everything(path: Path, clock: Clock) -> None:
    make(path, clock, 3)
    store = Store.open(path, clock)
    store.keep_draft("torch", "a", "1", "mine")
    store.close()
    connection, notices = open_database(path, NOW, (*MIGRATIONS, SECOND))
    assert notices == []
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    assert connection.execute("SELECT count(*) FROM attempt").fetchone() == (3,)
    assert connection.execute("SELECT text, cursor FROM draft").fetchall() == [("mine", 0)]
    connection.close()


def test_a_tutor_that_runs_through_an_update_goes_on(path: Path, clock: Clock) -> None:
    old = Store.open(path, clock)
    updated, _ = open_database(path, NOW, (*MIGRATIONS, SECOND))
    old.keep_draft("torch", "a", "1", "still here")
    old.add(Attempt("torch", "a", "1", "hint"))
    assert updated.execute("SELECT text FROM draft").fetchall() == [("still here",)]
    updated.close()
    old.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path, clock: Clock) -> None:
    make(path, clock, 3)
    with pytest.raises(EnvironmentLacking):
        open_database(path, NOW, (*MIGRATIONS, "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);"))
    assert look(path) == database.Condition("current", 1, 3)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall() == []


def test_any_flipped_bytes_end_in_a_store_that_works(path: Path, clock: Clock) -> None:
    make(path, clock, 40)
    whole = path.read_bytes()
    draw = random.Random(7)
    for _ in range(120):
        raw = bytearray(whole)
        within = draw.choice([100, 1000, len(raw)])
        for _ in range(draw.randint(1, 6)):
            raw[draw.randrange(within)] = draw.randrange(256)
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        path.write_bytes(raw)
        store = Store.open(path, clock)
        store.attempts("torch")
        store.add(Attempt("torch", "new", "1", "hint"))
        assert len(store.attempts("torch", "new")) == 1
        store.close()


def test_an_empty_file_is_begun_without_a_word(path: Path, clock: Clock) -> None:
    path.parent.mkdir()
    path.touch()
    store = Store.open(path, clock)
    assert store.notices == []
    store.close()


def test_where_no_log_can_be_had_the_older_journal_does(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    class NoSharedMemory(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
            if "WAL" in sql:
                raise sqlite3.OperationalError("locking protocol")
            return super().execute(sql, *values)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=NoSharedMemory, **k))
    store = Store.open(path, clock)
    assert store.notices == []
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    store.add(Attempt("torch", "a", "1", "hint"))
    store.close()
    assert look(path).attempts == 1


def test_the_journal_is_a_log_and_every_write_reaches_the_disk(store: Store) -> None:
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._connection.execute("PRAGMA busy_timeout").fetchone() == (5000,)


@pytest.mark.parametrize("place", ["file/progress.db", "file/deeper/progress.db"])
def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path, clock: Clock, place: str) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    with pytest.raises(EnvironmentLacking, match=r"Progress cannot be saved in .*TUTOR_DATA_DIR") as caught:
        Store.open(tmp_path / place, clock)
    assert "\n" not in str(caught.value) and "Errno" not in str(caught.value)
    assert look(tmp_path / place).state in ("missing", "unreadable")


def test_a_folder_in_the_place_of_the_file_is_one_sentence(path: Path, clock: Clock) -> None:
    path.mkdir(parents=True)
    with pytest.raises(EnvironmentLacking, match="TUTOR_DATA_DIR"):
        Store.open(path, clock)
    assert look(path).state == "unreadable"


def test_a_file_that_cannot_be_written_is_told_at_the_start(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(path, clock, 1)
    connect = sqlite3.connect

    def reading_only(place: Path, **options: object) -> sqlite3.Connection:
        if place == path:
            return connect(f"{path.as_uri()}?mode=ro", uri=True, **options)  # type: ignore[call-overload]
        return connect(place, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(sqlite3, "connect", reading_only)
    with pytest.raises(EnvironmentLacking, match=r"readonly.*make that folder writable"):
        Store.open(path, clock)


def test_looking_changes_nothing(path: Path, clock: Clock) -> None:
    assert look(path) == database.Condition("missing")
    assert not path.parent.exists()
    make(path, clock, 2)
    garbage(path)
    before = path.read_bytes()
    assert look(path).state == "broken"
    assert path.read_bytes() == before
    assert not list(path.parent.glob("progress.corrupt*"))


@pytest.mark.parametrize("name", ["a b", "ü #?%41", "'quoted\""])
def test_any_folder_name_will_do(tmp_path: Path, clock: Clock, name: str) -> None:
    path = tmp_path / name / "progress.db"
    make(path, clock, 2)
    assert look(path).attempts == 2
