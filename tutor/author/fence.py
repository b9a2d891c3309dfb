"""Fenced code in prose, and what is said to come of it: run, and held against torch.

```python          runs with the question's tensors, and with what earlier fences of the same text made
```output          what it prints; the value of a last line that is an expression is printed too
```shape           the shape of its last line
```error           what it raises: `RuntimeError: ...`; three dots stand for anything
"""

from __future__ import annotations

import ast
import difflib
import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tutor.author.trial import Finding, Findings, Trial, ended, why
from tutor.grade.answer import Unread, read_shape
from tutor.grade.code import program
from tutor.grade.predict import lead
from tutor.grade.seen import shape_of, spelled_shape
from tutor.grade.source import parsed
from tutor.lesson.code import prose
from tutor.lesson.model import Code, Predict
from tutor.sandbox.play import Play
from tutor.sandbox.protocol import Outcome

_FENCE = re.compile(r"\s*(`{3,})\s*(\w*)\s*$")
_CODE = frozenset({"python", "py"})
_CLAIMS = frozenset({"output", "shape", "error"})
_LAST = "_last_of_fence"
_SECONDS = 5.0
_DIFF_MOST = 8


@dataclass(frozen=True)
class Claim:
    """What is said of the code before it."""

    kind: str
    text: str
    line: int
    """Of its first line within the prose, from 1."""


@dataclass
class Block:
    """One fence of Python, with what is said of it."""

    code: str
    line: int
    claims: list[Claim] = field(default_factory=list)


def fences(text: str) -> Iterator[tuple[str, str, int]]:
    """Each fence of a text: its word, what it holds, and the line after it opens. One never closed ends the text."""
    word, begun, lines = "", 0, list[str]()
    for number, row in enumerate(text.splitlines(), 1):
        mark = _FENCE.match(row)
        if mark and not begun:
            word, begun, lines = mark[2].lower(), number + 1, []
        elif mark:
            yield word, _dedented(lines), begun
            begun = 0
        elif begun:
            lines.append(row)
    if begun:
        yield "open", _dedented(lines), begun


def _dedented(lines: list[str]) -> str:
    margin = min((len(row) - len(row.lstrip()) for row in lines if row.strip()), default=0)
    return "\n".join(row[margin:] for row in lines)


def blocks(text: str, key: str) -> tuple[list[Block], list[Finding]]:
    """The code of a text with its claims, and fences that make no sense."""
    found, faults = list[Block](), list[Finding]()
    for word, body, line in fences(text):
        if word in _CODE:
            found.append(Block(body, line))
        elif word == "open":
            told = "the fence that opens here is never closed"
            faults.append(Finding(key, "fence-alone", told, "close it with three backticks", line=line - 1))
        elif word in _CLAIMS and not found:
            told = f"there is no code before this {word}"
            faults.append(Finding(key, "fence-alone", told, "put a fence of ```python before it", line=line))
        elif word in _CLAIMS:
            found[-1].claims.append(Claim(word, body, line))
    return found, faults


async def held(trial: Trial) -> Findings:
    """Every claim of a question's prose against torch."""
    for part in prose(trial.question):
        if "```" not in part.text:
            continue
        code, faults = blocks(part.text, part.path)
        for fault in faults:
            yield fault
        if code:
            play = await trial.examiner.sandbox.play(_before(trial, part.path))
            try:
                for block in code:
                    async for finding in _block(play, part.path, block):
                        yield finding
            finally:
                await play.close()


def _before(trial: Trial, key: str) -> str:
    """What has run when the text is read: `because` comes after the right answer."""
    question, parts = trial.question, [trial.setup]
    if key == "because" and isinstance(question, Code):
        parts.append(program(question, question.solution))
    elif key == "because" and isinstance(question, Predict):
        parts.append(lead(question))
    return "\n".join(parts)


async def _block(play: Play, key: str, block: Block) -> Findings:
    outcome = await play.run(shown(block.code), _SECONDS)
    error = next((claim for claim in block.claims if claim.kind == "error"), None)
    if outcome.status != "ok" and error is None:
        line = block.line + ((outcome.error.line or 1) if outcome.error else 1) - 1
        fix = "correct it, or say what comes of it in a fence that begins with ```error"
        yield Finding(key, "fence-fails", f"this code does not run: {ended(outcome)}", fix, line=line)
        return
    for claim in block.claims:
        if finding := await _claim(play, key, block, claim, outcome):
            yield finding


async def _claim(play: Play, key: str, block: Block, claim: Claim, outcome: Outcome) -> Finding | None:
    if claim.kind == "error":
        return _error(key, claim, outcome)
    if claim.kind == "shape":
        return _shape(key, claim, await play.run(f"{_named(block.code)}.shape", _SECONDS))
    said, real = _lines(claim.text), _lines(outcome.stdout)
    if alike(said, real):
        return None
    line = claim.line + next((n for n, row in enumerate(said) if n >= len(real) or not alike([row], [real[n]])), 0)
    fix = f"write what torch gives: {real[0]}" if len(said) == len(real) == 1 else "write what torch gives"
    return Finding(key, "false-output", "the output is not what this code prints", fix, diff(said, real), line)


def _error(key: str, claim: Claim, outcome: Outcome) -> Finding | None:
    said = _lines(claim.text)[-1:] or [""]
    if outcome.error is None:
        told = "torch runs this code without an error" if outcome.status == "ok" else outcome.note
        return Finding(key, "false-error", told, "say what it gives instead", line=claim.line)
    real = why(outcome.error)
    if alike(said, [real]) or said[0] == outcome.error.type:
        return None
    fix = "write torch's own words; three dots stand for the rest"
    return Finding(key, "false-error", "the error is not what torch raises", fix, diff(said, [real]), claim.line)


def _shape(key: str, claim: Claim, outcome: Outcome) -> Finding | None:
    seen = outcome.observed.get("_")
    real = shape_of(seen) if seen is not None else None
    if real is None:
        told = f"the last line of this code has no shape: {ended(outcome)}"
        return Finding(key, "false-shape", told, "end the code with the tensor that is meant", line=claim.line)
    try:
        said = read_shape(claim.text)
    except Unread as unread:
        return Finding(
            key, "false-shape", f"this is no shape: {unread}", f"write {spelled_shape(real)}", line=claim.line
        )
    if said == real:
        return None
    told = f"the shape is {spelled_shape(real)}, not {spelled_shape(said)}"
    return Finding(key, "false-shape", told, f"write {spelled_shape(real)}", line=claim.line)


def shown(code: str) -> str:
    """The code with the value of a last expression printed, as at a prompt; lines keep their numbers."""
    tree = parsed(code)
    if tree is None or not tree.body or not isinstance(last := tree.body[-1], ast.Expr):
        return code
    before = code.splitlines()[: last.lineno - 1]
    same = code.splitlines()[last.lineno - 1].encode()[: last.col_offset].decode().strip()
    told = f"{_LAST} = {ast.unparse(last.value)}; {_LAST} is None or print(repr({_LAST}))"
    return "\n".join([*before, f"{same} {told}".strip()])


def _named(code: str) -> str:
    """The tensor that a fence ends in: the value of its last line, or the name that it assigns."""
    tree = parsed(code)
    last = tree.body[-1] if tree and tree.body else None
    if isinstance(last, ast.Assign):
        return ast.unparse(last.targets[0])
    return ast.unparse(last.target) if isinstance(last, (ast.AugAssign, ast.AnnAssign)) else _LAST


def _lines(text: str) -> list[str]:
    return [row.rstrip() for row in text.strip("\n").splitlines()] if text.strip() else []


def alike(said: list[str], real: list[str]) -> bool:
    """Whether what is said is what came; three dots stand for anything, also for lines."""
    pattern = re.sub(r"([\[*?\]])", r"[\1]", "\n".join(said)).replace("...", "*").replace("…", "*")
    return fnmatch.fnmatchcase("\n".join(real), pattern)


def diff(said: list[str], real: list[str]) -> tuple[str, ...]:
    """What is said (-) and what torch gives (+), short."""
    rows = [row for row in difflib.ndiff(said, real) if row[:1] in "-+ "]
    if len(rows) > _DIFF_MOST:
        rows = [row for row in rows if row[:1] != " "]
    more = [f"  … and {len(rows) - _DIFF_MOST} lines more"] if len(rows) > _DIFF_MOST else []
    return tuple(rows[:_DIFF_MOST] + more)
