"""Lessons and courses, checked: what has not changed is recalled, the rest is proven side by side.

What proves a lesson is imported when there is one to prove: recalling takes no longer than reading the files.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.author import cache
from tutor.author.cache import Checked
from tutor.author.code import classified, named
from tutor.errors import EnvironmentLacking, LessonError, Problem, UsageError
from tutor.lesson.load import COURSE, load_course, load_lesson
from tutor.lesson.model import Code, LessonFile, Question
from tutor.lesson.slug import file_slug
from tutor.lesson.text import read_text

if TYPE_CHECKING:
    from tutor.examiner import Examiner
    from tutor.sandbox.client import Sandbox


@dataclass(frozen=True)
class Target:
    """A lesson file to check, and the course that it belongs to."""

    path: Path
    course: Path | None = None


@dataclass(frozen=True)
class Result:
    """What was found in one file."""

    path: Path
    problems: tuple[Problem, ...]
    questions: int = 0
    recalled: bool = False
    """Whether it was known from an earlier check."""


def targets(paths: Sequence[Path]) -> tuple[list[Target], list[Problem]]:
    """The lessons that paths stand for, and what is wrong with courses. Raises UsageError, EnvironmentLacking."""
    found: dict[Path, Target] = {}
    problems = list[Problem]()
    for path in paths:
        try:
            for target in _members(path):
                found.setdefault(target.path.absolute(), target)
        except LessonError as error:
            problems += map(classified, error.problems)
    return list(found.values()), problems


def _members(path: Path) -> Iterator[Target]:
    """A lesson file itself; the lessons and drills of a course."""
    if not path.exists():
        raise UsageError(f"There is no {path}; name a lesson file or a folder with a course.yaml.")
    if path.name == COURSE:
        path = path.parent
    if path.is_file():
        yield Target(path, _course_of(path))
        return
    course = load_course(path)
    yield from (Target(path / name, path) for name in (*course.lessons, *course.drills))


def _course_of(path: Path) -> Path | None:
    """The folder of the course that lists a file: its own, or the one above."""
    for folder in (path.parent, path.absolute().parent.parent):
        if (folder / COURSE).is_file():
            try:
                course = load_course(folder)
            except LessonError:
                return None
            if path.absolute() in [(folder / name).absolute() for name in (*course.lessons, *course.drills)]:
                return folder
    return None


class Survey:
    """Checks files, round after round, with one sandbox for all of them."""

    def __init__(self, sandbox: Callable[[], Sandbox], *, fresh: bool = False) -> None:
        """The sandbox is made when something must be run; `fresh` forgets what is known."""
        self._make, self._fresh = sandbox, fresh
        self._sandbox: Sandbox | None = None
        self._examiner: Examiner | None = None
        self._room: asyncio.Semaphore | None = None
        self.tell: Callable[[str], None] = lambda said: None
        """Hears what is done next."""

    async def close(self) -> None:
        """End every process."""
        if self._sandbox is not None:
            await self._sandbox.close()

    async def check(self, those: Sequence[Target]) -> AsyncIterator[Result]:
        """Each file's result, in their order. Raises EnvironmentLacking."""
        shared = {course: cache.data(course) for course in {target.course for target in those}}
        work = [asyncio.ensure_future(self._checked(target, shared[target.course])) for target in those]
        try:
            known: dict[Path, Checked] = {}
            for target, task in zip(those, work, strict=True):
                checked, recalled = await task
                known[target.path.absolute()] = checked
                dead = _dead(target, checked, known)
                problems = sorted([*checked.problems, *dead], key=lambda p: (p.line, p.column))
                yield Result(target.path, tuple(problems), len(checked.ids), recalled)
        finally:
            for task in work:
                task.cancel()
            # One refusal is enough: what the others came to is not asked for.
            await asyncio.gather(*work, return_exceptions=True)

    async def _checked(self, target: Target, shared: bytes) -> tuple[Checked, bool]:
        path = target.path
        if target.course is not None and not path.exists():
            return Checked((_absent(target.course, path),)), False
        try:
            name = cache.key(path, shared)
        except OSError:
            name = ""
        if name and not self._fresh and (known := cache.recall(path, name)):
            return known, True
        try:
            file = load_lesson(path)
        except LessonError as error:
            checked = Checked(tuple(map(classified, error.problems)))
        else:
            checked = await self._proven(file)
        if name and not any(problem.name == "tutor-fault" for problem in checked.problems):
            cache.keep(path, name, checked)
        return checked, False

    async def _proven(self, file: LessonFile) -> Checked:
        from tutor.author.link import links
        from tutor.author.prove import prove
        from tutor.lesson.content import digest

        examiner = await self._ready()
        if any(_optimizes(question) for question in file.lesson.questions):
            await examiner.sandbox.warm()
        problems = await prove(file, examiner, self._room, self.tell, doubts=True)
        ids = {q.id: digest(file.lesson, q) for q in file.lesson.questions if q.graded}
        moved = _renamed(file, cache.former_ids(file.path), ids)
        return Checked((*problems, *moved), tuple(links(file)), ids)

    async def _ready(self) -> Examiner:
        """The examiner, once the sandbox is there. All draws are the same, so that each solution runs once."""
        if self._examiner is None:
            from tutor.author.prove import AT_ONCE
            from tutor.examiner import Examiner

            self._room = asyncio.Semaphore(AT_ONCE)
            self._sandbox = self._make()
            self._examiner = Examiner(self._sandbox, draw_seed=lambda: 0)
        assert self._sandbox is not None
        await self._sandbox.ready()
        return self._examiner


def _absent(course: Path, path: Path) -> Problem:
    """A lesson that a course names and does not have, where it is named."""
    listing, name = course / COURSE, path.relative_to(course).as_posix()
    rows = enumerate(read_text(listing).splitlines(), 1)
    line, column = next(((n, row.index(name) + 1) for n, row in rows if name in row), (1, 1))
    near = get_close_matches(name, [p.relative_to(course).as_posix() for p in course.rglob("*.yaml")], n=1, cutoff=0.6)
    fix = f"did you mean `{near[0]}`?" if near else "write the file, or take its name away"
    return named("unreadable", Problem(str(listing), line, column, f"there is no file `{name}`", fix=fix))


def _optimizes(question: Question) -> bool:
    """Whether optimizers are made, for which torch imports half of itself."""
    return isinstance(question, Code) and (question.kind == "train" or "optim" in question.solution + question.given)


def _renamed(file: LessonFile, before: dict[str, str], now: dict[str, str]) -> Iterator[Problem]:
    """Questions that are what they were under an id that is gone."""
    from tutor.lesson.content import former

    gone = {content: name for name, content in before.items() if name not in now}
    for n, question in enumerate(file.lesson.questions):
        old = gone.get(now.get(question.id, ""))
        if old and question.id not in before and old not in former(question):
            line, column = file.place(f"questions[{n}].id")
            told = f"question `{question.id}` was `{old}` at the last check, and progress is kept under the id"
            fix = f"keep the id, or write `was: {old}` beside the new one"
            yield named("id-changed", Problem(str(file.path), line, column, told, fix=fix))


def _dead(target: Target, checked: Checked, known: dict[Path, Checked]) -> list[Problem]:
    """The links of a lesson that lead nowhere."""
    if not checked.links:
        return []
    from tutor.author.link import dead

    return list(dead(target.path, checked.links, _ids(target.course, checked, known)))


def _ids(course: Path | None, own: Checked, known: dict[Path, Checked]) -> dict[str, tuple[str, ...]]:
    """The questions of every lesson of a course, in its order, as far as they are asked for."""
    if course is None or not own.links:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name in load_course(course).lessons:
        path = (course / name).absolute()
        found[file_slug(name)] = tuple(known[path].ids) if path in known else _read_ids(path)
    return found


def _read_ids(path: Path) -> tuple[str, ...]:
    try:
        return tuple(question.id for question in load_lesson(path).lesson.questions)
    except (LessonError, EnvironmentLacking):
        return ()
