"""What a question asks, in a few letters: another question, other letters.

What is said around it (its names, hints, reasons, words for wrong answers) may be mended without making it another.
"""

from __future__ import annotations

import hashlib

import msgspec

from tutor.lesson.model import Lesson, Question

_AROUND = frozenset({"id", "was", "because", "hints", "wrong", "waive"})
_LETTERS = 12


def digest(lesson: Lesson, question: Question) -> str:
    """The question with what runs before it. What a key of a later version leaves unsaid changes nothing."""
    said = {
        field.name: value
        for field in msgspec.structs.fields(question)
        if field.name not in _AROUND and (value := getattr(question, field.name)) not in ("", (), {}, None, False)
    }
    asked = msgspec.json.encode((question.kind, lesson.given, said), order="sorted")
    return hashlib.sha256(asked).hexdigest()[:_LETTERS]


def differs(then: str, now: str) -> bool:
    """Whether a question was another one when it was answered. Letters of an older program say nothing."""
    return len(then) == _LETTERS and then != now


def former(named: Question | Lesson) -> tuple[str, ...]:
    """The names a question or a lesson had before."""
    return (named.was,) if isinstance(named.was, str) else named.was
