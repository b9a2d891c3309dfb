"""A sandbox that says what it is told, in the place of the real one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tutor.commands import doctor, run
from tutor.sandbox.protocol import Outcome, Request

FACTS: dict[str, Any] = {
    "python": "3.12.1",
    "torch": "2.9.0",
    "cuda": [],
    "mps": False,
    "level": "limits only",
    "mode": "zygote",
    "identity": "user",
    "protections": {"time": True, "files": False, "network": "loopback only", "moon": True},
}


class FakeSandbox:
    """Set `facts_or_error` (None never answers) and `outcomes` before the command runs."""

    made: list[FakeSandbox]
    facts_or_error: dict[str, Any] | Exception | None
    outcomes: dict[str, Outcome]

    def __init__(self, *, device: str = "cpu") -> None:
        self.device = device
        self.requests: list[Request] = []
        self.closed = False
        self.made.append(self)

    async def facts(self) -> dict[str, Any]:
        if self.facts_or_error is None:
            await asyncio.Event().wait()
        if isinstance(self.facts_or_error, Exception):
            raise self.facts_or_error
        assert self.facts_or_error is not None
        return self.facts_or_error

    async def run(self, request: Request) -> Outcome:
        self.requests.append(request)
        return self.outcomes.get(request.code, Outcome(status="ok", seconds=0.01))

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> type[FakeSandbox]:
    """The class that stands in for `Sandbox`; `made` lists what the command made of it."""

    class Fresh(FakeSandbox):
        made: list[FakeSandbox] = []
        facts_or_error = dict(FACTS)
        outcomes: dict[str, Outcome] = {}

    for command in (doctor, run):
        monkeypatch.setattr(command, "Sandbox", Fresh)
    return Fresh
