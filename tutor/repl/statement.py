"""Where a statement ends: when Enter runs what was typed, and when it opens another line."""

from __future__ import annotations

import ast
import codeop
import re
import warnings
from collections.abc import AsyncIterator

INDENT = 4

_CONTINUES = re.compile(r"(?:elif|else|except|finally)\b", re.ASCII)
_LEAVES = re.compile(r"(?:return|raise|pass|break|continue)\b", re.ASCII)
_PROMPT = re.compile(r"(?:>>>|\.\.\.)(?: |$)")
_REFUSED = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)


def parses(text: str) -> bool:
    """Whether `text` is whole: it can run, or it is wrong in a way that more lines cannot mend."""
    if _too_long(text):
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return codeop.compile_command(text, "prompt", "exec") is not None
        except _REFUSED:
            return True


def finished(text: str) -> bool:
    """Whether Enter at the end of `text` runs it: a block of several lines stays open until a blank line."""
    if not parses(text):
        return False
    return "\n" not in text or not text.rpartition("\n")[2].strip() or not _ends_in_block(text)


def indentation(text: str) -> str:
    """What the line after `text` begins with."""
    last = text.rpartition("\n")[2]
    space = last[: len(last) - len(last.lstrip())]
    if last.split("#")[0].rstrip().endswith(":"):
        return space + " " * INDENT
    return space[:-INDENT] if _LEAVES.match(last.strip()) else space


def unprompted(text: str) -> str:
    """Code copied from a page that shows a Python session: without its prompts and its output."""
    lines = [line.lstrip() for line in text.strip("\n").split("\n")]
    if not lines[0].startswith(">>>"):
        return text
    return "\n".join(line[4:] for line in lines if _PROMPT.match(line))


async def statements(lines: AsyncIterator[str], blank_ends: bool) -> AsyncIterator[str]:
    """Statements from single lines.

    A block ends at the first line that cannot belong to it; with `blank_ends` at a blank one, as Python's does.
    """
    text = ""
    async for line in lines:
        line = line.rstrip("\r\n")
        if text and _stands_apart(line) and parses(text):
            yield text
            text = ""
        text = f"{text}\n{line}" if text else line.rstrip()
        if text and (finished(text) if blank_ends else parses(text) and not _ends_in_block(text)):
            yield text
            text = ""
    if text.strip():
        yield text


def _stands_apart(line: str) -> bool:
    """Whether `line` cannot belong to the block above it."""
    return bool(line) and not line[0].isspace() and not _CONTINUES.match(line)


def _ends_in_block(text: str) -> bool:
    """Whether the last statement of `text` has a body that another line may belong to."""
    if _too_long(text):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            body = ast.parse(text).body
        except _REFUSED:
            return False
    return bool(body) and hasattr(body[-1], "body")


def _too_long(text: str) -> bool:
    """Whether the sandbox will refuse `text`, so that there is no sense in parsing it."""
    from tutor.sandbox.protocol import CODE_MOST

    return len(text) > CODE_MOST
