"""`tutor preview`: a lesson in the real app while it is being written."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import msgspec

from tutor import paths
from tutor.author.prove import prove
from tutor.clock import Clock
from tutor.commands.start import screen_at_hand
from tutor.errors import EnvironmentLacking, Problem, UsageError
from tutor.examiner import Examiner
from tutor.lesson.load import COURSE
from tutor.lesson.model import LessonFile
from tutor.lesson.watch import Saved, Watch
from tutor.progress.store import Store


def run(name: str, question: str | None, line: int | None, device: str, trusted: bool = False) -> int:
    """Show a lesson file and follow it, at a question by its id or by a line. Returns the exit status.

    Nothing is remembered, and nothing of the learner's own progress is read. A file that did not come along is other
    people's code, which needs the level *full* unless it is `trusted`.
    """
    path = _there(Path(name))
    if question and line:
        raise UsageError("Name the question or the line, not both.")
    if not screen_at_hand():
        raise EnvironmentLacking("There is no terminal to draw on, and a preview needs one; `tutor check` does not.")
    watch = Watch(path)
    saved = watch.first()
    if question:
        _known(saved, question)
    from tutor.app.preview import PreviewApp

    with tempfile.TemporaryDirectory(prefix="tutor-preview-", ignore_cleanup_errors=True) as folder:
        store = Store.open(Path(folder) / "progress.db", Clock())
        guarded = not (trusted or paths.is_shipped(path))
        try:
            app = PreviewApp(
                watch, saved, store, proof, question=question or "", line=line or 0, device=device, guarded=guarded
            )
            app.run()
        finally:
            store.close()
    return app.return_code or 0


async def proof(file: LessonFile, index: int, examiner: Examiner) -> list[Problem]:
    """What `tutor check` finds in one question of a lesson."""
    return await prove(alone(file, index), examiner)


def alone(file: LessonFile, index: int) -> LessonFile:
    """A lesson with one of its questions only, everything in its place."""
    here, first = f"questions[{index}]", "questions[0]"
    places = {key: place for key, place in file.places.items() if not key.startswith("questions[")}
    places |= {first + key[len(here) :]: place for key, place in file.places.items() if key.startswith(here)}
    lesson = msgspec.structs.replace(file.lesson, questions=(file.lesson.questions[index],))
    return replace(file, lesson=lesson, places=places)


def _there(path: Path) -> Path:
    """A file that may be a lesson. Raises UsageError."""
    if path.is_dir() or path.name == COURSE:
        raise UsageError(f"{path} is a course; name one of its lessons.")
    if not path.is_file():
        raise UsageError(f"There is no {path}; name a lesson file, or begin one with `tutor new lesson`.")
    return path.absolute()


def _known(saved: Saved, question: str) -> None:
    """Raises UsageError when the lesson can be read and has no such question."""
    ids = [one.id for one in saved.file.lesson.questions] if saved.file else [question]
    if question not in ids:
        near = get_close_matches(question, ids, n=1, cutoff=0.5)
        told = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(f'`{one}`' for one in ids[:8])}."
        raise UsageError(f"The lesson has no question `{question}`; {told}")
