"""What the parts of the screen tell the screen."""

from __future__ import annotations

from textual.message import Message


class AnswerGiven(Message):
    """The learner wants the answer checked: Enter in a line, or on an option."""


class AnswerEdited(Message):
    """The answer is not what it was."""


class GoOn(Message):
    """The learner has read what was said and wants the next question."""
