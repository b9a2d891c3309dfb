"""Code line by line: numbers, and the steps followed through it."""

from __future__ import annotations

import pytest

from tutor.listing import has_steps, numbered, stepped, traced

CODE = "h = x @ w\na, b = h.split(2)\n# note\ns = torch.cat([\n    a, b])\ns.sum()"


def test_numbers_are_a_margin_of_one_width() -> None:
    assert numbered("a\n\nb") == [("1  ", "a"), ("2  ", ""), ("3  ", "b")]
    assert [margin for margin, _ in numbered("x\n" * 10)][8:] == [" 9  ", "10  "]
    assert numbered("") == []


def test_a_step_is_a_name_or_a_statement_without_one() -> None:
    assert [names for _, names in traced(CODE)] == [("h",), ("a", "b"), (), (), ("s",), ("",)]
    assert [margin.strip() for margin, _ in stepped(CODE)] == ["1", "2-3", "", "", "4", "5"]
    assert {len(margin) for margin, _ in stepped(CODE)} == {5}
    assert traced("a = 1; b = 2\nx[0] = a\nc = d = b") == [
        ("a = 1; b = 2", ("a", "b")),
        ("x[0] = a", ("",)),
        ("c = d = b", ("c", "d")),
    ]


@pytest.mark.parametrize(
    ("code", "seen"),
    [("net(x)", False), ("net(\n    x)", False), ("y = net(x)", True), ("x[0]", True), ("f(x)\ng(x)", True),
     ("", False), ("# only this", False), ("x = (", False)],
)  # fmt: skip
def test_a_call_alone_is_a_network(code: str, seen: bool) -> None:
    assert has_steps(code) is seen
