# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Small programs for Hypothesis to write: they print, bind, jump, raise and catch, and end."""

from __future__ import annotations

import textwrap

from hypothesis import strategies as st

_NAMES = st.sampled_from(["a", "b", "c", "x", "xs", "d"])
_PRELUDE = """\
def seen(v, n=0):
    log.append(n)
    return v
class Box:
    def __init__(self, v): self.v = v
    def __repr__(self): return f'Box({self.v!r})'
    def get(self, k=1): return self.v * k
    def __bool__(self):
        log.append('bool')
        if self.v in (2, 's', -1): raise ValueError('bool')
        return bool(self.v)
    def __eq__(self, o): return Box(self.v == getattr(o, 'v', o))
a, b, c, x, xs, d = 1, 2, Box(3), torch.arange(6.).view(2, 3), [3, 1, 2], {'k': 4}
"""


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    three = st.tuples(inner, inner, inner)
    shapes = [
        two.flatmap(
            lambda p: st.sampled_from(
                [
                    f"({p[0]} {o} {p[1]})"
                    for o in ["+", "-", "*", "/", "//", "%", "@", "==", "<", ">", "is", "and", "or", "in"]
                ]
            )
        ),
        three.map(lambda p: f"({p[0]} < {p[1]} <= {p[2]})"),
        three.map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        inner.map(lambda p: f"(not {p})"),
        inner.map(lambda p: f"(-{p})"),
        inner.map(lambda p: f"seen({p})"),
        two.map(lambda p: f"seen({p[0]}, n={p[1]})"),
        inner.map(lambda p: f"{p}.v"),
        two.map(lambda p: f"{p[0]}.get({p[1]})"),
        two.map(lambda p: f"Box({p[0]}).get(k={p[1]})"),
        two.map(lambda p: f"{p[0]}[{p[1]}]"),
        two.map(lambda p: f"xs[{p[0]}:{p[1]}]"),
        two.map(lambda p: f"[{p[0]}, *xs, {p[1]}]"),
        two.map(lambda p: f"({p[0]}, {p[1]})"),
        two.map(lambda p: f"{{'k': {p[0]}, **d, 'j': {p[1]}}}"),
        two.map(lambda p: f"[{p[0]} for a in xs if {p[1]}]"),
        two.map(lambda p: f"sum({p[0]} for b in xs if {p[1]})"),
        two.map(lambda p: f"{{b: {p[0]} for b in seen(xs) if {p[1]}}}"),
        two.map(lambda p: f"(lambda a=({p[0]}), *r: {p[1]})()"),
        inner.map(lambda p: f"(b := {p})"),
        inner.map(lambda p: f"f'{{{p}!r:>5}} {{a + 1}}'"),
        inner.map(lambda p: f"x.view({p}, -1)"),
        inner.map(lambda p: f"x.sum({p})"),
        inner.map(lambda p: f"len(str({p}))"),
    ]
    return st.one_of(shapes)


_ATOMS = st.one_of(
    _NAMES, st.sampled_from(["0", "1", "2", "-1", "'s'", "None", "[]", "x.T", "torch.ones(3)", "True", "nope"])
)
_EXPRESSIONS = st.recursive(_ATOMS, _grown, max_leaves=6)


def _blocks(bodies: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    e = _EXPRESSIONS
    inside = bodies.map(lambda body: textwrap.indent(body, "    "))
    two = st.tuples(inside, inside)
    shapes = [
        st.tuples(e, two).map(lambda p: f"if {p[0]}:\n{p[1][0]}\nelse:\n{p[1][1]}"),
        st.tuples(e, inside).map(lambda p: f"for a in [{p[0]}, 2, b]:\n{p[1]}"),
        st.tuples(e, inside).map(lambda p: f"for a, (d['k'], *xs) in [(1, ({p[0]}, 2))]:\n{p[1]}"),
        st.tuples(e, inside).map(lambda p: f"n = 3\nwhile (n := n - 1) and {p[0]}:\n{p[1]}"),
        two.map(
            lambda p: (
                f"try:\n{p[0]}\nexcept (TypeError, RuntimeError) as e:\n    log.append(str(e))\n{p[1]}\nfinally:\n    log.append('f')"
            )
        ),
        st.tuples(e, inside).map(lambda p: f"def f(a, b={p[0]}):\n{p[1]}\n    return a * b\nc = f(b)"),
        st.tuples(e, inside).map(lambda p: f"def g():\n    global b\n{p[1]}\n    b = yield {p[0]}\nxs = [*g()]"),
        inside.map(lambda p: f"with torch.no_grad() as n:\n{p}"),
        st.tuples(e, inside).map(
            lambda p: (
                f"class K(Box):\n    'doc'\n    w = {p[0]}\n    def get(self, k=2):\n        return super().get(k)\nc = K(b)\nif True:\n{p[1]}"
            )
        ),
        st.tuples(e, inside).map(
            lambda p: (
                f"match {p[0]}:\n    case [a, *_]: pass\n    case 1 | 2 if {p[0]}: log.append(1)\n    case b:\n{textwrap.indent(p[1], '    ')}"
            )
        ),
    ]
    return st.one_of(shapes)


def _simple() -> st.SearchStrategy[str]:
    e = _EXPRESSIONS
    two = st.tuples(e, e)
    shapes = [
        st.tuples(_NAMES, e).map(lambda p: f"{p[0]} = {p[1]}"),
        st.tuples(_NAMES, st.sampled_from(["+", "-", "*", "/", "@"]), e).map(lambda p: f"{p[0]} {p[1]}= {p[2]}"),
        two.map(lambda p: f"a, *xs = {p[0]}, {p[1]}, 3"),
        two.map(lambda p: f"d[{p[0]}] = b = {p[1]}"),
        two.map(lambda p: f"xs[{p[0]}] += {p[1]}"),
        two.map(lambda p: f"x[{p[0]}] = {p[1]}"),
        e.map(lambda p: f"c.v = {p}"),
        e.map(lambda p: f"c.v: int = {p}"),
        e.map(lambda p: p),
        e.map(lambda p: f"print({p})"),
        e.map(lambda p: f"log.append(repr({p})[:20])"),
        two.map(lambda p: f"assert {p[0]}, {p[1]}"),
        e.map(lambda p: f"raise ValueError({p})"),
        e.map(lambda p: f"del xs[{p}]"),
    ]
    return st.one_of(shapes)


_BODIES = st.recursive(
    st.lists(_simple(), min_size=1, max_size=3).map("\n".join),
    lambda inner: st.lists(_blocks(inner) | _simple(), min_size=1, max_size=3).map("\n".join),
    max_leaves=5,
)


def _sound(code: str) -> bool:
    try:
        compile(code, "sound.py", "exec")
    except SyntaxError:
        return False
    return True


PROGRAMS = _BODIES.map(lambda body: _PRELUDE + body).filter(_sound)
"""Programs that Python takes."""
