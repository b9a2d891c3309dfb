"""Seeded faults: each must be reported at its own line, and a sound lesson must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.author.prove import prove
from tutor.commands.check import load
from tutor.examiner import Examiner
from tutor.lesson.load import load_lesson
from tutor.sandbox.client import Sandbox

SOUND = """\
format: 1
lesson: Sound
goal: To be right.
given: |
  x = torch.arange(6.).reshape(2, 3)
questions:
  - read: The dimension you name goes.
    show: x
  - id: shape
    shape: x.sum(dim=0)
    wrong:
      - gives: x.sum(dim=1)
        feedback: That keeps it.
  - id: error
    error: x.sum(dim=2)
    options: [no dimension 2, no sum]
    answer: no dimension 2
    raises: IndexError
  - id: choice
    choice: Which has shape (3,)?
    options: ["x[0]", "x[:, 0]"]
    answer: "x[0]"
    true_if: OPTION.shape == (3,)
  - id: write
    write: Sum the rows into `s`.
    start: s = x.sum()
    solution: s = x.sum(dim=1)
    wrong:
      - answer: s = x.sum(dim=0)
        feedback: Those are columns.
  - id: function
    function: Double.
    start: |
      def double(v):
          ____
    solution: |
      def double(v):
          return v * 2
    inputs: ["torch.rand(2)"]
  - id: explore
    explore: Try.
    start: print(x)
"""

FAULTS = {
    "the drawn tensor": ("show: x\n", "show: xx\n", "cannot be drawn"),
    "the given": ("given: |\n  x", "given: |\n  y = nothing\n  x", "nothing"),
    "a prediction that fails": ("shape: x.sum(dim=0)", "shape: x.sum(dim=5)", "torch refuses this"),
    "a wrong answer that is right": ("gives: x.sum(dim=1)", "gives: x[0]", "this wrong answer is right"),
    "a wrong answer that fails": ("gives: x.sum(dim=1)", "gives: x.summ(dim=1)", "`x.summ(dim=1)` fails"),
    "an error that does not happen": ("error: x.sum(dim=2)", "error: x.sum(dim=1)", "without an error"),
    "another error": ("raises: IndexError", "raises: TypeError", "raises IndexError, not TypeError"),
    "a false choice": ("true_if: OPTION.shape == (3,)", "true_if: OPTION.dim() == 1", "is True, but the answer is"),
    "a solution that fails": ("solution: s = x.sum(dim=1)", "solution: s = x.sum(dim=9)", "does not run"),
    "a starter that passes": ("start: s = x.sum()", "start: s = x.sum(dim=-1)", "the starter already passes"),
    "a wrong program that passes": ("answer: s = x.sum(dim=0)", "answer: s = x.sum(1)", "this wrong answer is right"),
    "a function that fails": ("return v * 2", "return v * nothing", "solution"),
    "a program to explore that fails": ("start: print(x)", "start: print(y)", "does not run"),
}


@pytest.fixture
async def examiner():
    sandbox = Sandbox()
    yield Examiner(sandbox)
    await sandbox.close()


async def problems(examiner: Examiner, folder: Path, text: str) -> list[tuple[int, str]]:
    path = folder / "01-sound.yaml"
    path.write_text(text)
    return [(problem.line, problem.message) for problem in await prove(load_lesson(path), examiner)]


@pytest.mark.slow
async def test_each_fault_is_told_where_it_is_and_a_sound_lesson_has_none(examiner: Examiner, tmp_path: Path) -> None:
    assert await problems(examiner, tmp_path, SOUND) == []
    for name, (right, broken, says) in FAULTS.items():
        text = SOUND.replace(right, broken)
        assert text != SOUND, name
        found = await problems(examiner, tmp_path, text)
        assert any(says in message for _, message in found), (name, found)
        changed = [n for n, (a, b) in enumerate(zip(text.splitlines(), SOUND.splitlines(), strict=False), 1) if a != b]
        if name not in ("the given", "a function that fails"):
            near = [line for line, message in found if says in message]
            assert any(abs(line - changed[0]) <= 3 for line in near), (name, near, changed)


def test_every_broken_file_of_a_course_is_told(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text("format: 1\ncourse: C\nlessons: [01-a.yaml, 02-b.yaml, 03-c.yaml]\n")
    (tmp_path / "01-a.yaml").write_text(SOUND)
    (tmp_path / "02-b.yaml").write_text(SOUND.replace("goal:", "gaol:"))
    files, found = load([tmp_path])
    assert [file.slug for file in files] == ["a"]
    assert any("goal" in str(problem) and "02-b.yaml:3:" in str(problem) for problem in found)
    assert any("03-c.yaml" in str(problem) for problem in found)
