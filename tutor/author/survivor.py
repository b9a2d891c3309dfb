"""Wrong programs that pass a code question.

A mutant that passes is tried on other numbers and other sizes. Where it comes apart from the solution, that says why
the question is weak; where it never does, it is the solution in other words and no weakness.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from tutor.author.mutate import Mutant, mutants
from tutor.author.reason import Weakness, explained, square
from tutor.author.standin import NUMBERS, ONE, SIZES, Standin, replaced
from tutor.author.trial import Trial
from tutor.grade import code as grade
from tutor.grade.source import assigned
from tutor.lesson.model import Called, Code, Train

FEW = 4
"""Calls on which most mutants of a function fail already."""
_UNLOOKED = {
    "values": "the numbers are not compared",
    "shape": "the shape is not compared",
    "dtype": "the dtype is not compared",
    "requires_grad": "whether gradients are recorded is not compared",
    "inputs": "whether the inputs are changed is not compared",
}
_MEANT = ("dtype", "requires_grad", "inputs")
"""What an author who says what to compare leaves out on purpose."""
_SHARED = "whether memory is shared is not compared"


async def of_code(trial: Trial, question: Code) -> AsyncIterator[Weakness]:
    left = await _passing(trial, question, mutants(question, await trial.reference()))
    for mutant in (mutant for mutant in left if mutant.why):
        yield Weakness(mutant.name, mutant.code, mutant.shown, mutant.why, mutant.fix)
    left = [mutant for mutant in left if not mutant.why]
    for look in (_of_steps, _unlooked, _elsewhere):
        async for weakness in look(trial, question, left):
            left = [mutant for mutant in left if mutant.code != weakness.code]
            yield weakness


async def _of_steps(trial: Trial, question: Code, left: list[Mutant]) -> AsyncIterator[Weakness]:
    """Training loops that take the same steps and come to other numbers."""
    if not isinstance(question, Train) or question.observe or not left:
        return
    names = assigned(question.solution)
    seen = (await trial.run(question.solution, names)).observed
    ends = tuple(name for name in names if name in seen and seen[name].kind == "tensor")
    other = msgspec.structs.replace(question, observe=ends)
    same = await _passing(trial, other, left) if ends else left
    for mutant in left:
        if mutant not in same:
            why, fix = "only the steps are judged", "name what must come of them, such as the weights, under `observe`"
            yield Weakness(mutant.name, mutant.code, mutant.shown, why, fix)


async def _elsewhere(trial: Trial, question: Code, left: list[Mutant]) -> AsyncIterator[Weakness]:
    """The mutants that come apart from the solution on other sizes or numbers."""
    if isinstance(question, Train):
        return
    # Functions of square matrices: what they do with others is nobody's business.
    squares = isinstance(question, Called) and bool(await square(trial, ()))
    for standin in SIZES[1:] if squares else SIZES:
        apart = await _apart(trial, question, standin, left)
        if apart is None:
            continue
        numbers = apart if standin is NUMBERS else await _apart(trial, question, NUMBERS, apart) or []
        for mutant in apart:
            by = NUMBERS if mutant in numbers else standin
            yield await explained(trial, by, mutant.name, mutant.code, mutant.shown)
        left = [mutant for mutant in left if mutant not in apart]
        break
    if isinstance(question, Called) and not squares:
        for mutant in await _apart(trial, question, ONE, left) or []:
            yield await explained(trial, ONE, mutant.name, mutant.code, mutant.shown)


async def _unlooked(trial: Trial, question: Code, left: list[Mutant]) -> AsyncIterator[Weakness]:
    """The mutants that only differ in what is not compared; what an author left out of `check` is meant."""
    explicit = question.check != _default(question)
    names = [name for name in _UNLOOKED if name not in question.check]
    names = [name for name in names if not (explicit and name in _MEANT)]
    if not isinstance(question, Called):
        # What was given is for this answer alone, and nobody looks at it afterwards.
        names = [name for name in names if name != "inputs"]
    if isinstance(question, Train) or not names:
        return
    if not isinstance(question, Called) and not explicit:
        # A copy matters to whoever wrote one; views of all kinds pass for each other.
        lent = [mutant for mutant in left if mutant.name == "view-for-clone"]
        for mutant in [m for m in lent if m not in await _passing(trial, _wider(question, "shares"), lent)]:
            yield Weakness(mutant.name, mutant.code, mutant.shown, _SHARED, "add `shares` to `check`")
            left = [other for other in left if other is not mutant]
    same = await _passing(trial, _wider(question, *names), left)
    for name in names:
        apart = [mutant for mutant in left if mutant not in same]
        if not apart:
            return
        still = await _passing(trial, _wider(question, name), apart) if len(names) > 1 else []
        for mutant in apart:
            if mutant not in still:
                yield Weakness(mutant.name, mutant.code, mutant.shown, _UNLOOKED[name], f"add `{name}` to `check`")
        left = [*same, *still]


def _wider(question: Code, *names: str) -> Code:
    return msgspec.structs.replace(question, check=(*question.check, *names))


def _default(question: Code) -> object:
    """What is compared where an author does not say."""
    return next(field.default for field in msgspec.structs.fields(question) if field.name == "check")


async def _passing(trial: Trial, question: Code, those: list[Mutant]) -> list[Mutant]:
    """The mutants that pass. Most fail on few calls, and only those that do not need all of them."""
    rounds: list[Code] = [question]
    if isinstance(question, Called) and question.cases > 2 * FEW:
        rounds = [msgspec.structs.replace(question, cases=FEW), question]
    for asked in rounds:
        if those:
            passed = await trial.examiner.same(trial.file, asked, [mutant.code for mutant in those])
            those = [mutant for mutant, right in zip(those, passed, strict=True) if right]
    return those


async def _apart(trial: Trial, question: Code, standin: Standin, left: list[Mutant]) -> list[Mutant] | None:
    """The mutants that come apart from the solution on stand-ins; None where the solution cannot work on them."""
    if not left:
        return []
    other = replaced(trial.file, question, standin.how)
    own = Mutant("", grade.program(question, grade.own_answer(question)), "")
    same = await _passing(trial, other, [own, *left])
    return [mutant for mutant in left if mutant not in same] if own in same else None
