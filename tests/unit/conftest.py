"""A small course, a store and a sandbox that says what it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.progress.store import Store
from tutor.sandbox.protocol import Difference, Observation, Outcome, Request, Terms

COURSE = "format: 1\ncourse: Small\nlessons: [01-one.yaml, 02-two.yaml]\n"
ONE = """\
format: 1
lesson: One
goal: To begin.
given: x = torch.ones(2, 3)
questions:
  - read: Hello there.
  - id: shape
    shape: x.sum(dim=0)
    hints: [first, second]
  - id: write
    write: Make `y`.
    start: y = ____
    solution: y = x
"""
TWO = ONE.replace("One", "Two")


class FakeSandbox:
    """Every expression has shape (3,); code is right when it is the solution."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def run(self, request: Request) -> Outcome:
        self.requests.append(request)
        seen = Observation(kind="tensor", shape=(3,), dtype="float32", text=request.code)
        return Outcome(status="ok", observed=dict.fromkeys(request.observe, seen), stdout=request.code)

    async def series(self, request: Request, programs: Sequence[str]) -> list[Outcome]:
        return [await FakeSandbox().run(replace(request, code=code)) for code in programs]

    async def compare(self, expected: Outcome, actual: Outcome, terms: Terms) -> Difference | None:
        same = expected.stdout == actual.stdout
        return None if same else Difference(name="y", field="shape", expected="(3,)", actual="(2,)")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    folder.mkdir()
    for name, text in {"course.yaml": COURSE, "01-one.yaml": ONE, "02-two.yaml": TWO}.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "progress.db", Clock())
    yield store
    store.close()


@pytest.fixture
def sandbox() -> FakeSandbox:
    return FakeSandbox()
