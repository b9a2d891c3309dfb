"""What can go wrong outside the learner's own code.

    TutorError              one sentence that says what to do; carries the exit status
    ├── UsageError          2  the command was used wrongly
    ├── LessonError         1  a lesson, course or answer file is wrong; lists every Problem
    ├── EnvironmentLacking  3  the machine cannot do it (no torch, no CUDA, no space, no lessons)
    └── TutorFault          3  our own code failed; never scored as the learner's

A learner's mistake is never an exception: it is an `Outcome` with an error, or a `Verdict`.
"""

from __future__ import annotations

from dataclasses import dataclass


class TutorError(Exception):
    """An error a person reads: one sentence that says what happened and what to do."""

    status = 1


class UsageError(TutorError):
    """The command line was used wrongly."""

    status = 2


class EnvironmentLacking(TutorError):
    """This machine cannot do what was asked."""

    status = 3


class TutorFault(TutorError):
    """A fault of the tutor itself."""

    status = 3


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file a person wrote."""

    path: str
    line: int
    """1-based; 0 when the whole file is meant."""
    column: int
    """1-based; 0 when the whole line is meant."""
    message: str
    severity: str = "error"
    """`error`, or `warning` where it may be meant."""
    code: str = ""
    """Stays the same however the sentence changes: `E021`; empty until `tutor check` has named it."""
    name: str = ""
    """The code as a word: `starter-passes`."""
    fix: str = ""
    """What to do; empty when the message says it."""
    evidence: tuple[str, ...] = ()
    """Lines that show it: a diff, the code that passes."""

    @property
    def place(self) -> str:
        """The file, the line and the column, as editors read them."""
        return ":".join([self.path, *(str(number) for number in (self.line, self.column) if number)])

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f"; {self.fix}" if self.fix else "")


class LessonError(TutorError):
    """A lesson, course or answer file cannot be used; `problems` lists everything found in one run."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems
