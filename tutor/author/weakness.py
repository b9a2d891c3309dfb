"""What a question cannot tell from the right answer, as findings: one for each reason, without what is waived."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from tutor.author.coincidence import of_prediction
from tutor.author.reason import Weakness
from tutor.author.survivor import of_code
from tutor.author.trial import Finding, Trial
from tutor.lesson.model import Code, PredictDtype, PredictGrad, PredictShape, PredictValue

MEMBERS = 3
"""Members of a family whose mutants are tried."""
LISTED = 6
"""Weaknesses with one reason that are told."""
NAMED = 3


async def findings(trials: Sequence[Trial]) -> AsyncIterator[Finding]:
    """The weaknesses of a question, or of the first members of a family, that are not waived; waivers without one."""
    question = trials[0].question
    if not question.graded:
        return
    found: list[list[Weakness]] = []
    for trial in trials[:MEMBERS]:
        doubts = _weaknesses(trial)
        found.append([weakness async for weakness in doubts] if doubts else [])
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


def _weaknesses(trial: Trial) -> AsyncIterator[Weakness] | None:
    """Those of one question; of what can only be yes or no, or is chosen, nothing is doubted."""
    question = trial.question
    if isinstance(question, Code):
        return of_code(trial, question)
    if isinstance(question, (PredictShape, PredictDtype, PredictValue, PredictGrad)):
        return of_prediction(trial, question)
    return None
