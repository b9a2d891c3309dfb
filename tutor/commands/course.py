"""`tutor course`: courses from elsewhere."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tutor.clock import Clock
from tutor.course import change, install
from tutor.course.piece import listing, pieces
from tutor.course.shelf import Record, Shelf
from tutor.errors import TutorError
from tutor.legible import clipped, legible
from tutor.lesson.catalog import Catalog


def add(source: str, name: str, revision: str) -> int:
    """Install a course and say what came. Raises UsageError, LessonError, EnvironmentLacking."""
    shelf = Shelf()
    done = install.add(shelf, source, name, revision, {Catalog.open().key}, Clock().now())
    record, catalog = done.record, Catalog.open(shelf.place(done.record), done.record.name)
    code = len(pieces(catalog.folder))
    rows = {
        "from": record.source + (f" at {record.revision}" if record.revision else ""),
        "version": record.version,
        "content": f"sha256 {record.digest}",
        "lessons": f"{len(catalog.entries)}: {', '.join(entry.slug for entry in catalog.entries)}",
        "left out": _left_out(done.left_out),
        "code": f"{code} pieces; none has run. The first start shows them and asks." if code else "none",
    }
    print(legible(f"Added `{record.name}`: {record.title}"))
    for word, said in rows.items():
        print(_row(word, said)) if said else None
    print(f"Begin with: tutor start {record.name}/")
    return 0


def listed(as_json: bool) -> int:
    """Every course there is, the one that comes along first."""
    shelf = Shelf()
    rows = [told(Catalog.open(), None)]
    for record in shelf.records():
        try:
            rows.append(told(Catalog.open(shelf.place(record), record.name), record))
        except TutorError as error:
            print(f"tutor: `{record.name}` cannot be used: {error}", file=sys.stderr)
    print("\n".join(msgspec.json.encode(row).decode() for row in rows) if as_json else "\n".join(_table(rows)))
    return 0


def remove(name: str) -> int:
    """Take a course away; what was done in it stays. Raises UsageError."""
    shelf = Shelf()
    with shelf.changing():
        record = shelf.named(name)
        shelf.remove(record)
    print(legible(f"Removed `{name}`. Your progress in it is kept, and counts again if it comes back under this name."))
    return 0


def update(names: Sequence[str], dry: bool) -> int:
    """Fetch courses anew, all or those named, and say what changed. One that cannot be had stops no other."""
    shelf, status = Shelf(), 0
    for name in names or [record.name for record in shelf.records()]:
        try:
            before = shelf.named(name)
            done = install.update(shelf, name, Clock().now(), dry)
        except TutorError as error:
            print(f"tutor: {legible(name)} stays as it is: {error}", file=sys.stderr)
            status = max(status, error.status)
            continue
        print("\n".join(_updated(shelf, before, done, dry)))
    return status


def show(name: str) -> int:
    """Print all code of an installed course. Raises UsageError, LessonError."""
    shelf = Shelf()
    print("\n".join(listing(pieces(shelf.place(shelf.named(name))))))
    return 0


def told(catalog: Catalog, record: Record | None) -> dict[str, Any]:
    """A course as one JSON object; the one that comes along has no source."""
    return {
        "name": catalog.key,
        "title": catalog.title,
        "kind": record.kind if record else "shipped",
        "source": record.source if record else "",
        "revision": record.revision if record else "",
        "commit": record.commit if record else "",
        "digest": record.digest if record else "",
        "added": record.added if record else "",
        "agreed": record is None or record.agreed == record.digest,
        "lessons": [
            {"slug": entry.slug, "title": entry.title, "questions": len(entry.graded)} for entry in catalog.entries
        ],
    }


def _updated(shelf: Shelf, before: Record, done: install.Installed, dry: bool) -> Iterable[str]:
    record = done.record
    if not done.fresh:
        yield legible(f"{record.name}: nothing new ({record.version}).")
        return
    word = "would go" if dry else "went"
    yield legible(f"{record.name}: {word} from {before.version} to {record.version}")
    yield from (legible(f"  {line}") for line in change.lines(list(done.changes)))
    if said := _left_out(done.left_out):
        yield _row("left out", said)
    if not dry:
        yield "  Progress is kept; code that is new is shown at the next start."


def _left_out(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"{len(names)} of kinds a course does not hold: {', '.join(names[:5])}{more}"


def _row(word: str, said: str) -> str:
    width = max(min(shutil.get_terminal_size().columns, 100), 40)
    first, later = f"  {word:<9} ", " " * 12
    filled = textwrap.TextWrapper(width, first, later, break_long_words=False, break_on_hyphens=False)
    return filled.fill(legible(said))


def _table(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    """Two lines for each course, within 80 columns."""
    name = max(len(row["name"]) for row in rows)
    for row in rows:
        count = len(row["lessons"])
        version = f"commit {row['commit'][:12]}" if row["commit"] else row["digest"][:12] or "comes along"
        yield f"{row['name']:<{name}}  {legible(row['title'])}"
        yield f"{'':<{name}}  {version}, {count} lesson{'s' * (count != 1)}" + (
            "" if row["agreed"] else ", code not seen yet"
        )
        if row["source"]:
            at = f" at {row['revision']}" if row["revision"] else ""
            yield f"{'':<{name}}  from {clipped(legible(row['source'] + at), 200)}"
