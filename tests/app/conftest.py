"""Nothing moves and nothing blinks while it is looked at."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual import constants


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")


class Screen(SingleFileSnapshotExtension):
    """One text file per screen, so that a change can be read."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def looks(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Screen)
