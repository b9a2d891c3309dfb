"""Code that fails, run and explained as in a child, with every repair tried by running it."""

from __future__ import annotations

import warnings
from dataclasses import replace

import torch

from tutor.explainer import TRIED_MOST, chosen, reach
from tutor.grade.explain.explanation import Explanation, repaired
from tutor.grade.explain.gather import explain
from tutor.sandbox.protocol import Line, Outcome
from tutor.sandbox.snippet import Snippet

SETUP = "import torch.nn as nn, torch.nn.functional as F, numpy as np"


def ran(code: str, setup: str = SETUP) -> tuple[Outcome, dict[str, object]]:
    """What came of code that was traced, and the names it made."""
    torch.manual_seed(0)
    # What one program switches off, a child of its own would not hand on.
    torch.set_grad_enabled(True)
    snippet = Snippet()
    assert snippet.run(setup, "given.py", "setup") is None
    lines: list[Line] = []
    hear = warnings.showwarning
    try:
        failure = snippet.run_traced(code, "answer.py", lines.append)
    finally:
        warnings.showwarning = hear
    outcome = Outcome(status="error" if failure else "ok", error=failure, lines=tuple(lines))
    return outcome, snippet.namespace


def told(code: str, setup: str = SETUP) -> Explanation | None:
    """What is said about the error of `code`, with the repairs that run; None where nothing is known."""
    outcome, _ = ran(code, setup)
    assert outcome.error is not None, "the code runs"
    found = explain(outcome.error, code)
    if found is None:
        return None
    tried = found.repairs[:TRIED_MOST]
    far = [reach(outcome, ran(repaired(code, r), setup)[0], r) for r in tried]
    return replace(found, repairs=chosen(tried, far))


def told_in_short(code: str, repairs: int) -> tuple[str, str, list[str]] | None:
    """The rule, the first sentence and the first repairs that run: what the tables of errors hold of each."""
    found = told(code)
    return None if found is None else (found.rule, found.first, [repair.code for repair in found.repairs[:repairs]])


if __name__ == "__main__":
    import sys

    explanation = told(sys.stdin.read())
    print(explanation.text() if explanation else "nothing is known")
