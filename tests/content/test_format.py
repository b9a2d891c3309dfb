"""docs/lesson-format.md: what is said to be refused is, in these words; the limits are the code's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.content.page import fences, page, rows, sections
from tutor import __version__
from tutor.course.archive import PACKED_MOST
from tutor.course.filename import KEPT
from tutor.course.parcel import ENTRIES_MOST, FILE_MOST, MIB, WHOLE_MOST
from tutor.errors import LessonError
from tutor.lesson.content import digest, former
from tutor.lesson.load import load_course, load_lesson
from tutor.lesson.meaning import CASES_MOST
from tutor.lesson.model import LessonFile, Question
from tutor.lesson.nodes import DEEPEST
from tutor.lesson.slug import LONGEST
from tutor.lesson.text import LARGEST
from tutor.sandbox.protocol import Limits

PAGE = page("lesson-format.md")
PARTS = sections(PAGE)
REST = "lesson: L\ngoal: G\nquestions:\n  - id: a\n    shape: torch.ones(2)\n"
OTHERWISE = {
    "a key twice": f"{REST}    because: one\n    because: two\n",
    "`---` and a second document": f"{REST}---\nformat: 1\n",
    "a tab before a key": f"{REST}\tbecause: one\n",
    "a control character, or one that turns the reading order": f"{REST}    because: one \u202e two\n",
}
"""The text that a row of the page describes in words."""


def load(folder: Path, text: str) -> LessonFile:
    path = folder / "01-one.yaml"
    path.write_text(text, "utf-8")
    return load_lesson(path)


def said(caught: pytest.ExceptionInfo[LessonError]) -> list[str]:
    return [problem.message for problem in caught.value.problems]


def told(part: str, refused: bool) -> list[tuple[str, str]]:
    """What is written and what comes of it, of the rows of a section that say it is refused, or of the others."""
    found = [(row[0], row[1]) for row in rows(PARTS[part]) if len(row) == 2]
    return [(a, b.removeprefix("refused: ")) for a, b in found if b.startswith("refused: ") == refused]


FORMATS = [row for row in told("Older and newer files", False) if "needs_tutor" not in row[0]]


@pytest.mark.parametrize(("written", "sentence"), FORMATS)
def test_another_format_is_one_sentence(tmp_path: Path, written: str, sentence: str) -> None:
    head = "" if written == "nothing" else written.strip("`") + "\n"
    with pytest.raises(LessonError) as caught:
        load(tmp_path, head + REST)
    assert said(caught) == [sentence]


def test_nothing_else_of_a_newer_file_is_looked_at(tmp_path: Path) -> None:
    with pytest.raises(LessonError) as caught:
        load(tmp_path, f"format: 2\nunheard: of\n{REST}    becuase: x\n")
    assert said(caught) == [dict(FORMATS)["`format: 2`"]]


@pytest.mark.parametrize(
    ("written", "sentence"), [row for row in told("Older and newer files", False) if "needs_tutor" in row[0]]
)
def test_a_course_for_another_tutor_is_one_sentence(tmp_path: Path, written: str, sentence: str) -> None:
    newer = "unheard: of\n" if "99" in written else ""
    (tmp_path / "course.yaml").write_text(f"format: 1\n{newer}{written.strip('`')}\ncourse: C\nlessons: [a.yaml]\n")
    with pytest.raises(LessonError) as caught:
        load_course(tmp_path)
    assert said(caught) == [sentence.replace("VERSION", __version__)]


@pytest.mark.parametrize(("written", "sentence"), told("YAML, and what of it", True))
def test_what_of_yaml_is_refused_is_told_so(tmp_path: Path, written: str, sentence: str) -> None:
    with pytest.raises(LessonError) as caught:
        load(tmp_path, "format: 1\n" + OTHERWISE.get(written, f"{REST}    {written.strip('`')}\n"))
    assert said(caught) == [sentence]


@pytest.mark.parametrize("text", ["yes", "no", "null", "010", "2:30", "1e3", "[1, 0]"])
def test_scalars_are_text(tmp_path: Path, text: str) -> None:
    (question,) = load(tmp_path, f"format: 1\n{REST}    because: {text}\n").lesson.questions
    assert question.because == text
    assert f"`{text}`" in PARTS["YAML, and what of it"] or f"answer: {text}`" in PARTS["YAML, and what of it"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_line_ends_with_or_without_a_mark(tmp_path: Path, end: str, mark: bytes) -> None:
    path = tmp_path / "01-one.yaml"
    path.write_bytes(mark + f"format: 1\n{REST}".replace("\n", end).encode())
    assert load_lesson(path).lesson.questions[0].id == "a"


def test_the_limits() -> None:
    run = Limits()
    assert [tuple(row) for row in rows(PARTS["Limits"])] == [
        ("a lesson, a `course.yaml`", f"{LARGEST // MIB} MiB"),
        ("depth of lists and tables within each other", f"{DEEPEST}"),
        ("an id, a short name", f"{LONGEST} of `a-z`, `0-9`, `-`"),
        ("`cases`", f"{CASES_MOST}"),
        ("one run of code", f"{run.seconds:.0f} s, {run.memory_mb} MiB, {run.output_shown >> 10} KiB of output shown"),
        ("a file of a course that is installed", f"{FILE_MOST // MIB} MiB"),
        ("all files of such a course", f"{WHOLE_MOST // MIB} MiB, {ENTRIES_MOST} entries"),
        ("the archive it comes in", f"{PACKED_MOST // MIB} MiB"),
    ]
    assert set(re.findall(r"`(\.[a-z]+)`", PARTS["Limits"])) == KEPT


def test_the_example_of_former_names_loads(tmp_path: Path) -> None:
    (text,) = (fence.text for fence in fences(PARTS["Names that stay"]))
    lesson = load(tmp_path, text).lesson
    assert former(lesson) == ("reductions",)
    assert former(lesson.questions[0]) == ("sum-dim-0", "first-steps/sum")


def test_what_makes_a_question_another_one(tmp_path: Path) -> None:
    sentence = re.search(r"are no such change: (.+?)\.", PARTS["Names that stay"], re.DOTALL)
    assert sentence
    around = re.findall("`(\\w+)`", sentence[1])
    own = "format: 1\n" + REST
    before = load(tmp_path, own).lesson
    values = {
        "id": "b", "was": "c", "because": "x", "hints": "[x]", "waive": "{a: b}", "given": "y = 1",
        "show": "torch.ones(2)", "wrong": "[{answer: 3, feedback: x}]", "vary": "{m: 2..3}",
    }  # fmt: skip
    assert set(values) == set(Question.__struct_fields__)
    for key, value in values.items():
        changed = own.replace("id: a", f"id: {value}") if key == "id" else f"{own}    {key}: {value}\n"
        after = load(tmp_path, changed).lesson
        same = digest(before, before.questions[0]) == digest(after, after.questions[0])
        assert same == (key in around), key
