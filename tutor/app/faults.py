"""Our own faults: written down for whoever mends them, never shown as a traceback."""

from __future__ import annotations

import traceback

from tutor import paths
from tutor.errors import EnvironmentLacking, TutorError


def sentence(error: BaseException) -> str:
    """What a learner reads about an error; the unexpected is written to the fault log."""
    if isinstance(error, TutorError):
        return str(error)
    log = paths.fault_log()
    said = f"A fault of the tutor, not of your answer: {type(error).__name__}."
    try:
        _write(error)
    except EnvironmentLacking:
        return said
    return f"{said} It is written down in {log}."


def _write(error: BaseException) -> None:
    log = paths.fault_log()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write("".join(traceback.format_exception(error)) + "\n")
    except OSError as full:
        raise EnvironmentLacking(f"{log} cannot be written: {full.strerror}.") from full
