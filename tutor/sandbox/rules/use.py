"""One thing that a piece of code uses, with its place and every word that a rule may call it by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tutor.sandbox.rules.place import At, Source, end
from tutor.sandbox.rules.walk import Seen


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use."""

    at: At
    text: str
    """How it is written there."""
    words: frozenset[str]
    """All words that mean it."""
    allows: frozenset[str]
    """The words that allow it, on a list of what may be used."""
    shown: str
    """What it is called when it is not on the list."""
    free: bool = False
    """Whether it needs no word to allow it."""
    hidden: str = ""
    """The way around rules that it is, if it is one."""


def use(
    one: Seen,
    source: Source,
    words: Iterable[str],
    *,
    at: At | None = None,
    text: str = "",
    shown: str = "",
    allows: Iterable[str] | None = None,
    free: bool = False,
    hidden: str = "",
) -> Use:
    """The use that a node is; in an f-string it is told at the string, since columns inside it may be wrong."""
    place = one.at if one.text or at is None else at
    every = tuple(words)
    return Use(
        at=place,
        text=text or source.text(place, end(one.text or one.node)),
        words=frozenset(every),
        allows=frozenset(every if allows is None else allows),
        shown=shown or next(iter(every), ""),
        free=free,
        hidden=hidden,
    )
