"""From an error to its explanation: each rule is asked in turn; whatever goes wrong in one, the error stays told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tutor.grade.explain import (
    attention,
    broadcast,
    conv,
    cross,
    embedding,
    given,
    linear,
    loss,
    matmul,
    mixed,
    module,
    norm,
    recurrent,
    transpose,
)
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation
from tutor.sandbox.protocol import Failure

CODE_MOST = 20_000
"""Characters of code that are looked into."""

_RULES: tuple[Callable[[Case], Explanation | None], ...] = (
    module.explain,
    mixed.explain,
    cross.explain,
    loss.explain,
    linear.explain,
    conv.explain,
    norm.explain,
    recurrent.explain,
    attention.explain,
    embedding.explain,
    given.explain,
    matmul.explain,
    transpose.explain,
    broadcast.explain,
)


def explain(failure: Failure | None, code: str) -> Explanation | None:
    """What an error of traced code means, with repairs still to be tried; None where no rule is known to be broken."""
    if failure is None or failure.scene is None or len(code) > CODE_MOST:
        return None
    case = Case(failure, failure.scene, code)
    for rule in _RULES:
        if (found := _asked(rule, case)) is not None:
            return replace(found, message=said(failure))
    return None


def _asked(rule: Callable[[Case], Explanation | None], case: Case) -> Explanation | None:
    try:
        return rule(case)
    except Exception:  # noqa: BLE001 - code of any kind comes here; a rule that stumbles over it has nothing to say.
        return None


def said(failure: Failure) -> str:
    """An error in its own words."""
    return f"{failure.type}: {failure.message}" if failure.message else failure.type
