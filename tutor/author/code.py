"""What `tutor check` can find, each under a code that stays the same however its sentence changes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from tutor.errors import Problem


class Code(NamedTuple):
    """One thing that can be wrong: E stops a lesson from being right, W may be meant."""

    number: str
    name: str
    means: str

    @property
    def severity(self) -> str:
        """`error` or `warning`."""
        return "error" if self.number.startswith("E") else "warning"


CODES: dict[str, Code] = {
    code.name: code
    for code in (
        Code("E001", "unreadable", "The file is not there, is no plain text, or is empty."),
        Code("E002", "format", "The file is written in a format that this tutor does not read."),
        Code("E003", "yaml", "YAML takes the text for something else than it is meant to be."),
        Code("E004", "unknown-key", "A key, or a kind of question, that does not exist."),
        Code("E005", "missing-key", "A key that must be there is not, or is empty."),
        Code("E006", "not-python", "Code that Python cannot read."),
        Code("E007", "twice", "An id, an option or a wrong answer that is there already."),
        Code("E008", "wrong-value", "A value that its key cannot have."),
        Code("E009", "dead-link", "A lesson or a question that is named, but not there."),
        Code("E010", "given-fails", "The given code does not run."),
        Code("E011", "given-varies", "The given code makes other values when it runs again."),
        Code("E012", "needs-network", "The code wants the network, which no question has."),
        Code("E013", "too-slow", "A run goes over its limit of time."),
        Code("E014", "show-fails", "What `show` names cannot be drawn."),
        Code("E015", "start-fails", "The code to explore does not run."),
        Code("E020", "solution-fails", "The question does not accept its own answer."),
        Code("E021", "starter-passes", "The starter is right as it stands."),
        Code("E022", "no-answer", "Torch has no answer to a prediction."),
        Code("E030", "wrong-passes", "A listed wrong answer is right."),
        Code("E031", "wrong-fails", "A listed wrong answer cannot be judged."),
        Code("E032", "wrong-feedback", "A listed wrong answer does not get its own feedback."),
        Code("E033", "wrong-alike", "Two listed wrong answers are one and the same answer."),
        Code("E040", "false-claim", "Something said of the question's code is not what torch does."),
        Code("E041", "false-output", "Fenced output is not what the code before it prints."),
        Code("E042", "false-shape", "A shape in prose is not that of its code."),
        Code("E043", "false-error", "A fenced error is not what the code before it raises."),
        Code("E044", "fence-fails", "Fenced code does not run."),
        Code("E045", "fence-alone", "Fenced output, shape or error without code before it."),
        Code("E050", "hint-leaks", "A hint holds the answer."),
        Code("E090", "tutor-fault", "The tutor itself failed; there is nothing to mend in the lesson."),
        Code("W101", "weak-check", "Code that is wrong passes."),
        Code("W102", "weak-question", "A common belief gives the right answer too."),
        Code("W103", "stale-waiver", "A waiver for what does not pass."),
        Code("W110", "no-hints", "A question without hints."),
        Code("W111", "hint-order", "Hints that are not in order."),
        Code("W112", "slow", "A run that comes near its limit of time."),
        Code("W113", "id-changed", "A question whose id was another at the last check."),
    )
}

_READING = (
    ("format", r"this is format |there is no format |this course needs tutor"),
    ("unreadable", r"no such file|is a folder, not|permission|cannot be read|not UTF-8|larger than|control character|"
                   r"the file is empty|nothing in this file|is not there"),
    ("unknown-key", r"has no key|there is no kind|question has no kind|has one kind"),
    ("missing-key", r"needs the key|needs an `id`|^(an item of )?`\w+` is empty|needs at least one|must be two "),
    ("not-python", r"not Python|expression is expected|must be an expression|in the gap|`def`|`class`"),
    ("twice", r"is taken by|is listed already|is there twice|written twice|same slug|parameter twice|solution too|"
              r"this is the right answer|one of the right ones|former id|is still the id"),
    ("yaml", r"YAML|second document|nested more|in quotes|indent|a tab|a space is missing|quotation mark|not closed|"
             r"nothing may follow|a key is a word|was expected here|is a list|is a table|is text|line of its own"),
)  # fmt: skip
"""What the loader says, by the code that it belongs to; the first that fits."""


def named(name: str, problem: Problem) -> Problem:
    """A problem under its code."""
    code = CODES[name]
    return replace(problem, code=code.number, name=code.name, severity=code.severity)


def classified(problem: Problem) -> Problem:
    """A problem of the loader under its code, with what to do apart from what is wrong."""
    if problem.code:
        return problem
    name = next((name for name, words in _READING if re.search(words, problem.message)), "wrong-value")
    said, _, fix = problem.message.partition("; ")
    return named(name, replace(problem, message=said.rstrip("."), fix=fix.rstrip(".")))
