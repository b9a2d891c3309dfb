"""A file is followed however it is written: in place, in pieces, by renaming, with a stamp that says nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.lesson.watch import Watch

LESSON = "format: 1\nlesson: Sums\ngoal: Add.\nquestions:\n  - id: total\n    shape: torch.ones({n}).sum()\n"
Save = Callable[[Path, str], None]


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def by_renaming(path: Path, text: str) -> None:
    fresh = path.with_suffix(".tmp")
    fresh.write_text(text)
    fresh.replace(path)


def with_the_old_stamp(path: Path, text: str) -> None:
    """As a disk that counts in seconds does with the second save of a second."""
    stamp = path.stat()
    path.write_text(text)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "01-sums.yaml"
    path.write_text(LESSON.format(n=1))
    return path


@pytest.mark.parametrize("save", [in_place, by_renaming, with_the_old_stamp])
def test_each_save_is_told_of_once(path: Path, save: Save) -> None:
    watch = Watch(path)
    assert watch.first().file is not None
    assert watch.look() is None
    for n in range(2, 5):
        save(path, LESSON.format(n=n))
        saved = watch.look()
        assert saved is not None and saved.file is not None
        assert saved.file.lesson.questions[0].task == f"torch.ones({n}).sum()"
        assert watch.look() is None


def test_a_save_of_the_same_text_is_none(path: Path) -> None:
    watch = Watch(path)
    watch.first()
    by_renaming(path, LESSON.format(n=1))
    assert watch.look() is None


def test_an_old_file_with_a_stamp_that_stands_still_is_read_now_and_then(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(path)
    monkeypatch.setattr(watch, "_stamped", lambda: (1, 1, 1, 1))
    watch.first()
    path.write_text(LESSON.format(n=2))
    assert next(saved for _ in range(25) if (saved := watch.look())).file is not None


def test_what_is_broken_is_told_of_when_it_stays(path: Path) -> None:
    watch = Watch(path)
    watch.first()
    whole = LESSON.format(n=22)
    path.write_text(whole[: whole.index("questions") + 4])
    assert watch.look() is None, "this may be half of a file"
    path.write_text(whole)
    saved = watch.look()
    assert saved is not None and saved.file is not None


def test_a_broken_file_says_where_and_recovers(path: Path) -> None:
    watch = Watch(path)
    watch.first()
    path.write_text(LESSON.format(n=2).replace("shape", "shpe"))
    assert watch.look() is None
    saved = watch.look()
    assert saved is not None and saved.file is None
    assert [(problem.line, problem.column) for problem in saved.problems] == [(6, 5)]
    assert saved.lines[5] == "    shpe: torch.ones(2).sum()"
    assert watch.look() is None
    path.write_text(LESSON.format(n=2))
    again = watch.look()
    assert again is not None and again.file is not None


def test_a_file_that_goes_away_is_broken_until_it_is_back(path: Path) -> None:
    watch = Watch(path)
    watch.first()
    path.unlink()
    assert watch.look() is None
    gone = watch.look()
    assert gone is not None and gone.file is None
    assert "no such file" in gone.problems[0].message
    path.write_text(LESSON.format(n=1))
    back = watch.look()
    assert back is not None and back.file is not None


def test_a_file_that_is_broken_from_the_start_is_told_of_at_once(path: Path) -> None:
    path.write_text("format: 1\n")
    assert Watch(path).first().problems
