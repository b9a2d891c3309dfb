"""From a common wrong answer to an entry of the lesson: the very lines to write, and the command that proves them."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tutor.report.known import Asked

TODO = "TODO"

# Text that YAML reads as it stands, in a list or not.
_PLAIN = re.compile(r"[A-Za-z0-9(][A-Za-z0-9_(),.=+*/ -]*")


@dataclass(frozen=True)
class Advice:
    """What to add to a lesson, and where."""

    where: str
    """In words: the file and line, or the question alone where its lesson is not at hand."""
    lines: tuple[str, ...]
    """YAML, indented as it stands in the file."""
    command: str
    """What proves it afterwards."""


def advise(question: str, answer: str, asked: Asked | None) -> Advice:
    """The entry for one wrong answer. Its feedback is for the author to write."""
    if asked is None:
        return Advice(f"the question `{question}`", _entry(answer, 4, first=True), "tutor check")
    at = f"questions[{asked.number}]"
    line, column = asked.file.place(f"{at}.id:")
    indent = column - 1
    has = bool(asked.question.wrong)
    if has:
        line = max(asked.file.place(f"{at}.wrong[{n}].feedback:")[0] for n in range(len(asked.question.wrong)))
        indent = asked.file.place(f"{at}.wrong[0]")[1] - 5
    path = _near(asked.file.path)
    where = f"{path}:{line}, " + ("after the last entry of `wrong`" if has else f"below `id: {question}`")
    return Advice(where, _entry(answer, indent, first=not has), f"tutor check {shlex.quote(path)}")


def _near(path: Path) -> str:
    """A path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _entry(answer: str, indent: int, first: bool) -> tuple[str, ...]:
    """The lines of one entry, under `wrong:` if it is the first."""
    pad = " " * max(indent, 0)
    lines = [f"{pad}wrong:"] if first else []
    return (*lines, f"{pad}  - answer: {_text(answer, len(pad) + 6)}", f"{pad}    feedback: {TODO}")


def _text(answer: str, indent: int) -> str:
    """An answer as a YAML scalar that reads back the same."""
    if _PLAIN.fullmatch(answer) and answer == answer.strip():
        return answer
    rows = answer.split("\n")
    if len(rows) > 1 and rows[0].strip() and rows[0] == rows[0].lstrip() and _simple(answer):
        body = "\n".join(f"{' ' * indent}{row}" if row.strip() else "" for row in rows)
        return f"|\n{body}"
    return json.dumps(answer, ensure_ascii=False)


def _simple(answer: str) -> bool:
    return all(row == row.rstrip() and row.isprintable() for row in answer.split("\n")) and answer == answer.strip("\n")
