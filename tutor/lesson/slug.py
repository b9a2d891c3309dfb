"""Names for machines made from names for people."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

LONGEST = 64


def slug(text: str, words: int | None = None) -> str:
    """`Sum and mean, by dim` becomes `sum-and-mean-by-dim`; only the first `words` of it when given."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain)[:words])[:LONGEST].strip("-")


def file_slug(path: Path | str) -> str:
    """A lesson file's name without number and ending: `08-reductions.yaml` is `reductions`."""
    stem = Path(path).stem
    return slug(re.sub(r"^\d+[-_ ]+(?=.)", "", stem)) or slug(stem) or "lesson"
