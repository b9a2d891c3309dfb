"""What a measurement says, and the table of all of them."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One number held against its bar."""

    what: str
    measured: float
    bar: float | None
    """None where the number is only told."""
    unit: str = ""
    note: str = ""
    """How many times it was taken, and what it is made of."""
    least: bool = False
    """Whether the bar is the least it may be, not the most."""

    @property
    def held(self) -> bool:
        """Whether the bar is kept."""
        if self.bar is None:
            return True
        return self.measured >= self.bar if self.least else self.measured <= self.bar

    def told(self) -> tuple[str, str, str]:
        """What was measured, the bar, and how it stands."""
        measured = f"{self.measured:.3g}{self.unit}"
        if self.bar is None:
            return measured, "", ""
        return measured, f"{'≥' if self.least else '≤'} {self.bar:.3g}{self.unit}", "pass" if self.held else "**FAIL**"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | measured | bar | | how |", "|---|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {' | '.join((row.what, *row.told(), row.note))} |")
    return "\n".join(lines)


def as_json(rows: Sequence[Row]) -> str:
    """The rows as one JSON object."""
    return json.dumps({"machine": machine(), "rows": [{**asdict(row), "held": row.held} for row in rows]}, indent=1)


def machine() -> str:
    """What the numbers were taken on; trust the ratios more than the milliseconds."""
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
