"""A page of the docs, taken apart: its sections, its fenced blocks, its tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parents[2] / "docs"


_FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


class Fence(NamedTuple):
    """A fenced block: the word after the fence, and its text."""

    word: str
    text: str


def page(name: str) -> str:
    """The text of a page."""
    return (DOCS / name).read_text("utf-8")


def fences(text: str) -> list[Fence]:
    """Every fenced block, in order."""
    return [Fence(word, body) for _, word, body in _FENCE.findall(text)]


def sections(text: str) -> dict[str, str]:
    """What stands under each heading, down to the next of any depth; code in a fence is no heading."""
    bare = _FENCE.sub(lambda found: found[0].replace("\n#", "\n\0"), text)
    parts = re.split(r"^#+ (.+)\n", bare, flags=re.MULTILINE)
    return {head: body.replace("\0", "#") for head, body in zip(parts[1::2], parts[2::2], strict=True)}


def rows(text: str) -> list[list[str]]:
    """The cells of the rows of all tables in a text, without heads and rules."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rules = {n for n, line in enumerate(lines) if set(line) <= set("|- ") and "-" in line}
    kept = [line for n, line in enumerate(lines) if n not in rules and n + 1 not in rules]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in kept]


def anchor(head: str) -> str:
    """What a link to a heading says behind its `#`."""
    return "".join(c for c in head.lower().replace(" ", "-") if c.isalnum() or c in "-_")
