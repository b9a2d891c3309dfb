"""A terminal without a window: runs a program on a pty, draws what it writes, types, resizes, kills.

Nothing is read while nobody waits: `wait_for`, `settle` and `read` are what drains the pty.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "delete": "\x1b[3~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~",
}  # fmt: skip

# What a terminal is asked: the cursor's place, whether it knows a mode, what it is.
_ASKED = re.compile(rb"\x1b\[6n|\x1b\[\?(\d+)\$p|\x1b\[0?c")
# What pyte would print as litter: strings (OSC, DCS, APC), private CSI (kitty keys, mode queries), colon SGR.
_LITTER = re.compile(
    rb"\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1b\[[<=>][0-9;:]*[ -/]*[@-~]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*:[0-9;:]*m"
)
_CUT = re.compile(rb"\x1b(?:[\]P_^X][^\x07\x1b]*\x1b?|\[[0-?]*[ -/]*)?$")


class Terminal:
    """One program on one pty."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._held = b""
        self.written = 0
        """Bytes that came so far."""
        self._fd, tty = pty.openpty()
        self._size(columns, rows)
        # The shell opens the tty as a session's leader, which makes it the controlling one; then it is replaced.
        through = ["/bin/sh", "-c", 'tty=$1; shift; exec "$@" <>"$tty" >&0 2>&0', "sh", os.ttyname(tty), *command]
        self.process = subprocess.Popen(
            through, start_new_session=True, env=_environment(env), cwd=cwd, stdin=subprocess.DEVNULL, close_fds=True
        )
        self.started = time.perf_counter()
        # Closed only once the program holds its own, or the first read would find a hung-up line.
        self._tty: int | None = tty

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def text(self) -> str:
        """What is on the screen now."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def modes(self) -> list[object]:
        """How the line is set: echo, line by line or key by key."""
        return termios.tcgetattr(self._fd)

    def read(self, seconds: float) -> bytes:
        """The next bytes, as they came; empty when none came in time or the program closed its side."""
        if not select.select([self._fd], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return b""
        if self._tty is not None:
            os.close(self._tty)
            self._tty = None
        self.written += len(data)
        self._answer(data)
        return data

    def draw(self, data: bytes) -> None:
        """Put bytes on the screen, all but a sequence that has not come to its end."""
        data = self._held + data
        cut = _CUT.search(data)
        self._held = data[cut.start() :] if cut else b""
        self._stream.feed(_LITTER.sub(b"", data[: cut.start()] if cut else data))

    def wait_for(self, wanted: str | Callable[[Terminal], bool], seconds: float = 20.0) -> str:
        """Read and draw until the text (or what the function looks for) is on the screen; then the screen's text."""
        found = wanted if callable(wanted) else lambda _: wanted in self.text
        end = time.monotonic() + seconds
        while not found(self):
            left = end - time.monotonic()
            if left <= 0 or (not self._pump(min(left, 0.5)) and self.process.poll() is not None and not found(self)):
                raise AssertionError(f"never saw {wanted!r} within {seconds:.0f} s; the screen:\n{self.text}")
        return self.text

    def settle(self, quiet: float = 0.15, seconds: float = 10.0) -> str:
        """Read and draw until nothing has come for `quiet` seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._pump(quiet):
            pass
        return self.text

    def type(self, text: str) -> None:
        """Type text as it is; a newline is the Enter key."""
        os.write(self._fd, text.replace("\n", "\r").encode())

    def press(self, *names: str) -> None:
        """Press keys by name: `enter`, `f2`, `ctrl+j`, or a single character."""
        for name in names:
            self.type_raw(_key(name))

    def type_raw(self, keys: str) -> None:
        """Send exactly these characters."""
        os.write(self._fd, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size; the kernel tells the program."""
        self.screen.resize(rows, columns)
        self._size(columns, rows)

    def wait(self, seconds: float = 10.0) -> int:
        """Drain until the program has ended; its exit status."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running after {seconds:.0f} s; the screen:\n{self.text}")
            self._pump(0.05)
        self.settle(0.02, 1.0)
        return int(self.process.returncode)

    def kill(self) -> None:
        """What a power cut does: SIGKILL, no warning."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End whatever still runs in the terminal's session and hang up."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for fd in (self._fd, self._tty):
            if fd is not None:
                with contextlib.suppress(OSError):
                    os.close(fd)
        self._tty = None

    def _pump(self, seconds: float) -> bool:
        data = self.read(seconds)
        if data:
            self.draw(data)
        elif self.process.poll() is not None:
            time.sleep(min(seconds, 0.01))
        return bool(data)

    def _answer(self, data: bytes) -> None:
        for asked in _ASKED.finditer(data):
            if asked[1]:
                # Synchronised output is known; a resize told in-band is not, the kernel's signal tells it.
                reply = f"\x1b[?{asked[1].decode()};{2 if asked[1] == b'2026' else 0}$y"
            elif asked[0] == b"\x1b[6n":
                reply = f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R"
            else:
                reply = "\x1b[?62;22c"
            os.write(self._fd, reply.encode())

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _key(name: str) -> str:
    if name.startswith("ctrl+") and len(name) == 6:
        return chr(ord(name[5]) & 0x1F)
    return KEYS.get(name, name)


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
    return {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(extra or {})}
