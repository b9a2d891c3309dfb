"""A whole lesson over a pipe, as a script or a screen reader takes it."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.e2e.command import tutor
from tutor.examiner import Examiner
from tutor.grade.order import shuffled
from tutor.lesson.catalog import Catalog
from tutor.lesson.model import LessonFile, Order, Question
from tutor.sandbox.client import Sandbox

pytestmark = pytest.mark.slow


async def answers(file: LessonFile) -> list[str]:
    """What a learner types who knows everything."""
    async with Sandbox() as sandbox:
        examiner = Examiner(sandbox)
        typed = [await typing(examiner, file, question) for question in file.lesson.questions]
    return [line for lines in typed for line in lines]


async def typing(examiner: Examiner, file: LessonFile, question: Question) -> list[str]:
    """The lines of the right answer, as this question takes them."""
    if not question.graded:
        return [""]
    if isinstance(question, Order):
        shown = shuffled(question)
        return [" ".join(str(shown.index(line) + 1) for line in question.lines)]
    answer = await examiner.answer(file, question)
    return [*answer.splitlines(), "."] if question.kind in ("write", "function", "fix") else [answer]


def plain(lesson: str, typed: list[str]) -> subprocess.CompletedProcess[str]:
    return tutor("start", lesson, "--plain", said="".join(f"{line}\n" for line in typed))


@pytest.mark.parametrize("lesson", ["reductions", "indexing"])
async def test_a_whole_lesson_is_taken_over_a_pipe(lesson: str) -> None:
    file = Catalog.open().lesson(lesson)
    done = plain(lesson, await answers(file))
    graded = sum(question.graded for question in file.lesson.questions)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.count("✓ Right.") == graded, done.stdout
    assert f"{graded} of {graded} right at the first try" in done.stdout
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", done.stdout)


def test_a_failing_answer_is_explained_and_why_says_the_rest() -> None:
    done = plain(
        "reductions",
        [":goto write-row-average", "row_avg = data @ data", ".", ":why", "row_avg = data.mean(1)", ".", ":quit"],
    )
    said = done.stdout
    assert "`data` (5, 7) @ `data` (5, 7): the inner sizes 7 and 5 differ." in said
    assert "  RuntimeError: mat1 and mat2 shapes cannot be multiplied (5x7 and 5x7)" in said
    short, _, more = said.partition("(:why says more)")
    assert "data.T" not in short and "    row_avg = data @ data.T" in more
    assert "✓ Right." in more


def test_every_thing_a_learner_can_do_is_done_in_lines() -> None:
    done = plain(
        "reductions",
        [
            ":goto sum-dim-0", "(5,)", "maybe", ":hint", ":reveal", ":reveal", ":back", ":map", ":nonsense", ":undo",
            "[7]", ":goto nowhere", ":lesson indexing", ":skip", ":help", ":quit",
        ],
    )  # fmt: skip
    said = done.stdout
    assert done.returncode == 0, done.stderr
    assert "✗ " in said
    assert "It is the one you named, so its 5 goes" in said
    assert "? Not read as an answer." in said
    assert "Hint 1 of 2: Write down the shape of `data`" in said
    assert re.search(r"The answer:\n  \(7,\)", said)
    assert "Taken back: sum-dim-0" in said
    assert "✓ Right." in said
    assert "has no question 'nowhere'" in said
    assert "`:nonsense` is not a command" in said
    assert re.search(r"\[1/\d+\] .*\n", said.partition("has no question")[2])
    assert "Stopped at " in said


def test_what_was_left_is_come_back_to() -> None:
    first = plain("reductions", [":goto sum-keepdim", ":hint", ":quit"])
    assert "Stopped at sum-keepdim" in first.stdout
    again = tutor("start", "--plain", said="(5, 1)\n:quit\n")
    opened = again.stdout.partition("✓ Right.")[0]
    assert "(sum-keepdim)" in opened
    assert "Hint 1 of" in opened
    assert "✓ Right." in again.stdout


def test_an_endless_loop_is_ended_and_the_lesson_goes_on() -> None:
    file = Catalog.open().lesson("reductions")
    written = next(question for question in file.lesson.questions if question.kind == "write")
    done = plain("reductions", [f":goto {written.id}", "while True:", "    pass", ".", ":goto sum-dim-0", "(7,)"])
    assert re.search(r"Stopped: over the time limit of \d+ s", done.stdout)
    assert "✓ Right." in done.stdout
    assert done.returncode == 0


def test_without_a_terminal_the_lesson_goes_line_by_line() -> None:
    done = tutor("start", "reductions", said=":quit\n")
    assert done.returncode == 0
    assert "(page-reductions)" in done.stdout
    assert "line by line" in done.stderr
