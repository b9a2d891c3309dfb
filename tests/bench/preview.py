"""From a save to the refreshed question, as an author sees it: `tutor preview` in a terminal, the file saved beside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.bench.open_lesson import lesson
from tests.bench.table import Row, quantile
from tests.e2e.family import descendants, left
from tests.e2e.learner import Learner
from tests.e2e.terminal import Terminal

SAVES = 100
ASKED = "shape-13"
BELIEF = "That runs along the rows."


def measure(folder: Path) -> Iterator[Row]:
    """p95 over saves at any moment between two looks, every other one by renaming; the verdict comes after."""
    path, learner, random = folder / "01-many.yaml", Learner(folder / "author"), Random(7)
    path.write_text(lesson(), "utf-8")
    command = [learner.command, "preview", str(path), "--question", ASKED, "--i-trust-all-code"]
    shown, judged = [], []
    with Terminal(command, env=learner.env, cwd=learner.folder, columns=120, rows=36) as terminal:
        terminal.wait_for("sandbox: ", 60)
        terminal.type("(5,)\n")
        terminal.wait_for(BELIEF)
        for n in range(SAVES):
            terminal.settle(0.3)
            time.sleep(random.uniform(0, 0.05))
            begun = time.perf_counter()
            save(path, changed(n), renaming=n % 2 == 1)
            terminal.wait_for(f"Question number {n}.")
            shown.append(time.perf_counter() - begun)
            terminal.wait_for(f"Belief number {n}.")
            judged.append(time.perf_counter() - begun)
            terminal.wait_for(lambda at: "… checking" not in at.text)
        family = descendants(terminal.process.pid)
    left(family)
    note = f"{SAVES} saves of 25 questions, p50 {quantile(shown, 0.5) * 1000:.0f} ms; looked at every 50 ms"
    yield Row("save to the refreshed question of `tutor preview`, p95", quantile(shown, 0.95) * 1000, 300, " ms", note)
    note = f"p50 {quantile(judged, 0.5) * 1000:.0f} ms; the last answer judged again in a fresh child"
    yield Row("save to the verdict on the last answer, p95", quantile(judged, 0.95) * 1000, None, " ms", note)


def changed(n: int) -> str:
    """The lesson with another question and another belief in the one that is looked at."""
    before, mine, rest = lesson().partition(f"  - id: {ASKED}\n")
    mine += f"    ask: Question number {n}.\n"
    return before + mine + rest.replace(BELIEF, f"Belief number {n}.", 1)


def save(path: Path, text: str, *, renaming: bool) -> None:
    """Write the file as editors do: in place, or a new one in its place."""
    if renaming:
        fresh = path.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    else:
        path.write_text(text, "utf-8")
