"""A question on trial: what every proof of it needs, and what a proof can find."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from tutor.author.code import named
from tutor.errors import Problem
from tutor.examiner import Examiner, setup
from tutor.grade.verdict import Verdict
from tutor.lesson.model import LessonFile, Question
from tutor.sandbox.protocol import Failure, Observation, Outcome, Request


@dataclass(frozen=True)
class Finding:
    """Something wrong with a question."""

    key: str
    """The key it is about, below the question: `wrong[0].feedback`; empty for the question itself."""
    name: str
    """Which of the codes it is: `starter-passes`."""
    message: str
    fix: str = ""
    evidence: tuple[str, ...] = ()
    line: int = 0
    """The line of the key's text, from 1; 0 for the text as a whole."""


Findings = AsyncIterator[Finding]


@dataclass(frozen=True)
class Trial:
    """One question of a lesson, or one member of a family, before the examiner."""

    file: LessonFile
    question: Question
    examiner: Examiner
    family: bool = False
    """Whether it is one of many, so that what may be an accident of its numbers is no fault."""
    drawn: Mapping[str, Observation] = field(default_factory=dict)
    """What is shown by questions that give nothing of their own, drawn once for the lesson."""

    @property
    def setup(self) -> str:
        """What runs before the answer."""
        return setup(self.file, self.question)

    async def run(self, code: str, observe: tuple[str, ...] = (), setup: str | None = None) -> Outcome:
        """Code with the question's tensors."""
        request = Request(setup=self.setup if setup is None else setup, code=code, observe=observe)
        return await self.examiner.sandbox.run(request)

    async def reference(self) -> Outcome:
        """What torch says to the question."""
        return await self.examiner.reference(self.file, self.question)

    async def judge(self, answer: str) -> Verdict:
        """The verdict on an answer."""
        return await self.examiner.judge(self.file, self.question, answer)


def placed(file: LessonFile, path: str, finding: Finding, about: str = "") -> Problem:
    """A finding at its place in the file; `path` is the question's own key."""
    key = f"{path}.{finding.key}" if path and finding.key else path or finding.key
    line, column = file.code_place(key, max(finding.line, 1))
    problem = Problem(str(file.path), line, column, about + finding.message, fix=finding.fix, evidence=finding.evidence)
    return named(finding.name, problem)


def why(failure: Failure | None) -> str:
    """An exception in torch's words, on one line."""
    return " ".join(f"{failure.type}: {failure.message}".split()) if failure else "it failed"


def faulty(key: str, verdict: Verdict) -> Finding:
    """A fault of the tutor while it judged."""
    return Finding(key, "tutor-fault", f"the tutor failed to judge this: {verdict.feedback}", "tell its authors")


def ended(outcome: Outcome) -> str:
    """Why a run did not end well."""
    return why(outcome.error) if outcome.error else outcome.note or outcome.status


def said(verdict: Verdict) -> str:
    """A verdict on one line, without what shows it."""
    return " ".join(" ".join((verdict.headline, verdict.belief, verdict.feedback)).split()).rstrip(".")
