"""What is said about an error, and the repairs that come with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """Where code stands: lines from 1, columns from 0, in characters; the end is just behind it."""

    line: int
    column: int
    last: int
    end: int


class Edit(NamedTuple):
    """Code put in the place of other code; an empty place inserts."""

    place: Place
    new: str


@dataclass(frozen=True)
class Repair:
    """Another way to write it."""

    code: str
    """What is shown: the expression or the statement as it would be."""
    means: str = ""
    """What it does, or when it is the one meant: `w turned: (2, 5) @ (5, 4) gives (2, 4)`."""
    edits: tuple[Edit, ...] = ()
    """What is changed in the program for it; a repair without edits cannot be tried, and is not shown."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """An error in the words of the code it came from."""

    rule: str
    """A slug for the rule that was broken, the same for all that break it: `matmul-inner`."""
    first: str
    """One short sentence with the operands as written and their shapes, dtypes or devices."""
    rest: tuple[str, ...] = ()
    """Sentences: the rule with the numbers that break it, what is right, and what misleads in torch's words."""
    repairs: tuple[Repair, ...] = ()
    """The likeliest first."""
    habit: str = ""
    """What to look at before this line the next time."""
    message: str = ""
    """torch's own words, intact, with the type in front."""

    def lines(self) -> list[str]:
        """Everything but torch's message, as lines of text."""
        return [self.first, *self.more()]

    def more(self) -> list[str]:
        """What there is beyond the first sentence: the rest, the repairs, the habit."""
        return [*self.rest, *(line for repair in self.repairs for line in tried(repair)), *filter(None, [self.habit])]

    def text(self) -> str:
        """All of it, as one text that ends with torch's own message."""
        return "\n".join(filter(None, [*self.lines(), self.message]))


def tried(repair: Repair) -> list[str]:
    """A repair as lines: what it means, then the code, indented."""
    head = f"This runs: {repair.means}" if repair.means else "This runs:"
    return [head.rstrip(":.") + ":", *(f"    {line}" for line in repair.code.splitlines())]


def repaired(code: str, repair: Repair) -> str:
    """The program with a repair in it."""
    lines = code.splitlines(keepends=True)
    for place, new in sorted(repair.edits, key=lambda edit: edit.place, reverse=True):
        while len(lines) < place.last:
            lines.append("\n")
        before, after = lines[place.line - 1][: place.column], lines[place.last - 1][place.end :]
        lines[place.line - 1 : place.last] = (before + new + after).splitlines(keepends=True)
    return "".join(lines)
