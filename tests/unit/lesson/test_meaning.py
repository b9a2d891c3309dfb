"""Lessons that are well formed and make no sense."""

from __future__ import annotations

import pytest

from tests.unit.lesson.samples import HEAD, QUESTION, SAMPLES, Complaints, Loader

CHOICE = "  - id: c\n    choice: Which?\n    options: [rows, columns]\n    answer: rows\n"
FUNCTION = "  - id: f\n    function: F.\n    solution: |\n      def f(a):\n          return a\n    inputs: [a]\n"


def lesson(question: str) -> str:
    return f"{HEAD}questions:\n{question}"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (CHOICE.replace("answer: rows", "answer: row"), "8:13: `row` is none of the options; did you mean `rows`?"),
        (CHOICE.replace("answer: rows", "answer: no"), "8:13: `no` is none of the options."),
        (CHOICE.replace(", columns", ""), "7:14: there must be two options at least."),
        (CHOICE.replace("columns", "rows"), "7:21: the option `rows` is there twice."),
        (CHOICE + "    true_if: x > 1\n", "9:14: `true_if` says OPTION where each option is to stand."),
        (
            CHOICE + "    wrong:\n      - {answer: colums, feedback: f}\n",
            "10:18: `colums` is none of the options; did you mean `columns`?",
        ),
        (CHOICE + "    wrong:\n      - {answer: rows, feedback: f}\n", "10:18: this is the right answer."),
        (
            CHOICE + "    wrong:\n      - {gives: x, feedback: f}\n",
            "10:17: `gives` is for predictions; in a `choice` question write `answer`.",
        ),
        (
            SAMPLES["error"][1:].replace("raises: RuntimeError", "raises: an error"),
            "11:13: `raises` is the type of an exception, such as RuntimeError, not `an error`.",
        ),
        (
            SAMPLES["fill"][1:].replace("____", "1"),
            "7:12: the code to fill has exactly one gap, `____`; this has 0.",
        ),
        (
            SAMPLES["fill"][1:].replace("x.mean", "____.mean"),
            "7:12: the code to fill has exactly one gap, `____`; this has 2.",
        ),
        (
            "  - {id: f, fill: F., solution: x}\n",
            "5:5: a `fill` question needs the key `start`: code with one gap, `____`.",
        ),
        (
            "  - {id: f, fix: F., solution: x = 1}\n",
            "5:5: a `fix` question needs the key `start`: the program that is wrong.",
        ),
        (
            FUNCTION.replace("def f(a):\n          return a", "f = 1"),
            "7:15: the solution of a `function` question must define one with `def`.",
        ),
        (FUNCTION.replace("[a]", "[]"), "10:13: `inputs` needs at least one expression that draws the arguments."),
        (FUNCTION + "    cases: 0\n", "11:12: `cases` is a number from 1 to 200, not 0."),
        (
            "  - {id: o, order: O., solution: x = 1}\n",
            "5:34: there must be two lines at least to put in order.",
        ),
        (
            SAMPLES["order"][1:].replace("- s = e / e.sum(dim=1)", "-  e = x.exp()"),
            "11:10: `e = x.exp()` is a line of the solution too.",
        ),
        (
            "  - read: r\n    wrong:\n      - {answer: x, feedback: f}\n",
            "7:7: nothing is judged in a `read` question, so no answer can be wrong.",
        ),
    ],
)
def test_a_question_must_make_sense(complaints: Complaints, question: str, told: str) -> None:
    assert complaints(lesson(question)) == [told]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            "{feedback: f}",
            "8:9: a wrong answer has either `answer`, as a learner types it, or `gives`, code that makes it.",
        ),
        (
            "{answer: a, gives: b, feedback: f}",
            "8:9: a wrong answer has either `answer`, as a learner types it, or `gives`, code that makes it.",
        ),
        ("{answer: a}", "8:9: a wrong answer needs the key `feedback`."),
        ("{gives: 'x =', feedback: f}", "8:17: this is not Python: invalid syntax."),
        ("{gives: y = x, feedback: f}", "8:17: the last line must be an expression, not a statement."),
    ],
)
def test_a_wrong_answer_must_make_sense(complaints: Complaints, wrong: str, told: str) -> None:
    assert complaints(f"{QUESTION}    wrong:\n      - {wrong}\n") == [told]


def test_a_wrong_answer_is_listed_once(complaints: Complaints) -> None:
    wrong = "      - {answer: (5), feedback: f}\n"
    assert complaints(f"{QUESTION}    wrong:\n{wrong}{wrong}") == [
        "9:9: this wrong answer is listed already, as number 1."
    ]


@pytest.mark.parametrize("name", ["Sum", "sum_1", "a" * 65, "é", "a b"])
def test_ids_are_short_and_plain(complaints: Complaints, name: str) -> None:
    told = f"5:9: the id `{name}` must be 1 to 64 of a-z, 0-9 and `-`."
    assert complaints(QUESTION.replace("total", name)) == [told]


def test_needs_are_slugs(complaints: Complaints) -> None:
    told = complaints(QUESTION.replace("goal: Add.", "goal: Add.\nneeds: [indexing, 08 Sums]"))
    assert told == ["4:19: `08 Sums` is no slug; the lesson in 08-reductions.yaml is `reductions`."]


def test_code_is_placed_by_its_own_line(complaints: Complaints) -> None:
    text = """format: 1
lesson: T
goal: G
given: |
  # what every question has

  x = torch.ones(2)
  y = (x
questions:
  - id: a
    given: y = = 2
    shape: |
        y = x
        y.sum() )
    show:
      - x
      - "x y"
      - x = 2
  - id: b
    write: W.
    start: >
      a = 1
      b = 2
    solution: a = 1 b = 2
    observe: [x, y z]
"""
    told = complaints(text)
    assert [line.split(" ")[0] for line in told] == [
        "8:7:", "11:16:", "14:17:", "17:9:", "18:9:", "21:12:", "24:21:", "25:20:"
    ]  # fmt: skip
    assert told[4] == "18:9: one expression is expected, not a statement."
    assert told[5].endswith("; YAML joins these lines, write code after `|`.")
    assert told[6].endswith("; YAML joins these lines, write code after `|`.")


def test_code_in_a_block_of_stated_indent(complaints: Complaints) -> None:
    told = complaints(QUESTION.replace("x.sum()", "|2\n      x\n      y z"))
    assert [line.split(" ")[0] for line in told] == ["8:9:"]


def test_a_prediction_ends_in_an_expression(complaints: Complaints) -> None:
    told = complaints(QUESTION.replace("x.sum()", "|\n      y = x\n      z = y"))
    assert told == ["8:7: the last line must be an expression, not a statement."]


def test_code_that_is_wrong_on_purpose_may_be_no_python(load: Loader) -> None:
    fix = SAMPLES["fix"].replace("y = x / x.sum(dim=1)\n", "y = x / x.sum(dim=1\n", 1)
    error = SAMPLES["error"].replace("torch.arange(3).mean()", "x = = 1").replace("RuntimeError", "SyntaxError")
    assert len(load(lesson(fix[1:] + error[1:])).lesson.questions) == 2


def test_code_said_to_raise_at_run_time_is_python(complaints: Complaints) -> None:
    assert len(complaints(lesson(SAMPLES["error"][1:].replace("torch.arange(3)", "(")))) == 1


def test_warnings_of_the_compiler_are_no_errors(load: Loader) -> None:
    assert load(QUESTION.replace("x.sum()", "|-\n      '\\d' is x")).lesson.questions[0].task == "'\\d' is x"


@pytest.mark.parametrize("code", ["(" * 500, "-" * 50000 + "1", "x" + ".a" * 20000])
def test_code_nested_without_end_is_refused(complaints: Complaints, code: str) -> None:
    (told,) = complaints(QUESTION.replace("x.sum()", code))
    assert "this is not Python" in told


@pytest.mark.parametrize(
    ("vary", "told"),
    [
        ("{m: 6..2}", "7:15: the range 6..2 is empty; write the smaller number first."),
        ("{m: 2-6}", "7:15: `2-6` is neither a range such as 2..6 nor a list such as [0, 1]."),
        ("{m: []}", "7:15: `m` has no values."),
        (
            "{m: [mean]}",
            "7:15: `mean` is no literal such as 3, True, (2, 3) or torch.float32; words go in quotes of their own.",
        ),
        ("{for: 1..2}", "7:17: `for` cannot be a name in Python."),
        ("{differ: [m, n]}", None),
        ("{m: 1..2, differ: [m]}", "7:29: `differ` is a list of two or more parameters, such as [m, n]."),
        ("{m: 1..2, differ: [m, n]}", "7:29: `differ` names `n`, which is no parameter of this question."),
        ("{m: 1..2, differ: [m, m]}", "7:29: `differ` names a parameter twice."),
        (
            "{m: 1..2, n: 1..2, k: [1, 2], differ: [m, n, k]}",
            "7:49: m, n, k can never all differ; give them more values.",
        ),
        ("{}", "7:11: `vary` is a table such as {m: 2..6, d: [0, 1]}, not an empty table."),
    ],
)
def test_a_family_must_have_members(complaints: Complaints, vary: str, told: str | None) -> None:
    found = complaints(f"{QUESTION}    vary: {vary}\n")
    assert found == [told] if told else len(found) == 3


def test_a_parameter_cannot_be_assigned(complaints: Complaints) -> None:
    text = QUESTION + "    vary: {x: 1..2}\n    given: |\n      x = 2\n      f = lambda x: x\n"
    assert complaints(text) == ["8:12: `x` is a parameter of `vary`, so the code cannot assign it."]
