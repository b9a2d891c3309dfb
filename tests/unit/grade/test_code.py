"""Code answers: what is run, what is compared, and how a difference is said."""

from __future__ import annotations

import pytest

from tutor.grade import code
from tutor.grade.answer import Unread
from tutor.grade.order import arranged, shuffled
from tutor.grade.source import assigned, same_code, split_last
from tutor.lesson.model import Fill, Fix, Function, Order, Write, Wrong
from tutor.sandbox.protocol import Call, Difference, Failure, Observation, Outcome

WRITE = Write(id="w", write="Average.", start="row_avg = x.mean(dim=____)", solution="row_avg = x.mean(dim=1)")
FILL = Fill(id="f", fill="Rows 1 to 3.", start="block = m[1:____, :2]", solution="4")
ORDER = Order(id="o", order="Softmax.", solution="a = 1\nb = a + 1\nc = b + 1", distractors=("c = a",))
OK = Outcome(status="ok")


def test_an_untouched_starter_is_no_attempt() -> None:
    assert code.untouched(WRITE, "row_avg = x.mean(dim=____)\n")
    assert "gap" in code.untouched(WRITE, "row_avg = x.mean(0, keepdim=____)")
    assert code.untouched(FILL, "____") and code.untouched(FILL, " ")
    assert not code.untouched(WRITE, "row_avg = x.mean(dim=1)")
    assert code.untouched(Fix(fix="Mend it.", start="z = 1", solution="z = 2"), "z = 1")


def test_what_is_observed() -> None:
    assert code.request(WRITE, "row_avg = x.mean(1)", "x = 1", 0).observe == ("row_avg",)
    filled = code.request(FILL, " -1 ", "m = 1", 0)
    assert (filled.code, filled.observe) == ("block = m[1:-1, :2]", ("block",))
    function = Function(
        function="f", start="", solution="def half(v):\n    return v / 2", inputs=("torch.ones(1)",), cases=3
    )
    asked = code.request(function, "def half(v): ...", "", 7)
    assert asked.calls is not None
    assert (asked.calls.function, asked.calls.count, asked.draw) == ("half", 3, 7)


def test_order_by_numbers_or_lines() -> None:
    shown = shuffled(ORDER)
    assert shown == shuffled(ORDER)
    assert sorted(shown) == sorted((*ORDER.lines, "c = a"))
    assert [line for line in shown if line in ORDER.lines] != list(ORDER.lines)
    numbers = " ".join(str(shown.index(line) + 1) for line in ORDER.lines)
    assert arranged(ORDER, numbers) == arranged(ORDER, ORDER.solution) == ORDER.solution
    assert arranged(ORDER, str(list(ORDER.lines))) == ORDER.solution
    assert arranged(ORDER, f"[{numbers.replace(' ', ', ')}]") == ORDER.solution
    for odd in ("9 1", "d = 5"):
        with pytest.raises(Unread):
            arranged(ORDER, odd)


def test_listed_wrong_answers_are_found_whatever_the_layout() -> None:
    question = Write(write="w", solution="a = 1", wrong=(Wrong(answer="a = x.mean(dim=0)", feedback="Columns."),))
    assert code.listed(question, "a = x.mean( dim = 0 )  # columns") is question.wrong[0]
    assert code.listed(question, "a = x.mean(dim=1)") is None


@pytest.mark.parametrize(
    ("difference", "says"),
    [
        (Difference(name="y", field="missing", expected="", actual=""), "`y` was never made"),
        (
            Difference(name="y", field="shape", expected="(1,)", actual="()"),
            "shape (); it should have (1,) (1 dimension, not 0)",
        ),
        (
            Difference(name="y", field="shape", expected="(5,)", actual="(7,)"),
            "shape (7,); it should have (5,).",
        ),
        (Difference(name="y", field="dtype", expected="float32", actual="int64"), "dtype int64"),
        (
            Difference(name="y", field="kind", expected="a tensor", actual="a number"),
            "is a number; a tensor was asked for",
        ),
        (
            Difference(name="y", field="values", expected="[1]", actual="[2]", cells=((0,),), differing=1),
            "wrong value at [0].",
        ),
    ],
)
def test_a_difference_in_words(difference: Difference, says: str) -> None:
    verdict = code.wrong(WRITE, OK, OK, difference, None)
    assert verdict.result == "wrong"
    assert says in verdict.feedback


def test_a_failing_call_shows_its_inputs() -> None:
    call = Call(inputs=(Observation(kind="tensor", shape=(1, 2), dtype="float32", values=[[1.0, 2.0]]),))
    difference = Difference(name="half", field="values", expected="[1]", actual="[2]", case=0)
    verdict = code.wrong(WRITE, Outcome(status="ok", calls=(call,)), OK, difference, None)
    assert verdict.evidence[0].startswith("input  (1, 2) float32")
    assert verdict.evidence[-2:] == ("expected  [1]", "yours     [2]")


def test_how_a_run_can_end() -> None:
    failed = Outcome(status="error", error=Failure(type="NameError", message="name 'q' is not defined", line=2))
    verdict = code.wrong(WRITE, failed, OK, None, None)
    assert (verdict.headline, verdict.evidence) == (
        "It fails on line 2.",
        ("NameError: name 'q' is not defined",),
    )
    stopped = Outcome(status="timeout", note="Stopped: over the time limit of 5 s.")
    assert code.wrong(WRITE, stopped, OK, None, None).headline == "Stopped: over the time limit of 5 s."
    assert code.right(WRITE, OK).passed


def test_the_authors_words_come_with_the_difference() -> None:
    difference = Difference(name="y", field="shape", expected="(5,)", actual="(7,)")
    verdict = code.wrong(WRITE, OK, OK, difference, Wrong(answer="a", feedback="Columns."))
    assert verdict.belief == "Columns."
    assert verdict.said()[1] == "Columns."


def test_reading_source() -> None:
    assert split_last("y = 1\ny.sum()") == ("y = 1", "y.sum()")
    assert split_last("y = 1; y + 2") == ("y = 1", "y + 2")
    assert split_last("(1 +\n 2)") == ("", "(1 +\n 2)") or split_last("(1 +\n 2)")[1].startswith("1 +")
    assert split_last("y = 1") == ("y = 1", "")
    assert assigned("a, b = 1, 2\n_c = 3\nd: int = 4\nfor i in a:\n    e = i") == ("a", "b", "d", "e")
    assert assigned("def f(): x = 1") == ()
    assert same_code("x=1 # a", "x = 1")
    assert not same_code("x = 1", "x = (")


def test_memory_is_named_in_a_call_as_anywhere() -> None:
    said = "RuntimeError: DefaultCPUAllocator: can't allocate memory"
    difference = Difference(name="half", field="failed", expected="a tensor", actual=said, case=0)
    assert "memory" in code.wrong(WRITE, OK, OK, difference, None).headline
