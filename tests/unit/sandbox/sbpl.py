"""As much of Seatbelt as our profile uses: reads it, and says what it allows. The last rule that fits counts."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

_TOKEN = re.compile(
    r'\s*(?:(?P<paren>[()])|#"(?P<raw>[^"]*)"|"(?P<text>(?:\\.|[^"\\])*)"|(?P<word>[^\s()"]+))', re.DOTALL
)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def read(profile: str) -> list[Any]:
    """Its rules as lists of words and ("text", ...) pairs; raises ValueError where it is not well formed."""
    stack: list[list[Any]] = [[]]
    at = 0
    while at < len(profile.rstrip()):
        found = _TOKEN.match(profile, at)
        if found is None:
            raise ValueError(f"not readable: {profile[at : at + 40]!r}")
        at = found.end()
        if found["paren"] == "(":
            stack.append([])
        elif found["paren"] == ")":
            if len(stack) == 1:
                raise ValueError("a bracket too many")
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(_value(found))
    if len(stack) != 1:
        raise ValueError("a bracket too few")
    return stack[0]


def _value(found: re.Match[str]) -> Any:
    if found["text"] is not None:
        return ("text", re.sub(r"\\(.)", lambda m: _ESCAPED.get(m[1], m[1]), found["text"], flags=re.DOTALL))
    return ("raw", found["raw"]) if found["raw"] is not None else found["word"]


def allows(profile: str, operation: str, value: str = "") -> bool:
    """Whether `operation` on `value`, a path or a name, is allowed."""
    fitting = [rule[0] for rule in read(profile) if rule[0] != "version" and _is_about(rule, operation, value)]
    return fitting[-1] == "allow"


def _is_about(rule: list[Any], operation: str, value: str) -> bool:
    filters = [part for part in rule if isinstance(part, list)]
    named = any(name == "default" or fnmatchcase(operation, name) for name in rule[1:] if isinstance(name, str))
    return named and (not filters or any(_fits(kind, wanted, value) for kind, wanted in filters))


def _fits(kind: str, wanted: Any, value: str) -> bool:
    if kind == "target":
        return value == wanted
    text = wanted[1]
    if kind == "subpath":
        return value == text or value.startswith(text.rstrip("/") + "/")
    if kind.endswith("-regex"):
        return re.search(text, value) is not None
    return value.startswith(text) if kind.endswith("-prefix") else value == text
