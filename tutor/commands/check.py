"""`tutor check`: prove lessons and courses."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tutor import paths
from tutor.author.prove import prove
from tutor.errors import LessonError, Problem, UsageError
from tutor.examiner import Examiner
from tutor.lesson.load import load_course, load_lesson
from tutor.lesson.model import LessonFile
from tutor.sandbox.client import Sandbox


def run(targets: list[str], as_json: bool, trusted: bool = False) -> int:
    """Prove the files, the courses in the folders, or the bundled course. 0 when nothing is wrong, else 1.

    Lessons that did not come along are other people's code, which needs the level *full* unless it is `trusted`.
    """
    files, problems = load([Path(t) for t in targets] or [paths.shipped_course()])
    guarded = not (trusted or all(paths.is_shipped(file.path) for file in files))
    problems += asyncio.run(_prove(files, Sandbox(guarded=guarded)))
    for problem in problems:
        line = msgspec.json.encode(problem).decode() if as_json else str(problem)
        print(line)
    count = sum(q.graded for file in files for q in file.lesson.questions)
    print(f"{len(files)} files, {count} questions, {len(problems)} problems.", file=sys.stderr)
    return 1 if problems else 0


def load(targets: list[Path]) -> tuple[list[LessonFile], list[Problem]]:
    """Every lesson that can be read, and everything wrong with those that cannot."""
    files: list[LessonFile] = []
    problems: list[Problem] = []
    for path in targets:
        try:
            for lesson in members(path):
                try:
                    files.append(load_lesson(lesson))
                except LessonError as error:
                    problems += error.problems
        except LessonError as error:
            problems += error.problems
    return files, problems


def members(path: Path) -> Iterator[Path]:
    """A lesson file itself; the lessons and drills of a course. Raises UsageError, EnvironmentLacking, LessonError."""
    if not path.exists():
        raise UsageError(f"There is no {path}; name a lesson file or a folder with a course.yaml.")
    if path.name == "course.yaml":
        path = path.parent
    if path.is_file():
        yield path
        return
    course = load_course(path)
    yield from (path / name for name in (*course.lessons, *course.drills))


async def _prove(files: list[LessonFile], sandbox: Sandbox) -> list[Problem]:
    if not files:
        return []
    try:
        await sandbox.ready()
        examiner = Examiner(sandbox)
        found = [await prove(file, examiner) for file in files]
    finally:
        await sandbox.close()
    return [problem for problems in found for problem in problems]
