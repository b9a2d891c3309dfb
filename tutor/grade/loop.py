"""The events of a training loop put in relation: to which round each belongs, and what came between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tutor.sandbox.protocol import EVENTS_MOST, Event


@dataclass(frozen=True, kw_only=True)
class Backward:
    """A backward, with what came since the one before."""

    event: Event
    round: int
    nth: int
    """Which one it is since the last step, from 1."""
    forwards: tuple[Event, ...]
    losses: tuple[Event, ...]
    cleared: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step, with what came since the one before."""

    event: Event
    round: int
    backwards: tuple[Event, ...]
    losses: int
    cleared: Event | None
    """The zero_grad that came after the last backward, if any."""


@dataclass(frozen=True)
class Loop:
    """All events of a program's training, in rounds that each hold a backward and a step, in whatever order."""

    events: tuple[Event, ...]
    rounds: tuple[int, ...]
    """Of each event, from 1."""

    @property
    def cut(self) -> bool:
        """Whether it went on longer than events are kept."""
        return len(self.events) >= EVENTS_MOST

    def of(self, kind: str) -> list[Event]:
        """The events of a kind."""
        return [event for event in self.events if event.kind == kind]

    @cached_property
    def backwards(self) -> list[Backward]:
        """All of them, in order."""
        return list(self._backwards())

    def _backwards(self) -> Iterator[Backward]:
        since, nth = 0, 0
        for i, event in enumerate(self.events):
            nth = 0 if event.kind == "step" else nth
            if event.kind == "backward":
                nth += 1
                between = Loop(self.events[since:i], ())
                yield Backward(
                    event=event,
                    round=self.rounds[i],
                    nth=nth,
                    forwards=tuple(between.of("forward")),
                    losses=tuple(between.of("loss")),
                    cleared=tuple(between.of("zero_grad")),
                )
                since = i + 1

    @cached_property
    def steps(self) -> list[Step]:
        """All of them, in order."""
        return list(self._steps())

    def _steps(self) -> Iterator[Step]:
        since = 0
        for i, event in enumerate(self.events):
            if event.kind == "step":
                between = Loop(self.events[since:i], ())
                yield Step(
                    event=event,
                    round=self.rounds[i],
                    backwards=tuple(between.of("backward")),
                    losses=max(len(between.of("loss")), len(between.of("forward"))),
                    cleared=_last_cleared(between.events),
                )
                since = i + 1


def _last_cleared(events: tuple[Event, ...]) -> Event | None:
    for event in reversed(events):
        if event.kind == "zero_grad":
            return event
        if event.kind == "backward":
            break
    return None


def loop(events: tuple[Event, ...]) -> Loop:
    """Events by rounds. A round is over when something else than a step follows on its backward and its step."""
    needed = {"backward", "step"} & {event.kind for event in events}
    rounds, number, seen = list[int](), 1, set[str]()
    for event in events:
        if needed and needed <= seen and event.kind != "step":
            number, seen = number + 1, set()
        seen.add(event.kind)
        rounds.append(number)
    return Loop(events, tuple(rounds))
