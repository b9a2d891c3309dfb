"""Calls of the learner's own functions: what these take is in the code, whatever torch has under the same name."""

from __future__ import annotations

import ast

from tutor.grade.explain import call, origin
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation


def explain(case: Case) -> Explanation | None:
    """What a call does not pass, or passes beyond; None where the function is not the learner's, or is a method."""
    function = origin.function_named(case.tree, case.word) if case.word.isidentifier() else None
    if function is None or isinstance(next(iter(case.around(function)), None), ast.ClassDef):
        return None
    return call.explain(case)
