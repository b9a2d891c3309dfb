"""One job given to one child, and what became of it."""

from __future__ import annotations

import asyncio
import signal
import time
from dataclasses import replace
from typing import Any

from tutor.sandbox import unpack
from tutor.sandbox.child import Child
from tutor.sandbox.frame import Frame, Malformed
from tutor.sandbox.output import Output
from tutor.sandbox.protocol import CODE_MOST, Failure, Limits, Outcome, Request, Status, encode, plain
from tutor.sandbox.watch import Watch

LATE = "Overtime"
"""The error of one program of several that took far too long."""


async def attempt(child: Child, request: Request) -> Outcome:
    """Run `request` in `child`. Never raises for what the code does."""
    if refusal := refused(request.code):
        return refusal
    began = time.monotonic()
    frame = await watched(child, _talk(child, request), request.limits, gpu=request.device != "cpu")
    outcome = await conclude(child, frame, request.limits, time.monotonic() - began)
    return _asked_for(outcome, request)


def _asked_for(outcome: Outcome, request: Request) -> Outcome:
    """The outcome without names that nobody asked for: they are a forger's, and would be shown as they are."""
    return replace(outcome, observed={e: outcome.observed[e] for e in request.observe if e in outcome.observed})


def refused(code: str) -> Outcome | None:
    """The outcome of code that is not run at all; None for code that is."""
    if len(code.encode("utf-8", errors="replace")) > CODE_MOST:
        return Outcome(status="refused", note=f"The code is longer than {CODE_MOST >> 10} KiB.")
    return None


async def watched(child: Child, work: Any, limits: Limits, *, gpu: bool = False) -> Frame | None:
    """Await `work` within the limits that are kept from outside; what goes over them is ended."""
    child.output = Output(limits.output_shown, limits.output_total)
    with Watch(child, limits, gpu=gpu):
        try:
            frame: Frame | None = await asyncio.wait_for(work, limits.seconds)
        except asyncio.TimeoutError:
            child.stop("timeout")
            frame = None
    await child.drain()
    return frame


async def _talk(child: Child, request: Request) -> Frame | None:
    """The code first; what is to be observed only once it has ended."""
    await child.send(encode({"op": "run", "mark": child.mark, **job(request)}))
    if await child.frame() is None:
        return None
    await child.send(encode(wanted(request)))
    frame = await child.frame()
    return frame if frame is not None and await child.over() else None


def wanted(request: Request) -> dict[str, Any]:
    """What is to be observed of code that has ended."""
    calls = plain(request.calls) if request.calls else None
    return {"observe": request.observe, "calls": calls, "draw": request.draw}


def job(request: Request) -> dict[str, Any]:
    """What a child is told before any code runs."""
    return {
        "setup": _sendable(request.setup),
        "code": _sendable(request.code),
        "filename": request.filename,
        "trace": request.trace,
        "training": request.training,
        "seed": request.seed,
        "device": request.device,
        # A GPU's driver reserves address space far beyond any memory; what is resident is watched instead.
        "memory_mb": request.limits.memory_mb if request.device == "cpu" else None,
        "gpu_memory_mb": request.limits.gpu_memory_mb,
        "cpu_seconds": request.limits.seconds,
    }


def _sendable(code: str) -> str:
    return code.encode("utf-8", errors="replace").decode()


async def conclude(child: Child, frame: Frame | None, limits: Limits, seconds: float) -> Outcome:
    """The outcome: the child's report where there is one, else how it ended."""
    report, tensors = _read(frame)
    if report is None:
        status, note, error = *await _ending(child, limits), None
        report = unpack.Report()
    else:
        status, note = _status(report.error, limits)
        error = report.error
    return Outcome(
        status=status,
        seconds=seconds,
        stdout=child.output.text("out"),
        stderr=child.output.text("err"),
        truncated=child.output.truncated,
        error=error,
        note=note,
        warnings=report.warnings,
        lines=report.lines,
        asides=report.asides,
        observed=report.observed,
        calls=report.calls,
        events=report.events,
        rng=report.rng,
        tensors=tensors,
    )


def concluded(frame: Frame, request: Request) -> Outcome:
    """The outcome of one program of several, by its report alone."""
    report, tensors = _read(frame)
    if report is None:
        return Outcome(status="killed", note="Its report could not be read.")
    status, note = _status(report.error, request.limits)
    if report.error is not None and report.error.type == LATE:
        status, note = "timeout", "Stopped: it took many times as long as it should."
    outcome = Outcome(
        status=status,
        note=note,
        error=report.error,
        observed=report.observed,
        calls=report.calls,
        events=report.events,
        rng=report.rng,
        tensors=tensors,
    )
    return _asked_for(outcome, request)


def _read(frame: Frame | None) -> tuple[unpack.Report | None, bytes]:
    if frame is None:
        return None, b""
    try:
        return unpack.report(frame[0]), frame[1]
    except Malformed:
        return None, b""


def _status(error: Failure | None, limits: Limits) -> tuple[Status, str]:
    if error is None:
        return "ok", ""
    if error.type == "MemoryError" or "DefaultCPUAllocator" in error.message:
        return "memory", _over_memory(limits)
    if error.type == "OutOfMemoryError":
        return "memory", _over_gpu_memory(limits)
    if "device-side assert" in error.message:
        return "error", _ASSERTED
    if error.type == "SystemExit":
        return "error", "The code ended itself with exit() before it was done."
    return "error", ""


_STOPPED = {
    "processes": "Stopped: it started too many processes.",
    "threads": "Stopped: it started too many threads.",
    "interrupted": "Stopped: it did not heed an interrupt.",
}
_ASSERTED = (
    "A check inside a GPU kernel failed, most often an index or a class label out of range. "
    "The GPU can do nothing more for this run; the next one starts afresh."
)


def _over_memory(limits: Limits) -> str:
    return f"Stopped: it asked for more memory than the limit of {limits.memory_mb} MiB."


def _over_gpu_memory(limits: Limits) -> str:
    return f"Stopped: it asked for more of the GPU's memory than the limit of {limits.gpu_memory_mb} MiB."


async def _ending(child: Child, limits: Limits) -> tuple[Status, str]:
    """Why there is no report, from what we did to the child or from how it exited."""
    if child.stopped == "timeout":
        return "timeout", f"Stopped: over the time limit of {limits.seconds:g} s."
    if child.stopped == "output":
        return "output", f"Stopped: it printed more than the limit of {limits.output_total / (1 << 20):g} MiB."
    if child.stopped == "memory":
        return "memory", _over_memory(limits)
    if child.stopped == "gpu memory":
        return "memory", _over_gpu_memory(limits)
    if child.stopped:
        return "killed", _STOPPED.get(child.stopped, "Stopped.")
    if child.broken:
        return "killed", f"The run ended without a result: {_how(None)}."
    # The zygote may be importing for a while before it can say.
    exited = await child.gone(4.0)
    if exited == -getattr(signal, "SIGXCPU", 24):
        return "timeout", f"Stopped: over the time limit of {limits.seconds:g} s of processor time."
    return "killed", f"The run ended without a result: {_how(exited)}."


def _how(exited: int | None) -> str:
    if exited is None:
        return "its report could not be read"
    if exited >= 0:
        return (
            "the code ended Python itself"
            if exited != 70
            else "its process could not go on, perhaps for want of memory"
        )
    try:
        name = signal.Signals(-exited).name
    except ValueError:
        name = f"signal {-exited}"
    return "the system ended it, perhaps for want of memory" if name == "SIGKILL" else f"Python crashed ({name})"
