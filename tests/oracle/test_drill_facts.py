"""Every drill family, drawn many times: the answer by a rule worked out without torch, and every belief a wrong one."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.oracle.lesson_text import DRILLS, FILES, as_answer, kind, last


def without(sizes: tuple[int, ...], *gone: int) -> tuple[int, ...]:
    """The rule of the lesson: the dimensions named are the ones that go."""
    return tuple(size for place, size in enumerate(sizes) if place not in {d % len(sizes) for d in gone})


def numbers(v: dict[str, Any]) -> list[list[int]]:
    return [[v["u"], v["v"], v["w"]], [v["p"], v["q"], v["r"]]]


def flat(v: dict[str, Any]) -> list[int]:
    return [number for row in numbers(v) for number in row]


def lanes(v: dict[str, Any]) -> list[tuple[int, ...]]:
    """Columns for dimension 0, rows for dimension 1 (or -1)."""
    rows = numbers(v)
    return list(zip(*rows, strict=True)) if v["d"] == 0 else [tuple(row) for row in rows]


FAMILIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "reduced-shape": lambda v: without((v["m"], v["n"], v["k"]), v["d"]),
    "reduced-matrix": lambda v: without((v["m"], v["n"]), v["d"]),
    "reduced-from-end": lambda v: without((v["m"], v["n"], v["k"]), v["d"]),
    "reduced-keepdim": lambda v: tuple(1 if i == v["d"] else s for i, s in enumerate((v["m"], v["n"], v["k"]))),
    "reduced-pair": lambda v: without((v["m"], v["n"], v["k"]), *v["d"]),
    "reduced-pair-from-one": lambda v: without((v["m"], v["n"], v["k"], v["j"]), *v["d"]),
    "sum-rows-or-columns": lambda v: [sum(lane) for lane in lanes(v)],
    "where-is-the-largest": lambda v: [lane.index(max(lane)) for lane in lanes(v)],
    "where-is-the-largest-of-all": lambda v: flat(v).index(max(flat(v))),
}
"""The answer of each drill family, worked out without torch."""


def instances(question: dict[str, Any], count: int = 25) -> Iterator[dict[str, Any]]:
    """Parameters of a family, drawn without the program's own `vary`."""
    draw = random.Random(7)
    vary = {name: choice for name, choice in question["vary"].items() if name != "differ"}
    differ = question["vary"].get("differ", [])
    while count:
        values = {
            name: ast.literal_eval(draw.choice(choice))
            if isinstance(choice, list)
            else draw.randint(*map(int, choice.split("..")))
            for name, choice in vary.items()
        }
        if len({values[name] for name in differ}) == len(differ):
            count -= 1
            yield values


def put(values: dict[str, Any], code: str) -> str:
    return re.sub(r"\b[a-z]\b", lambda name: str(values.get(name[0], name[0])), code)


@pytest.mark.parametrize("question", FILES[DRILLS]["questions"], ids=lambda q: q["id"])
def test_drill_families(question: dict[str, Any]) -> None:
    what = kind(question)
    for values in instances(question):
        right = as_answer(what, last(put(values, question[what])))
        assert right == FAMILIES[question["id"]](values)
        wrong = [as_answer(what, last(put(values, w["gives"]))) for w in question["wrong"]]
        assert right not in wrong, values
        assert all(wrong.count(answer) == 1 for answer in wrong), values
