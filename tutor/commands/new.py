"""`tutor new`: a course or a lesson to begin with."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from tutor.errors import UsageError
from tutor.lesson.load import COURSE


def course(name: str) -> int:
    """Begin a course in a folder of its own, and say what to do next."""
    from tutor.author.scaffold import new_course

    made = new_course(name, Path())
    folder = made[0].parent
    _tell(made, made[1], folder)
    return 0


def lesson(name: str, course: str | None) -> int:
    """Begin a lesson in a course, and say what to do next."""
    from tutor.author.scaffold import new_lesson

    home = Path(course) if course else None
    if home is not None and home.name == COURSE:
        home = home.parent
    if home is not None and not (home / COURSE).is_file():
        raise UsageError(f"{home} has no {COURSE}; begin a course with `tutor new course NAME`.")
    made = new_lesson(name, home, Path())
    grown = made[-1].name == COURSE
    _tell(made, made[0], made[0].parent if grown else None)
    if not grown:
        print(f"There is no {COURSE} around here: the lesson stands alone until it is named in one.", file=sys.stderr)
    return 0


def _tell(made: Sequence[Path], lesson: Path, folder: Path | None) -> None:
    """The files on stdout, the next commands to try on stderr."""
    for path in made:
        print(path)
    next_steps = [f"tutor preview {_spelled(lesson)}", f"tutor check {_spelled(folder or lesson)}"]
    next_steps += [f"tutor start --course {_spelled(folder)}"] if folder else []
    print("\nNext:", *(f"  {step}" for step in next_steps), sep="\n", file=sys.stderr)


def _spelled(path: Path) -> str:
    return shlex.quote(str(path))
