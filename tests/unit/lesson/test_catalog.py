"""The lessons of a course, and the index that saves reading them again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.lesson.samples import QUESTION
from tutor import paths
from tutor.errors import EnvironmentLacking, LessonError, UsageError
from tutor.lesson import load
from tutor.lesson.catalog import Catalog


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of three lessons and a file of drills."""
    course = tmp_path / "course"
    names = ["08-reductions.yaml", "09-indexing.yaml", "10-index-tricks.yaml"]
    write(
        course / "course.yaml",
        "format: 1\ncourse: PyTorch, first steps\nlessons:\n"
        + "".join(f"  - {name}\n" for name in names)
        + "drills:\n  - drills/reductions.yaml\n",
    )
    for name, title in zip(names, ["Reductions", "Selecting", "Index tricks"], strict=True):
        write(course / name, QUESTION.replace("Sums", title))
    write(course / "drills" / "reductions.yaml", QUESTION)
    return course


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on no lesson may be read."""

    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(load, "load_lesson", refuse)
    monkeypatch.setattr(load, "load_course", refuse)


def test_a_course_at_a_glance(folder: Path) -> None:
    catalog = Catalog.open(folder)
    assert (catalog.title, catalog.key) == ("PyTorch, first steps", "pytorch-first-steps")
    assert [entry.slug for entry in catalog.entries] == ["reductions", "indexing", "index-tricks"]
    first = catalog.entries[0]
    assert (first.title, first.goal, first.questions, first.kinds) == ("Reductions", "Add.", ("total",), ("shape",))
    assert catalog.problems == ()
    assert [file.slug for file in catalog.drills()] == ["reductions"]


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("reductions", "reductions"),
        ("8", "reductions"),
        ("08", "reductions"),
        ("10", "index-tricks"),
        ("RED", "reductions"),
        ("selec", "indexing"),
        (" index t", "index-tricks"),
        ("indexing", "indexing"),
    ],
)
def test_a_lesson_has_many_names(folder: Path, asked: str, slug: str) -> None:
    assert Catalog.open(folder).lesson(asked).slug == slug


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("redutions", "There is no lesson `redutions`; did you mean `reductions`?"),
        ("zz", "There is no lesson `zz`; there are `reductions`, `indexing` and `index-tricks`."),
        ("11", "There is no lesson `11`; there are `reductions`, `indexing` and `index-tricks`."),
        ("", "There is no lesson ``; there are `reductions`, `indexing` and `index-tricks`."),
        ("ind", "`ind` could be `indexing` or `index-tricks`; say more of the name."),
    ],
)
def test_an_unknown_lesson_names_those_there_are(folder: Path, asked: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        Catalog.open(folder).lesson(asked)
    assert str(caught.value) == told


def test_a_broken_lesson_leaves_the_others_usable(folder: Path) -> None:
    write(folder / "08-reductions.yaml", QUESTION + "    hnts: [a]\n")
    (folder / "10-index-tricks.yaml").unlink()
    for _ in range(2):
        catalog = Catalog.open(folder)
        assert [entry.slug for entry in catalog.entries] == ["indexing"]
        assert [(Path(p.path).name, p.line, p.message) for p in catalog.problems] == [
            ("08-reductions.yaml", 7, "a `shape` question has no key `hnts`; did you mean `hints`?"),
            ("10-index-tricks.yaml", 0, "course.yaml names this file, but it is not there."),
        ]
        with pytest.raises(UsageError, match=r"The lesson `reductions` cannot be used: .*:7:5: "):
            catalog.lesson("reductions")
    write(folder / "08-reductions.yaml", QUESTION)
    write(folder / "10-index-tricks.yaml", QUESTION)
    assert Catalog.open(folder).problems == ()


def test_a_broken_drill_leaves_the_others_usable(folder: Path) -> None:
    write(folder / "course.yaml", (folder / "course.yaml").read_text() + "  - drills/more.yaml\n")
    write(folder / "drills" / "reductions.yaml", QUESTION + "    hnts: [a]\n")
    write(folder / "drills" / "more.yaml", QUESTION)
    catalog = Catalog.open(folder)
    for _ in range(2):
        assert [file.slug for file in catalog.drills()] == ["more"]
        assert [(p.line, p.column) for p in catalog.problems] == [(7, 5)]


def test_the_index_spares_reading(folder: Path, request: pytest.FixtureRequest) -> None:
    before = Catalog.open(folder)
    request.getfixturevalue("no_reading")
    after = Catalog.open(folder)
    assert (after.entries, after.title, after.key) == (before.entries, before.title, before.key)


def test_only_what_changed_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Catalog.open(folder)
    changed = folder / "09-indexing.yaml"
    write(changed, QUESTION.replace("Sums", "Cutting"))
    os.utime(changed, ns=(1, 1))
    read: list[Path] = []
    whole = load.load_lesson
    monkeypatch.setattr(load, "load_lesson", lambda path: (read.append(path), whole(path))[1])
    assert Catalog.open(folder).entries[1].title == "Cutting"
    assert read == [changed]


def test_lessons_put_in_another_order(folder: Path) -> None:
    Catalog.open(folder)
    write(folder / "course.yaml", "format: 1\ncourse: Two\nlessons: [09-indexing.yaml, 08-reductions.yaml]\n")
    catalog = Catalog.open(folder)
    assert [entry.slug for entry in catalog.entries] == ["indexing", "reductions"]
    assert (catalog.title, catalog.drills()) == ("Two", [])


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\x00", b'{"version": 1}', b"[" * 100_000])
def test_a_damaged_index_is_made_again(folder: Path, damage: bytes) -> None:
    Catalog.open(folder)
    (index,) = (paths.cache_dir() / "index").iterdir()
    index.write_bytes(damage)
    assert len(Catalog.open(folder).entries) == 3
    assert len(index.read_bytes()) > 100


def test_a_cache_that_cannot_be_written_is_no_error(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "file", "")
    monkeypatch.setenv("TUTOR_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert len(Catalog.open(folder).entries) == 3


def test_a_course_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentLacking, match=r"There is no folder .*nowhere; name a course with --course"):
        Catalog.open(tmp_path / "nowhere")
    with pytest.raises(EnvironmentLacking, match=r"has no course\.yaml; name the folder of a course"):
        Catalog.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format: 1\ncourse: C\nlesons: [a.yaml]\n", "3:1: a course has no key `lesons`; did you mean `lessons`?"),
        ("format: 1\ncourse: C\nlessons: []\n", "3:10: a course needs one lesson at least."),
        ("format: 1\ncourse: C\nlessons: [../a.yaml]\n", "3:11: `../a.yaml` must lie in the folder of the course."),
        (
            "format: 1\ncourse: C\nlessons: [1-a.yaml, 2-a.yaml]\n",
            "3:21: `2-a.yaml` has the same slug, `a`, as `1-a.yaml`.",
        ),
        (
            "format: 9\ncourse: C\n",
            "1:9: this is format 9, and this tutor reads format 1; update it: pip install -U torch-tutor.",
        ),
    ],
)
def test_a_course_file_that_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / "course.yaml", text)
    with pytest.raises(LessonError) as caught:
        Catalog.open(tmp_path)
    assert [f"{p.line}:{p.column}: {p.message}" for p in caught.value.problems] == [message]


def test_a_known_course_opens_without_a_yaml_parser(folder: Path) -> None:
    Catalog.open(folder)
    code = (
        "import sys, pathlib; from tutor.lesson.catalog import Catalog;"
        f"c = Catalog.open(pathlib.Path({str(folder)!r})); print(len(c.entries), 'yaml' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "False"]


def test_the_bundled_course_opens() -> None:
    catalog = Catalog.open()
    assert catalog.problems == ()
    assert {"reductions", "indexing"} <= {entry.slug for entry in catalog.entries}
    assert catalog.drills()
