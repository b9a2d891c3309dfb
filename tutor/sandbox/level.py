"""What the sandbox may promise here, from which attacks failed: one of four levels, in the words people are shown."""

from __future__ import annotations

import sys
from typing import Any, Literal

Level = Literal["full", "full + box", "reduced", "limits only"]

_MISSING = {
    "lessons": "lesson files can be read",
    "progress": "your progress can be read",
    "home": "your files can be read",
    "writing": "files can be written",
    "rights": "the rights and times of files can be changed",
    "network": "there is a network",
    "programs": "programs can be started",
    "processes": "processes can be started",
    "signals": "other processes can be sent signals",
    "control": "other processes can be tampered with",
    "root": "code keeps powers of the administrator",
}
"""What is said of each attack that succeeded. That names and sizes of files can be seen is no failure of a level."""

_WALLS = {"files": ("lessons", "progress", "home", "writing"), "network": ("network",), "programs": ("programs",)}
SEATBELT = "Apple has deprecated this protection, and it has not been tried on a Mac"
GPU = "the driver of the GPU is within reach"

_FULL = (
    "Code runs without network, without your files, without starting programs. Time, memory and output are limited. "
    "It can still see the names and sizes of files, and a kernel bug could break out."
)
_PROMISES = {
    "full": _FULL,
    "full + box": _FULL.replace("It can still see the names and sizes of files, and a", "A"),
    "limits only": "Runs as you, with your rights. Only time (and roughly memory) is limited. Use it for your own code "
    "and for lessons whose author you trust.",
}


def missing(held: dict[str, bool], *, gpu: bool = False) -> list[str]:
    """What is not protected from, as clauses."""
    told = [text for name, text in _MISSING.items() if not held.get(name)]
    return told + ([GPU] if gpu else []) + ([SEATBELT] if sys.platform == "darwin" else [])


def of(held: dict[str, bool], *, gpu: bool = False) -> Level:
    """The level that the attacks which failed amount to."""
    if not missing(held, gpu=gpu):
        return "full + box" if held.get("names") else "full"
    return "reduced" if any(protections(held).values()) else "limits only"


def promise(level: Level, lacking: list[str]) -> str:
    """What may be promised, in whole sentences."""
    if level == "reduced":
        return f"Some protections are missing here: {', '.join(lacking)}. Do not run code you do not trust."
    return _PROMISES[level]


def badge(level: Level, lacking: list[str]) -> str:
    """The level for a line of status."""
    if level == "reduced":
        return f"sandbox: reduced – {lacking[0]}"
    return f"sandbox: {level}" + (" – code runs with your rights" if level == "limits only" else "")


def protections(held: dict[str, bool]) -> dict[str, bool]:
    """Which of the three walls stand."""
    return {wall: all(held.get(name) for name in names) for wall, names in _WALLS.items()}


def refusal(facts: dict[str, Any]) -> str:
    """Why other people's code is not run here; empty where it may be."""
    if facts["level"] in ("full", "full + box"):
        return ""
    return (
        f"Other people's code is not run here: the sandbox is {facts['level']} ({', '.join(facts['missing'])}). "
        f"`tutor doctor` says more; {TRUST} runs it all the same."
    )


TRUST = "--i-trust-all-code"
"""The flag that takes the refusal away; long, so that nobody types it without a thought."""


def facts(held: dict[str, bool], *, gpu: bool = False) -> dict[str, Any]:
    """All of it, JSON-ready."""
    lacking = missing(held, gpu=gpu)
    level = of(held, gpu=gpu)
    return {"level": level, "promise": promise(level, lacking), "badge": badge(level, lacking), "missing": lacking}
