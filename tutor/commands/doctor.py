"""`tutor doctor`: versions, devices, where things live, what protects the sandbox, what the terminal can do."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from tutor import __version__, paths
from tutor.errors import TutorError
from tutor.progress.database import look
from tutor.sandbox.client import Sandbox

PACKAGES = ("textual", "prompt_toolkit", "msgspec", "fsrs", "numpy", "safetensors")
PATIENCE = 120.0
COLUMNS_LEAST, ROWS_LEAST = 50, 14

Mark = Literal["ok", "no", "bad"]
Row = tuple[Mark, str, str]
"""How it stands, what it is about, and the rest of the sentence."""

GLYPHS: dict[Mark, str] = {"ok": "✓", "no": "○", "bad": "✗"}

PROTECTIONS = {
    "time": ("a run over its time limit is ended", "nothing ends a run that takes for ever"),
    "cpu": ("processor time is limited", "processor time is not limited"),
    "memory": ("memory is limited", "memory is not limited"),
    "output": ("a flood of output is cut off and ended", "output is not limited"),
    "files": ("a snippet cannot reach your files", "a snippet can read and write what you can"),
    "network": ("a snippet cannot reach the network", "a snippet can reach the network"),
    "programs": ("a snippet cannot start programs", "a snippet can start programs"),
}
IDENTITIES: dict[str, Row] = {
    "user": ("ok", "root", "given up: a snippet runs as a user nobody else is; the kernel counts its threads"),
    "capabilities": ("ok", "root", "its number is kept, its powers are not; threads are counted from outside"),
    "none": ("bad", "root", "kept: a snippet has the administrator's rights"),
}
STATES = {
    "missing": "not begun yet",
    "empty": "not begun yet",
    "current": "in order",
    "older": "in order; it is brought up to date at the next start",
    "newer": "written by a newer tutor; it is set aside at the next start",
    "broken": "damaged; it is set aside at the next start",
    "unreadable": "cannot be opened",
}


def run(as_json: bool) -> int:
    """Print what was found; changes nothing. 0 when the tutor can be used, 3 when torch or the sandbox cannot."""
    found = asyncio.run(gather())
    print(json.dumps(found) if as_json else "\n".join(lines(found)))
    return 0 if found["usable"] else 3


async def gather() -> dict[str, Any]:
    """Everything, as one JSON-ready object."""
    facts, problem = await _ask_sandbox()
    return {
        "usable": not problem,
        "problem": problem,
        "versions": {"tutor": __version__, "python": _python(), "torch": facts.get("torch")}
        | {name: _version(name) for name in PACKAGES},
        "devices": {"cpu": bool(facts), "cuda": facts.get("cuda", []), "mps": facts.get("mps", False)},
        "paths": _places(),
        "database": _database(),
        "sandbox": {
            "starts": bool(facts),
            "level": facts.get("level"),
            "promise": facts.get("promise", ""),
            "missing": facts.get("missing", []),
            "mode": facts.get("mode"),
            "identity": facts.get("identity"),
            "protections": facts.get("protections", {}),
        },
        "terminal": _terminal(),
    }


async def _ask_sandbox() -> tuple[dict[str, Any], str]:
    """What the sandbox says of itself, or the sentence that says why it cannot."""
    sandbox = Sandbox()
    try:
        return await asyncio.wait_for(sandbox.facts(), PATIENCE), ""
    except TutorError as error:
        return {}, str(error)
    except asyncio.TimeoutError:
        return {}, f"The sandbox did not start within {PATIENCE:g} s; try again when the machine has less to do."
    except OSError as error:
        return {}, f"The sandbox's process cannot be started: {error.strerror}; end some programs and try again."
    finally:
        await sandbox.close()


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _places() -> dict[str, dict[str, Any]]:
    lessons = paths.shipped_course()
    return {
        "lessons": {"path": str(lessons), "there": (lessons / "course.yaml").is_file()},
        "data": _place(paths.data_dir()),
        "cache": _place(paths.cache_dir()),
    }


def _place(folder: Path) -> dict[str, Any]:
    return {"path": str(folder), "there": folder.is_dir(), "writable": _writable(folder)}


def _writable(folder: Path) -> bool:
    """Whether the folder, or the nearest one above it that exists, takes new files."""
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _database() -> dict[str, Any]:
    found = look(paths.database())
    return {
        "path": str(paths.database()),
        "state": found.state,
        "version": found.version,
        "attempts": found.attempts,
        "detail": found.detail,
    }


def _terminal() -> dict[str, Any]:
    columns, rows = shutil.get_terminal_size()
    term = os.environ.get("TERM", "")
    return {
        "interactive": sys.stdin.isatty() and sys.stdout.isatty(),
        "columns": columns,
        "rows": rows,
        "term": term,
        "colours": _colours(term),
        "encoding": sys.stdout.encoding,
    }


def _colours(term: str) -> str:
    if os.environ.get("NO_COLOR"):
        return "none, because NO_COLOR is set"
    if term in ("", "dumb"):
        return "none"
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "16 million"
    return "256" if "256" in term else "16"


def lines(found: dict[str, Any]) -> list[str]:
    """The same for a person: a heading, then `glyph word name text` per line, in columns."""
    rooms: dict[str, list[Row]] = {
        "Versions": list(_version_rows(found["versions"])),
        "Devices": list(_device_rows(found["devices"])),
        "Places": list(_place_rows(found["paths"], found["database"])),
        f"Sandbox: {found['sandbox']['level'] or 'does not start'}": list(_sandbox_rows(found["sandbox"])),
        "Terminal": list(_terminal_rows(found["terminal"])),
    }
    wide = max(len(name) for rows in rooms.values() for _, name, _ in rows)
    told = []
    for heading, rows in rooms.items():
        told.append(heading)
        if heading.startswith("Sandbox"):
            told += textwrap.wrap(found["sandbox"]["promise"], 76, initial_indent="  ", subsequent_indent="  ")
        told += [f"  {GLYPHS[mark]} {mark:<3}  {name:<{wide}}  {text}".rstrip() for mark, name, text in rows]
    if not found["usable"]:
        return [*told, f"✗ {found['problem']}"]
    whole = all(mark != "bad" for rows in rooms.values() for mark, _, _ in rows)
    return [*told, "✓ Everything needed is here." if whole else "✓ The tutor can be used, but see what is bad above."]


def _version_rows(versions: dict[str, str | None]) -> Iterator[Row]:
    for name, number in versions.items():
        yield ("ok", name, number) if number else ("bad", name, "not found")


def _device_rows(devices: dict[str, Any]) -> Iterator[Row]:
    yield ("ok", "cpu", "") if devices["cpu"] else ("bad", "cpu", "unknown without the sandbox")
    yield ("ok", "cuda", ", ".join(devices["cuda"])) if devices["cuda"] else ("no", "cuda", "none found")
    yield ("ok", "mps", "") if devices["mps"] else ("no", "mps", "none found")


def _place_rows(places: dict[str, dict[str, Any]], database: dict[str, Any]) -> Iterator[Row]:
    for name, place in places.items():
        if not place.get("writable", True):
            yield "bad", name, f"{place['path']} (cannot be written)"
        elif place["there"]:
            yield "ok", name, str(place["path"])
        else:
            gone = name == "lessons"
            yield ("bad" if gone else "ok"), name, f"{place['path']} ({'missing' if gone else 'made when needed'})"
    state = database["state"]
    said = f" ({database['detail']})" if database["detail"] else ""
    mark: Mark = "bad" if state in ("newer", "broken", "unreadable") else "ok" if database["version"] else "no"
    count = f", {database['attempts']} attempts" if database["version"] else ""
    yield mark, "progress", f"{database['path']}: {STATES[state]}{said}{count}"


def _sandbox_rows(sandbox: dict[str, Any]) -> Iterator[Row]:
    if not sandbox["starts"]:
        yield "bad", "start", "it does not start; the reason is below"
    if row := IDENTITIES.get(sandbox["identity"]):
        yield row
    for name, held in sandbox["protections"].items():
        there, missing = PROTECTIONS.get(name, ("in force", "not in force"))
        text = there if held is True else missing if held is False else str(held)
        yield ("ok" if held else "no"), name, text


def _terminal_rows(terminal: dict[str, Any]) -> Iterator[Row]:
    size = f"{terminal['columns']}x{terminal['rows']}"
    if not terminal["interactive"]:
        yield "no", "screen", "this is not a terminal; `tutor start --plain` goes line by line"
    elif terminal["columns"] < COLUMNS_LEAST or terminal["rows"] < ROWS_LEAST:
        yield "bad", "screen", f"{size}; the full screen needs {COLUMNS_LEAST}x{ROWS_LEAST}, --plain does not"
    else:
        yield "ok", "screen", size
    yield ("no" if terminal["colours"].startswith("none") else "ok"), "colours", terminal["colours"]
    plain = (terminal["encoding"] or "").lower().replace("-", "") in ("utf8", "utf16")
    yield ("ok" if plain else "bad"), "text", f"{terminal['encoding']}" + ("" if plain else "; set it to UTF-8")
