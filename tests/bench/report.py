"""How long `tutor report` takes over a year's attempts of a large class, and how much memory."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tests.bench.table import Row
from tutor.lesson.catalog import Catalog

LEARNERS, ATTEMPTS = 1000, 200_000
QUESTIONS = 230
FILES = 20
ROUNDS = 3
START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)

WRONG = {
    "shape": ["(5,)", "5", "(1, 5)", "(5, 1)", "torch.Size([5])", "error", "(7, 5)"],
    "value": ["3", "[1, 2]", "tensor([1., 2.])", "0.5", "error", "6."],
    "code": [
        "y = x.mean(dim=0)",
        "y = x.mean(0)",
        "y=torch.mean(x, 0)",
        "y = x.sum(dim=1) / {n}",
        "def f({a}):\n    {b} = {a}.sum()\n    return {b} * {n}",
        "{a} = x * {n}\ny = {a} + 1",
    ],
}


def measure(folder: Path) -> Iterator[Row]:
    """The text and the page, in one run each; the slowest of a few."""
    files = written(folder)
    taken = [reported(files, folder / "report.html") for _ in range(ROUNDS)]
    seconds, megabytes = max(one[0] for one in taken), max(one[1] for one in taken)
    size = sum(path.stat().st_size for path in files) / 1e6
    what = f"{ATTEMPTS:,} attempts of {LEARNERS:,} learners"
    note = f"{QUESTIONS} questions, {size:.0f} MB in {FILES} files, one page with plots; the slowest of {ROUNDS}"
    yield Row(f"`tutor report` over {what}", seconds, 10, " s", note)
    yield Row(f"`tutor report` over {what}, memory at most", megabytes, 500, " MB", "of the whole process")


def reported(files: list[Path], page: Path) -> tuple[float, float]:
    """Seconds and megabytes of one run, which reads every line."""
    code = (
        "import sys, resource\nfrom tutor.commands.report import run\n"
        "status = run(sys.argv[2:], None, 'json', sys.argv[1])\n"
        "print(status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, str(page), *map(str, files)], capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - begun
    status, kilobytes = map(int, done.stderr.split()[-2:])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert status == 0 and len(rows) == QUESTIONS and "<svg" in page.read_text("utf-8"), done.stderr
    return seconds, kilobytes / (1024 if sys.platform != "darwin" else 1024 * 1024)


def written(folder: Path) -> list[Path]:
    """What the class handed in."""
    paths = [folder / f"class-{n:02}.jsonl" for n in range(FILES)]
    draw = random.Random(7)
    each = ATTEMPTS // LEARNERS
    questions = asked(draw)
    for n, path in enumerate(paths):
        with path.open("w", encoding="utf-8") as file:
            for learner in range(n, LEARNERS, FILES):
                for line in attempts(draw, learner, each, questions):
                    file.write(json.dumps(line, separators=(",", ":")) + "\n")
    return paths


def asked(draw: random.Random) -> list[tuple[str, str, str, str, float]]:
    """Course, lesson, question, kind and difficulty: those of the course that comes along, then made-up ones."""
    catalog = Catalog.open()
    kinds = {id: kind for entry in catalog.entries for id, kind in zip(entry.questions, entry.kinds, strict=True)}
    real = [(catalog.key, entry.slug, id, kinds[id]) for entry in catalog.entries for id in entry.graded]
    made = [("made-up", f"lesson-{n // 16:02}", f"question-{n:03}", ("shape", "value", "code")[n % 3])
            for n in range(QUESTIONS - len(real))]  # fmt: skip
    return [(*one, draw.gauss(-0.4, 1.0)) for one in real + made]


def attempts(
    draw: random.Random, learner: int, count: int, questions: list[tuple[str, str, str, str, float]]
) -> Iterator[dict[str, Any]]:
    """One learner's way through the questions, as long as the attempts last."""
    name, able, at = f"{learner:016x}", draw.gauss(0, 1.0), START + timedelta(minutes=draw.randrange(100_000))
    number = 0
    for course, lesson, question, kind, hard in questions[draw.randrange(len(questions) // 2) :]:
        for action, result, answer in visit(draw, 1 / (1 + math.exp(hard - able)), kind):
            number += 1
            if number > count:
                return
            seconds = round(draw.lognormvariate(3, 0.8), 1)
            at += timedelta(seconds=seconds)
            yield {
                "format": 1, "learner": name, "number": number, "course": course, "lesson": lesson,
                "question": question, "action": action, "result": result, "seconds": seconds,
                "at": at.isoformat(timespec="seconds"), "digest": "0123456789ab", "answer": answer,
                "belief": "That is what another dim gives." if draw.random() < 0.3 and result == "wrong" else "",
            }  # fmt: skip


def visit(draw: random.Random, chance: float, kind: str) -> Iterator[tuple[str, str, str]]:
    """What is done at one question: answers until it is right, a hint or the answer when it does not come."""
    if draw.random() < 0.04:
        yield "skip", "", ""
        return
    for tries in range(1, 5):
        if draw.random() < chance * 0.7 + 0.15 * tries:
            yield "answer", "right", "right"
            return
        yield "answer", "wrong", wrong(draw, kind)
        if draw.random() < 0.25:
            yield "hint", "", ""
    yield "reveal", "", "right"


def wrong(draw: random.Random, kind: str) -> str:
    """A wrong answer: most are common ones, and of code hardly two are spelled alike."""
    choices = WRONG.get(kind, WRONG["shape" if kind in ("dtype", "error", "choice") else "code"])
    text = choices[min(int(draw.expovariate(0.7)), len(choices) - 1)]
    names = ("a", "b", "out", "res", "t", "acc")
    return (
        text.replace("{a}", draw.choice(names))
        .replace("{b}", draw.choice(names))
        .replace("{n}", str(draw.randrange(2, 400)))
    )
