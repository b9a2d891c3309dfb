"""Proof that a lesson is right: everything it claims is run through the same examiner that judges learners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tutor.errors import Problem, TutorError
from tutor.examiner import Examiner, reference_request, setup
from tutor.grade.code import program
from tutor.grade.predict import evaluated, lead
from tutor.grade.verdict import Verdict
from tutor.lesson.model import (
    Choice,
    Code,
    Explore,
    LessonFile,
    Predict,
    PredictError,
    PredictFails,
    PredictPrints,
    Question,
    Trace,
    Wrong,
)
from tutor.lesson.vary import spread
from tutor.sandbox.protocol import Outcome, Request


@dataclass(frozen=True)
class Finding:
    """Something wrong with a question: the key it is about, and the sentence."""

    key: str
    """Below the question: `wrong[0].feedback`; empty for the question itself."""
    message: str


async def prove(file: LessonFile, examiner: Examiner) -> list[Problem]:
    """Run every solution, starter and listed wrong answer of a lesson; what is not as it must be, in order."""
    questions = enumerate(file.lesson.questions)
    found = await asyncio.gather(*(_question(file, examiner, n, question) for n, question in questions))
    return [problem for problems in found for problem in problems]


async def _question(file: LessonFile, examiner: Examiner, index: int, question: Question) -> list[Problem]:
    path = f"questions[{index}]"
    problems: dict[str, Problem] = {}
    for member in spread(question):
        async for finding in _findings(file, examiner, member):
            key = f"{path}.{finding.key}" if finding.key else f"{path}.{question.kind}"
            line, column = file.place(key)
            name = f"question `{question.id}`: "
            problems.setdefault(key, Problem(str(file.path), line, column, name + finding.message))
    return list(problems.values())


async def _findings(file: LessonFile, examiner: Examiner, question: Question) -> AsyncIterator[Finding]:
    try:
        async for finding in _drawn(file, examiner, question):
            yield finding
        if isinstance(question, Explore):
            async for finding in _explored(file, examiner, question):
                yield finding
        if not question.graded:
            return
        async for finding in _solution(file, examiner, question):
            yield finding
        for n, wrong in enumerate(question.wrong):
            async for finding in _wrong(file, examiner, question, n, wrong):
                yield finding
    except TutorError as fault:
        yield Finding("", str(fault))


async def _drawn(file: LessonFile, examiner: Examiner, question: Question) -> AsyncIterator[Finding]:
    if question.drawn:
        for name, seen in await examiner.draw(file, question):
            if seen.kind == "missing":
                yield Finding("show", f"`{name}` cannot be drawn: {_why(seen.failure)}")


async def _explored(file: LessonFile, examiner: Examiner, question: Explore) -> AsyncIterator[Finding]:
    outcome = await examiner.run(file, question, question.start)
    if outcome.status != "ok":
        yield Finding("start", f"the code to explore does not run: {_ended(outcome)}")


async def _solution(file: LessonFile, examiner: Examiner, question: Question) -> AsyncIterator[Finding]:
    """The right answer must be right; a starter must not be."""
    verdict = await examiner.judge(file, question, await examiner.answer(file, question))
    if not verdict.passed:
        key = "solution" if isinstance(question, Code) else ""
        yield Finding(key, f"its own answer is not accepted: {_said(verdict)}")
    if isinstance(question, Code) and question.start.strip() and await examiner.works(file, question, _start(question)):
        yield Finding("start", "the starter already passes")
    async for finding in _claims(file, examiner, question):
        yield finding


async def _claims(file: LessonFile, examiner: Examiner, question: Question) -> AsyncIterator[Finding]:
    """What a question says of itself beside its answer, held against torch."""
    if isinstance(question, PredictError):
        found = _raises(file, examiner, question)
    elif isinstance(question, Trace):
        found = _steps(file, examiner, question)
    elif isinstance(question, PredictPrints):
        found = _printed(file, examiner, question)
    elif isinstance(question, Choice) and question.true_if:
        found = _provable(file, examiner, question)
    elif isinstance(question, Predict) and not isinstance(question, PredictFails) and not question.vary:
        found = _gives(file, examiner, question)
    else:
        return
    async for finding in found:
        yield finding


async def _steps(file: LessonFile, examiner: Examiner, question: Trace) -> AsyncIterator[Finding]:
    outcome = await examiner.sandbox.run(reference_request(file, question))
    for line in outcome.lines:
        if line.shape is None:
            yield Finding("code", f"line {line.line} makes no tensor; put it into `given`")


async def _gives(file: LessonFile, examiner: Examiner, question: Predict) -> AsyncIterator[Finding]:
    outcome = await examiner.sandbox.run(reference_request(file, question))
    seen = outcome.observed.get(evaluated(question))
    if seen is not None and seen.kind == "missing":
        yield Finding("", f"torch refuses this: {_why(seen.failure)}; `error:` asks about code that fails")


def _start(question: Code) -> str:
    """The starter as a program of its own."""
    return "____" if program(question, "____") == question.start else question.start


async def _raises(file: LessonFile, examiner: Examiner, question: PredictError) -> AsyncIterator[Finding]:
    outcome = await examiner.sandbox.run(reference_request(file, question))
    if outcome.error is None:
        yield Finding("", "torch runs this without an error")
    elif question.raises and question.raises != outcome.error.type:
        yield Finding("raises", f"torch raises {outcome.error.type}, not {question.raises}: {outcome.error.message}")


async def _printed(file: LessonFile, examiner: Examiner, question: PredictPrints) -> AsyncIterator[Finding]:
    outcome = await examiner.sandbox.run(reference_request(file, question))
    if "tensor(" in outcome.stdout:
        yield Finding("", "it prints a tensor, and how tensors are printed depends on options; ask for the `value`")
    elif not outcome.stdout.strip():
        yield Finding("", "it prints nothing")


async def _provable(file: LessonFile, examiner: Examiner, question: Choice) -> AsyncIterator[Finding]:
    """`true_if` must hold for the answer and for no other option."""
    claims = {option: question.true_if.replace("OPTION", f"({option.strip('`')})") for option in question.options}
    outcome = await examiner.sandbox.run(Request(setup=setup(file, question), code="", observe=tuple(claims.values())))
    for option, claim in claims.items():
        seen = outcome.observed.get(claim)
        holds = seen is not None and seen.kind == "bool" and bool(seen.value)
        if holds != (option in question.right):
            yield Finding("true_if", f"`{claim}` is {holds}, but the answer is `{', '.join(question.right)}`")


async def _wrong(
    file: LessonFile, examiner: Examiner, question: Question, n: int, wrong: Wrong
) -> AsyncIterator[Finding]:
    """A listed wrong answer must be judged wrong, with its own feedback."""
    key = f"wrong[{n}].{'gives' if wrong.gives else 'answer'}"
    answer = wrong.answer
    if wrong.gives:
        outcome = await examiner.sandbox.run(
            Request(setup=setup(file, question), code=_lead(question), observe=(wrong.gives,))
        )
        seen = outcome.observed.get(wrong.gives)
        if seen is None or seen.kind == "missing":
            yield Finding(key, f"`{wrong.gives}` fails: {_why(seen.failure) if seen else _ended(outcome)}")
            return
        assert isinstance(question, Predict)
        answer = examiner.spelled(question, seen)
    verdict = await examiner.judge(file, question, answer)
    if verdict.passed and not question.vary:
        yield Finding(key, f"this wrong answer is right: `{answer}`")
    elif not verdict.passed and verdict.result != "wrong":
        yield Finding(key, f"this wrong answer is not judged at all: {_said(verdict)}")
    elif not verdict.passed and verdict.belief != wrong.feedback and not question.vary:
        got = f"gets the feedback of another: {verdict.belief}" if verdict.belief else "does not get its feedback"
        yield Finding(key, f"this wrong answer {got}")


def _lead(question: Question) -> str:
    return lead(question) if isinstance(question, Predict) else ""


def _said(verdict: Verdict) -> str:
    return " ".join(" ".join(verdict.said()[:4]).split())


def _why(failure: object) -> str:
    return f"{getattr(failure, 'type', 'it')}: {getattr(failure, 'message', 'failed')}"


def _ended(outcome: Outcome) -> str:
    return _why(outcome.error) if outcome.error else outcome.note or outcome.status
