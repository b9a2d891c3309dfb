"""A learner with folders of their own, who may already stand at a question with a draft."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.e2e.terminal import Terminal
from tutor.clock import Clock
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Store


class Learner:
    """Somebody who uses the installed command, with progress in `folder`."""

    command = str(Path(sys.executable).with_name("tutor"))

    def __init__(self, folder: Path) -> None:
        self.env = {"TUTOR_DATA_DIR": str(folder / "data"), "TUTOR_CACHE_DIR": str(folder / "cache")}
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def stand_at(self, lesson: str, question: str, draft: str = "") -> None:
        """As if the learner had left off there, with a draft typed."""
        course = Catalog.open().key
        store = Store.open(self.folder / "data" / "progress.db", Clock())
        store.keep_place(course, lesson, question)
        if draft:
            store.keep_draft(course, lesson, question, draft)
        store.close()

    def start(self, *arguments: str, **terminal: Any) -> Terminal:
        """`tutor start` in a terminal."""
        return Terminal([self.command, "start", *arguments], env=self.env, cwd=self.folder, **terminal)
