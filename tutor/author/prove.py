"""Proof that a lesson is right: everything it claims is run through the same examiner that judges learners."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from tutor.author import claim, fence, given, hint, network, solution, table, weakness, wrong
from tutor.author.code import CODES
from tutor.author.trial import Finding, Trial, placed
from tutor.errors import EnvironmentLacking, Problem, TutorError
from tutor.examiner import Examiner
from tutor.lesson.model import LessonFile, Question
from tutor.lesson.vary import spread

MEMBERS = 6
"""Of a family at least; more where its lists have more values."""
AT_ONCE = max(2, min(8, os.cpu_count() or 2) + 1)
"""Questions on trial side by side: one more than there are cores, since each also waits."""


async def prove(
    file: LessonFile,
    examiner: Examiner,
    room: asyncio.Semaphore | None = None,
    tell: Callable[[str], None] = lambda said: None,
    *,
    doubts: bool = False,
) -> list[Problem]:
    """Run every solution, starter, listed wrong answer and claim of a lesson; what is not as it must be, in order of
    place. With `doubts` also what may be meant: mutants that pass, hints that are not there, runs that are slow.

    `room` bounds how many questions are on trial at once, over several lessons; `tell` hears the id of each that is
    done. Raises EnvironmentLacking.
    """
    room = room or asyncio.Semaphore(AT_ONCE)
    broken = [problem async for problem in _lesson(file, examiner)]
    if any(problem.severity == "error" for problem in broken):
        return broken
    drawn = await given.drawn(Trial(file, file.lesson.questions[0], examiner))

    async def done(n: int, question: Question) -> list[Problem]:
        async with room:
            lead = Trial(file, question, examiner, bool(question.vary), drawn)
            problems = await _question(lead, n, doubts)
        tell(question.id)
        return problems

    found = await asyncio.gather(*(done(n, question) for n, question in enumerate(file.lesson.questions)))
    problems = [*broken, *(problem for problems in found for problem in problems)]
    kept = [problem for problem in problems if doubts or problem.severity == "error"]
    return sorted(kept, key=lambda p: (p.line, p.column))


async def _lesson(file: LessonFile, examiner: Examiner) -> AsyncIterator[Problem]:
    """What is wrong with the code that every question starts from."""
    if file.lesson.given.strip():
        async for finding in given.of_lesson(Trial(file, file.lesson.questions[0], examiner)):
            yield placed(file, "", finding)


async def _question(lead: Trial, index: int, doubts: bool) -> list[Problem]:
    """A question's problems, one for each key and code; those of a family are met by its first members."""
    file, question = lead.file, lead.question
    path, about = f"questions[{index}]", f"question `{question.id}`: "
    trials = [replace(lead, question=member) for member in spread(question, MEMBERS)]
    found = list[Finding]()
    for trial in trials:
        found += [finding async for finding in proofs(trial)]
    named = [replace(finding, key=finding.key or question.kind) for finding in found]
    first = {(finding.key, finding.name, finding.line): finding for finding in reversed(named)}
    told = list(first.values())[::-1]
    # What is wrong already, or slow, would be so forty times over.
    if doubts and not any(finding.name == "slow" or CODES[finding.name].severity == "error" for finding in told):
        told += [finding async for finding in weakness.findings(trials)]
    return [placed(file, path, replace(finding, key=finding.key or question.kind), about) for finding in told]


async def proofs(trial: Trial) -> AsyncIterator[Finding]:
    """Every proof of a question, until one says that the rest makes no sense."""
    try:
        for finding in network.findings(trial.question):
            yield finding
            return
        async for finding in given.given(trial):
            yield finding
            if finding.key == "given":
                return
        for proof in (given.explored, fence.held, table.held, _graded):
            async for finding in proof(trial):
                yield finding
    except EnvironmentLacking:
        raise
    except TutorError as fault:
        yield Finding("", "solution-fails", str(fault), "correct it")


async def _graded(trial: Trial) -> AsyncIterator[Finding]:
    if not trial.question.graded:
        return
    async for finding in solution.stands(trial):
        yield finding
        if finding.name != "slow":
            return
    for proof in (solution.unfinished, solution.accepted, solution.traced, claim.claims, wrong.wrongs):
        async for finding in proof(trial):
            yield finding
    hints = hint.findings(trial.question, await trial.examiner.answer(trial.file, trial.question))
    for finding in hints:
        # What a hint says of one member of a family may be the answer to another by accident.
        if not trial.family or finding.name != "hint-leaks":
            yield finding
