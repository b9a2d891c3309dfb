"""Plots as SVG, drawn by hand: they stand in the page itself, take its colours and need nothing to be loaded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from tutor.legible import clipped, legible
from tutor.report.tally import Item
from tutor.report.text import duration, percent, signed

_ROW, _TOP = 26, 34
_BAR = (220, 400)
"""Where the bars of outcomes begin, and how wide they are."""
_TIME = (730, 200)
_WIDE = 950
_TICKS = {1: "1 s", 5: "5 s", 20: "20 s", 60: "1 min", 300: "5 min"}
_LONGEST = 600

OUTCOMES = (("first", "right at once"), ("later", "right later"), ("shown", "answer shown"), ("open", "not yet"))
"""Class of a part of a bar, and what it means."""


def said(text: str) -> str:
    """Text from a lesson or a learner, fit for a page."""
    return escape(legible(text).encode("utf-8", "replace").decode())


def outcomes(items: Sequence[Item], title: str) -> str:
    """A row for each question: how it ended for the learners, and how long it took."""
    high = _TOP + _ROW * len(items) + 6
    parts = [f'<text class="head" x="{_BAR[0]}" y="14">how it ended</text>', *_time_axis(high)]
    for number, item in enumerate(items):
        parts += _row(item, _TOP + _ROW * number)
    label = f"{title}: how each question ended, and the time it took"
    return _svg(_WIDE, high, label, parts)


def _row(item: Item, y: int) -> Iterator[str]:
    middle = y + _ROW / 2 + 4
    yield f'<a href="#{anchor(item)}"><text class="name" x="{_BAR[0] - 10}" y="{middle}">'
    yield f"{said(clipped(item.question, 30))}</text></a>"
    x = float(_BAR[0])
    for (kind, word), count in zip(OUTCOMES, ended(item), strict=True):
        wide = _BAR[1] * count / item.learners if item.learners else 0.0
        if wide:
            told = f"{said(item.question)}: {word}, {count} of {item.learners}"
            yield f'<rect class="{kind}" x="{x:.1f}" y="{y + 4}" width="{wide:.1f}" height="{_ROW - 8}">'
            yield f"<title>{told}</title></rect>"
        if wide > 24:
            yield f'<text class="in {kind}" x="{x + wide / 2:.1f}" y="{middle}">{count}</text>'
        x += wide
    yield f'<text class="figure" x="{_BAR[0] + _BAR[1] + 48}" y="{middle}">{percent(item.first, item.tried)}</text>'
    yield from _times(item, y)


def ended(item: Item) -> tuple[int, int, int, int]:
    """Learners by how it ended, in the order of OUTCOMES; together all of them."""
    left = item.learners - item.first - item.later - item.revealed
    return item.first, item.later, item.revealed, max(left, 0)


def _times(item: Item, y: int) -> Iterator[str]:
    if item.seconds is None:
        return
    low, middle, high = (_at(seconds) for seconds in item.seconds)
    centre = y + _ROW / 2
    yield f'<line class="range" x1="{low:.1f}" y1="{centre}" x2="{high:.1f}" y2="{centre}"/>'
    yield f'<circle class="median" cx="{middle:.1f}" cy="{centre}" r="4">'
    yield f"<title>{said(item.question)}: half took less than {duration(item)}</title></circle>"


def _time_axis(high: int) -> Iterator[str]:
    yield f'<text class="head end" x="{_BAR[0] + _BAR[1] + 48}" y="14">at once</text>'
    yield f'<text class="head" x="{_TIME[0]}" y="14">time, middle half and median</text>'
    for seconds, name in _TICKS.items():
        x = _at(seconds)
        yield f'<line class="grid" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{high - 4}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{_TOP - 4}">{name}</text>'


def _at(seconds: float) -> float:
    """A time on an axis on which each step is some times the one before."""
    share = math.log(min(max(seconds, 1.0), _LONGEST)) / math.log(_LONGEST)
    return _TIME[0] + _TIME[1] * share


_PLANE = (56, 22, 860, 260)
"""Left, top, width and height of the plane of difficulty and discrimination."""


def plane(items: Sequence[Item], title: str) -> str:
    """Each question by how hard it is, and by whether those who know the rest know it."""
    left, top, wide, high = _PLANE
    parts = [
        f'<rect class="low" x="{left}" y="{_down(0.2):.1f}" width="{wide}" height="{top + high - _down(0.2):.1f}"/>'
    ]
    parts += [*_axes(), f'<text class="note" x="{left + 8}" y="{top + high - 8}">look at the question itself</text>']
    dots = {
        item.question: (left + wide * item.first_rate, _down(item.discrimination), item)
        for item in items
        if item.discrimination is not None and item.first_rate is not None
    }
    parts += [part for x, y, item in dots.values() for part in _dot(item, x, y)]
    parts += _labels([(item.question, x, y) for x, y, item in dots.values()])
    return _svg(left + wide + 24, top + high + 44, f"{title}: how hard each question is, and how well it tells", parts)


def _dot(item: Item, x: float, y: float) -> Iterator[str]:
    told = f"{item.question}: {percent(item.first, item.tried)} at once, discrimination {signed(item.discrimination)}"
    yield f'<a href="#{anchor(item)}"><circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{said(told)}</title>'
    yield "</circle></a>"


_LETTER = 6.5
"""How wide a letter of a label is, about."""


def _labels(dots: Sequence[tuple[str, float, float]]) -> Iterator[str]:
    """A name beside each dot, at its right or its left, where there is room; the outermost first."""
    taken = [(x - 6, x + 6, y) for _, x, y in dots]
    for name, x, y in sorted(dots, key=lambda dot: dot[2], reverse=True):
        name = clipped(name, 28)
        long = _LETTER * len(name)
        for start, end, where in ((x + 9, x + 9 + long, ""), (x - 9 - long, x - 9, " end")):
            inside = start > _PLANE[0] and end < _PLANE[0] + _PLANE[2] + 20
            if inside and not any(abs(y - other) < 13 and start < last and first < end for first, last, other in taken):
                taken.append((start, end, y))
                edge = end if where else start
                yield f'<text class="label{where}" x="{edge:.1f}" y="{y + 4:.1f}">{said(name)}</text>'
                break


def _axes() -> Iterator[str]:
    left, top, wide, high = _PLANE
    for share in (0, 25, 50, 75, 100):
        x = left + wide * share / 100
        yield f'<line class="grid" x1="{x}" y1="{top}" x2="{x}" y2="{top + high}"/>'
        yield f'<text class="tick" x="{x}" y="{top + high + 16}">{share}%</text>'
    for mark in (-0.2, 0.0, 0.2, 0.4, 0.6, 0.8):
        y = _down(mark)
        yield f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{left + wide}" y2="{y:.1f}"/>'
        yield f'<text class="tick end" x="{left - 6}" y="{y + 4:.1f}">{mark:+.1f}</text>'
    yield f'<text class="head middle" x="{left + wide / 2}" y="{top + high + 36}">right at the first answer</text>'
    yield '<text class="head" x="0" y="10">discrimination</text>'


def _down(mark: float) -> float:
    _, top, _, high = _PLANE
    return top + high * (0.9 - min(max(mark, -0.3), 0.9)) / 1.2


def anchor(item: Item) -> str:
    """Where a question is told on the page."""
    return said("-".join((item.course, item.lesson, item.question)).replace("/", "-").replace(" ", "-"))


def _svg(wide: float, high: float, label: str, parts: Sequence[str]) -> str:
    drawn = "\n".join(parts)
    return f'<svg viewBox="0 0 {wide:.0f} {high:.0f}" role="img" aria-label="{said(label)}">\n{drawn}\n</svg>'
