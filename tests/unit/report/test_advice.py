"""The lines to add are such that the lesson loads with them and says them for that very answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.lesson.catalog import Catalog
from tutor.lesson.load import load_lesson
from tutor.report.advice import Advice, advise
from tutor.report.known import Known


def added(course: Path, question: str, answer: str) -> tuple[Advice, str]:
    """The advice, and the answer as the lesson has it once the lines are put where they belong."""
    file = course / "01-sums.yaml"
    text = file.read_text("utf-8")
    asked = Known([Catalog.open(course)]).asked(("sums", "sums", question))
    assert asked is not None
    advice = advise(question, answer, asked)
    line = int(advice.where.partition(",")[0].rpartition(":")[2])
    lines = text.split("\n")
    lines[line:line] = "\n".join(advice.lines).split("\n")
    fresh = file.with_name("02-fresh.yaml")
    fresh.write_text("\n".join(lines), "utf-8")
    found = next(q for q in load_lesson(fresh).lesson.questions if q.id == question)
    assert found.wrong[-1].feedback == "TODO"
    return advice, found.wrong[-1].answer


@pytest.mark.parametrize(
    "answer",
    ["(2,)", "2", "[1, 2]", "error", "y = x + 2", "y = {'a': 1}  # so", "yes", "~", "- 1", "x: y", "*x", "'a'", '"',
     "é", "a = x\ny = a * 3", "def f(a):\n    s = a\n\n    return s", "  y = 1\nz", "y = 1\t\nz = 2", "@x", "!x", "%x",
     "`x`", "1:30", "0x10", "y = 'a' # b\n# c"],
)  # fmt: skip
def test_the_lines_read_back_as_the_answer(course: Path, answer: str) -> None:
    for question in ("double", "columns"):
        _, read = added(course, question, answer)
        assert read.strip() == answer.strip()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp"), include_characters="\n"), min_size=1))
def test_any_answer_reads_back(course: Path, answer: str) -> None:
    if answer.strip():
        _, read = added(course, "double", answer.strip())
        assert [row.rstrip() for row in read.strip().split("\n")] == [
            row.rstrip() for row in answer.strip().split("\n")
        ]


def test_where_it_goes_and_what_proves_it(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    first, _ = added(course, "double", "y = x")
    assert first.where == "01-sums.yaml:12, below `id: double`"
    assert first.lines == ("    wrong:", "      - answer: y = x", "        feedback: TODO")
    assert first.command == "tutor check 01-sums.yaml"
    more, _ = added(course, "columns", "(9,)")
    assert more.where == "01-sums.yaml:11, after the last entry of `wrong`"
    assert more.lines == ("      - answer: (9,)", "        feedback: TODO")


def test_without_the_lesson_the_question_is_named() -> None:
    advice = advise("columns", "(2,)", None)
    assert (advice.where, advice.lines[0]) == ("the question `columns`", "    wrong:")
