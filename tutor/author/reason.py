"""Why something wrong passes: what hides the difference, and what would show it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.author.standin import Standin
from tutor.author.trial import Trial
from tutor.grade.source import assigned
from tutor.lesson.model import Called

_OTHER = "give {names} other sizes"


@dataclass(frozen=True)
class Weakness:
    """Something wrong that passes, and why."""

    name: str
    code: str
    shown: str
    why: str
    fix: str


async def explained(trial: Trial, standin: Standin, name: str, code: str, shown: str) -> Weakness:
    """Why a mutant passes, with the names of what hides it."""
    names = tuple(name for name in assigned(trial.setup) if re.search(rf"\b{name}\b", code))
    why, fix = standin.why, standin.fix
    if standin.how == "uneven":
        alike = await square(trial, names)
        why = f"{' and '.join(alike)} {'is' if len(alike) == 1 else 'are'} square" if alike else why
        names, fix = (tuple(alike), fix) if alike else (names, _OTHER)
    listed = ", ".join(f"`{one.strip('`')}`" for one in names) or "what goes in"
    if isinstance(trial.question, Called):
        listed = "`inputs`"
    return Weakness(name, code, shown, why, fix.format(names=listed))


async def square(trial: Trial, names: tuple[str, ...]) -> list[str]:
    """What is given with two sizes alike; of a function, whether all that it is called on is."""
    if isinstance(trial.question, Called):
        calls = (await trial.reference()).calls
        shapes = [seen.shape for call in calls for seen in call.inputs if seen.shape and max(seen.shape) > 1]
        shapes = [shape for shape in shapes if len(shape) > 1]
        return ["every input"] if shapes and all(map(_alike, shapes)) else []
    observed = (await trial.run("", names)).observed
    return [f"`{name}`" for name, seen in observed.items() if seen.kind == "tensor" and _alike(seen.shape)]


def _alike(shape: tuple[int, ...] | None) -> bool:
    sizes = [size for size in shape or () if size > 1]
    return len(set(sizes)) < len(sizes)
