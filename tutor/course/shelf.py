"""The installed courses: each a record that names a folder which is never written to again.

A record is replaced in one step, after the folder it names is whole and on the disk; so whenever a tutor is killed, the
old version is there or the new one. What no record names is swept away by whoever changes the shelf next.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

import msgspec

from tutor import paths
from tutor.course.filename import reserved
from tutor.course.parcel import Parcel, digest
from tutor.course.source import Kind
from tutor.errors import EnvironmentLacking, UsageError
from tutor.lesson.slug import slug

_NEW = ".new-"
_SHORT = 12


class Record(msgspec.Struct, frozen=True):
    """One installed course."""

    name: str
    """What it is called on the command line; progress is kept under it."""
    title: str
    kind: Kind
    source: str
    digest: str
    """Of its files; a SHA-256."""
    commit: str = ""
    revision: str = ""
    """The branch or tag it follows, where one was named."""
    added: str = ""
    previous: str = ""
    """The folder of the version before, which a running tutor may still have open."""
    agreed: str = ""
    """The digest of the version whose code was shown and agreed to."""
    seen: tuple[str, ...] = ()
    """Of each piece of code that was agreed to."""

    @property
    def folder(self) -> str:
        """The name of the folder that holds this version."""
        return f"{self.name}@{self.digest[:_SHORT]}"

    @property
    def version(self) -> str:
        """A commit, or the beginning of the digest, in a few letters."""
        return f"commit {self.commit[:_SHORT]}" if self.commit else self.digest[:_SHORT]


class Shelf:
    """Every method raises EnvironmentLacking when the disk does not allow it."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or paths.courses()

    def records(self) -> list[Record]:
        """All courses, by name. A record that cannot be read is none."""
        try:
            found = sorted(self.folder.glob("*.json"))
        except OSError:
            return []
        return [record for path in found if (record := _record(path)) is not None]

    def find(self, name: str) -> Record | None:
        """The course of this name."""
        return _record(self.folder / f"{name}.json") if slug(name) == name and name else None

    def named(self, name: str) -> Record:
        """The same. Raises UsageError that says which there are."""
        if (record := self.find(name)) is not None:
            return record
        names = [record.name for record in self.records()]
        near = get_close_matches(name, names, n=1)
        told = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(names)}." if names else "none is."
        raise UsageError(f"No course `{name}` is installed; {told}")

    def place(self, record: Record) -> Path:
        """The folder of a course."""
        return self.folder / record.folder

    def whole(self, record: Record) -> bool:
        """Whether the files are the ones that were installed."""
        folder = self.place(record)
        try:
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
        except OSError:
            return False
        return digest(files) == record.digest

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One program at a time changes the shelf; what an earlier one left half done is swept away."""
        with _speaking(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / ".lock").open("a+b") as file:
                _lock(file.fileno())
                self._sweep()
                yield
                self._sweep()

    def stage(self, parcel: Parcel) -> Path:
        """The files in a folder that no record names yet."""
        staged = Path(tempfile.mkdtemp(prefix=_NEW, dir=self.folder))
        for name, data in parcel.files.items():
            path = staged / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data)
        for folder in {staged, *(path for path in staged.rglob("*") if path.is_dir())}:
            _settle(folder)
        return staged

    def put(self, record: Record, staged: Path) -> None:
        """Make the staged files the course of this record."""
        target = self.place(record)
        if target.exists() and not self.whole(record):
            target.rename(target.with_name(f"{_NEW}{target.name}-{staged.name}"))
        if not target.exists():
            staged.rename(target)
            _settle(self.folder)
        self.write(record)

    def write(self, record: Record) -> None:
        """Replace a record in one step."""
        handle, made = tempfile.mkstemp(prefix=_NEW, dir=self.folder)
        os.close(handle)
        _write(Path(made), msgspec.json.encode(record))
        Path(made).replace(self.folder / f"{record.name}.json")
        _settle(self.folder)

    def remove(self, record: Record) -> None:
        """Forget a course. What a learner did in it stays in their progress."""
        (self.folder / f"{record.name}.json").unlink(missing_ok=True)
        _settle(self.folder)

    def _sweep(self) -> None:
        kept = {name for record in self.records() for name in (record.folder, record.previous)}
        for path in self.folder.iterdir():
            if path.name.startswith(_NEW) or ("@" in path.name and path.name not in kept):
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def free_name(asked: str, title: str, taken: Iterable[str]) -> str:
    """A name for a new course: as asked, else after its title. Raises UsageError."""
    name = asked or slug(title)
    if not name or slug(name) != name or reserved(name):
        told = f"`{asked}` is no name" if asked else f"no name can be made of the title `{title}`"
        raise UsageError(f"{told[0].upper()}{told[1:]}; give one of `a-z`, `0-9` and `-` with --name.")
    if name in taken:
        raise UsageError(f"There is a course `{name}` already; `tutor course update {name}`, or another --name.")
    return name


def _record(path: Path) -> Record | None:
    try:
        record = msgspec.json.decode(path.read_bytes(), type=Record)
    except (OSError, ValueError, RecursionError):
        return None
    return record if record.name == path.stem and slug(record.name) == record.name else None


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()]


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """What was named in a folder is on the disk; where a folder cannot be opened, the system sees to that itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Held until the file is closed, also by a kill."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


@contextmanager
def _speaking(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = "make room, or set TUTOR_DATA_DIR to a folder that can be written"
        raise EnvironmentLacking(f"Courses cannot be kept in {folder}: {error.strerror}; {told}.") from error
