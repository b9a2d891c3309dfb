"""Questions with options: one of a few answers, or the reason for an error."""

from __future__ import annotations

import re

from tutor.grade.answer import Unread
from tutor.grade.verdict import Verdict
from tutor.legible import clipped
from tutor.lesson.model import Choice, PredictError
from tutor.sandbox.protocol import Outcome

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def chosen(options: tuple[str, ...], text: str) -> str:
    """The option meant by its own words, its letter or its number (from 1). Raises Unread."""
    given = text.strip()
    plain = {_bare(option): option for option in options}
    if _bare(given) in plain:
        return plain[_bare(given)]
    key = given.lower().strip("().")
    if len(key) == 1 and key in LETTERS[: len(options)]:
        return options[LETTERS.index(key)]
    if re.fullmatch(r"[0-9]{1,2}", key) and 1 <= int(key) <= len(options):
        return options[int(key) - 1]
    last = LETTERS[len(options) - 1]
    raise Unread(f"`{clipped(given, 40)}` is not one of the answers. Type a letter from a to {last}.")


def _bare(text: str) -> str:
    return "".join(text.replace("`", "").split()).rstrip(".").lower()


def verdict(question: Choice | PredictError, answer: str, reference: Outcome | None = None) -> Verdict:
    """Judge a choice; for an error, torch's own message is the evidence."""
    if not answer.strip():
        return Verdict(result="untouched", headline="Nothing chosen yet.")
    try:
        option = chosen(question.options, answer)
    except Unread as unread:
        return Verdict(result="unread", headline="Not read as an answer.", feedback=str(unread))
    if option == chosen(question.options, question.answer):
        return Verdict(result="right", headline="Right.", feedback=question.because, evidence=torch_says(reference))
    for wrong in question.wrong:
        if _bare(wrong.answer) == _bare(option):
            return Verdict(result="wrong", headline="Not yet.", belief=wrong.feedback)
    return Verdict(result="wrong", headline="Not yet.", feedback="That is not the one.")


def torch_says(reference: Outcome | None) -> tuple[str, ...]:
    """torch's own words about code that fails, and the line."""
    if reference is None or reference.error is None:
        return ()
    failure = reference.error
    line = f"line {failure.line}: " if failure.line and failure.line > 1 else ""
    return (f"torch says: {line}{failure.type}: {failure.message}",)
