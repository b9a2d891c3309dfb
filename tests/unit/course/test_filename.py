"""Whatever a name in an archive is, it lies within the course or is refused."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.course.conftest import FILES
from tutor.course.filename import danger, hidden, kept, tidy, unportable
from tutor.course.parcel import Packing
from tutor.errors import LessonError

PARTS = st.one_of(
    st.sampled_from(
        ["..", ".", "", "a", "con", "NUL.yaml", "a ", "a.", ".git", "C:", "~", "a.yaml", "x\\y", "\x00", "é"]
    ),
    st.text(max_size=12),
)
NAMES = st.one_of(st.text(max_size=40), st.lists(PARTS, max_size=8).map("/".join))


@given(NAMES)
def test_a_name_that_is_let_in_stays_within(name: str) -> None:
    packing = Packing("here")
    try:
        taken = packing.entry(name)
        packing.file(taken, 0, lambda most: b"")
    except LessonError as error:
        assert str(error).isprintable()
        return
    assert ".." not in taken.split("/")
    if not kept(taken) or hidden(taken):
        return
    here = Path("/base").joinpath(taken)
    assert here.is_relative_to("/base") and here != Path("/base")
    for kind in (PurePosixPath, PureWindowsPath):
        assert not kind(taken).is_absolute() and not kind(taken).drive and str(kind(taken).as_posix()) == taken


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd.txt", "is an absolute path"),
        ("//host/a.txt", "is an absolute path"),
        ("C:/a.txt", "is an absolute path"),
        ("c:a.txt", "is an absolute path"),
        ("../a.txt", "leads out of the course"),
        ("a/../../b.txt", "leads out of the course"),
        ("..", "leads out of the course"),
        ("a\\..\\b.txt", "holds a character"),
        ("a\x00.txt", "holds a character"),
        ("a\u202e.txt", "holds a character"),
        ("a\x1b[2J.txt", "holds a character"),
        ("", "has no name"),
    ],
)
def test_dangers_are_named(name: str, why: str) -> None:
    assert danger(tidy(name)).startswith(why)


@pytest.mark.parametrize(
    "name", ["con.yaml", "a/NUL.txt", "a//b.md", "a./b.md", "a?.md", " a.md", "/".join("abcdefg"), "x" * 101]
)
def test_what_some_systems_cannot_hold_is_refused(name: str) -> None:
    assert unportable(name)


@pytest.mark.parametrize(
    "name", [*FILES, "drills/a.yaml", "data/numbers.csv", "LICENSE", "weights.safetensors", "ä.md"]
)
def test_ordinary_names_are_fine(name: str) -> None:
    assert not danger(name) and not unportable(name) and kept(name) and not hidden(name)


@pytest.mark.parametrize("name", ["run.py", "weights.pt", "a.pkl", "Makefile", "a.so", "x.ipynb", "setup.sh", ".yaml"])
def test_nothing_that_is_code_by_itself_is_kept(name: str) -> None:
    assert not kept(name)


def test_a_dot_before_and_a_slash_behind_are_no_part_of_a_name() -> None:
    assert [tidy(name) for name in ("./a/b/", "././a", "a")] == ["a/b", "a", "a"]
