"""A report for the terminal: 80 columns, plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from tutor.legible import clipped, legible
from tutor.report.advice import advise
from tutor.report.known import Known
from tutor.report.read import Handed
from tutor.report.tally import Cluster, Item

WIDTH = 80
NAME = 24
WRONG_MOST = 3
ADVICE_MOST = 8


def class_lines(handed: Handed, items: Sequence[Item], known: Known) -> Iterator[str]:
    """Everything about a class, lesson by lesson."""
    yield f"{count(handed.attempts, 'attempt')} of {count(len(handed.learners), 'learner')}"
    for (course, lesson), found in groupby(items, key=lambda item: (item.course, item.lesson)):
        of_lesson = list(found)
        yield ""
        yield legible(clipped(f"{known.title(course, lesson)}  ({course}/{lesson})", WIDTH))
        yield f"  {'question':<{NAME}} learners  first   time  hints  shown skipped  discr."
        for item in of_lesson:
            yield _row(item)
            yield from _wrong(item)
    yield from _advice(items, known)
    yield ""
    yield from textwrap.wrap(_LEGEND, WIDTH)


_LEGEND = (
    "first: right at the first answer, of those who tried. time: median until right or shown. hints, shown, skipped: "
    "of all who came to it. discr.: how far those who are right here at once are right elsewhere at once (-1 to 1; "
    "below 0.2 look at the question; – below 10 learners)."
)


def _row(item: Item) -> str:
    rates = f"{percent(item.hinted, item.learners):>6} {percent(item.revealed, item.learners):>6} "
    marks = f"{percent(item.skipped, item.learners):>7}  {signed(item.discrimination):>6}"
    name = clipped(legible(item.question), NAME)
    first = percent(item.first, item.tried)
    if not item.learners:
        return f"  {name:<{NAME}} drilled {item.drilled} times, {percent(item.drilled_right, item.drilled)} right"
    note = f"\n    asked in {item.versions} versions: it changed meanwhile" if item.versions > 1 else ""
    return f"  {name:<{NAME}} {item.learners:>8} {first:>6} {duration(item):>6} {rates}{marks}{note}"


def _wrong(item: Item) -> Iterator[str]:
    for cluster in item.wrong[:WRONG_MOST]:
        yield f"    ✗ {cluster.learners:>4}  {one_line(cluster.answer, 38):<38}  {_note(cluster)}".rstrip()


def _note(cluster: Cluster) -> str:
    """What is known about a wrong answer, in a word or two."""
    spelled = f"{cluster.spellings} ways" if cluster.spellings > 1 else ""
    told = "" if cluster.listed else "by a belief" if cluster.belief else "no feedback"
    return ", ".join(filter(None, (told, spelled)))


def _advice(items: Sequence[Item], known: Known) -> Iterator[str]:
    """What to write next, for the wrong answers that most gave."""
    found = [(item, cluster) for item in items if (cluster := top(item)) is not None]
    found.sort(key=lambda pair: -pair[1].learners)
    if found:
        yield from ("", "What to write next: common wrong answers that a lesson has no words for")
    for item, cluster in found[:ADVICE_MOST]:
        entry = advise(item.question, cluster.answer, known.asked((item.course, item.lesson, item.question)))
        yield ""
        yield legible(f"{count(cluster.learners, 'learner')} at {item.lesson}/{item.question}")
        yield legible(f"  add at {entry.where}:")
        yield from (f"  {legible(line)}" for text in entry.lines for line in text.split("\n"))
        yield legible(f"  then: {entry.command}")
    if len(found) > ADVICE_MOST:
        yield f"\n{len(found) - ADVICE_MOST} more are in --html and --json."


def top(item: Item) -> Cluster | None:
    """The commonest wrong answer without feedback of its own, if it was given more than once."""
    return next((one for one in item.wrong if not one.listed and one.learners > 1), None)


def percent(part: int, whole: int) -> str:
    """A share; a dash where there is nothing to share."""
    return f"{100 * part / whole:.0f}%" if whole else "–"


def signed(value: float | None) -> str:
    """A correlation, or a dash."""
    return "–" if value is None else f"{value:+.2f}"


def duration(item: Item) -> str:
    """The median time in a few signs."""
    if item.seconds is None:
        return "–"
    seconds = item.seconds[1]
    return (
        f"{seconds:.0f} s"
        if seconds < 100
        else f"{seconds / 60:.0f} min"
        if seconds < 6000
        else f"{seconds / 3600:.0f} h"
    )


def one_line(text: str, most: int) -> str:
    """Several lines as one, clipped."""
    return clipped(" ⏎ ".join(part.strip() for part in legible(text).splitlines() if part.strip()), most)


def count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
