"""The schema takes what the loader takes, and refuses what an editor should underline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.unit.lesson.samples import HEAD, LESSON, SAMPLES
from tutor import paths
from tutor.author.schema import schema
from tutor.commands.schema import run
from tutor.lesson.model import KINDS


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """For the schema, which must itself be one."""
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def lesson(question: str) -> Any:
    return yaml.safe_load(f"{HEAD}questions:\n{question}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_valid(validator: jsonschema.Draft202012Validator, kind: str) -> None:
    assert list(validator.iter_errors(lesson(SAMPLES[kind]))) == []


def test_whole_lessons_are_valid(validator: jsonschema.Draft202012Validator) -> None:
    files = sorted(paths.shipped_course().glob("*-*.yaml")) + sorted(paths.shipped_course().glob("drills/*.yaml"))
    assert files
    for text in [LESSON, *(file.read_text(encoding="utf-8") for file in files)]:
        assert list(validator.iter_errors(yaml.safe_load(text))) == []


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


def test_every_kind_is_described() -> None:
    kinds = schema()["$defs"]
    for name, kind in KINDS.items():
        assert kinds[kind.__name__]["properties"][name]["description"]
    assert kinds["Fill"]["properties"]["hints"]["description"].startswith("From a nudge")


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run() == 0
    assert json.loads(capsys.readouterr().out) == schema()
