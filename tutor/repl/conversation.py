"""One child of the sandbox that keeps its names, from the first line to the last: started, stopped, replaced."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from tutor.errors import TutorError, TutorFault
from tutor.repl.piece import Piece

if TYPE_CHECKING:
    from tutor.grade.account import Account
    from tutor.repl.given import Given
    from tutor.sandbox.client import Sandbox
    from tutor.sandbox.play import Play
    from tutor.sandbox.protocol import Outcome

Opens = Callable[[], Awaitable["tuple[Sandbox, dict[str, Any]]"]]
"""Starts a sandbox and measures its facts; raises EnvironmentLacking."""

SECONDS = 30.0
PATIENCE = 1.0
"""Seconds a line may take to obey Ctrl-C before its process is ended."""

_NAMES = (
    "{name: value for name, value in list(globals().items()) if name[:1] != '_'"
    " and type(value).__name__ not in ('module', 'builtin_function_or_method')}"
)


class Conversation:
    """Runs lines in one child, with its time limit, Ctrl-C and restarts; what there is to say is given to `say`."""

    def __init__(
        self,
        opens: Opens,
        say: Callable[[list[Piece]], None],
        given: Given | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.given = given
        self.facts: dict[str, Any] = {}
        self._opens = opens
        self._sandbox: Sandbox | None = None
        self._say = say
        self._seconds = seconds
        self._opening: asyncio.Task[Play] | None = None
        self._account: Account | None = None
        self._past: list[str] = []
        """What ran well in this child so far, to try repairs after."""
        self._spent = 0.0
        self._stop_asked = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Whether a line would run at once."""
        return self._opening is not None and self._opening.done()

    def begin(self) -> asyncio.Task[Play]:
        """Start the child in the background, unless that was done."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open(self.given))
        return self._opening

    def interrupt(self) -> None:
        """Ctrl-C: stop the running line; a second time, end its process."""
        self._stop_asked.set()

    async def run(self, code: str) -> None:
        """Run `code` and say what came of it.

        Raises EnvironmentLacking and TutorFault; what the code does wrong is said.
        """
        play = await self._child()
        if play is None:
            self._say([Piece("note", "Stopped.")])
            return
        from tutor.repl.show import shown

        outcome = await self._watched(play, code)
        account = await self._told(code, outcome)
        self._say(shown(outcome, code, account))
        if not play.alive:
            await self._replace(play)

    async def _told(self, code: str, outcome: Outcome) -> Account:
        """What there is to say about a line; repairs are tried after all that ran well before it."""
        from tutor import explainer
        from tutor.sandbox.protocol import Request

        before = [self.given.code] if self.given else []
        request = Request(setup="\n".join([*before, *self._past]), code=code)
        self._spent += outcome.seconds
        if outcome.status == "ok":
            self._past.append(code)
        assert self._sandbox is not None
        self._account = await explainer.account(self._sandbox, request, replace(outcome, seconds=self._spent))
        return self._account

    def why(self) -> list[Piece]:
        """More about what ran last."""
        from tutor.grade.account import Account
        from tutor.repl.show import why

        return why(self._account or Account())

    async def reset(self) -> None:
        """Start anew: only what was given is defined."""
        if (play := await self._child()) is not None:
            await self._replace(play)

    async def names(self) -> None:
        """Say every name made so far with what it holds."""
        if (play := await self._child()) is not None:
            self._say(await self._held(play) or [Piece("note", "No names yet.")])

    async def complete(self, text: str) -> list[str]:
        """What `text` may become; nothing while no child is there to ask."""
        opening = self._opening
        if opening is None or not opening.done() or opening.cancelled() or opening.exception():
            return []
        return await opening.result().complete(text)

    async def close(self) -> None:
        """End the child and the sandbox."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._sandbox is not None:
            await self._sandbox.close()

    async def _open(self, given: Given | None) -> Play:
        if self._sandbox is None:
            self._sandbox, self.facts = await self._opens()
        play = await self._sandbox.play(given.code if given else "")
        if not play.alive:
            self._give_up(given, play)
        if given:
            self._say([Piece("note", f"{given.label} gives:"), *await self._given(given, play)])
        return play

    def _give_up(self, given: Given | None, play: Play) -> NoReturn:
        """Every child would end the same way, so there is no sense in another one."""
        reason = play.given.note if play.given else ""
        if given is None:
            raise TutorFault(f"The sandbox could not start. {reason}".rstrip())
        raise TutorError(f"What {given.label} gives cannot be set up. {reason}".rstrip())

    async def _given(self, given: Given, play: Play) -> list[Piece]:
        from tutor.repl.show import shown

        if play.given is not None and play.given.status != "ok":
            return shown(play.given, given.code)
        return await self._held(play)

    async def _held(self, play: Play) -> list[Piece]:
        from tutor.repl.show import names_shown

        names = (await play.run(_NAMES, self._seconds)).observed.get("_")
        return names_shown(names) if names else []

    async def _child(self) -> Play | None:
        """The child, once it is there; None when Ctrl-C came first."""
        self._stop_asked.clear()
        opening = self.begin()
        if not opening.done():
            self._say([Piece("wait", "starting torch…")])
            stopped = asyncio.create_task(self._stop_asked.wait())
            await asyncio.wait({opening, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
        return opening.result() if opening.done() else None

    async def _watched(self, play: Play, code: str) -> Outcome:
        from tutor.sandbox.protocol import Outcome

        running = asyncio.create_task(play.run(code, self._seconds))
        ended = asyncio.create_task(self._end_when_asked(play))
        await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if running.done():
            return running.result()
        running.cancel()
        await asyncio.wait({running})
        return Outcome(status="killed", note="Stopped: the line did not obey Ctrl-C, so its process was ended.")

    async def _end_when_asked(self, play: Play) -> None:
        await self._stop_asked.wait()
        self._stop_asked.clear()
        await play.interrupt()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stop_asked.wait(), PATIENCE)
        await play.close()

    async def _replace(self, play: Play) -> None:
        await play.close()
        self._opening = None
        self._past.clear()
        self._spent = 0.0
        self.begin()
        self._say([Piece("note", "A new process was started; the names made before are gone.")])
