"""A learner's own progress, for the terminal: how far each lesson is, and what is worth another look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from tutor.legible import clipped, legible
from tutor.report.known import Known
from tutor.report.tally import Item
from tutor.report.text import NAME, WIDTH, count, one_line, percent

BAR = 20
AGAIN_MOST = 5
BELIEFS_MOST = 5


def own_lines(items: Sequence[Item], known: Known) -> Iterator[str]:
    """Lesson by lesson, then the beliefs that came up more than once, then drills."""
    for (course, lesson), found in groupby(items, key=lambda item: (item.course, item.lesson)):
        of_lesson = [item for item in found if item.learners]
        if of_lesson:
            yield legible(clipped(f"{known.title(course, lesson)}  ({course}/{lesson})", WIDTH))
            yield from _lesson(of_lesson, known.graded(course, lesson) or len(of_lesson))
    yield from _beliefs(items)
    drilled, right = sum(item.drilled for item in items), sum(item.drilled_right for item in items)
    if drilled:
        yield f"Drills: {count(drilled, 'answer')}, {percent(right, drilled)} right"


def _lesson(items: Sequence[Item], total: int) -> Iterator[str]:
    done = sum(bool(item.solved or item.revealed) for item in items)
    total = max(total, done)
    full = BAR * done // total
    hints = sum(item.hints for item in items)
    minutes = sum(item.seconds[1] for item in items if item.seconds) / 60
    figures = f"{sum(item.first for item in items)} right at once, {count(hints, 'hint')}, {minutes:.0f} min"
    yield f"  {'━' * full}{'─' * (BAR - full)} {done} of {total} answered, {figures}"
    again = sorted((item for item in items if not item.first), key=_trouble, reverse=True)
    for item in again[:AGAIN_MOST]:
        yield f"    {clipped(legible(item.question), NAME):<{NAME}}  {_story(item)}"
    if len(again) > AGAIN_MOST:
        yield f"    and {len(again) - AGAIN_MOST} more that were not right at once"


def _trouble(item: Item) -> tuple[bool, int, int]:
    return not item.solved, item.revealed, item.attempts


def _story(item: Item) -> str:
    ends = "shown" if item.revealed else "right" if item.solved else "skipped" if item.skipped else "open"
    parts = [ends, count(item.attempts, "answer"), count(item.hints, "hint") if item.hints else ""]
    return ", ".join(filter(None, parts))


def _beliefs(items: Sequence[Item]) -> Iterator[str]:
    """What wrong answers seemed to show, at more than one question or more than once."""
    seen: Counter[str] = Counter()
    for item in items:
        for cluster in item.wrong:
            if cluster.belief:
                seen[cluster.belief] += cluster.count
    often = [(belief, times) for belief, times in seen.most_common(BELIEFS_MOST) if times > 1]
    if often:
        yield "What came up more than once"
        yield from (f"  {times:>3} times  {one_line(belief, WIDTH - 13)}" for belief, times in often)
