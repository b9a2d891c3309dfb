"""Lessons that are wrong on purpose: each is reported where the fault is, under its code, with what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tutor.author.code import CODES
from tutor.author.survey import Survey, targets
from tutor.errors import Problem
from tutor.lesson.slug import file_slug
from tutor.sandbox.client import Sandbox

pytestmark = pytest.mark.slow

FAULTS = Path(__file__).with_name("faults")
EXPECTED = yaml.safe_load((FAULTS / "expected.yaml").read_text("utf-8"))


async def surveyed(folder: Path, sandbox: Sandbox) -> dict[str, tuple[Problem, ...]]:
    """What is found in each lesson of a course, by its slug."""
    those, problems = targets([folder])
    assert problems == []
    survey = Survey(lambda: sandbox, fresh=True)
    try:
        return {file_slug(result.path): result.problems async for result in survey.check(those)}
    finally:
        await survey.close()


@pytest.mark.timeout(300)
async def test_every_fault_is_reported_where_it_is_with_what_to_do() -> None:
    found = await surveyed(FAULTS, Sandbox())
    assert found.keys() == EXPECTED.keys()
    for name, (line, column, code, fix) in EXPECTED.items():
        told = [(p.line, p.column, p.code) for p in found[name]]
        assert told == [(line, column, code)], (name, found[name])
        (problem,) = found[name]
        said = f"{problem.message}; {problem.fix}"
        assert re.search(fix, said), (name, said)
        assert problem.severity == CODES[problem.name].severity and CODES[problem.name].number == code


def test_there_are_enough_of_them_and_most_codes_are_met() -> None:
    codes = {code for *_, code, _ in EXPECTED.values()}
    assert len(EXPECTED) >= 40
    assert {code.number for code in CODES.values()} - codes == {"E001", "E032", "E090", "W113"}
