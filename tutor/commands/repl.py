"""`tutor repl`: a torch prompt in the sandbox."""

from __future__ import annotations

import asyncio

from tutor.repl.given import read_given
from tutor.repl.talk import at_terminal, front_for, talk


def run(given: str | None, device: str, course: str | None) -> int:
    """Talk until the person leaves. 0 whatever the lines did; 130 when Ctrl-C ended a pipe.

    Raises UsageError when `given` names nothing, LessonError when it is wrong, EnvironmentLacking without torch.
    """
    start = read_given(given, course) if given else None
    front = front_for(at_terminal())

    async def converse() -> int:
        from tutor.sandbox.client import Sandbox

        return await talk(Sandbox(device=device), front, start, course)

    return asyncio.run(converse())
