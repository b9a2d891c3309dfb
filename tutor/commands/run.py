"""`tutor run`: scripts in the sandbox, each in a fresh child, with the shapes of every line."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tutor import explainer
from tutor.errors import EnvironmentLacking, UsageError
from tutor.grade.account import Account
from tutor.grade.drawing import drawn
from tutor.grade.lines import table
from tutor.grade.notice.watch import watched
from tutor.legible import clipped, legible
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import CODE_MOST, Limits, Line, Observation, Outcome, Request, plain

STDIN = "-"
WIDTH = 100
WARNING = 400
"""Characters of a warning; sentences of ours are never cut."""


def run(files: list[str], observe: list[str], device: str, seconds: float, as_json: bool) -> int:
    """Run every file. 0 when all end well, 1 when one does not, 2 when one cannot be read.

    Raises EnvironmentLacking without torch or without the device.
    """
    return asyncio.run(_run(files, observe, device, seconds, as_json))


async def _run(files: list[str], observe: list[str], device: str, seconds: float, as_json: bool) -> int:
    status = 0
    sandbox = Sandbox(device="cuda" if device == "auto" else device)
    try:
        facts: dict[str, Any] = {}
        for name, code in _readable(files):
            if code is None:
                status = 2
                continue
            facts = facts or await sandbox.facts()
            request = Request(
                code=code,
                observe=tuple(observe),
                trace=True,
                training=watched(code),
                filename="stdin.py" if name == STDIN else Path(name).name,
                device=chosen(device, facts),
                limits=Limits(seconds=seconds),
            )
            outcome = await sandbox.run(request)
            account = await explainer.account(sandbox, request, outcome)
            unseen = any(value.kind == "missing" for value in outcome.observed.values())
            status = status or int(outcome.status != "ok" or unseen)
            lines = [json.dumps(report(name, outcome, account, facts))] if as_json else told(name, outcome, account)
            print("\n".join(lines), flush=True)
    finally:
        await sandbox.close()
    return status


def _readable(files: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Each name with its code; None for a file that cannot be read, after saying so."""
    for name in files:
        try:
            yield name, source(name)
        except UsageError as error:
            print(f"tutor: {error}", file=sys.stderr)
            yield name, None


def source(name: str) -> str:
    """The text of a script, decoded as Python would. Raises UsageError."""
    # Never more than can be run: a device or a huge file must not fill the memory.
    most = CODE_MOST + 16
    try:
        if name == STDIN:
            raw = sys.stdin.buffer.read(most)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(most)
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(encoding, "strict" if len(raw) < most else "replace")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{name} cannot be read: {reason}.") from error
    except SyntaxError as error:
        raise UsageError(f"{name} is not text that Python reads: {error.msg}.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def chosen(device: str, facts: dict[str, Any]) -> str:
    """The device to run on; `auto` takes the fastest there is. Raises EnvironmentLacking."""
    there = {"cpu": True, "cuda": bool(facts["cuda"]), "mps": bool(facts["mps"])}
    if device == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    if not there[device]:
        raise EnvironmentLacking(
            f"torch finds no {device.upper()} device here; run with --device cpu, or see `tutor doctor`."
        )
    return device


def report(name: str, outcome: Outcome, account: Account, facts: dict[str, Any]) -> dict[str, Any]:
    """One run as one JSON object; every key is always there."""
    return {
        "file": name,
        "status": outcome.status,
        "seconds": round(outcome.seconds, 4),
        "stdout": outcome.stdout,
        "stderr": outcome.stderr,
        "error": _error(outcome, account),
        "lines": [_line(line) for line in outcome.lines],
        "warnings": _warnings(outcome, account),
        "observed": {expression: _observed(value) for expression, value in outcome.observed.items()},
        "sandbox": facts["level"],
    }


def _error(outcome: Outcome, account: Account) -> dict[str, Any] | None:
    """What went wrong; a limit that was reached is told in the same form, its status for a type."""
    if outcome.error:
        failure, found = outcome.error, account.explanation
        said = "\n".join(filter(None, [outcome.note, account.text()]))
        told = {"type": failure.type, "message": failure.message, "line": failure.line, "explanation": said}
        return told | {"rule": found.rule if found else None, "repairs": account.repairs()}
    if outcome.status != "ok":
        told = {"type": outcome.status, "message": outcome.note, "line": None, "explanation": ""}
        return told | {"rule": None, "repairs": []}
    return None


def _line(line: Line) -> dict[str, Any]:
    told = asdict(line)
    return {name: told[name] for name in _OF_A_LINE}


_OF_A_LINE = ("line", "name", "shape", "dtype", "device", "requires_grad", "count", "passes", "parts")


def _observed(value: Observation) -> dict[str, Any]:
    """An observation without the keys of bytes, which stay here."""
    data: dict[str, Any] = plain(value)
    _without_bytes(data)
    return data


def _without_bytes(data: dict[str, Any]) -> None:
    data.pop("tensor", None)
    for inner in (*data.get("items", ()), *filter(None, [data.get("grad")])):
        _without_bytes(inner)


def _warnings(outcome: Outcome, account: Account) -> list[dict[str, Any]]:
    """torch's warnings in order, what is odd about the code, and one of ours when output was dropped."""
    dropped = {"line": None, "message": "More was printed than is kept; the rest was dropped.", "explanation": ""}
    return [*account.warnings(), *([dropped] if outcome.truncated else [])]


def told(name: str, outcome: Outcome, account: Account) -> list[str]:
    """One run as lines for a person: how it ended, what it printed, what each line made, what went wrong."""
    glyph = "✓" if outcome.status == "ok" else "✗"
    shown = "standard input" if name == STDIN else legible(name)
    lines = [f"{shown}  {glyph} {outcome.status}  {outcome.seconds:.2f} s"]
    lines += outcome.stdout.splitlines()
    lines += [f"stderr: {line}" for line in outcome.stderr.splitlines()]
    lines += [f"  {line}" for line in table(outcome.lines)]
    lines += [f"  {line}" for warning in _warnings(outcome, account) for line in _warned(warning)]
    lines += [f"  {line}" for line in _failed(outcome, account)]
    asked = outcome.observed.items() if outcome.status == "ok" else ()
    for expression, value in asked:
        lines += [f"  {line}" for line in drawn(expression, value, WIDTH)]
    return lines


def _warned(warning: dict[str, Any]) -> list[str]:
    """A warning, and below it what it means."""
    said, more = legible(str(warning["message"])), legible(str(warning["explanation"])).splitlines()
    at = "" if said.startswith(f"On line {warning['line']}") else _at(warning["line"])
    return [f"{at}warning: {line_of(said, WARNING)}", *(f"  {line}" for line in more)]


def _failed(outcome: Outcome, account: Account) -> list[str]:
    """What an error means, if that is known, and then its own words."""
    if outcome.status == "ok":
        return []
    failure = outcome.error
    said = f"{failure.type}: {failure.message}" if failure else outcome.note
    more = [outcome.note] if failure and outcome.note else []
    first, *rest = [*(account.explanation.lines() if account.explanation else []), *more, *legible(said).splitlines()]
    return [f"{_at(failure.line if failure else None)}{legible(first)}", *(f"  {legible(line)}" for line in rest)]


def _at(line: int | None) -> str:
    return f"line {line}: " if line else ""


def line_of(text: str, most: int = WIDTH) -> str:
    """`text` on one line, clipped."""
    return clipped(" ".join(legible(text).split()), most)
