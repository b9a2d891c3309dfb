"""Which wrong answers say the same, and which do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.lesson.load import load_lesson
from tutor.lesson.model import Question
from tutor.report.alike import key

KINDS = """\
format: 1
lesson: Kinds
goal: All.
given: x = torch.ones(2, 3)
questions:
  - {id: shape, shape: x}
  - {id: value, value: x}
  - {id: dtype, dtype: x}
  - {id: truth, requires_grad: x}
  - {id: fails, fails: x.sum()}
  - {id: prints, prints: print(1)}
  - {id: write, write: Do., solution: y = x}
  - id: choice
    choice: Which?
    options: [the rows, the columns]
    answer: the rows
"""


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Question]:
    path = tmp_path_factory.mktemp("kinds") / "01-kinds.yaml"
    Path(path).write_text(KINDS, "utf-8")
    return {question.kind: question for question in load_lesson(path).lesson.questions}


ALIKE = {
    "shape": [("(3,)", "3", "[3]", "torch.Size([3])"), ("(2, 3)", "2x3", "2 3"), ("error", "it fails")],
    "value": [("3", "3.0", "tensor(3.)"), ("[1, 2]", "tensor([1., 2.])", "1 2"), ("True",)],
    "dtype": [("float32", "torch.float", "torch.float32"), ("int64", "long")],
    "requires_grad": [("yes", "True"), ("no", "n")],
    "fails": [("3", "line 3"), ("none", "it runs")],
    "prints": [("1 2\n3", "1  2 \n\n3"), ("12",)],
    "choice": [("b", "2", "the columns", "The Columns"), ("a", "the rows")],
    "write": [
        ("y = x.sum(0)", "y=x.sum(dim=0)", "y = torch.sum(x, 0)", "y = torch.sum(x, dim=0)  # so", "y = x.sum(axis=0)"),
        ("y = x @ x.t()", "y = x.matmul(x.t())", "y = (x @ torch.t(x))"),
        ("y = x.sum(1)",),
        ("y = x.mean(0)",),
        ("y = x.mean(0, keepdim=True)", "y = torch.mean(x, keepdims=True, dim=0)"),
        ("z = x.sum(0)",),
        ("y = 'a'", 'y = "a"'),
        ("y = 1.50", "y = 1.5"),
        ("def f(a):\n    s = a.sum()\n    return s", "def f(t):\n  '''Sum.'''\n  out = t.sum()\n  return out"),
        ("def f(a, b):\n    return a - b", "def f(u: int, v) -> int:\n    return u - v"),
        ("def f(a, b):\n    return b - a",),
        ("def f(a):\n    return a.sum() + y",),
        ("f = lambda a: a + 1", "f = lambda b: b+1"),
        ("y = x.max(1)", "y = x.max(dim=1)"),
        ("y = (", "y  =  ("),
    ],
}


@pytest.mark.parametrize("kind", ALIKE)
def test_spellings_of_one_answer_share_a_key_and_no_other_does(questions: dict[str, Question], kind: str) -> None:
    keys = [{key(questions[kind], text) for text in group} for group in ALIKE[kind]]
    assert [len(found) for found in keys] == [1] * len(keys)
    assert len(set.union(*keys)) == len(keys)


def test_without_the_question_values_and_code_are_told_apart_all_the_same() -> None:
    assert key(None, "(3,)") == key(None, "[3.]") != key(None, "3")
    assert key(None, "y = x.sum(0)") == key(None, "y = x.sum(dim = 0)") != key(None, "y = x.sum(1)")
    assert key(None, "float32") == key(None, " float32 ")


@given(st.text(max_size=200), st.sampled_from(["shape", "value", "dtype", "fails", "prints", "write", "choice"]))
def test_any_text_has_a_key(questions: dict[str, Question], text: str, kind: str) -> None:
    assert key(questions[kind], text) == key(questions[kind], text)
    assert key(None, text)


@pytest.mark.parametrize("text", ["(" * 300 + ")" * 300, "x" * 100_000, "y = " + "-" * 3000 + "1", "\x00", "0" * 3000])
def test_odd_code_has_a_key(questions: dict[str, Question], text: str) -> None:
    assert key(questions["write"], text) and key(None, text) and key(questions["value"], text)
