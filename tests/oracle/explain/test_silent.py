"""Mistakes that raise nothing are told at their line; right programs are not told off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from tests.content.test_equivalent import FILES, lesson
from tests.oracle.explain.noticed import SETUP, found, noticed, said
from tutor import examiner
from tutor.grade.code import own_answer, program
from tutor.lesson.load import load_lesson
from tutor.lesson.model import Code
from tutor.sandbox.client import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SILENT: list[dict[str, Any]] = yaml.safe_load((HERE / "silent.yaml").read_text("utf-8"))
ORDINARY: list[dict[str, Any]] = yaml.safe_load((HERE / "ordinary.yaml").read_text("utf-8"))
LESSONS = [*sorted(p for p in (ROOT / "lessons").rglob("*.yaml") if p.name != "course.yaml")]
EXERCISES = ROOT / "tests" / "content" / "exercises" / "ten.yaml"
NOTICEABLE = [entry for entry in SILENT if entry.get("noticeable", True)]
INTENDED = [entry for entry in SILENT if not entry.get("noticeable", True)]

Solution = tuple[str, str]
"""The code that ran before, and the author's own answer."""


def solutions(path: Path) -> dict[str, Solution]:
    """The solution of every question of a file that asks for code."""
    file = load_lesson(path)
    asked = [question for question in file.lesson.questions if isinstance(question, Code)]
    return {q.id: (examiner.setup(file, q), program(q, own_answer(q))) for q in asked}


SOLUTIONS = {f"{path.stem}-{name}": made for path in (*LESSONS, EXERCISES) for name, made in solutions(path).items()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


def named(entries: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", [pytest.param(entry, id=entry["id"]) for entry in entries])


async def test_there_is_enough_to_judge_by() -> None:
    assert len(NOTICEABLE) >= 40 and len(ORDINARY) >= 60 and len(SOLUTIONS) >= 15


@named(NOTICEABLE)
async def test_a_silent_mistake_is_told_at_its_line(sandbox: Sandbox, entry: dict[str, Any]) -> None:
    told = await said(sandbox, entry["code"])
    assert found(entry, told), told


@named(NOTICEABLE)
async def test_nothing_else_is_told(sandbox: Sandbox, entry: dict[str, Any]) -> None:
    lines = {entry["line"], *entry.get("also", ())}
    assert [line for line, _ in await said(sandbox, entry["code"]) if line not in lines] == []


@named(INTENDED)
async def test_what_may_be_meant_is_let_be(sandbox: Sandbox, entry: dict[str, Any]) -> None:
    assert await said(sandbox, entry["code"], SETUP) == []


@named(ORDINARY)
async def test_an_ordinary_program_is_not_warned_of(sandbox: Sandbox, entry: dict[str, Any]) -> None:
    assert await said(sandbox, entry["code"]) == []


@pytest.mark.parametrize("name", SOLUTIONS)
async def test_a_solution_is_not_warned_of(sandbox: Sandbox, name: str) -> None:
    setup, code = SOLUTIONS[name]
    assert await said(sandbox, code, setup) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_right_answer_in_any_spelling_is_warned_of(sandbox: Sandbox, tmp_path: Path) -> None:
    warned = {}
    for path, entries in FILES.items():
        file = lesson(path, tmp_path)
        questions = {question.id: question for question in file.lesson.questions}
        for entry in entries:
            question = questions[entry.id]
            for answer in entry.right if isinstance(question, Code) else ():
                told = await noticed(sandbox, program(question, answer), examiner.setup(file, question))
                warned |= {answer: told} if told else {}
    assert warned == {}


async def test_of_those_set_aside_four_of_five_are_told_and_no_right_twin_is_told_off(sandbox: Sandbox) -> None:
    aside: list[dict[str, Any]] = yaml.safe_load((HERE / "silent_held.yaml").read_text("utf-8"))
    told = {entry["id"]: await said(sandbox, entry["code"]) for entry in aside}
    missed = [entry["id"] for entry in aside if not found(entry, told[entry["id"]])]
    print(f"\n{len(aside) - len(missed)} of {len(aside)} told; not {', '.join(missed)}")
    assert len(aside) >= 40 and len(missed) <= len(aside) / 5
    alarms = {entry["id"]: await noticed(sandbox, entry["right"]) for entry in aside}
    assert {name: alarm for name, alarm in alarms.items() if alarm} == {}
