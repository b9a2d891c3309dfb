"""Answers to grade without a screen, from YAML or JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor.errors import LessonError
from tutor.lesson.load import load_answers


def answers(folder: Path, text: str, name: str = "a.yaml") -> dict[str, str]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_answers(path)


def told(folder: Path, text: str, name: str = "a.yaml") -> list[str]:
    with pytest.raises(LessonError) as caught:
        answers(folder, text, name)
    return [f"{p.line}:{p.column}: {p.message}" for p in caught.value.problems]


def test_yaml_answers_are_text(tmp_path: Path) -> None:
    text = "shape: (7,)\nlist: [1, 0]\ntruth: yes\nnumber: 010\ncode: |\n  a = 1\n  b = a\n"
    read = {"shape": "(7,)", "list": "[1, 0]", "truth": "yes", "number": "010", "code": "a = 1\nb = a\n"}
    assert answers(tmp_path, text) == read


def test_yaml_answers_may_be_a_list(tmp_path: Path) -> None:
    text = '- {question: a, answer: "(7,)"}\n- question: b\n  answer: x\n'
    assert answers(tmp_path, text) == {"a": "(7,)", "b": "x"}


def test_json_answers_are_spelled_as_python(tmp_path: Path) -> None:
    found = {"a": "(7,)", "b": [1, [2.5, True]], "c": 3, "d": False, "e": "x\ny 😀"}
    read = {"a": "(7,)", "b": "[1, [2.5, True]]", "c": "3", "d": "False", "e": "x\ny 😀"}
    assert answers(tmp_path, json.dumps(found), "a.json") == read
    listed = [{"question": name, "answer": value} for name, value in found.items()]
    assert answers(tmp_path, json.dumps(listed, indent=1), "a.JSON") == read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "2:1: `a` is written twice; it stands on line 1 already."),
        ("a: !x\n", "1:4: `!` makes this a tag of YAML, which lessons do not use; put it in quotes: '!x'"),
        ("a:\n", "1:3: `a` is empty; write it, or take it away."),
        ("a:\n  b: c\n", "2:3: `a` is text; the colon makes this a key and its value; put it in quotes: 'b: c'"),
        ("- a\n", "1:3: each entry of a list of answers has the keys `question` and `answer`."),
        ("hello\n", "1:1: answers are lines such as `sum-dim-0: (7,)`: a question's id and the answer to it."),
        (
            "- {question: a, answer: b}\n- {question: a, answer: c}\n",
            "2:3: `a` is answered twice.",
        ),
    ],
)
def test_yaml_answers_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    assert told(tmp_path, text) == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n "a": 2}', "1:2: `a` is answered twice."),
        ('{"a": 1,\n "b": null}', "2:2: `b` needs an answer: a text, a number, true, false or a list."),
        ('{"a": 1,\n "b": {"c": 1}}', "2:2: `b` needs an answer: a text, a number, true, false or a list."),
        ('{"a": 1,\n}', None),
        ("3", '1:1: answers are {"question id": "answer"}, or a list of {"question": ..., "answer": ...}.'),
        ("[" * 100_000, "1:1: this is not JSON that can be read."),
        ('[{"answer": 1}]', "1:1: `None` needs an answer: a text, a number, true, false or a list."),
    ],
)
def test_json_answers_that_are_none(tmp_path: Path, text: str, message: str | None) -> None:
    found = told(tmp_path, text, "a.json")
    assert len(found) == 1
    assert found[0] == message if message else "this is not JSON" in found[0]


def test_control_characters_and_foreign_line_ends_spoil_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text('{"a": "x = 1\\r\\ny = 2", "b": "\\u001b[31m(7,)"}')
    assert load_answers(path) == {"a": "x = 1\ny = 2", "b": "(7,)"}


def test_lines_may_be_given_after_dashes(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("a:\n  - x = 1\n  - y = x\nb: [1, 0]\n")
    assert load_answers(path) == {"a": "x = 1\ny = x", "b": "[1, 0]"}
