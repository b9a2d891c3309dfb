"""Events in the order they happened, also those that are noticed only later."""

from __future__ import annotations

import bisect
from dataclasses import replace

from tutor.sandbox.protocol import EVENTS_MOST, Event
from tutor.sandbox.training import graph


class Log:
    """Events, each with what autograd's clock showed."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._when: list[int] = []

    @property
    def full(self) -> bool:
        """Whether no more are kept."""
        return len(self.events) >= EVENTS_MOST

    def add(self, event: Event) -> None:
        """It happens now."""
        self.events.append(event)
        self._when.append(graph.clock())

    def add_made(self, event: Event, made: int) -> int:
        """It happened when the clock showed `made`, which is after the last backward. Gives its place."""
        at = max(bisect.bisect_right(self._when, made), self.last("backward") + 1)
        self.events.insert(at, event)
        self._when.insert(at, made)
        return at

    def add_after_backward(self, event: Event) -> None:
        """It happened some time after the last backward."""
        at = self.last("backward")
        self.events.insert(at + 1, event)
        self._when.insert(at + 1, self._when[at])

    def last(self, kind: str) -> int:
        """Where the last event of a kind is; -1 when there is none."""
        return next((i for i in reversed(range(len(self.events))) if self.events[i].kind == kind), -1)

    @property
    def stepped(self) -> bool:
        """Whether a step came after the last backward, or there was no backward."""
        return self.last("step") >= self.last("backward")

    def loss(self, recorded: bool) -> int:
        """Where the last loss since the last backward is, or -1; with `recorded` only if gradients were recorded."""
        at, since = self.last("loss"), self.last("backward")
        return at if at > since and (self.events[at].grad_enabled or not recorded) else -1

    def after_backward(self, made: int) -> bool:
        """Whether what the clock showed was later than the last backward."""
        since = self.last("backward")
        return since < 0 or made >= self._when[since]

    def mark_old(self, at: int) -> None:
        """An event turns out not to be fresh."""
        self.events[at] = replace(self.events[at], fresh=False)
