"""The SQLite file itself: opened, proven whole, brought up to date, or set aside when it cannot be used.

Whoever opens it holds a lock for those few milliseconds, so that of two tutors started at once only one creates,
migrates or sets aside, and the other finds the work done. The operating system drops the lock of a killed process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from tutor.errors import EnvironmentLacking

APPLICATION = 0x74757472
"""Written into the file's header: this SQLite file is ours."""

BUSY_MS = 5000

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE attempt (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        course TEXT NOT NULL, lesson TEXT NOT NULL, question TEXT NOT NULL,
        action TEXT NOT NULL, answer TEXT NOT NULL, result TEXT NOT NULL, belief TEXT NOT NULL,
        seconds REAL NOT NULL, at TEXT NOT NULL, digest TEXT NOT NULL
    );
    CREATE INDEX attempt_of ON attempt (course, lesson, question);
    CREATE TRIGGER attempt_stays BEFORE UPDATE ON attempt
        BEGIN SELECT RAISE(ABORT, 'an attempt is never changed'); END;
    CREATE TRIGGER attempt_remains BEFORE DELETE ON attempt
        BEGIN SELECT RAISE(ABORT, 'an attempt is never removed'); END;
    CREATE TABLE draft (
        course TEXT NOT NULL, lesson TEXT NOT NULL, question TEXT NOT NULL, text TEXT NOT NULL,
        PRIMARY KEY (course, lesson, question)
    );
    CREATE TABLE place (
        course TEXT NOT NULL, lesson TEXT NOT NULL, question TEXT NOT NULL,
        PRIMARY KEY (course, lesson)
    );
    CREATE TABLE card (
        course TEXT NOT NULL, lesson TEXT NOT NULL, question TEXT NOT NULL, due TEXT NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (course, lesson, question)
    );
    """,
)
"""Script n leads from version n to n + 1. They only add: an older tutor may be running on the file meanwhile."""


@dataclass(frozen=True)
class Condition:
    """What was found in a database file."""

    state: Literal["missing", "empty", "older", "current", "newer", "broken", "unreadable"]
    version: int = 0
    attempts: int = 0
    detail: str = ""
    """What SQLite said, when broken or unreadable."""


def open_database(
    path: Path, now: datetime, migrations: Sequence[str] = MIGRATIONS
) -> tuple[sqlite3.Connection, list[str]]:
    """A connection to the progress file, made if need be, and a sentence for each thing the learner should know.

    Raises EnvironmentLacking when the folder or the disk does not allow it.
    """
    with speaking(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            return _prepare(path, now, migrations)


def look(path: Path) -> Condition:
    """What state the file is in; changes nothing and never raises for what it finds."""
    try:
        if not path.exists():
            return Condition("missing")
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA query_only=ON")
            return examine(path, connection)
    except (sqlite3.Error, OSError) as error:
        return Condition("unreadable", detail=str(error))


def examine(path: Path, connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> Condition:
    """Read everything once. Raises OSError or sqlite3.OperationalError for what is not the file's own fault."""
    if fault := _header_fault(path):
        return Condition("broken", detail=fault)
    try:
        return _read_through(connection, migrations)
    except UnicodeDecodeError:
        # SQLite quotes the damaged schema in its message, and Python cannot read that.
        return Condition("broken", detail="its schema is damaged")
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and not _blames_file(error):
            raise
        return Condition("broken", detail=str(error))


def _read_through(connection: sqlite3.Connection, migrations: Sequence[str]) -> Condition:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    checked = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    columns = _columns(connection)
    if checked != "ok":
        return Condition("broken", version, detail=checked.splitlines()[-1])
    if version == 0 and not columns:
        return Condition("empty")
    if owner != APPLICATION or version < 1 or not _columns_at(version, migrations) <= columns:
        return Condition("broken", version, detail="it is not a file of the tutor's")
    attempts = int(connection.execute("SELECT count(*) FROM attempt").fetchone()[0])
    if version == len(migrations):
        return Condition("current", version, attempts)
    return Condition("older" if version < len(migrations) else "newer", version, attempts)


def _columns(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    tables = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    quoted = {table: table.replace('"', '""') for table in tables}
    asked = {table: connection.execute(f'PRAGMA table_info("{name}")') for table, name in quoted.items()}
    return {(table, str(row[1])) for table, rows in asked.items() for row in rows}


def _columns_at(version: int, migrations: Sequence[str]) -> set[tuple[str, str]]:
    """What every file of this version has, by making one in memory."""
    with closing(sqlite3.connect(":memory:")) as model:
        for script in migrations[:version]:
            model.executescript(script)
        return _columns(model)


def _header_fault(path: Path) -> str:
    """What is wrong with the first bytes. SQLite is not asked: it may throw the log of such a file away, and takes a
    damaged version number for a reason to open it read-only."""
    with path.open("rb") as file:
        header = file.read(100)
    if header and (len(header) < 100 or not header.startswith(b"SQLite format 3\0")):
        return "file is not a database"
    if header and max(header[18:20]) > 2:
        return "its header is damaged"
    return ""


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into one sentence for the learner. Faults of our own pass through."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        raise EnvironmentLacking(_sentence(path, str(error))) from error
    except OSError as error:
        raise EnvironmentLacking(_sentence(path, error.strerror or str(error))) from error


def _sentence(path: Path, said: str) -> str:
    if "full" in said or "No space" in said:
        return f"The disk is full, so progress cannot be saved in {path}; free some space and go on."
    if "locked" in said or "busy" in said:
        return f"Another program holds {path}; close it (or the other tutor) and try again."
    if "malformed" in said or "not a database" in said:
        return f"{path} was damaged ({said}); start the tutor again, it will set the file aside and begin a fresh one."
    return (
        f"Progress cannot be saved in {path.parent} ({said}); make that folder writable, or set TUTOR_DATA_DIR to one "
        "that is."
    )


def _blames_file(error: sqlite3.OperationalError) -> bool:
    return any(words in str(error) for words in ("unsupported file format", "malformed"))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    # A lock of SQLite's own on an empty file beside: the same on every platform, and nothing is ever written to it.
    with closing(sqlite3.connect(path.with_suffix(".lock"), timeout=30, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _prepare(path: Path, now: datetime, migrations: Sequence[str]) -> tuple[sqlite3.Connection, list[str]]:
    connection = _connect(path)
    try:
        found = examine(path, connection, migrations)
        notices: list[str] = []
        if found.state in ("broken", "newer"):
            connection.close()
            notices.append(_set_aside(path, found, now, len(migrations)))
            connection, found = _connect(path), Condition("empty")
        _journal(connection)
        _migrate(connection, found.version, migrations)
        _try_to_write(connection, len(migrations))
    except BaseException:
        connection.close()
        raise
    return connection, notices


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    # A damaged letter in one old answer must not make all of them unreadable.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _journal(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("PRAGMA journal_mode=WAL").fetchone()
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # Network mounts have no shared memory; the older journal is slower and just as safe.
        connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    connection.execute("PRAGMA synchronous=FULL")


def _try_to_write(connection: sqlite3.Connection, version: int) -> None:
    """A file or folder that cannot be written says so now, not at the first answer."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA user_version={version}")
    connection.execute("ROLLBACK")


def _migrate(connection: sqlite3.Connection, version: int, migrations: Sequence[str]) -> None:
    for number, script in enumerate(migrations[version:], start=version + 1):
        stamp = f"PRAGMA application_id={APPLICATION}; PRAGMA user_version={number};"
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}; {stamp} COMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _set_aside(path: Path, found: Condition, now: datetime, current: int) -> str:
    """Rename the file, with the log that belongs to it, and say so."""
    if found.state == "newer":
        _refuse_in_use(path)
    word = "corrupt" if found.state == "broken" else f"newer-v{found.version}"
    kept = _free_name(path, f"{path.stem}.{word}-{now:%Y%m%d-%H%M%S}")
    # The log first: a fresh database beside the log of another would take it for its own.
    for ending in ("-wal", "-shm", "-journal", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    if found.state == "broken":
        return (
            f"Your progress file could not be read ({found.detail}), so a fresh one was begun; the old one is kept as "
            f"{kept}: restore a backup over {path.name} if you have one."
        )
    return (
        f"Your progress was written by a newer tutor (format {found.version}, this one reads {current}), so a fresh "
        f"one was begun; the newer is kept as {kept}: update the tutor and rename it back to {path.name} to use it."
    )


def _refuse_in_use(path: Path) -> None:
    """Renaming a file that a running program writes would split it from its log. Raises sqlite3.OperationalError."""
    with closing(sqlite3.connect(path, timeout=0.3, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")


def _free_name(path: Path, stem: str) -> Path:
    names = (f"{stem}{again}{path.suffix}" for again in ["", *(f"-{n}" for n in range(2, 10_000))])
    return next(kept for kept in map(path.with_name, names) if not kept.exists())
