"""`make shots`: takes the pictures of the README from the app itself, with real verdicts."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import TextArea

from tutor import paths
from tutor.app.app import TutorApp
from tutor.app.screens.home import HomeScreen
from tutor.app.screens.question import QuestionScreen
from tutor.clock import Clock
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Attempt, Store

HERE = Path(__file__).parent
SIZE = (104, 30)
FAILING = "totals = data.sum(dim=1)\ncounts = torch.full((7,), 5)\nrow_avg = totals / counts"
ANSWERED = ("sum-dim-0-values", "sum-keepdim", "mean-two-dims", "sum-everything", "quiz-row-average")


async def main() -> None:
    """The course map, a question, a verdict, an error explained."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TUTOR_DATA_DIR"] = os.environ["TUTOR_CACHE_DIR"] = folder
        catalog, store = Catalog.open(), Store.open(paths.database(), Clock())
        for question in ANSWERED:
            store.add(Attempt(catalog.key, "reductions", question, "answer", result="right", at=Clock().now()))
        app = TutorApp(catalog, store, lesson="reductions")
        async with app.run_test(size=SIZE) as pilot:
            await settled(pilot, lambda: isinstance(app.screen, QuestionScreen) and app.screen.asking is not None)
            await shown(pilot, "reductions", "sum-dim-0")
            await pilot.press(*"(5,)", "enter")
            await settled(pilot, lambda: "It is the one you named" in seen(app))
            save(app, "verdict")
            await shown(pilot, "reductions", "write-row-average")
            app.screen.query_one(TextArea).text = FAILING
            await pilot.press("ctrl+j")
            await settled(pilot, lambda: "says more" in seen(app))
            await pilot.press("f3")
            await settled(pilot, lambda: "What each line made:" in seen(app))
            save(app, "explained")
            await shown(pilot, "indexing", "first-rows-shape")
            save(app, "question")
            app.go_home()
            await settled(pilot, lambda: isinstance(app.screen, HomeScreen) and "due" in seen(app))
            save(app, "home")
        store.close()


async def shown(pilot: Pilot[None], lesson: str, question: str) -> None:
    """Go to a question and wait for its tensors."""
    app = pilot.app
    assert isinstance(app, TutorApp)
    app.open_lesson(lesson)
    await settled(pilot, lambda: app.session is not None and app.session.file.slug == lesson)
    app.open_question(question)
    await settled(pilot, lambda: "float32" in seen(app) and question in seen(app))


async def settled(pilot: Pilot[None], reached: Callable[[], bool]) -> None:
    """Wait for something to be on the screen, and for the screen to come to rest."""
    end = asyncio.get_running_loop().time() + 60
    while not reached():
        assert asyncio.get_running_loop().time() < end, pilot.app.export_screenshot()
        await pilot.pause(0.05)
    await pilot.pause(0.5)


def seen(app: TutorApp) -> str:
    """The text on the screen."""
    return app.export_screenshot().replace("&#160;", " ")


def save(app: TutorApp, name: str) -> None:
    """Keep the screen as it is."""
    (HERE / f"{name}.svg").write_text(app.export_screenshot(title="tutor"), "utf-8")
    print(f"{name}.svg", file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(main())
