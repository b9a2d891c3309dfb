"""What every test stands on: folders of its own, a clock that stands still, nothing of the developer's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tutor.clock import Clock

_FOREIGN = ("TUTOR_", "TEXTUAL", "XDG_", "PYTHON", "PROMPT_TOOLKIT_")
_ALONE = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LC_ALL", "COLORTERM", "SSH_CONNECTION")


class FixedClock(Clock):
    """A clock that moves only when told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time it was set to, in UTC."""
        return self.at

    def seconds(self) -> float:
        """The same time, as a count of seconds."""
        return self.at.timestamp()

    def advance(self, **delta: float) -> None:
        """Move on: `advance(minutes=10)`."""
        self.at += timedelta(**delta)


@pytest.fixture(scope="session", autouse=True)
def _nobodys_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the developer's reaches a test, and no test reaches the developer's home."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(_FOREIGN) or n in _ALONE]:
            patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        patch.setenv("HOME", str(home))
        patch.setenv("LANG", "C.UTF-8")
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("TUTOR_DATA_DIR", str(home / "data"))
        patch.setenv("TUTOR_CACHE_DIR", str(home / "cache"))
        yield


@pytest.fixture(autouse=True)
def _own_folders(_nobodys_machine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress and caches of one test are not those of the next."""
    monkeypatch.setenv("TUTOR_DATA_DIR", str(tmp_path / "tutor-data"))
    monkeypatch.setenv("TUTOR_CACHE_DIR", str(tmp_path / "tutor-cache"))


@pytest.fixture
def clock() -> FixedClock:
    """A Monday morning that does not pass."""
    return FixedClock(datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc))
