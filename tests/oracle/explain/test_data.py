"""The programs an explanation is judged by: each fails, or is wrong without a word, just as its file says."""

from __future__ import annotations

import ast
import re
import traceback
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
import yaml

HERE = Path(__file__).parent
FAMILIES = tuple(f"M{number:02}" for number in range(1, 113))
FAILING_KEYS = {"id", "topic", "code", "error", "names", "rule", "repair", "reason", "fixed", "mends"}
HELD_KEYS = {"like", "repairs_past"}
SET_ASIDE = ("held", "fresh")

Program = dict[str, Any]


@cache
def programs(name: str) -> tuple[Program, ...]:
    """Everything a file holds."""
    return tuple(yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8")))


def each(*names: str) -> pytest.MarkDecorator:
    """One test for every program of the files."""
    found = [(name, program) for name in names for program in programs(name)]
    params = [pytest.param(program, id=f"{name}-{program['id']}") for name, program in found]
    return pytest.mark.parametrize("program", params)


def run(code: str) -> dict[str, Any]:
    """The names that `code` leaves behind, run as a program of its own; `result` is the value of its last line."""
    torch.manual_seed(0)
    numpy.random.seed(0)
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": numpy, "__name__": "__main__"}
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "program", "exec", dont_inherit=True), names)
    if isinstance(last, ast.Expr):
        names["result"] = eval(compile(ast.Expression(last.value), "program", "eval", dont_inherit=True), names)
    return names


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


@each("documented", "held", "fresh")
def test_it_fails_as_it_says(program: Program) -> None:
    if "cuda" in program["names"] and torch.version.cuda:
        pytest.skip("needs a torch without CUDA")
    with warnings.catch_warnings(), pytest.raises(Exception) as caught:
        warnings.simplefilter("ignore")
        run(program["code"])
    assert caught.type.__name__ == program["error"]


@each("documented", "held", "fresh")
def test_what_an_explanation_must_hold_can_be_held(program: Program) -> None:
    assert set(program) <= FAILING_KEYS | HELD_KEYS
    assert program["names"] and all(isinstance(name, str) and name for name in program["names"])
    assert not pattern(program["rule"]).fullmatch(""), "a rule that anything keeps"
    assert not pattern(program["rule"]).search("The line failed."), "a rule that anything keeps"
    assert isinstance(program["repair"], bool)
    assert program["repair"] or program["reason"]
    compile(program.get("fixed", "True"), "fixed", "eval")


@each("documented", "held", "fresh")
def test_what_must_hold_after_a_repair_can_hold(program: Program) -> None:
    assert ("mends" in program) == program["repair"]
    if not program["repair"]:
        return
    code = program["code"]
    for old, new in program["mends"].items():
        assert old in code
        code = code.replace(old, new)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if program.get("repairs_past"):
            assert failure(code) != failure(program["code"])
        else:
            assert eval(program.get("fixed", "True"), run(code))


def failure(code: str) -> tuple[str, int | None] | None:
    """What a program says when it fails, and in which of its lines."""
    try:
        run(code)
    except Exception as error:  # noqa: BLE001 - which of them is what is asked.
        places = [place for place in traceback.extract_tb(error.__traceback__) if place.filename == "program"]
        return str(error), places[-1].lineno
    return None


def test_every_documented_error_is_here_once() -> None:
    assert tuple(program["id"] for program in programs("documented")) == FAMILIES


@pytest.mark.parametrize("name", SET_ASIDE)
def test_errors_set_aside_are_of_every_topic(name: str) -> None:
    topics = Counter(program["topic"] for program in programs(name))
    assert set(topics) == {program["topic"] for program in programs("documented")}
    assert min(topics.values()) >= 5 and topics.total() >= 80


@pytest.mark.parametrize(("name", "share"), [("held", 0.7), ("fresh", 0.8)])
def test_errors_set_aside_are_the_documented_ones_in_another_dress(name: str, share: float) -> None:
    like = [program["like"] for program in programs(name) if "like" in program]
    assert set(like) <= set(FAMILIES)
    assert len(like) >= share * len(programs(name))


def test_no_program_is_in_two_files() -> None:
    failing = [program for name in ("documented", *SET_ASIDE) for program in programs(name)]
    codes = Counter("".join(program["code"].split()) for program in failing)
    assert [code for code, count in codes.items() if count > 1] == []


SILENT_KEYS = {"id", "mistake", "code", "line", "also", "says", "noticeable", "reason", "right"}


@each("silent", "silent_held")
def test_it_runs_though_it_is_wrong(program: Program) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run(program["code"])


@each("silent", "silent_held")
def test_a_warning_has_a_place_and_words(program: Program) -> None:
    assert set(program) <= SILENT_KEYS
    lines = program["code"].splitlines()
    assert all(lines[line - 1].strip() for line in (program["line"], *program.get("also", [])))
    if program.get("noticeable", True):
        assert not pattern(program["says"]).search("Look at this line again.")
    else:
        assert program["reason"] and "says" not in program


@each("silent_held")
def test_its_right_twin_is_other_code_that_runs_without_a_warning(program: Program) -> None:
    assert program["right"].split() != program["code"].split()
    run(program["right"])


@each("ordinary")
def test_an_ordinary_program_runs_without_a_warning(program: Program) -> None:
    assert set(program) == {"id", "code"}
    assert 5 <= len(program["code"].splitlines()) <= 40
    run(program["code"])


def test_held_mistakes_are_the_documented_ones_in_another_dress() -> None:
    documented = {program["mistake"] for program in programs("silent")}
    unnoticed = {program["mistake"] for program in programs("silent") if not program.get("noticeable", True)}
    assert {program["mistake"] for program in programs("silent_held")} == documented - unnoticed


def test_there_are_enough_of_them() -> None:
    counts = {name: len(programs(name)) for name in ("documented", *SET_ASIDE, "silent", "silent_held", "ordinary")}
    assert counts["documented"] == 112
    assert min(counts[name] for name in SET_ASIDE) >= 80 and counts["silent_held"] >= 40 and counts["ordinary"] >= 60
    assert len({program["mistake"] for program in programs("silent")}) == 34


@pytest.mark.parametrize("name", ["documented", *SET_ASIDE, "silent", "silent_held", "ordinary"])
def test_every_program_has_a_name_of_its_own(name: str) -> None:
    names = Counter(program["id"] for program in programs(name))
    assert [again for again, count in names.items() if count > 1] == []
