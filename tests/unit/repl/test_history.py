from __future__ import annotations

from pathlib import Path

from tutor.repl.history import KeptHistory


async def loaded(history: KeptHistory) -> list[str]:
    return [line async for line in history.load()]


async def test_lines_are_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "data" / "history"
    KeptHistory(lambda: path).append_string("for i in x:\n    i")
    assert await loaded(KeptHistory(lambda: path)) == ["for i in x:\n    i"]


async def test_without_a_file_lines_live_in_memory(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    history = KeptHistory(lambda: tmp_path / "data" / "history")
    assert await loaded(history) == []
    history.append_string("x")
    assert await loaded(history) == ["x"]


async def test_a_folder_in_place_of_the_file_is_no_error(tmp_path: Path) -> None:
    history = KeptHistory(lambda: tmp_path)
    assert await loaded(history) == []
    history.append_string("x")
    assert history.get_strings() == ["x"]
