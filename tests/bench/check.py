"""How long `tutor check` takes: the course that comes along, and one of 230 questions of every kind; cold and warm."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.grading import CORES, cores
from tests.bench.table import Row
from tutor import paths

PARTS = Path(__file__).with_name("synthetic.yaml")
LESSONS = 11
QUESTIONS = 21
"""In each lesson, without its pages."""


def measure(folder: Path) -> Iterator[Row]:
    """Each course cold, then again with nothing changed."""
    course = synthetic(folder / "course")
    shipped, count = paths.shipped_course(), LESSONS * QUESTIONS
    for name, where, bar in (("the shipped lessons", shipped, 10), (f"{count} questions of every kind", course, 60)):
        cold, said = checked(where, folder / f"cache {bar}")
        warm = min(checked(where, folder / f"cache {bar}")[0] for _ in range(3))
        yield Row(f"`tutor check`: {name}, cold", cold, bar, " s", f"mutants included, {CORES} cores: {said}")
        yield Row(f"`tutor check`: {name}, nothing changed", warm, 1.5, " s", "best of 3, start of Python included")


def synthetic(folder: Path) -> Path:
    """A course in which no two lessons have the same numbers."""
    folder.mkdir(parents=True)
    names = [f"{n:02}-part-{n}.yaml" for n in range(1, LESSONS + 1)]
    (folder / "course.yaml").write_text(f"format: 1\ncourse: Everything\nlessons: [{', '.join(names)}]\n", "utf-8")
    for n, name in enumerate(names, 1):
        (folder / name).write_text(lesson(n), "utf-8")
    return folder


def lesson(number: int) -> str:
    """The questions with a lesson's own numbers."""
    body = PARTS.read_text("utf-8").partition("\n")[2]
    sizes = {"A": number + 2, "B": number + 4, "C": number + 1, "N": number}
    for letter, size in sizes.items():
        body = re.sub(rf"\b{letter}\b", str(size), body)
    return f"format: 1\nlesson: Part {number}\ngoal: Be checked.\n{body}"


def checked(where: Path, cache: Path) -> tuple[float, str]:
    """The seconds of one run of the command, and what it says at its end."""
    command = [sys.executable, "-m", "tutor", "check", str(where)]
    with cores(CORES):
        began = time.perf_counter()
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "TUTOR_CACHE_DIR": str(cache)}
        )
        seconds = time.perf_counter() - began
    assert done.returncode == 0, done.stdout + done.stderr
    return seconds, done.stderr.strip()
