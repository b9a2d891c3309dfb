"""A sandbox as it is some seconds after its start, to be asked from code that waits."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.e2e.family import descendants
from tutor.sandbox.client import Sandbox

T = TypeVar("T")
PAUSE = 0.03
"""Seconds in which what is done behind the scenes comes to rest, as while a learner reads."""


class Warm:
    """A sandbox that has imported all it will. Its loop runs only while it is asked, so that others may block."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.sandbox = Sandbox()

    def __enter__(self) -> Warm:
        self.ask(self._begin())
        return self

    def __exit__(self, *_: object) -> None:
        self.ask(self.sandbox.close())
        self._loop.close()

    def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of `work`."""
        return self._loop.run_until_complete(work)

    async def _begin(self) -> None:
        await self.sandbox.ready()
        # The waiting children are replaced when the zygote has imported the second half of torch.
        while self.sandbox._filling is None:
            await asyncio.sleep(0.05)
        await self.sandbox._filling
        await self.rest()

    async def rest(self) -> None:
        """Return when the next children wait for their jobs."""
        for child in list(self.sandbox._spares):
            await child.ready()
        await asyncio.sleep(PAUSE)

    def waiting(self) -> list[int]:
        """The processes that wait for a job."""
        return [child.pid for child in self.sandbox._spares]

    def zygote(self) -> int:
        """The process that all of them are forked from."""
        below = {pid: descendants(pid) for pid in self.standing()}
        return min((pid for pid in below if {*self.waiting()} <= below[pid]), key=lambda pid: len(below[pid]))

    def standing(self) -> set[int]:
        """The processes below this one that stay: all but those that wait for a job."""
        return descendants(os.getpid()) - {*self.waiting()}
