"""What was found the last time, as long as nothing that it rests on has changed: the file, the tutor, torch, the data
beside the lesson. It can always be made again, so whatever is wrong with it is no error.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path

import msgspec

import tutor
from tutor import __version__, paths
from tutor.errors import Problem

LARGEST_DATA = 4 << 20
"""Bytes of a data file that are looked at; of a larger one only size and time."""
FILES_MOST = 2000
KEPT_MOST = 1000
"""Results that are held on to; of more the older half goes."""
_LESSONS = frozenset({".yaml", ".yml"})


class Link(msgspec.Struct, frozen=True):
    """A lesson, or a question of one, that a lesson names."""

    line: int
    column: int
    lesson: str
    question: str = ""
    needed: bool = False
    """Whether it must come before."""


class Checked(msgspec.Struct, frozen=True):
    """What is known of one lesson file."""

    problems: tuple[Problem, ...]
    links: tuple[Link, ...] = ()
    ids: dict[str, str] = {}
    """The content of each graded question, in letters, by id."""


@cache
def grounds() -> bytes:
    """What every result rests on: this program as it is installed, Python, torch."""
    root = Path(tutor.__file__).parent
    sources = sorted(path for path in root.rglob("*.py"))
    stamps = [(str(path.relative_to(root)), (s := path.stat()).st_size, s.st_mtime_ns) for path in sources]
    return repr((__version__, sys.version_info[:3], _torch(), os.environ.get("TUTOR_DEVICE"), stamps)).encode()


def _torch() -> str:
    """torch's version, without importing it."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return ""


def data(course: Path | None) -> bytes:
    """What stands for all that the lessons of a course may share: its files that are no lessons."""
    made = hashlib.sha256()
    for path in islice(_files(course), FILES_MOST) if course else ():
        size = path.stat().st_size
        made.update(f"{path.name} {size} ".encode())
        made.update(path.read_bytes() if size <= LARGEST_DATA else str(path.stat().st_mtime_ns).encode())
    return made.digest()


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder and of those in it, in order, without what is hidden."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")) or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix not in _LESSONS and path.is_file():
            yield path


def key(path: Path, shared: bytes) -> str:
    """The name under which a lesson's result is kept: another content, another name. Raises OSError."""
    return hashlib.sha256(grounds() + shared + path.read_bytes()).hexdigest()


def recall(path: Path, name: str) -> Checked | None:
    """What is known under a key, told of the file as it is called now."""
    try:
        known = msgspec.json.decode(_place(name).read_bytes(), type=Checked)
    except (OSError, ValueError, RecursionError):
        return None
    here = tuple(replace(problem, path=str(path)) for problem in known.problems)
    return msgspec.structs.replace(known, problems=here)


def keep(path: Path, name: str, checked: Checked) -> None:
    """Remember a result under its key; a folder that cannot be written only makes the next check slower."""
    _write(_place(name), msgspec.json.encode(checked))
    if checked.ids:
        _write(_ids_of(path), msgspec.json.encode(checked.ids))
    _thin(_place(name))


def _thin(newest: Path) -> None:
    """Take the oldest results away, where there are many beside the newest."""
    try:
        others = (kept for kept in newest.parent.iterdir() if kept != newest)
        files = sorted(others, key=lambda kept: kept.stat().st_mtime_ns)
        for old in files[: KEPT_MOST // 2] if len(files) > KEPT_MOST else ():
            old.unlink()
    except OSError:
        return


def former_ids(path: Path) -> dict[str, str]:
    """The questions that the file had when it was last checked: content by id."""
    try:
        return msgspec.json.decode(_ids_of(path).read_bytes(), type=dict[str, str])
    except (OSError, ValueError, RecursionError):
        return {}


def _place(name: str) -> Path:
    return paths.cache_dir() / "check" / f"{name[:40]}.json"


def _ids_of(path: Path) -> Path:
    return _place("ids-" + hashlib.sha256(os.fsencode(path.absolute())).hexdigest())


def _write(place: Path, data: bytes) -> None:
    mine = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        mine.write_bytes(data)
        mine.replace(place)
    except OSError:
        return
