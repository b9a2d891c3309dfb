"""Contenders measured turn by turn, so that a busy moment of the machine burdens all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median


def in_turns(contenders: Mapping[str, Callable[[], float]], times: int) -> dict[str, list[float]]:
    """The seconds of each contender in each turn; which one begins changes from turn to turn."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    for _ in range(times):
        for name in order:
            taken[name].append(contenders[name]())
        order.append(order.pop(0))
    return taken


def ratio(ours: list[float], theirs: list[float]) -> float:
    """How many times as long as theirs ours took: the median turn's."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))
