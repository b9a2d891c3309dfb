"""What to say of code that breaks a rule of its exercise: which rule, where, and the line itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from unicodedata import combining, east_asian_width

from tutor.legible import clipped, legible
from tutor.sandbox.protocol import Breach, Rules

WIDTH = 76
BEFORE_MOST = 40
"""Characters of a long line that are shown before the place."""
LINES_MOST = 5
"""Lines that are named as further places."""

_NEWLINE = re.compile(r"\r\n|\r|\n")
_OPENING = re.compile(
    r"(?:async )?(for|while|if|elif|match|try|with|lambda|def|class|raise|assert|del|global|nonlocal|await|yield)\b"
)

_PROSE = {
    "loops": "loops", "comprehensions": "comprehensions", "arithmetic": "arithmetic", "comparison": "comparisons",
    "indexing": "indexing", "logic": "`and`, `or`, `not`", "bitwise": "bitwise operators", "calls": "calls",
    "attributes": "attributes", "imports": "imports", "conditions": "conditions", "classes": "classes",
    "functions": "functions of its own", "strings": "strings", "assignment": "assignments",
    "augmented": "augmented assignments", "recursion": "recursion",
}  # fmt: skip
"""How a group is spoken of; all other words are code."""

_ONE = {
    "loops": "a loop", "comprehensions": "a comprehension", "conditions": "a condition", "classes": "a class",
    "functions": "a function", "strings": "a string", "assignment": "an assignment",
}  # fmt: skip


def told(breaches: tuple[Breach, ...], code: str, rules: Rules | None = None) -> tuple[str, tuple[str, ...]]:
    """A sentence on the first breach, and as evidence its line with a mark below it, and how many more there are.

    With `rules` the sentence also says what is asked for: the list, the number.
    """
    if not breaches:
        return "", ()
    sentence = _SENTENCES[breaches[0].rule](breaches, rules or Rules())
    return legible(sentence), (*_pointed(breaches[0], code), *_further(breaches))


# One sentence for each rule.


def _never(breaches: tuple[Breach, ...], rules: Rules) -> str:
    first = breaches[0]
    return f"Line {first.line} {_does(first)}; this exercise is to be done without {_prose(first.word)}."


def _only(breaches: tuple[Breach, ...], rules: Rules) -> str:
    first, listed = breaches[0], list(dict.fromkeys((*rules.only, *rules.uses)))
    noun = _noun(first)
    what = f": {', '.join(map(_prose, listed))}" if listed else ""
    return f"{noun[0].upper()}{noun[1:]} on line {first.line} is not among what may be used here{what}."


def _uses(breaches: tuple[Breach, ...], rules: Rules) -> str:
    missing = _missing(breaches)
    asked = "it" if len(missing) == 1 else "them"
    return f"The code does not use {_listed(missing, 'or')} yet; this exercise asks for {asked}."


def _statements(breaches: tuple[Breach, ...], rules: Rules) -> str:
    return f"There are {breaches[0].word} statements; {_at_most(rules.statements)}."


def _one_return(breaches: tuple[Breach, ...], rules: Rules) -> str:
    first = breaches[0]
    if _OPENING.match(first.text) and re.match(rf"(?:async )?def\s+{re.escape(first.word)}\b", first.text):
        return f"`{first.word}` is to be one `return` with a value, and has none yet."
    return f"`{first.word}` is to be one `return` with a value and nothing else; line {first.line} is something else."


def _line(breaches: tuple[Breach, ...], rules: Rules) -> str:
    return f"Line {breaches[0].line} is {breaches[0].word} characters long; {_at_most(rules.line)}."


def _hidden(breaches: tuple[Breach, ...], rules: Rules) -> str:
    first = breaches[0]
    if first.line is not None:
        return f"`{first.word}` on line {first.line} hides what is used; write it out by its own name."
    why = "is nested too deeply" if first.word == "nesting" else "cannot be read far enough"
    return f"This code {why} to see what it uses; write it more plainly."


_SENTENCES: dict[str, Callable[[tuple[Breach, ...], Rules], str]] = {
    "never": _never,
    "only": _only,
    "uses": _uses,
    "statements": _statements,
    "one_return": _one_return,
    "line": _line,
    "hidden": _hidden,
}


# Parts of a sentence.


def _at_most(most: int | None) -> str:
    if most is None:
        return "that is more than is asked for"
    return "only one is asked for" if most == 1 else f"at most {most} are asked for"


def _does(breach: Breach) -> str:
    """What a line does that it should not."""
    doing = {"calls": "calls `{}`", "imports": "imports `{}`", "recursion": "has `{}` call itself"}
    if breach.word in doing:
        return doing[breach.word].format(breach.text)
    name = breach.word.rpartition(".")[2]
    renamed = breach.text.isidentifier() and name.isidentifier() and breach.word not in _PROSE and name != breach.text
    known = f", which is `{breach.word}`" if renamed and not _OPENING.match(breach.text) else ""
    return f"uses {_noun(breach)}{known}"


def _noun(breach: Breach) -> str:
    """What is used, in the singular: a `for` loop, the index `[0]`, `softmax`."""
    if keyword := _OPENING.match(breach.text):
        name = keyword[1]
        kind = " loop" if name in ("for", "while") else ""
        return f"{'an' if name[0] in 'aeiou' else 'a'} `{name}`{kind}"
    if breach.word in ("comprehensions", "for", "async") and breach.text[:1] in ("[", "("):
        return "a list comprehension" if breach.text[0] == "[" else "a generator expression"
    if breach.word in ("comprehensions", "for"):
        return "a comprehension"
    if breach.word == "indexing":
        return f"the index `{breach.text}`"
    return _ONE.get(breach.word) or (f"the call `{breach.text}`" if breach.word == "calls" else f"`{breach.text}`")


def _prose(word: str) -> str:
    return _PROSE.get(word) or f"`{word}`"


def _listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `b` and `c`."""
    *first, end = map(_prose, words)
    return f"{', '.join(first)} {last} {end}" if first else end


def _missing(breaches: tuple[Breach, ...]) -> list[str]:
    return [breach.word for breach in breaches if breach.rule == "uses"]


# Evidence.


def _pointed(breach: Breach, code: str) -> tuple[str, ...]:
    """The line of a breach, and a mark under the place."""
    lines = _NEWLINE.split(code)
    if breach.line is None or breach.column is None or not 0 < breach.line <= len(lines):
        return ()
    line = lines[breach.line - 1]
    before = legible(line[: breach.column - 1]).expandtabs(4)
    after = legible(line[breach.column - 1 :]).expandtabs(4).rstrip()
    if len(before) > BEFORE_MOST:
        before = f"…{before[-BEFORE_MOST:]}" if len(before) + len(after) > WIDTH else before
    span = len(breach.text) if breach.text and after.startswith(breach.text) else 1
    room = max(WIDTH - len(before), 1)
    return before + clipped(after, room), " " * _cells(before) + "^" * _cells(after[: min(span, room)] or " ")


def _cells(text: str) -> int:
    """How wide a terminal shows a text."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _further(breaches: tuple[Breach, ...]) -> tuple[str, ...]:
    """How many more places there are, and what else is missing."""
    told = []
    if more := [breach.line for breach in breaches[1:] if breach.line is not None]:
        lines = list(dict.fromkeys(map(str, more)))
        shown = [*lines[:LINES_MOST], *(["…"] if len(lines) > LINES_MOST else [])]
        where = f": line{'s' * (len(lines) > 1)} {', '.join(shown)}"
        places = f"and {len(more)} more place{'s' * (len(more) > 1)}"
        told.append(f"{places} on this line" if lines == [str(breaches[0].line)] else f"{places}{where}")
    missing = _missing(breaches)
    if missing and breaches[0].rule != "uses":
        told.append(f"and not used yet: {_listed(missing)}")
    return tuple(map(legible, told))
