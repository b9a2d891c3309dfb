"""Each rule speaks where it should and nowhere else; what it says names the code, and what it shows can be read."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.grade.notice.ran import SETUP, ran
from tutor.grade.notice import gather
from tutor.grade.notice.gather import notices
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program
from tutor.sandbox.protocol import Outcome

HERE = Path(__file__).parent
MISTAKES: list[dict[str, Any]] = yaml.safe_load((HERE / "mistakes.yaml").read_text("utf-8"))
MEANT: list[dict[str, Any]] = yaml.safe_load((HERE / "meant.yaml").read_text("utf-8"))


def named(entries: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", [pytest.param(entry, id=entry["id"]) for entry in entries])


def told(code: str, setup: str = SETUP) -> tuple[Notice, ...]:
    return notices(code, ran(code, setup), setup)


@named(MISTAKES)
def test_a_mistake_is_told_by_its_rule_at_its_line(entry: dict[str, Any]) -> None:
    found = [notice for notice in told(entry["code"]) if notice.rule == entry["rule"]]
    assert [notice.line for notice in found] == [entry["line"]]
    assert len(found[0].first) <= 220 and found[0].rest


@named(MISTAKES)
def test_what_is_shown_instead_is_python(entry: dict[str, Any]) -> None:
    for notice in told(entry["code"]):
        code = re.sub(r"^(\S.*), nn\.ReLU\(\), (.*)$", r"[\1, nn.ReLU(), \2]", notice.instead)
        ast.parse(code)


@named(MEANT)
def test_what_is_meant_is_let_be(entry: dict[str, Any]) -> None:
    assert told(entry["code"]) == ()


def test_every_theme_is_tried() -> None:
    rules = {entry["rule"] for entry in MISTAKES}
    assert len(rules) >= 30 and min(sum(e["rule"] == rule for e in MISTAKES) for rule in rules) >= 1


def test_names_of_the_setup_are_known() -> None:
    setup = f"{SETUP}\nheights = torch.rand(4, 1)\nlimits = torch.rand(4)"
    (notice,) = told("gap = (heights - limits).abs().mean()", setup)
    assert "`heights` (4, 1) - `limits` (4,)" in notice.first


def test_what_a_function_was_given_is_known() -> None:
    (notice,) = told("def gap(a, b):\n    return a - b\n\nprint(gap(torch.rand(3, 1), torch.rand(3)).shape)")
    assert (notice.line, notice.rule) == (2, "column-vector")


def test_a_line_that_gives_nothing_is_read_too() -> None:
    (notice,) = told("a, b = torch.rand(3, 1), torch.rand(3)\nprint((a == b).float().mean())")
    assert notice.line == 2


def test_the_same_shapes_by_way_of_none_are_meant() -> None:
    assert told("a, b = torch.rand(3), torch.rand(3)\nd = (a[:, None] - b).abs().mean()") == ()


def test_code_that_failed_is_left_to_its_error() -> None:
    outcome = replace(ran("x = torch.Tensor(3)"), status="error")
    assert notices("x = torch.Tensor(3)", outcome) == ()


def test_what_cannot_be_read_is_no_reason_to_fail() -> None:
    for code in (
        "",
        "x = (",
        "\x00",
        "é = 1; " * 3000,
        "x[0][1][2]()()[3].y = lambda: (yield)",
        "class A(nn.Module): pass",
    ):
        assert notices(code, Outcome(status="ok")) == ()


def test_a_theme_that_stumbles_does_not_silence_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(program: Program) -> Any:
        raise KeyError(program)

    code = "x = torch.Tensor(3)"
    outcome = ran(code)
    monkeypatch.setattr(gather, "_THEMES", (stumble, *gather._THEMES))
    assert [notice.rule for notice in notices(code, outcome)] == ["capital-tensor"]


def test_several_mistakes_come_in_the_order_of_their_lines() -> None:
    code = "t = torch.Tensor(3)\na = torch.rand(4, 1)\nb = torch.rand(4)\nd = a - b\nb.add(1)\ne = b"
    assert [notice.line for notice in told(code)] == [1, 4, 5]


def test_letters_beyond_ascii_keep_their_places() -> None:
    (notice,) = told("größe = torch.rand(3, 1); ziel = torch.rand(3)\nfehler = (größe - ziel).mean()")
    assert "`größe` (3, 1) - `ziel` (3,)" in notice.first
