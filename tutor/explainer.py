"""Brings an error, its explanation and the sandbox together: a repair is shown only after it has run.

The examiner, `tutor run`, the repl and both front ends come through here, so an error reads the same everywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace

from tutor.errors import TutorError
from tutor.grade.account import Account, Heard
from tutor.grade.explain.explanation import Explanation, Repair, repaired
from tutor.grade.notice.notice import Notice
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Calls, Failure, Limits, Outcome, Request

TRIED_MOST = 4
"""Repairs of one error that are tried."""
SLOW_SECONDS = 2.0
"""Code that took longer up to its error is not run again to try repairs."""


async def account(sandbox: Sandbox, request: Request, outcome: Outcome) -> Account:
    """What there is to say about a run of traced code; never raises for what the code is or does."""
    return Account(
        explanation=await explained(sandbox, request, outcome),
        notices=_notices(request, outcome),
        heard=_heard(request, outcome),
        lines=outcome.lines,
    )


def _notices(request: Request, outcome: Outcome) -> tuple[Notice, ...]:
    from tutor.grade.notice.gather import notices

    return notices(request.code, outcome, request.setup) if outcome.status == "ok" else ()


def _heard(request: Request, outcome: Outcome) -> tuple[Heard, ...]:
    if not outcome.warnings:
        return ()
    from tutor.grade.notice.warned import explained_warning

    return tuple(
        Heard(warned, explained_warning(warned, request.code, outcome, request.setup)) for warned in outcome.warnings
    )


async def explained(sandbox: Sandbox, request: Request, outcome: Outcome) -> Explanation | None:
    """What the error of an outcome means, with the repairs of it that run; None where there is nothing to say.

    `request` is what was run, traced. Never raises for what the code is or does.
    """
    failed = failure(outcome)
    if failed is None:
        return None
    # The rules are many, and only an error needs them.
    from tutor.grade.explain.gather import explain

    found = explain(failed, request.code)
    if found is None or not found.repairs:
        return found
    if outcome.seconds > SLOW_SECONDS:
        return replace(found, repairs=())
    asked = found.repairs[:TRIED_MOST]
    runs = await asyncio.gather(*(_runs(sandbox, request, outcome, repair) for repair in asked))
    return replace(found, repairs=chosen(asked, runs))


def chosen(repairs: Sequence[Repair], reached: Sequence[int]) -> tuple[Repair, ...]:
    """Those that get past the line that failed; where none does, the first that gets further on in it."""
    past = tuple(repair for repair, far in zip(repairs, reached, strict=True) if far == PAST)
    return past or tuple(repair for repair, far in zip(repairs, reached, strict=True) if far == FURTHER)[:1]


def failure(outcome: Outcome) -> Failure | None:
    """What code failed with: as it ran, or when what it defines was called."""
    return outcome.error or next((call.failure for call in outcome.calls if call.failure is not None), None)


async def _runs(sandbox: Sandbox, request: Request, outcome: Outcome, repair: Repair) -> int:
    """How far the program gets with a repair."""
    limits = Limits(seconds=min(request.limits.seconds, SLOW_SECONDS + outcome.seconds))
    code = repaired(request.code, repair)
    trial = replace(
        request, code=code, trace=True, training=False, observe=(), calls=_calls(request, outcome), limits=limits
    )
    with contextlib.suppress(TutorError):
        return reach(outcome, await sandbox.run(trial), repair)
    return 0


def _calls(request: Request, outcome: Outcome) -> Calls | None:
    """The calls up to the one that failed: more would only take time."""
    failed = next((n for n, call in enumerate(outcome.calls, start=1) if call.failure is not None), None)
    if request.calls is None or outcome.error is not None or failed is None:
        return None
    return replace(request.calls, count=min(failed, request.calls.count))


PAST, FURTHER = 2, 1


def reach(before: Outcome, after: Outcome, repair: Repair) -> int:
    """PAST where the code ran to its end, failed on another line further on, or was still running; FURTHER where the
    same line fails further on, as one with two faults in it does; else 0.
    """
    failed, fails = failure(before), failure(after)
    if failed is None or after.status not in ("ok", "error", "timeout"):
        return 0
    if fails is None:
        return PAST
    grown = sum(edit.new.count("\n") - (edit.place.last - edit.place.line) for edit in repair.edits)
    line = failed.line or 0
    edited = {n for edit in repair.edits for n in range(edit.place.line, edit.place.last + 1)} | {line}
    at = (fails.line or 0) - grown
    if at in edited or fails.line in edited:
        return FURTHER if _beyond(failed, fails, repair) else 0
    return PAST if at > line or any(made.line - grown == line for made in after.lines) else 0


def _beyond(failed: Failure, fails: Failure, repair: Repair) -> bool:
    """Whether the same line fails further on: in another layer, or in what is done with what failed before."""
    before, after = failed.scene, fails.scene
    if before is None or after is None or (failed.type, failed.message) == (fails.type, fails.message):
        return False
    if [layer.path for layer in before.layers] != [layer.path for layer in after.layers]:
        return bool(after.layers) or len(after.expression) > len(before.expression)
    line = before.place[0]
    wider = sum(len(edit.new) - edit.place.end + edit.place.column for edit in repair.edits if edit.place.line == line)
    outside = after.place[:2] <= before.place[:2]
    return outside and len(after.expression) > len(before.expression) + max(wider, 0)
