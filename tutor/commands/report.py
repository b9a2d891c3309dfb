"""`tutor report`: what was learned, by this learner or, from what they exported, by many."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tutor import paths
from tutor.clock import Clock
from tutor.commands.export import write
from tutor.errors import LessonError, TutorError
from tutor.legible import legible
from tutor.lesson.catalog import Catalog
from tutor.progress.export import lines
from tutor.report.known import Known
from tutor.report.own import own_lines
from tutor.report.page import page
from tutor.report.read import Handed, read_files, read_lines
from tutor.report.table import as_csv, rows
from tutor.report.tally import Item, tally
from tutor.report.text import class_lines

PROBLEMS_SHOWN = 20


def run(files: Sequence[str], course: str | None, form: str | None, html: str | None) -> int:
    """Report on exported files, or without any on this learner. 1 when a line was left out because it is no attempt.

    Raises UsageError, EnvironmentLacking, and LessonError when the named course cannot be read."""
    handed = read_files(map(Path, files)) if files else read_lines(lines(paths.database(), "you"))
    _say(handed)
    known = Known(catalogs(course))
    items = tally(handed, known)
    if html:
        write(Path(html), page(handed, items, known, Clock().now()).encode())
        print(f"The report is in {html}; any browser shows it.", file=sys.stderr)
    if form or not html:
        _print(handed, items, known, form or "text", bool(files))
    return int(bool(handed.problems))


def catalogs(course: str | None) -> Iterator[Catalog]:
    """The courses whose lessons can be looked at: the one that comes along, the installed ones, the one that is named.
    Of a course that was installed from a folder, the folder: that is where it is edited."""
    from tutor.course.shelf import Shelf

    shelf = Shelf()
    yield Catalog.open()
    for record in shelf.records():
        source = Path(record.source) if record.kind == "folder" else shelf.place(record)
        try:
            yield Catalog.open(source if source.is_dir() else shelf.place(record), record.name)
        except (TutorError, LessonError):
            continue
    if course is not None and Path(course).is_dir():
        yield Catalog.open(Path(course))
    elif course is not None and course != Catalog.open().key:
        shelf.named(course)


def _print(handed: Handed, items: Sequence[Item], known: Known, form: str, many: bool) -> None:
    if form == "csv":
        sys.stdout.write(as_csv(items))
    elif form == "json":
        for row in rows(items, known):
            print(msgspec.json.encode(row).decode())
    elif not items:
        print("There is nothing to report yet: answer some questions first.")
    else:
        print("\n".join(class_lines(handed, items, known) if many else own_lines(items, known)))


def _say(handed: Handed) -> None:
    """What is wrong with the files, on stderr."""
    for problem in handed.problems[:PROBLEMS_SHOWN]:
        print(legible(f"tutor: {problem}"), file=sys.stderr)
    if len(handed.problems) > PROBLEMS_SHOWN:
        print(f"tutor: and {len(handed.problems) - PROBLEMS_SHOWN} more lines like these.", file=sys.stderr)
    if handed.again:
        print(f"tutor: {handed.again} lines were there twice and count once.", file=sys.stderr)
