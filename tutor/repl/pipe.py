"""Lines from a pipe, a file or a terminal that cannot move its cursor.

Results and output go to stdout; errors and remarks to stderr, or to the same screen when a person reads it.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tutor.repl.piece import Piece
from tutor.repl.statement import statements, unprompted

if TYPE_CHECKING:
    from tutor.repl.conversation import Conversation

LINE_MOST = 1 << 20
INTERRUPTED = 130
"""Exit status after Ctrl-C in a pipe, as shells give it."""

_DATA = ("made", "caption", "value", "output")


class Lines:
    """Reads statements line by line; with `prompting` a person types them, so each line is asked for.

    The exit status is 0 whatever the statements do, as it is after a conversation at the prompt.
    """

    def __init__(self, prompting: bool, descriptor: int = 0) -> None:
        self.status = 0
        self._prompting = prompting
        self._prompt = ">>> "
        self._asked = False
        self._chunks = Chunks(descriptor)
        self._statements = self._anew()
        self._reading: asyncio.Task[str | None] | None = None

    def say(self, pieces: list[Piece]) -> None:
        """Print `pieces`; a prompt that waits is asked again below them."""
        if self._asked:
            print()
        for piece in pieces:
            if piece.kind == "wait" and not self._prompting:
                continue
            stream = sys.stdout if self._prompting or piece.kind in _DATA else sys.stderr
            print(piece.text, file=stream, flush=True)
        if self._asked:
            print(self._prompt, end="", flush=True)

    async def read(self, conversation: Conversation) -> str | None:
        """The next statement; None at the end of the input."""
        if self.status:
            return None
        conversation.begin()
        self._prompt = ">>> "
        self._reading = asyncio.create_task(self._next())
        await asyncio.wait({self._reading})
        if self._reading.cancelled():
            self._statements = self._anew()
            raise KeyboardInterrupt
        return self._reading.result()

    def interrupt(self) -> None:
        """Ctrl-C: gives up the line a person types; ends the reading of a pipe."""
        if not self._prompting:
            self.status = INTERRUPTED
        else:
            print()
        if self._reading is not None:
            self._reading.cancel()

    async def _next(self) -> str | None:
        async for statement in self._statements:
            return unprompted(statement).rstrip()
        return None

    def _anew(self) -> AsyncIterator[str]:
        return statements(self._lines(), blank_ends=self._prompting)

    async def _lines(self) -> AsyncIterator[str]:
        while True:
            if self._prompting:
                print(self._prompt, end="", flush=True)
            self._asked = self._prompting
            try:
                line = await self._chunks.line()
            finally:
                self._asked = False
            if not line:
                return
            if line.strip():
                self._prompt = "... "
            yield line


class Chunks:
    """Lines of a file descriptor, read in a thread so that the event loop goes on."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._coming: asyncio.Future[bytes] | None = None

    async def line(self) -> str:
        """The next line with its newline; empty at the end. A line without end is cut."""
        while "\n" not in self._text and len(self._text) < LINE_MOST:
            data = await self._chunk()
            self._text += self._decoder.decode(data, final=not data)
            if not data:
                break
        end = self._text.find("\n") + 1 or len(self._text)
        line, self._text = self._text[:end], self._text[end:]
        return line

    async def _chunk(self) -> bytes:
        # Giving up a wait must not lose what the thread reads meanwhile, so its future outlives the wait.
        if self._coming is None:
            self._coming = asyncio.get_running_loop().create_future()
            threading.Thread(target=self._read, args=(self._coming,), name="stdin", daemon=True).start()
        data = await asyncio.shield(self._coming)
        self._coming = None
        return data

    def _read(self, coming: asyncio.Future[bytes]) -> None:
        # The descriptor itself, not sys.stdin: a buffered reader that waits would block the interpreter's end.
        try:
            data = os.read(self._descriptor, 1 << 16)
        except OSError:
            data = b""
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            coming.get_loop().call_soon_threadsafe(coming.set_result, data)
