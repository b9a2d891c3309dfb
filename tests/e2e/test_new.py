"""From an empty folder to a course that passes, with the commands that `tutor new` names."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command import TUTOR
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.slow


def new(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TUTOR, "new", *words], cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_course_passes_at_once_and_every_command_it_names_works(tmp_path: Path) -> None:
    made = new(tmp_path, "course", "Tensors for biologists")
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "tensors-for-biologists"
    assert made.stdout.split()[:2] == [f"{folder.name}/{name}" for name in ("course.yaml", "01-first-lesson.yaml")]
    assert all((tmp_path / name).is_file() for name in made.stdout.split())
    added = new(folder, "lesson", "Sums: all of them")
    assert added.returncode == 0 and added.stdout.split() == ["02-sums-all-of-them.yaml", "course.yaml"]
    named = [shlex.split(line) for line in added.stderr.splitlines() if line.startswith("  tutor ")]
    assert [words[1] for words in named] == ["preview", "check", "start"]
    _, check, start = named
    command = [TUTOR, *check[1:], "--i-trust-all-code"]
    checked = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout + checked.stderr
    assert "3 files" in checked.stderr and "0 problems" in checked.stderr
    with Terminal([TUTOR, *start[1:], "--i-trust-all-code"], cwd=folder) as terminal:
        terminal.wait_for("Sums: all of them")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["course", "mine"], "is there already"),
        (["course", "./other"], "is a path"),
        (["lesson", "数"], "a-z"),
        (["lesson", "sums", "--course", "nowhere"], "no course.yaml"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(tmp_path: Path, words: list[str], says: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    done = new(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("tutor: ") and says in done.stderr and len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "notes.txt"]


def test_a_lesson_without_a_course_stands_alone_and_says_so(tmp_path: Path) -> None:
    made = new(tmp_path, "lesson", "views")
    assert (made.returncode, made.stdout.split()) == (0, ["01-views.yaml", "lesson.schema.json"])
    assert "stands alone" in made.stderr and "tutor start" not in made.stderr
