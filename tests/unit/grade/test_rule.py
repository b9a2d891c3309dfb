"""What is said of code that breaks a rule: the sentence, the line, the mark."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.grade.rule import WIDTH, told
from tutor.sandbox.protocol import Breach, Rules
from tutor.sandbox.rules.rule import breaches

LISTED = ("arithmetic", "indexing", "torch.arange")


def said(code: str, **rules: object) -> str:
    made = Rules(**rules)  # type: ignore[arg-type]
    return told(breaches(code, made), code, made)[0]


NEVER = [
    ("x\n\nfor i in x: pass", "loops", "Line 3 uses a `for` loop; this exercise is to be done without loops."),
    ("while x: pass", "loops", "Line 1 uses a `while` loop; this exercise is to be done without loops."),
    ("y = [i for i in x]", "comprehensions", "uses a list comprehension; this exercise is to be done without"),
    ("sum(i for i in x)", "comprehensions", "Line 1 uses a generator expression;"),
    ("y = {i for i in x}", "for", "Line 1 uses a comprehension; this exercise is to be done without `for`."),
    ("y = a @ b", "@", "Line 1 uses `@`; this exercise is to be done without `@`."),
    ("y = a + b", "arithmetic", "Line 1 uses `+`; this exercise is to be done without arithmetic."),
    ("y = a == b", "comparison", "Line 1 uses `==`; this exercise is to be done without comparisons."),
    ("y = x[0]", "indexing", "Line 1 uses the index `[0]`; this exercise is to be done without indexing."),
    ("y = torch.softmax(x, 0)", "softmax", "uses `torch.softmax`; this exercise is to be done without `softmax`."),
    ("y = x.item()", ".item", "Line 1 uses `.item`; this exercise is to be done without `.item`."),
    ("s = torch.softmax\ns(x)", "torch.softmax", "Line 1 uses `torch.softmax`;"),
    ("x.sum(keepdim=True)", "keepdim", "Line 1 uses `keepdim`; this exercise is to be done without `keepdim`."),
    ("y = 1 if x else 2", "conditions", "Line 1 uses an `if`; this exercise is to be done without conditions."),
    ("f = lambda: 1", "lambda", "Line 1 uses a `lambda`; this exercise is to be done without `lambda`."),
    ("f(x)", "calls", "Line 1 calls `f`; this exercise is to be done without calls."),
    ("import numpy as np", "imports", "Line 1 imports `numpy`; this exercise is to be done without imports."),
    ("def f(n):\n  return f(n)", "recursion", "Line 2 has `f` call itself; this exercise is to be done without"),
    ("y = 'a'", "strings", "Line 1 uses a string; this exercise is to be done without strings."),
    ("y = 1", "assignment", "Line 1 uses an assignment; this exercise is to be done without assignments."),
    ("y = not x", "logic", "Line 1 uses `not`; this exercise is to be done without `and`, `or`, `not`."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "word", "sentence"), NEVER)
def test_what_is_not_to_be_used(code, word, sentence):
    assert sentence in said(code, never=(word,))


def test_another_name_is_said_with_its_own():
    breach = Breach(rule="never", word="torch.softmax", line=2, column=1, text="s")
    assert "Line 2 uses `s`, which is `torch.softmax`; this" in told((breach,), "s\ns(x)")[0]


@pytest.mark.parametrize(
    ("code", "begins"),
    [
        ("y = torch.softmax(x, 0)", "`torch.softmax` on line 1 is not"),
        ("y = x.T", "`.T` on line 1 is not"),
        ("y = a @ b", "`@` on line 1 is not"),
        ("y = [i for i in x]", "A list comprehension on line 1 is not"),
        ("for i in x: pass", "A `for` loop on line 1 is not"),
        ("if x: pass", "An `if` on line 1 is not"),
        ("assert x", "An `assert` on line 1 is not"),
        ("(f if x else g)(x)", "The call `(f if x else g)(x)` on line 1 is not"),
    ],
)
def test_what_is_not_on_the_list(code, begins):
    only = (*LISTED, "if") if "else" in code else LISTED
    sentence = said(code, only=only)
    assert sentence.startswith(begins)
    assert sentence.endswith(
        f" among what may be used here: arithmetic, indexing, `torch.arange`{', `if`' * ('if' in only)}."
    )


def test_what_is_asked_for():
    assert said("y = 1", uses=("keepdim",)) == "The code does not use `keepdim` yet; this exercise asks for it."
    assert said("y = 1", uses=("keepdim", "indexing", "@")) == (
        "The code does not use `keepdim`, indexing or `@` yet; this exercise asks for them."
    )


def test_how_it_is_laid_out():
    assert said("a = 1\nb = 2\nc = 3", statements=2) == "There are 3 statements; at most 2 are asked for."
    assert said("a = 1\nb = 2", statements=1) == "There are 2 statements; only one is asked for."
    assert said("x\ny = 12345678", line=10) == "Line 2 is 12 characters long; at most 10 are asked for."
    assert said("def f(x):\n    y = x\n    return y", one_return=True) == (
        "`f` is to be one `return` with a value and nothing else; line 2 is something else."
    )
    assert said("def f(x):\n    'doc'", one_return=True) == "`f` is to be one `return` with a value, and has none yet."


def test_ways_around():
    assert said("y = getattr(x, 'T')", never=("@",)) == (
        "`getattr` on line 1 hides what is used; write it out by its own name."
    )
    for word in ("nesting", "unreadable"):
        sentence, evidence = told((Breach(rule="hidden", word=word),), "x")
        assert sentence.endswith("to see what it uses; write it more plainly.")
        assert evidence == ()


def test_without_the_rules_the_rest_is_said():
    code = "a = 1\nb = 2"
    assert told(breaches(code, Rules(statements=1)), code)[0] == (
        "There are 2 statements; that is more than is asked for."
    )
    assert told(breaches("x.T", Rules(only=("+",))), "x.T")[0] == "`.T` on line 1 is not among what may be used here."
    assert told((), "x") == ("", ())


def evidence(code: str, **rules: object) -> tuple[str, ...]:
    return told(breaches(code, Rules(**rules)), code)[1]  # type: ignore[arg-type]


def test_the_line_is_shown_with_a_mark_below():
    assert evidence("y = 1\nz = x.softmax(0)", never=("softmax",)) == ("z = x.softmax(0)", "     ^^^^^^^^")
    assert evidence("if x:\n\ty = x @ y", never=("@",)) == ("    y = x @ y", "          ^")
    assert evidence("s = '日本'; x @ y", never=("@",)) == ("s = '日本'; x @ y", "              ^")
    assert evidence("y = 1", uses=("@",)) == ()


def test_a_long_line_is_shown_around_its_place():
    shown, mark = evidence("y = " + "1 + " * 40 + "x @ z" + " + 1" * 40, never=("@",))
    assert len(shown) <= WIDTH
    assert shown.startswith("…") and shown.endswith("…")
    assert shown[mark.index("^")] == "@"


def test_further_places_are_counted():
    assert evidence("a @ b\nc @ d", never=("@",))[-1] == "and 1 more place: line 2"
    assert evidence("a @ b @ c", never=("@",))[-1] == "and 1 more place on this line"
    assert evidence("a @ b @ c @ d\ne @ f", never=("@",))[-1] == "and 3 more places: lines 1, 2"
    assert evidence("a @ b\n" * 9, never=("@",))[-1] == "and 8 more places: lines 2, 3, 4, 5, 6, …"
    assert evidence("a @ b", never=("@",), uses=("+", "-"))[-1] == "and not used yet: `+` and `-`"


ANY_BREACH = st.builds(
    Breach,
    rule=st.sampled_from(["only", "never", "uses", "statements", "one_return", "line", "hidden"]),
    word=st.text(min_size=1, max_size=12) | st.sampled_from(["loops", "calls", "indexing", "comprehensions"]),
    line=st.none() | st.integers(-1, 4),
    column=st.none() | st.integers(1, 200),
    text=st.text(max_size=12) | st.sampled_from(["for x", "[x", "(", ".item"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY_BREACH, max_size=3).map(tuple), st.text(max_size=200), st.booleans())
def test_whatever_is_found_can_be_said(found, code, known):
    sentence, lines = told(found, code, Rules(only=LISTED, statements=1) if known else None)
    assert bool(sentence) == bool(found)
    assert "\x1b" not in sentence + "".join(lines)
