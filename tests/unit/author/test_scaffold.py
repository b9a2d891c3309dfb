"""What a course and a lesson begin as: named after a name, right at once, and never in the place of anything."""

from __future__ import annotations

import os
import re
import stat
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
import yaml

from tutor.author import scaffold
from tutor.author.prove import prove
from tutor.author.scaffold import Name, added, around, new_course, new_lesson
from tutor.author.schema import schema
from tutor.errors import EnvironmentLacking, LessonError, UsageError
from tutor.examiner import Examiner
from tutor.lesson.load import load_course, load_lesson
from tutor.sandbox.client import Sandbox

COMMON = {
    "read", "explore", "shape", "value", "dtype", "error", "choice", "trace", "fill", "fix", "write", "function",
    "order",
}  # fmt: skip


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("said", "number", "title", "slug"),
    [
        ("sums", None, "Sums", "sums"),
        ("Sums and means", None, "Sums and means", "sums-and-means"),
        ("views-and_copies", None, "Views and copies", "views-and-copies"),
        ("07-views", 7, "Views", "views"),
        ("07 Views, copies", 7, "Views, copies", "views-copies"),
        ("7. Views", 7, "Views", "views"),
        ("3 ways to sum", None, "3 ways to sum", "3-ways-to-sum"),
        ("20-sums.yaml", 20, "Sums", "sums"),
        ("3D tensors", None, "3D tensors", "3d-tensors"),
        ("2024", None, "2024", "2024"),
        ("  Élan:  vital\n", None, "Élan: vital", "elan-vital"),
        ("Input/output", None, "Input/output", "input-output"),
        ("Torch\x1b[31m red", None, "Torch red", "torch-red"),
    ],
)
def test_a_name_says_all_that_is_needed(said: str, number: int | None, title: str, slug: str) -> None:
    assert Name.read(said) == Name(number, title, slug)


@pytest.mark.parametrize(
    "said", ["", "  ", "数", "-", "./sums", "../sums", "/tmp/sums", "~/sums", "lessons/sums.yaml", "a\\b", "\x1b[31m"]
)
def test_a_name_that_is_none(said: str) -> None:
    with pytest.raises(UsageError):
        Name.read(said)


def test_a_course_holds_a_first_lesson(tmp_path: Path) -> None:
    made = new_course("Tensors for biologists", tmp_path)
    folder = tmp_path / "tensors-for-biologists"
    assert {path.parent for path in made} == {folder, folder / "drills"}
    course = load_course(folder)
    assert (course.course, course.lessons) == ("Tensors for biologists", ("01-first-lesson.yaml",))
    assert [family.vary != {} for family in load_lesson(folder / course.drills[0]).lesson.questions] == [True]
    assert load_lesson(folder / course.lessons[0]).lesson.lesson == "First lesson"


def test_the_skeleton_shows_every_common_kind_once_and_says_what_each_key_does() -> None:
    file = load_lesson(scaffold.SKELETON / "lesson.yaml")
    kinds = [question.kind for question in file.lesson.questions]
    assert set(kinds) == COMMON
    assert len(kinds) == len(COMMON)
    assert not any(question.vary for question in file.lesson.questions), "a family is for drills"


@pytest.mark.parametrize("name", ["lesson.yaml", "course.yaml", "drill.yaml"])
def test_the_skeleton_says_what_each_of_its_keys_does(name: str) -> None:
    lines = [line for line in (scaffold.SKELETON / name).read_text().splitlines() if "- id: " not in line]
    comments = "\n".join(line for line in lines if line.lstrip().startswith("#"))
    seen = set()
    for above, line in pairwise(lines):
        found = re.match(r" *(?:- )?([a-z_]+):(?: |$)", line)
        if found and found[1] not in seen:
            seen.add(found[1])
            assert above.lstrip().startswith("#") or f"`{found[1]}`" in comments, line
    assert len(seen) >= 3
    assert max(map(len, lines)) <= 120


@pytest.mark.slow
async def test_it_is_right_at_once_and_without_a_weakness(tmp_path: Path) -> None:
    new_course("Sums", tmp_path)
    sandbox = Sandbox()
    try:
        for name in ("01-first-lesson.yaml", "drills/first-lesson.yaml"):
            found = await prove(load_lesson(tmp_path / "sums" / name), Examiner(sandbox))
            assert [str(problem) for problem in found] == []
    finally:
        await sandbox.close()


def test_every_file_names_a_schema_that_lies_beside_it_and_is_kept(tmp_path: Path) -> None:
    new_course("Sums", tmp_path)
    for path in sorted((tmp_path / "sums").rglob("*.yaml")):
        line = path.read_text().splitlines()[0]
        assert line.startswith("# yaml-language-server: $schema=")
        beside = path.parent / line.partition("$schema=")[2]
        named = yaml.safe_load(beside.read_text())
        assert named == schema("course" if path.name == "course.yaml" else "lesson")
        jsonschema.validate(yaml.safe_load(path.read_text()), named)


@pytest.mark.parametrize("title", ["Sums: all of them", "'quoted' \"twice\"", "#1", "yes", "a {b}", "- x", "50 %", "@"])
def test_any_title_is_written_so_that_it_is_read(tmp_path: Path, title: str) -> None:
    made = new_course(title + " x", tmp_path)
    assert load_course(made[0].parent).course == title + " x"
    lesson = new_lesson(title + " y", made[0].parent, tmp_path)[0]
    assert load_lesson(lesson).lesson.lesson == title + " y"


def test_lessons_are_numbered_on_and_added_in_order(tmp_path: Path) -> None:
    folder = new_course("Sums", tmp_path)[0].parent
    for said in ("means", "09-views", "copies"):
        made = new_lesson(said, folder, tmp_path)
        assert made[-1] == folder / "course.yaml" and len(made) == 2
    assert load_course(folder).lessons == ("01-first-lesson.yaml", "02-means.yaml", "09-views.yaml", "10-copies.yaml")


def test_the_course_around_is_found(tmp_path: Path) -> None:
    assert around(tmp_path) is None
    folder = new_course("Sums", tmp_path)[0].parent
    deeper = folder / "data" / "small"
    deeper.mkdir(parents=True)
    assert around(deeper) == folder and around(folder) == folder
    folder.rename(tmp_path / "lessons")
    assert around(tmp_path) == tmp_path / "lessons"
    made = new_lesson("means", None, tmp_path)
    assert made[0] == tmp_path / "lessons" / "02-means.yaml"


def test_a_lesson_may_stand_alone(tmp_path: Path) -> None:
    made = new_lesson("means", None, tmp_path)
    assert [path.name for path in made] == ["01-means.yaml", "lesson.schema.json"]
    assert load_lesson(made[0]).slug == "means"
    assert [path.name for path in new_lesson("sums", None, tmp_path)] == ["02-sums.yaml"]


@pytest.mark.parametrize("said", ["first-lesson", "First lesson", "05-first-lesson", "First  LESSON"])
def test_a_lesson_that_is_there_is_not_overwritten(tmp_path: Path, said: str) -> None:
    folder = new_course("Sums", tmp_path)[0].parent
    (folder / "01-first-lesson.yaml").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(UsageError, match=r"01-first-lesson\.yaml is there already"):
        new_lesson(said, folder, tmp_path)
    assert contents(tmp_path) == before


def test_a_folder_that_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "sums").mkdir()
    (tmp_path / "sums" / "mine.txt").write_text("mine")
    (tmp_path / "means").write_text("mine")
    (tmp_path / "empty").mkdir()
    for said in ("Sums", "means"):
        with pytest.raises(UsageError, match="is there already"):
            new_course(said, tmp_path)
    assert set(contents(tmp_path)) == {tmp_path / "sums" / "mine.txt", tmp_path / "means"}
    assert len(new_course("empty", tmp_path)) == 5


def test_a_schema_that_is_there_stays(tmp_path: Path) -> None:
    folder = new_course("Sums", tmp_path)[0].parent
    (folder / "lesson.schema.json").write_text("{}")
    new_lesson("means", folder, tmp_path)
    assert (folder / "lesson.schema.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - a.yaml\n  - b.yaml\n", "  - a.yaml\n  - b.yaml\n  - c.yaml\n"),
        ("- a.yaml\n", "- a.yaml\n- c.yaml\n"),
        ("  -   a.yaml\n", "  - a.yaml\n"),
        ("  - a.yaml", "  - a.yaml\n  - c.yaml"),
        ("  # the first\n  - a.yaml # easy\n\n# more to come\ndrills:\n  - d/x.yaml\n", ""),
        ("  - 'a.yaml'\n  # - b.yaml\n", "  - 'a.yaml'\n  - c.yaml\n  # - b.yaml\n"),
    ],
)
def test_a_block_list_grows_and_keeps_its_comments(tmp_path: Path, before: str, after: str) -> None:
    text = f"# mine\nformat: 1\n# of all\ncourse: Sums\nlessons:\n{before}"
    made = added(text.encode(), "c.yaml").decode()
    lines = [line for line in made.split("\n") if line.strip() != "- c.yaml"]
    assert lines == text.split("\n"), "nothing else has changed"
    (tmp_path / "course.yaml").write_text(made)
    assert load_course(tmp_path).lessons[-1] == "c.yaml"
    if after and "  -   " not in before:
        assert made.endswith(f"lessons:\n{after}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a.yaml]", "[a.yaml, c.yaml]"),
        ("[a.yaml, b.yaml ]  # all", "[a.yaml, b.yaml, c.yaml ]  # all"),
        ("[\n    a.yaml,\n    b.yaml,\n  ]", "[\n    a.yaml,\n    b.yaml, c.yaml\n  ]"),
    ],
)
def test_a_list_in_brackets_grows(before: str, after: str) -> None:
    text = "format: 1\ncourse: Sums\nlessons: {}\ndrills: [d.yaml]\n"
    assert added(text.format(before).encode(), "c.yaml").decode() == text.format(after)


def test_line_ends_and_the_mark_at_the_beginning_stay() -> None:
    data = b"\xef\xbb\xbfformat: 1\r\ncourse: Sums\r\nlessons:\r\n  - a.yaml\r\n"
    assert added(data, "c.yaml") == data + b"  - c.yaml\r\n"


def test_a_course_that_cannot_be_added_to_is_left_as_it_is(tmp_path: Path) -> None:
    odd = "format: 1\ncourse: Sums\nlessons: [\n  a.yaml, # the first\n  b.yaml # the last\n  ]\n"
    (tmp_path / "course.yaml").write_text(odd)
    before = contents(tmp_path)
    with pytest.raises(UsageError, match="a line of its own"):
        new_lesson("means", tmp_path, tmp_path)
    (tmp_path / "course.yaml").write_text("format: 1\ncuorse: Sums\nlessons: [a.yaml]\n")
    with pytest.raises(LessonError, match="did you mean `course`"):
        new_lesson("means", tmp_path, tmp_path)
    assert set(contents(tmp_path)) == set(before)


def test_the_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    folder = new_course("Sums", tmp_path)[0].parent
    real = tmp_path / "real.yaml"
    (folder / "course.yaml").rename(real)
    real.chmod(0o640)
    (folder / "course.yaml").symlink_to(real)
    new_lesson("means", folder, tmp_path)
    assert (folder / "course.yaml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert load_course(folder).lessons[-1] == "02-means.yaml"
    assert [path.name for path in tmp_path.iterdir()] != [], "and nothing of the writing is left"
    assert not [path for path in tmp_path.rglob(".*")]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_course("Sums", tmp_path)[0].parent
    before = contents(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28), str(folder / "course.yaml"))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(EnvironmentLacking, match="No space left"):
        new_lesson("means", folder, tmp_path)
    assert contents(tmp_path) == before
