"""One sandbox for all tests here: importing torch once is most of their time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import NONE


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        await running.ready()
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def unfenced() -> AsyncIterator[Sandbox]:
    """Under limits only: for looking at a child from inside, and for what the fence would not let happen at all."""
    async with Sandbox(layers=NONE) as running:
        await running.ready()
        yield running


@pytest.fixture
def mark(tmp_path: Path) -> str:
    """A text that only processes of this test carry in their environment."""
    return f"TUTOR_TEST_{tmp_path.name}_{id(tmp_path)}"


@pytest.fixture
def carriers() -> Callable[[str], list[int]]:
    """Finds the living processes whose command line holds a text."""

    def find(text: str) -> list[int]:
        return [pid for pid, line in _command_lines() if text.encode() in line]

    return find


def _command_lines() -> Iterator[tuple[int, bytes]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), (entry / "cmdline").read_bytes()
            except OSError:
                continue
