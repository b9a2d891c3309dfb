"""A sandbox that is not one: lines run by rule, so that the front end can be tested in milliseconds."""

from __future__ import annotations

import asyncio
from typing import Any

from tutor.errors import EnvironmentLacking
from tutor.sandbox.protocol import Failure, Observation, Outcome

SUM = Observation(kind="tensor", type="Tensor", shape=(2,), dtype="float32", text="tensor([3., 7.])")


class FakePlay:
    """Knows a handful of lines; `loop` runs until it is stopped, `stubborn` until it is killed."""

    def __init__(self, setup: str) -> None:
        self.setup = setup
        self.given = Outcome(status="ok")
        self.alive = setup != "deadly"
        if not self.alive:
            self.given = Outcome(status="timeout", note="Stopped: over the time limit of 10 s.")
        if setup == "wrong":
            self.given = Outcome(status="error", error=Failure(type="NameError", message="no y", line=1))
        self.ran: list[str] = []
        self._stopped = asyncio.Event()

    async def run(self, code: str, seconds: float | None = None) -> Outcome:
        self.ran.append(code)
        if code == "loop" or code == "stubborn":
            await self._stopped.wait()
            return Outcome(status="error", error=Failure(type="KeyboardInterrupt", message=""))
        if code == "slow":
            self.alive = False
            return Outcome(status="timeout", note=f"Stopped: over the time limit of {seconds:g} s.")
        if code.startswith("{name"):
            names = Observation(kind="dict", type="dict", items=(SUM,), keys=("'x'",))
            return Outcome(status="ok", observed={"_": names} if self.setup else {})
        return Outcome(status="ok", observed={"_": SUM})

    async def interrupt(self) -> None:
        if self.ran[-1] != "stubborn":
            self._stopped.set()

    async def complete(self, text: str) -> list[str]:
        return ["x", "x_long", "_hidden"] if "." not in text else ["sum", "std", "_version"]

    async def close(self) -> None:
        self.alive = False


class FakeSandbox:
    """Gives out FakePlays; `lacking` makes the start fail, `delay` makes it wait."""

    def __init__(self, lacking: str = "", delay: asyncio.Event | None = None) -> None:
        self.plays: list[FakePlay] = []
        self.closed = False
        self._lacking = lacking
        self._delay = delay

    async def opens(self) -> tuple[Any, dict[str, Any]]:
        if self._delay:
            await self._delay.wait()
        if self._lacking:
            raise EnvironmentLacking(self._lacking)
        return self, {"level": "full", "torch": "2.13.0"}

    async def play(self, setup: str = "", setup_name: str = "given") -> FakePlay:
        self.plays.append(FakePlay(setup))
        return self.plays[-1]

    async def close(self) -> None:
        self.closed = True
