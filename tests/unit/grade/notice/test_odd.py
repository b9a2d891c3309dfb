"""Programs of any kind: no theme stumbles over them, and none of them is told off for what it is not."""

from __future__ import annotations

import contextlib
import io

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.grade.notice.test_notice import MEANT, MISTAKES
from tests.unit.sandbox.programs import PROGRAMS
from tutor.grade.notice import gather
from tutor.grade.notice.program import Program
from tutor.sandbox.protocol import Line, Outcome, Part
from tutor.sandbox.snippet import Snippet

CODES = [entry["code"] for entry in (*MISTAKES, *MEANT)]
_SHAPES = st.one_of(st.none(), st.lists(st.sampled_from([0, 1, 2, 3, 7]), max_size=4).map(tuple))
_DTYPES = st.sampled_from([None, "float32", "int64", "bool", "complex64"])


def every_theme(code: str, outcome: Outcome) -> None:
    program = Program(code, outcome, "x = 1\n")
    for theme in gather._THEMES:
        for notice in theme(program):
            assert notice.first and notice.line and len(notice.text()) < 4000


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(PROGRAMS)
def test_no_theme_stumbles_over_a_program(code: str) -> None:
    snippet, lines = Snippet(), list[Line]()
    snippet.namespace.update({"log": [], "nn": torch.nn, "F": torch.nn.functional})
    with contextlib.redirect_stdout(io.StringIO()):
        snippet.run_traced(code, "answer.py", lines.append)
    every_theme(code, Outcome(status="ok", lines=tuple(lines), asides=tuple(snippet.asides)))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(CODES), st.data())
def test_nor_over_what_a_child_claims(code: str, data: st.DataObject) -> None:
    words = st.sampled_from([*code.split(), "x", "loss", "tensor([[1, 2], [3, 4]])", "[1]", "7", ""])

    def line(number: int) -> Line:
        draw = data.draw
        parts = tuple(Part(text=draw(words), shape=draw(_SHAPES), dtype=draw(_DTYPES)) for _ in range(2))
        return Line(
            line=number, name=draw(words), shape=draw(_SHAPES), dtype=draw(_DTYPES), text=draw(words), parts=parts
        )

    lines = tuple(line(number) for number in range(len(code.splitlines()) + 2))
    every_theme(code, Outcome(status="ok", lines=lines[1:], asides=lines[::2]))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(CODES), st.integers(0, 400), st.integers(0, 30))
def test_nor_over_code_with_a_piece_cut_out(code: str, at: int, many: int) -> None:
    every_theme(code[:at] + code[at + many :], Outcome(status="ok"))
