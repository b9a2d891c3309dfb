"""Archives, read into memory entry by entry. Nothing is ever unpacked to a disk, and no size they claim is believed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, Protocol

from tutor.course.parcel import FILE_MOST, MIB, WHOLE_MOST, Packing, Parcel

PACKED_MOST = 16 * MIB
"""Bytes of an archive as it is; also what keeps the list of a zip's entries small."""
UNPACKED_MOST = 2 * WHOLE_MOST
"""Bytes of all that is in an archive, what is left out included."""
_DICTIONARY_MOST = 64 * MIB

_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error)
_DAMAGED_TOO = (EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class Readable(Protocol):
    """What gives bytes one after the other."""

    def read(self, size: int, /) -> bytes:
        """At most so many; none at the end."""


def read_archive(path: Path) -> Parcel:
    """The files of a zip or tar archive, whatever its name. Raises LessonError."""
    packing = Packing(str(path))
    try:
        if path.stat().st_size > PACKED_MOST:
            raise packing.refuse(f"this archive has more than {PACKED_MOST // MIB} MiB; a course is smaller.")
        with path.open("rb") as file:
            start = file.read(6)
            file.seek(0)
            if start.startswith(b"PK"):
                _zip(file, packing)
            else:
                _tar(_unpacked(file, start), packing)
    except (*_DAMAGED, *_DAMAGED_TOO) as error:
        raise packing.refuse(f"this is no archive that can be read ({_said(error)}); zip and tar can.") from error
    return packing.done()


def read_stream(file: Readable, source: str) -> Parcel:
    """The files of an uncompressed tar that comes through a pipe. Raises LessonError."""
    packing = Packing(source)
    try:
        _tar(file, packing)
    except (*_DAMAGED, *_DAMAGED_TOO) as error:
        raise packing.refuse(f"what git gave cannot be read ({_said(error)}).") from error
    return packing.done()


def _said(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:80]


def _zip(file: IO[bytes], packing: Packing) -> None:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            # Before zipfile cuts it at a zero byte, which another program may not do.
            name = packing.entry(info.orig_filename, _odd(mode))
            if info.is_dir():
                continue
            if info.flag_bits & 1:
                raise packing.refuse("this archive has a password; unpack it yourself and add the folder.")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise packing.refuse(f"`{name}` is packed in a way that is not read; zip it anew.")
            with archive.open(info) as content:
                packing.file(name, info.file_size, content.read)


def _odd(mode: int) -> str:
    """What a Unix mode says an entry is, when that is neither file nor folder."""
    kind = stat.S_IFMT(mode)
    if kind in (0, stat.S_IFREG, stat.S_IFDIR):
        return ""
    return "a symbolic link" if kind == stat.S_IFLNK else "a device, a pipe or a socket"


def _tar(file: Readable, packing: Packing) -> None:
    counted = _Counted(file, packing)
    with tarfile.open(fileobj=counted, mode="r|") as archive:  # type: ignore[call-overload]
        for member in archive:
            name = packing.entry(member.name, _strange(member))
            if member.isdir():
                continue
            content = archive.extractfile(member)
            assert content is not None, "a regular file has a content"
            packing.file(name, member.size, content.read)


def _strange(member: tarfile.TarInfo) -> str:
    if member.issym():
        return "a symbolic link"
    if member.islnk():
        return "a hard link"
    if member.issparse():
        return "a file with holes"
    return "" if member.isreg() or member.isdir() else "a device, a pipe or a socket"


class _Counted:
    """Ends an archive that grows beyond all measure, also in what is skipped."""

    def __init__(self, file: Readable, packing: Packing) -> None:
        self._file = file
        self._packing = packing
        self._left = UNPACKED_MOST

    def read(self, size: int) -> bytes:
        """At most so many bytes."""
        data = self._file.read(min(size, FILE_MOST))
        self._left -= len(data)
        if self._left < 0:
            raise self._packing.refuse(f"this archive unpacks to more than {UNPACKED_MOST // MIB} MiB.")
        return data


def _unpacked(file: IO[bytes], start: bytes) -> Readable:
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(file)
    return _Xz(file) if start.startswith(b"\xfd7zXZ\0") else file


class _Xz:
    """An .xz file within bounded memory, which the standard library's own reader does not offer."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._made = lzma.LZMADecompressor(memlimit=_DICTIONARY_MOST)

    def read(self, size: int) -> bytes:
        """At most so many bytes."""
        while not self._made.eof:
            packed = self._file.read(1 << 16) if self._made.needs_input else b""
            if not packed and self._made.needs_input:
                raise EOFError("it ends too early")
            if data := self._made.decompress(packed, size):
                return data
        return b""
