"""What there is to say about a run beside its verdict: why it failed, what is odd about it, what each line made."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.grade.explain.explanation import Explanation, tried
from tutor.grade.lines import detailed
from tutor.grade.notice.notice import Notice
from tutor.sandbox.protocol import Line, Warned


@dataclass(frozen=True)
class Heard:
    """A warning of torch's, and what it means; empty where that is not known."""

    warned: Warned
    explanation: str = ""


@dataclass(frozen=True)
class Account:
    """One run of code that was traced. Every front end shows `short` at once, and `more` when it is asked for."""

    explanation: Explanation | None = None
    notices: tuple[Notice, ...] = ()
    heard: tuple[Heard, ...] = ()
    lines: tuple[Line, ...] = ()

    def text(self) -> str:
        """All of the explanation, ending with torch's own message; empty where there is none."""
        return self.explanation.text() if self.explanation else ""

    def repairs(self) -> list[dict[str, str]]:
        """The repairs that ran, as data."""
        found = self.explanation.repairs if self.explanation else ()
        return [{"code": repair.code, "means": repair.means} for repair in found]

    def warnings(self) -> list[dict[str, int | str | None]]:
        """torch's warnings, then our own, as data."""
        theirs = [(heard.warned.line, heard.warned.message, heard.explanation) for heard in self.heard]
        ours = [(notice.line, notice.first, "\n".join(notice.more())) for notice in self.notices]
        return [{"line": line, "message": said, "explanation": why} for line, said, why in (*theirs, *ours)]

    @property
    def reasoned(self) -> bool:
        """Whether more can be said of what is said at once."""
        return bool(self._reasons())

    def short(self, repair: bool = True) -> list[str]:
        """What an error means, in a sentence, and the likeliest repair; what is odd about code that ran.

        Under a question there is no repair at once: it may be the answer.
        """
        found = [self.explanation.first] if self.explanation else []
        repairs = self.explanation.repairs[:1] if self.explanation and repair else ()
        return [*found, *(row for one in repairs for row in tried(one)), *(f"! {n.first}" for n in self.notices)]

    def more(self) -> list[str]:
        """The rest: the rule, the repairs, what odd code does, and what each line made."""
        reasons = self._reasons()
        made = ["What each line made:", *detailed(self.lines, "  line ")] if self.lines else []
        return [*reasons, *([""] if reasons and made else []), *made]

    def _reasons(self) -> list[str]:
        return [*self._why(), *(row for notice in self.notices for row in self._told(notice))]

    def _why(self) -> list[str]:
        if self.explanation is None:
            return []
        return self.explanation.more()

    def _told(self, notice: Notice) -> list[str]:
        """A notice's own reasons, under its first sentence where there are several things to tell apart."""
        head = [notice.first] if len(self.notices) + bool(self.explanation) > 1 else []
        return [*head, *notice.more()]
