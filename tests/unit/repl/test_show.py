from __future__ import annotations

import pytest

from tutor.grade.account import Account
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.repl.piece import Piece
from tutor.repl.show import names_shown, shown, why
from tutor.sandbox.protocol import Failure, Line, Observation, Outcome, Part, Warned

TWO = Observation(kind="tensor", type="Tensor", shape=(2,), dtype="float32", text="tensor([1., 2.])")


def test_a_tensor_is_its_shape_dtype_and_values() -> None:
    outcome = Outcome(status="ok", observed={"_": TWO})
    assert shown(outcome, "x") == [Piece("caption", "(2,) float32"), Piece("value", "tensor([1., 2.])")]


def test_other_values_are_their_repr_and_none_is_silent() -> None:
    three = Observation(kind="number", type="int", text="3", value=3)
    assert shown(Outcome(status="ok", observed={"_": three}), "n") == [Piece("value", "3")]
    assert shown(Outcome(status="ok", observed={"_": Observation(kind="none", text="None")}), "n") == []
    assert shown(Outcome(status="ok"), "n = 3") == []


def test_shapes_inside_a_container_and_of_an_array_are_said() -> None:
    pair = Observation(kind="tuple", type="max", text="max(...)", items=(TWO, TWO))
    assert shown(Outcome(status="ok", observed={"_": pair}), "x.max(0)") == [
        Piece("caption", "max of 2: (2,) float32, (2,) float32"),
        Piece("value", "max(...)"),
    ]
    many = Observation(kind="list", type="list", text="[...]", items=(TWO,) * 9)
    assert shown(Outcome(status="ok", observed={"_": many}), "xs")[0].text.endswith("(2,) float32, …")
    array = Observation(kind="object", type="ndarray", text="array([1., 2.])", shape=(2,), dtype="float64")
    assert shown(Outcome(status="ok", observed={"_": array}), "a")[0].text == "ndarray (2,) float64"


def test_each_assignment_shows_what_it_made() -> None:
    lines = (
        Line(line=1, name="x", shape=(5, 7), dtype="float32"),
        Line(line=2, name="n", text="3"),
        Line(line=3, name="s", shape=(), dtype="int64", text="tensor(3)"),
        Line(line=4, name="", text="5"),
    )
    pieces = shown(Outcome(status="ok", lines=lines), "x = ...\nn = 3\n5")
    assert pieces == [Piece("made", "x  (5, 7) float32"), Piece("made", "n  3"), Piece("made", "s  () int64")]


def test_output_comes_first_and_keeps_its_stream() -> None:
    outcome = Outcome(
        status="ok", stdout="one\n", stderr="two\n", truncated=True, warnings=(Warned(line=1, message="old\nway"),)
    )
    assert [(piece.kind, piece.text) for piece in shown(outcome, "")] == [
        ("output", "one"),
        ("errors", "two"),
        ("note", "… there was more output; it is not shown"),
        ("note", "warning: old way"),
    ]


def test_an_error_in_one_line_is_type_and_message() -> None:
    outcome = Outcome(status="error", error=Failure(type="NameError", message="name 'y' is not defined", line=1))
    assert shown(outcome, "y") == [Piece("error", "NameError: name 'y' is not defined")]


def test_an_error_in_several_lines_marks_the_line() -> None:
    outcome = Outcome(status="error", error=Failure(type="ValueError", message="", line=2))
    assert shown(outcome, "for i in x:\n    bad(i)\n") == [Piece("mark", "▸ 2  bad(i)"), Piece("error", "ValueError")]


def test_a_line_number_from_elsewhere_marks_nothing() -> None:
    outcome = Outcome(status="error", error=Failure(type="E", message="m", line=9))
    assert shown(outcome, "a\nb") == [Piece("error", "E: m")]


def test_a_long_message_is_cut() -> None:
    message = "\n".join(map(str, range(50)))
    (piece,) = shown(Outcome(status="error", error=Failure(type="E", message=message)), "x")
    assert piece.text.splitlines()[-2:] == ["11", "…"]


def test_an_error_is_explained_before_it_is_told_and_there_is_more() -> None:
    repair = Repair("a @ b.T", "with `b` transposed")
    found = Explanation(rule="r", first="The sizes differ.", rest=("5 must meet 4.",), repairs=(repair,), habit="Look.")
    failure = Failure(type="RuntimeError", message="m", line=1)
    lines = (Line(line=1, name="y", shape=(2,), dtype="float32", parts=(Part(text="a.T", shape=(5, 2)),)),)
    account = Account(explanation=found, lines=lines)
    assert shown(Outcome(status="error", error=failure), "a @ b", account) == [
        Piece("why", "The sizes differ.\nThis runs: with `b` transposed:\n    a @ b.T"),
        Piece("error", "RuntimeError: m"),
        Piece("note", ":why says more"),
    ]
    assert why(account)[0].text.splitlines() == [
        "5 must meet 4.", "This runs: with `b` transposed:", "    a @ b.T", "Look.", "",
        "What each line made:", "  line 1  y  (2,) float32", "  · a.T  (5, 2)",
    ]  # fmt: skip
    assert why(Account()) == [Piece("note", "There is no more to say.")]


def test_ctrl_c_is_not_an_error() -> None:
    outcome = Outcome(status="error", error=Failure(type="KeyboardInterrupt", message="", line=1))
    assert shown(outcome, "while True: pass") == [Piece("note", "Stopped.")]


@pytest.mark.parametrize(
    ("note", "text"), [("Over the time limit of 30 s.", "Over the time limit of 30 s."), ("", "Stopped: timeout.")]
)
def test_a_limit_is_named(note: str, text: str) -> None:
    assert shown(Outcome(status="timeout", note=note), "x") == [Piece("error", text)]


def test_a_limit_says_more_than_the_exception_it_caused() -> None:
    failure = Failure(type="RuntimeError", message="DefaultCPUAllocator: can't allocate memory", line=2)
    outcome = Outcome(status="memory", note="Stopped: over the limit of 1024 MiB.", error=failure)
    assert shown(outcome, "a\nb") == [Piece("mark", "▸ 2  b"), Piece("error", "Stopped: over the limit of 1024 MiB.")]


def test_control_characters_do_not_reach_the_terminal() -> None:
    evil = "\x1b]52;c;aGk=\x07\x1b[2Jhi"
    outcome = Outcome(
        status="error",
        stdout=evil,
        stderr=evil,
        error=Failure(type=evil, message=evil, line=1),
        lines=(Line(line=1, name=evil, text=evil),),
        observed={"_": Observation(kind="object", type="T", text=evil)},
        warnings=(Warned(line=1, message=evil),),
    )
    assert not any("\x1b" in piece.text or "\x07" in piece.text for piece in shown(outcome, evil + "\nb"))


def test_names_are_listed_with_their_shapes() -> None:
    names = Observation(kind="dict", type="dict", items=(TWO,), keys=("'x'",))
    assert names_shown(names) == [Piece("made", "x  (2,) float32")]
