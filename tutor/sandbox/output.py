"""What a child prints: the head is kept, the rest is counted, and too much is too much."""

from __future__ import annotations

from typing import Literal

from tutor.legible import legible


class Output:
    """The two streams of one run; they share what may be shown and what may be printed at all."""

    def __init__(self, shown: int, total: int) -> None:
        self._kept = {"out": bytearray(), "err": bytearray()}
        self._room = shown
        self._left = total

    @property
    def truncated(self) -> bool:
        """Whether something was dropped."""
        return self._room < 0

    @property
    def over(self) -> bool:
        """Whether more was printed than a run may print."""
        return self._left < 0

    def add(self, stream: Literal["out", "err"], data: bytes) -> None:
        """Take what arrived."""
        self._left -= len(data)
        self._kept[stream] += data[: max(self._room, 0)]
        self._room -= len(data)

    def text(self, stream: Literal["out", "err"]) -> str:
        """What is kept of one stream, fit for a terminal."""
        return legible(self._kept[stream].decode("utf-8", errors="replace"))
