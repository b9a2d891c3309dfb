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

    def __str__(self) -> str:
        place = [str(number) for number in (self.line, self.column) if number]
        return ":".join([self.path, *place]) + f": {self.message}"


class LessonError(TutorError):
    """A lesson, course or answer file cannot be used; `problems` lists everything found in one run."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems
