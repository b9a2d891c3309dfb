"""`tutor repl`: a torch prompt in the sandbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tutor.commands.opening import open_course
from tutor.repl.talk import at_terminal, front_for, talk

if TYPE_CHECKING:
    from tutor.sandbox.client import Sandbox


def run(given: str | None, device: str, course: str | None, trusted: bool = False, yes: bool = False) -> int:
    """Talk until the person leaves. 0 whatever the lines did; 130 when Ctrl-C ended a pipe. What the lessons of other
    people's courses define is their code, which needs the level *full* unless it is `trusted`.

    Raises UsageError when `given` names nothing, LessonError when it is wrong, EnvironmentLacking without torch or
    without the device.
    """
    start = None
    if course or given:
        catalog, given = open_course(course, given, yes)
        course = None if catalog.shipped else str(catalog.folder)
    if given:
        from tutor.repl.given import read_given

        start = read_given(given, course)
    guarded = course is not None and not trusted
    return asyncio.run(talk(lambda: opened(device, guarded), front_for(at_terminal()), start, course))


async def opened(device: str, guarded: bool = False) -> tuple[Sandbox, dict[str, Any]]:
    """A sandbox whose children use `device`, and its facts. Raises EnvironmentLacking."""
    from tutor.commands.run import chosen

    first = "cuda" if device == "auto" else device
    sandbox, facts = await _started(first, guarded)
    try:
        wanted = chosen(device, facts)
    except BaseException:
        await sandbox.close()
        raise
    if wanted == first:
        return sandbox, facts
    await sandbox.close()
    return await _started(wanted, guarded)


async def _started(device: str, guarded: bool) -> tuple[Sandbox, dict[str, Any]]:
    from tutor.sandbox.client import Sandbox

    sandbox = Sandbox(device=device, guarded=guarded)
    try:
        await sandbox.start()
        await sandbox.ready()
        return sandbox, await sandbox.facts()
    except BaseException:
        await sandbox.close()
        raise
