"""The command palette: everything in the registry of keys, every place to go, every theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tutor.app import themes
from tutor.app.screens.frame import Frame
from tutor.app.screens.lesson import LessonScreen
from tutor.legible import legible

if TYPE_CHECKING:
    from tutor.app.app import TutorApp

Command = tuple[str, str, Callable[[], object]]


class _Listed(Provider):
    """Commands that are all known beforehand."""

    def listed(self) -> Iterator[Command]:
        """Words, help, and what to do."""
        yield from ()

    @property
    def frame(self) -> Frame:
        """The screen behind the palette."""
        assert isinstance(self.screen, Frame)
        return self.screen

    @property
    def tutor(self) -> TutorApp:
        """The app."""
        return self.frame.tutor

    async def discover(self) -> Hits:
        """Before anything is typed: all of it."""
        for words, help, run in self.listed():
            yield DiscoveryHit(_plain(words), run, text=words, help=help or None)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for words, help, run in self.listed():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, matcher.highlight(words), run, text=words, help=help or None)


def _plain(words: str) -> str:
    """Hits are read as markup, and `x[0]` is no tag."""
    return words.replace("[", "\\[")


class Places(_Listed):
    """Questions of the lesson that is open, and all lessons."""

    def listed(self) -> Iterator[Command]:
        """Questions first, when there are any."""
        session = self.tutor.session if isinstance(self.frame, LessonScreen) else None
        for number, mark in enumerate(session.marks() if session else [], start=1):
            yield f"Question {number}: {legible(mark.id)}", "", partial(self.tutor.open_question, mark.id)
        for entry in self.tutor.catalog.entries:
            yield f"Lesson: {legible(entry.title)}", legible(entry.goal), partial(self.tutor.open_lesson, entry.slug)


class Commands(_Listed):
    """Every act of the screen behind, then places and themes."""

    def listed(self) -> Iterator[Command]:
        """The registry, in its order."""
        for act in self.frame.ACTS:
            if act.palette:
                yield act.words, "", partial(self.frame.run_act, act)
        yield from Places(self.screen).listed()
        for theme in themes.OWN:
            yield f"Theme: {theme.name}", "", partial(setattr, self.tutor, "theme", theme.name)
