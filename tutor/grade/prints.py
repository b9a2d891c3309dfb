"""What code prints, and where it fails: predictions about a whole program rather than about one expression."""

from __future__ import annotations

from tutor.grade.answer import Unread, read_line
from tutor.grade.choice import torch_says
from tutor.grade.verdict import Verdict
from tutor.lesson.model import PredictFails, PredictPrints
from tutor.sandbox.protocol import Outcome, Request


def request(question: PredictPrints | PredictFails, setup: str) -> Request:
    """The program, run as it is."""
    return Request(setup=setup, code=question.task)


def answer_of(question: PredictPrints | PredictFails, reference: Outcome) -> str:
    """The right answer, spelled. Raises ValueError when the question is broken."""
    if isinstance(question, PredictPrints):
        return "\n".join(_printed(reference))
    line = _failing(reference)
    return "none" if line is None else str(line)


def verdict(question: PredictPrints | PredictFails, answer: str, reference: Outcome) -> Verdict:
    """Judge a prediction against what the program did. Raises ValueError when the question is broken."""
    if not answer.strip():
        return Verdict(result="untouched", headline="Nothing typed yet.")
    return _of_prints(question, answer, reference) if isinstance(question, PredictPrints) else _of_fails(
        question, answer, reference
    )  # fmt: skip


def _of_prints(question: PredictPrints, answer: str, reference: Outcome) -> Verdict:
    right, given = _printed(reference), lines(answer)
    if right == given:
        return Verdict(result="right", headline="Right.", feedback=question.because)
    for wrong in question.wrong:
        if lines(wrong.answer) == given:
            return Verdict(result="wrong", headline="Not yet.", belief=wrong.feedback)
    return Verdict(result="wrong", headline="Not yet.", feedback=_apart(right, given))


def _apart(right: list[str], given: list[str]) -> str:
    """Where the two part, without saying what is right."""
    same = next((n for n, (a, b) in enumerate(zip(right, given, strict=False)) if a != b), None)
    if same is not None:
        return f"Line {same + 1} of the output is not what Python prints."
    more = "more" if len(right) > len(given) else "fewer"
    return f"It prints {more} lines than that."


def _of_fails(question: PredictFails, answer: str, reference: Outcome) -> Verdict:
    try:
        given = read_line(answer)
    except Unread as unread:
        return Verdict(result="unread", headline="Not read as an answer.", feedback=str(unread))
    right = _failing(reference)
    if given == right:
        return Verdict(result="right", headline="Right.", feedback=question.because, evidence=torch_says(reference))
    for wrong in question.wrong:
        if _line_of(wrong.answer) == given:
            return Verdict(result="wrong", headline="Not yet.", belief=wrong.feedback)
    return Verdict(result="wrong", headline="Not yet.", feedback=_told(right, given))


def _line_of(text: str) -> int | None:
    try:
        return read_line(text)
    except Unread as unread:
        raise ValueError(str(unread)) from unread


def _told(right: int | None, given: int | None) -> str:
    if right is None:
        return "Every line runs without an error."
    if given is None:
        return "One of the lines fails."
    return f"Line {given} runs." if given < right else f"Line {given} is never reached."


def lines(text: str) -> list[str]:
    """The lines of an output; spaces at their ends and empty lines at its end do not count."""
    found = [line.rstrip() for line in text.splitlines()]
    while found and not found[-1]:
        found.pop()
    return found


def _printed(reference: Outcome) -> list[str]:
    if reference.status != "ok":
        raise ValueError(reference.error.message if reference.error else reference.note)
    return lines(reference.stdout)


def _failing(reference: Outcome) -> int | None:
    if reference.status == "ok":
        return None
    if reference.error is None or reference.error.where == "setup" or reference.error.line is None:
        raise ValueError(reference.note or (reference.error.message if reference.error else reference.status))
    return reference.error.line
