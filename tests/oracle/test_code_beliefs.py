"""Wrong programs that were written down without a thought of variants: how many get the belief behind them, unasked.

The ten exercises have three wrong solutions each, the lessons list those that their author expects; here the author's
own words are taken away. What works but breaks a rule is left out: its belief is the rule's affair.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import pytest_asyncio
import yaml

from tests.oracle.lesson_text import LESSONS
from tutor.examiner import Examiner
from tutor.grade.code import own_answer, program
from tutor.grade.verdict import Verdict
from tutor.lesson.load import load_lesson
from tutor.lesson.model import Code, LessonFile
from tutor.sandbox.client import Sandbox

EXERCISES = Path(__file__).parents[1] / "content" / "exercises"
LISTED = yaml.safe_load((EXERCISES / "wrong.yaml").read_text("utf-8"))
BAR = 0.8

SAYS = {
    "diagonal": ["", "Every entry in the brackets", ""],
    "outer": ["Every entry in the brackets", "dimension you name", ""],
    "upside-down": ["", "dimension you name", ""],
    "softmax": ["both count", "dimension you name", ""],
    "running-mean": ["leaves its end out", "A count is one number", ""],
    "masked-mean": ["A mean divides by all", "written into a tensor", "everything is taken together"],
    "sgd-in-place": ["another tensor", "overwrites nothing", "cannot be changed in place"],
    "two-layers": ["Python list", "linear layers", "returns nothing"],
    "fit-a-line": ["overwrites nothing", "cleared before the step", "one element is still a tensor"],
    "normalise-in-place": ["another tensor", "dimension you name", "A copy has memory of its own"],
}
"""What must be said of the wrong solutions of the ten exercises; nothing of those that only break a rule."""


class Row(NamedTuple):
    """One wrong program, and where it stands."""

    file: LessonFile
    question: Code
    answer: str


class Judged(NamedTuple):
    """What was said of it."""

    row: Row
    verdict: Verdict


def rows() -> list[Row]:
    """Every wrong program of the exercises and the lessons, without its author's words."""
    found = []
    for path in (EXERCISES / "ten.yaml", *sorted(LESSONS.rglob("*.yaml"))):
        if path.name != "course.yaml":
            file = load_lesson(path)
            for question in file.lesson.questions:
                if isinstance(question, Code):
                    answers = [entry["answer"] for entry in LISTED.get(question.id, [])]
                    answers += [wrong.answer for wrong in question.wrong]
                    bare = msgspec.structs.replace(question, wrong=())
                    found += [Row(file, bare, answer) for answer in answers]
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def judged() -> list[Judged]:
    async with Sandbox() as sandbox:
        await sandbox.warm()
        examiner = Examiner(sandbox)
        verdicts = [Judged(row, await examiner.judge(*row)) for row in rows()]
    return [one for one in verdicts if one.verdict.headline != "It works, but not as asked."]


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_four_of_five_wrong_programs_get_a_belief(judged: list[Judged]) -> None:
    missed = [one for one in judged if not one.verdict.belief]
    share = 1 - len(missed) / len(judged)
    print(f"\n{len(judged) - len(missed)} of {len(judged)} beliefs reached, {share:.1%}")
    for row, verdict in missed:
        print(f"  {row.question.id}: {row.answer.strip()!r} — {verdict.headline} {verdict.feedback}")
    assert len(judged) >= 45
    assert share >= BAR


async def test_the_belief_is_the_one_behind_the_answer(judged: list[Judged]) -> None:
    said = {(one.row.question.id, one.row.answer): one.verdict.belief for one in judged}
    for name, patterns in SAYS.items():
        for entry, pattern in zip(LISTED[name], patterns, strict=True):
            belief = said.get((name, entry["answer"]), "")
            assert re.search(pattern, belief) if pattern else not belief, (name, entry["answer"], belief)


async def test_nothing_that_is_told_holds_the_solution(judged: list[Judged]) -> None:
    for row, verdict in judged:
        solution = program(row.question, own_answer(row.question))
        assert not re.search("[`=]", verdict.belief)
        shown = [line for line in verdict.evidence if line.endswith("does the same.")]
        for line in shown:
            code = line.split("`")[1]
            assert code not in solution, (row.question.id, row.answer, line)
