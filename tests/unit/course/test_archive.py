"""Archives: what may be in one, and what ends the reading of it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.course.conftest import FILES
from tutor.course.archive import read_archive
from tutor.course.parcel import ENTRIES_MOST, MIB
from tutor.errors import LessonError

Add = Callable[[tarfile.TarFile], None]


def tar(more: Add | None = None, top: str = "", files: dict[str, str] = FILES) -> bytes:
    """A tar of the course, and what a test puts in."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, text in files.items():
            put(archive, top + name, text.encode())
        if more:
            more(archive)
    return out.getvalue()


def put(archive: tarfile.TarFile, name: str, data: bytes = b"", **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data))


def zipped(*more: tuple[zipfile.ZipInfo | str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, text in FILES.items():
                archive.writestr(name, text)
            for info, data in more:
                archive.writestr(info, data, method)
    return out.getvalue()


def read(folder: Path, data: bytes) -> dict[str, bytes]:
    path = folder / "course.archive"
    path.write_bytes(data)
    return read_archive(path).files


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("top", ["", "./", "poets-main/"])
def test_every_way_to_pack_gives_the_same_files(tmp_path: Path, pack: Callable[[bytes], bytes], top: str) -> None:
    assert read(tmp_path, pack(tar(top=top))) == {name: text.encode() for name, text in FILES.items()}


def test_a_zip_gives_them_too(tmp_path: Path) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert set(read(tmp_path, zipped(method=method))) == set(FILES)


def test_other_kinds_of_files_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    path.write_bytes(zipped(("run.py", b"1"), (".git/config", b""), ("weights.pt", b""), ("__MACOSX/._a", b"")))
    parcel = read_archive(path)
    assert (set(parcel.files), parcel.left_out) == (set(FILES), ("run.py", "weights.pt"))


TARS: dict[str, tuple[Add, str]] = {
    "a link": (lambda a: put(a, "b.md", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "`b.md` is a symbolic link"),
    "a hard link": (lambda a: put(a, "b.md", type=tarfile.LNKTYPE, linkname="README.md"), "`b.md` is a hard link"),
    "a device": (lambda a: put(a, "b.md", type=tarfile.CHRTYPE, devmajor=1, devminor=3), "is a device"),
    "a pipe": (lambda a: put(a, "b.md", type=tarfile.FIFOTYPE), "is a device, a pipe or a socket"),
    "holes": (lambda a: put(a, "b.md", type=tarfile.GNUTYPE_SPARSE), "no archive that can be read|with holes"),
    "out": (lambda a: put(a, "../b.md"), "`../b.md` leads out of the course"),
    "out, left out": (lambda a: put(a, "x/../../run.py"), "leads out of the course"),
    "absolute": (lambda a: put(a, "/tmp/b.md"), "`/tmp/b.md` is an absolute path"),
    "twice": (lambda a: put(a, "README.md"), "`README.md` is there twice"),
    "twice on a Mac": (lambda a: put(a, "readme.MD"), "`readme.MD` is there twice, also as `README.md`"),
    "large": (lambda a: put(a, "b.csv", bytes(8 * MIB + 1)), "`b.csv` has more than 8 MiB"),
    "many": (lambda a: [put(a, f"{n}.bin") for n in range(ENTRIES_MOST)] and None, "more than 2000 files"),
    "much": (lambda a: [put(a, f"{n}.csv", bytes(8 * MIB)) for n in range(5)] and None, "more than 32 MiB together"),
}


@pytest.mark.parametrize("name", TARS)
def test_what_may_not_be_in_a_tar(tmp_path: Path, name: str) -> None:
    more, told = TARS[name]
    with pytest.raises(LessonError, match=told):
        read(tmp_path, gzip.compress(tar(more), 1))
    assert [path.name for path in tmp_path.iterdir()] == ["course.archive"]


def moded(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def odd_zip(name: str) -> zipfile.ZipInfo:
    """An entry whose name is not tidied by zipfile when it is written."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


ZIPS = {
    "a link": (moded("b.md", stat.S_IFLNK | 0o777), "`b.md` is a symbolic link"),
    "a device": (moded("b.md", stat.S_IFBLK | 0o600), "is a device"),
    "out": (odd_zip("../b.md"), "leads out of the course"),
    "backslash": (odd_zip("..\\b.md"), "holds a character"),
    "absolute": (odd_zip("/b.md"), "is an absolute path"),
    "twice": (odd_zip("README.md"), "is there twice"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_what_may_not_be_in_a_zip(tmp_path: Path, name: str) -> None:
    info, told = ZIPS[name]
    with pytest.raises(LessonError, match=told):
        read(tmp_path, zipped((info, b"data")))


def test_a_password_and_strange_packing_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(LessonError, match="has a password"):
        read(tmp_path, bytes(data))
    with pytest.raises(LessonError, match="packed in a way that is not read"):
        read(tmp_path, zipped(("b.md", b"x" * 99), method=zipfile.ZIP_LZMA))


def test_bombs_end_early(tmp_path: Path) -> None:
    """What is packed a thousand times smaller is read no further than the limit, also where it would be skipped."""
    bomb = zipped(("b.csv", bytes(64 * MIB)))
    assert len(bomb) < MIB
    with pytest.raises(LessonError, match=r"`b.csv` has more than 8 MiB"):
        read(tmp_path, bomb)
    skipped = gzip.compress(tar(lambda a: put(a, "a.bin", bytes(80 * MIB))), 1)
    with pytest.raises(LessonError, match="unpacks to more than 64 MiB"):
        read(tmp_path, skipped)


def test_a_lie_about_a_size_is_no_way_around_it(tmp_path: Path) -> None:
    data = bytearray(zipped(("b.csv", bytes(20 * MIB))))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rindex(mark)
        data[at + offset : at + offset + 4] = (100).to_bytes(4, "little")
    with pytest.raises(LessonError, match=r"no archive that can be read|more than 8 MiB"):
        read(tmp_path, bytes(data))


def test_an_xz_that_wants_gigabytes_is_refused(tmp_path: Path) -> None:
    wide = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    with pytest.raises(LessonError, match=r"no archive that can be read \(Memory usage limit"):
        read(tmp_path, lzma.compress(tar(), filters=wide))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", b"hello there", bytes(10240)]
)
def test_what_is_no_archive_is_told_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(LessonError, match=r"no archive that can be read|no course.yaml at the top"):
        read(tmp_path, data)


def test_a_course_that_is_not_at_the_top_is_not_found(tmp_path: Path) -> None:
    two = {f"{top}/{name}": text for top in "ab" for name, text in FILES.items()}
    with pytest.raises(LessonError, match=r"no course.yaml at the top; there is one in each of a, b"):
        read(tmp_path, tar(files=two))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_is_refused_or_harmless(tmp_path: Path, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([tar(), gzip.compress(tar(), 1), zipped(), lzma.compress(tar())]))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = damaged[: data.draw(st.integers(0, len(damaged)))] if data.draw(st.booleans()) else damaged
    before = {path.name for path in tmp_path.iterdir()}
    try:
        files = read(tmp_path, bytes(cut))
    except LessonError as error:
        assert "\n" not in str(error)
    else:
        assert "course.yaml" in files
    assert {path.name for path in tmp_path.iterdir()} <= before | {"course.archive"}
