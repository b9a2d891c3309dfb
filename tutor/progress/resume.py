"""How it stands with each question: the attempts, folded. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from tutor.progress.store import Attempt

Status = Literal["new", "tried", "right", "revealed", "skipped", "read"]

_ACCEPTED = frozenset({"right", "revealed"})


@dataclass(frozen=True)
class Standing:
    """Where the learner is with one question."""

    status: Status = "new"
    tries: int = 0
    """Answers given until it was accepted, the right one included."""
    hints: int = 0
    first_try: bool = False
    """Right at the first answer, and the answer was never shown before."""
    last_answer: str = ""
    last_result: str = ""
    digest: str = ""
    """Of the question as it was when it was last answered or revealed."""
    shown: bool = False
    """The answer was revealed at some time, even if that was undone."""


def fold(attempts: Iterable[Attempt]) -> dict[str, Standing]:
    """The standing of every question that was touched, from the attempts of one lesson in order.

    - An accepted question (right or revealed) stays accepted whatever is answered later; only undo reopens it, as it
      was before it was accepted. Hints taken and an answer once shown cannot be undone.
    - A right answer after a reveal leaves `revealed`: the answer was shown. `last_result` tells that it was right.
    - Drills do not change how a lesson stands.
    """
    stacks: dict[str, list[Standing]] = {}
    for attempt in attempts:
        if attempt.action != "drill":
            _take(stacks.setdefault(attempt.question, [Standing()]), attempt)
    return {question: stack[-1] for question, stack in stacks.items()}


def _take(stack: list[Standing], attempt: Attempt) -> None:
    """Change the standing on top; acceptance goes on top of what stood before, so that undo finds it there."""
    now = stack[-1]
    if attempt.action == "undo":
        _undo(stack)
    elif attempt.action == "reveal":
        shown = replace(now, shown=True, digest=attempt.digest)
        if now.status in _ACCEPTED:
            stack[-1] = shown
        else:
            stack.append(replace(shown, status="revealed"))
    elif attempt.action == "answer":
        _answer(stack, attempt)
    elif attempt.action == "hint":
        stack[-1] = replace(now, hints=now.hints + 1)
    elif attempt.action == "skip" and now.status not in _ACCEPTED:
        stack[-1] = replace(now, status="skipped")
    elif attempt.action == "read" and now.status == "new":
        stack[-1] = replace(now, status="read")


def _undo(stack: list[Standing]) -> None:
    if len(stack) > 1:
        undone = stack.pop()
        stack[-1] = replace(stack[-1], hints=undone.hints, shown=undone.shown)


def _answer(stack: list[Standing], attempt: Attempt) -> None:
    now = replace(stack[-1], last_answer=attempt.answer, last_result=attempt.result, digest=attempt.digest)
    if now.status in _ACCEPTED:
        stack[-1] = now
    elif attempt.result == "right":
        tries = now.tries + 1
        stack.append(replace(now, status="right", tries=tries, first_try=tries == 1 and not now.shown))
    elif attempt.result == "wrong":
        stack[-1] = replace(now, status="tried", tries=now.tries + 1)
