"""Our own faults: written down for whoever mends them, told to the learner in a sentence, never scored."""

from __future__ import annotations

import traceback

import msgspec

from tutor import __version__, paths
from tutor.errors import TutorError


def sentence(error: BaseException, **context: str) -> str:
    """What a person reads about an error; the unexpected is written to the fault log with what repeats it."""
    if isinstance(error, TutorError):
        return str(error)
    return f"A fault of the tutor, not yours: {type(error).__name__}. {written(error, **context)}"


def written(error: BaseException, **context: str) -> str:
    """Write an error down as one JSON line; says where, or why it could not be."""
    record = {"version": __version__, **context, "traceback": "".join(traceback.format_exception(error))}
    log = paths.fault_log()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            out.write(msgspec.json.encode({key: _sound(text) for key, text in record.items()}) + b"\n")
    except OSError as full:
        return f"It could not be written down: {full.strerror}."
    return f"What is needed to repeat it is in {log}."


def _sound(text: str) -> str:
    """Without halves of characters, which JSON cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode()
