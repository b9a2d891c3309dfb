"""A session in a child that keeps its namespace: cells, completions, Ctrl-C."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tutor.sandbox.attempt import conclude, refused, watched
from tutor.sandbox.child import Child
from tutor.sandbox.frame import Frame
from tutor.sandbox.protocol import Limits, Outcome, encode

CELL_SECONDS = 60.0
COMPLETE_SECONDS = 2.0


class Play:
    """One session. It ends for good when a cell goes over a limit or takes its process down."""

    def __init__(self, child: Child, drop: Callable[[], None], device: str) -> None:
        self._child = child
        self._drop = drop
        self._device = device
        self._one = asyncio.Lock()
        self._running = False
        self._interrupted = False
        self._completing: asyncio.Future[list[str]] | None = None
        self.given: Outcome | None = None
        """What became of the setup."""

    @property
    def alive(self) -> bool:
        """Whether another cell can be run."""
        return self._child.alive

    async def begin(self, setup: str, setup_name: str) -> None:
        """Run the setup; an error in it is in `given` and leaves the session usable."""
        limits = Limits()
        job = {
            "op": "play",
            "mark": self._child.mark,
            "setup": setup,
            "setup_name": setup_name,
            "seed": 0,
            "device": self._device,
            "memory_mb": limits.memory_mb if self._device == "cpu" else None,
            "gpu_memory_mb": limits.gpu_memory_mb,
            "cpu_seconds": None,
        }
        self.given = await self._exchange(job, limits)

    async def run(self, code: str, seconds: float | None = None) -> Outcome:
        """Run one cell; `observed["_"]` is the value of its last line if that is an expression and not None."""
        if refusal := refused(code):
            return refusal
        if not self.alive:
            return Outcome(status="killed", note="The session has ended; start a new one.")
        limits = Limits(seconds=CELL_SECONDS if seconds is None else seconds)
        return await self._exchange({"op": "cell", "code": code}, limits)

    async def _exchange(self, message: dict[str, Any], limits: Limits) -> Outcome:
        async with self._one:
            began = time.monotonic()
            self._running, self._interrupted, done = True, False, False
            try:
                frame = await watched(self._child, self._talk(message), limits, gpu=self._device != "cpu")
                outcome = await conclude(self._child, frame, limits, time.monotonic() - began)
                done = frame is not None
            finally:
                self._running = False
                if not done:
                    self._drop()
            return outcome

    async def _talk(self, message: dict[str, Any]) -> Frame | None:
        await self._child.send(encode(message))
        return await self._child.frame()

    async def interrupt(self) -> None:
        """What Ctrl-C does: KeyboardInterrupt in the running cell. A second one ends the session."""
        if not self._running:
            return
        if self._interrupted:
            self._child.stop("interrupted")
            return
        self._interrupted = True
        self._child.interrupt()

    async def complete(self, text: str) -> list[str]:
        """Ways to complete the dotted name `text` ends in, each the whole name; nothing while a cell runs."""
        if self._one.locked() or not self.alive:
            return []
        # Shielded: a caller that loses interest must not leave a reply behind for the next cell.
        self._completing = asyncio.ensure_future(self._complete(text))
        return await asyncio.shield(self._completing)

    async def _complete(self, text: str) -> list[str]:
        async with self._one:
            try:
                frame = await asyncio.wait_for(self._talk({"op": "complete", "text": text}), COMPLETE_SECONDS)
            except asyncio.TimeoutError:
                self._drop()
                return []
        names = frame[0].get("names") if frame else None
        return [n for n in names if isinstance(n, str) and n.isprintable()] if isinstance(names, list) else []

    async def close(self) -> None:
        """End the session."""
        self._drop()
