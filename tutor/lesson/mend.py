"""What a YAML parser objects to, said in the author's terms, and the line quoted so that the rest can be read too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

Position = tuple[int, int]


@dataclass(frozen=True)
class Fault:
    """Where and why the parser stopped; 0-based."""

    problem: str
    context: str
    line: int
    column: int
    began: Position


@dataclass(frozen=True)
class Mended:
    """The sentence for the author, its 1-based place, and text in which the fault is gone, if any was found."""

    place: Position
    message: str
    text: str | None


_LEAD = re.compile(r"( *(?:- +)*)(?:([A-Za-z_][\w-]*)(:[ \t]+))?(.*)")
_GLUED = re.compile(r"( *(?:- +)*)([A-Za-z_][\w-]*):(?=[^\s:])")
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}\s*(#.*)?$")
_REASONS = {
    "@": "text cannot begin with `@` in YAML",
    "`": "text cannot begin with a backtick in YAML",
    "%": "text cannot begin with `%` in YAML",
    "*": "`*` begins an alias of YAML, which lessons do not use",
    "&": "`&` begins an anchor of YAML, which lessons do not use",
    "!": "`!` begins a tag of YAML, which lessons do not use",
    "|": "`|` begins a block of lines in YAML, and nothing may follow it",
    ">": "`>` begins a block of text in YAML, and nothing may follow it",
    "-": "`- ` begins a list in YAML",
    "?": "`? ` begins a key in YAML",
    "[": "`[` begins a list in YAML, and this is not a whole one",
    "{": "`{` begins a table in YAML, and this is not a whole one",
    '"': "YAML takes the text to end at the second quotation mark",
    "'": "YAML takes the text to end at the second quotation mark",
}


def advice(text: str) -> str:
    """How to write `text` so that YAML takes it as it is."""
    if "\n" in text or len(text) > 60:
        return "put the text in a block: `>-` here, and the text on the next lines, indented."
    return f"put it in quotes: {quoted(text)}"


def quoted(text: str) -> str:
    """`text` in YAML's single quotes."""
    return "'" + text.replace("'", "''") + "'"


def mend(text: str, fault: Fault, known: frozenset[str], check: Callable[[str], Position | None]) -> Mended:
    """Explain a fault, and undo it. `check` says where the parser stops, None when it reads to the end."""
    lines = text.split("\n")
    tab = _tab(lines, fault)
    if tab is not None:
        return tab
    for found in _attempts(lines, fault, known):
        assert found.text is not None
        stopped = check(found.text)
        if stopped is None or (stopped > (fault.line, fault.column) and stopped[0] > found.place[0] - 1):
            return found
    line, column = fault.began if "expected ':'" in fault.problem else (fault.line, fault.column)
    return Mended((line + 1, column + 1), _said(fault), None)


def _attempts(lines: list[str], fault: Fault, known: frozenset[str]) -> Iterator[Mended]:
    """Likely mistakes, likeliest first."""
    near = _near(lines, fault)
    for number in near:
        yield from _glue(lines, number, known)
    yield from _dent(lines, near[0], known)
    for number in near:
        yield from _quotes(lines, number, fault, known)
    yield from _quotes(lines, near[0], fault, None)


def _near(lines: list[str], fault: Fault) -> list[int]:
    """The line of the fault, the line before it that says something, and the line where the parser's trouble began."""
    last = min(fault.line, len(lines) - 1)
    before = next((n for n in range(last - 1, -1, -1) if lines[n].strip()), last)
    return list(dict.fromkeys((last, before, min(fault.began[0], last))))


def _tab(lines: list[str], fault: Fault) -> Mended | None:
    """Tabs are not mended: how far each should indent is for the author to say."""
    line = lines[min(fault.line, len(lines) - 1)]
    column = line[: _indent(line)].find("\t")
    if column < 0:
        return None
    return Mended((fault.line + 1, column + 1), "a tab indents this line; YAML wants spaces.", None)


def _dent(lines: list[str], number: int, known: frozenset[str]) -> Iterator[Mended]:
    """A key that stands a little beside the keys above it."""
    key, above = _LEAD.match(lines[number]), None
    if key is None or key[2] not in known or "-" in key[1]:
        return
    for line in reversed(lines[:number]):
        above = _LEAD.match(line)
        if above is not None and above[2] in known:
            break
    if above is None or len(above[1]) == len(key[1]):
        return
    moved = " " * len(above[1]) + lines[number].lstrip()
    told = f"`{key[2]}` is indented by {len(key[1])}, and the key above it by {len(above[1])}; line them up."
    yield Mended((number + 1, len(key[1]) + 1), told, "\n".join([*lines[:number], moved, *lines[number + 1 :]]))


def _glue(lines: list[str], number: int, known: frozenset[str]) -> Iterator[Mended]:
    found = _GLUED.match(lines[number])
    if found is None or found[2] not in known:
        return
    end = found.end()
    repaired = [*lines[:number], lines[number][:end] + " " + lines[number][end:], *lines[number + 1 :]]
    yield Mended((number + 1, end + 1), f"a space is missing after `{found[2]}:`.", "\n".join(repaired))


def _quotes(lines: list[str], number: int, fault: Fault, known: frozenset[str] | None) -> Iterator[Mended]:
    """The text that holds this line, put in quotes as a whole."""
    start = _owner(lines, number, known)
    if start is None:
        return
    number, column = start
    end = number
    depth = len(_lead(lines[number]))
    while end + 1 < len(lines) and (not lines[end + 1].strip() or _indent(lines[end + 1]) > depth):
        end += 1
    while end > number and not lines[end].strip():
        end -= 1
    for last in dict.fromkeys((end, number)):
        value = "\n".join([lines[number][column:], *lines[number + 1 : last + 1]]).rstrip()
        if not value or _BLOCK.match(value.partition("\n")[0]):
            return
        mended = [*lines[:number], *(lines[number][:column] + quoted(value)).split("\n"), *lines[last + 1 :]]
        yield Mended((number + 1, column + 1), _why(value, fault), "\n".join(mended))


def _owner(lines: list[str], number: int, known: frozenset[str] | None) -> Position | None:
    """Where the text begins that a line belongs to. Without `known` any word in small letters is taken for a key."""
    for n in range(number, -1, -1):
        found = _LEAD.match(lines[n])
        if found is None or not lines[n].strip():
            continue
        if found[2] and (bool(get_close_matches(found[2], known, n=1, cutoff=0.8)) if known else found[2].islower()):
            return n, found.start(4)
        if "-" in found[1]:
            return n, found.end(1)
    return None


def _lead(line: str) -> str:
    """The indentation of a line, the dashes of its list items included."""
    found = _LEAD.match(line)
    return found[1] if found and found[2] else line[: _indent(line)]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _why(value: str, fault: Fault) -> str:
    if "quoted scalar" in fault.context and ("end of stream" in fault.problem or "indicator" in fault.problem):
        return "the quotation mark that opens here is never closed."
    if "escape" in fault.problem:
        return f"a backslash means something else within double quotes; {advice(value.strip(chr(34)))}"
    if value[0] == "[":
        return f"{_REASONS[value[0]]}; {advice(value)} (a list of code goes one item per line, each after `- `)"
    reason = _REASONS.get(value[0], "")
    if not reason:
        reason = (
            "YAML takes `: ` for the end of a key" if ": " in value or value.endswith(":") else "YAML cannot read this"
        )
    return f"{reason}; {advice(value)}"


def _said(fault: Fault) -> str:
    """A fault for which no repair was found."""
    if "flow" in fault.context:
        bracket = "[" if "sequence" in fault.context else "{"
        return f"the `{bracket}` that opens on line {fault.began[0] + 1} is not closed here."
    if "expected key" in fault.problem or "block end" in fault.problem or "'-' indicator" in fault.problem:
        return "the indentation of this line fits nothing above it; line it up with the keys it belongs to."
    if "could not find expected ':'" in fault.problem:
        return "a `key: value` was expected here."
    if "mapping values" in fault.problem:
        return "YAML takes `: ` for the end of a key, and no key may stand here; text with `: ` goes in quotes."
    if fault.problem.startswith("did not find expected comment"):
        return "nothing may follow `|` or `>` on their line."
    return f"this is not YAML: {fault.problem}."
