"""A question that asks something else than when it was answered says so, on the rail and at the end."""

from __future__ import annotations

from pathlib import Path

from tests.app.fake import Tried, at, text, until
from tutor.app.screens.summary import SummaryScreen
from tutor.progress.store import Attempt


async def test_what_changed_is_marked_where_questions_are_listed(tmp_path: Path) -> None:
    app = Tried(tmp_path, at="shape")
    slug = next(entry.slug for entry in app.catalog.entries if "shape" in entry.questions)
    app.store.add(Attempt(app.catalog.key, slug, "dtype", "answer", "float32", "right", digest="0" * 12))
    async with app.run_test(size=(120, 36)) as pilot:
        await at(pilot, "shape")
        assert [row.split()[-2:] for row in text(pilot).splitlines() if "changed" in row] == [["dtype", "changed"]]
        app.open_summary()
        await until(pilot, lambda: isinstance(app.screen, SummaryScreen))
        assert "1 changed since you answered" in text(pilot)
