"""The wrong programs tried on a question: only what an answer to it could be."""

from __future__ import annotations

from tutor.author.mutate import Mutant, mutants
from tutor.lesson.model import Code, Fill, Fix, Function, Order, Write
from tutor.sandbox.protocol import Observation, Outcome

NOTHING = Outcome(status="ok")


def shown(question: Code, reference: Outcome = NOTHING) -> dict[str, list[str]]:
    """What is tried, by the kind of mistake."""
    found: dict[str, list[str]] = {}
    for mutant in mutants(question, reference):
        found.setdefault(mutant.name, []).append(mutant.shown)
    return found


def test_a_solution_is_changed_in_one_place_after_the_other() -> None:
    found = shown(Write(write="Average.", solution="m = x.mean(dim=1, keepdim=True)"))
    assert "`m = x.mean(dim=0, keepdim=True)`" in found["other-dim"]
    assert "`m = x.mean(dim=1)`" in found["drop-keepdim"]
    assert {"zeros", "detach", "other-dtype", "fewer-dims"} <= found.keys()


def test_only_the_gap_of_a_fill_is_changed() -> None:
    question = Fill(fill="Average.", start="m = x.mean(dim=____)\nn = m.sum(dim=0)", solution="1")
    found = mutants(question, NOTHING)
    assert found
    assert all(m.code.startswith("m = x.mean(dim=") and m.code.endswith("\nn = m.sum(dim=0)") for m in found)


def test_the_gap_may_be_any_part_of_the_code() -> None:
    word = mutants(Fill(fill="Add up.", start="s = x.____(dim=0)", solution="sum"), NOTHING)
    assert all(m.code.endswith("(dim=0)") for m in word)
    assert any(m.code == "s = x.mean(dim=0)" for m in word)


def test_lines_are_left_out_and_exchanged_for_those_that_do_not_belong() -> None:
    found = mutants(Order(order="Go.", solution="a = 1\nb = a + 1", distractors=("b = a - 1",)), NOTHING)
    assert [(m.name, m.code) for m in found] == [
        ("drop-line", "b = a + 1"),
        ("drop-line", "a = 1"),
        ("distractor", "b = a - 1\nb = a + 1"),
        ("distractor", "a = 1\nb = a - 1"),
    ]


def test_a_function_that_gives_the_first_result_again_is_tried() -> None:
    solution = "def f(v):\n    return v * 2"
    (constant,) = [m for m in mutants(Function(function="f", solution=solution, inputs=("x",)), NOTHING) if
                   m.name == "constant"]  # fmt: skip
    names: dict[str, object] = {}
    exec(constant.code, names)
    function = names["f"]
    assert callable(function)
    assert [function(3), function(5)] == [6, 6]


def test_one_number_may_be_typed_in_and_many_may_not() -> None:
    question = Write(write="Mean.", solution="m = x.mean()")
    one = Observation(kind="tensor", shape=(), dtype="float32", values=3.5)
    many = Observation(kind="tensor", shape=(2,), dtype="float32", values=[3.5, 1.0])
    assert shown(question, Outcome(status="ok", observed={"m": one}))["constant"] == [
        "`m = torch.tensor(3.5, dtype=torch.float32)`"
    ]
    assert "constant" not in shown(question, Outcome(status="ok", observed={"m": many}))


def test_no_program_is_tried_twice() -> None:
    codes = [m.code for m in mutants(Fix(fix="Go.", start="y = 1", solution="y = x.T @ x"), NOTHING)]
    assert len(codes) == len(set(codes)) and "y = x.T @ x" not in codes
    assert all(isinstance(m, Mutant) for m in mutants(Write(write="w", solution=""), NOTHING))
