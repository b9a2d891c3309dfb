"""What each line made, as rows: the same beside code, in a run, at the prompt and in plain mode."""

from __future__ import annotations

from tutor.grade.lines import detailed, details, rows, table
from tutor.sandbox.protocol import Line, Part, Pass

PASSES = tuple(Pass(number=n, shape=(n, 3), dtype="float32") for n in (1, 2, 4))
LINES = (
    Line(line=12, name="w", shape=(4, 2), dtype="float32", device="cuda:0", requires_grad=True),
    Line(line=3, name="h", shape=(4, 3), dtype="float32", count=4, passes=PASSES, device="cpu"),
    Line(line=5, name="", text="'a\nb'"),
    Line(line=6, name="i", text="3", count=4, passes=(Pass(number=1, text="0"), Pass(number=4, text="3"))),
)


def test_rows_come_in_the_order_of_the_code_with_what_is_out_of_the_ordinary() -> None:
    assert table(LINES) == [
        " 3  h  (1, 3) … (4, 3) float32  4 times",
        " 5  ·  'a b'",
        " 6  i  3  4 times",
        "12  w  (4, 2) float32 cuda:0 grad",
    ]
    assert table(()) == []


def test_parts_and_rounds_on_demand() -> None:
    line = Line(line=1, name="y", shape=(2,), parts=(Part(text="a @\n  b", shape=(2,), dtype="int64"),), passes=PASSES)
    assert details(line) == [
        "round 1: (1, 3) float32", "round 2: (2, 3) float32", "round 4: (4, 3) float32", "a @ b  (2,) int64",
    ]  # fmt: skip
    assert detailed([line], "line ")[0].startswith("line 1  y") and len(detailed([line])) == 5


def test_parts_of_a_loop_are_those_of_its_first_round_and_self_is_no_row() -> None:
    line = Line(line=2, name="h", shape=(3,), count=3, parts=(Part(text="x[i]", shape=(2,), dtype="int64"),))
    assert details(line) == ["x[i]  (2,) int64 in round 1"]
    assert table([Line(line=1, name="self", text="Net()"), line]) == ["2  h  (3,)  3 times"]


def test_what_a_snippet_says_is_made_legible_and_kept_short() -> None:
    (row,) = rows([Line(line=1, name="\x1b[2J" + "n" * 99, text="t" * 999)])
    assert "\x1b" not in row.name and len(row.name) <= 24 and len(row.what) <= 60
