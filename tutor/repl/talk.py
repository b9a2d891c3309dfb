"""The loop: read a line, do what it says, until there are no more."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

from tutor.repl.commands import is_command, leaves, obey
from tutor.repl.conversation import Conversation, Opens
from tutor.repl.piece import Piece

if TYPE_CHECKING:
    from tutor.repl.given import Given


class Front(Protocol):
    """Where lines come from and where pieces go."""

    status: int

    def say(self, pieces: list[Piece]) -> None:
        """Show `pieces`."""

    async def read(self, conversation: Conversation) -> str | None:
        """The next statement or command; None at the end. KeyboardInterrupt when the line was given up."""

    def interrupt(self) -> None:
        """Ctrl-C arrived as a signal."""


async def talk(opens: Opens, front: Front, given: Given | None, course: str | None) -> int:
    """One conversation from start to end; the exit status.

    Raises EnvironmentLacking or TutorFault when there can be no sandbox.
    """
    conversation = Conversation(opens, front.say, given)

    def interrupt() -> None:
        conversation.interrupt()
        front.interrupt()

    try:
        with _interrupts(interrupt):
            await _exchange(conversation, front, course)
    finally:
        await conversation.close()
    return front.status


def front_for(terminal: bool) -> Front:
    """The full prompt at a terminal that can move its cursor, else single lines."""
    if terminal and os.environ.get("TERM") not in ("dumb", "unknown"):
        from tutor.repl.prompt import Terminal

        return Terminal()
    from tutor.repl.pipe import Lines

    return Lines(prompting=terminal)


def at_terminal() -> bool:
    """Whether a person types and reads here."""
    return sys.stdin.isatty() and sys.stdout.isatty()


async def _exchange(conversation: Conversation, front: Front, course: str | None) -> None:
    while True:
        try:
            text = await front.read(conversation)
        except KeyboardInterrupt:
            continue
        if text is None or leaves(text):
            return
        if is_command(text):
            front.say(await obey(text, conversation, course))
        elif text.strip():
            await conversation.run(text)


@contextlib.contextmanager
def _interrupts(call: Callable[[], None]) -> Iterator[None]:
    """SIGINT calls `call` in the event loop instead of raising where it pleases."""
    loop = asyncio.get_running_loop()

    def handle(number: int, frame: FrameType | None) -> Any:
        loop.call_soon_threadsafe(call)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
