"""What is told apart at a glance, and what is left to the judge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tutor.grade.glance import apart
from tutor.sandbox.protocol import Call, Failure, Observation, Outcome, Terms

TWO = Observation(kind="tensor", shape=(2,), dtype="float32", values=[1.0, 2.0], requires_grad=False)
FAILED = Failure(type="IndexError", message="no")


def made(seen: Observation) -> Outcome:
    return Outcome(status="ok", observed={"y": seen})


@pytest.mark.parametrize(
    ("other", "check", "differ"),
    [
        ({"values": [1.0, 2.5]}, ("values",), True),
        ({"values": [1.0, 2.00001]}, ("values",), False),
        ({"values": [1.0, 2.5]}, ("shape",), False),
        ({"shape": (1, 2), "values": [[1.0, 2.0]]}, ("shape", "values"), True),
        ({"shape": (1, 2), "values": [[1.0, 2.0]]}, ("values",), False),
        ({"dtype": "float64"}, ("dtype",), True),
        ({"dtype": "float64"}, ("values",), False),
        ({"requires_grad": True}, ("requires_grad",), True),
        ({"values": ["nan", 2.0]}, ("values",), False),
        ({"values": None}, ("values",), False),
    ],
)
def test_only_what_is_looked_at_tells_apart(other: dict[str, Any], check: tuple[str, ...], differ: bool) -> None:
    assert apart(made(TWO), made(replace(TWO, **other)), Terms(check=check)) is differ


def test_what_the_judge_would_allow_is_never_apart() -> None:
    wide = replace(TWO, values=[1e8, 0.5])
    assert not apart(made(wide), made(replace(wide, values=[1e8, 3.0])), Terms())
    assert not apart(made(TWO), made(replace(TWO, values=[1.0, 2.4])), Terms(tolerance=0.5))


def test_kinds_status_and_names() -> None:
    missing = Observation(kind="missing", failure=FAILED)
    assert apart(made(TWO), made(missing), Terms())
    assert apart(made(TWO), made(Observation(kind="list", items=())), Terms())
    assert apart(made(TWO), Outcome(status="error", error=FAILED), Terms())
    assert apart(made(TWO), Outcome(status="ok", observed={"z": TWO}), Terms())
    assert not apart(made(TWO), made(missing), Terms(beside=("y",)))


def test_calls() -> None:
    one = Outcome(status="ok", calls=(Call(inputs=(TWO,), result=TWO),))
    for other in (
        Call(inputs=(TWO,), result=replace(TWO, values=[1.0, 9.0])),
        Call(inputs=(TWO,), failure=FAILED),
        Call(inputs=(TWO,)),
    ):
        assert apart(one, replace(one, calls=(other,)), Terms())
    changing = replace(one, calls=(Call(inputs=(TWO,), result=TWO, changed=True),))
    assert apart(one, changing, Terms(check=("values", "inputs")))
    assert not apart(one, changing, Terms())
    assert apart(one, replace(one, calls=()), Terms())
    failing = replace(one, calls=(Call(inputs=(), failure=FAILED),))
    assert not apart(failing, failing, Terms())
