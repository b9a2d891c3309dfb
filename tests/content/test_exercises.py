"""Ten exercises written as an author would: references pass, plausible wrong solutions fail for their reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from tutor.examiner import Examiner
from tutor.lesson.load import load_lesson
from tutor.sandbox.client import Sandbox

HERE = Path(__file__).parent / "exercises"
FILE = load_lesson(HERE / "ten.yaml")
WRONG = [
    (name, n, entry["answer"], entry["says"])
    for name, entries in yaml.safe_load((HERE / "wrong.yaml").read_text()).items()
    for n, entry in enumerate(entries, start=1)
]
QUESTIONS = {question.id: question for question in FILE.lesson.questions}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def examiner():
    sandbox = Sandbox()
    yield Examiner(sandbox)
    await sandbox.close()


def test_there_are_ten_with_three_wrong_solutions_each():
    assert len(QUESTIONS) == 10
    assert {name: sum(entry[0] == name for entry in WRONG) for name in QUESTIONS} == dict.fromkeys(QUESTIONS, 3)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", QUESTIONS)
async def test_the_reference_passes(examiner, name):
    question = QUESTIONS[name]
    verdict = await examiner.judge(FILE, question, await examiner.answer(FILE, question))
    assert verdict.passed, verdict


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "number", "answer", "says"), WRONG, ids=[f"{name}-{n}" for name, n, _, _ in WRONG])
async def test_a_wrong_solution_fails_for_its_reason(examiner, name, number, answer, says):
    verdict = await examiner.judge(FILE, QUESTIONS[name], answer)
    assert verdict.result == "wrong", verdict
    assert re.search(says, "\n".join(verdict.said())), verdict.said()
