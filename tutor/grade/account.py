"""What there is to say about a run beside its verdict: why it failed, what is odd about it, what each line made."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.grade.explain.explanation import Explanation, tried
from tutor.grade.lines import detailed
from tutor.sandbox.protocol import Line


@dataclass(frozen=True)
class Account:
    """One run of code that was traced. Every front end shows `short` at once, and `more` when it is asked for."""

    explanation: Explanation | None = None
    lines: tuple[Line, ...] = ()

    def text(self) -> str:
        """All of the explanation, ending with torch's own message; empty where there is none."""
        return self.explanation.text() if self.explanation else ""

    def repairs(self) -> list[dict[str, str]]:
        """The repairs that ran, as data."""
        found = self.explanation.repairs if self.explanation else ()
        return [{"code": repair.code, "means": repair.means} for repair in found]

    def short(self) -> list[str]:
        """What an error means, in a sentence, and the likeliest repair."""
        if self.explanation is None:
            return []
        return [self.explanation.first, *(row for repair in self.explanation.repairs[:1] for row in tried(repair))]

    def more(self) -> list[str]:
        """The rest: the rule, other repairs, and what each line made."""
        reasons = self._reasons()
        made = ["What each line made:", *detailed(self.lines, "  line ")] if self.lines else []
        return [*reasons, *([""] if reasons and made else []), *made]

    def _reasons(self) -> list[str]:
        if self.explanation is None:
            return []
        others = [row for repair in self.explanation.repairs[1:] for row in tried(repair)]
        return [*self.explanation.rest, *others, *filter(None, [self.explanation.habit])]
