"""Which programs did the same: an answer and the solution, an answer and one of the solution's variants."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from tutor.grade import code, glance
from tutor.grade.belief.program import Variant, variants
from tutor.grade.source import parsed
from tutor.grade.training import Finding
from tutor.lesson.model import Code, Train
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Call, Difference, Limits, Outcome, Request

KEPT_MOST = 200
"""Questions whose variants are held on to."""
CALLS = 18
"""Calls of a function, on small inputs, by which it is told which variant it is like."""
DRAW = 0
"""The seed of their inputs, the same for all: nothing is passed or failed by them."""
SECONDS = 20.0
"""For all the programs that run one after the other in a child."""
_SLIPS = frozenset(
    {"NameError", "UnboundLocalError", "SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError"}
    | {"SystemExit", "KeyboardInterrupt", "PermissionError", "OSError", "EOFError"}
)
"""Errors that say nothing about tensors. Others of two programs, word for word the same, have the same reason."""


@dataclass(frozen=True)
class Rivals:
    """What became of the variants of a solution: those that came to something else than it did."""

    solution: Outcome
    variants: tuple[tuple[Variant, Outcome], ...]


class Likeness:
    """Compares what programs did. Holds what the variants of each solution did, so that they run once."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._rivals: dict[bytes, asyncio.Task[Rivals]] = {}

    async def difference(self, question: Code, given: str, expected: Outcome, actual: Outcome) -> Difference | None:
        """The first difference in what a question looks at; raises TutorFault."""
        found = await self._sandbox.compare(expected, actual, code.terms(question, given))
        if found is not None and found.case is not None:
            return replace(found, name=code.called(question))
        return found

    async def alike(self, question: Code, given: str, ran: tuple[Outcome, Outcome], outcome: Outcome) -> bool:
        """Whether a program did the same wrong thing as another, `ran` being the solution and that other one."""
        solution, other, outcome = usual(*ran, outcome)
        if ran[0].calls and not solution.calls:
            return False
        if other.status != outcome.status or failures(other) != failures(outcome):
            return False
        if isinstance(question, Train):
            found, same = (code.findings(question, one, solution) for one in (other, outcome))
            if found or same:
                return list(map(_finding, found)) == list(map(_finding, same))
        terms = replace(code.terms(question, given), nan_equal=True)
        if other.status == "error" or glance.apart(other, outcome, terms):
            return other.status == "error"
        return await self._sandbox.compare(other, outcome, terms) is None

    def begin(self, question: Code, given: str) -> asyncio.Task[Rivals]:
        """Run the variants of a question's solution, once; the task may fail with TutorFault."""
        key = msgspec.json.encode((given, question))
        task = self._rivals.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._rivals[key] = asyncio.ensure_future(self._ran(question, given))
            task.add_done_callback(lambda t: t.cancelled() or t.exception())
            if len(self._rivals) > KEPT_MOST:
                del self._rivals[next(iter(self._rivals))]
        return task

    async def variant(
        self, question: Code, given: str, answer: str, outcome: Outcome, small: Outcome | None = None
    ) -> Variant | None:
        """The simplest variant of the solution that does what a wrong answer did.

        `small` is what a function did with small inputs: by those they are compared, and else it is run with them.
        """
        if not _comparable(outcome):
            return None
        rivals = self.begin(question, given)
        if small is None and code.draws(question):
            small = await self._sandbox.run(_few(code.request(question, answer, given, DRAW, small=True)))
        solution = (await rivals).solution
        outcome = small or outcome
        for variant, other in rivals.result().variants:
            if await self.alike(question, given, (solution, other), outcome):
                return _without_own(variant, other, code.program(question, answer))
        return None

    async def same(self, question: Code, given: str, programs: Sequence[str]) -> list[bool]:
        """Of each program whether it does what the solution does, by the question's own number of calls."""
        own = code.program(question, code.own_answer(question))
        request = _unhurried(code.request(question, code.own_answer(question), given, DRAW))
        solution, *outcomes = await self._sandbox.series(request, [own, *programs])
        return [await self._works(question, given, outcome, solution) for outcome in outcomes]

    async def _ran(self, question: Code, given: str) -> Rivals:
        """The solution's variants, run."""
        own = code.program(question, code.own_answer(question))
        made = await asyncio.to_thread(variants, own)
        request = _few(_unhurried(code.request(question, code.own_answer(question), given, DRAW, small=True)))
        solution, *outcomes = await self._sandbox.series(request, [own, *(variant.code for variant in made)])
        pairs = [pair for pair in zip(made, outcomes, strict=True) if _comparable(pair[1])]
        wrong = [pair for pair in pairs if not await self._works(question, given, pair[1], solution)]
        return Rivals(solution, tuple(wrong))

    async def _works(self, question: Code, given: str, outcome: Outcome, solution: Outcome) -> bool:
        if outcome.status != "ok" or glance.apart(solution, outcome, code.terms(question, given)):
            return False
        difference = await self.difference(question, given, solution, outcome)
        return code.works(question, outcome, solution, difference)


def _without_own(variant: Variant, outcome: Outcome, program: str) -> Variant:
    """The variant without a line to show where that proves nothing, or tells the answer.

    The learner's own line is no evidence; and the same error may come from elsewhere.
    """
    tree = parsed(program)
    lines = [line.strip() for line in ast.unparse(tree).splitlines()] if tree else []
    own = all(line in lines for line in re.findall("`([^`]*)`", variant.shown))
    return replace(variant, shown="") if own or variant.telling or outcome.status == "error" else variant


def _few(request: Request) -> Request:
    """The same with few calls, each kind of input at least once."""
    calls = request.calls
    if calls is None:
        return request
    return replace(request, calls=replace(calls, count=min(calls.count, max(CALLS, len(calls.inputs)))))


def _unhurried(request: Request) -> Request:
    """The same with time for many programs."""
    return replace(request, limits=Limits(seconds=SECONDS))


def _finding(found: Finding) -> tuple[str, str]:
    """What is wrong with a loop; of how often it goes round the number too, but not the line."""
    return found.kind, re.sub(r" \(lines?[^)]*\)", "", found.sentence) if found.kind == "steps" else ""


def _comparable(outcome: Outcome) -> bool:
    """Whether it came far enough to be like another: a slip in a name is no belief about tensors."""
    if outcome.status not in ("ok", "error"):
        return False
    return not any(kind in _SLIPS for kind, _ in failures(outcome))


def usual(solution: Outcome, *others: Outcome) -> tuple[Outcome, ...]:
    """The solution and others, with only the calls on inputs that the author had in mind.

    Made small and round they may be none the solution is for.
    """
    kept = [i for i, call in enumerate(solution.calls) if _usual(call)]
    calls = [tuple(one.calls[i] for i in kept if i < len(one.calls)) for one in (solution, *others)]
    return tuple(replace(one, calls=those) for one, those in zip((solution, *others), calls, strict=True))


def _usual(call: Call) -> bool:
    return call.failure is None and (call.result is None or "nan" not in call.result.text)


def failures(outcome: Outcome) -> list[tuple[str, str]]:
    """Type and message of everything that failed in a run."""
    found = [outcome.error, *(seen.failure for seen in outcome.observed.values() if seen.kind == "missing")]
    found += [call.failure for call in outcome.calls]
    return [(failure.type, failure.message) for failure in found if failure is not None]
