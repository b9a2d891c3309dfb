"""A small course with every kind of question, and a sandbox that says what it is told: no torch, no processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from textual.pilot import Pilot

from tutor.app.app import TutorApp
from tutor.app.screens.question import QuestionScreen
from tutor.clock import Clock
from tutor.lesson.catalog import Catalog
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Difference, Failure, Line, Observation, Outcome, Request, Terms

COURSE = Path(__file__).parent / "course"
ROW = Observation(kind="tensor", type="Tensor", shape=(4,), dtype="float32", values=[12.0, 15.0, 18.0, 21.0])
MATRIX = Observation(
    kind="tensor",
    type="Tensor",
    shape=(3, 4),
    dtype="float32",
    values=[[float(4 * row + column) for column in range(4)] for row in range(3)],
)
LINES = (Line(line=1, name="y", shape=(4,), dtype="float32"),)
STEPS = tuple(
    Line(line=line, name=name, shape=shape, dtype="float32")
    for line, name, shape in ((1, "h", (3, 5)), (2, "a", (3, 2)), (2, "b", (3, 3)), (4, "s", (3,)))
)
"""What the lines to trace make."""


class FakeSandbox:
    """`x` is the matrix, every other expression a row; code is right when it is the solution."""

    state = "ready"

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        """Held shut, every run waits; a test can look at what is shown meanwhile."""
        self.gate.set()
        self.error: Exception | None = None
        """What the next run raises."""
        self.printed = ""
        """What code prints besides itself."""
        self.lines = LINES
        """What its lines make."""
        self.failures: dict[str, Failure] = {}
        """What code fails with, by the code."""
        self.difference = Difference(name="y", field="shape", expected="(4,)", actual="(3,)")
        """How a wrong answer differs."""
        self.started = self.closed = False
        self.stopped = 0

    async def start(self) -> None:
        self.started = True

    async def ready(self) -> None:
        return None

    async def level(self) -> dict[str, str]:
        return {"badge": "sandbox: full"}

    async def close(self) -> None:
        self.closed = True

    async def run(self, request: Request) -> Outcome:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        if self.error is not None:
            raise self.error
        if failure := self.failures.get(request.code.strip()):
            return Outcome(status="error", error=failure, lines=self.lines)
        observed = {name: MATRIX if name == "x" else ROW for name in request.observe}
        return Outcome(
            status="ok", observed=observed, stdout=request.code + self.printed, lines=self.lines, seconds=0.003
        )

    async def series(self, request: Request, programs: Sequence[str]) -> list[Outcome]:
        return [await self.run(replace(request, code=code)) for code in programs]

    async def compare(self, expected: Outcome, actual: Outcome, terms: Terms) -> Difference | None:
        same = expected.stdout.split() == actual.stdout.split()
        return None if same else self.difference


class Tried(TutorApp):
    """The app over a fake sandbox."""

    def __init__(self, folder: Path, *, lesson: str | None = None, at: str = "", course: Path = COURSE) -> None:
        """`at` is the question to begin with."""
        store = Store.open(folder / "progress.db", Clock())
        catalog = Catalog.open(course)
        if at:
            slug = next(entry.slug for entry in catalog.entries if at in entry.questions)
            store.keep_place(catalog.key, slug, at)
        super().__init__(catalog, store, lesson=lesson)
        self.fake = FakeSandbox()

    @property
    def sandbox(self) -> Sandbox:
        return cast("Sandbox", self.fake)

    @property
    def asked(self) -> QuestionScreen:
        """The question screen, which must be in front."""
        assert isinstance(self.screen, QuestionScreen), self.screen
        return self.screen


async def until(pilot: Pilot[None], seen: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something to become true; fails when it does not."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not seen():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen\n" + text(pilot)
        await pilot.pause(0.01)
    await pilot.pause()


async def at(pilot: Pilot[None], question: str) -> None:
    """Wait until a question is asked and its tensors are drawn."""
    app = cast("Tried", pilot.app)

    def there() -> bool:
        asking = app.asked.asking if isinstance(app.screen, QuestionScreen) else None
        if asking is None or asking.question.id != question:
            return False
        idle = not any(worker.group == "draw" and not worker.is_finished for worker in app.workers)
        return idle and bool(app.asked.query("#verdict"))

    await until(pilot, there)


async def judged(pilot: Pilot[None], state: str) -> None:
    """Wait for the verdict strip to be in a state: right, wrong, other, asks or running."""
    app = cast("Tried", pilot.app)
    await until(pilot, lambda: app.asked.strip.display and app.asked.strip.has_class(f"-{state}"))
    if state != "running":
        await until(pilot, lambda: not app.asked.running)


def text(pilot: Pilot[None]) -> str:
    """The screen as text, without trailing spaces."""
    screen = pilot.app.screen
    width, _ = screen.size
    lines = ["".join(segment.text for segment in strip).rstrip() for strip in screen._compositor.render_strips()]
    assert all(len(line) <= width for line in lines)
    return "\n".join(lines)
