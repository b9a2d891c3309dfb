"""What is counted from outside while a child works, for where the kernel does not: processes, threads, memory."""

from __future__ import annotations

import asyncio

from tutor.sandbox.child import Child
from tutor.sandbox.protocol import Limits

CROWD_MOST = 8
"""Processes a snippet may have started at once; ordinary code starts none."""
GPU_HOST_MB = 6144
"""What the driver and the libraries of a GPU take of ordinary memory on top of what the code may use."""
LOOK_EVERY = 0.02
"""Seconds. What comes and goes in between is not seen; what stays is ended."""


class Watch:
    """Within it, a child that goes over what is counted is ended; the reason is in `child.stopped`."""

    def __init__(self, child: Child, limits: Limits, *, gpu: bool = False) -> None:
        self._child = child
        self._tasks = limits.tasks
        self._memory = (limits.memory_mb + (GPU_HOST_MB if gpu else 0)) << 20
        self._gpu_memory = limits.gpu_memory_mb << 20 if gpu else None
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> None:
        # Held on to by the child: what one cell of a session leaves behind is not forgotten for the next.
        if self._child.held is None:
            self._child.held = self._child.resident()
        self._timer = self._loop.call_later(LOOK_EVERY, self._look)

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        if reason := self._over():
            self._child.stop(reason)
        else:
            self._timer = self._loop.call_later(LOOK_EVERY, self._look)

    def _over(self) -> str:
        if self._child.crowd() > CROWD_MOST:
            return "processes"
        if self._child.tasks() > self._tasks:
            return "threads"
        now, before = self._child.resident(), self._child.held
        if now is not None and before is not None and now - before > self._memory:
            return "memory"
        if self._gpu_memory is not None and (self._child.on_gpu() or 0) > self._gpu_memory:
            return "gpu memory"
        return ""
