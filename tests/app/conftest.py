"""Nothing moves and nothing blinks while it is looked at."""

from __future__ import annotations

import pytest
from textual import constants


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
