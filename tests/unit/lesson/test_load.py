"""Lessons as authors write them, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lesson.samples import HEAD, LESSON, QUESTION, SAMPLES, Complaints, Loader
from tutor.errors import LessonError
from tutor.lesson.build import CHECKS
from tutor.lesson.load import load_lesson
from tutor.lesson.model import KINDS, Choice, Explore, Function, PredictShape, PredictValue, Wrong


def test_a_lesson_of_every_kind_loads(load: Loader) -> None:
    file = load(LESSON)
    assert file.slug == "sums"
    assert file.lesson.lesson == "Reductions"
    assert file.lesson.needs == ("broadcasting", "indexing")
    assert file.lesson.given == "x = torch.arange(1., 36.).reshape(5, 7)\n"
    assert list(dict.fromkeys(q.kind for q in file.lesson.questions)) == list(SAMPLES)
    assert set(SAMPLES) == set(KINDS)


def test_values_have_the_type_of_their_field(load: Loader) -> None:
    questions = {type(q): q for q in load(LESSON).lesson.questions[:-1]}
    function, value, explore = questions[Function], questions[PredictValue], questions[Explore]
    assert isinstance(function, Function) and isinstance(value, PredictValue) and isinstance(explore, Explore)
    assert (function.cases, value.tolerance) == (10, 0.001)
    assert explore.show == ("x", "x.T")
    assert value.wrong == (Wrong(answer="[1, 0]", feedback="That is a list."),)
    shape = questions[PredictShape]
    assert shape.wrong[1].answer == "(5, 1)"
    assert shape.hints == ("Which size goes?",)


def test_pages_get_an_id_from_their_first_words(load: Loader) -> None:
    pages = "  - read: Before you index, look!\n" * 2 + "  - read: …\n  - explore: Run it.\n    start: x = 1\n"
    ids = [q.id for q in load(HEAD + "questions:\n" + pages).lesson.questions]
    assert ids == ["page-before-you-index-look", "page-before-you-index-look-2", "page-untitled", "page-run-it"]


def test_a_page_does_not_take_an_id_that_is_written(load: Loader) -> None:
    text = HEAD + "questions:\n  - read: Look here\n  - id: page-look-here\n    shape: x\n"
    assert [q.id for q in load(text).lesson.questions] == ["page-look-here-2", "page-look-here"]


def test_every_mistake_of_a_file_is_told_in_one_run(complaints: Complaints) -> None:
    text = """format: 1
lesson: T
gaol: G
neds: [a]
questions:
  - id: a
    shape: x[0
    hnt: no
  - shpe: x
    id: b
  - id: c
    value: x
    tolerance: many
    because: @ is matmul
  - id: c
    function: f
    solution: y = 1
    inputs: []
  - shape: x
  - read: r
    options: [a, b]
"""
    assert complaints(text) == [
        "3:1: a lesson has no key `gaol`; did you mean `goal`?",
        "4:1: a lesson has no key `neds`; did you mean `needs`?",
        "7:13: this is not Python: '[' was never closed.",
        "8:5: a `shape` question has no key `hnt`; did you mean `hints`?",
        "9:5: there is no kind `shpe`; did you mean `shape`?",
        "13:16: `tolerance` is a number such as 0.01 or 1e-3, not `many`.",
        "14:14: text cannot begin with `@` in YAML; put it in quotes: '@ is matmul'",
        "15:9: the id `c` is taken by the question on line 11.",
        "17:15: the solution of a `function` question must define one with `def`.",
        "18:13: `inputs` needs at least one expression that draws the arguments.",
        "19:5: a graded question needs an `id`, for instance `id: sum-dim-0`; progress is kept under it.",
        "21:5: a `read` question has no key `options`; only `error`, `choice` have it.",
    ]


def test_what_is_missing_is_named(complaints: Complaints) -> None:
    assert complaints("lesson: T\n") == [
        "1:1: a lesson needs the key `format`.",
        "1:1: a lesson needs the key `goal`.",
        "1:1: a lesson needs the key `questions`.",
    ]
    assert complaints(HEAD + "questions:\n  - id: a\n    fix: f\n") == [
        "5:5: a `fix` question needs the key `solution`."
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("hints: one", "7:12: `hints` is a list, not `one`: each item on a line of its own after `- `."),
        ("hints: ", "7:11: `hints` is empty; give it a list: each item on a line of its own after `- `."),
        ("because: ", "7:13: `because` is empty; write it, or take it away."),
        ("wrong: x", "7:12: `wrong` is a list: each entry begins with `- answer:` or `- gives:`."),
        ("wrong: [x]", "7:13: a wrong answer is a table of `key: value` lines; this is `x`."),
        ("vary: x", "7:11: `vary` is a table such as {m: 2..6, d: [0, 1]}, not `x`."),
        ("waive: {}", "7:12: `waive` is a table of what passes and why it may, not an empty table."),
        ("because: {a: 1}\n    because: b", "8:5: `because` is written twice; it stands on line 7 already."),
        ("value: y", "7:5: a question has one kind, this has `shape` and `value`; make it two questions."),
        ("zzz: y", "7:5: a `shape` question has no key `zzz`."),
    ],
)
def test_a_value_of_the_wrong_type(complaints: Complaints, line: str, message: str) -> None:
    assert complaints(f"{QUESTION}    {line}\n") == [message]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("- just text", "5:5: a question is a table such as `shape: x.sum(dim=0)`, not `just text`."),
        ("- id: a", f"5:5: this question has no kind: one of its keys must be {', '.join(KINDS)}."),
        (
            "- {id: a, function: f, solution: 'def f(): 1', inputs: [x], cases: 2.5}",
            "5:70: `cases` is a whole number, not `2.5`.",
        ),
        (
            "- {id: a, write: w, solution: y = 1, check: [shap]}",
            f"5:48: `shap` is none of {', '.join(CHECKS)}; did you mean `shape`?",
        ),
    ],
)
def test_a_question_that_is_none(complaints: Complaints, question: str, message: str) -> None:
    assert complaints(f"{HEAD}questions:\n  {question}\n") == [message]


@pytest.mark.parametrize(
    ("format", "message"),
    [
        ("2", "1:9: this is format 2, and this tutor reads format 1; update it: pip install -U torch-tutor."),
        ("0", "1:9: there is no format 0; write `format: 1`."),
    ],
)
def test_another_format_is_refused_before_anything_else(complaints: Complaints, format: str, message: str) -> None:
    assert complaints(f"format: {format}\nlesson: T\nunheard: of\n") == [message]


def test_a_format_that_is_no_number(complaints: Complaints) -> None:
    assert complaints(QUESTION.replace("format: 1", "format: one")) == ["1:9: `format` is a whole number, not `one`."]


def test_text_in_brackets_is_taken_as_it_stands(load: Loader) -> None:
    text = (
        QUESTION + "    because: [1,  0]\n    ask: {a: [1]}\n    show: [f(1, 2), x[0], (3,)]\n    hints: [[2, 3], b]\n"
    )
    with pytest.raises(LessonError, match="a list of code goes one item per line"):
        load(text)
    question = load(text.replace(", x[0]", "")).lesson.questions[0]
    assert question.because == "[1,  0]"
    assert isinstance(question, PredictShape) and question.ask == "{a: [1]}"
    assert question.show == ("f(1, 2)", "(3,)")
    assert question.hints == ("[2, 3]", "b")


def test_a_comma_within_braces_needs_quotes(complaints: Complaints, load: Loader) -> None:
    wrong = f"{QUESTION}    wrong: [{{answer: (2, 3), feedback: f}}]\n"
    told = complaints(wrong)
    assert told == ["7:22: a comma ends `(2` here, within braces; put the whole of it in quotes."]
    assert load(wrong.replace("(2, 3)", "'(2, 3)'")).lesson.questions[0].wrong[0].answer == "(2, 3)"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.yaml", "there is no such file; check the name."),
        ("", "this is a folder, not a file."),
        ("a\0b.yaml", "the file cannot be read: this is no name of a file."),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(LessonError) as caught:
        load_lesson(tmp_path / name)
    assert [p.message for p in caught.value.problems] == [message]
    assert caught.value.status == 1


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LessonError, match="no permission to read this file"):
        load_lesson(tmp_path / "x.yaml")


def test_right_options_in_brackets_are_split_only_where_no_bracket_is_open(load: Loader) -> None:
    question = "  - {id: q, choice: Which?, options: ['x[[0, 1]]', x, y], answer: ['x[[0, 1]]', x]}\n"
    found = load(HEAD + "questions:\n" + question).lesson.questions[0]
    assert isinstance(found, Choice) and found.right == ("x[[0, 1]]", "x")
