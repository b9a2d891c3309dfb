"""The files of a course in memory: gathered under limits, checked by name, told apart by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from tutor.course import filename
from tutor.errors import LessonError, Problem

MIB = 1 << 20
FILE_MOST = 8 * MIB
WHOLE_MOST = 32 * MIB
ENTRIES_MOST = 2000
COURSE = "course.yaml"


@dataclass(frozen=True)
class Parcel:
    """What was fetched, and what of it was left behind."""

    files: dict[str, bytes]
    left_out: tuple[str, ...] = ()
    """Files of other kinds, which stay where they are."""
    commit: str = ""
    """Of a repository."""

    @property
    def digest(self) -> str:
        """Of names and contents; another course, another digest."""
        return digest(self.files)


def digest(files: dict[str, bytes]) -> str:
    """A SHA-256 over every name and content, with their lengths."""
    made = hashlib.sha256()
    for name in sorted(files):
        made.update(f"{len(name.encode())}:{name}:{len(files[name])}:".encode())
        made.update(files[name])
    return made.hexdigest()


def refused(source: str, why: str) -> LessonError:
    """The error for a source that cannot be a course."""
    return LessonError([Problem(source, 0, 0, why)])


class Packing:
    """Takes one entry after the other. Everything here raises LessonError at the first thing that may not be."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._files: dict[str, bytes] = {}
        self._left_out: list[str] = []
        self._names: dict[str, str] = {}
        self._entries = 0
        self._size = 0

    def refuse(self, why: str) -> LessonError:
        """The error for this source."""
        return refused(self.source, why)

    def entry(self, name: str, what: str = "") -> str:
        """The tidy name of any entry; `what` is said when it is neither file nor folder."""
        self._entries += 1
        if self._entries > ENTRIES_MOST:
            raise self.refuse(f"there are more than {ENTRIES_MOST} files and folders; a course has fewer.")
        name = filename.tidy(name) if name not in (".", "./") else "."
        if why := filename.danger(name) or (what and f"is {what}"):
            raise self.refuse(f"`{_shown(name)}` {why}; a course is files and folders that lie within it.")
        return name

    def file(self, name: str, size: int, read: Callable[[int], bytes]) -> None:
        """A file; `read` gives at most so many bytes of it."""
        if filename.hidden(name):
            return
        if not filename.kept(name):
            self._left_out.append(name)
            return
        if why := filename.unportable(name):
            raise self.refuse(f"`{_shown(name)}` {why}.")
        if (other := self._names.setdefault(filename.same(name), name)) != name or name in self._files:
            raise self.refuse(f"`{_shown(name)}` is there twice" + (f", also as `{other}`." if other != name else "."))
        if size > FILE_MOST:
            raise self._large(name)
        data = read(FILE_MOST + 1)
        self._size += len(data)
        if len(data) > FILE_MOST:
            raise self._large(name)
        if self._size > WHOLE_MOST:
            raise self.refuse(f"the files are more than {WHOLE_MOST // MIB} MiB together; a course is smaller.")
        self._files[name] = data

    def done(self) -> Parcel:
        """The parcel, with the folder at the top that archives often have taken away."""
        if COURSE in self._files:
            return Parcel(self._files, tuple(self._left_out))
        tops = {name.partition("/")[0] for name in self._files if name.endswith(f"/{COURSE}") and name.count("/") == 1}
        if len(tops) != 1:
            several = f"; there is one in each of {', '.join(sorted(tops)[:3])}" if tops else ""
            raise self.refuse(f"there is no {COURSE} at the top{several}.")
        top = f"{tops.pop()}/"
        files = {name.removeprefix(top): data for name, data in self._files.items() if name.startswith(top)}
        return Parcel(files, tuple(name.removeprefix(top) for name in self._left_out))

    def _large(self, name: str) -> LessonError:
        return self.refuse(f"`{_shown(name)}` has more than {FILE_MOST // MIB} MiB; a file of a course is smaller.")


def of_commit(parcel: Parcel, commit: str) -> Parcel:
    """The same, known to be a commit."""
    return replace(parcel, commit=commit)


def _shown(name: str) -> str:
    return ascii(name)[1:-1][:80] if not name.isprintable() else name[:80]
