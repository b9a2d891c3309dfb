"""YAML text to a tree of texts, lists and tables that know their places. Every scalar stays the text it is.

Only the plain core of YAML is let in: no anchors, aliases, tags or second documents. The parser's events are walked
rather than composed, so that depth and aliases are refused before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from tutor.lesson import mend
from tutor.lesson.text import Report

DEEPEST = 20
_TRIES = 20
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[int, int]


@dataclass
class Text:
    """A scalar: what it says, where, and how it was written (`style` is one of `|`, `>`, `'`, `"` or empty)."""

    value: str
    place: Place
    style: str = ""
    body: Place | None = None
    """Of a block: where its first line stands."""
    comment: str = ""
    """What follows an unquoted text after ` #`."""


@dataclass
class Row:
    """A list; `source` is its own text when written in brackets."""

    place: Place
    items: list[Node] = field(default_factory=list)
    source: str = ""


@dataclass
class Table:
    """Keys and values; `source` is its own text when written in braces."""

    place: Place
    keys: dict[str, Text] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)
    source: str = ""


Node: TypeAlias = Text | Row | Table


class _Refused(Exception):
    """The rest of the file would only repeat this."""


def tree(text: str, report: Report, known: frozenset[str]) -> Node | None:
    """The file's one value. What is wrong goes to `report`; None when nothing could be built.

    `known` holds the keys of the format: a line is mended around them so that one mistake does not hide the next.
    """
    events = _events(text, report, known)
    if events is None:
        return None
    text, found = events
    try:
        return _Builder(text, report).build(found)
    except _Refused:
        return None


def _events(text: str, report: Report, known: frozenset[str]) -> tuple[str, list[Any]] | None:
    """The parser's events of the text, mended where it had to be."""
    for _ in range(_TRIES):
        fault = _fault(text)
        if not isinstance(fault, mend.Fault):
            return text, fault
        mended = mend.mend(text, fault, known, lambda t: _position(_fault(t)))
        report.add(mended.place, mended.message)
        if mended.text is None:
            return None
        text = mended.text
    return None


def _position(fault: mend.Fault | list[Any]) -> tuple[int, int] | None:
    return (fault.line, fault.column) if isinstance(fault, mend.Fault) else None


def _fault(text: str) -> mend.Fault | list[Any]:
    """The events, or why and where they end."""
    try:
        return list(yaml.parse(text, Loader=_Parser))
    except yaml.MarkedYAMLError as error:
        at, opened = error.problem_mark, error.context_mark
        line, column = (at.line, at.column) if at else (0, 0)
        began = (opened.line, opened.column) if opened else (line, column)
        return mend.Fault(error.problem or "", error.context or "", line, column, began)
    except yaml.YAMLError as error:
        return mend.Fault(str(error).partition("\n")[0], "", 0, 0, (0, 0))


class _Builder:
    def __init__(self, text: str, report: Report) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.report = report

    def build(self, events: list[Any]) -> Node | None:
        documents = sum(isinstance(e, yaml.DocumentStartEvent) for e in events)
        if documents == 0:
            return None
        if documents > 1:
            second: Any = [e for e in events if isinstance(e, yaml.DocumentStartEvent)][1]
            self._refuse(second, "`---` begins a second document; keep one per file.")
        return self._node(iter(events[2:]), 0)

    def _node(self, events: Iterator[Any], depth: int) -> Node | None:
        """The next value; None at the end of a list or table."""
        event: Any = next(events)
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if depth > DEEPEST:
            self._refuse(event, f"this is nested more than {DEEPEST} deep; a lesson needs about 6.")
        if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            end: Any = event.end_mark
            self._end = end.index
            return None
        refused = self._refused(event, place)
        if isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
            return Text(refused, place) if refused else self._text(event, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._row(event, events, place, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(event, events, place, depth)
        raise AssertionError(f"the parser gave {event!r} for a value")

    def _refused(self, event: Any, place: Place) -> str:
        """The text that begins with `&`, `*` or `!`: YAML's own uses of these are never what a lesson means."""
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if not anchor and not tag:
            return ""
        rest = self._rest(event.start_mark).rstrip()
        what = "a tag" if not anchor else "an alias" if isinstance(event, yaml.AliasEvent) else "an anchor"
        self.report.add(place, f"`{rest[:1]}` makes this {what} of YAML, which lessons do not use; {mend.advice(rest)}")
        return rest or str(anchor or tag)

    def _text(self, event: Any, place: Place) -> Text:
        if event.style in ("|", ">"):
            return Text(event.value, place, event.style, self._body(event.value, place[0]))
        comment = ""
        if event.style is None or event.style == "":
            rest = self._rest(event.end_mark).lstrip()
            comment = rest if rest.startswith("#") else ""
        return Text(event.value, place, event.style or "", None, comment)

    def _rest(self, mark: Any) -> str:
        """The line from a mark on; the parser may stand one line behind the last."""
        return self.lines[mark.line][mark.column :] if mark.line < len(self.lines) else ""

    def _body(self, value: str, after: int) -> Place:
        """Where the first line of a block stands, below line `after`; every line is cut by the same indent."""
        for raw, kept in zip(self.lines[after:], value.split("\n"), strict=False):
            if raw.strip():
                indent = len(raw) - len(kept) if raw.endswith(kept) else len(raw) - len(raw.lstrip())
                return after + 1, indent + 1
        return after + 1, 1

    def _row(self, event: Any, events: Iterator[Any], place: Place, depth: int) -> Row:
        row = Row(place)
        while (item := self._node(events, depth + 1)) is not None:
            row.items.append(item)
        if event.flow_style:
            row.source = self.text[event.start_mark.index : self._end]
        return row

    def _table(self, event: Any, events: Iterator[Any], place: Place, depth: int) -> Table:
        table = Table(place)
        while (key := self._node(events, depth + 1)) is not None:
            value = self._node(events, depth + 1)
            assert value is not None
            self._entry(table, key, value)
        if event.flow_style:
            table.source = self.text[event.start_mark.index : self._end]
        return table

    def _entry(self, table: Table, key: Node, value: Node) -> None:
        if not isinstance(key, Text):
            self.report.add(key.place, "a key is a word; this is a list or table. Text that begins so goes in quotes.")
        elif key.value in table.keys:
            first = table.keys[key.value].place[0]
            self.report.add(key.place, f"`{key.value}` is written twice; it stands on line {first} already.")
        else:
            table.keys[key.value] = key
            table.values[key.value] = value

    def _refuse(self, event: Any, message: str) -> None:
        self.report.add((event.start_mark.line + 1, event.start_mark.column + 1), message)
        raise _Refused
