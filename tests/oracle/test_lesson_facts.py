"""What the lessons teach, held against torch: every answer, wrong answer, option and claim in their pages.

The expected answers are typed here by hand, from the syllabus; the lessons themselves hold none that torch can compute.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from tests.oracle.lesson_text import FILES, KINDS, PREDICTIONS, PROGRAMS, as_answer, executed, kind, last

SYLLABUS: dict[str, dict[str, Any]] = {
    "08-reductions.yaml": {
        "explore-sums": None,
        "sum-dim-0": (7,),
        "sum-dim-0-values": [75.0, 80.0, 85.0],
        "sum-keepdim": (5, 1),
        "mean-two-dims": (3,),
        "sum-everything": (),
        "quiz-row-average": (2,),
        "quiz-column-average": "x.mean(dim=0)",
        "mean-of-integers": "RuntimeError",
        "std-of-three": 1.0,
        "argmax-rows": [1, 0],
        "max-is-a-pair": "TypeError",
        "normalise-rows": None,
        "softmax-by-hand": None,
        "dim-out-of-range": "IndexError",
        "column-ranges": None,
    },
    "09-indexing.yaml": {
        "explore-indices": None,
        "first-matrix": (2, 2),
        "first-rows-shape": (3, 2),
        "first-rows-values": [[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]],
        "top-left-values": [1.0, 5.0, 9.0],
        "column-of-slice": [3, 6, 9],
        "brackets-twice": [7, 8, 9],
        "list-of-rows": (3, 3),
        "paired-lists": [2, 8],
        "last-row": [13, 14, 15],
        "dots": (3, 2),
        "row-out-of-range": "IndexError",
        "too-many-indices": "IndexError",
        "negative-step": "ValueError",
        "keep-with-slice": "x[:, 0:1]",
        "fill-slice-end": "4",
        "corners": None,
    },
}
"""Every step of the syllabus in its order, and its answer where it has one that can be typed."""

ADDED: dict[str, dict[str, Any]] = {
    "08-reductions.yaml": {"argmax-dtype": "int64"},
    "09-indexing.yaml": {"write-to-a-view": [[0, 0], [11, 12]], "write-to-a-copy": [1, 2, 3], "all-colons": False},
}
"""Questions beyond the syllabus, for corrections that it asks to teach."""

WRONG: dict[str, list[Any]] = {
    "sum-dim-0": [(5,)],
    "sum-dim-0-values": [[28, 77, 126]],
    "sum-keepdim": [(5,), (1, 7)],
    "mean-two-dims": [(2, 4)],
    "sum-everything": [(1,)],
    "quiz-row-average": [(3,)],
    "std-of-three": [0.816],
    "argmax-rows": [[9, 7], [1, 0, 1]],
    "first-matrix": [(3, 2), (1, 2, 2)],
    "first-rows-shape": [(2, 2), (3, 1, 2)],
    "first-rows-values": [[[1, 3], [5, 7], [9, 11]]],
    "top-left-values": [[1, 2, 3]],
    "column-of-slice": [[7, 8, 9], [3, 6, 9, 12]],
    "brackets-twice": [[3, 6, 9]],
    "list-of-rows": [(3,)],
    "paired-lists": [[[2, 2], [8, 8]]],
    "last-row": [[3, 6, 9, 12, 15]],
    "dots": [(2, 2)],
}
"""Wrong answers that the syllabus lists; each must be met with words of its own."""


def cases(*kinds: str) -> list[Any]:
    """Every question of these kinds in the two lessons, with the lesson's given in front of its own."""
    return [
        pytest.param({**question, "setup": data.get("given", "") + "\n" + question.get("given", "")}, id=question["id"])
        for name, data in FILES.items()
        if name in SYLLABUS
        for question in data["questions"]
        if kind(question) in kinds
    ]


def typed(what: str, text: str) -> Any:
    return text if what == "dtype" else ast.literal_eval(text)


def wrong_answers(question: dict[str, Any], setup: str) -> list[Any]:
    what = kind(question)
    return [
        as_answer(what, last(w["gives"], setup)) if "gives" in w else typed(what, w["answer"])
        for w in question["wrong"]
    ]


@pytest.mark.parametrize("name", SYLLABUS)
def test_every_step_of_the_syllabus_is_there_in_order(name: str) -> None:
    ids = [question["id"] for question in FILES[name]["questions"]]
    assert [i for i in ids if i in SYLLABUS[name]] == list(SYLLABUS[name])
    assert len(ids) == len(set(ids))
    kinds = {kind(question) for question in FILES[name]["questions"]}
    assert {"read", "explore", "shape", "value", "error", "choice", "write", "function"} <= kinds


@pytest.mark.parametrize("question", cases(*PREDICTIONS))
def test_predictions(question: dict[str, Any]) -> None:
    what, name = kind(question), question["id"]
    expected = {key: answer for known in (SYLLABUS, ADDED) for facts in known.values() for key, answer in facts.items()}
    right = as_answer(what, last(question[what], question["setup"]))
    assert right == expected[name]
    wrong = wrong_answers(question, question["setup"])
    assert right not in wrong
    assert all(wrong.count(answer) == 1 for answer in wrong), "two beliefs for one answer: the second is never told"
    assert all(answer in wrong for answer in WRONG.get(name, []))


@pytest.mark.parametrize("question", cases("error"))
def test_errors(question: dict[str, Any]) -> None:
    expected = next(facts[question["id"]] for facts in SYLLABUS.values() if question["id"] in facts)
    with pytest.raises(Exception) as caught:
        executed(question["setup"], question["error"])
    assert type(caught.value).__name__ == question["raises"] == expected


@pytest.mark.parametrize("question", cases("error", "choice"))
def test_each_wrong_option_has_its_own_feedback(question: dict[str, Any]) -> None:
    others = [option for option in question["options"] if option != question["answer"]]
    assert sorted(w["answer"] for w in question["wrong"]) == sorted(others)
    assert len(others) == len(question["options"]) - 1 == len(set(others))


@pytest.mark.parametrize("question", cases("choice"))
def test_only_the_right_option_is_true(question: dict[str, Any]) -> None:
    def holds(option: str) -> bool:
        try:
            return bool(last(question["true_if"].replace("OPTION", option), question["setup"]))
        except IndexError:
            return False

    expected = next(facts[question["id"]] for facts in SYLLABUS.values() if question["id"] in facts)
    assert [option for option in question["options"] if holds(option)] == [question["answer"]] == [expected]


def program(question: dict[str, Any], answer: str) -> str:
    return str(question["start"]).replace("____", answer) if kind(question) == "fill" else answer


def results(question: dict[str, Any], answer: str) -> list[Any]:
    """What an answer makes: the observed names, or the function's results; an exception stands for itself."""
    code, setup = program(question, answer), question["setup"]
    try:
        if kind(question) == "function":
            return list(calls(question, code))
        names = executed(setup, code)
        return [names[name] for name in question.get("observe") or observed(question)]
    except Exception as failure:  # noqa: BLE001  any failure of a wrong answer is a result to compare
        return [type(failure)]


def calls(question: dict[str, Any], code: str) -> Iterator[Any]:
    function = ast.parse(code).body[-1].name  # type: ignore[attr-defined]
    for case in range(int(question["cases"])):
        names = executed(question["setup"], code, seed=case)
        argument = eval(question["inputs"][case % len(question["inputs"])], names)
        yield names[function](argument)


def observed(question: dict[str, Any]) -> list[str]:
    tree = ast.parse(program(question, question["solution"]))
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def alike(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(
        a.shape == b.shape and a.dtype == b.dtype and torch.allclose(a, b, equal_nan=True)
        if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor)
        else a is b
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("question", cases(*PROGRAMS))
def test_programs(question: dict[str, Any]) -> None:
    right = results(question, question["solution"])
    assert all(isinstance(value, torch.Tensor) for value in right), right
    wrong = [results(question, w["answer"]) for w in question["wrong"]]
    assert len(wrong) >= 2
    assert not any(alike(right, other) for other in wrong)
    ran = [other for other in wrong if not isinstance(other[0], type)]
    assert not any(alike(a, b) for n, a in enumerate(ran) for b in ran[:n]), "two beliefs, one result"
    if "start" in question:
        assert not alike(right, results(question, question["start"]))


def test_other_ways_are_right_too() -> None:
    """The questions ask for meaning: an answer that does the same another way makes the same."""
    by_id = {case.values[0]["id"]: case.values[0] for case in cases(*PROGRAMS)}
    others = {
        "write-row-average": "row_avg = data.sum(1) / 7",
        "normalise-rows": "z = (data - data.mean(1)[:, None]) / data.std(1).unsqueeze(-1)",
        "softmax-by-hand": "p = torch.softmax(x, dim=-1)",
        "column-ranges": "def f(m):\n    return m.max(dim=0).values - m.min(dim=0).values",
        "write-rows-in-order": "rows = matr[::2].flip(0)",
        "fill-slice-end": "-1",
        "corners": "def f(m):\n    return torch.stack([m[0, [0, -1]], m[-1, [0, -1]]])",
    }
    assert set(others) == set(by_id)
    for name, answer in others.items():
        assert alike(results(by_id[name], by_id[name]["solution"]), results(by_id[name], answer)), name


def test_the_functions_are_tried_on_the_edges() -> None:
    by_id = {case.values[0]["id"]: case.values[0] for case in cases("function")}
    drawn = {name: [last(draw) for draw in question["inputs"]] for name, question in by_id.items()}
    for name, inputs in drawn.items():
        assert {torch.int64, torch.float32} <= {m.dtype for m in inputs}, name
        assert any(m.shape[0] == 1 for m in inputs), name
    assert any(m.shape[1] == 1 and m.shape[0] > 1 for m in drawn["corners"])


@pytest.mark.parametrize("question", cases("explore"))
def test_explorations_run_and_every_shown_value_exists(question: dict[str, Any]) -> None:
    executed(question["setup"], question["start"])


@pytest.mark.parametrize("question", cases(*KINDS))
def test_every_shown_value_is_a_small_tensor(question: dict[str, Any]) -> None:
    shown = question.get("show", [])
    for expression in [shown] if isinstance(shown, str) else shown:
        value = last(expression, question["setup"])
        assert isinstance(value, torch.Tensor)
        assert value.numel() <= 35


SHAPE = re.compile(r"(?:.*-> )?(\((?:\d+,? ?)+\))$")
LISTED = re.compile(r".*: ((?:\d+, )+\d+)$")


def test_tables_in_pages_are_true() -> None:
    """Each indented line of a page that names a shape or lists numbers: `t[1]    (5, 6)`."""
    checked = 0
    for page in [case.values[0] for case in cases("read")]:
        for line in re.findall(r"^  \S.*$", page["read"], re.M):
            code, claim, *_ = re.split(r"\s{2,}", line.strip())
            shape, listed = SHAPE.match(claim), LISTED.match(claim)
            if shape:
                assert tuple(last(code, page["setup"]).shape) == ast.literal_eval(shape[1]), line
            elif listed:
                assert last(code, page["setup"]).tolist() == list(ast.literal_eval(listed[1])), line
            checked += bool(shape or listed)
    assert checked == 8, "a table in a page is no longer read by this test"


DATA, X = FILES["08-reductions.yaml"]["given"], FILES["09-indexing.yaml"]["given"]

CLAIMS = {
    "dim=0 gives one result per column": ("data.sum(dim=0)", DATA, [75.0, 80, 85, 90, 95, 100, 105]),
    "dim=1 gives one per row": ("data.sum(dim=1)", DATA, [28.0, 77, 126, 175, 224]),
    "no dim gives everything": ("data.sum()", DATA, 630.0),
    "std divides by n - 1": ("torch.tensor([1., 5., 9.]).std()", "", 4.0),
    "correction=0 divides by n": ("round(torch.tensor([1., 5., 9.]).std(correction=0).item(), 2)", "", 3.27),
    "NumPy divides by n": ("round(float(torch.tensor([1., 5., 9.]).numpy().std()), 2)", "", 3.27),
    "floats have a mean": ("torch.tensor([[1, 2], [3, 4]]).float().mean(dim=1)", "", [1.5, 3.5]),
    "sum takes whole numbers": ("torch.tensor([[1, 2], [3, 4]]).sum(dim=1)", "", [3, 7]),
    "max takes any dtype": ("torch.tensor([1., 2.]).max()", "", 2.0),
    "everything starts on the CPU": ("torch.ones(1).device.type", "", "cpu"),
    "a slice of length one keeps": ("list(x[:, 0:1].shape)", X, [3, 1, 2]),
    "a list keeps": ("list(x[:, [0, 1]].shape)", X, [3, 2, 2]),
    "a number is a view": ("y = x[0]\ny[0, 0] = 99.\nx[0, 0, 0]", X, 99.0),
    "a slice is a view": ("y = matr[1:3]\ny[0, 0] = 99\nmatr[1, 0]", X, 99),
    "dots are a view": ("y = x[..., 0]\ny[0, 0] = 99.\nx[0, 0, 0]", X, 99.0),
    "a list copies": ("y = matr[[1]]\ny[0, 0] = 99\nmatr[1, 0]", X, 4),
    "an index tensor copies": ("y = matr[torch.tensor([1])]\ny[0, 0] = 99\nmatr[1, 0]", X, 4),
    "a mask copies": ("y = matr[matr > 0]\ny[0] = 99\nmatr[0, 0]", X, 1),
    "all colons are another object": ("matr[:, :] is matr", X, False),
    "all colons share the memory": ("matr[:, :].data_ptr() == matr.data_ptr()", X, True),
    "a list may repeat": ("matr[[3, 1, 1]]", X, [[10, 11, 12], [4, 5, 6], [4, 5, 6]]),
    "two lists are paired": ("matr[[1, 3], [0, 2]]", X, [4, 12]),
    "a block by two brackets": ("matr[[1, 3]][:, [0, 2]]", X, [[4, 6], [10, 12]]),
    "a block by a column of rows": ("matr[[[1], [3]], [0, 2]]", X, [[4, 6], [10, 12]]),
    "a positive step": ("torch.arange(5)[0:5:2]", "", [0, 2, 4]),
    "a step alone": ("torch.arange(5)[::2]", "", [0, 2, 4]),
    "flip turns round": ("torch.arange(5).flip(0)", "", [4, 3, 2, 1, 0]),
    "one list for three rows": ("matr[[0, 1, 2]]", X, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
    "a large exponent overflows": ("torch.tensor(1000.).exp()", "", float("inf")),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims_made_in_prose(claim: str) -> None:
    code, setup, expected = CLAIMS[claim]
    assert as_answer("value", last(code, setup)) == expected
