"""Installing, updating and removing; and being killed at any step of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.unit.course.conftest import FILES, laid
from tutor.course import install
from tutor.course.piece import listing, pieces, unseen
from tutor.course.shelf import Record, Shelf, free_name
from tutor.errors import EnvironmentLacking, LessonError, UsageError

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)


def add(shelf: Shelf, source: Path, name: str = "") -> Record:
    return install.add(shelf, str(source), name, "", {"shipped"}, NOW).record


def test_a_course_is_copied_and_found(shelf: Shelf, poets: Path) -> None:
    done = install.add(shelf, str(laid(poets, {"run.py": "1", ".git/x": "1"})), "", "", set(), NOW)
    record = shelf.named("poets")
    assert (record, done.left_out) == (done.record, ("run.py",))
    assert {path.name for path in shelf.place(record).iterdir()} == set(FILES)
    assert shelf.whole(record) and len(record.digest) == 64 and record.version == record.digest[:12]
    assert [r.name for r in shelf.records()] == ["poets"]
    assert add(shelf, poets / "course.yaml", "again").digest == record.digest


def test_the_digest_is_of_names_and_contents(shelf: Shelf, poets: Path, tmp_path: Path) -> None:
    first = add(shelf, poets)
    moved = laid(tmp_path / "other", {**FILES, "README.md": "Poem", "s.md": "s.\n"})
    assert add(shelf, moved, "other").digest != first.digest


def test_files_that_were_changed_are_noticed_and_put_right(shelf: Shelf, poets: Path) -> None:
    record = add(shelf, poets)
    file = shelf.place(record) / "01-sums.yaml"
    file.write_text("format: 1\n")
    assert not shelf.whole(record)
    done = install.update(shelf, "poets", NOW)
    assert done.fresh and shelf.whole(done.record)
    (shelf.place(record) / "more.md").symlink_to("/etc/passwd")
    assert not shelf.whole(record)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"course.yaml": "format: 1\ncourse: P\n"}, r"poets/course\.yaml:1:1: a course needs the key `lessons`"),
        ({"course.yaml": "format: 1\nlessons: [01-sums.yaml]\n"}, "a course needs the key `course`"),
        ({"course.yaml": FILES["course.yaml"] + "needs_tutor: 99\n"}, "this course needs tutor 99"),
        ({"course.yaml": FILES["course.yaml"].replace("1", "2", 1)}, "this is format 2"),
        ({"course.yaml": "format: 1\ncourse: P\nlessons: [../x.yaml]\n"}, "must lie in the folder"),
        ({"course.yaml": "format: 1\ncourse: P\nlessons: [02.yaml]\n"}, r"poets/02\.yaml: there is no such file"),
        ({"01-sums.yaml": "format: 1\nlesson: S\n"}, r"poets/01-sums\.yaml:1:1: a lesson needs the key `goal`"),
    ],
)
def test_a_course_that_cannot_be_read_is_not_installed(
    shelf: Shelf, poets: Path, files: dict[str, str], told: str
) -> None:
    with pytest.raises(LessonError, match=told):
        add(shelf, laid(poets, files))
    with shelf.changing():
        pass
    assert [path.name for path in shelf.folder.iterdir()] == [".lock"]


def test_a_folder_with_a_link_is_refused(shelf: Shelf, poets: Path) -> None:
    (poets / "b.md").symlink_to("/etc/passwd")
    with pytest.raises(LessonError, match=r"`b\.md` is a symbolic link"):
        add(shelf, poets)
    (poets / "b.md").unlink()
    (poets / "drills").symlink_to("/etc")
    with pytest.raises(LessonError, match="`drills` is a symbolic link"):
        add(shelf, poets)
    (poets / "drills").unlink()
    os.mkfifo(poets / "b.md")
    with pytest.raises(LessonError, match=r"`b\.md` is a device, a pipe or a socket"):
        add(shelf, poets)


@pytest.mark.parametrize("source", ["nowhere", "-x", "\x00", "ext::sh -c x", "~nobody-here/x"])
def test_a_source_that_is_none(shelf: Shelf, source: str) -> None:
    with pytest.raises(UsageError):
        install.add(shelf, source, "", "", set(), NOW)


@pytest.mark.parametrize("name", ["Poets", "a b", "../x", "a/b", "con", "nul", "-", "a@b"])
def test_a_name_is_a_slug(shelf: Shelf, poets: Path, name: str) -> None:
    with pytest.raises(UsageError, match="give one of"):
        add(shelf, poets, name)


def test_a_name_is_taken_once(shelf: Shelf, poets: Path) -> None:
    assert free_name("", "Poets of tensors", ()) == "poets-of-tensors"
    with pytest.raises(UsageError, match="No name can be made of the title `诗`"):
        free_name("", "诗", ())
    with pytest.raises(UsageError, match="There is a course `shipped` already"):
        add(shelf, poets, "shipped")
    add(shelf, poets)
    with pytest.raises(UsageError, match="tutor course update poets"):
        add(shelf, poets)
    with pytest.raises(UsageError, match="No course `poet` is installed; did you mean `poets`"):
        shelf.named("poet")


def test_an_update_says_what_changes_and_keeps_the_version_before_for_who_has_it_open(
    shelf: Shelf, poets: Path
) -> None:
    first = add(shelf, poets)
    assert not install.update(shelf, "poets", NOW).fresh
    sums = FILES["01-sums.yaml"].replace("dim=0", "dim=-1").replace("- id: double", "- id: twice\n    was: double")
    more = {"02-more.yaml": FILES["01-sums.yaml"].replace("Sums", "More")}
    course = FILES["course.yaml"].replace("[01-sums.yaml]", "[03-totals.yaml, 02-more.yaml]")
    laid(
        poets,
        {"03-totals.yaml": sums.replace("lesson: Sums", "lesson: Totals\nwas: sums"), "course.yaml": course, **more},
    )
    (poets / "01-sums.yaml").unlink()
    dry = install.update(shelf, "poets", NOW, dry=True)
    assert shelf.named("poets") == first
    done = install.update(shelf, "poets", NOW)
    assert done.changes == dry.changes
    changed, added = done.changes
    assert (changed.sort, changed.lesson, changed.was) == ("changed", "totals", "sums")
    assert (changed.changed, changed.renamed, changed.added, changed.removed) == (("columns",), ("twice",), (), ())
    assert (added.sort, added.lesson) == ("added", "more")
    assert shelf.place(first).is_dir() and done.record.previous == first.folder
    laid(poets, {"README.md": "other"})
    third = install.update(shelf, "poets", NOW).record
    assert not shelf.place(first).exists() and shelf.place(done.record).is_dir() and shelf.whole(third)


def test_a_broken_update_leaves_the_course_as_it_is(shelf: Shelf, poets: Path) -> None:
    record = add(shelf, poets)
    laid(poets, {"01-sums.yaml": "format: 1\n"})
    with pytest.raises(LessonError):
        install.update(shelf, "poets", NOW)
    assert shelf.named("poets") == record and shelf.whole(record)


def test_a_course_that_is_removed_is_gone(shelf: Shelf, poets: Path) -> None:
    record = add(shelf, poets)
    with shelf.changing():
        shelf.remove(record)
    assert [path.name for path in shelf.folder.iterdir()] == [".lock"]


def test_a_damaged_record_is_none(shelf: Shelf, poets: Path) -> None:
    add(shelf, poets)
    (shelf.folder / "poets.json").write_text('{"name": "other"')
    assert shelf.records() == []
    assert add(shelf, poets).name == "poets"


def test_a_full_disk_is_said(shelf: Shelf, poets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentLacking, match=r"Courses cannot be kept in .*No space left"):
        add(shelf, poets)


class Killed(BaseException):
    """Stands for the end of the process: no line of ours runs after it."""


def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """From now on, the process ends before the given step that changes a disk. Returns how many steps were taken."""
    taken = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **more: object) -> object:
            nonlocal taken
            taken += 1
            if taken == step:
                raise Killed
            return real(*arguments, **more)

        return call

    for name in ("mkdir", "rename", "replace", "unlink", "rmdir", "fsync", "open"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    return lambda: taken


def steps_of(work: Callable[[], object]) -> int:
    with pytest.MonkeyPatch.context() as patch:
        taken = killed_at(0, patch)
        work()
        return taken()


def test_a_kill_at_any_step_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    source = laid(tmp_path / "poets")
    newer = laid(tmp_path / "newer", {**FILES, "README.md": "Other poems.\n", "NOTES.md": "x"})
    digests = {install.fetch("folder", str(folder)).digest for folder in (source, newer)}

    def prepared(name: str) -> Shelf:
        shelf = Shelf(tmp_path / name)
        laid(source)
        (source / "NOTES.md").unlink(missing_ok=True)
        add(shelf, source)
        laid(source, {"README.md": "Other poems.\n", "NOTES.md": "x"})
        return shelf

    shelf = prepared("counted")
    steps = steps_of(lambda: install.update(shelf, "poets", NOW))
    assert steps > 10
    for step in range(1, steps + 1):
        shelf = prepared(f"killed-{step}")
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
            killed_at(step, patch)
            install.update(shelf, "poets", NOW)
        record = shelf.named("poets")
        assert shelf.whole(record) and record.digest in digests, step
        assert shelf.whole(install.update(shelf, "poets", NOW).record), step
        left = {path.name for path in shelf.folder.iterdir()}
        assert not [name for name in left if name.startswith(".new-")], step


def test_a_kill_while_adding_leaves_the_course_or_nothing(tmp_path: Path, poets: Path) -> None:
    steps = steps_of(lambda: add(Shelf(tmp_path / "counted"), poets))
    for step in range(1, steps + 1):
        shelf = Shelf(tmp_path / f"killed-{step}")
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
            killed_at(step, patch)
            add(shelf, poets)
        assert all(shelf.whole(record) for record in shelf.records()), step
        if not shelf.records():
            add(shelf, poets)
        assert shelf.whole(shelf.named("poets")), step


def test_what_a_family_draws_from_is_shown_too(poets: Path) -> None:
    family = "  - {id: family, shape: 'torch.ones(m, n)', vary: {m: 2..6, n: [3, 4]}}\n"
    laid(poets, {"02-family.yaml": FILES["01-sums.yaml"] + family})
    laid(poets, {"course.yaml": FILES["course.yaml"].replace("]", ", 02-family.yaml]")})
    found = {piece.key: piece.text for piece in pieces(poets) if piece.question == "family"}
    assert found == {"vary.m": "2..6", "vary.n": "3, 4", "shape": "torch.ones(m, n)"}


def test_pieces_are_all_that_runs(poets: Path) -> None:
    found = pieces(poets)
    assert [(piece.question, piece.key, piece.text.strip()) for piece in found] == [
        ("", "given", "x = torch.ones(2, 3)"),
        ("columns", "shape", "x.sum(dim=0)"),
        ("columns", "wrong[0].gives", "x.sum(dim=1)"),
        ("double", "solution", "y = x * 2"),
        ("double", "wrong[0].answer", "y = x + 2"),
    ]
    lines = (poets / "01-sums.yaml").read_text().splitlines()
    assert all(piece.text.strip() in lines[piece.line - 1] for piece in found)
    assert "01-sums.yaml:12  double" not in listing(found)[0]
    seen = frozenset(piece.digest for piece in found[1:])
    assert unseen(found, seen) == found[:1]
    assert [line for line in listing(found) if not line.startswith(" ")] == [
        "01-sums.yaml:4  before every question", "", "01-sums.yaml:7  columns", "", "01-sums.yaml:13  double"
    ]  # fmt: skip
