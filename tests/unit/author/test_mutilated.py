"""Any mutilation of a lesson gives problems or none, never an exception."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.author.test_prove import SOUND
from tutor.author.code import CODES
from tutor.author.survey import Survey, targets
from tutor.errors import Problem
from tutor.sandbox.client import Sandbox

pytestmark = pytest.mark.slow

LINES = SOUND.splitlines()
JUNK = (
    "",
    " ",
    "    ",
    "- ",
    ": ",
    "#",
    "'",
    '"',
    "`",
    "[",
    "}",
    "|",
    "\t",
    "\0",
    "é",
    "x.sum(",
    "dim=9",
    "```python",
    "x",
)


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """A sound lesson after a few accidents: lines gone, twice, moved or cut; words exchanged; junk put in."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 3))):
        n = draw(st.integers(0, len(lines) - 1))
        accident = draw(st.sampled_from(["gone", "twice", "moved", "cut", "junk", "word"]))
        line = lines[n]
        if accident == "gone":
            del lines[n]
        elif accident == "twice":
            lines.insert(n, line)
        elif accident == "moved":
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(n))
        elif accident == "cut":
            lines[n] = line[: draw(st.integers(0, max(len(line), 1)))]
        elif accident == "junk":
            at = draw(st.integers(0, max(len(line), 1)))
            lines[n] = line[:at] + draw(st.sampled_from(JUNK)) + line[at:]
        else:
            words = " ".join(LINES).split()
            lines[n] = line.replace(draw(st.sampled_from(line.split() or [" "])), draw(st.sampled_from(words)), 1)
    return "\n".join(lines) + "\n"


class Checking:
    """A survey that stays open from one lesson to the next."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.survey = Survey(Sandbox, fresh=True)

    def problems(self, path: Path) -> list[Problem]:
        """What is found in a file."""
        return self.loop.run_until_complete(self._found(path))

    async def _found(self, path: Path) -> list[Problem]:
        those, problems = targets([path])
        return [*problems, *[p async for result in self.survey.check(those) for p in result.problems]]

    def close(self) -> None:
        """End all of it."""
        self.loop.run_until_complete(self.survey.close())
        self.loop.close()


@pytest.fixture(scope="module")
def checking() -> Iterator[Checking]:
    made = Checking()
    yield made
    made.close()


@pytest.mark.timeout(300)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=mutilated())
def test_a_mutilated_lesson_has_problems_or_none(checking: Checking, tmp_path: Path, text: str) -> None:
    path = tmp_path / "01-sound.yaml"
    path.write_text(text, "utf-8")
    for problem in checking.problems(path):
        assert problem.name in CODES and problem.name != "tutor-fault", problem
        assert 0 <= problem.line <= text.count("\n") + 1
        assert problem.message and "Traceback" not in problem.message


def test_the_lesson_that_is_mutilated_is_sound(checking: Checking, tmp_path: Path) -> None:
    path = tmp_path / "01-sound.yaml"
    path.write_text(SOUND, "utf-8")
    assert [p for p in checking.problems(path) if p.severity == "error"] == []
