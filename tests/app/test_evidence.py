"""Evidence stays aligned at any width."""

from __future__ import annotations

import pytest
from textual.content import Content

from tutor.app import paint
from tutor.app.widgets.evidence import laid_out
from tutor.grade.contrast import beside
from tutor.sandbox.protocol import Observation


def matrix(*rows: list[float]) -> Observation:
    return Observation(kind="tensor", shape=(len(rows), len(rows[0])), values=list(rows))


BESIDE = (
    "input  (2,) float32",
    *beside(
        matrix([0.1667, 0.3333, 0.5], [0.2273, 0.2727, 0.3182]),
        matrix([0.1667, 0.2222, 0.4], [10.3333, 0.2727, 0.3182]),
        ((0, 1), (0, 2), (1, 0)),
    ),
)


def plain(lines: list[Content]) -> list[str]:
    return [line.plain for line in lines]


def test_what_fits_stays_side_by_side() -> None:
    assert plain(laid_out(BESIDE, 60)) == [f"  {line}" for line in BESIDE]


def test_what_does_not_fit_goes_one_below_the_other() -> None:
    assert [line.rstrip() for line in plain(laid_out(BESIDE, 50))] == [
        "  input  (2,) float32",
        "  expected",
        "    0.1667 › 0.3333‹› 0.5000‹",
        "  › 0.2273‹  0.2727   0.3182",
        "  yours",
        "    0.1667 › 0.2222‹› 0.4000‹",
        "  ›10.3333‹  0.2727   0.3182",
    ]


@pytest.mark.parametrize("width", [50, 60])
def test_cells_have_the_colour_of_their_side(width: int) -> None:
    styled = {
        (line.plain[span.start : span.end], str(span.style))
        for line in laid_out(BESIDE, width)
        for span in line.spans
        if "$success" in str(span.style) or "$error" in str(span.style)
    }
    assert styled == {
        ("› 0.3333‹", "bold $success"),
        ("› 0.5000‹", "bold $success"),
        ("› 0.2273‹", "bold $success"),
        ("› 0.2222‹", "bold $error"),
        ("› 0.4000‹", "bold $error"),
        ("›10.3333‹", "bold $error"),
    }


def test_carets_stay_under_what_they_point_at() -> None:
    code = "    total = sum(`x` for row in x for number in row)  # a comment"
    carets = " " * code.index("for row") + "^" * len("for row in x")
    assert plain(laid_out((code, carets, "  and more"), 80)) == [f"  {code}", f"  {carets}", "    and more"]
    assert plain(laid_out((code, carets), 46)) == [f"  {code[:43]}…", f"  {carets}"]
    assert plain(laid_out((code, " " * 50 + "^^"), 42)) == [f"  …{code[31:]}", "  " + " " * 20 + "^^"]


def test_shapes_stay_a_column_beside_the_steps_that_make_them() -> None:
    code = ("h = x @ w", "s = torch.cat([h, torch.zeros(3, 1)], dim=1).relu()")
    steps = tuple(f"{line:<{len(code[1])}}  {shape}" for line, shape in zip(code, ("(3, 5)", "(3, 6)"), strict=True))
    assert plain(laid_out(steps, 70)) == [f"  {line}" for line in steps]
    assert plain(laid_out((*steps, "and words"), 42)) == [
        "  h = x @ w                         (3, 5)",
        "  s = torch.cat([h,                 (3, 6)",
        "    torch.zeros(3, 1)],",
        "    dim=1).relu()",
        "  and words",
    ]


def test_words_go_on_where_they_began() -> None:
    said = "torch says: RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x2 and 3x4)"
    first, *rest = plain(laid_out((said,), 40))
    assert first.startswith("  torch says") and rest and all(row.startswith("  ") and len(row) <= 40 for row in rest)
    assert " ".join(" ".join([first, *rest]).split()) == said


@pytest.mark.parametrize("evidence", [("^^^",), ("",), ("expected", "^"), ("›a",), ("a\tb", " \t^")])
def test_odd_evidence_is_only_text(evidence: tuple[str, ...]) -> None:
    assert all(line.plain.startswith("  ") for line in laid_out(evidence, 20))


def test_code_that_does_not_fit_goes_on_further_in() -> None:
    line = paint.hung(Content("1  "), Content("    y = torch.ones(2, 3).sum(dim=0)"), 30, further=2)
    assert line.plain == "1      y = torch.ones(2,\n         3).sum(dim=0)"
    assert paint.hung(Content("a  "), Content("short"), 30).plain == "a  short"
    assert paint.hung(Content("a  "), Content("one two three"), 11).plain == "a  one two\n   three"
