"""A clock that stands still, and a store in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.progress.store import Store


class StillClock(Clock):
    """Stands at one moment until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 4, 12, 0, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    def move(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "progress.db"


@pytest.fixture
def store(path: Path, clock: StillClock) -> Iterator[Store]:
    store = Store.open(path, clock)
    yield store
    store.close()
