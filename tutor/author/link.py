"""What a lesson says of other lessons: they must be there, and what it needs must come before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from tutor.author.cache import Link
from tutor.author.code import named
from tutor.errors import Problem
from tutor.lesson.code import prose
from tutor.lesson.model import LessonFile
from tutor.lesson.slug import file_slug

_SLUG = "([a-z0-9][a-z0-9-]*)"
_SAID = (
    re.compile(rf"\blessons? `{_SLUG}`"),
    re.compile(rf"`tutor (?:start|repl --given) {_SLUG}(?::{_SLUG})?[` ]"),
    re.compile(rf"\]\((?:[\w./-]*/)?(?:\d+[-_])?{_SLUG}(?:\.ya?ml)?(?:#{_SLUG})?\)"),
)
"""the lesson `indexing`; `tutor repl --given indexing:first-row`; [rows](09-indexing.yaml#first-row)"""


def links(file: LessonFile) -> Iterator[Link]:
    """Every other lesson that a lesson names, with its place."""
    for n, needed in enumerate(file.lesson.needs):
        yield Link(*file.place(f"needs[{n}]"), needed, needed=True)
    for n, question in enumerate(file.lesson.questions):
        for part in prose(question):
            for number, row in enumerate(part.text.splitlines(), 1):
                for found in (match for said in _SAID for match in said.finditer(row)):
                    place = file.code_place(f"questions[{n}].{part.path}", number)
                    yield Link(*place, found[1], (found.group(2) or "") if found.re.groups > 1 else "")


def dead(path: Path, said: Sequence[Link], ids: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """The links of a lesson that lead nowhere in its course; `ids` are the questions of each lesson, in order."""
    order = list(ids)
    if not order:
        return
    own = file_slug(path)
    for link in said:
        at = Problem(str(path), link.line, link.column, "")
        if link.lesson not in ids:
            near = get_close_matches(link.lesson, order, n=1, cutoff=0.6)
            fix = f"did you mean `{near[0]}`?" if near else f"this course has {_listed(order)}"
            yield _told(at, f"there is no lesson `{link.lesson}` in this course", fix)
        elif link.needed and own in ids and order.index(link.lesson) >= order.index(own):
            fix = "change the order in course.yaml, or take it out of `needs`"
            yield _told(at, f"`{link.lesson}` does not come before this lesson", fix)
        elif link.question and link.question not in ids[link.lesson]:
            near = get_close_matches(link.question, ids[link.lesson], n=1, cutoff=0.6)
            fix = f"did you mean `{near[0]}`?" if near else "name one that it has"
            yield _told(at, f"the lesson `{link.lesson}` has no question `{link.question}`", fix)


def _told(at: Problem, message: str, fix: str) -> Problem:
    return named("dead-link", Problem(at.path, at.line, at.column, message, fix=fix))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:6])
    return shown + (" and more" if len(names) > 6 else "") if names else "no lesson that can be read"
