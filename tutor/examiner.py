"""Brings a question, an answer and the sandbox together: the only way to a verdict.

The solution and the answer run apart, in children of their own; what they made is compared by the judge. Session,
drill, `tutor grade` and `tutor check` all come through here, so an answer gets the same verdict everywhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from tutor import explainer
from tutor.errors import EnvironmentLacking, TutorFault
from tutor.fault import written
from tutor.grade import choice, code, predict, prints, rule, trace
from tutor.grade.account import Account
from tutor.grade.answer import Unread
from tutor.grade.belief.program import Variant
from tutor.grade.verdict import Verdict
from tutor.lesson.model import (
    Called,
    Choice,
    Code,
    LessonFile,
    Predict,
    PredictError,
    PredictFails,
    PredictPrints,
    Question,
    Trace,
    Wrong,
)
from tutor.likeness import Likeness, failures, usual
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Difference, Observation, Outcome, Request

QUICK_SECONDS = 1.0
"""An answer that takes longer is not run again for a smaller example."""
KEPT_MOST = 500
"""Outcomes that are held on to; a family is another question at every visit."""

Ran = tuple[Outcome, Outcome, Difference | None]
"""The solution's outcome, the answer's, and the first difference if both ran."""


def setup(file: LessonFile, question: Question) -> str:
    """The code before the answer: the lesson's `given`, then the question's own."""
    return "\n".join(part for part in (file.lesson.given, question.given) if part.strip())


def digest(file: LessonFile, question: Question) -> str:
    """A question's content in eight letters; another content, another digest."""
    return hashlib.sha256(msgspec.json.encode((file.lesson.given, question))).hexdigest()[:8]


class Examiner:
    """Judges answers. Holds what torch said about each question, so that it is asked once."""

    def __init__(self, sandbox: Sandbox, draw_seed: Callable[[], int] = lambda: secrets.randbelow(2**31)) -> None:
        """`draw_seed` seeds the inputs of each attempt; one that always gives the same lets solutions run once."""
        self.sandbox = sandbox
        self._draw_seed = draw_seed
        self._asked: dict[tuple[str, ...], tuple[int, asyncio.Task[Outcome]]] = {}
        """What solutions and listed wrong answers did, with what they were called on."""
        self.likeness = Likeness(sandbox)

    async def prepare(self, file: LessonFile, question: Question) -> None:
        """Ask torch ahead of time, while the learner reads. Failures are kept for `judge` to meet."""
        if isinstance(question, (Predict, Code, Trace)):
            await asyncio.wait([self._reference(file, question, self._drawn(question))])
        if isinstance(question, Code):
            self.likeness.begin(question, setup(file, question))
            if isinstance(question, Called):
                self._small(file, question)

    async def judge(self, file: LessonFile, question: Question, answer: str) -> Verdict:
        """The verdict on an answer. A fault of ours is a verdict of its own kind; EnvironmentLacking passes through."""
        draw = self._drawn(question)
        try:
            return await self._judged(file, question, answer, draw)
        except EnvironmentLacking:
            raise
        except Unread as unread:
            return Verdict(result="unread", headline="Not read as an answer.", feedback=str(unread))
        except Exception as fault:  # noqa: BLE001 - whatever goes wrong in here is ours, and nobody's wrong answer.
            return self._fault(file, question, answer, draw, fault)

    async def answer(self, file: LessonFile, question: Question) -> str:
        """The right answer as the learner would give it. Raises TutorFault when the question is broken."""
        if isinstance(question, (Choice, PredictError)):
            return choice.answer_of(question)
        if isinstance(question, Code):
            return code.own_answer(question)
        if not question.graded:
            return ""
        reference = await self._reference(file, question, 0)
        try:
            return _answer_of(question, reference)
        except ValueError as broken:
            raise TutorFault(f"The question {question.id} of {file.slug} is broken: {broken}.") from broken

    async def reference(self, file: LessonFile, question: Question) -> Outcome:
        """What torch says to the question itself."""
        return await self._reference(file, question, self._drawn(question))

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

    async def works(self, file: LessonFile, question: Code, answer: str) -> bool:
        """Whether a program does what the solution does, whatever it looks like. Raises Unread, TutorFault."""
        draw = self._drawn(question)
        request = code.request(question, answer, setup(file, question), draw)
        reference, outcome, difference = await self._ran(file, question, request)
        return code.works(question, outcome, reference, difference)

    async def same(self, file: LessonFile, question: Code, programs: Sequence[str]) -> list[bool]:
        """Of each program of an author's whether it passes the question; one that fails or is stopped does not."""
        passed = await self.likeness.same(question, setup(file, question), programs)
        if (rules := code.rules(question)) is None:
            return passed
        pairs = zip(programs, passed, strict=True)
        return [right and not await self.sandbox.breaches(program, rules) for program, right in pairs]

    def _drawn(self, question: Question) -> int:
        """The seed of what is drawn for this attempt, where anything is."""
        return self._draw_seed() if isinstance(question, Code) and code.draws(question) else 0

    async def _judged(self, file: LessonFile, question: Question, answer: str, draw: int) -> Verdict:
        if isinstance(question, Choice):
            return choice.verdict(question, answer)
        if isinstance(question, Code):
            return await self._code(file, question, answer, draw)
        reference = await self._reference(file, question, 0)
        if isinstance(question, PredictError):
            return choice.verdict(question, answer, reference)
        if isinstance(question, (PredictPrints, PredictFails)):
            return prints.verdict(question, answer, reference)
        if isinstance(question, Trace):
            return trace.verdict(question, answer, reference)
        assert isinstance(question, Predict), f"a {question.kind} page has no answer"
        return predict.verdict(question, answer, reference)

    async def _code(self, file: LessonFile, question: Code, answer: str, draw: int) -> Verdict:
        if reason := code.untouched(question, answer):
            return Verdict(result="untouched", headline="Not attempted yet.", feedback=reason)
        request = code.request(question, answer, setup(file, question), draw, trace=True)
        ran = await self._ran(file, question, request)
        verdict, told = await asyncio.gather(
            self._weighed(file, question, answer, request, ran), self._account(request, ran[1])
        )
        return replace(verdict, account=told, self_reported=code.self_reported(question))

    async def _account(self, request: Request, outcome: Outcome) -> Account:
        """What an answer's code made, and why it failed."""
        return await explainer.account(self.sandbox, request, outcome)

    async def _weighed(self, file: LessonFile, question: Code, answer: str, request: Request, ran: Ran) -> Verdict:
        """Right or wrong, and what is behind it."""
        reference, outcome, difference = ran
        if code.works(question, outcome, reference, difference):
            return await self._kept_to_rules(question, answer) or code.right(question, outcome)
        return await self._wrong(file, question, answer, request, ran)

    async def _wrong(self, file: LessonFile, question: Code, answer: str, request: Request, ran: Ran) -> Verdict:
        _, outcome, difference = ran
        small = await self._on_small(file, question, answer, outcome, difference)
        wrong = await self._known(file, question, answer, request, ran, small)
        variant, smaller = await asyncio.gather(
            self._believed(file, question, answer, (outcome, small), wrong), self._smaller(file, question, small)
        )
        reference, outcome, difference = smaller or ran
        return code.wrong(question, outcome, reference, difference, wrong, variant)

    async def _kept_to_rules(self, question: Code, answer: str) -> Verdict | None:
        """The verdict on code that does what it should, but not as it was asked to."""
        if (rules := code.rules(question)) is None:
            return None
        program = code.program(question, answer)
        breaches = await self.sandbox.breaches(program, rules)
        if not breaches:
            return None
        known = code.listed(question, answer)
        sentence, evidence = rule.told(breaches, program, rules)
        belief = known.feedback if known else ""
        return Verdict(
            result="wrong", headline="It works, but not as asked.", belief=belief, feedback=sentence, evidence=evidence
        )

    async def _ran(self, file: LessonFile, question: Code, request: Request) -> Ran:
        own = self._reference(file, question, request.draw)
        reference, outcome = await asyncio.gather(own, self.sandbox.run(request))
        self._sound(question, reference)
        # That the given code fails is the answer's own claim: the solution has just run after the very same code.
        difference = await self._difference(file, question, reference, outcome) if outcome.status == "ok" else None
        return reference, outcome, difference

    async def _believed(
        self, file: LessonFile, question: Code, answer: str, seen: tuple[Outcome, Outcome | None], wrong: Wrong | None
    ) -> Variant | None:
        """The variant of the solution that a wrong answer is like, where its author has no words for it."""
        if wrong is not None:
            return None
        return await self.likeness.variant(question, setup(file, question), answer, *seen)

    async def _on_small(
        self, file: LessonFile, question: Code, answer: str, outcome: Outcome, difference: Difference | None
    ) -> Outcome | None:
        """What a wrong function does with inputs as small and round as can be; None for what is no such function."""
        if difference is None or difference.case is None or outcome.seconds >= QUICK_SECONDS:
            return None
        request = code.request(question, answer, setup(file, question), 0, small=True)
        return (await asyncio.gather(self.sandbox.run(request), self._small(file, question)))[0]

    async def _smaller(self, file: LessonFile, question: Code, outcome: Outcome | None) -> Ran | None:
        """The same for small inputs, which a person can follow; None if all is well there."""
        if outcome is None or outcome.status != "ok" or (reference := await self._small(file, question)).status != "ok":
            return None
        pair = usual(reference, outcome)
        difference = await self._difference(file, question, *pair)
        return (*pair, difference) if difference is not None and difference.case is not None else None  # type: ignore[return-value]

    async def _known(
        self, file: LessonFile, question: Code, answer: str, request: Request, ran: Ran, small: Outcome | None
    ) -> Wrong | None:
        """The author's wrong answer that this one is, in its words or in what it does; by small inputs if it can be."""
        if found := code.listed(question, answer):
            return found
        reference, outcome, _ = ran
        if outcome.status not in ("ok", "error"):
            return None
        draw = request.draw
        if small is not None:
            # They are the same at every attempt, so what listed answers do with them is asked only once.
            reference, outcome, draw = await self._small(file, question), small, 0
        for wrong in question.wrong:
            asked = code.request(question, wrong.answer, request.setup, draw, small=small is not None)
            what = f"wrong, {'with small inputs' if small else 'as ever'}: {wrong.answer}"
            other = await self._once(file, question, what, draw, asked)
            if await self.likeness.alike(question, request.setup, (reference, other), outcome):
                return wrong
        return None

    async def _difference(
        self, file: LessonFile, question: Code, expected: Outcome, actual: Outcome
    ) -> Difference | None:
        return await self.likeness.difference(question, setup(file, question), expected, actual)

    def _sound(self, question: Code, reference: Outcome) -> None:
        """Raises TutorFault when the solution itself does not run, or does not make what is compared."""
        failed = next(iter(failures(reference)), None)
        if reference.status != "ok" or failed:
            said = ": ".join(failed) if failed else reference.note
            raise TutorFault(f"the solution of {question.id} does not run: {said}")

    def _reference(self, file: LessonFile, question: Question, draw: int) -> asyncio.Task[Outcome]:
        """What torch says."""
        return self._once(file, question, "", draw, reference_request(file, question, draw))

    def _small(self, file: LessonFile, question: Code) -> asyncio.Task[Outcome]:
        """What the solution does with small inputs. They are the same ones every time: they only are an example."""
        request = code.request(question, code.own_answer(question), setup(file, question), 0, small=True)
        return self._once(file, question, "small", 0, request)

    def _once(
        self, file: LessonFile, question: Question, what: str, draw: int, request: Request
    ) -> asyncio.Task[Outcome]:
        """What an author's code does: asked once for each, and anew for other inputs."""
        key = (str(file.path), question.id, digest(file, question), what)
        drawn, task = self._asked.get(key, (draw, None))
        if task is None or drawn != draw or (task.done() and _spoiled(task)):
            task = asyncio.ensure_future(self.sandbox.run(request))
            task.add_done_callback(_heard)
            self._asked[key] = draw, task
            if len(self._asked) > KEPT_MOST:
                del self._asked[next(iter(self._asked))]
        return task

    def _fault(self, file: LessonFile, question: Question, answer: str, draw: int, fault: BaseException) -> Verdict:
        """Say that it was us, and write down what is needed to repeat it."""
        content = msgspec.json.encode(question).decode()
        where = written(
            fault, lesson=str(file.path), question=question.id, answer=answer, draw=str(draw), content=content
        )
        said = str(fault) if isinstance(fault, (TutorFault, ValueError)) else f"{type(fault).__name__}: {fault}"
        return Verdict(
            result="fault",
            headline="A fault of the tutor, not yours; nothing was scored.",
            feedback=f"{said}. {where}",
        )


def reference_request(file: LessonFile, question: Question, draw: int = 0) -> Request:
    """What the sandbox is asked so that torch answers the question itself."""
    given = setup(file, question)
    if isinstance(question, PredictError):
        return Request(setup=given, code=question.error)
    if isinstance(question, (PredictPrints, PredictFails)):
        return prints.request(question, given)
    if isinstance(question, Trace):
        return trace.request(question, given)
    if isinstance(question, Predict):
        return predict.request(question, given)
    assert isinstance(question, Code)
    return code.request(question, code.own_answer(question), given, draw)


def _answer_of(question: Question, reference: Outcome) -> str:
    if isinstance(question, (PredictPrints, PredictFails)):
        return prints.answer_of(question, reference)
    if isinstance(question, Trace):
        return trace.answer_of(question, reference)
    assert isinstance(question, Predict)
    return predict.answer_of(question, reference)


def _spoiled(task: asyncio.Task[Outcome]) -> bool:
    return task.cancelled() or task.exception() is not None


def _heard(task: asyncio.Task[Outcome]) -> None:
    """Mark a failure as seen: it is met again by whoever asks for the reference."""
    if not task.cancelled():
        task.exception()
