"""`tutor grade`: judge answers without a screen."""

from __future__ import annotations

import asyncio
import difflib
import os
import secrets
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec

from tutor.commands.opening import open_course
from tutor.errors import TutorError, UsageError
from tutor.examiner import Examiner
from tutor.grade.verdict import Verdict
from tutor.legible import legible
from tutor.lesson.load import load_answers, load_lesson
from tutor.lesson.model import Code, LessonFile, Question
from tutor.sandbox.client import Sandbox

AT_ONCE = max(2, min(8, os.cpu_count() or 2) + 1)
"""Answers judged side by side: one more than there are cores, since each also waits."""


def run(
    lesson: str, answers: list[str], course: str | None, as_json: bool, trusted: bool = False, yes: bool = False
) -> int:
    """Judge every answer of every file. 0 when all are right, 1 when one is not; a file that cannot be read is said
    and stops no other. Answers are other people's code, which needs the level *full* unless it is `trusted`.

    Raises UsageError, LessonError for the lesson itself, EnvironmentLacking."""
    file = lesson_file(lesson, course, yes)
    work, status = [], 0
    for path in answers:
        try:
            work += [(path, question, text) for question, text in matched(file, path)]
        except TutorError as error:
            print(f"tutor: {error}", file=sys.stderr)
            status = max(status, error.status)
    if status and not work:
        return status
    return max(status, asyncio.run(_grade(file, work, as_json, Sandbox(guarded=not trusted))))


def lesson_file(lesson: str, course: str | None, yes: bool = False) -> LessonFile:
    """A lesson by the path of its file or by its name in the course."""
    path = Path(lesson)
    if path.suffix in (".yaml", ".yml"):
        return load_lesson(there(path))
    catalog, name = open_course(course, lesson, yes)
    return catalog.lesson(name or "")


def matched(file: LessonFile, path: str) -> list[tuple[Question, str]]:
    """The questions an answer file speaks of, in the lesson's order. Raises UsageError for one that is not there."""
    answers = load_answers(there(Path(path)))
    graded = {q.id: q for q in file.lesson.questions if q.graded}
    for name in answers:
        if name not in graded:
            near = difflib.get_close_matches(name, graded, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise UsageError(f"{path}: {file.lesson.lesson} has no question `{name}`.{hint}")
    return [(question, answers[name]) for name, question in graded.items() if name in answers]


def there(path: Path) -> Path:
    """The path, if it is a file. Raises UsageError."""
    if not path.is_file():
        raise UsageError(f"There is no file {path}; check the name.")
    return path


async def _grade(file: LessonFile, work: list[tuple[str, Question, str]], as_json: bool, sandbox: Sandbox) -> int:
    passed = faults = claimed = 0
    async for path, question, verdict, seconds in judged(file, work, sandbox):
        passed += verdict.passed
        claimed += verdict.passed and verdict.self_reported
        faults += verdict.result == "fault"
        if as_json:
            print(msgspec.json.encode(plain(path, question, verdict, seconds)).decode(), flush=True)
        else:
            first, *rest = verdict.said()
            print(legible("\n".join([f"{question.id}: {first}", *(f"  {line}" for line in rest)])), flush=True)
    told = f", {claimed} of them by what their own process reported" if claimed else ""
    print(f"{passed} of {len(work)} right{told}.", file=sys.stderr)
    return 3 if faults else int(passed < len(work))


async def judged(
    file: LessonFile, work: list[tuple[str, Question, str]], sandbox: Sandbox
) -> AsyncIterator[tuple[str, Question, Verdict, float]]:
    """Every answer in order, with its verdict and the seconds it took; then the sandbox is closed."""
    drawn = secrets.randbelow(2**31)
    # No answer sees what another was called with: all of one run may share the inputs, and the solution runs once.
    examiner = Examiner(sandbox, draw_seed=lambda: drawn)
    running: deque[tuple[str, Question, asyncio.Task[tuple[Verdict, float]]]] = deque()
    try:
        await (sandbox.warm() if any(_optimizes(question) for _, question, _ in work) else sandbox.ready())
        for path, question, answer in work:
            running.append((path, question, asyncio.ensure_future(_timed(examiner, file, question, answer))))
            if len(running) >= AT_ONCE:
                path, question, task = running.popleft()
                yield path, question, *(await task)
        while running:
            path, question, task = running.popleft()
            yield path, question, *(await task)
    finally:
        for _, _, task in running:
            task.cancel()
        await sandbox.close()


def _optimizes(question: Question) -> bool:
    """Whether its answers make optimizers, for which torch imports half of itself."""
    return isinstance(question, Code) and (question.kind == "train" or "optim" in question.solution + question.given)


async def _timed(examiner: Examiner, file: LessonFile, question: Question, answer: str) -> tuple[Verdict, float]:
    began = time.monotonic()
    verdict = await examiner.judge(file, question, answer)
    return verdict, round(time.monotonic() - began, 4)


def plain(path: str, question: Question, verdict: Verdict, seconds: float) -> dict[str, Any]:
    """A verdict as one JSON object."""
    return {
        "file": path,
        "question": question.id,
        "passed": verdict.passed,
        "result": verdict.result,
        "headline": verdict.headline,
        "feedback": verdict.feedback,
        "belief": verdict.belief,
        "evidence": verdict.evidence,
        "explanation": verdict.account.text(),
        "repairs": verdict.account.repairs(),
        "warnings": verdict.account.warnings(),
        "self_reported": verdict.self_reported,
        "seconds": seconds,
    }
