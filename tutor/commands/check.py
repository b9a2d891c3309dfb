"""`tutor check`: prove lessons and courses."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from tutor import paths
from tutor.author.survey import Result, Survey, Target, targets
from tutor.author.telling import Look, told
from tutor.errors import LessonError, Problem, TutorError
from tutor.lesson.load import COURSE, load_lesson
from tutor.lesson.model import LessonFile
from tutor.sandbox.client import Sandbox

POLL_SECONDS = 0.3
"""How often `--watch` looks for changes; file events do not come on every file system."""


def run(
    named: list[str],
    as_json: bool,
    trusted: bool = False,
    strict: bool = False,
    watch: bool = False,
    fresh: bool = False,
) -> int:
    """Prove the files, the courses in the folders, or the bundled course. 0 when nothing is wrong, else 1; warnings
    count only when `strict`.

    Lessons that did not come along are other people's code, which needs the level *full* unless it is `trusted`.
    """
    where = [Path(name) for name in named] or [_near(paths.shipped_course())]
    those, problems = targets(where)
    guarded = not (trusted or all(paths.is_shipped(target.path) for target in those))
    teller = Teller(as_json)
    survey = Survey(lambda: Sandbox(guarded=guarded), fresh=fresh)
    survey.tell = teller.progress
    work = _watch(survey, teller, where) if watch else _once(survey, teller, those, problems)
    return asyncio.run(_closing(survey, work, strict))


def _near(path: Path) -> Path:
    """A path as it is called from here, where that is shorter."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def load(named: list[Path]) -> tuple[list[LessonFile], list[Problem]]:
    """Every lesson that can be read, and everything wrong with those that cannot."""
    those, problems = targets(named)
    files: list[LessonFile] = []
    for target in those:
        try:
            files.append(load_lesson(target.path))
        except LessonError as error:
            problems += error.problems
    return files, problems


async def _closing(survey: Survey, work: AsyncIterator[Problem], strict: bool) -> int:
    """Let it work and close the sandbox; the exit status."""
    try:
        found = [problem async for problem in work]
    except asyncio.CancelledError:
        return 130
    finally:
        await survey.close()
    return int(any(strict or problem.severity == "error" for problem in found))


async def _once(
    survey: Survey, teller: Teller, those: Sequence[Target], problems: list[Problem]
) -> AsyncIterator[Problem]:
    began = time.monotonic()
    teller.problems(problems)
    results = list[Result]()
    async for result in survey.check(those):
        teller.problems(result.problems)
        results.append(result)
    found = [*problems, *(problem for result in results for problem in result.problems)]
    teller.summary(results, found, time.monotonic() - began)
    for problem in found:
        yield problem


async def _watch(survey: Survey, teller: Teller, where: list[Path]) -> AsyncIterator[Problem]:
    """Check again whenever a file changes, that file first, until interrupted."""
    before: dict[Path, tuple[int, int]] = {}
    while True:
        try:
            those, problems = targets(where)
        except TutorError as error:
            those, problems = [], [Problem(str(where[0]), 0, 0, str(error))]
        now = _stamps(those, where)
        if now != before:
            changed = {path for path in now if now[path] != before.get(path)} if before else set()
            before = now
            teller.round(sorted(changed))
            those.sort(key=lambda target: target.path not in changed)
            async for problem in _once(survey, teller, those, problems):
                yield problem
        await asyncio.sleep(POLL_SECONDS)


def _stamps(those: Sequence[Target], where: list[Path]) -> dict[Path, tuple[int, int]]:
    """Time and size of every file that counts."""
    folders = {target.course for target in those if target.course} | {path for path in where if path.is_dir()}
    stamps = {}
    for path in [*(target.path for target in those), *(folder / COURSE for folder in sorted(folders))]:
        with contextlib.suppress(OSError):
            stamps[path] = path.stat().st_mtime_ns, path.stat().st_size
    return stamps


class Teller:
    """Says what was found: problems on stdout, all else on stderr."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json
        self._look = Look.of(sys.stdout)
        self._moving = sys.stderr.isatty()
        self._count = 0
        self._last = ""

    def problems(self, those: Sequence[Problem]) -> None:
        """One file's problems."""
        self._still()
        for problem in those:
            if self._json:
                print(msgspec.json.encode(problem).decode(), flush=True)
                continue
            if self._look.spaced and self._last not in ("", problem.path):
                print()
            self._last = problem.path
            print("\n".join(told(problem, self._look)), flush=True)

    def progress(self, question: str) -> None:
        """One more question is done."""
        self._count += 1
        if self._moving:
            print(f"\r\x1b[K{self._count} checked: {question[:50]}", end="", file=sys.stderr, flush=True)

    def round(self, changed: Sequence[Path]) -> None:
        """A new round of `--watch` begins."""
        self._still()
        self._count, self._last = 0, ""
        names = ", ".join(path.name for path in changed) or "all"
        print(f"\n{time.strftime('%H:%M:%S')} {names}", file=sys.stderr, flush=True)

    def summary(self, results: Sequence[Result], found: Sequence[Problem], seconds: float) -> None:
        """One line about all of it."""
        self._still()
        questions = sum(result.questions for result in results)
        counted = [_count(len(results), "file"), _count(questions, "question"), _count(len(found), "problem")]
        kinds = {word: sum(problem.severity == word for problem in found) for word in ("error", "warning")}
        split = ", ".join(_count(n, word) for word, n in kinds.items() if n)
        recalled = sum(result.recalled for result in results)
        known = f"; {recalled} unchanged since an earlier check" if recalled else ""
        if self._look.spaced and found and not self._json:
            print()
        told = ", ".join(counted) + (f": {split}" if split else "") + f" ({seconds:.1f} s{known})."
        print(told, file=sys.stderr, flush=True)

    def _still(self) -> None:
        """Take the line that moves away."""
        if self._moving and self._count:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
