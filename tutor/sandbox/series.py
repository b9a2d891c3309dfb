"""Several programs of an author's in one child, one after the other: the program's side.

It costs a small part of a child for each. Never for what a learner wrote: these programs share an interpreter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tutor.sandbox.attempt import concluded, job, wanted, watched
from tutor.sandbox.child import Child
from tutor.sandbox.protocol import Outcome, Request, encode

_LOST = Outcome(status="killed", note="It ended the process that ran it, or came too late.")


async def series(child: Child, request: Request, programs: Sequence[str]) -> list[Outcome]:
    """What the programs did, as far as the child came. The request's code runs first, to see how long one may take."""
    done: list[Outcome] = []
    await watched(child, _talk(child, request, programs, done), request.limits, gpu=request.device != "cpu")
    return done


async def _talk(child: Child, request: Request, programs: Sequence[str], done: list[Outcome]) -> None:
    await child.send(encode({"op": "series", **job(request), "programs": [*programs], "asked": wanted(request)}))
    while len(done) < len(programs) and (frame := await child.frame()) is not None:
        done.append(concluded(frame, request))
        # Reading a report takes a moment, and there may be forty in a row.
        await asyncio.sleep(0)


def whole(done: list[Outcome], programs: Sequence[str]) -> list[Outcome]:
    """An outcome for every program; of those that were not reached, that nothing is known."""
    return [*done, *[_LOST] * (len(programs) - len(done))]
