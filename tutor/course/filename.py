"""Names of files from elsewhere: refused where they lead out of the course, or mean something else elsewhere."""

from __future__ import annotations

import re
import unicodedata

from tutor.legible import legible

KEPT = frozenset({".yaml", ".yml", ".md", ".txt", ".csv", ".json", ".safetensors"})
"""What a course may hold. Nothing that is code by itself, such as pickled tensors or scripts."""
_PLAIN = frozenset({"license", "licence", "readme", "copying", "notice", "authors"})
"""Files without an ending that are text all the same."""

_PART_MOST, _NAME_MOST, _DEPTH_MOST = 100, 240, 6
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_UNPORTABLE = re.compile('[<>:"|?*]')


def tidy(name: str) -> str:
    """A name without the `./` that tar writes in front, and without the `/` behind a folder."""
    return re.sub(r"^(\./+)+|^\.$", "", name).rstrip("/") if name.strip("/") else name


def danger(name: str) -> str:
    """Why a name may not be in an archive at all; empty when it may."""
    if not name:
        return "has no name"
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        return "is an absolute path"
    if "\\" in name or legible(name) != name or "\n" in name or "\t" in name or _halved(name):
        return "holds a character that no file name of a course has"
    if ".." in name.split("/"):
        return "leads out of the course"
    return ""


def unportable(name: str) -> str:
    """Why a file that is kept may not be called so; empty when it may."""
    parts = name.split("/")
    if len(name.encode()) > _NAME_MOST or len(parts) > _DEPTH_MOST or max(map(len, parts)) > _PART_MOST:
        return "is too long a name, or too deep in folders"
    for part in parts:
        if part in ("", ".") or part[-1] in ". " or part[0] == " " or _UNPORTABLE.search(part):
            return "is no file name on some systems"
        if reserved(part):
            return "is the name of a device on some systems"
    return ""


def reserved(part: str) -> bool:
    """Whether a name is a device's where Windows runs, whatever its ending."""
    return _RESERVED.fullmatch(part.split(".")[0].rstrip()) is not None


def hidden(name: str) -> bool:
    """Whether a file is none of the course's: tools keep it for themselves."""
    return any(part.startswith(".") or part in ("__MACOSX", "__pycache__", "node_modules") for part in name.split("/"))


def kept(name: str) -> bool:
    """Whether a file is of a kind that a course may hold."""
    stem, dot, ending = name.rpartition("/")[2].rpartition(".")
    return f".{ending.lower()}" in KEPT if dot and stem else ending.lower() in _PLAIN


def same(name: str) -> str:
    """Two names for which this is the same are one file on some systems."""
    return unicodedata.normalize("NFC", name).casefold()


def _halved(name: str) -> bool:
    return re.search("[\ud800-\udfff]", name) is not None
