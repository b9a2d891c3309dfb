"""Common beliefs that give the right answer to a prediction, on these numbers and sizes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tutor.author.reason import Weakness, explained
from tutor.author.standin import NUMBERS, SIZES, Standin, code, rewritten
from tutor.author.trial import Trial
from tutor.grade.belief.mutate import Mutant as Belief
from tutor.grade.predict import evaluated, lead, mutated, reading
from tutor.lesson.model import Predict
from tutor.sandbox.protocol import Observation, Request

COMMON = 1
"""The rank of the beliefs that many have."""


async def of_prediction(trial: Trial, question: Predict) -> AsyncIterator[Weakness]:
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
                yield await explained(trial, by, mutant.code, mutant.code, mutant.shown)
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
