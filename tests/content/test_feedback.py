"""docs/feedback.md: its good examples stand in the lessons, its bad ones do not, and its report is what is printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.content.page import fences, page, rows, sections
from tests.content.test_walk import WALK, pattern, plain
from tests.e2e.command import tutor
from tutor import paths
from tutor.author.survey import Survey, Target
from tutor.lesson.load import load_course, load_lesson
from tutor.lesson.meaning import given_by_code
from tutor.lesson.model import KINDS
from tutor.sandbox.client import Sandbox

PAGE = page("feedback.md")
PARTS = sections(PAGE)
BLAME = r"\b(obviously|simply|just|careless|forgot|of course|easy|wrong again|stupid|should have|clearly)\b"


def feedback() -> set[str]:
    """All feedback of the course that comes along."""
    folder = paths.shipped_course()
    lessons = [load_lesson(folder / name).lesson for name in load_course(folder).lessons]
    questions = [question for lesson in lessons for question in lesson.questions]
    return {plain(wrong.feedback) for question in questions for wrong in question.wrong}


def pairs() -> list[tuple[str, str]]:
    """What is said badly and what is said well, by turns."""
    told = rows(PARTS["What good feedback does"])
    assert [row[0] for row in told] == ["bad", "good"] * (len(told) // 2)
    return [(bad[1], good[1]) for bad, good in zip(told[::2], told[1::2], strict=True)]


def test_the_good_examples_stand_in_our_lessons_and_the_bad_ones_do_not() -> None:
    ours, told = feedback(), pairs()
    assert len(told) >= 7
    assert [good for _, good in told if good not in ours] == []
    assert [bad for bad, _ in told if bad in ours] == []


def test_our_own_feedback_blames_nobody() -> None:
    assert [said for said in feedback() if re.search(BLAME, said, re.IGNORECASE)] == []


def test_the_kinds_that_can_have_gives(tmp_path: Path) -> None:
    told = re.search(r"`gives` is there for (.+?)\.$", PARTS["Let torch give the wrong answer"], re.MULTILINE)
    path = tmp_path / "01-all.yaml"
    blocks = [fence.text for fence in fences(page("authoring.md")) if fence.text.startswith("- ")]
    path.write_text("format: 1\nlesson: L\ngoal: G\nquestions:\n" + "\n".join(blocks), "utf-8")
    questions = load_lesson(path).lesson.questions
    assert {question.kind for question in questions} == set(KINDS)
    assert told and set(re.findall(r"`(\w+)`", told[1])) == {q.kind for q in questions if given_by_code(q)}


@pytest.mark.slow
async def test_the_examples_pass_their_check(tmp_path: Path) -> None:
    path = tmp_path / "01-examples.yaml"
    examples = "\n".join(fence.text for fence in fences(PAGE) if fence.text.startswith("- "))
    given = "given: data = torch.arange(1., 36.).reshape(5, 7)"
    path.write_text(f"format: 1\nlesson: L\ngoal: G\n{given}\nquestions:\n{examples}", "utf-8")
    survey = Survey(Sandbox, fresh=True)
    try:
        (result,) = [result async for result in survey.check([Target(path)])]
    finally:
        await survey.close()
    assert (result.questions, [str(problem) for problem in result.problems]) == (2, [])


LISTED = "That is one mean for each row. The dimension you name is the one that goes."
WRONG = {
    "ada": ("(6,)", "means = x.mean()"),
    "bob": ("6", "means = x.mean()"),
    "cem": ("(2,)", "means = torch.mean(x)"),
}


def attempts(name: str) -> Iterator[str]:
    """What a learner hands in who reads the page, answers both questions wrong and then right."""
    shape, code = WRONG[name]
    first, second = "shape-of-column-means", "average-the-columns"
    acts = [
        ("page-x-mean-dim-0", "read", "", "", ""),
        (first, "answer", "wrong", shape, LISTED if shape == "(2,)" else ""),
        (first, "answer", "right", "(3,)", ""),
        (second, "answer", "wrong", code, "Without a dimension everything goes."),
        (second, "answer", "right", "means = x.mean(dim=0)", ""),
    ]
    for n, (question, action, result, answer, belief) in enumerate(acts):
        line = {
            "format": 1, "learner": name, "number": n + 1, "course": "means-by-hand", "lesson": "means",
            "question": question, "action": action, "result": result, "seconds": 5.0, "at": f"2026-01-05T09:00:{n:02}Z",
            "digest": "", "answer": answer, "belief": belief,
        }  # fmt: skip
        yield json.dumps(line) + "\n"


def course(folder: Path) -> Path:
    """The course at the end of the walk."""
    lesson, given, listed = (fence.text for fence in fences(WALK) if fence.word == "yaml")
    folder.mkdir()
    path = folder / "02-means.yaml"
    path.write_text(re.sub(r"^given: \|\n(  .*\n)+", lambda _: given, lesson, flags=re.MULTILINE), "utf-8")
    (folder / "course.yaml").write_text(listed, "utf-8")
    return path


@pytest.mark.slow
def test_from_the_report_to_an_entry_that_is_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = course(tmp_path / "means-by-hand")
    for name in WRONG:
        (tmp_path / f"{name}.jsonl").write_text("".join(attempts(name)), "utf-8")
    part = fences(PARTS["Find out what people answer"])
    command, shown, entry = part[1].text, part[2].text, part[3].text
    done = tutor(*command.split()[1:])
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(pattern(shown), plain(done.stdout)), done.stdout
    at = re.search(r"02-means\.yaml:(\d+), after the last entry", shown)
    assert at
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[: int(at[1])], entry, *lines[int(at[1]) :]]), "utf-8")
    checked = tutor("check", str(path))
    assert (checked.returncode, checked.stdout) == (0, "")
    assert "(6,)" in [wrong.answer for question in load_lesson(path).lesson.questions for wrong in question.wrong]
