"""How repairs are built: they replace what failed in the program as it was written, and always parse."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import ran
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Place, Repair, repaired


def case(code: str) -> Case:
    outcome, _ = ran(code)
    assert outcome.error is not None and outcome.error.scene is not None
    return Case(outcome.error, outcome.error.scene, code)


def programs(code: str, repairs: tuple[Repair, ...]) -> list[str]:
    return [repaired(code, repair) for repair in repairs]


def test_what_failed_is_replaced_where_it_stands() -> None:
    code = "é = torch.ones(2)\nif True:\n    y = [é @ torch.ones(3), 1]  # why"
    found = case(code)
    assert programs(code, found.instead("é.sum()")) == [code.replace("é @ torch.ones(3)", "é.sum()")]
    assert found.instead("é.sum()")[0].code == "y = [é.sum(), 1]  # why"
    assert programs(code, found.swapped(found.operands[1], "é")) == [code.replace("torch.ones(3)", "é")]


def test_over_several_lines() -> None:
    code = "y = (torch.ones(2)\n     @ torch.ones(3))"
    assert programs(code, case(code).instead("1")) == ["y = (1)"]


def test_the_target_of_an_assignment_in_place_becomes_a_plain_one() -> None:
    code = "a = torch.zeros(2)\na += torch.ones(3, 2)"
    found = case(code)
    assert programs(code, found.swapped(found.operands[0], "a[None]")) == [
        "a = torch.zeros(2)\na = a[None] + torch.ones(3, 2)"
    ]


def test_what_would_not_parse_is_no_repair() -> None:
    found = case("x = torch.ones(2) @ torch.ones(3)")
    assert found.instead("1 +") == ()
    assert found.instead("1", of=found.tree) == ()


def test_a_statement_in_front_is_as_deep() -> None:
    code = "def f(x):\n    return x @ x\nf(torch.ones(2, 3))"
    assert programs(code, case(code).before(2, "a = 1\nb = 2")) == [
        code.replace("    return", "    a = 1\n    b = 2\n    return")
    ]


@pytest.mark.parametrize("place", [(1, 0, 1, 0), (9, 0, 9, 0)])
def test_edits_at_the_ends_of_a_program(place: tuple[int, int, int, int]) -> None:
    assert repaired("a\nb", Repair("", "", (Edit(Place(*place), "c\n"),))).split() in (["c", "a", "b"], ["a", "b", "c"])


def test_several_edits_do_not_move_each_other() -> None:
    edits = (Edit(Place(1, 0, 1, 1), "xx"), Edit(Place(1, 4, 1, 5), "yy"), Edit(Place(2, 0, 2, 0), "z\n"))
    assert repaired("a = b\nc", Repair("", "", edits)) == "xx = yy\nz\nc"


def test_how_this_code_reaches_torch_nn() -> None:
    assert (case("1 / 0").nn, case("1 / 0").F) == ("torch.nn", "torch.nn.functional")
    assert case("net = nn.ReLU()\n1 / 0").nn == "nn" and case("F.relu(torch.ones(1))\n1 / 0").F == "F"
