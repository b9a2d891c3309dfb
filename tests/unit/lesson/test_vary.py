"""Families: one question for every seed."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lesson.samples import HEAD, QUESTION, Loader
from tutor.lesson.model import Choice, PredictShape, Question, Write, Wrong
from tutor.lesson.vary import concrete, replaced, spread

FAMILY = PredictShape(
    id="any",
    vary={"m": "2..6", "n": "2..6", "d": ("0", "1"), "differ": ("m", "n")},
    shape="torch.ones(m, n).sum(dim=d)",
    given="x = torch.ones(m)",
    show=("x", "x + m"),
    because="`dim=d` goes; d is not in backticks, `x.d` is an attribute.",
    hints=("There are `m` rows.",),
    wrong=(Wrong(gives="torch.ones(m, n).sum(dim=1 - d)", feedback="`n`"), Wrong(answer="(m, n)", feedback="m")),
)


def test_names_become_numbers_everywhere() -> None:
    question = concrete(FAMILY, 0)
    assert isinstance(question, PredictShape)
    call = ast.parse(question.shape, mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    m, n = (ast.literal_eval(arg) for arg in call.func.value.args)  # type: ignore[attr-defined]
    d = ast.literal_eval(call.keywords[0].value)
    assert m != n and 2 <= m <= 6 and 2 <= n <= 6 and d in (0, 1)
    assert question.given == f"x = torch.ones({m})"
    assert question.show == ("x", f"x + {m}")
    assert question.because == f"`dim={d}` goes; d is not in backticks, `x.d` is an attribute."
    assert question.hints == (f"There are `{m}` rows.",)
    assert question.wrong == (
        Wrong(gives=f"torch.ones({m}, {n}).sum(dim=1 - {d})", feedback=f"`{n}`"),
        Wrong(answer=f"({m}, {n})", feedback="m"),
    )
    assert (question.id, question.vary) == ("any", {})


def test_a_seed_gives_the_same_question_always() -> None:
    assert concrete(FAMILY, 7) == concrete(FAMILY, 7)
    assert len({concrete(FAMILY, seed).task for seed in range(40)}) > 10
    assert concrete(FAMILY, 7).task == "torch.ones(2, 5).sum(dim=1)"


def test_a_question_without_parameters_stays_itself() -> None:
    plain = PredictShape(id="p", shape="x")
    assert concrete(plain, 3) is plain
    assert spread(plain) == [plain]


def test_options_and_answer_change_together() -> None:
    family = Choice(
        id="c",
        vary={"n": "3..9"},
        choice="How many rows has `torch.ones(n, 2)`?",
        options=("`n`", "`n + 1`"),
        answer="`n`",
        wrong=(Wrong(answer="`n + 1`", feedback="f"),),
    )
    question = concrete(family, 1)
    assert isinstance(question, Choice)
    assert question.answer in question.options and question.answer != "`n`"
    assert question.wrong[0].answer in question.options
    assert question.choice == f"How many rows has `torch.ones({question.answer.strip('`')}, 2)`?"


def test_code_answers_change_too() -> None:
    family = Write(id="w", vary={"n": ("4",)}, write="Make `n` zeros.", start="# n", solution="y = torch.zeros(n)")
    question = concrete(family, 1)
    assert isinstance(question, Write)
    assert (question.write, question.start, question.solution) == ("Make `4` zeros.", "# n", "y = torch.zeros(4)")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("m + mm + x.m + m1", "3 + mm + x.m + m1"),
        ("f(m=m, d = d)", "f(m=3, d = -1)"),
        ("m == 2 and f(m == 2)", "3 == 2 and f(3 == 2)"),
        ("'m' + \"m\" + '''m'''  # m", "'m' + \"m\" + '''m'''  # m"),
        (r"'it\'s m' + m", r"'it\'s m' + 3"),
        ("f'{m} m {x.m}'", "f'{3} m {x.m}'"),
        ("m.sqrt() + d ** 2 + d.x + x[d:m]", "(3).sqrt() + (-1) ** 2 + (-1).x + x[-1:3]"),
        ("d[0]", "(-1)[0]"),
        ("x[..., m]", "x[..., 3]"),
        ("é + m", "é + 3"),
        ("", ""),
    ],
)
def test_only_names_are_replaced(text: str, made: str) -> None:
    assert replaced(text, {"m": "3", "d": "-1"}) == made


@pytest.mark.parametrize(
    ("vary", "values"),
    [
        ("{x: -2..-1}", {"-2", "-1"}),
        ("{x: [1, 2.5, True]}", {"1", "2.5", "True"}),
        ("{x: [(2, 3), (4,)]}", {"(2, 3)", "(4,)"}),
        ("{x: ['(2, 3)', torch.int8]}", {"(2, 3)", "torch.int8"}),
        ("\n      x:\n        - (0, 1)\n        - \"'mean'\"", {"(0, 1)", "'mean'"}),
    ],
)
def test_values_as_authors_write_them(load: Loader, vary: str, values: set[str]) -> None:
    question = load(HEAD + f"questions:\n  - id: a\n    value: x\n    vary: {vary}\n").lesson.questions[0]
    assert {member.task for member in spread(question)} == values


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(), low=st.integers(-5, 5), count=st.integers(2, 5))
def test_parameters_that_must_differ_do(seed: int, low: int, count: int) -> None:
    names = tuple("abcde"[:count])
    ranges: dict[str, str | tuple[str, ...]] = {name: f"{low}..{low + count - 1}" for name in names}
    family: Question = PredictShape(id="q", vary={**ranges, "differ": names}, shape=" ".join(names))
    values = concrete(family, seed).task.split()
    assert sorted(map(int, values)) == list(range(low, low + count))


def test_a_tight_family_still_has_a_member(load: Loader) -> None:
    names = [f"p{n}" for n in range(12)]
    ranges = ", ".join(f"{name}: 1..12" for name in names)
    text = f"{QUESTION}    vary: {{{ranges}, differ: [{', '.join(names)}]}}\n".replace("x.sum()", " + ".join(names))
    question = load(text).lesson.questions[0]
    assert sorted(map(int, concrete(question, 5).task.split(" + "))) == list(range(1, 13))


def test_a_spread_shows_every_value_of_a_list() -> None:
    family = PredictShape(id="s", vary={"a": tuple(map(str, range(15))), "b": "1..9"}, shape="a + b")
    members = spread(family, most=4)
    assert {member.task.split(" + ")[0] for member in members} == set(map(str, range(15)))
