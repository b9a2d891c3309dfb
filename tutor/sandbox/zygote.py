"""The process that imports torch once and forks; it never sees a snippet, an answer or a hidden input.

It must have one thread only and must never run a parallel operation: otherwise every child hangs on its first.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from tutor.sandbox import confine, start
from tutor.sandbox.fence import Fence
from tutor.sandbox.layers import Layers

IDLE = 0.5
"""Seconds without a request after which the slow half of torch is imported."""


def main() -> None:
    """Run with the layers and on the control socket that the last arguments name, until the other side closes it."""
    control = socket.socket(fileno=int(sys.argv[-1]))
    confine.tie_to_parent(signal.SIGTERM)
    confine.adopt_orphans()
    confine.offer_to_oom()
    confine.keep_private()
    try:
        _warm_up()
    except ImportError as error:
        _say(control, {"op": "lacking", "message": start.lacking(error)})
        return
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        _say(control, {"op": "lacking", "message": f"torch started {threads} threads here, so it cannot be forked."})
        return
    fence = Fence.make(Layers.from_argument(sys.argv[-2]))
    _settle()
    _freeze()
    Zygote(control, fence).serve()


def _warm_up() -> None:
    """Import what children need and touch what is slow the first time, on one thread and the CPU only."""
    from tutor.sandbox import worker

    worker.warm_up()


def _settle() -> None:
    """What is the same in every child."""
    from tutor.sandbox import worker

    worker.fresh_interpreter()


def _freeze() -> None:
    # A collection in a child would touch, and so copy, every object made so far.
    gc.collect()
    gc.disable()
    gc.freeze()


def _say(control: socket.socket, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
    with contextlib.suppress(OSError):
        socket.send_fds(control, [json.dumps(message).encode()], fds)


class Zygote:
    """Answers fork requests and reports the ends of its children."""

    def __init__(self, control: socket.socket, fence: Fence) -> None:
        self._control = control
        self._fence = fence
        self._forked = 0
        self._children: set[int] = set()
        self._warm = False
        self._importing = False
        self._wake, alarm = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, self._on_child)
        signal.signal(signal.SIGTERM, lambda *_: self._leave())

    def serve(self) -> None:
        """Until the control socket closes; then every child is ended."""
        _say(self._control, {"op": "ready", "identity": self._fence.way})
        while self._turn():
            pass
        self._leave()

    def _turn(self) -> bool:
        waited: list[Any] = [self._control, self._wake]
        ready = select.select(waited, [], [], None if self._warm else IDLE)[0]
        if self._wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake, 4096)
            self._reap()
        if self._control in ready:
            return self._request()
        if not ready:
            self._warm_further()
        return True

    def _on_child(self, *_: object) -> None:
        """Between two turns the wake-up is enough; during the long import whoever ends is reported from in here."""
        if self._importing:
            self._importing = False
            self._reap()
            self._importing = True

    def _request(self) -> bool:
        message, fds, _, _ = socket.recv_fds(self._control, 4096, 8)
        if message and not fds and not self._warm and json.loads(message)["op"] == "warm":
            self._warm_further()
        if message and len(fds) == 4:
            self._fork(tuple(fds), Fence() if json.loads(message)["bare"] else self._fence)
        for fd in fds:
            os.close(fd)
        return bool(message)

    def _fork(self, fds: tuple[int, ...], fence: Fence) -> None:
        parent = os.getpid()
        self._forked += 1
        pid = os.fork()
        if pid == 0:
            _be_child(fds, fence, parent, self._forked)
        self._children.add(pid)
        pidfd = os.pidfd_open(pid)
        _say(self._control, {"op": "forked", "pid": pid}, (pidfd,))
        os.close(pidfd)

    def _reap(self) -> None:
        """Report who ended. The group goes first, while the dead leader still reserves its number."""
        while ended := _ended():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(ended, signal.SIGKILL)
            _, status = os.waitpid(ended, 0)
            if ended in self._children:
                self._children.discard(ended)
                _say(self._control, {"op": "exit", "pid": ended, "status": os.waitstatus_to_exitcode(status)})
            self._kill_orphans()

    def _kill_orphans(self) -> None:
        for pid in _children_now() - self._children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _warm_further(self) -> None:
        """The first optimizer imports half of torch again, at 0.7 s a child: once here instead."""
        from tutor.sandbox import worker

        self._warm = self._importing = True
        gc.enable()
        worker.warm_further()
        _freeze()
        self._importing = False
        _say(self._control, {"op": "warm"})

    def _leave(self) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._children.clear()
        while _children_now():
            self._kill_orphans()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(-1, 0)
        os._exit(0)


def _ended() -> int:
    """The pid of a child that has ended and is not reaped yet; 0 when there is none."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return found.si_pid if found else 0


def _children_now() -> set[int]:
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return set()
    return {int(pid) for pid in listed.split()}


def _be_child(fds: tuple[int, ...], fence: Fence, parent: int, slot: int) -> NoReturn:
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        from tutor.sandbox import worker

        worker.be_forked(fds, fence, parent, slot)
    finally:
        os._exit(70)


if __name__ == "__main__":
    main()
