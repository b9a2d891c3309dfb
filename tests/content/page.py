"""A page of the docs, taken apart: its sections, its fenced blocks, its tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parents[2] / "docs"


class Fence(NamedTuple):
    """A fenced block: the word after the fence, and its text."""

    word: str
    text: str


def page(name: str) -> str:
    """The text of a page."""
    return (DOCS / name).read_text("utf-8")


def fences(text: str) -> list[Fence]:
    """Every fenced block, in order."""
    return [Fence(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


def sections(text: str) -> dict[str, str]:
    """What stands under each heading, down to the next of any depth; code in a fence is no heading."""
    bare = re.sub(r"^```.*?^```$", lambda found: found[0].replace("\n#", "\n\0"), text, flags=re.MULTILINE | re.DOTALL)
    parts = re.split(r"^#+ (.+)\n", bare, flags=re.MULTILINE)
    return {head: body.replace("\0", "#") for head, body in zip(parts[1::2], parts[2::2], strict=True)}


def rows(text: str) -> list[list[str]]:
    """The cells of the rows of all tables in a text, without heads and rules."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {n - 1 for n, line in enumerate(lines) if set(line) <= set("|- ")}
    kept = [line for n, line in enumerate(lines) if n not in heads and not set(line) <= set("|- ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in kept]


def anchor(head: str) -> str:
    """What a link to a heading says behind its `#`."""
    return "".join(c for c in head.lower().replace(" ", "-") if c.isalnum() or c in "-_")
