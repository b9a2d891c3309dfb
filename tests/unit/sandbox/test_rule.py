"""Rules on code: what breaks them, where, and what does not."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tutor.sandbox import client
from tutor.sandbox.client import UNREADABLE, Sandbox
from tutor.sandbox.protocol import Breach, Outcome, Rules, Terms, plain
from tutor.sandbox.rules.rule import MOST, NESTED, breaches
from tutor.sandbox.rules.word import GROUPS, KEYWORDS, SPELLINGS, unknown, words

PUZZLES = ("@", "arithmetic", "comparison", "indexing", "arange", "where", ".shape", "ones", "outer")


def found(code: str, **rules: Any) -> list[tuple[str, str, int | None, int | None]]:
    return [(b.rule, b.word, b.line, b.column) for b in breaches(code, Rules(**rules))]


NEVER = [
    # Operators stand where they are written.
    ("a @ b", "@", 1, 3),
    ("a @= b", "@", 1, 3),
    ("a += 1", "+=", 1, 3),
    ("a += 1", "arithmetic", 1, 3),
    ("a += 1", "augmented", 1, 3),
    ("a += 1", "assignment", 1, 3),
    ("y = (a) + (\n  b)", "+", 1, 9),
    ("y = (a # + +\n   + b)", "+", 2, 4),
    ("y = a + '#+'", "+", 1, 7),
    ("a ** b", "**", 1, 3),
    ("a ** b", "arithmetic", 1, 3),
    ("-x", "-", 1, 1),
    ("--1", "arithmetic", 1, 1),
    ("~x", "bitwise", 1, 1),
    ("a & b", "&", 1, 3),
    ("a < b <= c", "<=", 1, 7),
    ("a is  not b", "is not", 1, 3),
    ("a is not b", "is", 1, 3),
    ("a not in b", "in", 1, 3),
    ("a in b", "comparison", 1, 3),
    ("a and b or c", "or", 1, 9),
    ("not a", "logic", 1, 1),
    ("(y := 3)", ":=", 1, 4),
    ("(y := 3)", "assignment", 1, 4),
    ("y = 3", "=", 1, 1),
    ("y: int = 3", "assignment", 1, 1),
    # Groups and keywords.
    ("for i in x: pass", "loops", 1, 1),
    ("while x: pass", "loops", 1, 1),
    ("async def f():\n  async for i in x: pass", "loops", 2, 3),
    ("y = [i for i in x]", "comprehensions", 1, 5),
    ("y = {i: 1 for i in x}", "comprehensions", 1, 5),
    ("f(i for i in x)", "comprehensions", 1, 2),
    ("y = [i for i in x]", "for", 1, 5),
    ("y = [i for i in x if i]", "if", 1, 22),
    ("y = 1 if x else 2", "conditions", 1, 7),
    ("if x: pass\nelif y: pass", "elif", 2, 1),
    ("match x:\n  case 1: pass", "conditions", 1, 1),
    ("match x:\n  case 1 if y: pass", "if", 2, 13),
    ("match x:\n  case T(shape=s): pass", ".shape", 2, 8),
    ("x[0]", "indexing", 1, 2),
    ("x[1:, None]", "None", 1, 7),
    ("x[\n :2] = 3", "indexing", 1, 2),
    ("f(x)", "calls", 1, 1),
    ("x.shape", "attributes", 1, 2),
    ("x.sum()", "attributes", 1, 2),
    ("f = lambda: 1", "lambda", 1, 5),
    ("import math", "imports", 1, 8),
    ("from math import pi", "from", 1, 18),
    ("try: pass\nexcept E: pass", "except", 1, 1),
    ("try: pass\nfinally: pass", "finally", 1, 1),
    ("with x as y: pass", "with", 1, 1),
    ("class A: pass", "classes", 1, 1),
    ("@f\ndef g(): pass", "functions", 2, 1),
    ("y = 'a'", "strings", 1, 5),
    ("y = f'{a}'", "strings", 1, 5),
    ("y = f'{a @ b}'", "@", 1, 5),
    ("del x", "del", 1, 1),
    ("def f():\n global x", "global", 2, 2),
    ("def f(): yield 1", "yield", 1, 10),
    ("def f(n):\n return f(n)", "recursion", 2, 9),
    ("f(True)", "True", 1, 3),
    # Names, however they are reached.
    ("softmax(x)", "softmax", 1, 1),
    ("x.softmax(0)", "softmax", 1, 2),
    ("torch.softmax(x, 0)", "softmax", 1, 1),
    ("torch.nn.functional.softmax(x)", "softmax", 1, 1),
    ("y = F.softmax(x)", "softmax", 1, 5),
    ("y = F.softmax(x)", "F.softmax", 1, 5),
    ("y = F.softmax(x)", "torch.nn.functional", 1, 5),
    ("f(softmax=1)", "softmax", 1, 3),
    ("f(**{'keepdim': 1})", "keepdim", 1, 3),
    ("map(softmax, x)", "softmax", 1, 5),
    ("from torch import softmax as s", "softmax", 1, 19),
    ("from torch import softmax as s", "torch.softmax", 1, 19),
    ("f = torch.softmax", "torch.softmax", 1, 5),
    ("import torch as t\nt.softmax(x, 0)", "torch.softmax", 2, 1),
    ("from torch.nn import functional as G\nG.relu(x)", "torch.nn.functional.relu", 2, 1),
    ("from torch import *\nsoftmax(x)", "torch.softmax", 2, 1),
    ("m = torch\nm.softmax(x, 0)", "torch.softmax", 2, 1),
    ("G = torch.nn.functional\nH = G\nH.relu(x)", "F.relu", 3, 1),
    ("a = b\nb = a\na.item()", ".item", 3, 2),
    ("import numpy as n", "numpy", 1, 8),
    ("np.dot(a, b)", "numpy", 1, 1),
    ("x.grad.item()", ".item", 1, 7),
    ("torch.Tensor.item(x)", ".item", 1, 1),
    ("x . item()", ".item", 1, 5),
    ("(x\n .item())", ".item", 2, 2),
    ("math.sqrt(x)", "math.sqrt", 1, 5),
    ("x.T", "x.T", 1, 2),
    ("softmax(x)\nsoftmax = 1", "softmax", 1, 1),
    ("if 0: softmax = 1\nsoftmax(x)", "softmax", 2, 1),
    ("softmax: int\nsoftmax(x)", "softmax", 2, 1),
    ("softmax = 1\ndel softmax\nsoftmax(x)", "softmax", 3, 1),
    ("def g(): softmax = 1\nsoftmax(x)", "softmax", 2, 1),
    ("class A: softmax = 1\nsoftmax(x)", "softmax", 2, 1),
    ("y = [sum for sum in sum(x)]", "sum", 1, 21),
    ("def f(y: softmax(x)): pass", "softmax", 1, 10),
    ("@softmax\ndef f(): pass", "softmax", 1, 2),
    ("ｓoftmax(x)", "softmax", 1, 1),
    # Columns are characters.
    ("é = 'ü'; y = é.item()", ".item", 1, 15),
    ("x = 1\ry.item()", ".item", 2, 2),
    ("x = '\x0c\u2028'; y.item()", ".item", 1, 12),
]  # fmt: skip


@pytest.mark.parametrize(("code", "word", "line", "column"), NEVER)
def test_what_is_not_to_be_used(code, word, line, column):
    # Some words mean more than one thing there; what is looked for is among them.
    assert ("never", word, line, column) in found(code, never=(word,))


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("y = -1", ("-", "arithmetic")),
        ("x.sum(-1)", ("arithmetic",)),
        ("x.item", ("torch.item",)),
        ("torch.sum(x)", (".sum", "attributes")),
        ("f(*xs)", ("*",)),
        ("for i in x: pass", ("comprehensions", "in")),
        ("[i for i in x]", ("loops", "in")),
        ("def softmax(x):\n    return x\ny = softmax(x)", ("softmax", "torch.softmax")),
        ("def f(softmax, x):\n    return softmax(x)", ("softmax",)),
        ("softmax = 1\ny = softmax + 1", ("softmax",)),
        ("class A:\n  def softmax(self): pass\n  def g(self): return self.softmax()", ("softmax",)),
        ("def f(x: 'a' | numpy.ndarray) -> list[numpy.ndarray]: pass", ("numpy", "indexing", "|", "strings")),
        ("'''for softmax @'''\ndef f():\n  'softmax'\n# softmax @", ("softmax", "@", "for", "strings")),
        ("def f(n): return g(n)", ("recursion",)),
        ("this is no Python @", ("@",)),
        ("F = 3\ny = F + 1", ("F",)),
        ("y = F + nn", ("softmax", "nn", "F")),
    ],
)
def test_what_is_not_meant(code, never):
    assert found(code, never=never) == []


ONLY = [
    ("y = a @ b", ("arithmetic",), [("@", 1, 7)]),
    ("y = a - b * c", ("-",), [("*", 1, 11)]),
    ("y = x.sum(0).T", ("sum",), [(".T", 1, 13)]),
    ("y = x.sum(0).T", (".sum", "attributes"), []),
    ("y = x.sum(0)", ("attributes",), [(".sum", 1, 6)]),
    ("y = x.sum(0, keepdim=True)", ("calls",), []),
    ("y = torch.cumsum(x, 0)", ("arange",), [("torch.cumsum", 1, 5)]),
    ("y = torch.arange(3)", ("torch",), []),
    ("y = torch.arange(3)", ("torch.arange",), []),
    ("y = torch.arange(3)", ("arange",), []),
    ("y = torch.arange(3)", (".arange",), [("torch.arange", 1, 5)]),
    ("y = F.relu(x)", ("nn",), []),
    ("y = F.relu(x)", ("F",), []),
    ("y = F.relu(x)", ("F.relu",), []),
    ("y = torch.Tensor.sum(x)", ("torch.Tensor",), [("torch.Tensor.sum", 1, 5)]),
    ("import torch\nimport torch.nn.functional as F\nfrom torch import nn", ("+",), []),
    ("import numpy as np", ("+",), [("numpy", 1, 8)]),
    ("import numpy as np\nnp.dot(a, b)", ("numpy",), []),
    ("from torch import arange", ("+",), [("torch.arange", 1, 19)]),
    ("from torch import arange as r\nr(3)", ("torch.arange",), []),
    ("r = torch.arange\nr(3)", ("torch.arange",), []),
    ("from __future__ import annotations", ("+",), []),
    ("f = g\nf(x)", ("+",), [("f", 2, 1)]),
    ("f = sum\nf(x)", ("+",), [("sum", 1, 5), ("f", 2, 1)]),
    ("map(sum, xs)", ("map",), [("sum", 1, 5)]),
    ("x = map(float, xs)", ("map",), []),
    ("def f(g, x): return g(x)", ("+",), [("g", 1, 21)]),
    ("def f(g, x): return g(x)", ("g",), []),
    ("def f(x): return h(x)\ndef h(x): return f(x)", ("+",), []),
    ("f = lambda x: x\nf(1)", ("lambda",), []),
    ("(lambda x: x)(1)", ("lambda",), []),
    ("fs[0](x)", ("indexing",), [("calls", 1, 1)]),
    ("nn.Softmax(0)(x)", ("Softmax",), []),
    ("def h(): return g\nh()(x)", ("+",), [("calls", 2, 1)]),
    ("def f():\n def g(): pass\n return g()", ("+",), [("def", 2, 2)]),
    ("def f():\n def g(): pass\n return g()", ("functions",), []),
    ("for i in x:\n  break", ("+",), [("for", 1, 1)]),
    ("for i in x:\n  continue", ("loops",), []),
    ("y = [i for i in x if i]", ("comprehensions",), []),
    ("y = [i for i in x]", ("+",), [("comprehensions", 1, 5)]),
    ("y = 1 if x else 2", ("+",), [("if", 1, 7)]),
    ("if x: y = 1", ("conditions",), []),
    ("y = x[0, ...]", ("+",), [("indexing", 1, 6)]),
    ("y += 1", ("assignment",), [("+=", 1, 3)]),
    ("y += 1", ("+",), []),
    ("(y := 1)", ("+",), [(":=", 1, 4)]),
    ("a not in b", ("in",), []),
    ("a, *b = [1, {2: 3}, (4,)]; pass", ("+",), []),
    ("def f(x: torch.Tensor, y=None) -> int:\n  'doc'\n  return f'{x} {y}'", ("@",), []),
    ("def f(x, y=sum(z)): pass", ("+",), [("sum", 1, 12)]),
    ("class M(nn.Module):\n  def __init__(self):\n    super().__init__()\n    self.w = 1\n  def f(self):"
     "\n    return self.w + self.g()\n  def g(self): pass", ("+",), []),
    ("class M(map): pass\nclass N(nn.Softmax): pass", ("+",), [("map", 1, 9), ("torch.nn.Softmax", 2, 9)]),
    ("def f(self):\n  self.g = 1\n  return self.g", ("+",), [(".g", 2, 7), (".g", 3, 14)]),
    ("F = torch.nn.functional\nF.relu(x)", ("F.relu",), []),
    ("class M(A): pass\nclass N(f(x)): pass", ("+",), [("f", 2, 9)]),
    ("with torch.no_grad(): y = 1", ("no_grad",), [("with", 1, 1)]),
    ("async def f():\n  await g", ("+",), [("await", 2, 3)]),
    ("@f\ndef g(): pass", ("+",), [("f", 1, 2)]),
    ("try: pass\nexcept ValueError: raise", ("try",), [("raise", 2, 20)]),
    ("match x:\n  case int(): pass\n  case [*a]: pass\n  case {**b}: pass", ("match",), []),
    ("from torch import *\ny = arange(3)", ("torch.arange", "torch"), []),
]  # fmt: skip


@pytest.mark.parametrize(("code", "only", "places"), ONLY)
def test_what_is_not_on_the_list(code, only, places):
    assert found(code, only=only) == [("only", *place) for place in places]


def test_what_must_be_used_may_be_used():
    assert found("y = a @ b", only=("+",), uses=("@",)) == []


@pytest.mark.parametrize(
    ("code", "word", "column"),
    [
        ("getattr(x, 'item')", "getattr", 1),
        ("g = getattr", "getattr", 5),
        ("eval('x')", "eval", 1),
        ("exec('x')", "exec", 1),
        ("__import__('torch')", "__import__", 1),
        ("vars(torch)['softmax']", "vars", 1),
        ("__builtins__", "__builtins__", 1),
        ("x.__dict__", "__dict__", 2),
        ("x.__class__", "__class__", 2),
        ("a.__matmul__(b)", "__matmul__", 2),
        ("torch.Tensor.__matmul__(a, b)", "torch.Tensor.__matmul__", 1),
        ("import operator", "operator", 8),
        ("from operator import matmul", "operator.matmul", 22),
        ("import importlib", "importlib", 8),
        ("import builtins as b", "builtins", 8),
        ("torch.ops.aten.mm(a, b)", "torch.ops", 1),
        ("torch._C._nn", "torch._C", 1),
        ("torch._softmax(x, 0, False)", "torch._softmax", 1),
        ("from torch import _C", "torch._C", 19),
        ("m = [torch]", "torch", 6),
        ("m = torch if x else y", "torch", 5),
        ("x.fx.operator.matmul(a, b)", "operator", 5),
        ("f(torch.nn)", "torch.nn", 3),
        ("match x:\n  case T(__class__=c): pass", "__class__", 8),
    ],
)  # fmt: skip
def test_ways_around(code, word, column):
    for rules in ({"never": ("@@",)}, {"only": ("calls", "imports", "match", "attributes", "indexing")}):
        assert ("hidden", word, code.count("\n") + 1, column) in found(code, **rules)
    assert found(code, uses=("absent",), line=80) == [("uses", "absent", None, None)]


def test_a_way_around_that_the_exercise_is_about():
    assert found("getattr(x, 'T')", only=("getattr",)) == []
    assert found("getattr(x, 'T')", never=("@",), uses=("getattr",)) == []


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("keepdim", "y = x.sum(0, keepdim=True)"),
        ("@", "y = a @ b"),
        ("indexing", "y = x[0]"),
        ("torch.where", "import torch as t\ny = t.where(a, b, c)"),
        (".sum", "y = x.sum()"),
        ("loops", "for i in x: pass"),
        ("None", "y = x[:, None]"),
    ],
)
def test_what_is_to_be_used(word, code):
    assert found(code, uses=(word,)) == []
    assert found("keepdim = where = 1; y = torch.sum(z)", uses=(word,)) == [("uses", word, None, None)]


def test_statements_are_counted():
    code = "'doc'\nimport torch\ndef f(x):\n    'doc'\n    y = x; z = y\n    if y: pass\n    return z\nw = f(1)"
    assert found(code, statements=6) == []
    assert found(code, statements=5) == [("statements", "6", 8, 1)]
    assert found(code, statements=1) == [("statements", "6", 5, 12)]


def test_one_return():
    right = "def f(x):\n    'doc'\n    return x\nclass A:\n    def g(self): return 1"
    assert found(right, one_return=True) == []
    assert found("def f(x):\n    y = x\n    return y", one_return=True) == [("one_return", "f", 2, 5)]
    assert found("def f(x):\n    return x\n    y = 1", one_return=True) == [("one_return", "f", 3, 5)]
    assert found("def f(x):\n    'doc'", one_return=True) == [("one_return", "f", 1, 1)]
    assert found("def f(x): return", one_return=True) == [("one_return", "f", 1, 11)]


def test_long_lines():
    assert found(f"x = {'1' * 6}   \ny = {'é' * 6}", line=10) == []
    assert found(f"x = 1\ny = {'é' * 7}", line=10) == [("line", "11", 2, 11)]


def test_places_are_in_order_and_not_too_many():
    assert [b.column for b in breaches("a @ b; c @ d; e @ f", Rules(never=("@",)), most=2)] == [3, 10]
    mixed = breaches("y = [i\n for i in x] + z", Rules(never=("+",), uses=("@",), line=5, statements=0))
    assert [b.rule for b in mixed] == ["statements", "line", "line", "never", "uses"]
    assert len(breaches("a @ b\n" * 100, Rules(never=("@",)))) == MOST


@pytest.mark.parametrize("code", ["-" * 20_000 + "1", "1" + "+1" * 20_000, "x" + ".a" * 20_000, "lambda:" * 20_000])
def test_code_too_deep_to_look_into(code):
    assert breaches(code, Rules(never=("@",))) == (NESTED,)


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("def ones(i): return torch.where(torch.arange(i) > -1, 1, 0)", None),
        ("def sum(a): return ones(a.shape[0]) @ a[:, None]", None),
        ("def outer(a, b): return a[:, None] * b[None, :]", None),
        ("def eye(j): return (arange(j)[:, None] == arange(j)) * 1", None),
        ("def cumsum(a): return a @ (arange(a.shape[0])[:, None] <= arange(a.shape[0]))", None),
        ("def cumsum(a): return torch.cumsum(a, 0)", ("only", "torch.cumsum", 1, 23)),
        ("def sum(a): return a.sum()", ("only", ".sum", 1, 21)),
        ("def outer(a, b): return torch.stack([x * b for x in a])", ("only", "torch.stack", 1, 25)),
        ("def f(a): return [x for x in a]", ("only", "comprehensions", 1, 18)),
    ],
)
def test_broadcasting_puzzles(code, place):
    places = found(code, only=PUZZLES, one_return=True, line=80)
    assert places[:1] == ([place] if place else [])


def test_a_softmax_of_ones_own():
    rules = {"never": ("softmax", "loops"), "uses": ("keepdim",)}
    right = (
        "def softmax(x, dim):\n    e = (x - x.amax(dim, keepdim=True)).exp()\n    return e / e.sum(dim, keepdim=True)"
    )
    assert found(right, **rules) == []
    assert found("def softmax(x, dim):\n    return F.softmax(x, dim)", **rules) == [
        ("never", "softmax", 2, 12), ("uses", "keepdim", None, None),
    ]  # fmt: skip


def test_a_running_mean_without_loops():
    rules = {"never": ("loops", "comprehensions", "recursion", "map")}
    assert found("def means(x):\n    return x.cumsum(0) / torch.arange(1, len(x) + 1)", **rules) == []
    looped = "def means(x):\n  out = []\n  for i in range(len(x)):\n    out.append(x[: i + 1].mean())\n  return out"
    assert found(looped, **rules) == [("never", "loops", 3, 3)]
    assert found("y = torch.stack([x[: i + 1].mean() for i in range(9)])", **rules) == [
        ("never", "comprehensions", 1, 17)
    ]


# Words.


def test_words_that_can_be_meant():
    for word in (
        *GROUPS,
        *KEYWORDS,
        *SPELLINGS,
        "softmax",
        ".item",
        "torch.nn.functional",
        "keepdim",
        "F.relu",
        "größe",
    ):
        assert unknown(word) is None, word


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("lops", "loops"), ("loop", "loops"), ("comprehension", "comprehensions"), ("arithmetics", "arithmetic"),
        ("index ing", "indexing"), ("is  not", "is not"), ("@@", "@"), ("==!", "=="), ("as", ""), ("else", ""),
        ("import numpy", ""), ("torch..sum", ""), (".a.b", ""), (".", ""), ("3", ""), ("", ""),
    ],
)  # fmt: skip
def test_words_that_cannot(word, near):
    assert unknown(word) == near


def test_no_name_of_torch_is_taken_for_a_slip():
    spaces = (torch, torch.Tensor, torch.nn, torch.nn.functional, torch.linalg, torch.optim)
    names = {name for space in spaces for name in dir(space) if not name.startswith("_")}
    assert {name: unknown(name) for name in names if unknown(name) is not None} == {}


def test_every_word_once():
    assert words(Rules(only=("a", "b"), never=("b",), uses=("c", "a"))) == ("a", "b", "c")


# Whatever the code.

WORDS = st.sampled_from(sorted({*GROUPS, *KEYWORDS, *SPELLINGS, "softmax", ".item", "torch.sum", "numpy", "x", ""}))
RULES = st.builds(
    Rules,
    only=st.lists(WORDS, max_size=4).map(tuple),
    never=st.lists(WORDS, max_size=4).map(tuple),
    uses=st.lists(WORDS, max_size=3).map(tuple),
    statements=st.none() | st.integers(0, 3),
    one_return=st.booleans(),
    line=st.none() | st.integers(0, 20),
)

NAMES = st.sampled_from(["x", "y", "sum", "torch", "F", "é", "softmax", "self"])
ATOMS = NAMES | st.sampled_from(["1", "-2", "'é#+'", "None", "...", "f'{x}'", "torch.softmax", "[]", "{}"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "@", "<=", "is not", "not in", "and", "**", "//"])
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("({}\n # + é\n {} ({}))".format, inner, operators, inner),
        st.builds("({}).{}".format, inner, NAMES),
        st.builds("({})({}, *{}, {}={})".format, inner, inner, inner, NAMES, inner),
        st.builds("{}({}, **{{'keepdim': {}}})".format, NAMES, inner, inner),
        st.builds("({})[{}, :{}]".format, inner, inner, inner),
        st.builds("[{} for {} in ({}) if ({})]".format, inner, NAMES, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(lambda {}, k={}: {})".format, NAMES, inner, inner),
        st.builds("({} := {})".format, NAMES, inner),
        st.builds("(not -{})".format, inner),
        inner.filter(lambda text: not set("'\\\n#{") & set(text)).map('f"{{{0}!r:>{{{0}}}}}"'.format),
    )


EXPRESSIONS = st.recursive(ATOMS, _grown, max_leaves=6)
SIMPLE = st.one_of(
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("{}: {} = {}".format, NAMES, EXPRESSIONS, EXPRESSIONS),
    st.builds("{} += {}".format, NAMES, EXPRESSIONS),
    st.builds("{}[{}], *{} = {}".format, NAMES, EXPRESSIONS, NAMES, EXPRESSIONS),
    st.builds("from {} import {} as {}".format, NAMES, NAMES, NAMES),
    st.builds("import {}.{}".format, NAMES, NAMES),
    st.builds("del {}; pass; global_ = 1".format, NAMES),
    EXPRESSIONS,
)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = inner.map(_indented)
    return st.one_of(
        st.builds("{}\n{}".format, inner, inner),
        st.builds("for {} in {}:\n{}\nelse:\n{}".format, NAMES, EXPRESSIONS, body, body),
        st.builds("if {}:\n{}\nelif {}:\n{}".format, EXPRESSIONS, body, EXPRESSIONS, body),
        st.builds("@{}\ndef {}({}, *a, b={}, **k):\n    'é'\n{}".format, EXPRESSIONS, NAMES, NAMES, EXPRESSIONS, body),
        st.builds("class {}({}, metaclass={}):\n{}".format, NAMES, EXPRESSIONS, EXPRESSIONS, body),
        st.builds("def f():\n    global {}\n{}".format, NAMES, body),
        st.builds("async def f():\n    async with {} as {}:\n    {}".format, EXPRESSIONS, NAMES, body),
        st.builds("try:\n{}\nexcept {} as {}:\n{}".format, body, EXPRESSIONS, NAMES, body),
        st.builds("match {}:\n  case {}(shape=[*_]) if {}:\n{}".format, EXPRESSIONS, NAMES, EXPRESSIONS, body),
    )


PROGRAMS = st.recursive(SIMPLE, _blocks, max_leaves=5)


def _well_placed(code: str, told: tuple[Breach, ...]) -> None:
    lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for breach in told:
        if breach.line is not None:
            assert breach.column is not None
            assert 1 <= breach.line <= len(lines)
            assert 1 <= breach.column <= len(lines[breach.line - 1]) + 1


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text("()[]{}'\"=.:@x\n \t\\fé#", max_size=40), RULES)
def test_any_text_is_looked_at(code, rules):
    _well_placed(code.encode("utf-8", "replace").decode(), breaches(code, rules))


def _is_python(code: str) -> bool:
    try:
        compile(code, "a", "exec", flags=0x400, dont_inherit=True)
    except SyntaxError:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(PROGRAMS, RULES)
def test_any_program_is_looked_at(code, rules):
    assume(_is_python(code))
    _well_placed(code, breaches(code, rules))


@settings(max_examples=200, deadline=None)
@given(PROGRAMS)
def test_an_operator_is_told_where_it_stands(code):
    assume(_is_python(code))
    lines = code.split("\n")
    for breach in breaches(code, Rules(never=("arithmetic", "comparison", "logic", "@", ":=")), most=1000):
        if breach.rule == "never":
            line = lines[breach.line - 1][breach.column - 1 :]
            assert line.startswith((breach.text.split()[0], 'f"'))


ALLOWED_ATOMS = st.sampled_from(["a", "b", "1", "-1", "a.shape[0]", "arange(3)", "torch.arange(2)", "ones(2)"])
ALLOWED = st.recursive(
    ALLOWED_ATOMS,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+ - * / @ == < >= !=".split()), inner),  # noqa: SIM905
        st.builds("({})[:, None, {}]".format, inner, inner),
        st.builds("torch.where({}, {}, other={})".format, inner, inner, inner),
        st.builds("where({}, ones({}), {})".format, inner, inner, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(ALLOWED, st.sampled_from(["y = {}", "def solved(a, b): return {}", "def f(a):\n    b = {}\n    return f(b)"]))
def test_what_is_made_of_allowed_things_alone_breaks_nothing(expression, frame):
    code = frame.format(expression)
    assert breaches(code, Rules(only=PUZZLES, never=("softmax", "loops"))) == ()


# Through the judge.


@pytest.mark.asyncio(loop_scope="session")
async def test_the_judge_answers_both_questions(sandbox):
    rules = Rules(only=("arithmetic",), never=("loops",), uses=("@",), statements=1, line=20)
    code = "for é in x:\n    y = x[0]"
    expected = breaches(code, rules)
    assert [b.rule for b in expected] == ["never", "statements", "only", "uses"]
    assert await sandbox.breaches(code, rules) == expected
    same = Outcome(status="ok")
    assert await sandbox.compare(same, same, Terms()) is None
    assert await sandbox.breaches("y = 1", rules) == breaches("y = 1", rules)
    assert len(await sandbox.breaches("x = '\ud800'; a @ b", Rules(never=("@",)))) == 1
    assert await sandbox.breaches("a @ b #" + "x" * (64 << 10), Rules(never=("@",))) == ()
    assert await sandbox.breaches("-" * 20_000 + "1", rules) == (NESTED,)
    assert await sandbox.compare(same, same, Terms()) is None


class Judge:
    """A child that answers as it is told, or ends."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.alive = True

    async def send(self, data: bytes) -> None:
        """Take everything."""

    async def frame(self) -> Any:
        answer = self.answers.pop(0) if self.answers else None
        if answer == "sleep":
            await asyncio.sleep(60)
        self.alive = answer is not None
        return None if answer is None else (answer, b"")

    def close(self) -> None:
        self.alive = False


@asynccontextmanager
async def judged_by(monkeypatch: pytest.MonkeyPatch, *judges: Judge):
    sandbox, waiting = Sandbox(), list(judges)

    async def ready() -> None:
        """The source is never started."""

    async def take() -> Judge:
        return waiting.pop(0)

    monkeypatch.setattr(sandbox._source, "ready", ready)
    monkeypatch.setattr(sandbox, "_take", take)
    yield sandbox
    assert waiting == []


HIDDEN = {"breaches": [plain(Breach(rule="never", word="@", line=1, column=3, text="\x1b[31m@"))]}
NO_DIFFERENCE = {"difference": None}


async def test_code_that_ends_the_judge_is_the_codes_fault(monkeypatch):
    rules, same = Rules(never=("@",)), Outcome(status="ok")
    async with judged_by(monkeypatch, Judge([]), Judge([]), Judge([NO_DIFFERENCE, HIDDEN])) as sandbox:
        assert await sandbox.breaches("x", rules) == (UNREADABLE,)
        assert await sandbox.compare(same, same, Terms()) is None
        assert await sandbox.breaches("x", rules) == (Breach(rule="never", word="@", line=1, column=3, text="@"),)


async def test_a_judge_that_something_else_ended_is_replaced(monkeypatch):
    async with judged_by(monkeypatch, Judge([]), Judge([{"breaches": []}])) as sandbox:
        assert await sandbox.breaches("x", Rules(never=("@",))) == ()


async def test_code_that_keeps_the_judge_for_ever(monkeypatch):
    monkeypatch.setattr(client, "JUDGE_SECONDS", 0.05)
    same = Outcome(status="ok")
    async with judged_by(monkeypatch, Judge(["sleep"]), Judge([NO_DIFFERENCE])) as sandbox:
        assert await sandbox.breaches("x", Rules(never=("@",))) == (UNREADABLE,)
        assert await sandbox.compare(same, same, Terms()) is None


@pytest.mark.parametrize("said", [{"breaches": None}, {"breaches": [{"rule": "no"}]}, {"breaches": [1]}, {"other": 1}])
async def test_what_is_no_finding_is_not_believed(monkeypatch, said):
    judges = [Judge([said]), Judge([said])] if "other" in said else [Judge([said, said])]
    async with judged_by(monkeypatch, *judges) as sandbox:
        assert await sandbox.breaches("x", Rules(never=("@",))) == (UNREADABLE,)
