"""Which course a command means, and whether its code may run: a folder, the one that comes along, an installed one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tutor.errors import EnvironmentLacking, TutorError, UsageError
from tutor.legible import legible
from tutor.lesson.catalog import Catalog

if TYPE_CHECKING:
    from tutor.course.piece import Piece
    from tutor.course.shelf import Record, Shelf


class Opened(NamedTuple):
    """A course, and the lesson of it that was asked for."""

    catalog: Catalog
    lesson: str | None


def open_course(course: str | None, lesson: str | None = None, yes: bool = False) -> Opened:
    """The course of `--course`, or of `COURSE/LESSON`, or the one that comes along. The code of an installed course
    is shown before its first use, and must be agreed to. Raises UsageError, LessonError, EnvironmentLacking."""
    if course is not None:
        return Opened(_named(course, yes), lesson)
    if lesson is None:
        return Opened(Catalog.open(), None)
    head, slash, rest = lesson.partition("/")
    shipped = Catalog.open()
    if slash and head == shipped.key:
        return Opened(shipped, rest or None)
    if slash or not any(entry.slug == lesson for entry in shipped.entries):
        from tutor.course.shelf import Shelf

        shelf = Shelf()
        if (record := shelf.find(head)) is not None:
            return Opened(_installed(shelf, record, yes), rest or None)
    return Opened(shipped, lesson)


def _named(course: str, yes: bool) -> Catalog:
    from tutor.course.shelf import Shelf

    shelf, record = Shelf(), None
    if not Path(course).exists():
        record = shelf.find(course)
        if record is None and course == (shipped := Catalog.open()).key:
            return shipped
        if record is None and not any(sign in course for sign in "/\\."):
            _refuse(shelf, course)
    return Catalog.open(Path(course)) if record is None else _installed(shelf, record, yes)


def _refuse(shelf: Shelf, course: str) -> None:
    """Raises UsageError with the names that there are."""
    try:
        shelf.named(course)
    except UsageError as error:
        raise UsageError(f"There is no folder {course} here. {error}") from error


def _installed(shelf: Shelf, record: Record, yes: bool) -> Catalog:
    """An installed course, once its code was agreed to."""
    if not shelf.whole(record):
        raise EnvironmentLacking(
            f"The files of the course `{record.name}` are not the ones that were installed; "
            f"`tutor course update {record.name}` puts them right."
        )
    if record.agreed != record.digest:
        _agree(shelf, record, yes)
    return Catalog.open(shelf.place(record), record.name)


def _agree(shelf: Shelf, record: Record, yes: bool) -> None:
    """Show the code that was not seen before, and ask. Raises TutorError when it may not run."""
    import msgspec

    from tutor.course.piece import pieces, unseen

    found = pieces(shelf.place(record))
    fresh = unseen(found, frozenset(record.seen))
    if fresh and yes:
        print(f"tutor: {_pieces(fresh)} of `{record.name}` may run unseen (--yes).", file=sys.stderr)
    elif fresh:
        _ask(record, fresh)
    with shelf.changing():
        now = shelf.named(record.name)
        if now.digest == record.digest:
            seen = tuple(dict.fromkeys(piece.digest for piece in found))
            shelf.write(msgspec.structs.replace(now, agreed=record.digest, seen=seen))


def _ask(record: Record, fresh: list[Piece]) -> None:
    from tutor.course.piece import listing

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"The code of the course `{record.name}` has not been seen here: `tutor course show {record.name}` "
            "shows it, and --yes runs it."
        )
    new = " that was not there before" if record.seen else ""
    shown = [
        f"The course `{record.name}` ({record.version})",
        legible(f"from {record.source}"),
        f"brings {_pieces(fresh)}{new}. Nothing of it has run; it runs only confined.",
        "",
        *listing(fresh),
        "",
    ]
    if len(shown) > shutil.get_terminal_size().lines - 4:
        click.echo_via_pager("\n".join(shown))
    else:
        click.echo("\n".join(shown), err=True)
    if not click.confirm(f"Run {_pieces(fresh)}, confined?", default=False, err=True):
        raise TutorError(f"The course `{record.name}` stays closed; nothing of it was run.")


def _pieces(fresh: list[Piece]) -> str:
    return f"{len(fresh)} piece{'s' * (len(fresh) > 1)} of code"
