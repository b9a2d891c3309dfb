"""Checking what has changed and recalling the rest; what a course's lessons say of each other."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tutor.author import cache, prove
from tutor.author.survey import Result, Survey, Target, targets
from tutor.errors import EnvironmentLacking, Problem, UsageError
from tutor.examiner import Examiner
from tutor.lesson.model import LessonFile

LESSON = "format: 1\nlesson: L\ngoal: G\nquestions:\n  - id: a\n    shape: torch.ones(2, 3)\n"


class Proofs:
    """Stands in for `prove`: says which lessons were proven, and what it is told to find in them."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.found: list[Problem] = []

    async def __call__(self, file: LessonFile, *_: Any, **__: Any) -> list[Problem]:
        self.seen.append(file.path.name)
        return self.found


class NoSandbox:
    """Starts nothing."""

    made = 0

    def __init__(self) -> None:
        type(self).made += 1

    async def ready(self) -> None:
        """At once."""

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Proofs:
    monkeypatch.setenv("TUTOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(NoSandbox, "made", 0)
    made = Proofs()
    monkeypatch.setattr(prove, "prove", made)
    return made


def course(folder: Path, **lessons: str) -> Path:
    """A course with the lessons, in their order."""
    folder.mkdir(exist_ok=True)
    names = [f"{n:02}-{name}.yaml" for n, name in enumerate(lessons, 1)]
    (folder / "course.yaml").write_text(f"format: 1\ncourse: C\nlessons: [{', '.join(names)}]\n", "utf-8")
    for name, text in zip(names, lessons.values(), strict=True):
        (folder / name).write_text(text, "utf-8")
    return folder


async def checked(*paths: Path, fresh: bool = False) -> list[Result]:
    those, problems = targets(paths)
    assert problems == []
    made = Survey(NoSandbox, fresh=fresh)  # type: ignore[arg-type]
    results: AsyncIterator[Result] = made.check(those)
    return [result async for result in results]


async def test_what_has_not_changed_is_recalled_and_nothing_is_started(proofs: Proofs, tmp_path: Path) -> None:
    folder = course(tmp_path / "c", a=LESSON, b=LESSON.replace("(2, 3)", "(4, 3)"))
    proofs.found = [Problem("elsewhere", 6, 5, "Weak", "warning", "W101", "weak-check", "Mend it", ("so",))]
    first = await checked(folder)
    assert proofs.seen == ["01-a.yaml", "02-b.yaml"]
    assert [r.recalled for r in first] == [False, False]
    made, proofs.seen = NoSandbox.made, []
    again = await checked(folder)
    assert (proofs.seen, NoSandbox.made) == ([], made)
    assert [r.recalled for r in again] == [True, True]
    assert [p.path for r in again for p in r.problems] == [str(r.path) for r in again]
    assert [(r.questions, [(p.code, p.evidence) for p in r.problems]) for r in again] == [(1, [("W101", ("so",))])] * 2


async def test_what_has_changed_is_proven_again(proofs: Proofs, tmp_path: Path) -> None:
    folder = course(tmp_path / "c", a=LESSON, b=LESSON.replace("(2, 3)", "(4, 3)"))
    await checked(folder)
    proofs.seen = []
    (folder / "02-b.yaml").write_text(LESSON.replace("(2, 3)", "(5, 3)"), "utf-8")
    assert [r.recalled for r in await checked(folder)] == [True, False]
    (folder / "numbers.csv").write_text("1, 2", "utf-8")
    assert [r.recalled for r in await checked(folder)] == [False, False]
    (folder / "numbers.csv").write_text("1, 3", "utf-8")
    assert [r.recalled for r in await checked(folder)] == [False, False]
    assert [r.recalled for r in await checked(folder)] == [True, True]
    assert [r.recalled for r in await checked(folder, fresh=True)] == [False, False]
    assert proofs.seen == ["02-b.yaml"] + ["01-a.yaml", "02-b.yaml"] * 3


async def test_another_torch_or_tutor_proves_all_again(
    proofs: Proofs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = course(tmp_path / "c", a=LESSON)
    await checked(folder)
    monkeypatch.setattr(cache, "version", lambda name: "9.9")
    cache.grounds.cache_clear()
    try:
        assert [r.recalled for r in await checked(folder)] == [False]
    finally:
        cache.grounds.cache_clear()


async def test_a_damaged_cache_and_one_that_cannot_be_written_are_no_errors(
    proofs: Proofs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = course(tmp_path / "c", a=LESSON)
    await checked(folder)
    for kept in (tmp_path / "cache" / "check").iterdir():
        kept.write_bytes(b'{"problems": 3')
    assert [r.recalled for r in await checked(folder)] == [False]
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TUTOR_CACHE_DIR", str(tmp_path / "file"))
    assert [r.recalled for r in await checked(folder) + await checked(folder)] == [False, False]


async def test_old_results_go(proofs: Proofs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT_MOST", 6)
    path = tmp_path / "01-a.yaml"
    for size in range(10):
        path.write_text(LESSON.replace("(2, 3)", f"({size}, 3)"), "utf-8")
        await checked(path)
    assert len([*(tmp_path / "cache" / "check").iterdir()]) <= 7
    assert [r.recalled for r in await checked(path)] == [True]


async def test_a_fault_of_the_tutor_is_not_remembered(proofs: Proofs, tmp_path: Path) -> None:
    folder = course(tmp_path / "c", a=LESSON)
    proofs.found = [Problem("", 5, 5, "It failed", "error", "E090", "tutor-fault")]
    assert [r.recalled for r in await checked(folder) + await checked(folder)] == [False, False]


async def test_links_are_held_against_the_course_as_it_is_now(proofs: Proofs, tmp_path: Path) -> None:
    needing = LESSON.replace("questions:", "needs: [a]\nquestions:")
    linked = LESSON + "    because: See the lesson `a`, `tutor start c` and [this](01-a.yaml#b).\n"
    folder = course(tmp_path / "c", a=LESSON, b=needing, c=linked)
    *fine, dead = await checked(folder)
    assert [r.problems for r in fine] == [(), ()]
    assert [(p.code, p.line) for p in dead.problems] == [("E009", 7)]
    assert "has no question `b`" in dead.problems[0].message
    # The lessons are what they were, only their order is another.
    turned = "format: 1\ncourse: C\nlessons: [02-b.yaml, 01-a.yaml]\n"
    (folder / "course.yaml").write_text(turned, "utf-8")
    first, _ = await checked(folder)
    assert first.recalled
    assert "`a` does not come before this lesson" in first.problems[0].message
    (alone,) = await checked(folder / "02-b.yaml")
    assert alone.problems == first.problems


async def test_a_lesson_that_is_not_there_is_told_where_the_course_names_it(proofs: Proofs, tmp_path: Path) -> None:
    folder = course(tmp_path / "c", a=LESSON)
    (folder / "course.yaml").write_text("format: 1\ncourse: C\nlessons:\n  - 01-a.yaml\n  - 01-b.yaml\n", "utf-8")
    _, absent = await checked(folder)
    (problem,) = absent.problems
    assert (problem.place, problem.code) == (f"{folder / 'course.yaml'}:5:5", "E001")
    assert "`01-b.yaml`" in problem.message and "`01-a.yaml`" in problem.fix


async def test_a_lesson_of_no_course_may_need_any(proofs: Proofs, tmp_path: Path) -> None:
    path = tmp_path / "01-a.yaml"
    path.write_text(LESSON.replace("questions:", "needs: [anything]\nquestions:"), "utf-8")
    assert [r.problems for r in await checked(path)] == [()]


async def test_an_id_that_was_another_is_told_with_the_key_that_keeps_progress(proofs: Proofs, tmp_path: Path) -> None:
    path = tmp_path / "01-a.yaml"
    path.write_text(LESSON, "utf-8")
    await checked(path)
    path.write_text(LESSON.replace("id: a", "id: b"), "utf-8")
    ((renamed,),) = [r.problems for r in await checked(path)]
    assert (renamed.code, renamed.line, renamed.column) == ("W113", 5, 9)
    assert "was `a`" in renamed.message and "`was: a`" in renamed.fix
    path.write_text(LESSON.replace("id: a", "id: c\n    was: [b, a]"), "utf-8")
    assert [r.problems for r in await checked(path)] == [()]
    path.write_text(LESSON.replace("id: a", "id: d").replace("(2, 3)", "(7, 3)"), "utf-8")
    assert [r.problems for r in await checked(path)] == [()]


def test_a_file_is_checked_once_however_often_it_is_named(proofs: Proofs, tmp_path: Path) -> None:
    folder = course(tmp_path / "c", a=LESSON)
    path = folder / "01-a.yaml"
    assert targets([path, folder, folder / "course.yaml"])[0] == [Target(path, folder)]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no"):
        targets([tmp_path / "nowhere"])
    with pytest.raises(EnvironmentLacking, match=r"course\.yaml"):
        targets([tmp_path])
    (tmp_path / "course.yaml").write_text("format: 1\ncuorse: C\n", "utf-8")
    those, problems = targets([tmp_path])
    assert (those, {p.code for p in problems}) == ([], {"E004", "E005"})


async def test_what_cannot_run_here_is_said_once(
    proofs: Proofs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def ready(self: NoSandbox) -> None:
        raise EnvironmentLacking("not here")

    monkeypatch.setattr(NoSandbox, "ready", ready)
    folder = course(tmp_path / "c", a=LESSON, b=LESSON.replace("(2, 3)", "(4, 3)"))
    with pytest.raises(EnvironmentLacking, match="not here"):
        await checked(folder)
    gc.collect()
    assert caplog.records == []


async def test_the_examiner_is_ready_before_it_is_used(proofs: Proofs, tmp_path: Path) -> None:
    made = Survey(NoSandbox)  # type: ignore[arg-type]
    assert isinstance(await made._ready(), Examiner)
    await made.close()


@pytest.mark.slow
def test_a_second_check_imports_no_torch(tmp_path: Path) -> None:
    folder = course(tmp_path / "c", a=LESSON + "    hints: [Look.]\n")
    code = (
        "import sys; from tutor.commands.check import run; status = run([sys.argv[1]], False, trusted=True);"
        "print(status, 'torch' in sys.modules, 'tutor.sandbox.start' in sys.modules)"
    )
    env = {"TUTOR_CACHE_DIR": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    said = [
        subprocess.run([sys.executable, "-c", code, str(folder)], env=env, capture_output=True, text=True, timeout=100)
        for _ in range(2)
    ]
    assert [one.stdout.split()[:2] for one in said] == [["0", "False"]] * 2, said
    assert "unchanged" not in said[0].stderr
    assert "1 unchanged since an earlier check" in said[1].stderr
