"""One child as the program sees it: jobs go in, frames and output come out, and it can be ended at any moment."""

from __future__ import annotations

import asyncio
from typing import Literal

from tutor.sandbox.frame import Frame, Frames, Malformed
from tutor.sandbox.output import Output
from tutor.sandbox.protocol import Limits


class Child:
    """What all kinds of children share; a subclass moves the bytes and sends the signals."""

    mark = ""
    """What the child prints on stderr before a report, where the two may arrive out of step."""

    def __init__(self) -> None:
        self.frames = Frames()
        self.broken = False
        """Whether it sent something that is no frame."""
        self.exit: int | None = None
        """Its exit status once it is known; negative for a signal."""
        self.held: int | None = None
        """Bytes of memory it had of its own before its first work."""
        self.greets = False
        """Whether it says by a frame that it is ready, and has not yet."""
        self.stopped = ""
        """Why we ended it; empty when we did not."""
        self._ended = False
        self._news = asyncio.Event()
        self._gone = asyncio.Event()
        self.output = Output(4096, Limits().output_total)

    @property
    def alive(self) -> bool:
        """Whether it can still be given something to do."""
        return not (self._ended or self.broken or self.stopped or self._gone.is_set())

    # What a subclass provides.

    async def ready(self) -> None:
        """Return when it waits for its job; raises EnvironmentLacking."""
        raise NotImplementedError

    async def send(self, data: bytes) -> None:
        """Give it bytes; a child that is gone takes them silently, what it did not say is noticed elsewhere."""
        raise NotImplementedError

    def kill(self) -> None:
        """End it and its process group now."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Send it what Ctrl-C sends."""
        raise NotImplementedError

    def close(self) -> None:
        """Kill it and let go of everything; nothing is heard from it afterwards."""
        raise NotImplementedError

    async def drain(self) -> None:
        """Take in what it had printed before its last frame."""
        raise NotImplementedError

    def crowd(self) -> int:
        """How many processes it has started; 0 where that cannot be told."""
        return 0

    def tasks(self) -> int:
        """How many threads it has; 0 where that cannot be told."""
        return 0

    def resident(self) -> int | None:
        """Bytes of memory that are its own; None where that cannot be told."""
        return None

    def on_gpu(self) -> int | None:
        """Bytes it holds on a GPU; None where that cannot be told."""
        return None

    # What arrives.

    def on_result(self, data: bytes) -> None:
        """Bytes on the result stream; empty at its end."""
        try:
            if not self.broken:
                self.frames.feed(data)
        except Malformed:
            self._disbelieve()
        self._ended = self._ended or not data
        self._news.set()

    def on_output(self, stream: Literal["out", "err"], data: bytes) -> None:
        """Bytes that were printed."""
        self.output.add(stream, data)
        if self.output.over:
            self.stop("output")

    def on_exit(self, status: int) -> None:
        """The process is gone."""
        self.exit = status
        self._gone.set()
        self._news.set()

    # What is done with it.

    def stop(self, reason: str) -> None:
        """End it for a reason; the first one counts."""
        self.stopped = self.stopped or reason
        self.kill()
        self._news.set()

    async def frame(self) -> Frame | None:
        """The next frame; None when none will come any more."""
        while True:
            try:
                frame = None if self.broken or self.stopped else self.frames.take()
            except Malformed:
                frame = None
                self._disbelieve()
            if frame is not None or self._ended or self.broken or self.stopped:
                return frame
            self._news.clear()
            await self._news.wait()

    def _disbelieve(self) -> None:
        """It sent what is no frame; whatever more it says would only fill our memory."""
        self.broken, self.frames = True, Frames()
        self.kill()

    async def over(self) -> bool:
        """Whether the result stream ends here, as it should after the last frame; waits a little to see."""
        try:
            await asyncio.wait_for(self._end(), 0.25)
        except asyncio.TimeoutError:
            return not self.frames.rest
        return not self.frames.rest and not self.broken

    async def _end(self) -> None:
        while not (self._ended or self.broken or self.stopped):
            self._news.clear()
            await self._news.wait()

    async def gone(self, seconds: float) -> int | None:
        """The exit status, waiting up to `seconds` for it."""
        try:
            await asyncio.wait_for(self._gone.wait(), seconds)
        except asyncio.TimeoutError:
            return None
        return self.exit
