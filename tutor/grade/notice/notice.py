"""What is said of a line that ran and is probably not what was meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """A silent mistake, in the words of the code it is in."""

    rule: str
    """A slug for the mistake, the same for all that make it: `column-vector`."""
    line: int
    first: str
    """One short sentence with the names, the shapes and the line."""
    rest: tuple[str, ...] = ()
    """What happens, with numbers, and why."""
    instead: str = ""
    """Code that does what was probably meant."""
    sure: bool = True
    """Whether it is a mistake whatever was meant; else it is worded as a question."""

    def lines(self) -> list[str]:
        """All of it, as lines of text."""
        return [self.first, *self.more()]

    def more(self) -> list[str]:
        """What there is beyond the first sentence."""
        return [
            *self.rest,
            *(["Instead:", *(f"    {row}" for row in self.instead.splitlines())] if self.instead else []),
        ]

    def text(self) -> str:
        """All of it, as one text."""
        return "\n".join(self.lines())
