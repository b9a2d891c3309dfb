"""`tutor start`: the full screen, or the same session line by line."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from tutor import paths
from tutor.clock import Clock
from tutor.commands.opening import open_course
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Store

if TYPE_CHECKING:
    from tutor.session import Session


def run(
    lesson: str | None, course: str | None, device: str, plain: bool, trusted: bool = False, yes: bool = False
) -> int:
    """Open the course where it was left. Returns the exit status. Other people's courses need the level *full*."""
    catalog, lesson = open_course(course, lesson, yes)
    if not plain and not screen_at_hand():
        print("tutor: no terminal to draw on, so this goes line by line (--plain).", file=sys.stderr)
        plain = True
    store = Store.open(paths.database(), Clock())
    store.follow(catalog.key, catalog.renamed)
    try:
        guarded = not (trusted or catalog.shipped)
        front = _plain if plain else _full
        return front(catalog, store, device, lesson, guarded)
    finally:
        store.close()


def screen_at_hand() -> bool:
    """Whether there is a terminal that a full screen can be drawn on; Textual draws on stderr."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)) and os.environ.get("TERM") != "dumb"


def _plain(catalog: Catalog, store: Store, device: str, lesson: str | None, guarded: bool) -> int:
    import asyncio

    from tutor.plain import Lines, PlainLesson
    from tutor.sandbox.client import Sandbox
    from tutor.session import Session

    async def take() -> int:
        sandbox = Sandbox(device=device, guarded=guarded)
        try:
            session: Session = Session.open(catalog, store, sandbox, Clock(), lesson)
            await (sandbox.ready() if guarded else sandbox.start())
            return await PlainLesson(session, Lines(sys.stdin)).run(f"tutor · {session.file.lesson.lesson}")
        finally:
            await sandbox.close()

    return asyncio.run(take())


def _full(catalog: Catalog, store: Store, device: str, lesson: str | None, guarded: bool) -> int:
    gc.disable()  # collecting while all of this is loaded only costs; TutorApp turns it on after the first frame
    from tutor.app.app import TutorApp

    app = TutorApp(catalog, store, device=device, lesson=lesson, guarded=guarded)
    app.run()
    return app.return_code or 0
