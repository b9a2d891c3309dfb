"""What it costs to say why: the lens, the beliefs and the explanations, on top of the verdict, in the same turns."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from tests.bench.table import Row, quantile
from tests.bench.turns import in_turns
from tests.bench.warm import Warm
from tutor.examiner import Examiner, Ran
from tutor.grade.account import Account
from tutor.lesson.load import load_course, load_lesson
from tutor.lesson.model import Code, LessonFile, Question
from tutor.paths import shipped_course
from tutor.sandbox.protocol import Outcome, Request

TIMES = 12
WARM = 2
EXERCISES = Path(__file__).parent.parent / "content" / "exercises" / "ten.yaml"
BAR = 10.0

Asked = tuple[LessonFile, Code, str]


class Silent(Examiner):
    """Judges, and says nothing about why: no line is traced, no variant compared, no error explained."""

    async def _ran(self, file: LessonFile, question: Code, request: Request) -> Ran:
        return await super()._ran(file, question, replace(request, trace=False))

    async def _believed(self, *_: object) -> None:
        return None

    async def _account(self, request: Request, outcome: Outcome) -> Account:
        return Account()


def measure(folder: Path) -> Iterator[Row]:
    """The median of what a verdict takes longer, for right answers, wrong ones and ones that fail."""
    extra: list[float] = []
    with Warm() as warm:
        drawn = iter(range(1, 1 << 30))
        full, silent = Examiner(warm.sandbox, lambda: next(drawn)), Silent(warm.sandbox, lambda: next(drawn))
        for name, answers in (("right", right()), ("wrong", wrong()), ("failing", failing())):
            more, alone = taken(warm, full, silent, answers)
            extra += more
            high = quantile(more, 0.95) * 1000
            note = f"{len(answers)} answers, {TIMES} turns each; p95 {high:.1f} ms; alone {alone * 1000:.1f} ms"
            yield Row(
                f"saying why, on top of the verdict on a {name} answer, p50", median(more) * 1000, None, " ms", note
            )
    note = "the lens, the beliefs, the explanation with its repairs run; all of these answers"
    yield Row("saying why, on top of the verdict, p50", median(extra) * 1000, BAR, " ms", note)


def taken(warm: Warm, full: Examiner, silent: Examiner, answers: list[Asked]) -> tuple[list[float], float]:
    """The seconds that saying why took longer, turn by turn; the median of the verdicts alone."""
    more: list[float] = []
    alone: list[float] = []
    for file, question, answer in answers:
        for examiner in (full, silent):
            warm.ask(examiner.prepare(file, question))
        contenders = {
            "full": lambda: warm.ask(judged(warm, full, file, question, answer)),  # noqa: B023 - called in this round.
            "silent": lambda: warm.ask(judged(warm, silent, file, question, answer)),  # noqa: B023
        }
        in_turns(contenders, WARM)
        seconds = in_turns(contenders, TIMES)
        more += [a - b for a, b in zip(seconds["full"], seconds["silent"], strict=True)]
        alone += seconds["silent"]
    return more, median(alone)


async def judged(warm: Warm, examiner: Examiner, file: LessonFile, question: Question, answer: str) -> float:
    """The seconds of one verdict."""
    await warm.rest()
    begun = time.perf_counter()
    verdict = await examiner.judge(file, question, answer)
    seconds = time.perf_counter() - begun
    assert verdict.counts, verdict
    return seconds


def questions() -> list[tuple[LessonFile, Code]]:
    """The code questions of the lessons and of the exercises."""
    course = load_course(shipped_course())
    files = [load_lesson(shipped_course() / name) for name in course.lessons] + [load_lesson(EXERCISES)]
    return [
        (file, q)
        for file in files
        for q in file.lesson.questions
        if isinstance(q, Code) and q.kind in ("write", "function")
    ]


def right() -> list[Asked]:
    """Solutions."""
    return [(file, question, question.solution) for file, question in questions()]


def wrong() -> list[Asked]:
    """A wrong answer that no author has listed: two lines more, and another value."""
    return [(file, question, text) for file, question in questions() if (text := slipped(question.solution))]


def slipped(solution: str) -> str:
    """The solution with another dimension or a missing keepdim, where it has one."""
    for old, new in ((", keepdim=True", ""), ("dim=1", "dim=0"), ("dim=0", "dim=1"), (" + ", " - "), (" - ", " + ")):
        if old in solution:
            return solution.replace(old, new, 1)
    return ""


def failing() -> list[Asked]:
    """The solution after a product that cannot be made."""
    line = "odd = torch.ones(2, 5) @ torch.ones(4, 5)\n"
    return [(file, question, line + question.solution) for file, question in questions() if question.kind == "write"]
