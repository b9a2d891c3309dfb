"""From an empty folder to a published course: every command of docs/authoring.md, and what it is said to print."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.content.page import Fence, fences, page
from tests.e2e.command import TUTOR
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.slow

WALK = page("authoring.md").partition("## The files")[0]
ANSWERS = "\n(2,)\n(3,)\nmeans = x.mean(dim=0)\n.\n"
"""Turn the page, answer wrong and then right, write the code."""


class Walk:
    """Somebody who does what the page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.here = folder
        path = f"{Path(TUTOR).parent}{os.pathsep}{os.environ['PATH']}"
        self.own = {f"TUTOR_{name}_DIR": str(folder / f".{name.lower()}") for name in ("DATA", "CACHE")}
        self.env = {**os.environ, **self.own, "PATH": path, "TERM": "dumb", "NO_COLOR": "1"}
        self.saved = 0
        self.commands: list[str] = []

    def go(self, block: Fence, after: Fence | None) -> None:
        """Run a block of commands, or save what is to be saved."""
        if block.word == "yaml":
            self.save(block.text)
        elif block.word == "sh":
            said = "".join(self.run(line) for line in block.text.splitlines())
            if after is not None and after.word == "text":
                assert re.fullmatch(pattern(after.text), plain(said)), (block.text, said)

    def save(self, text: str) -> None:
        """The lesson, then its given lines anew, then the course."""
        self.saved += 1
        lesson, course = self.here / "02-means.yaml", self.here / "course.yaml"
        assert lesson.is_file() and course.is_file()
        if self.saved == 2:
            whole = lesson.read_text("utf-8")
            text, count = re.subn(r"^given: \|\n(  .*\n)+", lambda _: text, whole, flags=re.MULTILINE)
            assert count == 1 and text != whole
        (course if self.saved == 3 else lesson).write_text(text, "utf-8")

    def run(self, command: str) -> str:
        """What a command prints: its output, then what it says beside it."""
        self.commands.append(command.partition(" -")[0])
        if command.startswith("cd "):
            self.here = (self.here / command[3:]).resolve()
            return ""
        if command.startswith("tutor preview"):
            return self.look(command)
        if command.startswith("tutor start"):
            command += " --plain --yes"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.here,
            env=self.env,
            input=ANSWERS,
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == ("[E0" in done.stdout), (command, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def look(self, command: str) -> str:
        """Open the preview and leave it."""
        words = [TUTOR, *command.split()[1:]]
        with Terminal(words, env=self.own, cwd=self.here, columns=100, rows=30) as terminal:
            terminal.wait_for("Means", 40)
            terminal.press("ctrl+q")
            assert terminal.wait(20) == 0
        return ""


def pattern(text: str) -> str:
    """What a command prints, three dots standing for anything."""
    return re.escape(plain(text)).replace(re.escape("..."), ".*?")


def plain(text: str) -> str:
    """On one line: where lines break depends on how long paths are."""
    return " ".join(text.split())


@pytest.mark.timeout(300)
def test_the_walk_works_as_it_stands(tmp_path: Path) -> None:
    blocks, walk = fences(WALK), Walk(tmp_path)
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        walk.go(block, after)
    assert walk.saved == 3
    done = " ".join(walk.commands)
    for command in ("new course", "new lesson", "check", "preview", "course add", "start", "export", "report"):
        assert f"tutor {command}" in done
    report = walk.run("tutor report *.jsonl")
    assert "shape-of-column-means" in report and "(2,)" in report
