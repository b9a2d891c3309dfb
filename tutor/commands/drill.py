"""`tutor drill`: repeat what is due, full screen or line by line."""

from __future__ import annotations

import gc
import sys

from tutor import paths
from tutor.clock import Clock
from tutor.commands.opening import open_course
from tutor.commands.start import screen_at_hand
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Store


def run(course: str | None, minutes: float | None, plain: bool, trusted: bool = False, yes: bool = False) -> int:
    """Ask what is due today. Returns the exit status. Other people's courses need the level *full*."""
    catalog, _ = open_course(course, yes=yes)
    if not plain and not screen_at_hand():
        print("tutor: no terminal to draw on, so this goes line by line (--plain).", file=sys.stderr)
        plain = True
    store = Store.open(paths.database(), Clock())
    store.follow(catalog.key, catalog.renamed)
    try:
        guarded = not (trusted or catalog.shipped)
        return _plain(catalog, store, minutes, guarded) if plain else _full(catalog, store, minutes, guarded)
    finally:
        store.close()


def _plain(catalog: Catalog, store: Store, minutes: float | None, guarded: bool) -> int:
    import asyncio

    from tutor.drill import Drill
    from tutor.plain import Lines, Plain
    from tutor.sandbox.client import Sandbox

    async def take() -> int:
        sandbox = Sandbox(guarded=guarded)
        try:
            drill = Drill(catalog, store, sandbox, Clock(), minutes)
            if not drill.left:
                print("\n".join(drill.ended()))
                return 0
            await (sandbox.ready() if guarded else sandbox.start())
            return await Plain(drill, Lines(sys.stdin)).run(f"tutor drill · {drill.left} cards")
        finally:
            await sandbox.close()

    return asyncio.run(take())


def _full(catalog: Catalog, store: Store, minutes: float | None, guarded: bool) -> int:
    gc.disable()  # collecting while all of this is loaded only costs; TutorApp turns it on after the first frame
    from tutor.app.app import TutorApp

    app = TutorApp(catalog, store, drill=True, minutes=minutes, guarded=guarded)
    app.run()
    return app.return_code or 0
