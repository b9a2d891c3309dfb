"""A slot of time within a child, where the system has a timer that can break into running code."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LEAST = 0.25
"""Seconds that every program has."""
_AGAIN = 0.02
"""Seconds after which code that caught the end of its time is broken into once more."""


class Overtime(BaseException):
    """The time is up."""


@contextmanager
def of(seconds: float) -> Iterator[list[bool]]:
    """Time for what is done within; the list it gives holds something when that was not enough, and then it is broken
    off."""
    late: list[bool] = []
    if not hasattr(signal, "setitimer"):
        yield late
        return
    over = False

    def ring(*_: Any) -> None:
        if not over:
            late.append(True)
            raise Overtime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield late
    except Overtime:
        pass
    finally:
        over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
