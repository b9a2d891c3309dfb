"""What traced code tells beside its lines: names from before, arguments, and parts of lines that gave nothing."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import torch

from tutor.sandbox.protocol import Line
from tutor.sandbox.trace import Tracer


def asides(code: str, **given: Any) -> list[Line]:
    told: list[Line] = []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(ZeroDivisionError):
        Tracer().run(code, "code.py", {"torch": torch, **given}, lambda line: None, told.append)
    return told


def test_names_that_were_there_before_are_told_if_the_code_asks_for_them() -> None:
    told = asides(
        "def f():\n    return x + n\ny = f()\n", x=torch.ones(2, requires_grad=True), n=3, other=torch.ones(5)
    )
    assert {(line.line, line.name, line.shape, line.text) for line in told} == {
        (0, "x", (2,), "tensor([1, 1])"),
        (0, "n", None, "3"),
    }
    assert next(line for line in told if line.name == "x").requires_grad is True


def test_arguments_are_told_as_they_were_the_first_time_and_without_self() -> None:
    code = (
        "class A:\n    def f(self, a, /, b, *rest, c=1):\n        b = 0\n        return a\n"
        "A().f(torch.ones(2), torch.ones(3))\nA().f(torch.ones(9), 2)\n"
    )
    assert [(line.line, line.name, line.shape) for line in asides(code)] == [
        (2, "a", (2,)),
        (2, "b", (3,)),
        (2, "c", None),
    ]


def test_a_function_that_is_never_called_was_given_nothing() -> None:
    assert asides("def f(a):\n    return a\n") == []


def test_parts_of_a_line_that_gave_nothing_are_told() -> None:
    (told,) = asides("print(torch.ones(3, 1) - torch.ones(3))\nprint(1)\n")
    assert (told.line, told.name, told.shape) == (1, "", None)
    assert [(part.text, part.shape) for part in told.parts][-1] == ("torch.ones(3, 1) - torch.ones(3)", (3, 3))


def test_they_are_told_of_code_that_fails_too() -> None:
    assert [line.name for line in asides("def f(a):\n    return a / 0\nf(1)\n")] == ["a"]


def test_a_generator_is_given_its_arguments_when_it_begins() -> None:
    assert asides("def g(a):\n    yield a\nit = g(1)\n") == []
    assert [line.name for line in asides("def g(a):\n    yield a\nit = list(g(1))\n")] == ["a"]
