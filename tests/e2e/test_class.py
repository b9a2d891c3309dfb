"""A class, with the installed command: a course from a repository, what was done, the report, what comes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command import tutor
from tests.unit.course.conftest import FILES, laid

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("git") is None, reason="needs git")]

LESSON = FILES["01-sums.yaml"]
MEANING = "That is the shape of x itself, and no dimension went."


def git(folder: Path, *words: str) -> None:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *author, *words], check=True, capture_output=True)


@pytest.fixture
def poets(tmp_path: Path) -> Path:
    """The author's repository."""
    folder = laid(tmp_path / "poets")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    return folder


def learn(data: Path, said: str, *more: str) -> str:
    done = tutor("start", "poets/sums", "--plain", *more, said=said, TUTOR_DATA_DIR=str(data))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_a_repository_to_feedback_for_what_a_class_gets_wrong(poets: Path, tmp_path: Path) -> None:
    handed_in = []
    for n, answer in enumerate(("(2, 3)", "2 3", "[2, 3]", "(2,)")):
        data = tmp_path / f"learner-{n}"
        tutor("course", "add", poets.as_uri(), TUTOR_DATA_DIR=str(data)).check_returncode()
        learn(data, f"{answer}\n(3,)\n:quit\n", "--yes")
        handed_in.append(tmp_path / f"{n}.jsonl")
        tutor("export", "-o", str(handed_in[-1]), TUTOR_DATA_DIR=str(data)).check_returncode()
    done = tutor("report", *map(str, handed_in), "--course", str(poets), "--json")
    row = next(row for row in map(json.loads, done.stdout.splitlines()) if row["question"] == "columns")
    assert (row["learners"], row["attempts"], row["first_try"], row["solved"]) == (4, 8, 0, 4)
    assert (row["wrong"][0]["answer"], row["wrong"][0]["learners"], row["wrong"][0]["spellings"]) == ("(2, 3)", 3, 3)
    assert row["wrong"][1]["listed"]

    file = poets / "01-sums.yaml"
    lines = file.read_text("utf-8").split("\n")
    at = int(row["advice"]["where"].partition(",")[0].rpartition(":")[2])
    assert row["advice"]["where"].startswith(str(file))
    lines[at:at] = row["advice"]["yaml"].replace("TODO", MEANING).split("\n")
    file.write_text("\n".join(lines), "utf-8")
    answers = tmp_path / "mine.yaml"
    answers.write_text("columns: (2, 3)\n")
    graded = tutor("grade", str(file), str(answers), "--json")
    assert json.loads(graded.stdout)["belief"] == MEANING

    git(poets, "commit", "-q", "-a", "-m", "two")
    updated = tutor("course", "update", TUTOR_DATA_DIR=str(tmp_path / "learner-0"))
    assert "poets: went from commit" in updated.stdout and "~ sums: other words" in updated.stdout
    told = learn(tmp_path / "learner-0", ":map\n:quit\n")
    assert "right     columns" in told and "changed" not in told
