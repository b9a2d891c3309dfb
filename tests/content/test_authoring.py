"""docs/authoring.md and check.md: every key and no other, every example proven, every name the code's own."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from tests.content.page import DOCS, anchor, fences, page, rows, sections
from tutor.author.code import CODES
from tutor.author.mutate import mutants
from tutor.author.schema import schema
from tutor.author.survey import Survey, Target
from tutor.errors import LessonError
from tutor.grade.belief.program import variants
from tutor.grade.belief.told import GENERAL
from tutor.lesson.build import CHECKS, fields
from tutor.lesson.load import load_lesson
from tutor.lesson.model import KINDS, Called, Code, Course, Lesson, LessonFile, Predict, Question, Rules, Wrong
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Outcome
from tutor.sandbox.rules.word import GROUPS

PAGES = ("authoring.md", "feedback.md", "lesson-format.md", "check.md")
PAGE = page("authoring.md")
PARTS = sections(PAGE)
EXAMPLES = [fence.text for fence in fences(PAGE) if fence.word == "yaml" and fence.text.startswith("- ")]
LESSON = fences(PARTS["The lesson"])[0].text
GIVEN = next(fence.text for fence in fences(PAGE) if fence.word == "python")
HEAD = f"format: 1\nlesson: Examples\ngoal: Be right.\ngiven: {GIVEN.strip()}\nquestions:\n"

MUST = "must be there"
STRUCTS: dict[str, tuple[type[msgspec.Struct], type[msgspec.Struct] | None]] = {
    "The course: `course.yaml`": (Course, None),
    "The lesson": (Lesson, None),
    "Every question": (Question, None),
    "Predictions": (Predict, Question),
    "Code": (Code, Question),
    "`function` and `module`: code that is called": (Called, Code),
    "Rules": (Rules, None),
    "Wrong answers": (Wrong, None),
}
"""The section that lists the keys of a struct, beyond those of another."""


def keys(section: str) -> dict[str, str]:
    """The keys of a section's table, each with what holds where it is left out."""
    return {row[0].strip("`"): row[1] for row in rows(PARTS[section]) if len(row) == 3}


def default(struct: type[msgspec.Struct], key: str) -> str:
    """What holds where a key is left out, as the page says it."""
    field = next(field for field in msgspec.structs.fields(struct) if field.name == key)
    if field.required:
        return MUST
    value = field.default if field.default is not msgspec.NODEFAULT else None
    if value in (None, "", ()):
        return ""
    said = "no" if value is False else f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)
    return f"`{said}`" if isinstance(value, (tuple, str)) else said


@pytest.mark.parametrize("section", STRUCTS)
def test_the_page_lists_the_keys_of_the_model_and_what_holds_without_them(section: str) -> None:
    struct, base = STRUCTS[section]
    shared = set(fields(base)) if base else set()
    own = [key for key in fields(struct) if key not in shared or default(struct, key) != default(base or struct, key)]
    order = {key: n for n, key in enumerate(keys(section))}
    assert sorted(own) == sorted(order)
    assert {key: default(struct, key) for key in own} == keys(section)


def heading(kind: str) -> str:
    return next(head for head in PARTS if head.split(":")[0] == f"`{kind}`")


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_lists_the_keys_of_every_kind(kind: str) -> None:
    struct = KINDS[kind]
    needed = [key for key in schema()["$defs"][struct.__name__]["required"] if key != "id"]
    base = next(cls for cls in struct.__mro__[1:] if issubclass(cls, Question))
    own = [key for key in fields(struct) if key not in fields(base) and key not in needed]
    told = keys(heading(kind))
    assert set(told) == {*needed, *own}
    assert next(iter(told)) == kind
    assert told == {key: MUST if key in needed else default(struct, key) for key in told}


def test_no_kind_is_on_the_page_that_there_is_not() -> None:
    told = [found[1] for head in PARTS if (found := re.fullmatch(r"`(\w+)`(:.*)?", head))]
    assert told == list(dict.fromkeys(told)) and set(told) == set(KINDS)


def loaded(tmp_path: Path, examples: list[str]) -> LessonFile:
    path = tmp_path / "01-examples.yaml"
    path.write_text(HEAD + "\n".join(examples), "utf-8")
    return load_lesson(path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_is_of_that_kind(tmp_path: Path, kind: str) -> None:
    examples = [fence.text for fence in fences(PARTS[heading(kind)])]
    assert {question.kind for question in loaded(tmp_path, examples).lesson.questions} == {kind}


def test_every_key_is_in_an_example() -> None:
    text = "\n".join(fence.text for fence in fences(PAGE) if fence.word == "yaml")
    structs: tuple[type[msgspec.Struct], ...] = (Lesson, Question, Wrong, Rules, *KINDS.values())
    every = {key for struct in structs for key in fields(struct)}
    assert every - {key for key in every if re.search(rf"^[ -]*{key}:", text, re.MULTILINE)} == set()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_example_passes_its_check_without_a_warning(tmp_path: Path) -> None:
    file, whole = loaded(tmp_path, EXAMPLES), tmp_path / "02-centring.yaml"
    whole.write_text(LESSON, "utf-8")
    survey = Survey(Sandbox, fresh=True)
    try:
        result, other = [result async for result in survey.check([Target(file.path), Target(whole)])]
    finally:
        await survey.close()
    assert "\n".join(str(problem) for problem in (*result.problems, *other.problems)) == ""
    assert result.questions == sum(question.graded for question in file.lesson.questions) > len(KINDS)
    assert other.questions == 1


def test_what_can_be_compared() -> None:
    assert [row[0].strip("`") for row in rows(PARTS["What is compared"])] == list(CHECKS)


def test_the_groups_of_rules() -> None:
    told = re.search(r"The groups: (.+?)\.", PARTS["Rules"].replace("\n", " "))
    assert told and re.findall("`([a-z]+)`", told[1]) == sorted(GROUPS)


MUTATED = {
    "always": "def f(x):\n    if x.sum() > 0:\n        x = x + 1\n    return x",
    "constant": "- id: f\n  function: f\n  solution: |\n    def f(x):\n        return x\n  inputs: [torch.ones(2)]",
    "drop-line": "- id: o\n  order: Do it.\n  solution: |\n    y = x\n    z = y\n  distractors: [z = x]",
}


def test_the_names_that_waive_takes(tmp_path: Path) -> None:
    told = [name for _, names in rows(PARTS["Waivers"]) for name in re.findall("`([a-z-]+)`", names)]
    always = {variant.name for variant in variants(MUTATED["always"])}
    made = set[str]()
    for question in loaded(tmp_path, [MUTATED["constant"], MUTATED["drop-line"]]).lesson.questions:
        assert isinstance(question, Code)
        made |= {mutant.name for mutant in mutants(question, Outcome(status="ok"))}
    assert {"always"} <= always and {"constant", "drop-line", "distractor"} <= made
    assert len(told) == len(set(told))
    assert set(told) == {*GENERAL, "always", "constant", "drop-line", "distractor"}


def test_the_codes_of_the_check() -> None:
    part = sections(page("check.md"))["The codes"]
    assert [[cell.strip("`") for cell in row[:2]] + row[2:] for row in rows(part)] == [list(c) for c in CODES.values()]


def test_the_mistakes_that_are_shown_are_told_so(tmp_path: Path) -> None:
    path = tmp_path / "20-sums.yaml"
    said = fences(PARTS["How to write text in YAML"])[0].text.splitlines()
    path.write_text(
        "format: 1\nlesson: S\ngoal: G\nquestions:\n"
        "  - id: a\n    because: Try x[0]: a row\n    hnts: [a]\n    shape: torch.ones(2)\n",
        "utf-8",
    )
    with pytest.raises(LessonError) as caught:
        load_lesson(path)
    plain = [re.sub(r": error: (.*) \[.*\]$", r": \1", line) for line in said]
    assert [str(problem).replace(str(path), path.name) for problem in caught.value.problems] == plain


@pytest.mark.parametrize("name", PAGES)
def test_links_between_the_pages_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$|`[^`\n]*`", "", page(name), flags=re.M | re.S)):
        file, _, part = target.partition("#")
        assert "://" in target or (DOCS / (file or name)).is_file(), target
        assert not part or part in {anchor(head) for head in sections(page(file or name))}, target
