"""Brings a question, an answer and the sandbox together: the only way to a verdict.

The solution and the answer run apart, in children of their own; what they made is compared by the judge. Session,
drill, `tutor grade` and `tutor check` all come through here, so an answer gets the same verdict everywhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace

import msgspec

from tutor.errors import TutorFault
from tutor.fault import written
from tutor.grade import choice, code, predict
from tutor.grade.answer import Unread
from tutor.grade.verdict import Verdict
from tutor.lesson.model import (
    Choice,
    Code,
    Fill,
    Function,
    LessonFile,
    Order,
    Predict,
    PredictError,
    Question,
    Wrong,
)
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Difference, Observation, Outcome, Request


def setup(file: LessonFile, question: Question) -> str:
    """The code before the answer: the lesson's `given`, then the question's own."""
    return "\n".join(part for part in (file.lesson.given, question.given) if part.strip())


def digest(file: LessonFile, question: Question) -> str:
    """A question's content in eight letters; another content, another digest."""
    return hashlib.sha256(msgspec.json.encode((file.lesson.given, question))).hexdigest()[:8]


class Examiner:
    """Judges answers. Holds what torch said about each question, so that it is asked once."""

    def __init__(self, sandbox: Sandbox, draw_seed: Callable[[], int] = lambda: secrets.randbelow(2**31)) -> None:
        self.sandbox = sandbox
        self._draw_seed = draw_seed
        self._references: dict[tuple[str, str, str], asyncio.Task[Outcome]] = {}

    async def prepare(self, file: LessonFile, question: Question) -> None:
        """Ask torch ahead of time, while the learner reads. Failures are kept for `judge` to meet."""
        if isinstance(question, (Predict, Code)) and not isinstance(question, Function):
            await asyncio.wait([self._reference(file, question, 0)])

    async def judge(self, file: LessonFile, question: Question, answer: str) -> Verdict:
        """The verdict on an answer. A fault of ours is a verdict of its own kind; EnvironmentLacking passes through."""
        try:
            return await self._judged(file, question, answer)
        except Unread as unread:
            return Verdict(result="unread", headline="Not read as an answer.", feedback=str(unread))
        except (TutorFault, ValueError, AssertionError, LookupError, TypeError) as fault:
            return self._fault(file, question, answer, fault)

    async def answer(self, file: LessonFile, question: Question) -> str:
        """The right answer as the learner would give it. Raises TutorFault when the question is broken."""
        if isinstance(question, (Choice, PredictError)):
            return question.answer
        if isinstance(question, Code):
            return question.solution
        if isinstance(question, Predict):
            try:
                return predict.answer_of(question, await self._reference(file, question, 0))
            except ValueError as broken:
                raise TutorFault(f"The question {question.id} of {file.slug} is broken: {broken}.") from broken
        return ""

    @staticmethod
    def spelled(question: Predict, seen: Observation) -> str:
        """What torch gave, spelled as an answer to the question. Raises TutorFault when it is of another kind."""
        read = predict.reading(question)
        try:
            return read.spell(read.torch(seen))
        except ValueError as broken:
            raise TutorFault(f"It cannot be an answer to {question.id}: {broken}.") from broken

    async def draw(self, file: LessonFile, question: Question) -> list[tuple[str, Observation]]:
        """The values of the expressions that the question shows."""
        outcome = await self.sandbox.run(Request(setup=setup(file, question), code="", observe=question.drawn))
        return [(name, outcome.observed[name]) for name in question.drawn if name in outcome.observed]

    async def run(self, file: LessonFile, question: Question, text: str) -> Outcome:
        """Run code with the question's tensors; nothing is judged."""
        return await self.sandbox.run(Request(setup=setup(file, question), code=text, trace=True))

    async def _judged(self, file: LessonFile, question: Question, answer: str) -> Verdict:
        if isinstance(question, Choice):
            return choice.verdict(question, answer)
        if isinstance(question, PredictError):
            return choice.verdict(question, answer, await self._reference(file, question, 0))
        if isinstance(question, Predict):
            return predict.verdict(question, answer, await self._reference(file, question, 0))
        assert isinstance(question, Code), f"a {question.kind} page has no answer"
        return await self._code(file, question, answer)

    async def _code(self, file: LessonFile, question: Code, answer: str) -> Verdict:
        if reason := code.untouched(question, answer):
            return Verdict(result="untouched", headline="Not attempted yet.", feedback=reason)
        seed = self._draw_seed() if isinstance(question, Function) else 0
        reference, outcome, difference = await self._ran(file, question, answer, seed)
        right = outcome.status == "ok" and difference is None
        wrong = None if right else await self._known(file, question, answer, outcome, seed)
        verdict = code.verdict(question, outcome, reference, difference, wrong)
        return replace(verdict, self_reported=code.self_reported(question))

    async def works(self, file: LessonFile, question: Code, answer: str) -> bool:
        """Whether a program does what the solution does, whatever it looks like. Raises Unread, TutorFault."""
        seed = self._draw_seed() if isinstance(question, Function) else 0
        _, outcome, difference = await self._ran(file, question, answer, seed)
        return outcome.status == "ok" and difference is None

    async def _ran(
        self, file: LessonFile, question: Code, answer: str, seed: int
    ) -> tuple[Outcome, Outcome, Difference | None]:
        """The solution's outcome, the answer's, and the first difference if both ran."""
        request = code.request(question, answer, setup(file, question), seed)
        reference, outcome = await asyncio.gather(self._reference(file, question, seed), self.sandbox.run(request))
        self._sound(question, reference)
        # That the given code fails is the answer's own claim: the solution has just run after the very same code.
        difference = await self._difference(question, reference, outcome) if outcome.status == "ok" else None
        return reference, outcome, difference

    async def _known(self, file: LessonFile, question: Code, answer: str, outcome: Outcome, seed: int) -> Wrong | None:
        """The author's wrong answer that this one is, in its words or in what it does."""
        if found := code.listed(question, answer):
            return found
        if outcome.status not in ("ok", "error"):
            return None
        for wrong in question.wrong:
            other = await self.sandbox.run(code.request(question, wrong.answer, setup(file, question), seed))
            if await self._alike(question, other, outcome):
                return wrong
        return None

    async def _alike(self, question: Code, one: Outcome, other: Outcome) -> bool:
        """Whether two programs did the same wrong thing."""
        if one.status != other.status:
            return False
        if _failures(one) != _failures(other):
            return False
        return one.status == "error" or await self._difference(question, one, other) is None

    async def _difference(self, question: Code, expected: Outcome, actual: Outcome) -> Difference | None:
        difference = await self.sandbox.compare(expected, actual, code.terms(question))
        if difference is not None and difference.case is not None:
            return replace(difference, name=code.function_name(question))
        return difference

    def _sound(self, question: Code, reference: Outcome) -> None:
        """Raises TutorFault when the solution itself does not run, or does not make what is compared."""
        failed = next(iter(_failures(reference)), None)
        if reference.status != "ok" or failed:
            said = ": ".join(failed) if failed else reference.note
            raise TutorFault(f"the solution of {question.id} does not run: {said}")

    def _reference(self, file: LessonFile, question: Question, seed: int) -> asyncio.Task[Outcome]:
        """What torch says; asked once for each question, and anew for each seed of a function."""
        key = (str(file.path), question.id, digest(file, question))
        task = self._references.get(key)
        if isinstance(question, Function) or task is None or (task.done() and _spoiled(task)):
            task = asyncio.ensure_future(self.sandbox.run(reference_request(file, question, seed)))
            task.add_done_callback(_heard)
            self._references[key] = task
        return task

    def _fault(self, file: LessonFile, question: Question, answer: str, fault: BaseException) -> Verdict:
        """Say that it was us, and write down what is needed to repeat it."""
        where = written(fault, lesson=str(file.path), question=question.id, answer=answer)
        return Verdict(
            result="fault",
            headline="A fault of the tutor, not yours; nothing was scored.",
            feedback=f"{fault}. {where}",
        )


def reference_request(file: LessonFile, question: Question, seed: int = 0) -> Request:
    """What the sandbox is asked so that torch answers the question itself."""
    if isinstance(question, PredictError):
        return Request(setup=setup(file, question), code=question.error)
    if isinstance(question, Predict):
        return predict.request(question, setup(file, question))
    assert isinstance(question, Code)
    answer = question.solution
    if isinstance(question, Order):
        answer = "\n".join(question.lines)
    assert isinstance(question, (Fill, Order)) or answer
    return code.request(question, answer, setup(file, question), seed)


def _failures(outcome: Outcome) -> list[tuple[str, str]]:
    """Type and message of everything that failed in a run."""
    failures = [outcome.error, *(seen.failure for seen in outcome.observed.values() if seen.kind == "missing")]
    failures += [call.failure for call in outcome.calls]
    return [(failure.type, failure.message) for failure in failures if failure is not None]


def _spoiled(task: asyncio.Task[Outcome]) -> bool:
    return task.cancelled() or task.exception() is not None


def _heard(task: asyncio.Task[Outcome]) -> None:
    """Mark a failure as seen: it is met again by whoever asks for the reference."""
    if not task.cancelled():
        task.exception()
