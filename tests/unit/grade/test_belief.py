"""Mutants of an expression: the ones each rule of torch is for, and what holds of all of them."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.grade import predict
from tutor.grade.belief.mutate import MOST, mutants
from tutor.lesson.model import PredictShape, PredictShares, PredictValue, Wrong
from tutor.sandbox.protocol import Failure, Observation, Outcome

RULES = [
    ("reduce", "shape", "x.mean(dim=0)", "x.mean(dim=1)", "one that goes"),
    ("reduce", "shape", "x.sum(dim=1, keepdim=True)", "x.sum(dim=1)", "keepdim=True leaves a 1"),
    ("reduce", "shape", "torch.sum(x, 1)", "torch.sum(x, dim=0)", "one that goes"),
    ("reduce", "shape", "x.sum(1, True)", "x.sum(dim=1)", "keepdim"),
    ("reduce", "shape", "x.sum()", "x.sum().reshape(1)", "no list of one"),
    ("reduce", "value", "x.argmax(dim=1)", "x.amax(dim=1)", "positions"),
    ("reduce", "value", "x.std()", "x.std(correction=0)", "n - 1"),
    ("reduce", "value", "(x > 3).sum()", "x[x > 3].sum()", "True entries"),
    ("index", "shape", "x[:, 0]", "x[:, 0:1]", "removes its dimension"),
    ("index", "shape", "x[-1]", "x[-1:]", "removes its dimension"),
    ("index", "value", "x[1:4:2]", "x[1:5:2]", "end of a slice"),
    ("index", "value", "x[1:4:2]", "x[1:4]", "step counts"),
    ("index", "value", "m[0:3][2]", "m[0:3, 2]", "second pair"),
    ("index", "value", "m[0:3, 2]", "m[0:3][2]", "one pair"),
    ("index", "value", "m[[0, 2], [1, 1]]", "m[[0, 2]][:, [1, 1]]", "paired"),
    ("index", "shape", "x[x > 3]", "x", "single elements"),
    ("index", "shape", "x[[0, 2]]", "x[0]", "list keeps"),
    ("broadcast", "shape", "a - b", "a.squeeze(-1) - b", "paired"),
    ("broadcast", "value", "a / b", "a // b", "always gives floats"),
    ("broadcast", "value", "a * 2 + 1", "a * (2 + 1)", "comes before"),
    ("broadcast", "value", "v * 2", "v.repeat(2)", "no list"),
    ("broadcast", "value", "a - b", "b - a", "order counts"),
    ("matmul", "shape", "a @ b", "a * b", "element by element"),
    ("matmul", "shape", "a @ b", "(a @ b).mT", "rows come from the left"),
    ("matmul", "shape", "a @ b.T", "a @ b", "swaps the sizes"),
    ("matmul", "shape", "torch.matmul(a, b)", "a * b", "element by element"),
    ("reshape", "value", "x.reshape(3, 2)", "x.T", "reading order"),
    ("reshape", "value", "x.T", "x.reshape(x.shape[::-1])", "rows and columns"),
    ("reshape", "shape", "x.view(6)", "x.reshape(6)", "view refuses"),
    ("reshape", "shape", "x.permute(2, 0, 1)", "x.permute(1, 2, 0)", "old dimension"),
    ("reshape", "shape", "x.unsqueeze(1)", "x.unsqueeze(0)", "place 1"),
    ("reshape", "shape", "x.squeeze(2)", "x.squeeze()", "only dimension 2"),
    ("reshape", "shape", "x.flatten(1)", "x.flatten()", "stays"),
    ("join", "shape", "torch.cat([a, b])", "torch.stack([a, b])", "no new dimension"),
    ("join", "shape", "torch.stack([a, b], dim=1)", "torch.cat([a, b], dim=1)", "new dimension"),
    ("create", "value", "torch.arange(1, 10)", "torch.arange(1, 11, 1)", "end out"),
    ("create", "value", "x.ndim", "x.numel()", "counts the dimensions"),
    ("dtype", "dtype", "torch.tensor([7, 4.5])", "torch.tensor(7)", "not the first"),
    ("dtype", "dtype", "x > 1", "(x > 1).long()", "True or False"),
    ("layer", "value", "len(nn.Linear(4, 2).p())", "len(nn.Linear(4, 2, bias=False).p())", "bias"),
    ("layer", "shape", "nn.Linear(4, 2)(x)", "nn.Linear(4, 2)(x).flatten(0, -2)", "every size before"),
    ("autograd", "requires_grad", "(w * 2).detach()", "(w * 2).detach().detach().float().requires_grad_()", "cuts"),
    ("autograd", "shares", "x.T, x", "(x.T.clone(), x)", "shows in the other"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "kind", "asked", "code", "says"), RULES, ids=[f"{r[0]}: {r[3]}" for r in RULES])
def test_each_rule_has_its_mutant(rule: str, kind: str, asked: str, code: str, says: str) -> None:
    found = {m.code: m.belief for m in mutants(asked, kind)}
    assert code in found, list(found)
    assert says in found[code]


TENSOR = st.sampled_from(
    ["x", "a.b", "torch.ones(2, 3)", "torch.tensor([1, 2.5])", "net(x)", "A", "L", "torch.arange(3, 9, 2)"]
)
NUMBER = st.integers(-3, 5)
FORMS = (
    "{}.sum(dim={n})", "{}.mean({n}, keepdim=True)", "torch.softmax({}, dim={n})", "{}[{n}]", "{}[:, {n}]",
    "{}[{n}:5:2]", "{}[[0, 1], [{n}, 1]]", "{}[{} > {n}]", "{} @ {}", "{} - {}", "{} * {n} + 1", "{} // {n}", "-{}",
    "{}.T", "{}.view({n}, -1)", "{}.permute(1, 0)", "{}.flatten(1)", "{}.squeeze()", "{}.repeat(2, {n})",
    "torch.cat([{}, {}], dim={n})", "torch.stack([{}] * 2)", "{}.std().item()", "{}.argmax()", "{}.grad",
    "torch.nn.Linear(3, 2)({})", "({}, {})", "{}[..., None]", "[{} for i in range(3)]", "{}.unfold(1, 3, {n})",
    "{}.expand(3, -1)", "f(*{})", "{}.sum(**k)", "{}.reshape()", "{}[()]",
)  # fmt: skip


def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One more operation around an expression."""
    return st.builds(
        lambda form, a, b, n: form.format(*[a, b][: form.count("{}")], n=n),
        st.sampled_from(FORMS),
        inner,
        inner,
        NUMBER,
    )


EXPRESSIONS = st.recursive(TENSOR, deeper, max_leaves=6)


@settings(deadline=None)
@given(EXPRESSIONS, st.sampled_from(["", "shape", "value", "dtype", "grad", "shares", "device", "requires_grad"]))
def test_mutants_of_anything_are_other_code_that_can_be_read(expression: str, kind: str) -> None:
    found = mutants(expression, kind)
    codes = [m.code for m in found]
    assert len(set(codes)) == len(codes) <= MOST
    assert [m.rank for m in found] == sorted(m.rank for m in found)
    assert found == mutants(expression, kind)
    for mutant in found:
        assert ast.dump(ast.parse(mutant.code)) != ast.dump(ast.parse(expression))
        assert mutant.belief.endswith(".") and mutant.belief[:1] != " "


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_text_that_is_no_code_has_no_mutants_and_breaks_nothing(expression: str, lead: str) -> None:
    mutants(expression, "value", lead)


@pytest.mark.parametrize(
    "code", ["x.add_(1)", "(y := x) + 1", "loss.backward()", "print(x)", "x = 1", "for i in x: i", ""]
)
def test_what_changes_something_is_not_run_again(code: str) -> None:
    assert mutants(code, "value") == ()


def test_code_too_deep_to_walk_has_no_mutants() -> None:
    assert mutants("-" * 900 + "x.sum(dim=0)", "value") == ()


def test_lines_that_write_into_what_was_given_are_not_run_again() -> None:
    lead = "v = x[0]\nv[0] = 9"
    assert {m.code for m in mutants("x.sum()", "value", lead)} == {m.code for m in mutants("x.sum()", "value")}


def test_lines_that_make_what_they_change_are_run_from_their_start() -> None:
    lead = "x = torch.zeros(3)\nv = x[0:1]\nv.fill_(9)"
    code = "x = torch.zeros(3)\nv = x[0:1].clone()\nv.fill_(9)\nx.sum()"
    mutant = next(m for m in mutants("x.sum()", "value", lead) if m.code == code)
    assert mutant.shown == "the code with `v = x[0:1].clone()`"
    assert "shares the memory" in mutant.belief


def test_slopes_are_spoken_of_only_where_there_are_some() -> None:
    lead = "x = torch.zeros(3)\nfor i in range(3):\n    x.add_(1)\nv = x + 0\nv.fill_(9)"
    assert not any("slope" in m.belief or "backward" in m.belief for m in mutants("x.sum()", "value", lead))


def test_lines_that_only_name_are_rewritten_as_well() -> None:
    found = {m.code: m.shown for m in mutants("y", "shape", "y = x.sum(dim=0)\nz = 1")}
    assert found["y = x.sum(dim=1)\nz = 1\ny"] == "the code with `y = x.sum(dim=1)`"


def seen(*shape: int) -> Observation:
    return Observation(kind="tensor", shape=shape, dtype="float32")


OUTCOME = Outcome(
    status="ok",
    observed={
        "x.mean(dim=1)": seen(2),
        "x.mean(dim=0)": seen(3),
        "x.mean(dim=1, keepdim=True)": seen(2, 1),
        "x.mean()": Observation(kind="missing", failure=Failure(type="E", message="m")),
    },
)


def test_a_wrong_answer_is_told_the_belief_behind_it_and_the_code() -> None:
    verdict = predict.verdict(PredictShape(shape="x.mean(dim=1)"), "3", OUTCOME)
    assert verdict.belief.startswith("The dimension you name is the one that goes")
    assert verdict.evidence == ("(3,) is what `x.mean(dim=0)` gives",)
    assert verdict.feedback == ""


def test_the_authors_words_come_first() -> None:
    question = PredictShape(shape="x.mean(dim=1)", wrong=(Wrong(answer="(3,)", feedback="Mine."),))
    assert predict.verdict(question, "3", OUTCOME).belief == "Mine."


@pytest.mark.parametrize(("answer", "result"), [("(2,)", "right"), ("(7, 7)", "wrong"), ("error", "wrong")])
def test_no_belief_is_claimed_of_what_is_right_unknown_or_an_error(answer: str, result: str) -> None:
    verdict = predict.verdict(PredictShape(shape="x.mean(dim=1)"), answer, OUTCOME)
    assert (verdict.result, verdict.belief) == (result, "")


def test_mutants_are_observed_behind_the_question_and_the_authors_code() -> None:
    wrong = (Wrong(gives="x.mean(dim=0)", feedback="Mine."),)
    asked = predict.request(PredictShape(shape="x.mean(dim=1)", wrong=wrong), "").observe
    assert asked[:2] == ("x.mean(dim=1)", "x.mean(dim=0)")
    assert len(set(asked)) == len(asked) > 3


def test_no_belief_of_shapes_is_told_of_memory() -> None:
    assert all("memory" in m.belief or "shows" in m.belief for m in mutants("x.T, x", "shares"))
    assert predict.mutated(PredictShares(shares="x.T, x")) and predict.mutated(PredictValue(value="x.sum()"))
