"""How the course stands, from the cached index and the store alone: no lesson file is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.progress.resume import Standing, fold

if TYPE_CHECKING:
    from tutor.lesson.catalog import Catalog, Entry
    from tutor.progress.store import Attempt, Store

DONE = frozenset({"right", "revealed"})
BAR = 10


@dataclass(frozen=True)
class Stand:
    """One lesson and how far it is."""

    slug: str
    title: str
    goal: str
    done: int
    total: int
    begun: bool

    @property
    def word(self) -> str:
        """Where the lesson is, in a word or two."""
        if self.total and self.done == self.total:
            return "done"
        return "in progress" if self.begun else "new"

    @property
    def bar(self) -> tuple[str, str]:
        """The part done and the part to come, as glyphs."""
        return bar(self.done, self.total, BAR)


def bar(done: int, total: int, width: int) -> tuple[str, str]:
    """The part done and the part to come, as glyphs; what was begun is never nothing."""
    full = width * done // total if total else 0
    full = max(full, 1) if done else full
    return "━" * full, "─" * (width - full)


def stands(catalog: Catalog, store: Store) -> list[Stand]:
    """Every lesson of the course."""
    by_lesson: dict[str, list[Attempt]] = {}
    for attempt in store.attempts(catalog.key):
        by_lesson.setdefault(attempt.lesson, []).append(attempt)
    return [_stand(entry, fold(by_lesson.get(entry.slug, []))) for entry in catalog.entries]


def statuses(catalog: Catalog, store: Store, slug: str) -> list[tuple[str, str]]:
    """Kind and status of every question of a lesson, in order."""
    entry = next(entry for entry in catalog.entries if entry.slug == slug)
    standings = fold(store.attempts(catalog.key, slug))
    new = Standing()
    return [(kind, standings.get(q, new).status) for q, kind in zip(entry.questions, entry.kinds, strict=True)]


def _stand(entry: Entry, standings: dict[str, Standing]) -> Stand:
    done = sum(q in standings and standings[q].status in DONE for q in entry.graded)
    return Stand(entry.slug, entry.title, entry.goal, done, len(entry.graded), bool(standings))
