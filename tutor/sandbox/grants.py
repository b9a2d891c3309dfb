"""What a child may read: Python, its packages and the system's libraries, and none of what the tutor keeps secret."""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from tutor.sandbox.landlock import Allowed

_SYSTEM = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/opt", "/nix/store")
_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/ssl/openssl.cnf", "/dev/urandom", "/dev/zero")
_FOLDERS = ("/usr/share/zoneinfo", "/usr/lib/locale", "/usr/share/locale", "/usr/lib/ssl")
_OURS = ("tutor", "torch_tutor", "_torch_tutor", "__editable__.torch_tutor")
_COURSES = ("course.yaml", "lessons/course.yaml", "_lessons/course.yaml")
_CUDA = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/dxg", "/dev/kfd")


def allowed(secrets: Iterable[Path], *, gpu: bool = False) -> Allowed:
    """What this very process needs to read, as far as it holds none of `secrets`."""
    kept = _Kept(secrets)
    folders = [p for p in _package_folders() if kept.clear_of_ours(p)]
    parts = [part for folder in (*_stdlib(), *folders) for part in _entries(folder)]
    readable = [*parts, *_libraries(), *map(Path, (*_FILES, *_FOLDERS)), *_beside(folders)]
    return Allowed(
        readable=tuple(dict.fromkeys(path for path in readable if kept.may_be_read(path))),
        listed=tuple(dict.fromkeys((*_stdlib(), *folders))),
        written=(Path(os.devnull),),
        devices=tuple(devices()) if gpu else (),
        only_written=(Path("/proc/self/task"),) if gpu else (),
    )


def home() -> Path:
    """The home directory; a folder that is not there for who has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


class _Kept:
    """What is kept from children: the places named, home directories as wholes, and everything of the tutor's own."""

    def __init__(self, secrets: Iterable[Path]) -> None:
        self._homes = (_real(home()), "/")
        self._secrets = [_real(path) for path in (*secrets, Path(__file__).parents[1])]

    def clear_of_ours(self, folder: Path) -> bool:
        """Whether the entries of `folder` are packages: a checkout or a home directory on the path is none."""
        checkout = any((folder / name).exists() for name in ("course.yaml", "pyproject.toml", "lessons", ".git"))
        return not checkout and _real(folder) not in self._homes

    def may_be_read(self, path: Path) -> bool:
        """Whether neither `path`, nor what is in it, nor what it is in is secret."""
        if path.name.startswith(_OURS):
            return False
        real = _real(path) if path.is_symlink() else str(path)
        if any(_within(home, real) for home in self._homes) or is_course(path):
            return False
        return not any(_within(secret, real) or _within(real, secret) for secret in self._secrets)


def is_course(path: Path) -> bool:
    """Whether lessons are in there: somebody's course among the packages."""
    return path.suffix == "" and any((path / course).exists() for course in _COURSES)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _real(path: Path) -> str:
    return os.path.realpath(path)


def _stdlib() -> list[Path]:
    found = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
    # In a virtual environment the paths name it, though the library is where the base Python is.
    return list(
        dict.fromkeys(Path(_real(Path(p))) for p in (*found, Path(os.__file__).parent) if p and Path(p).is_dir())
    )


def _package_folders() -> list[Path]:
    stdlib = _stdlib()
    found = (Path(_real(Path(p))) for p in dict.fromkeys(sys.path) if p)
    return [p for p in found if p.is_dir() and p not in stdlib and (p.parent not in stdlib or _of_packages(p))]


def _entries(folder: Path) -> Iterator[Path]:
    """What is in `folder`, without other folders of packages."""
    with contextlib.suppress(OSError):
        for entry in sorted(folder.iterdir()):
            if not _of_packages(entry):
                yield entry


def _of_packages(folder: Path) -> bool:
    return folder.name.endswith("-packages")


def _beside(folders: Iterable[Path]) -> Iterator[Path]:
    """Libraries that wheels put next to the folder of packages, as some of torch's are."""
    for folder in folders:
        yield from folder.parent.glob("*.libs")


def _libraries() -> Iterator[Path]:
    """The folders of the system's shared libraries, and those loaded from elsewhere, one by one."""
    multiarch = sysconfig.get_config_var("MULTIARCH")
    for root in ("/lib64", "/usr/lib64", *(f"{base}/{multiarch}" for base in ("/lib", "/usr/lib") if multiarch)):
        yield Path(root)
    for path in _mapped():
        yield path.parent if str(path).startswith(tuple(f"{root}/" for root in _SYSTEM)) else path


def _mapped() -> set[Path]:
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return set()
    named = (line.split(None, 5)[5] for line in lines if "/" in line)
    return {Path(name) for name in named if ".so" in Path(name).name}


def devices() -> Iterator[Path]:
    """The devices through which a GPU is used here."""
    yield from (Path(name) for name in _CUDA if Path(name).exists())
    yield from Path("/dev").glob("nvidia[0-9]*")
    yield from Path("/dev").glob("dri/renderD*")
