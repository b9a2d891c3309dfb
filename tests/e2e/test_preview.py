"""An author at two windows: what is saved in one shows in the other, with real verdicts, and leaves no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import tutor
from tests.e2e.learner import Learner
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.slow

LESSON = """\
format: 1
lesson: Sums
goal: Say the shape of any sum.
given: |
  x = torch.arange(12.).reshape(3, 4)

questions:
  - id: columns
    shape: x.sum(dim=0)
    because: Dimension 0 goes.
    hints: [Which one do you name?]
  - id: rows
    write: Add up the rows; call the sum `y`.
    solution: y = x.sum(dim=1)
    wrong:
      - answer: y = x.sum(dim=0)
        feedback: These are the columns.
    because: Dimension 1 goes.
    hints: [Which one must go?]
"""


def preview(learner: Learner, *arguments: str, **terminal: int) -> Terminal:
    command = [learner.command, "preview", *arguments, "--i-trust-all-code"]
    return Terminal(command, env=learner.env, cwd=learner.folder, **terminal)


def rename_into_place(path: Path, text: str) -> None:
    fresh = path.with_name("fresh.tmp")
    fresh.write_text(text)
    fresh.replace(path)


def test_an_evening_of_writing(tmp_path: Path) -> None:
    path, learner = tmp_path / "01-sums.yaml", Learner(tmp_path / "author")
    path.write_text(LESSON)
    before = sorted(tmp_path.rglob("*"))
    with preview(learner, str(path), "--line", "14", columns=120, rows=36) as terminal:
        terminal.wait_for("Add up the rows")
        terminal.wait_for("all that it claims holds", 60)
        terminal.type("y = x.sum(dim=0)")
        terminal.press("ctrl+j")
        terminal.wait_for("These are the columns.")
        path.write_text(LESSON.replace("These are the columns.", "You went down the columns."))
        terminal.wait_for("You went down the columns.")
        rename_into_place(path, LESSON.replace("solution: y = x.sum(dim=1)", "solution: y = x.sum(dim=0)"))
        terminal.wait_for("✓ Right.")
        terminal.wait_for("this wrong answer is right")
        rename_into_place(path, LESSON.replace("solution: y", "solutoin: y"))
        terminal.wait_for(lambda at: "did you mean solution?" in at.text and "✓ Right." not in at.text)
        assert "14:5 " in terminal.text
        path.write_text(LESSON)
        terminal.wait_for("These are the columns.")
        terminal.wait_for("all that it claims holds")
        assert "y = x.sum(dim=0)" in terminal.text
        terminal.resize(80, 24)
        terminal.wait_for(lambda at: at.text.splitlines()[-2].startswith("  Check  01-sums.yaml:12"))
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
    left = [path for path in sorted(tmp_path.rglob("*")) if path not in before and path.is_file()]
    assert left == [], "the progress, the index and the log are a learner's"


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["nowhere.yaml"], 2, "tutor new lesson"),
        ([".", "--line", "3"], 2, "name one of its lessons"),
        (["lesson.yaml", "--line", "3", "--question", "rows"], 2, "not both"),
        (["lesson.yaml"], 3, "no terminal"),
    ],
)
def test_what_cannot_be_previewed(tmp_path: Path, words: list[str], status: int, says: str) -> None:
    (tmp_path / "lesson.yaml").write_text(LESSON)
    done = tutor("preview", *[str(tmp_path / word) if "yaml" in word or word == "." else word for word in words])
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("tutor: ") and says in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_question_that_is_not_there_is_told_before_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "01-sums.yaml"
    path.write_text(LESSON)
    with preview(Learner(tmp_path / "author"), str(path), "--question", "row") as terminal:
        assert terminal.wait() == 2
        assert "did you mean `rows`?" in terminal.text
