"""A report for programs: a row for each question, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from tutor.report.advice import advise
from tutor.report.known import Known
from tutor.report.tally import Cluster, Item
from tutor.report.text import top

WRONG_CSV = 3
WRONG_JSON = 20


def rows(items: Sequence[Item], known: Known) -> Iterator[dict[str, Any]]:
    """A question as one JSON object."""
    for item in items:
        yield {
            **_figures(item),
            "versions": item.versions,
            "drilled": item.drilled,
            "drilled_right": item.drilled_right,
            "wrong": [_wrong(cluster) for cluster in item.wrong[:WRONG_JSON]],
            "wrong_kinds": len(item.wrong),
            "advice": _advice(item, known),
        }


def as_csv(items: Sequence[Item]) -> str:
    """A table that spreadsheets open; no answer in it becomes a formula there."""
    out = io.StringIO()
    names = [*(_figures(items[0]) if items else {}), "versions", "drilled", "drilled_right"]
    more = [f"{word}_{n}" for n in range(1, WRONG_CSV + 1) for word in ("wrong", "wrong_learners")]
    writer = csv.writer(out)
    writer.writerow([*names, *more])
    for item in items:
        figures = {**_figures(item), "versions": item.versions}
        figures |= {"drilled": item.drilled, "drilled_right": item.drilled_right}
        cells = [cell for cluster in item.wrong[:WRONG_CSV] for cell in (cluster.answer, cluster.learners)]
        writer.writerow(_harmless(value) for value in [*figures.values(), *cells])
    return out.getvalue()


def _figures(item: Item) -> dict[str, Any]:
    quarters = item.seconds or (None, None, None)
    return {
        "course": item.course,
        "lesson": item.lesson,
        "question": item.question,
        "kind": item.kind,
        "learners": item.learners,
        "attempts": item.attempts,
        "tried": item.tried,
        "first_try": item.first,
        "first_try_rate": _rounded(item.first_rate),
        "solved": item.solved,
        "hinted": item.hinted,
        "hints": item.hints,
        "revealed": item.revealed,
        "skipped": item.skipped,
        "seconds_median": _rounded(quarters[1], 1),
        "seconds_quarter": _rounded(quarters[0], 1),
        "seconds_three_quarters": _rounded(quarters[2], 1),
        "tries_median": item.tries,
        "discrimination": _rounded(item.discrimination),
    }


def _wrong(cluster: Cluster) -> dict[str, Any]:
    return {
        "answer": cluster.answer,
        "count": cluster.count,
        "learners": cluster.learners,
        "spellings": cluster.spellings,
        "belief": cluster.belief,
        "listed": cluster.listed,
    }


def _advice(item: Item, known: Known) -> dict[str, str] | None:
    cluster = top(item)
    if cluster is None:
        return None
    found = advise(item.question, cluster.answer, known.asked((item.course, item.lesson, item.question)))
    return {"where": found.where, "yaml": "\n".join(found.lines), "command": found.command}


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)


def _harmless(value: Any) -> Any:
    """A cell that begins like a formula is kept from being one."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(value):
        return f"'{value}"
    return "" if value is None else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
