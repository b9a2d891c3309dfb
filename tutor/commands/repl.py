"""`tutor repl`: a torch prompt in the sandbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tutor.repl.talk import at_terminal, front_for, talk

if TYPE_CHECKING:
    from tutor.sandbox.client import Sandbox


def run(given: str | None, device: str, course: str | None) -> int:
    """Talk until the person leaves. 0 whatever the lines did; 130 when Ctrl-C ended a pipe.

    Raises UsageError when `given` names nothing, LessonError when it is wrong, EnvironmentLacking without torch.
    """
    start = None
    if given:
        from tutor.repl.given import read_given

        start = read_given(given, course)
    return asyncio.run(talk(lambda: _sandbox(device), front_for(at_terminal()), start, course))


def _sandbox(device: str) -> Sandbox:
    from tutor.sandbox.client import Sandbox

    return Sandbox(device=device)
