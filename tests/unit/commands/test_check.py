"""`tutor check` as a command: what counts for the status, what goes where, and following changes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command import TUTOR
from tutor.commands.check import load, run

pytestmark = pytest.mark.slow

WEAK = "format: 1\nlesson: L\ngoal: G\nquestions:\n  - id: a\n    shape: torch.ones(2, 3)\n"
SOUND = WEAK + "    hints: [Look.]\n"
WRONG = SOUND.replace("torch.ones(2, 3)", "torch.ones(2) @ 3")


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUTOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path / "01-l.yaml"


def test_warnings_count_only_when_it_is_strict(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, plain, strict in ((SOUND, 0, 0), (WEAK, 0, 1), (WRONG, 1, 1)):
        lesson.write_text(text, "utf-8")
        status = [run([str(lesson)], False, trusted=True, strict=s) for s in (False, True)]
        assert status == [plain, strict], capsys.readouterr()
    said = capsys.readouterr()
    assert f"{lesson}:6:12: warning: question `a`: there is no hint; " in said.out
    assert "1 file, 1 question, 1 problem: 1 warning (" in said.err
    assert "1 file, 1 question, 0 problems (" in said.err


def test_json_is_one_object_per_problem(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lesson.write_text(WRONG, "utf-8")
    assert run([str(lesson)], True, trusted=True) == 1
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (row["line"], row["column"], row["code"], row["name"]) == (6, 12, "E022", "no-answer")
    assert row["severity"] == "error" and row["fix"]


def test_what_is_loaded_is_every_lesson_that_can_be(lesson: Path) -> None:
    lesson.write_text(SOUND, "utf-8")
    broken = lesson.with_name("02-b.yaml")
    broken.write_text(SOUND.replace("goal", "gaol"), "utf-8")
    files, problems = load([lesson, broken])
    assert [file.slug for file in files] == ["l"]
    assert {Path(problem.path).name for problem in problems} == {"02-b.yaml"}


def until(said: Iterator[str], word: str) -> list[str]:
    """The lines up to the first that holds a word."""
    lines = []
    for line in said:
        lines.append(line)
        if word in line:
            return lines
    raise AssertionError(f"it ended without `{word}`: {lines}")


def test_watching_checks_what_was_saved_first_and_survives_what_is_broken(lesson: Path, tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.yaml").write_text("format: 1\ncourse: C\nlessons: [01-a.yaml, 02-b.yaml]\n", "utf-8")
    for name in ("01-a.yaml", "02-b.yaml"):
        (folder / name).write_text(SOUND, "utf-8")
    command = [TUTOR, "check", str(folder), "--watch", "--i-trust-all-code"]
    watching = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert watching.stdout is not None
    try:
        lines = iter(watching.stdout)
        until(lines, "2 files, 2 questions, 0 problems")
        for name in ("01-a.yaml", "02-b.yaml"):
            (folder / name).write_text(WRONG.replace("3", "4"), "utf-8")
        (folder / "02-b.yaml").write_text(WRONG, "utf-8")
        seen = until(lines, "2 problems")
        places = [line for line in seen if ": error: " in line]
        assert all(Path(line.partition(":")[0]).parent == folder for line in places)
        (folder / "01-a.yaml").write_text("", "utf-8")
        until(lines, "E001 unreadable")
        (folder / "course.yaml").unlink()
        until(lines, "no course.yaml")
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=60) == 130
    finally:
        watching.kill()
        watching.wait()
        watching.stdout.close()
