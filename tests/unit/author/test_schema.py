"""The schema takes what the loader takes, and refuses what an editor should underline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.unit.lesson.samples import HEAD, LESSON, SAMPLES
from tutor import paths
from tutor.author.scaffold import SKELETON
from tutor.author.schema import SCHEMAS, schema, written
from tutor.commands.schema import run
from tutor.lesson.model import KINDS

ROOT = Path(__file__).resolve().parents[3]
LESSONS = (
    *sorted(paths.shipped_course().glob("[0-9]*.yaml")),
    *sorted(paths.shipped_course().glob("drills/*.yaml")),
    ROOT / "tests/content/exercises/ten.yaml",
    *(path for path in sorted((ROOT / "tests/app/course").glob("[0-9]*.yaml")) if "broken" not in path.name),
    SKELETON / "lesson.yaml",
)
EQUIVALENT = sorted((ROOT / "tests/content/equivalent").glob("*.yaml"))


def validator_of(of: str) -> jsonschema.Draft202012Validator:
    """For a schema, which must itself be one."""
    jsonschema.Draft202012Validator.check_schema(schema(of))
    return jsonschema.Draft202012Validator(schema(of))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return validator_of("lesson")


def lesson(question: str) -> Any:
    return yaml.safe_load(f"{HEAD}questions:\n{question}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_valid(validator: jsonschema.Draft202012Validator, kind: str) -> None:
    assert list(validator.iter_errors(lesson(SAMPLES[kind]))) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_whole_lessons_are_valid(validator: jsonschema.Draft202012Validator, path: Path) -> None:
    assert list(validator.iter_errors(yaml.safe_load(path.read_text("utf-8")))) == []


def test_one_of_every_kind_in_one_lesson_is_valid(validator: jsonschema.Draft202012Validator) -> None:
    assert list(validator.iter_errors(yaml.safe_load(LESSON))) == []


@pytest.mark.parametrize("path", EQUIVALENT, ids=lambda path: path.stem)
def test_the_questions_with_many_right_spellings_are_valid(
    validator: jsonschema.Draft202012Validator, path: Path
) -> None:
    entries = yaml.safe_load(path.read_text("utf-8"))["entries"]
    assert entries
    for entry in entries:
        question = yaml.safe_load(entry["question"])
        assert list(validator.iter_errors({**lesson("  - read: x"), "questions": [question]})) == []


@pytest.mark.parametrize(
    "question",
    [
        "  - {id: a, shpe: x}",
        "  - {id: a, shape: x, value: y}",
        "  - {id: a, shape: x, hnts: [y]}",
        "  - {shape: x}",
        "  - {id: A B, shape: x}",
        "  - {id: a, shape: x, hints: y}",
        "  - {id: a, value: x, tolerance: many}",
        "  - {id: a, fill: f, solution: x}",
        "  - {id: a, write: w, solution: y, check: [shap]}",
        "  - {id: a, shape: x, wrong: [{feedback: f}]}",
        "  - {id: a, trace: t}",
        "  - {id: a, trace: t, code: x, network: y}",
        "  - {id: a, choice: c, options: [x, y]}",
        "  - {id: a, function: f, solution: s}",
        "  - {id: a, write: w, solution: y, nan: maybe}",
        "  - {id: a, order: w, solution: y, indent: perhaps}",
        "  - {id: a, write: w, solution: y, rules: {nevr: [loops]}}",
        "  - {id: a, write: w, solution: y, rules: {statements: many}}",
        "  - {id: a, shape: x, vary: [m]}",
        "  - {id: a, shape: x, after: two}",
        "  - {id: a, shape: x, because: }",
        "  - {id: a, shape: x, wrong: [{answer: a, gives: b, feedback: f}]}",
        "  - just text",
    ],
)
def test_mistakes_are_not(validator: jsonschema.Draft202012Validator, question: str) -> None:
    assert not validator.is_valid(lesson(question))


def test_the_head_of_a_lesson_is_checked(validator: jsonschema.Draft202012Validator) -> None:
    good = lesson(SAMPLES["shape"])
    assert not validator.is_valid({**good, "format": 2})
    assert not validator.is_valid({**good, "gaol": "x"})
    assert not validator.is_valid({**good, "questions": []})
    assert not validator.is_valid({key: value for key, value in good.items() if key != "goal"})


def keys(branch: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every key that a schema knows, with what it says of it."""
    if isinstance(branch, dict):
        for name, said in branch.get("properties", {}).items():
            yield f"{where}.{name}", said
        for name, part in branch.items():
            yield from keys(part, f"{where}.{name}")
    elif isinstance(branch, list):
        for part in branch:
            yield from keys(part, where)


@pytest.mark.parametrize("of", SCHEMAS)
def test_every_key_is_described(of: str) -> None:
    found = dict(keys(schema(of)))
    assert found or of == "answers"
    assert [where for where, said in found.items() if not said.get("description")] == []


def test_a_kind_is_described_by_its_own_words() -> None:
    kinds = schema()["$defs"]
    for name, kind in KINDS.items():
        assert kinds[kind.__name__]["properties"][name]["description"]
    assert kinds["Fill"]["properties"]["hints"]["description"].startswith("From a nudge")


COURSE = {"format": 1, "course": "Sums", "lessons": ["01-sums.yaml"]}


@pytest.mark.parametrize("path", [*ROOT.glob("lessons/course.yaml"), SKELETON / "course.yaml"], ids=["shipped", "new"])
def test_courses_are_valid(path: Path) -> None:
    assert list(validator_of("course").iter_errors(yaml.safe_load(path.read_text("utf-8")))) == []


def test_what_the_loader_takes_of_a_course_is_valid() -> None:
    course = validator_of("course")
    assert course.is_valid({**COURSE, "drills": ["drills/sums.yaml"]})
    assert course.is_valid({"format": 1, "title": "Sums", "lessons": ["a.yaml"]})


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"lessons": []}, {"lessons": "a.yaml"}, {"lesons": ["a.yaml"]}, {"title": "Twice"}]
)
def test_mistakes_of_a_course_are_not(change: dict[str, Any]) -> None:
    assert not validator_of("course").is_valid(COURSE | change)


@pytest.mark.parametrize("missing", COURSE)
def test_what_a_course_needs_is_needed(missing: str) -> None:
    assert not validator_of("course").is_valid({key: value for key, value in COURSE.items() if key != missing})


@pytest.mark.parametrize(
    ("answers", "valid"),
    [
        ({"sum-dim-0": "(7,)", "count": 3, "list": [1, [2, 3]], "truth": True}, True),
        ([{"question": "sum-dim-0", "answer": "(7,)"}], True),
        ({"A b": "x"}, False),
        ({"a": {"b": "c"}}, False),
        ({"a": None}, False),
        ([{"question": "a"}], False),
        ([{"question": "a", "answer": "b", "note": "c"}], False),
        ("(7,)", False),
    ],
)
def test_answers(answers: object, valid: bool) -> None:
    assert validator_of("answers").is_valid(answers) is valid


@pytest.mark.parametrize("path", sorted(ROOT.glob("lessons/**/*.yaml")), ids=lambda path: path.name)
def test_shipped_files_name_the_schema_that_lies_beside_them(path: Path) -> None:
    of = "course" if path.name == "course.yaml" else "lesson"
    line = path.read_text("utf-8").splitlines()[0]
    assert line.startswith("# yaml-language-server: $schema=")
    beside = path.parent / line.partition("$schema=")[2]
    told = f"it is not up to date: tutor schema {of} > {beside.name}"
    assert beside.read_text("utf-8") == written(of), told


@pytest.mark.parametrize("of", SCHEMAS)
def test_the_command_prints_it(of: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(of) == 0
    assert json.loads(capsys.readouterr().out) == schema(of)
