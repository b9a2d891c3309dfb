"""Lessons and questions that have another name now: what was kept under the old one is read under the new."""

from __future__ import annotations

from collections.abc import Mapping

Name = tuple[str, str]
"""Lesson and question; without a question the whole lesson is meant."""


class Names:
    """What lessons and questions of one course are called now."""

    def __init__(self, renamed: Mapping[Name, Name] | None = None) -> None:
        self._renamed = dict(renamed or {})

    def now(self, lesson: str, question: str) -> Name:
        """The present name of what was kept under a name."""
        if (lesson, question) in self._renamed:
            return self._renamed[lesson, question]
        lesson = self._renamed.get((lesson, ""), (lesson, ""))[0]
        return self._renamed.get((lesson, question), (lesson, question))

    def lessons(self, lesson: str) -> tuple[str, ...]:
        """Every lesson under whose name something of this one may be kept, its own first."""
        before = (old for (old, _), (new, _) in self._renamed.items() if new == lesson)
        return tuple(dict.fromkeys([lesson, *before]))
