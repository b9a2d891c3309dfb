"""Replacements of attributes that can all be undone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

_ABSENT = object()


class Patches:
    """What was put in place of what."""

    def __init__(self) -> None:
        self._put: list[tuple[Any, str, Any]] = []

    def put(self, owner: Any, name: str, new: Any) -> None:
        """Let `owner.name` be `new`."""
        self._put.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, new)

    def around(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Let `owner.name` be what `make` makes of it; it looks like the original."""
        original = getattr(owner, name)
        self.put(owner, name, functools.wraps(original)(make(original)))

    def undo(self) -> None:
        """Put everything back, the last first."""
        for owner, name, old in reversed(self._put):
            delattr(owner, name) if old is _ABSENT else setattr(owner, name, old)
        self._put.clear()
