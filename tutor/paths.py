"""Where things live: the shipped lessons, the learner's progress, caches and logs.

`TUTOR_DATA_DIR` and `TUTOR_CACHE_DIR` override the platform's folders (tests, classrooms, portable installs).
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path


def data_dir() -> Path:
    """The folder of the learner's progress; not made here."""
    return Path(os.environ.get("TUTOR_DATA_DIR") or user_data_path("torch-tutor", appauthor=False))


def cache_dir() -> Path:
    """The folder of what can be made again; not made here."""
    return Path(os.environ.get("TUTOR_CACHE_DIR") or user_cache_path("torch-tutor", appauthor=False))


def database() -> Path:
    """The SQLite file of attempts, drafts and cards."""
    return data_dir() / "progress.db"


def courses() -> Path:
    """The folder of the courses that were installed; not made here."""
    return data_dir() / "courses"


def learner() -> Path:
    """Where the random name is kept under which attempts are handed out."""
    return data_dir() / "learner-name"


def fault_log() -> Path:
    """Where the tutor's own faults are written down, with what is needed to repeat them."""
    return data_dir() / "faults.log"


def is_shipped(path: Path) -> bool:
    """Whether a lesson or a course came with the program; all else is somebody else's."""
    return path.resolve().is_relative_to(shipped_course())


def shipped_course() -> Path:
    """The folder of the bundled course: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent
    packed = package / "_lessons"
    return packed if packed.is_dir() else package.parent / "lessons"
