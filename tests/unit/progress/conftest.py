"""A store in a folder of its own, which is not made yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.progress.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "progress.db"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[Store]:
    store = Store.open(path, clock)
    yield store
    store.close()
