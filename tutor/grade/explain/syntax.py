"""Code that Python cannot read: missing colons, brackets that are not closed, = for ==, indentation."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable

from tutor.grade.explain.explanation import Edit, Explanation, Place, Repair
from tutor.legible import clipped
from tutor.sandbox.protocol import Failure

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SIGNS = {"&&": " and ", "||": " or ", "=>": ">=", "=<": "<=", "<>": "!="}
LINE_MOST = 60


class Reading:
    """Where Python stopped reading."""

    def __init__(self, message: str, code: str, line: int, column: int, end: int) -> None:
        self.message = message
        self.code = code
        self.lines = code.splitlines() or [""]
        self.line = max(1, min(line, len(self.lines)))
        self.column = max(0, column - 1)
        self.end = end - 1

    @property
    def row(self) -> str:
        """The line it stopped at."""
        return self.lines[self.line - 1]

    @property
    def shown(self) -> str:
        """The same, short."""
        return f"`{clipped(self.row.strip(), LINE_MOST)}`"

    def says(self, pattern: str) -> re.Match[str] | None:
        """The first place of Python's words that fits."""
        return re.search(pattern, self.message)

    def put(self, column: int, new: str, length: int = 0, line: int = 0, means: str = "") -> tuple[Repair, ...]:
        """The repair that writes `new` in place of `length` characters."""
        line = line or self.line
        row = self.lines[line - 1]
        after = row[:column] + new + row[column + length :]
        return (Repair(after.strip(), means, (Edit(Place(line, column, line, column + length), new),)),)


def explain(failure: Failure, code: str) -> Explanation | None:
    """What keeps Python from reading the code; None where it is none of the usual mistakes."""
    if failure.type not in ("SyntaxError", "IndentationError", "TabError") or failure.scene is not None:
        return None
    reading = _read(failure, code)
    return next((found for rule in _RULES if (found := rule(reading)) is not None), None)


def _read(failure: Failure, code: str) -> Reading:
    """The places, which a Failure does not tell: read again, not run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "answer", "exec", dont_inherit=True)
    except SyntaxError as error:
        if error.msg == failure.message and error.lineno:
            return Reading(failure.message, code, error.lineno, error.offset or 1, error.end_offset or 0)
    except ValueError:
        pass
    return Reading(failure.message, code, failure.line or 1, 1, 0)


def _told(rule: str, first: str, rest: str, repairs: tuple[Repair, ...] = ()) -> Explanation:
    return Explanation(rule=f"syntax-{rule}", first=first, rest=(rest,) if rest else (), repairs=repairs)


def _colon(reading: Reading) -> Explanation | None:
    head = re.match(r"\s*(if|elif|else|for|while|def|class|with|try|except|finally)\b", reading.row)
    whole = reading.row.split("#")[0].rstrip()
    if not reading.says("expected ':'") and not (head and reading.says("invalid syntax") and ":" not in whole):
        return None
    if reading.says("invalid syntax") and not _colon_helps(reading, len(whole)):
        return None
    return _told(
        "colon",
        f"{reading.shown} lacks its colon.",
        "A line that opens a block, as if, for, while, def, class and with do, ends with a colon.",
        reading.put(len(whole) if reading.says("invalid") else min(reading.column, len(whole)), ":"),
    )


def _colon_helps(reading: Reading, at: int) -> bool:
    return "for " not in reading.row or " in " in reading.row


def _bracket(reading: Reading) -> Explanation | None:
    if said := reading.says(r"'([(\[{])' was never closed"):
        close = _CLOSING[said[1]]
        whole = reading.row.split("#")[0].rstrip()
        at = len(whole) - 1 if whole.endswith(":") else len(whole)
        last = len(reading.lines)
        repairs = reading.put(at, close, means=f"closed on line {reading.line}")
        if last > reading.line:
            repairs += reading.put(len(reading.lines[-1].rstrip()), close, line=last, means="closed at the end")
        return _told(
            "bracket",
            f"The `{said[1]}` of {reading.shown} is never closed.",
            f"Each `{said[1]}` needs its `{close}`; until then the next lines count as its inside.",
            repairs,
        )
    row = reading.row.split("#")[0].rstrip()
    if reading.says("invalid syntax") and row.endswith(":") and row.count("(") == row.count(")") + 1:
        return _told(
            "bracket",
            f"A `(` of {reading.shown} is never closed.",
            "Each `(` needs its `)`.",
            reading.put(len(row) - 1, ")"),
        )
    if said := reading.says(r"unmatched '([)\]}])'"):
        return _told(
            "bracket",
            f"The last `{said[1]}` of {reading.shown} closes nothing.",
            "There is one more closing bracket than there are opening ones.",
            reading.put(reading.column, "", 1),
        )
    if said := reading.says(r"closing parenthesis '(.)' does not match opening parenthesis '(.)'"):
        close = _CLOSING[said[2]]
        return _told(
            "bracket",
            f"In {reading.shown} `{said[1]}` closes what `{said[2]}` opened.",
            f"`{said[2]}` is closed by `{close}`.",
            (*reading.put(reading.column, close), *reading.put(reading.column, close, 1)),
        )
    return None


def _equals(reading: Reading) -> Explanation | None:
    if not reading.says("Maybe you meant '=='"):
        return None
    found = re.compile(r"(?<![=!<>])=(?!=)").search(reading.row, reading.column)
    if found is None:
        return None
    condition = re.match(r"\s*(if|elif|while)\b", reading.row)
    why = "= gives a name to a value; == asks whether two values are equal."
    if not condition:
        why += " On the left of = stands a name, a place or an attribute."
    return _told(
        "equals",
        f"{reading.shown} has = where a comparison belongs."
        if condition
        else f"{reading.shown} assigns to something that is no name.",
        why,
        reading.put(found.start(), "==", 1),
    )


def _indent(reading: Reading) -> Explanation | None:
    row = reading.row
    deep = len(row) - len(row.lstrip())
    before = _before(reading)
    if said := reading.says(r"expected an indented block after (.+?) on line (\d+)"):
        opener = reading.lines[int(said[2]) - 1]
        pad = " " * (len(opener) - len(opener.lstrip()) + 4)
        return _told(
            "indent",
            f"Line {reading.line} belongs inside `{clipped(opener.strip(), LINE_MOST)}` (line {said[2]}), "
            "and is not indented.",
            "What stands inside a block is moved to the right, by four spaces as a rule.",
            _padded(reading, pad, deep),
        )
    if reading.says("unexpected indent"):
        pad = before[: len(before) - len(before.lstrip())]
        return _told(
            "indent",
            f"{reading.shown} is further to the right than the line before it.",
            "Only after a line that ends with a colon does a block begin.",
            _padded(reading, pad, deep),
        )
    if reading.says("unindent does not match"):
        levels = sorted({len(r) - len(r.lstrip()) for r in reading.lines[: reading.line - 1] if r.strip()})
        near = sorted(levels, key=lambda n: (abs(n - deep), -n))[:2]
        repairs = tuple(r for n in near for r in _padded(reading, " " * n, deep))
        return _told(
            "indent",
            f"{reading.shown} is indented by {deep}, which no line above is.",
            "A line that ends a block goes back to where an earlier line began.",
            repairs,
        )
    if reading.says("inconsistent use of tabs"):
        edits = [Edit(Place(n, 0, n, len(r)), r.expandtabs(4)) for n, r in enumerate(reading.lines, 1) if "\t" in r]
        return _told(
            "indent",
            f"Line {reading.line} is indented by tabs where others are by spaces.",
            "They look alike; Python takes them for different. Four spaces everywhere is the rule.",
            (Repair(reading.row.expandtabs(4), "tabs as four spaces", tuple(edits)),) if edits else (),
        )
    return None


def _before(reading: Reading) -> str:
    return next((r for r in reversed(reading.lines[: reading.line - 1]) if r.strip()), "")


def _padded(reading: Reading, pad: str, deep: int) -> tuple[Repair, ...]:
    """The line, and those that are as deep right after it, at another depth."""
    edits = []
    for number in range(reading.line, len(reading.lines) + 1):
        row = reading.lines[number - 1]
        if row.strip() and (len(row) - len(row.lstrip()) < deep or (deep == 0 and number > reading.line)):
            break
        if row.strip():
            edits.append(Edit(Place(number, 0, number, deep), pad))
    return (Repair(f"{pad}{reading.row.strip()}", "", tuple(edits)),)


def _print(reading: Reading) -> Explanation | None:
    if not reading.says("Missing parentheses in call to"):
        return None
    found = re.match(r"(\s*)(\w+)\s+(.*?)\s*$", reading.row)
    if found is None:
        return None
    new = f"{found[2]}({found[3]})"
    return _told(
        "print", f"`{found[2]}` is a function: what it works on stands in parentheses.", "",
        reading.put(len(found[1]), new, len(reading.row) - len(found[1])),
    )  # fmt: skip


def _quote(reading: Reading) -> Explanation | None:
    if said := reading.says("invalid character '([“”‘’„])'"):
        edits = [
            Edit(Place(n, m.start(), n, m.end()), '"' if m[0] in "“”„" else "'")
            for n, row in enumerate(reading.lines, 1)
            for m in re.finditer("[“”‘’„]", row)
        ]
        return _told(
            "quote", f"`{said[1]}` is a quote of a text program; Python wants the straight ones.", "",
            (Repair(re.sub("[“”„]", '"', re.sub("[‘’]", "'", reading.row)).strip(), "", tuple(edits)),),
        )  # fmt: skip
    if not reading.says("unterminated (f-)?string|EOL while scanning"):
        return None
    mark = reading.row[reading.column] if reading.column < len(reading.row) else '"'
    mark = mark if mark in "\"'" else '"'
    whole = reading.row.rstrip()
    tail = re.search(r"[)\]}:,]*$", whole)
    at = tail.start() if tail else len(whole)
    return _told(
        "quote",
        f"The text that begins in {reading.shown} does not end on that line.",
        "A text ends with the same quote that it begins with, on the same line.",
        (*reading.put(at, mark), *reading.put(len(whole), mark)),
    )


def _comma(reading: Reading) -> Explanation | None:
    if reading.says("expected after dictionary key"):
        gap = re.search(r"[\"'\w](\s+)[\w\"'\[({]", reading.row[reading.column - 12 if reading.column > 12 else 0 :])
        start = (reading.column - 12 if reading.column > 12 else 0) + gap.start(1) if gap else 0
        return _told(
            "dict",
            f"An entry of {reading.shown} has no colon.",
            "Each key is followed by a colon and its value.",
            reading.put(start, ":") if gap else (),
        )
    if not reading.says("forgot a comma"):
        return None
    gaps = list(re.compile(r"(?<=[\w\)\]\}\"'.])(\s+)(?=[\w\(\[\{\"'.-])").finditer(reading.row, reading.column))
    whole = len(reading.row.rstrip())
    repairs = reading.put(gaps[0].start(), ",") if gaps else reading.put(whole, ",")
    if len(gaps) > 1:
        edits = [Edit(Place(reading.line, g.start(), reading.line, g.start()), ",") for g in gaps]
        repairs += (Repair(re.sub(r"(?<=\w)\s+(?=\w)", ", ", reading.row.strip()), "", tuple(edits)),)
    if gaps and "{" in reading.row[: reading.column + 1]:
        repairs += reading.put(gaps[0].start(), ":")
    return _told(
        "comma",
        f"Two values stand side by side in {reading.shown}.",
        "Between values there is a comma or an operator.",
        repairs,
    )


def _sign(reading: Reading) -> Explanation | None:
    """What other languages write."""
    row = reading.row
    for sign, new in _SIGNS.items():
        if sign in row:
            at = row.index(sign)
            spaced = re.compile(rf"\s*{re.escape(sign)}\s*").search(row)
            start, length = (spaced.start(), spaced.end() - spaced.start()) if spaced else (at, len(sign))
            word = new if new.startswith(" ") else f" {new} "
            return _told(
                "sign", f"Python has no `{sign}`; it writes `{new.strip()}`.", "", reading.put(start, word, length)
            )
    if found := re.search(r"(\w+)\s*(\+\+|--)\s*$", row):
        new = f"{found[1]} {found[2][0]}= 1"
        return _told(
            "sign",
            f"Python has no `{found[2]}`; it writes `{new}`.",
            "",
            reading.put(found.start(), new, len(found[0])),
        )
    if found := re.search(r"!(?=[\w(])", row):
        return _told("sign", "Python has no `!` for not; it writes `not`.", "", reading.put(found.start(), "not ", 1))
    if found := re.search(r"\belse\s+if\b", row):
        return _told("sign", "Python writes `elif` for else if.", "", reading.put(found.start(), "elif", len(found[0])))
    found = re.match(r"(\s*for\s+[\w, ]+?)\s+(?!in\b)(range|enumerate|zip|\w+\()", row)
    if found and " in " not in row:
        return _told(
            "sign", f"`for` needs its `in`: {reading.shown}.", "for NAME in VALUES: goes through the values.",
            reading.put(len(found[1]), " in"),
        )  # fmt: skip
    return None


def _words(reading: Reading) -> Explanation | None:
    """Mistakes that are told, without a guess at what was meant."""
    for pattern, rule, first, rest in _SAID:
        if said := reading.says(pattern):
            name = said[1] if said.groups() else ""
            return _told(rule, first.format(line=reading.line, name=name, shown=reading.shown), rest)
    return None


_SAID = (
    (r"'(return|yield|await)' outside function", "outside", "`{name}` on line {line} stands outside of any function.",
     "Only a function can give something back; it is indented under its def."),
    (r"'(break|continue)' (?:outside|not properly in) "
    "loop", "outside", "`{name}` on line {line} stands outside of any loop.",
     "It is indented under a for or a while."),
    ("positional argument follows keyword argument", "order", "On line {line} an argument without a name "
    "follows one with a name.",
     "Arguments without names come first."),
    ("(?:non-default argument follows|parameter without a default follows)", "order",
     "On line {line} a parameter without a default follows one that has "
     "one.", "Parameters that must be given come first."),
    (r"duplicate argument '(\w+)'", "order", "The parameter `{name}` is there twice, on line {line}.", ""),
    ("invalid decimal literal", "number", "On line {line} a name begins with a digit, or a number runs into "
    "a word: {shown}.",
     "Names begin with a letter or an underscore."),
    ("leading zeros", "number", "A number on line {line} begins with 0: {shown}.", "Whole numbers are "
    "written without zeros in front."),
    (r"cannot assign to (True|False|None)", "assign", "`{name}` is a value of Python's own, and cannot be a "
    "name: line {line}.", ""),
    (r"cannot assign to ([\w ]+)", "assign", "Line {line} assigns to something that is no name: {shown}.",
     "On the left of = stands a name, a place or an attribute."),
    ("':' expected after dictionary key", "dict", "An entry of the dictionary on line {line} has no value: {shown}.",
     "Each key is followed by a colon and its value."),
)  # fmt: skip

_RULES: tuple[Callable[[Reading], Explanation | None], ...] = (
    _equals, _bracket, _indent, _print, _quote, _comma, _sign, _colon, _words,
)  # fmt: skip
