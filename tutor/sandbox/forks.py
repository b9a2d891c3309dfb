"""The program's side of the zygote: starts it, asks it for children, hears of their ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Literal

from tutor.errors import EnvironmentLacking, TutorFault
from tutor.sandbox import box, nvml, start
from tutor.sandbox.child import Child
from tutor.sandbox.frame import CHUNK
from tutor.sandbox.identity import Identity
from tutor.sandbox.layers import Layers
from tutor.sandbox.resident import resident

State = Literal["off", "starting", "ready", "failed"]


class ForkedChild(Child):
    """A child of the zygote: four pipes, and a pidfd once it is forked."""

    def __init__(self, job: int, result: int, out: int, err: int) -> None:
        super().__init__()
        self.pid = 0
        self._pidfd = -1
        self._born = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._job = job
        self._readers: dict[int, Callable[[bytes], None]] = {
            result: self.on_result,
            out: lambda data: self.on_output("out", data),
            err: lambda data: self.on_output("err", data),
        }
        for fd in (job, *self._readers):
            os.set_blocking(fd, False)
        for fd in self._readers:
            self._loop.add_reader(fd, self._read, fd)

    def on_born(self, pid: int, pidfd: int) -> None:
        """The zygote has forked it."""
        # Inside a box processes are numbered anew; the descriptor knows the number they have out here.
        self.pid, self._pidfd = _number_of(pidfd) or pid, pidfd
        self._born.set()
        if self.stopped:
            self.kill()

    def on_exit(self, status: int) -> None:
        super().on_exit(status)
        self._born.set()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1

    async def ready(self) -> None:
        await self._born.wait()
        if self.greets and await self.frame() is not None:
            self.greets = False

    async def send(self, data: bytes) -> None:
        left = memoryview(data)
        while left and self._job >= 0:
            try:
                left = left[os.write(self._job, left) :]
            except BlockingIOError:
                await self._writable()
            except BrokenPipeError:
                return

    async def _writable(self) -> None:
        free = self._loop.create_future()
        self._loop.add_writer(self._job, free.set_result, None)
        try:
            await free
        finally:
            if self._job >= 0:
                self._loop.remove_writer(self._job)

    def kill(self) -> None:
        # The group as well, at once: the zygote sees to the rest when the child itself is dead.
        if self._signal(signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def interrupt(self) -> None:
        self._signal(signal.SIGINT)

    def _signal(self, number: signal.Signals) -> bool:
        if self._pidfd < 0:
            return False
        try:
            signal.pidfd_send_signal(self._pidfd, number)
        except ProcessLookupError:
            return False
        return True

    def close(self) -> None:
        self.stop("closed")
        for fd in list(self._readers):
            self._drop(fd)
        if self._job >= 0:
            self._loop.remove_writer(self._job)
            os.close(self._job)
            self._job = -1

    async def drain(self) -> None:
        for fd in list(self._readers):
            while fd in self._readers and self._read(fd):
                pass

    def crowd(self) -> int:
        try:
            return len(Path(f"/proc/{self.pid}/task/{self.pid}/children").read_bytes().split())
        except OSError:
            return 0

    def tasks(self) -> int:
        try:
            return os.stat(f"/proc/{self.pid}/task").st_nlink - 2  # noqa: PTH116 - asked fifty times a second.
        except OSError:
            return 0

    def resident(self) -> int | None:
        return resident(self.pid)

    def on_gpu(self) -> int | None:
        return nvml.used(self.pid)

    def _read(self, fd: int) -> bool:
        """Take in one piece; says whether there may be more at once."""
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return False
        take = self._readers[fd]
        if not data:
            self._drop(fd)
        if data or take == self.on_result:
            take(data)
        return bool(data) and not self.stopped

    def _drop(self, fd: int) -> None:
        del self._readers[fd]
        self._loop.remove_reader(fd)
        os.close(fd)


class Forks:
    """A zygote and its children. One that dies is started again by the next `ready`."""

    spares = 2

    def __init__(self, device: str, layers: Layers, on_warm: Callable[[], None]) -> None:
        self._device = device
        self._layers = layers
        self._on_warm = on_warm
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._log: IO[bytes] | None = None
        self._failure: Exception | None = None
        self._started: asyncio.Event = asyncio.Event()
        self._warm = asyncio.Event()
        self._unborn: deque[ForkedChild] = deque()
        self._children: dict[int, ForkedChild] = {}
        self.state: State = "off"
        self.identity: Identity = "own"
        """How its children give up root; known once it is ready."""

    async def start(self) -> None:
        """Spawn the zygote; returns at once."""
        if self.state in ("starting", "ready"):
            return
        await self.close()
        self.state, self._failure, self._started = "starting", None, asyncio.Event()
        self._warm = asyncio.Event()
        before = await box.prefix(self._layers)
        if self.state != "starting":
            self._started.set()
            return
        self._spawn(before)

    def _spawn(self, before: list[str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._log = os.fdopen(os.memfd_create("zygote"), "w+b")
        with theirs:
            self._process = subprocess.Popen(
                [*before, *start.command("tutor.sandbox.zygote", self._layers.to_argument(), str(theirs.fileno()))],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=start.environment(self._device),
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )
        self._control = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), self._hear)

    async def ready(self) -> None:
        """Return when children can be had; raises EnvironmentLacking."""
        await self.start()
        await self._started.wait()
        if self.state != "ready":
            raise self._failure or EnvironmentLacking("The sandbox could not start.")

    async def warm(self, patience: float) -> None:
        """Have the slow half of torch imported now rather than when nothing else is to be done; returns when it is."""
        if self._control is not None and not self._warm.is_set():
            self._control.send(json.dumps({"op": "warm"}).encode())
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._warm.wait(), patience)

    async def child(self, *, bare: bool = False) -> Child:
        """A new child; it may not have been forked yet. A bare one is under limits only, for our own questions."""
        if self._control is None:
            raise TutorFault("the sandbox is not running")
        job_r, job_w = os.pipe()
        pairs = [os.pipe() for _ in range(3)]
        theirs = [job_r, *(w for _, w in pairs)]
        child = ForkedChild(job_w, *(r for r, _ in pairs))
        child.greets = self._layers.gpu and not bare
        try:
            socket.send_fds(self._control, [json.dumps({"op": "fork", "bare": bare}).encode()], theirs)
            self._unborn.append(child)
        except OSError:
            child.on_exit(70)
        finally:
            for fd in theirs:
                os.close(fd)
        return child

    def _hear(self) -> None:
        assert self._control is not None
        while True:
            try:
                data, fds, _, _ = socket.recv_fds(self._control, 4096, 1)
            except BlockingIOError:
                return
            except OSError:
                data, fds = b"", []
            if not data:
                self._lost()
                return
            self._act(json.loads(data), fds)
            if self._control is None:
                return

    def _act(self, message: dict[str, Any], fds: list[int]) -> None:
        op = message["op"]
        if op == "ready":
            self.state, self.identity = "ready", message["identity"]
            self._started.set()
        elif op == "lacking":
            self._failure = EnvironmentLacking(message["message"])
        elif op == "forked":
            child = self._children[message["pid"]] = self._unborn.popleft()
            child.on_born(message["pid"], fds[0])
        elif op == "exit" and (ended := self._children.pop(message["pid"], None)):
            ended.on_exit(message["status"])
        elif op == "warm":
            self._warm.set()
            self._on_warm()

    def _lost(self) -> None:
        """The zygote is gone, and by the kernel's hand all its children with it."""
        if self.state == "starting":
            self._failure = self._failure or self._last_words()
        self.state = "failed" if self._failure else "off"
        self._release()
        self._started.set()

    def _last_words(self) -> EnvironmentLacking:
        said = ""
        if self._log is not None:
            self._log.seek(0)
            said = self._log.read()[-4096:].decode(errors="replace").strip().rpartition("\n")[2]
        return EnvironmentLacking(f"The sandbox could not start: {said or 'its process ended at once'}")

    def _release(self) -> None:
        for child in (*self._unborn, *self._children.values()):
            child.kill()
            child.on_exit(-signal.SIGKILL)
        self._unborn.clear()
        self._children.clear()
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
        if self._log is not None:
            self._log.close()
            self._log = None

    async def close(self) -> None:
        """End the zygote and everything it made; returns when it is gone."""
        process, self._process = self._process, None
        self._release()
        self.state = "off"
        if process is None:
            return
        for patience in (0.5, 0.5):
            if await _ended(process, patience):
                break
            process.terminate()
        else:
            process.kill()
            await _ended(process, 5.0)
        # The kernel ends what is inside a box after the box, not with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _number_of(pidfd: int) -> int:
    """The process a pidfd stands for; 0 when it is gone or cannot be told."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        said = Path(f"/proc/self/fdinfo/{pidfd}").read_text().split("Pid:", 1)[1]
        return max(int(said.split()[0]), 0)
    return 0


async def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    for _ in range(int(seconds / 0.005)):
        if process.poll() is not None:
            return True
        await asyncio.sleep(0.005)
    return False
