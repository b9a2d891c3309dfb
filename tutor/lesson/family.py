"""The parameters of a family of questions: what values each may take, and which must differ."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from random import Random

from tutor.lesson.model import Question

DIFFER = "differ"
"""The key of `vary` that names parameters which may not have the same value."""

_RANGE = re.compile(r"\s*(-?\d{1,9})\s*\.\.\s*(-?\d{1,9})\s*")
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_TRIES = 100


def candidates(spec: str | tuple[str, ...]) -> Sequence[object]:
    """The values a parameter may take: a range of integers, or texts of literals."""
    if isinstance(spec, tuple):
        return spec
    found = _RANGE.fullmatch(spec)
    return range(int(found[1]), int(found[2]) + 1) if found else ()


def parameters(question: Question) -> dict[str, Sequence[object]]:
    """Every parameter of a family with its values."""
    return {name: candidates(spec) for name, spec in question.vary.items() if name != DIFFER}


def differing(question: Question) -> tuple[str, ...]:
    """The parameters whose values must differ from one another."""
    names = question.vary.get(DIFFER, ())
    return (names,) if isinstance(names, str) else names


def drawn(question: Question, random: Random) -> dict[str, str]:
    """A value for every parameter."""
    choices, apart = parameters(question), differing(question)
    for _ in range(_TRIES):
        values = {name: str(random.choice(options)) for name, options in choices.items()}
        if len({values[name] for name in apart}) == len(apart):
            return values
    return {**values, **(_apart({name: _few(choices[name], apart, random) for name in apart}) or {})}


def faults(question: Question) -> Iterator[tuple[str, str]]:
    """What is wrong with `vary`, each with its path within the question."""
    for name, spec in question.vary.items():
        if name != DIFFER:
            yield from ((f"vary.{name}", fault) for fault in _faults(name, spec))
    choices, apart = parameters(question), differing(question)
    if DIFFER in question.vary and len(apart) < 2:
        yield "vary.differ", "`differ` is a list of two or more parameters, such as [m, n]."
    unknown = [name for name in apart if name not in choices]
    for name in unknown:
        yield "vary.differ", f"`differ` names `{name}`, which is no parameter of this question."
    if len(set(apart)) < len(apart):
        yield "vary.differ", "`differ` names a parameter twice."
    elif not unknown and all(choices[name] for name in apart) and not _possible(choices, apart):
        yield "vary.differ", f"{', '.join(apart)} can never all differ; give them more values."
    if not choices:
        yield "vary", "`vary` names no parameter."


def _possible(choices: dict[str, Sequence[object]], apart: tuple[str, ...]) -> bool:
    return _apart({name: _few(choices[name], apart, Random(0)) for name in apart}) is not None


def _faults(name: str, spec: str | tuple[str, ...]) -> Iterator[str]:
    if not name.isidentifier() or keyword.iskeyword(name):
        yield f"`{name}` cannot be a name in Python."
    if isinstance(spec, str):
        found = _RANGE.fullmatch(spec)
        if found is None:
            yield f"`{spec}` is neither a range such as 2..6 nor a list such as [0, 1]."
        elif not candidates(spec):
            yield f"the range {spec} is empty; write the smaller number first."
        return
    if not spec:
        yield f"`{name}` has no values."
    for value in spec:
        if not _literal(value):
            yield f"`{value}` is no literal such as 3, True, (2, 3) or torch.float32; words go in quotes of their own."


def _literal(text: str) -> bool:
    if _DOTTED.fullmatch(text):
        return True
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return False
    return True


def _few(options: Sequence[object], apart: tuple[str, ...], random: Random) -> list[str]:
    """As many values as there are parameters to keep apart; more are never needed."""
    texts = list(dict.fromkeys(str(option) for option in options[: 10 * len(apart)]))
    random.shuffle(texts)
    return texts[: len(apart)]


def _apart(options: dict[str, list[str]]) -> dict[str, str] | None:
    """A different value for each parameter, by augmenting paths; None when there is none."""
    taken: dict[str, str] = {}

    def place(name: str, tried: set[str]) -> bool:
        for value in options[name]:
            if value not in tried:
                tried.add(value)
                if value not in taken or place(taken[value], tried):
                    taken[value] = name
                    return True
        return False

    if not all(place(name, set()) for name in options):
        return None
    return {name: value for value, name in taken.items()}
