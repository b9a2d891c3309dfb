"""How long the verdict on a function takes, and how many answers `tutor grade` judges in a second."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from tests.bench.table import Row, quantile
from tests.bench.warm import Warm
from tutor.examiner import Examiner
from tutor.lesson.load import load_lesson
from tutor.lesson.model import Function, LessonFile

WORK = Path(__file__).with_name("grading.yaml")
FUNCTION = "ranges"
TIMES = 100
WARM = 5

FILES = 50
WRONG_EVERY = 5
"""One answer in five is wrong."""
ROUNDS = 3
CORES = 2


def measure(folder: Path) -> Iterator[Row]:
    """The verdict on a right and on a wrong function; then a class's work."""
    lesson = written_lesson(folder)
    yield from function_rows(lesson)
    yield throughput_row(folder, lesson)


def entries() -> list[dict[str, Any]]:
    """The questions, and what is handed in for each."""
    found: list[dict[str, Any]] = read()["entries"]
    return found


def read() -> dict[str, Any]:
    """The work as text, as the loader of lessons reads it."""
    found: dict[str, Any] = yaml.load(WORK.read_text("utf-8"), yaml.BaseLoader)
    return found


def written_lesson(folder: Path) -> Path:
    """The questions as a lesson file."""
    head = {"format": 1, "lesson": "A class's work", "goal": "Be judged.", "given": read()["given"]}
    path = folder / "01-work.yaml"
    path.write_text(yaml.safe_dump({**head, "questions": [entry["question"] for entry in entries()]}), "utf-8")
    return path


def function_rows(lesson: Path) -> Iterator[Row]:
    """A right answer, held against its bar; wrong ones, for which a small example is looked for as well."""
    work = next(entry for entry in entries() if entry["question"]["id"] == FUNCTION)
    file = load_lesson(lesson)
    question = next(q for q in file.lesson.questions if q.id == FUNCTION)
    assert isinstance(question, Function)
    with Warm() as warm:
        examiner = Examiner(warm.sandbox)
        right, wrong = (timed(warm, examiner, file, question, work[kind], kind) for kind in ("right", "wrong"))
    name = f"a function on {question.cases} inputs to its verdict"
    note = f"{TIMES} answers, inputs drawn anew for each, the solution run on them too; p95 {ms(right, 0.95)}"
    yield Row(f"{name}, right, p50", quantile(right, 0.5) * 1000, 80, " ms", note)
    note = f"{TIMES} answers; a small example is looked for as well; p95 {ms(wrong, 0.95)}"
    yield Row(f"{name}, wrong, p50", quantile(wrong, 0.5) * 1000, None, " ms", note)


def ms(times: list[float], share: float) -> str:
    """A quantile in words."""
    return f"{quantile(times, share) * 1000:.0f} ms"


def timed(
    warm: Warm, examiner: Examiner, file: LessonFile, question: Function, answers: list[str], result: str
) -> list[float]:
    """The seconds of each verdict, the answers taken in turn."""
    taken = [warm.ask(verdict(warm, examiner, file, question, answers[n % len(answers)], result)) for n in
             range(WARM + TIMES)]  # fmt: skip
    return taken[WARM:]


async def verdict(
    warm: Warm, examiner: Examiner, file: LessonFile, question: Function, answer: str, result: str
) -> float:
    """The seconds of one, once the sandbox is at rest."""
    await warm.rest()
    begun = time.perf_counter()
    said = await examiner.judge(file, question, answer)
    seconds = time.perf_counter() - begun
    assert said.result == result, said
    return seconds


def throughput_row(folder: Path, lesson: Path) -> Row:
    """Answers a second, from the start of the command to its end."""
    files = handed_in(folder)
    count = len(files) * len(entries())
    seconds = [graded(lesson, files, count) for _ in range(ROUNDS)]
    rates = ", ".join(f"{count / one:.0f}" for one in seconds)
    note = f"{count} answers to {len(entries())} questions in {len(files)} files, the command's start included: {rates}"
    return Row(f"answers judged by `tutor grade` on {CORES} cores", count / median(seconds), 60, "/s", note, least=True)


def handed_in(folder: Path) -> list[Path]:
    """One file of answers for each learner; every fifth answer is wrong, and no two files next to each other alike."""
    files = []
    for n in range(FILES):
        answers = {entry["question"]["id"]: given(entry, n + place) for place, entry in enumerate(entries())}
        files.append(folder / f"learner-{n:02}.yaml")
        files[-1].write_text(yaml.safe_dump(answers), "utf-8")
    return files


def given(entry: dict[str, Any], turn: int) -> str:
    """What is answered in a turn."""
    answers = entry["wrong" if turn % WRONG_EVERY == 0 else "right"]
    said: str = answers[turn % len(answers)]
    return said


def graded(lesson: Path, files: list[Path], count: int) -> float:
    """The seconds of one run of the command."""
    command = [sys.executable, "-m", "tutor", "grade", str(lesson), *map(str, files), "--json"]
    with cores(CORES):
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True)
        seconds = time.perf_counter() - begun
    assert done.returncode == 1 and len(done.stdout.splitlines()) == count, done.stderr
    return seconds


@contextmanager
def cores(count: int) -> Iterator[None]:
    """What is started within it runs on so many cores, where the system lets one choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
