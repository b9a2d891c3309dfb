"""Processes started ahead, for where fork is not to be had: each imports torch, does one job and is thrown away."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from typing import Literal

from tutor.errors import EnvironmentLacking
from tutor.sandbox import job, seatbelt, start
from tutor.sandbox.child import Child
from tutor.sandbox.frame import CHUNK
from tutor.sandbox.identity import Identity
from tutor.sandbox.job import Job
from tutor.sandbox.layers import NONE, Layers
from tutor.sandbox.resident import resident

State = Literal["off", "starting", "ready", "failed"]


class PooledChild(Child):
    """A process of its own: jobs on its stdin, reports on its stdout, both printed streams merged on its stderr."""

    def __init__(self, process: Process, job: Job, room: int | None = None) -> None:
        """`room` is how many bytes it may commit beyond what it has when it is ready; None for no such limit."""
        super().__init__()
        self.mark = secrets.token_hex(16)
        self.pid = process.pid
        self._process = process
        self._job = job
        self._room = room
        self._marked = asyncio.Event()
        self._tail = b""
        self._said = ""
        self._greeted = False
        self.identity: Identity = "own"
        """How it gave up root."""
        self._pumps = asyncio.gather(self._pump_results(), self._pump_output(), self._wait())

    async def _pump_results(self) -> None:
        assert self._process.stdout
        while data := await self._process.stdout.read(CHUNK):
            self.on_result(data)
        self.on_result(b"")

    async def _pump_output(self) -> None:
        assert self._process.stderr
        while data := await self._process.stderr.read(CHUNK):
            self._printed(data)
        self._printed(b"", last=True)

    async def _wait(self) -> None:
        self.on_exit(await self._process.wait())
        self._job.close()

    def _printed(self, data: bytes, *, last: bool = False) -> None:
        """Hand on what was printed, without the mark: a piece may end in half of it."""
        before, mark, after = (self._tail + data).partition(self.mark.encode())
        keep = 0 if mark or last else len(self.mark)
        self._tail, text = (before[-keep:], before[:-keep]) if keep else (b"", before + after)
        if text:
            self.on_output("out", text)
        if mark or last:
            self._marked.set()

    async def ready(self) -> None:
        if self._greeted:
            return
        frame = await self.frame()
        if frame is None:
            await self.drain()
            said = self.output.text("out").strip().rpartition("\n")[2]
            raise EnvironmentLacking(f"The sandbox could not start: {said or 'its process ended at once'}")
        if "lacking" in frame[0]:
            raise EnvironmentLacking(str(frame[0]["lacking"]))
        self._greeted = True
        self._bound()
        self.identity = frame[0].get("identity", "own")

    def _bound(self) -> None:
        if self._room is not None and (held := self.resident()) is not None:
            self._job.bound(held + self._room)

    async def send(self, data: bytes) -> None:
        assert self._process.stdin
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(data)
            await self._process.stdin.drain()

    def kill(self) -> None:
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # Not both: the process object would look for its end, and take it from the loop that waits for it.
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self.pid, signal.SIGKILL)

    def interrupt(self) -> None:
        if sys.platform == "win32":
            self.stop("interrupted")
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGINT)

    def close(self) -> None:
        self.stop("closed")

    def resident(self) -> int | None:
        return resident(self.pid)

    async def drain(self) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._marked.wait(), 0.5)
        self._marked.clear()

    async def settled(self) -> None:
        """Return when the process is gone and its streams are read to their ends."""
        await asyncio.wait([self._pumps], timeout=5)


class Pool:
    """Starts processes; `child` gives one that may still be importing torch."""

    spares = 1

    def __init__(self, device: str, layers: Layers) -> None:
        self._device = device
        self._layers = layers
        self._before: list[str] = []
        """What is put before the command of each process, once it is known to work."""
        self._beginning: asyncio.Future[None] | None = None
        self._children: set[PooledChild] = set()
        self._first: PooledChild | None = None
        self.state: State = "off"
        self.identity: Identity = "own"
        """How its processes give up root; known once it is ready."""

    async def start(self) -> None:
        """Start the first process, in the background; returns at once."""
        if self.state == "off":
            self.state = "starting"
            self._beginning = asyncio.ensure_future(self._begin())
            self._beginning.add_done_callback(_heard)

    async def ready(self) -> None:
        """Return when the first process waits for its job; raises EnvironmentLacking."""
        if self.state == "failed":
            self.state = "off"
        await self.start()
        if self._beginning is not None:
            # One waits for the process, and the others for that: it greets only once.
            await asyncio.shield(self._beginning)

    async def _begin(self) -> None:
        try:
            self._before = await seatbelt.prefix(self._layers)
            self._first = first = await self._another()
            await first.ready()
        except asyncio.CancelledError:
            raise EnvironmentLacking("The sandbox was closed before it was ready.") from None
        except BaseException:
            self.state = "failed"
            raise
        self.state, self.identity = "ready", first.identity

    async def warm(self, patience: float) -> None:
        """Nothing is kept from one process to the next."""

    async def child(self, *, bare: bool = False) -> Child:
        """A process for one job; a bare one is under limits only, for our own questions."""
        if bare:
            return await self._spawn(NONE)
        first, self._first = self._first, None
        return first if first is not None and first.alive else await self._another()

    async def _another(self) -> PooledChild:
        """One for code. A GPU's driver commits more memory than there is, so that is not bounded there."""
        room = None if self._layers.gpu else job.ROOM
        return await self._spawn(self._layers, self._before, room)

    async def _spawn(self, layers: Layers, before: Sequence[str] = (), room: int | None = None) -> PooledChild:
        command = start.command("tutor.sandbox.ahead", layers.to_argument())
        command, environment = job.direct(command, start.environment(self._device))
        process = await asyncio.create_subprocess_exec(
            *before,
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment,
            start_new_session=sys.platform != "win32",
        )
        child = PooledChild(process, job.around(process.pid), room)
        self._children = {c for c in self._children if c.exit is None} | {child}
        return child

    async def close(self) -> None:
        """End every process; returns when they are gone."""
        if self._beginning is not None:
            self._beginning.cancel()
            await asyncio.wait([self._beginning])
        children, self._children, self._first = self._children, set(), None
        self._beginning, self.state = None, "off"
        for child in children:
            child.close()
        await asyncio.gather(*(c.settled() for c in children))


def _heard(beginning: asyncio.Future[None]) -> None:
    """Whoever waits is told what went wrong; where nobody does, nothing is to be said about it."""
    if not beginning.cancelled():
        beginning.exception()
