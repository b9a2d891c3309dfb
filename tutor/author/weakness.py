"""What a question cannot tell from the right answer: wrong programs that pass, beliefs that give the right answer.

A mutant that passes is tried on other numbers and other sizes. Where it comes apart from the solution, that says why
the question is weak; where it never does, it is the solution in other words and no weakness.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from tutor.author.mutate import Mutant, mutants
from tutor.author.standin import Standin, code, replaced, rewritten, standins
from tutor.author.trial import Finding, Trial
from tutor.grade import code as grade
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
        listed = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
        fix = f"{fix}, or give the reason why it may under `waive`, after {listed}"
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
    explicit = question.check != type(question).__struct_defaults__[_place(question)]
    for name, words in _UNLOOKED.items() if not isinstance(question, Train) else ():
        if not left or name in question.check:
            continue
        wider = msgspec.structs.replace(question, check=(*question.check, name))
        still = await _passing(trial, wider, left)
        for mutant in left:
            if mutant not in still and not (explicit and name in ("dtype", "requires_grad", "inputs")):
                yield Weakness(mutant.name, mutant.code, mutant.shown, words, f"add `{name}` to `check`")
        left = still
    for standin in standins(question):
        if left:
            apart = await _apart(trial, question, standin, left)
            for mutant in apart:
                yield await _explained(trial, standin, mutant.name, mutant.code, mutant.shown)
            left = [mutant for mutant in left if mutant not in apart]


def _place(question: Code) -> int:
    """Where the default of `check` stands among those of its struct."""
    named = [field.name for field in msgspec.structs.fields(question) if not field.required]
    return named.index("check")


async def _passing(trial: Trial, question: Code, those: list[Mutant]) -> list[Mutant]:
    if not those:
        return []
    passed = await trial.examiner.same(trial.file, question, [mutant.code for mutant in those])
    return [mutant for mutant, right in zip(those, passed, strict=True) if right]


async def _apart(trial: Trial, question: Code, standin: Standin, left: list[Mutant]) -> list[Mutant]:
    """The mutants that come apart from the solution on stand-ins; none where the solution cannot work on them."""
    other = replaced(trial.file, question, standin.how)
    own = Mutant("", grade.program(question, question.solution), "")
    same = await _passing(trial, other, [own, *left])
    return [mutant for mutant in left if mutant not in same] if own in same else []


async def _explained(trial: Trial, standin: Standin, name: str, code: str, shown: str) -> Weakness:
    """Why a mutant passes, with the names of what hides it."""
    names = assigned(trial.setup)
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
    told: set[str] = set()
    for standin in standins(question):
        left = [mutant for mutant in left if mutant.code not in told]
        if not left:
            return
        other = await _evaluated(trial, question, standin, [asked, *(mutant.code for mutant in left)])
        if other[0] is None or other[0].kind == "missing":
            continue
        for mutant, seen in zip(left, other[1:], strict=True):
            if not _agree(question, other[0], seen):
                told.add(mutant.code)
                yield await _explained(trial, standin, mutant.code, mutant.code, mutant.shown)


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
