"""Questions with options: one of a few answers, all that hold, or the reason for an error."""

from __future__ import annotations

import random
import re

from tutor.grade.answer import Unread
from tutor.grade.verdict import Verdict
from tutor.legible import clipped
from tutor.lesson.model import Choice, PredictError
from tutor.sandbox.protocol import Outcome

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def shown(question: Choice | PredictError) -> tuple[str, ...]:
    """The options in the order a learner sees, which is always the same for the same question."""
    options = list(question.options)
    if question.shuffle:
        random.Random(f"{question.id} {options}").shuffle(options)
    return tuple(options)


def chosen(options: tuple[str, ...], text: str) -> str:
    """The option meant by its own words, its letter or its number (from 1). Raises Unread."""
    given = text.strip()
    if given in options:
        return given
    plain = {_bare(option): option for option in options}
    if _bare(given) in plain:
        return plain[_bare(given)]
    key = given.lower().strip("().")
    if len(key) == 1 and key in LETTERS[: len(options)]:
        return options[LETTERS.index(key)]
    if re.fullmatch(r"[0-9]{1,3}", key) and 1 <= int(key) <= len(options):
        return options[int(key) - 1]
    last = LETTERS[len(options) - 1]
    raise Unread(f"`{clipped(given, 40)}` is not one of the answers. Type a letter from a to {last}.")


def all_chosen(options: tuple[str, ...], text: str) -> tuple[str, ...]:
    """The options meant by lines of their own words, or by letters or numbers: `a c`, `a, c`, `ac`. Raises Unread."""
    given = _unlisted(text.strip())
    lines = [_item(line) for line in given.splitlines() if line.strip()]
    if len(lines) > 1 or _bare(given) in map(_bare, options):
        found = [chosen(options, line) for line in lines]
    else:
        plain = given.lower().replace("'", "").replace('"', "")
        keys = re.split(r"[\s,;&+]+|\band\b", plain) if not plain.isalpha() else list(plain)
        found = [chosen(options, key) for key in keys if key]
    return tuple(option for option in options if option in found)


def _item(line: str) -> str:
    """An option on a line of its own, perhaps behind a dash."""
    return re.sub(r"^\s*[-*•]\s+", "", line).strip()


def _unlisted(text: str) -> str:
    """An answer file may give letters as a list, `[a, c]`."""
    return text[1:-1] if text[:1] == "[" and text[-1:] == "]" and re.fullmatch(r"[\w\s,'\"]*", text[1:-1]) else text


def _bare(text: str) -> str:
    return "".join(text.replace("`", "").split()).rstrip(".").lower()


def answer_of(question: Choice | PredictError) -> str:
    """The right answer as a learner gives it: an option's words, or several options' one below the other."""
    return "\n".join(question.right) if isinstance(question, Choice) else question.answer


def verdict(question: Choice | PredictError, answer: str, reference: Outcome | None = None) -> Verdict:
    """Judge a choice; for an error, torch's own message is the evidence."""
    if not answer.strip():
        return Verdict(result="untouched", headline="Nothing chosen yet.")
    several = isinstance(question, Choice) and question.several
    right = question.right if isinstance(question, Choice) else (question.answer,)
    try:
        given = all_chosen(shown(question), answer) if several else (chosen(shown(question), answer),)
    except Unread as unread:
        return Verdict(result="unread", headline="Not read as an answer.", feedback=str(unread))
    if set(given) == set(right):
        return Verdict(result="right", headline="Right.", feedback=question.because, evidence=torch_says(reference))
    for wrong in question.wrong:
        if any(_bare(wrong.answer) == _bare(option) for option in given):
            return Verdict(result="wrong", headline="Not yet.", belief=wrong.feedback)
    return Verdict(result="wrong", headline="Not yet.", feedback=_told(given, right) if several else _NOT_IT)


_NOT_IT = "That is not the one."


def _told(given: tuple[str, ...], right: tuple[str, ...]) -> str:
    """How far off a choice of several is, without saying which."""
    false, left = len(set(given) - set(right)), len(set(right) - set(given))
    if not false:
        return "All of these hold, and there is more that does."
    if false == len(given):
        return "None of these holds." if false > 1 else "That one does not hold."
    said = "One of these does not hold" if false == 1 else f"{false} of these do not hold"
    return f"{said}, and something is missing." if left else f"{said}."


def torch_says(reference: Outcome | None) -> tuple[str, ...]:
    """torch's own words about code that fails, and the line."""
    if reference is None or reference.error is None:
        return ()
    failure = reference.error
    line = f"line {failure.line}: " if failure.line and failure.line > 1 else ""
    return (f"torch says: {line}{failure.type}: {failure.message}",)
