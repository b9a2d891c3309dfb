"""Where a course comes from: a folder, an archive or a repository."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tutor.course import git
from tutor.course.archive import read_archive
from tutor.course.filename import hidden
from tutor.course.parcel import COURSE, Packing, Parcel, refused
from tutor.errors import UsageError
from tutor.legible import legible

Kind = Literal["folder", "archive", "git"]


def settled(source: str) -> tuple[Kind, str]:
    """What kind of source it is, and its name from anywhere. Raises UsageError."""
    if source.startswith("-"):
        raise UsageError(f"`{legible(source)}` is neither a path nor an address.")
    if git.is_address(source):
        return "git", source
    try:
        path = Path(source).expanduser().absolute()
        if path.name == COURSE and path.is_file():
            path = path.parent
        if path.is_dir():
            return "folder", str(path)
        if path.is_file():
            return "archive", str(path)
    except (OSError, ValueError, RuntimeError):
        pass
    raise UsageError(
        f"There is no {legible(source)}; name a folder with a {COURSE}, an archive of one, or a git address."
    )


def fetch(kind: Kind, source: str, revision: str = "") -> Parcel:
    """The files of a course. Raises UsageError, LessonError, EnvironmentLacking."""
    if revision and kind != "git":
        raise UsageError("--at names a branch, tag or commit, which only a repository has.")
    if kind == "git":
        return git.clone(source, revision)
    path = Path(source)
    try:
        return read_archive(path) if kind == "archive" else read_folder(path)
    except OSError as error:
        raise refused(source, f"it cannot be read: {error.strerror}.") from error


def read_folder(folder: Path) -> Parcel:
    """The files of a folder. What is hidden, links to elsewhere included, is none of the course's."""
    packing = Packing(str(folder))
    if not (folder / COURSE).is_file():
        raise packing.refuse(f"there is no {COURSE} in this folder.")
    for entry in _within(folder, folder, packing):
        name = packing.entry(entry.relative_to(folder).as_posix())
        handle = os.open(entry, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            packing.file(name, os.fstat(handle).st_size, file.read)
    return packing.done()


def _within(folder: Path, top: Path, packing: Packing) -> Iterator[Path]:
    """Every file below, in order; folders count as entries too."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if hidden(entry.name):
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            packing.entry(path.relative_to(top).as_posix())
            yield from _within(path, top, packing)
        elif stat.S_ISREG(mode):
            yield path
        else:
            what = "a symbolic link" if stat.S_ISLNK(mode) else "a device, a pipe or a socket"
            packing.entry(path.relative_to(top).as_posix(), what)
