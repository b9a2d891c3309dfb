"""A report as one page: it needs no network and no script, and can be printed, sent and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from statistics import median

from tutor.report.advice import advise
from tutor.report.known import Known
from tutor.report.plot import OUTCOMES, anchor, outcomes, plane, said
from tutor.report.read import Handed
from tutor.report.tally import Cluster, Item
from tutor.report.text import duration, percent, signed, top

WRONG_MOST = 8


def page(handed: Handed, items: Sequence[Item], known: Known, now: datetime) -> str:
    """The whole page."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>What was learned</title><style>{_style()}</style></head><body><main>",
            *_head(handed, items, now),
            *(part for part in _lessons(items, known)),
            *_foot(),
            "</main></body></html>",
            "",
        ]
    )


def _style() -> str:
    return Path(__file__).with_name("page.css").read_text("utf-8")


def _head(handed: Handed, items: Sequence[Item], now: datetime) -> Iterator[str]:
    rates = [item.first_rate for item in items if item.first_rate is not None]
    dates = [line.at for lines in handed.learners.values() for line in (lines[0], lines[-1])]
    span = f"{min(dates):%d %B %Y} to {max(dates):%d %B %Y}" if dates else "nothing yet"
    yield f"<header><h1>What was learned</h1><p>{said(span)}; this page was made on {now:%d %B %Y}.</p></header>"
    cards = [
        (f"{len(handed.learners):,}", "learners"),
        (f"{handed.attempts:,}", "attempts"),
        (f"{len(items)}", "questions"),
        (f"{100 * median(rates):.0f}%" if rates else "–", "right at once, the median question"),
        (f"{sum(top(item) is not None for item in items)}", "questions with a common wrong answer and no words for it"),
    ]
    yield '<ul class="cards">' + "".join(f"<li><b>{big}</b> {word}</li>" for big, word in cards) + "</ul>"
    yield from _hardest(items)


def _hardest(items: Sequence[Item]) -> Iterator[str]:
    hard = sorted((item for item in items if item.first_rate is not None), key=lambda item: item.first_rate or 0.0)[:5]
    if len(hard) < 2:
        return
    links = (
        f'<li><a href="#{anchor(item)}">{said(item.question)}</a> {percent(item.first, item.tried)}</li>'
        for item in hard
    )
    yield f'<p>Hardest, by who was right at once:</p><ol class="hard">{"".join(links)}</ol>'


def _lessons(items: Sequence[Item], known: Known) -> Iterator[str]:
    for (course, lesson), found in groupby(items, key=lambda item: (item.course, item.lesson)):
        of_lesson = list(found)
        asked = [item for item in of_lesson if item.learners]
        title = known.title(course, lesson)
        yield f"<section><h2>{said(title)} <small>{said(known.course_title(course))}</small></h2>"
        if asked:
            keys = "".join(f'<li><i class="{kind}"></i>{word}</li>' for kind, word in OUTCOMES)
            yield f'<ul class="key">{keys}</ul><div class="plot">{outcomes(asked, title)}</div>'
        if sum(item.discrimination is not None for item in asked) > 1:
            yield f'<div class="plot plane">{plane(asked, title)}</div>'
        for item in of_lesson:
            yield from _question(item, known)
        yield "</section>"


def _question(item: Item, known: Known) -> Iterator[str]:
    asked = known.asked((item.course, item.lesson, item.question))
    yield f'<article id="{anchor(item)}"><h3>{said(item.question)} <small>{said(item.kind)}</small></h3>'
    if asked is not None:
        yield f'<pre class="task">{said(asked.question.task)}</pre>'
    yield f"<p>{' · '.join(_figures(item))}</p>"
    wrong = item.wrong[:WRONG_MOST]
    if wrong:
        yield '<table class="wrong"><caption>Wrong answers, by how many learners gave them</caption><tbody>'
        yield from (_answer(cluster, wrong[0].learners) for cluster in wrong)
        more = len(item.wrong) - len(wrong)
        yield f"</tbody></table>{f'<p>and {more} more.</p>' if more else ''}"
    cluster = top(item)
    if cluster is not None:
        found = advise(item.question, cluster.answer, asked)
        lines = said("\n".join(found.lines))
        yield f"<details><summary>Give the commonest one feedback of its own</summary><p>At {said(found.where)}:</p>"
        yield f"<pre>{lines}</pre><p>Then <code>{said(found.command)}</code> proves it.</p></details>"
    yield "</article>"


def _figures(item: Item) -> Iterator[str]:
    if item.learners:
        yield f"<b>{percent(item.first, item.tried)}</b> right at once"
        yield f"{item.learners} learners, {item.attempts} answers"
        yield f"median time {duration(item)}"
        yield f"hints {percent(item.hinted, item.learners)}"
        yield f"shown {percent(item.revealed, item.learners)}"
        yield f"skipped {percent(item.skipped, item.learners)}"
    if item.discrimination is not None:
        yield f"discrimination {signed(item.discrimination)}"
    if item.drilled:
        yield f"drilled {item.drilled} times, {percent(item.drilled_right, item.drilled)} right"
    if item.versions > 1:
        yield f"<em>asked in {item.versions} versions</em>"


def _answer(cluster: Cluster, most: int) -> str:
    wide = 100 * cluster.learners / most if most else 0
    spelled = f" <small>in {cluster.spellings} spellings</small>" if cluster.spellings > 1 else ""
    note = f"<td>{said(cluster.belief)}</td>" if cluster.belief else '<td class="none">no feedback yet</td>'
    bar = f'<span class="bar" style="width:{wide:.0f}%"></span>'
    return (
        f'<tr><th scope="row">{cluster.learners}</th>'
        f'<td class="how">{bar}<code>{said(cluster.answer)}</code>{spelled}</td>{note}</tr>'
    )


def _foot() -> Iterator[str]:
    yield f"<footer><p>{_LEGEND}</p></footer>"


_LEGEND = (
    "<b>Right at once</b>: the first answer was right, and the answer had not been shown. <b>Time</b>: from "
    "seeing the question until it was right or shown. <b>Discrimination</b>: the correlation of being right at "
    "once here with the share of the course's other questions that the same learner had right at once; below 0.2 "
    "a question says little about who knows the matter, below 0 it may be wrong itself. It is told from 10 "
    "learners on."
)
