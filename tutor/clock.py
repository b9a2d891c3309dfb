"""The one place that asks what time it is, so that tests can stand still."""

from __future__ import annotations

import time
from datetime import datetime, timezone


class Clock:
    """The machine's clock. Replaced by a fixed one in tests."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(timezone.utc)

    def seconds(self) -> float:
        """A steady count of seconds, for durations."""
        return time.monotonic()
