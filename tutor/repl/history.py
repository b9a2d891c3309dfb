"""Lines typed in earlier conversations, kept in a file where there can be one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from prompt_toolkit.history import FileHistory

if TYPE_CHECKING:
    from pathlib import Path


class KeptHistory(FileHistory):
    """History in the file that `where` names; when it cannot be read or written the lines live in memory only."""

    def __init__(self, where: Callable[[], Path]) -> None:
        super().__init__("")
        self._where = where

    def load_history_strings(self) -> Iterable[str]:
        """Lines kept so far, the newest first; none when the file cannot be read."""
        self.filename = str(self._where())
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        """Keep `string`; a full disk or a folder without rights must not end a conversation."""
        path = self._where()
        self.filename = str(path)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            super().store_string(string)


def kept() -> Path:
    """Where the lines are kept. Asked only once the prompt is on the screen: finding the folder takes a while."""
    from tutor import paths

    return paths.data_dir() / "repl-history"
