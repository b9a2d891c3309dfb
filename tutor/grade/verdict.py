"""What grading says: one verdict per answer, the same words on every front end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tutor.grade.account import Account

Result = Literal["right", "wrong", "untouched", "unread", "fault"]

GLYPH: dict[str, str] = {"right": "✓", "wrong": "✗", "untouched": "○", "unread": "?", "fault": "!"}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The judgement of one answer."""

    result: Result
    """right and wrong count; untouched (still the starter), unread (not a shape at all) and fault (ours) do not."""
    headline: str
    """A word or a short sentence: `Right.`, `Not yet.`, `Stopped: over the time limit of 5 s.`"""
    feedback: str = ""
    """Why, in a sentence or two."""
    belief: str = ""
    """What a learner who answers so seems to believe; empty when unknown."""
    evidence: tuple[str, ...] = ()
    """Short lines that prove it: expected and actual, torch's own message, the code that gives the wrong answer."""
    account: Account = field(default_factory=Account)
    """Of an answer that ran: what its error means, and what each line made."""
    self_reported: bool = False
    """Whether it rests on what the answer's own process says of itself, not on values for inputs it had not seen."""

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.result == "right"

    @property
    def counts(self) -> bool:
        """Whether it is an attempt at all."""
        return self.result in ("right", "wrong")

    def said(self) -> list[str]:
        """The verdict as lines of text: glyph and headline, the belief or the reason, the evidence indented."""
        lines = [f"{GLYPH[self.result]} {self.headline}", *self.reasons()]
        return lines + [f"  {line}" for text in self.evidence for line in text.splitlines()]

    def reasons(self) -> list[str]:
        """Why, in a few sentences: the belief, the reason, what an error means; code is indented."""
        told = [text for text in (self.belief, self.feedback) if text.strip()]
        if self.belief and self.account.explanation is None:
            # What is odd about the code is what the belief is about.
            return told
        warned = [f"! {heard.explanation}" for heard in self.account.heard if heard.explanation]
        return [*told, *self.account.short(repair=False), *warned]

    def more(self) -> list[str]:
        """What is told on demand: the rule that was broken, repairs, what each line made."""
        return self.account.more()
