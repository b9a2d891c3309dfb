"""A course at a glance, without reading its lessons again each time.

What a home screen needs of every lesson is kept in the cache folder and holds as long as the file's time and size
do, so that starting needs no YAML parser. The cache can always be made again: whatever is wrong with it is no error.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from tutor import __version__, paths
from tutor.errors import LessonError, Problem, UsageError
from tutor.lesson.slug import file_slug, slug

if TYPE_CHECKING:
    from tutor.lesson.model import LessonFile

_COURSE = "course.yaml"
_INDEX = f"3 of {__version__}"
_NAMED = 8


class Entry(msgspec.Struct, frozen=True):
    """One lesson of the course; `questions` and `kinds` run side by side, in order."""

    slug: str
    title: str
    goal: str
    path: str
    questions: tuple[str, ...]
    kinds: tuple[str, ...]
    graded: tuple[str, ...]
    """The questions that count, of those in `questions`."""
    needs: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    """Slugs it had before."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Former ids of questions, each with the present one."""


class _Card(msgspec.Struct, frozen=True):
    """What is remembered of one lesson file, and the state of the file it was read from."""

    stamp: tuple[int, int]
    entry: Entry | None
    problems: tuple[Problem, ...]


class _Index(msgspec.Struct, frozen=True):
    version: str
    stamp: tuple[int, int]
    title: str
    lessons: tuple[str, ...]
    drills: tuple[str, ...]
    cards: dict[str, _Card]


class Catalog:
    """The lessons of one course, in order. A lesson that cannot be read is in `problems`, not in `entries`."""

    def __init__(self, folder: Path, index: _Index, key: str = "") -> None:
        self.folder = folder
        self.title = index.title
        self.key = key or slug(index.title) or "course"
        """What progress is kept under."""
        self._drills = index.drills
        cards = [index.cards[name] for name in index.lessons]
        self.entries = tuple(card.entry for card in cards if card.entry is not None)
        self.problems = tuple(problem for card in cards for problem in card.problems)

    @property
    def shipped(self) -> bool:
        """Whether it is the course that came with the program."""
        return paths.is_shipped(self.folder)

    @property
    def renamed(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Former names of lessons (with no question) and of questions, each with the present one."""
        names: dict[tuple[str, str], tuple[str, str]] = {}
        for entry in self.entries:
            names |= {(old, ""): (entry.slug, "") for old in entry.was}
            for old, new in entry.renamed:
                lesson, _, question = old.rpartition("/")
                names[lesson or entry.slug, question] = (entry.slug, new)
        return names

    @classmethod
    def open(cls, folder: Path | None = None, key: str = "") -> Catalog:
        """The course in `folder`, by default the bundled one. Raises EnvironmentLacking, LessonError."""
        folder = (folder or paths.shipped_course()).absolute()
        store = _store(folder)
        known = _recalled(store)
        index = _indexed(folder, known)
        if index != known:
            _keep(store, index)
        return cls(folder, index, key)

    def lesson(self, slug: str) -> LessonFile:
        """A lesson by its slug, its number or the beginning of its slug or title. Raises UsageError, LessonError."""
        from tutor.lesson.load import load_lesson

        return load_lesson(Path(self._found(slug.strip()).path))

    def drills(self) -> list[LessonFile]:
        """The families to drill; a file that cannot be read is left out and joins `problems`."""
        from tutor.lesson.load import load_lesson

        files = []
        for name in self._drills:
            try:
                files.append(load_lesson(self.folder / name))
            except LessonError as error:
                self.problems = tuple(dict.fromkeys([*self.problems, *error.problems]))
        return files

    def _found(self, asked: str) -> Entry:
        name = asked.casefold()
        number = name.lstrip("0") if name.isdecimal() else ""
        for match in (
            lambda e: e.slug == name,
            lambda e: bool(number) and _number(e) == number,
            lambda e: bool(name) and (e.slug.startswith(name) or e.title.casefold().startswith(name)),
        ):
            hits = [entry for entry in self.entries if match(entry)]
            if len(hits) == 1:
                return hits[0]
            if hits:
                raise UsageError(f"`{asked}` could be {_listed([e.slug for e in hits])}; say more of the name.")
        raise UsageError(self._unknown(asked))

    def _unknown(self, asked: str) -> str:
        broken = [problem for problem in self.problems if file_slug(problem.path) == asked.casefold()]
        if broken:
            return f"The lesson `{asked}` cannot be used: {broken[0]}"
        slugs = [entry.slug for entry in self.entries]
        if not slugs:
            return f"There is no lesson `{asked}`: this course has no lesson that can be used."
        near = get_close_matches(asked.casefold(), slugs, n=3, cutoff=0.5)
        return f"There is no lesson `{asked}`; " + (
            f"did you mean {_listed(near)}?" if near else f"there are {_listed(slugs, ' and ')}."
        )


def _listed(names: Sequence[str], word: str = " or ") -> str:
    shown = [f"`{name}`" for name in names[:_NAMED]] + (["more"] if len(names) > _NAMED else [])
    return word.join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _number(entry: Entry) -> str:
    """`8` of `08-reductions.yaml`."""
    stem = Path(entry.path).name
    digits = stem[: len(stem) - len(stem.lstrip("0123456789"))]
    return digits.lstrip("0")


def _store(folder: Path) -> Path:
    # Two halves of the path, since 32 bits alone meet too soon; hashlib takes 2 ms to load, before the first frame.
    path = os.fsencode(folder)
    name = f"{crc32(path):08x}{crc32(path[::-1]):08x}"
    return paths.cache_dir() / "index" / f"{name}.json"


def _recalled(store: Path) -> _Index | None:
    try:
        index = msgspec.json.decode(store.read_bytes(), type=_Index)
    except (OSError, ValueError, RecursionError):
        return None
    return index if index.version == _INDEX and set(index.lessons) == set(index.cards) else None


def _keep(store: Path, index: _Index) -> None:
    """Remember the index; a folder that cannot be written only makes the next start slower."""
    mine = store.with_name(f"{store.name}.{os.getpid()}")
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        mine.write_bytes(msgspec.json.encode(index))
        mine.replace(store)
    except OSError:
        return


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file does; (0, 0) when there is none."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _indexed(folder: Path, known: _Index | None) -> _Index:
    """The index of the files as they are now, with what is known of those that have not changed."""
    stamp = _stamp(folder / _COURSE)
    if known is None or known.stamp != stamp or stamp == (0, 0):
        title, lessons, drills = _course(folder)
    else:
        title, lessons, drills = known.title, known.lessons, known.drills
    cards = {}
    for name in lessons:
        card = known.cards.get(name) if known else None
        now = _stamp(folder / name)
        cards[name] = card if card and card.stamp == now and now != (0, 0) else _card(folder / name, now)
    return _Index(_INDEX, stamp, title, lessons, drills, cards)


def _course(folder: Path) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    from tutor.lesson.load import load_course

    course = load_course(folder)
    return course.course, course.lessons, course.drills


def _card(path: Path, stamp: tuple[int, int]) -> _Card:
    from tutor.lesson.content import former
    from tutor.lesson.load import load_lesson

    if stamp == (0, 0):
        return _Card(stamp, None, (Problem(str(path), 0, 0, f"{_COURSE} names this file, but it is not there."),))
    try:
        file = load_lesson(path)
    except LessonError as error:
        return _Card(stamp, None, tuple(error.problems))
    lesson = file.lesson
    entry = Entry(
        slug=file.slug,
        title=lesson.lesson,
        goal=lesson.goal,
        path=str(path),
        questions=tuple(q.id for q in lesson.questions),
        kinds=tuple(q.kind for q in lesson.questions),
        graded=tuple(q.id for q in lesson.questions if q.graded),
        needs=lesson.needs,
        was=former(lesson),
        renamed=tuple((old, q.id) for q in lesson.questions for old in former(q)),
    )
    return _Card(stamp, entry, ())
