"""A course or a lesson to begin with: files that pass `tutor check` as they are and teach the format by example.

Nothing that is there is ever overwritten. Only `course.yaml` is added to, with its comments and its layout kept.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tutor.author.schema import written
from tutor.errors import EnvironmentLacking, UsageError
from tutor.legible import legible
from tutor.lesson.build import known
from tutor.lesson.load import COURSE, load_course
from tutor.lesson.mend import quoted
from tutor.lesson.nodes import Row, Table, Text, tree
from tutor.lesson.slug import file_slug, slug
from tutor.lesson.text import Report

SKELETON = Path(__file__).with_name("skeleton")
LESSON_SCHEMA, COURSE_SCHEMA = "lesson.schema.json", "course.schema.json"
FIRST = "First lesson"

_NUMBERED = re.compile(r"(\d{1,3})[-_.]+ *(?=\D)|(0\d{1,2}) +(?=\D)")
"""`07-views`, `7. Views`, `07 Views`; neither `3 ways to sum` nor `3D`."""
_PLAIN = re.compile(r"[A-Za-z][\w ,.()+/?!;'-]*")


@dataclass(frozen=True)
class Name:
    """What a name for people says of the file: `03-sums and means` is number 3, Sums and means, sums-and-means."""

    number: int | None
    title: str
    slug: str

    @classmethod
    def read(cls, text: str) -> Name:
        """Raises UsageError when no file can be called so."""
        said = " ".join(legible(text).split())
        if said.startswith((".", "/", "~", "\\")) or "\\" in said or re.search(r"\w/\w.*\.ya?ml$", said):
            raise UsageError(f"`{said}` is a path; give a name alone, and say with --course where it belongs.")
        said = re.sub(r"\.ya?ml$", "", said)
        found = _NUMBERED.match(said)
        rest = said[found.end() :] if found else said
        if not slug(rest):
            raise UsageError(f"`{said}` has no letters a file can be named with; use some of a-z.")
        typed = re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)+|[a-z]+", rest)
        title = re.sub("[-_]", " ", rest).capitalize() if typed else rest
        return cls(int(found[1] or found[2]) if found else None, title, slug(rest))


def new_course(text: str, place: Path) -> list[Path]:
    """Begin a course in a folder of its own in `place`; the files that were made. Raises UsageError."""
    name = Name.read(text)
    folder = place / name.slug
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise UsageError(f"{folder} is there already, and nothing in it is overwritten; take another name.")
    first = Name.read(FIRST)
    files = {
        COURSE: _skeleton("course.yaml", "course", name.title),
        f"01-{first.slug}.yaml": _skeleton("lesson.yaml", "lesson", first.title),
        f"drills/{first.slug}.yaml": _skeleton("drill.yaml", "lesson", first.title),
        LESSON_SCHEMA: written("lesson"),
        COURSE_SCHEMA: written("course"),
    }
    return _make([(folder / file, partial(_write, text=text)) for file, text in files.items()])


def new_lesson(text: str, course: Path | None, here: Path) -> list[Path]:
    """Begin a lesson in a course, by default the one around `here`; the files that were made or added to.

    Where there is no course, the lesson stands alone. Raises UsageError, LessonError, EnvironmentLacking.
    """
    name = Name.read(text)
    home = course or around(here)
    lessons = load_course(home).lessons if home else ()
    folder = home or here
    taken = _taken(folder, name, lessons)
    if taken:
        raise UsageError(f"{taken} is there already, and is not overwritten; take another name.")
    file = f"{_number(folder, name, lessons):02}-{name.slug}.yaml"
    work: list[tuple[Path, Callable[[Path], None]]] = [
        (folder / file, partial(_write, text=_skeleton("lesson.yaml", "lesson", name.title)))
    ]
    if not (folder / LESSON_SCHEMA).exists():
        work.append((folder / LESSON_SCHEMA, partial(_write, text=written("lesson"))))
    if home:
        work.append((home / COURSE, partial(_replace, data=added((home / COURSE).read_bytes(), file))))
    return _make(work)


def around(here: Path) -> Path | None:
    """The folder of the course that is meant by `here`: itself, its `lessons`, else the nearest above it."""
    folders = (here, here / "lessons", *here.absolute().parents)
    return next((folder for folder in folders if (folder / COURSE).is_file()), None)


def added(data: bytes, file: str) -> bytes:
    """`course.yaml` with one lesson more at the end of its list. Raises UsageError when it is written too oddly."""
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    lessons = _lessons(text)
    made = _appended(text, lessons, file)
    names = [item.value for item in lessons.items if isinstance(item, Text)]
    if [item.value for item in _lessons(made).items if isinstance(item, Text)] != [*names, file]:
        raise UsageError(f"{COURSE} cannot be added to as it is written; write each lesson on a line of its own.")
    ended = made.replace("\n", "\r\n") if b"\r\n" in data else made
    return (b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b"") + ended.encode()


def _appended(text: str, lessons: Row, file: str) -> str:
    lines = text.split("\n")
    if not lessons.source:
        last = lessons.items[-1].place[0]
        indent = lines[last - 1][: -len(lines[last - 1].lstrip())]
        return "\n".join([*lines[:last], f"{indent}- {file}", *lines[last:]])
    begin = sum(len(line) + 1 for line in lines[: lessons.place[0] - 1]) + lessons.place[1] - 1
    end = begin + len(lessons.source) - 1
    kept = text[:end].rstrip()
    return kept + ("" if kept.endswith(",") else ",") + f" {file}" + text[len(kept) :]


def _lessons(text: str) -> Row:
    """The list of lessons as it stands in the file."""
    node = tree(text, Report(Path(COURSE)), known())
    row = node.values.get("lessons") if isinstance(node, Table) else None
    return row if isinstance(row, Row) else Row((1, 1))


def _taken(folder: Path, name: Name, lessons: Iterable[str]) -> str:
    """A lesson of that slug, whatever its number."""
    names = [*lessons, *(path.name for path in folder.glob("*.y*ml"))]
    return next((file for file in names if file_slug(file) == name.slug), "")


def _number(folder: Path, name: Name, lessons: Iterable[str]) -> int:
    """The one that was asked for, else the next."""
    if name.number is not None:
        return name.number
    names = [*lessons, *(path.name for path in folder.glob("*.y*ml"))]
    return max((int(found[0]) for file in names if (found := re.match(r"\d+", file))), default=0) + 1


def _skeleton(file: str, key: str, title: str) -> str:
    text = (SKELETON / file).read_text("utf-8")
    said = title if _PLAIN.fullmatch(title) else quoted(title)
    return re.sub(f"^{key}: .*$", lambda _: f"{key}: {said}", text, count=1, flags=re.MULTILINE)


def _make(work: list[tuple[Path, Callable[[Path], None]]]) -> list[Path]:
    """Make every file, or none. Raises UsageError, EnvironmentLacking."""
    made: list[Path] = []
    try:
        for path, make in work:
            path.parent.mkdir(parents=True, exist_ok=True)
            make(path)
            made.append(path)
    except OSError as error:
        for path in made:
            path.unlink()
        if isinstance(error, FileExistsError):
            raise UsageError(f"{error.filename} is there already, and is not overwritten.") from error
        raise EnvironmentLacking(f"{error.filename or path} cannot be written: {error.strerror}.") from error
    return made


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as out:
        out.write(text)


def _replace(path: Path, data: bytes) -> None:
    """Put other content in the place of a file's, all of it or nothing."""
    path = path.resolve()
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(data)
        shutil.copymode(path, fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
