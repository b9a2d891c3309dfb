"""What a question cannot tell from the right answer: wrong programs that pass, beliefs that give the right answer.

A mutant that passes is tried on other numbers and other sizes. Where it comes apart from the solution, that says why
the question is weak; where it never does, it is the solution in other words and no weakness.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from tutor.author.mutate import Mutant, mutants
from tutor.author.standin import NUMBERS, ONE, SIZES, Standin, code, replaced, rewritten
from tutor.author.trial import Finding, Trial
from tutor.grade import code as grade
from tutor.grade.belief.mutate import Mutant as Belief
from tutor.grade.predict import evaluated, lead, mutated, reading
from tutor.grade.source import assigned
from tutor.lesson.model import (
    Called,
    Code,
    Predict,
    PredictDtype,
    PredictGrad,
    PredictShape,
    PredictValue,
    Train,
)
from tutor.sandbox.protocol import Observation, Request

COMMON = 1
"""The rank of the beliefs that many have."""
MEMBERS = 3
"""Members of a family whose mutants are tried."""
LISTED = 6
"""Weaknesses with one reason that are told."""
NAMED = 3
FEW = 4
"""Calls on which most mutants of a function fail already."""
_UNLOOKED = {"values": "the numbers are not compared", "shape": "the shape is not compared",
             "dtype": "the dtype is not compared", "requires_grad": "whether gradients are recorded is not compared",
             "inputs": "whether the inputs are changed is not compared"}  # fmt: skip


@dataclass(frozen=True)
class Weakness:
    """Something wrong that passes, and why."""

    name: str
    code: str
    shown: str
    why: str
    fix: str


async def findings(trials: Sequence[Trial]) -> AsyncIterator[Finding]:
    """The weaknesses of a question, or of the first members of a family, that are not waived; waivers without one."""
    question = trials[0].question
    if not question.graded:
        return
    found: list[list[Weakness]] = []
    for trial in trials[:MEMBERS]:
        found.append([weakness async for weakness in _weaknesses(trial)])
    # What only some members of a family let pass is an accident of their numbers.
    always = [w for w in found[0] if all(any(w.shown == o.shown for o in other) for other in found[1:])]
    waived = {waiver: [w for w in always if waiver in _names(w)] for waiver in map(_plain, question.waive)}
    left = [w for w in always if not any(w in those for those in waived.values())]
    for finding in _told(question, left):
        yield finding
    for name in question.waive:
        if not waived[_plain(name)]:
            fix = "take the waiver away"
            yield Finding(f"waive.{name}:", "stale-waiver", f"`{name}` does not pass, so nothing is waived", fix)


def _names(weakness: Weakness) -> set[str]:
    return {_plain(text) for text in (weakness.name, weakness.code, weakness.shown)}


def _plain(text: str) -> str:
    return "".join(text.replace("`", "").split())


def _told(question: object, left: list[Weakness]) -> Iterator[Finding]:
    """One finding for each reason, with what passes for it."""
    by_reason: dict[tuple[str, str], list[Weakness]] = {}
    for weakness in left:
        by_reason.setdefault((weakness.why, weakness.fix), []).append(weakness)
    code = isinstance(question, Code)
    for (why, fix), those in by_reason.items():
        first, names = those[0], list(dict.fromkeys(f"`{w.name}`" for w in those))
        passes = "also passes" if code else "gives the right answer too"
        told = f"{first.shown} {passes}" + (f": {why}" if why else "")
        more = tuple(f"so does {w.shown}" for w in those[1:LISTED])
        more += (f"and {len(those) - LISTED} more",) if len(those) > LISTED else ()
        listed = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
        fix = f"{fix}; if it is meant, say why under `waive`: {listed}"
        yield Finding("solution" if code else "", "weak-check" if code else "weak-question", told, fix, more)


async def _weaknesses(trial: Trial) -> AsyncIterator[Weakness]:
    question = trial.question
    if isinstance(question, Code):
        async for weakness in _of_code(trial, question):
            yield weakness
    elif isinstance(question, (PredictShape, PredictDtype, PredictValue, PredictGrad)):
        async for weakness in _of_prediction(trial, question):
            yield weakness


async def _of_code(trial: Trial, question: Code) -> AsyncIterator[Weakness]:
    left = await _passing(trial, question, mutants(question, await trial.reference()))
    for mutant in (mutant for mutant in left if mutant.why):
        yield Weakness(mutant.name, mutant.code, mutant.shown, mutant.why, mutant.fix)
    left = [mutant for mutant in left if not mutant.why]
    async for weakness in _unlooked(trial, question, left):
        left = [mutant for mutant in left if mutant.code != weakness.code]
        yield weakness
    for standin in SIZES:
        apart = await _apart(trial, question, standin, left)
        if apart is not None:
            numbers = apart if standin is NUMBERS else await _apart(trial, question, NUMBERS, apart) or []
            for mutant in apart:
                by = NUMBERS if mutant in numbers else standin
                yield await _explained(trial, by, mutant.name, mutant.code, mutant.shown)
            left = [mutant for mutant in left if mutant not in apart]
            break
    if isinstance(question, Called):
        for mutant in await _apart(trial, question, ONE, left) or []:
            yield await _explained(trial, ONE, mutant.name, mutant.code, mutant.shown)


async def _unlooked(trial: Trial, question: Code, left: list[Mutant]) -> AsyncIterator[Weakness]:
    """The mutants that only differ in what is not compared; what an author left out of `check` is meant."""
    explicit = question.check != _default(question)
    names = [name for name in _UNLOOKED if name not in question.check]
    names = [name for name in names if not (explicit and name in ("dtype", "requires_grad", "inputs"))]
    if isinstance(question, Train) or not names:
        return
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
    if isinstance(question, Called) and question.cases > FEW:
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


async def _explained(trial: Trial, standin: Standin, name: str, code: str, shown: str) -> Weakness:
    """Why a mutant passes, with the names of what hides it."""
    names = tuple(name for name in assigned(trial.setup) if re.search(rf"\b{name}\b", code))
    why, fix = standin.why, standin.fix
    if standin.how == "uneven":
        square = await _square(trial, names)
        why = f"{' and '.join(square)} {'is' if len(square) == 1 else 'are'} square" if square else why
        names = tuple(square) or names
    listed = ", ".join(f"`{one.strip('`')}`" for one in names) or "what goes in"
    if isinstance(trial.question, Called):
        listed = "`inputs`"
    return Weakness(name, code, shown, why, fix.format(names=listed))


async def _square(trial: Trial, names: tuple[str, ...]) -> list[str]:
    """What is given with two sizes alike."""
    if isinstance(trial.question, Called):
        calls = (await trial.reference()).calls
        shapes = [seen.shape for call in calls for seen in call.inputs if seen.shape and len(seen.shape) > 1]
        return ["every input"] if shapes and all(map(_alike, shapes)) else []
    observed = (await trial.run("", names)).observed
    return [f"`{name}`" for name, seen in observed.items() if seen.kind == "tensor" and _alike(seen.shape)]


def _alike(shape: tuple[int, ...] | None) -> bool:
    sizes = [size for size in shape or () if size > 1]
    return len(set(sizes)) < len(sizes)


async def _of_prediction(trial: Trial, question: Predict) -> AsyncIterator[Weakness]:
    """Common beliefs that give the right answer, on these numbers and sizes."""
    observed = (await trial.reference()).observed
    asked = evaluated(question)
    common = [mutant for mutant in mutated(question) if mutant.rank <= COMMON and mutant.shown]
    left = [mutant for mutant in common if _agree(question, observed.get(asked), observed.get(mutant.code))]
    for standin in SIZES if left else ():
        apart = await _parted(trial, question, standin, left)
        if apart is not None:
            numbers = apart if standin is NUMBERS else await _parted(trial, question, NUMBERS, apart) or []
            for mutant in apart:
                by = NUMBERS if mutant in numbers else standin
                yield await _explained(trial, by, mutant.code, mutant.code, mutant.shown)
            return


async def _parted(trial: Trial, question: Predict, standin: Standin, left: list[Belief]) -> list[Belief] | None:
    """The beliefs that give another answer on stand-ins; None where the asked code cannot work on them."""
    if not left:
        return []
    codes = [evaluated(question), *(mutant.code for mutant in left)]
    right, *others = await _evaluated(trial, question, standin, codes)
    if right is None or right.kind == "missing":
        return None
    return [mutant for mutant, seen in zip(left, others, strict=True) if not _agree(question, right, seen)]


async def _evaluated(trial: Trial, question: Predict, standin: Standin, codes: list[str]) -> list[Observation | None]:
    """What torch gives for each with stand-ins for all that is given or written down."""
    texts = [rewritten(text, standin.how) for text in codes]
    setup = "\n".join([trial.setup, code(trial.setup, standin.how)])
    request = Request(setup=setup, code=rewritten(lead(question), standin.how), observe=tuple(dict.fromkeys(texts)))
    observed = (await trial.examiner.sandbox.run(request)).observed
    return [observed.get(text) for text in texts]


def _agree(question: Predict, one: Observation | None, other: Observation | None) -> bool:
    """Whether two values are the same answer."""
    if one is None or other is None or "missing" in (one.kind, other.kind):
        return False
    read = reading(question)
    try:
        return read.same(read.torch(one), read.torch(other))
    except ValueError:
        return False
