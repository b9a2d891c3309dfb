"""What stands before the answer: the given code, the tensors shown, the code to explore."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tutor.author import network
from tutor.author.trial import Finding, Findings, Trial, ended, why
from tutor.grade.source import assigned
from tutor.lesson.model import Explore
from tutor.sandbox.protocol import Observation, Outcome

NAMES_MOST = 40
SHOWN_MOST = 60
SLOW_SECONDS = 2.0
"""A run that takes longer may go over its limit on a machine that is slower."""
TRIES = 2
"""Times that a slow run is run again."""
_SEEDED = "take clock, process and system entropy out of it; torch's own random numbers are seeded"
_PLAIN = frozenset({"tensor", "number", "bool", "text", "none", "list", "tuple", "dict", "size", "dtype", "device"})


async def given(trial: Trial) -> Findings:
    """The code before the answer runs, and makes the same again; what `show` names is there."""
    code, own = trial.setup, bool(trial.question.given.strip())
    names = assigned(code)[:NAMES_MOST] if own else ()
    drawn = trial.question.drawn
    if not names and not drawn:
        return
    if not own and all(name in trial.drawn for name in drawn):
        for finding in _shown(trial, trial.drawn):
            yield finding
        return
    first = await trial.run("", (*names, *(name for name in drawn if name not in names)))
    before = trial.file.lesson.given
    if first.status != "ok":
        yield broken(first, "given", before.count("\n") + 1 if before.strip() else 0)
        return
    for finding in _shown(trial, first.observed):
        yield finding
    if own:
        second = await trial.run("", tuple(first.observed))
        for finding in again(first, second, names):
            yield finding


def _shown(trial: Trial, observed: Mapping[str, Observation]) -> Iterator[Finding]:
    """What is to be shown and cannot be drawn."""
    for n, name in enumerate(trial.question.drawn):
        seen = observed.get(name)
        if seen is not None and seen.kind == "missing":
            key = "show" if isinstance(trial.question.show, str) else f"show[{n}]"
            fix = "name something that `given` makes"
            yield Finding(key, "show-fails", f"`{name}` cannot be drawn: {why(seen.failure)}", fix)


async def drawn(trial: Trial) -> Mapping[str, Observation]:
    """What a lesson's questions show, of those that give nothing of their own: one run for all of them."""
    plain = [q for q in trial.file.lesson.questions if not q.given.strip() and not q.vary]
    names = tuple(dict.fromkeys(name for question in plain for name in question.drawn))[:SHOWN_MOST]
    return (await trial.run("", names, setup=trial.file.lesson.given)).observed if names else {}


async def of_lesson(trial: Trial) -> Findings:
    """The lesson's own given code, which every question starts from."""
    code = trial.file.lesson.given
    names = assigned(code)[:NAMES_MOST]
    if word := network.wanted(code):
        yield Finding("given", "needs-network", f"`{word[0]}` needs the network", network.FIX, line=word[1])
        return
    first = await trial.run("", names, setup=code)
    if first.status != "ok":
        yield broken(first, "given")
        return
    second = await trial.run("", names, setup=code)
    for finding in again(first, second, names):
        yield finding


async def explored(trial: Trial) -> Findings:
    """The code to explore runs as it stands."""
    if not isinstance(trial.question, Explore):
        return
    outcome = await trial.examiner.run(trial.file, trial.question, trial.question.start)
    if outcome.status == "timeout":
        yield Finding("start", "too-slow", f"the code to explore is stopped: {outcome.note}", "make it smaller")
    elif outcome.status != "ok":
        line = (outcome.error.line if outcome.error else 0) or 0
        said = f"the code to explore does not run: {ended(outcome)}"
        yield Finding("start", "start-fails", said, "correct the code; it is run as it stands", line=line)
    else:
        async for finding in slow(trial, outcome, trial.question.start, "start"):
            yield finding


async def slow(trial: Trial, outcome: Outcome, code: str, key: str) -> Findings:
    """A run that comes near its limit, also when it is run again: the machine may have been busy."""
    seconds = outcome.seconds
    for _ in range(TRIES):
        if seconds > SLOW_SECONDS:
            seconds = min(seconds, (await trial.run(code)).seconds)
    if seconds > SLOW_SECONDS:
        told = f"a run takes {seconds:.1f} s, which may be too long on a slower machine"
        yield Finding(key, "slow", told, f"make it smaller, so that it stays below {SLOW_SECONDS:.0f} s")


def broken(outcome: Outcome, key: str, before: int = 0) -> Finding:
    """Given code that does not run to its end; `before` lines of it stand elsewhere."""
    failure = outcome.error
    line = max(((failure.line if failure else 0) or 0) - before, 0)
    if network.refused(failure):
        return Finding(key, "needs-network", f"the given code wants the network: {why(failure)}", network.FIX)
    if outcome.status == "timeout":
        return Finding(key, "too-slow", f"the given code is stopped: {outcome.note}", "make it smaller")
    said = f"the given code does not run: {ended(outcome)}"
    return Finding(key, "given-fails", said, "correct it; every question starts from it", line=line)


def again(first: Outcome, second: Outcome, names: tuple[str, ...]) -> Iterator[Finding]:
    """What the second run of the given code made otherwise than the first."""
    if second.status != "ok":
        yield broken(second, "given")
        return
    for name in names:
        one, other = first.observed.get(name), second.observed.get(name)
        if one is not None and other is not None and one.kind in _PLAIN and _content(one) != _content(other):
            evidence = (f"first   {name} = {_short(one.text)}", f"second  {name} = {_short(other.text)}")
            yield Finding("given", "given-varies", f"`{name}` is another value in every run", _SEEDED, evidence)
            return
    if first.tensors != second.tensors:
        yield Finding("given", "given-varies", "it makes other numbers in every run", _SEEDED)


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59] + "…"


def _content(seen: Observation) -> object:
    """What a value is, without where it lies."""
    items = tuple(map(_content, seen.items)) if seen.items else ()
    plain = seen.kind in _PLAIN
    return seen.kind, seen.shape, seen.dtype, seen.values, seen.value, seen.keys, items, seen.text if plain else ""
