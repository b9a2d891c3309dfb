"""A family and a seed to one concrete question: every parameter becomes a number wherever it is a name."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import msgspec

from tutor.lesson.code import code, prose
from tutor.lesson.family import drawn
from tutor.lesson.model import Question

# Strings and comments are skipped whole; a name after a dot is an attribute.
_TOKEN = re.compile(
    r"""(?P<formatted>\b(?:[fF][rR]?|[rR][fF])(?P<quote>\"{3}|'{3}|"|')(?:\\.|(?!(?P=quote))[\s\S])*(?P=quote))
      | (?:\b[rRbBuU]{1,2})?(?P<mark>\"{3}|'{3}|"|')(?:\\.|(?!(?P=mark))[\s\S])*(?P=mark)
      | \#[^\n]*
      | (?P<attribute>\.\s*[^\W\d]\w*)
      | (?P<name>[^\W\d]\w*)
      | (?P<bracket>[(\[{)\]}])
      | \d[\w.]*""",
    re.VERBOSE,
)
_BACKTICKS = re.compile("`([^`]+)`")
_INDEXED = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?")
_DRAWS = 100


def concrete(question: Question, seed: int) -> Question:
    """One member of a family, the same for the same seed; a question without parameters is its own only member."""
    if not question.vary:
        return question
    return _with(question, drawn(question, Random(f"{seed} {question.id}")))


def spread(question: Question, most: int = 12) -> list[Question]:
    """Different members of a family, together showing every value of its lists; else the question itself."""
    if not question.vary:
        return [question]
    values = (drawn(question, Random(f"{seed} {question.id}")) for seed in range(_DRAWS))
    missing = {(name, value) for name, spec in question.vary.items() if isinstance(spec, tuple) for value in spec}
    members: dict[tuple[str, ...], dict[str, str]] = {}
    for named in values:
        if len(members) < most or missing & named.items():
            members.setdefault(tuple(named.values()), named)
            missing -= named.items()
    return [_with(question, named) for named in members.values()]


def replaced(text: str, values: dict[str, str]) -> str:
    """Python with names exchanged for values; strings, attributes and names of keyword arguments stay."""
    made, at, depth = [], 0, 0
    for token in _TOKEN.finditer(text):
        made.append(text[at : token.start()])
        at = token.end()
        word = token.group()
        if token["bracket"]:
            depth = max(0, depth + (1 if word in "([{" else -1))
        elif token["formatted"]:
            word = re.sub(r"\{([^{}]*)\}", lambda m: "{" + replaced(m[1], values) + "}", word)
        elif token["name"] and word in values and not (depth and re.match(r"\s*=(?!=)", text[at:])):
            word = _fitting(values[word], text[at:].lstrip(" "))
        made.append(word)
    return "".join([*made, text[at:]])


def _fitting(value: str, after: str) -> str:
    """Brackets where the value would bind to what follows otherwise: `-1 ** 2`, `3.sqrt()`."""
    loose = value.startswith("-") and after.startswith("**")
    number = value[-1].isdigit() and "." not in value and after.startswith(".") and not after.startswith("..")
    return f"({value})" if loose or number or (value.startswith("-") and after[:1] in (".", "[")) else value


def _told(text: str, values: dict[str, str]) -> str:
    return _BACKTICKS.sub(lambda m: "`" + replaced(m[1], values) + "`", text)


def _with(question: Question, values: dict[str, str]) -> Question:
    changed = {part.path: replaced(part.text, values) for part in code(question)}
    changed |= {part.path: _told(part.text, values) for part in prose(question)}
    made: dict[str, Any] = {"vary": {}}
    for path, text in changed.items():
        found = _INDEXED.match(path)
        if found is None:
            made[path] = text
            continue
        name, number, key = found[1], int(found[2]), found[3]
        items = list(made.get(name) or getattr(question, name))
        items[number] = msgspec.structs.replace(items[number], **{key: text}) if key else text
        made[name] = tuple(items)
    return msgspec.structs.replace(question, **made)
