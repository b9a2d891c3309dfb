"""docs/check.md names every code as it is, and its examples are what it says of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tutor.author.code import CODES
from tutor.author.prove import prove
from tutor.examiner import Examiner
from tutor.lesson.load import load_lesson
from tutor.sandbox.client import Sandbox

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "check.md").read_text("utf-8")
HEAD = "format: 1\nlesson: L\ngoal: G\nquestions:\n"
EXAMPLES = [block for _, block in re.findall(r"^(`{3,4})yaml\n(.*?)^\1$", PAGE, re.MULTILINE | re.DOTALL)]


def test_every_code_is_on_the_page() -> None:
    rows = re.findall(r"^\| `(\w\d+)` \| `([\w-]+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert rows == [tuple(code) for code in CODES.values()]


@pytest.mark.slow
async def test_the_examples_hold(tmp_path: Path) -> None:
    assert len(EXAMPLES) == 2
    path = tmp_path / "01-l.yaml"
    async with Sandbox() as sandbox:
        for example in EXAMPLES:
            path.write_text(HEAD + example, "utf-8")
            assert await prove(load_lesson(path), Examiner(sandbox, lambda: 0), doubts=True) == []
        without = EXAMPLES[1][: EXAMPLES[1].index("  waive:")]
        path.write_text(HEAD + without, "utf-8")
        found = await prove(load_lesson(path), Examiner(sandbox, lambda: 0), doubts=True)
    assert [(problem.code, "`x` is square" in problem.message) for problem in found] == [("W102", True)]
