"""The loop of an author: a session over one file that changes under it, and that is remembered nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tutor.errors import LessonError, Problem
from tutor.grade.prompt import starter
from tutor.grade.verdict import Verdict
from tutor.lesson.catalog import Catalog, Entry
from tutor.lesson.model import LessonFile, Question
from tutor.progress.store import Attempt
from tutor.sandbox.protocol import Outcome
from tutor.session import Session

PLAIN = frozenset({"hint", "read", "skip"})
"""What stays done, whatever became of the question."""

Contents = dict[str, tuple[str, Question]]


class OneLesson(Catalog):
    """A course of one lesson, as its file is now."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.title = self.key = "preview"
        self.entries: tuple[Entry, ...] = ()
        self.problems: tuple[Problem, ...] = ()
        self._drills = ()
        self._file: LessonFile | None = None

    def hold(self, file: LessonFile) -> None:
        """The lesson as it is from now on."""
        lesson = file.lesson
        self._file = file
        self.entries = (
            Entry(
                slug=file.slug,
                title=lesson.lesson,
                goal=lesson.goal,
                path=str(file.path),
                questions=tuple(q.id for q in lesson.questions),
                kinds=tuple(q.kind for q in lesson.questions),
                graded=tuple(q.id for q in lesson.questions if q.graded),
            ),
        )

    def lesson(self, slug: str) -> LessonFile:
        """The lesson, whatever is asked for. Raises LessonError before there is one."""
        if self._file is None:
            raise LessonError(list(self.problems))
        return self._file


class Preview(Session):
    """The questions of a lesson that is being written."""

    given: dict[str, str]
    """The last answer to each question, or the last code that was run."""
    catalog: OneLesson
    _visits = 0

    def _seed(self, asked: Question) -> int:
        """Of a family another member at every visit."""
        return self._visits

    def open_lesson(self, slug: str) -> None:
        """Begin with the lesson as it is."""
        self.given = {}
        super().open_lesson(slug)

    async def submit(self, answer: str) -> Verdict:
        """Judge an answer, and remember it to judge it again."""
        self.given[self.question.id] = answer
        return await super().submit(answer)

    async def run(self, code: str) -> Outcome:
        """Run code, and remember it to run it again."""
        self.given[self.question.id] = code
        return await super().run(code)

    def renew(self, file: LessonFile) -> bool:
        """Go on with the lesson as it is now, at the same question, else where it was; whether that one changed."""
        before, asked, ids = _contents(self.file), self.question, _ids(self.file)
        if self._drafts.get(asked.id) == starter(asked):
            del self._drafts[asked.id]
        self.catalog.hold(file)
        self.file, self.index = file, nearest(ids, self.index, _ids(file))
        if asked.id not in _ids(file) and self.question.id not in ids and self.question.kind == asked.kind:
            self._rename(asked.id, self.question.id)
        now = _contents(file)
        self._attempts = [one for one in self._attempts if one.action in PLAIN or _same(one.question, before, now)]
        changed = self.question.id != asked.id or not _same(asked.id, before, now)
        if changed:
            self._arrived()
        return changed

    def at_line(self, line: int) -> Question:
        """The question that stands at a line of the file; the first where there is none above."""
        questions = self.file.lesson.questions
        begun = [n for n in range(len(questions)) if self.file.place(f"questions[{n}]")[0] <= line]
        return questions[begun[-1] if begun else 0]

    def _rename(self, old: str, new: str) -> None:
        """What was typed and done under the old name is the new one's."""
        for kept in (self._drafts, self.given):
            if old in kept:
                kept[new] = kept.pop(old)
        self._attempts = [replace(one, question=new) if one.question == old else one for one in self._attempts]

    # Nothing is written down: what a learner's session keeps on the disk is kept here for as long as the program runs.

    def keep(self, text: str) -> None:
        """Keep what is typed."""
        if text != self.draft:
            self._drafts[self.question.id] = text

    def _arrive(self, index: int) -> None:
        self.index = index
        self._visits, self._member = self._visits + 1, None
        self._arrived()

    def _remember(self, attempt: Attempt) -> None:
        self._attempts.append(attempt)


def nearest(before: Sequence[str], index: int, now: Sequence[str]) -> int:
    """Where to be in a list that changed: at the same name, else right after what came before it and is still there."""
    if before[index] in now:
        return now.index(before[index])
    kept = [name for name in before[:index] if name in now]
    return min(now.index(kept[-1]) + 1, len(now) - 1) if kept else 0


def _ids(file: LessonFile) -> list[str]:
    return [question.id for question in file.lesson.questions]


def _contents(file: LessonFile) -> Contents:
    """Everything that makes a question what it is, by its id."""
    return {question.id: (file.lesson.given, question) for question in file.lesson.questions}


def _same(question: str, before: Contents, now: Contents) -> bool:
    return question in now and before.get(question) == now[question]
