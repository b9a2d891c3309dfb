"""What the rest of the program calls. Nothing here imports torch; everything that runs, runs in children."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tutor import paths
from tutor.errors import EnvironmentLacking, TutorFault
from tutor.sandbox import grants, level, unpack
from tutor.sandbox.attempt import attempt, refused
from tutor.sandbox.child import Child
from tutor.sandbox.forks import Forks, State
from tutor.sandbox.frame import Malformed
from tutor.sandbox.layers import Layers
from tutor.sandbox.play import Play
from tutor.sandbox.pool import Pool
from tutor.sandbox.protocol import Breach, Difference, Outcome, Request, Rules, Terms, encode, plain
from tutor.sandbox.series import series, whole

JUDGE_MEMORY_MB = 1024
JUDGE_SECONDS = 20.0
UNREADABLE = Breach(rule="hidden", word="unreadable")
"""Code that ends whoever looks into it, or keeps them for ever."""
WARM_SECONDS = 30.0
STILLBORN_MOST = 8
"""Children in a row that may end before their job; a spare one may have been ended by the system meanwhile."""


class Sandbox:
    """Runs code in fresh children and compares what came back. Everything belongs to one event loop."""

    def __init__(
        self, *, device: str = "cpu", pool: bool | None = None, layers: Layers | None = None, guarded: bool = False
    ) -> None:
        """`pool` forces started-ahead processes (True) or forks (False); by default the platform decides.

        `guarded` is for other people's code: where the level is below *full* there is no sandbox, and a sentence says
        what is missing.
        """
        self._gpu = device != "cpu" and (sys.platform != "linux" or any(grants.devices()))
        layers = replace(layers or Layers(), gpu=self._gpu).keeping(
            paths.shipped_course(), paths.data_dir(), paths.cache_dir()
        )
        self._pooled = sys.platform != "linux" if pool is None else pool
        self._device = device
        self._source: Forks | Pool = (
            Pool(device, layers) if self._pooled else Forks(device, layers, self._replace_spares)
        )
        self._held: dict[str, bool] | None = None
        self._guarded = guarded
        self._spares: deque[Child] = deque()
        self._busy: set[Child] = set()
        self._judge: Child | None = None
        self._judging = asyncio.Lock()
        self._filling: asyncio.Future[None] | None = None
        self._refilling = asyncio.Lock()
        self._closed = False

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def state(self) -> State:
        """Whether children can be had; `starting` while torch is being imported."""
        return self._source.state

    async def start(self) -> None:
        """Begin to import torch, in the background; returns at once."""
        self._closed = False
        await self._source.start()

    async def ready(self) -> None:
        """Return when a run would start at once; raises EnvironmentLacking."""
        await self._source.ready()
        await self._admit()
        await self._fill()

    async def _admit(self) -> None:
        """Raises EnvironmentLacking where other people's code is to run and too little holds it."""
        if self._guarded and (reason := level.refusal(await self.level())):
            raise EnvironmentLacking(reason)

    async def warm(self) -> None:
        """Return when also optimizers are at hand; for work that will not leave a moment to import them in."""
        await self.ready()
        await self._source.warm(WARM_SECONDS)

    async def run(self, request: Request) -> Outcome:
        """Run code in a fresh child. Raises EnvironmentLacking or TutorFault, never for what the code does."""
        await self._admit()
        for _ in range(2):
            child = await self._take()
            try:
                outcome = await attempt(child, request)
            finally:
                self._drop(child)
            if self.state == "ready":
                await self._fill()
            if self.state == "ready" or self._closed:
                return outcome
        raise TutorFault("The sandbox ended twice while it ran this.")

    async def series(self, request: Request, programs: Sequence[str]) -> list[Outcome]:
        """What each program does in place of the request's code: the author's own programs, in one child for all.

        `code` is run first, unobserved, to see how long a program may take; one that loops for ever ends soon after.
        """
        await self._admit()
        child = await self._take()
        try:
            done = await series(child, request, programs)
        finally:
            self._drop(child)
        if self.state == "ready":
            await self._fill()
        return whole(done, programs)

    async def compare(self, expected: Outcome, actual: Outcome, terms: Terms) -> Difference | None:
        """The first difference in what was observed, or None; raises TutorFault when the judge itself fails."""
        question = {
            "expected": _side(expected),
            "actual": _side(actual),
            "terms": plain(terms),
            "middle": len(expected.tensors),
        }
        asked = encode(question, expected.tensors + actual.tensors)
        try:
            return unpack.difference(await self._judged(asked, "difference"))
        except (asyncio.TimeoutError, Malformed) as error:
            raise TutorFault("The comparison of the answer with the solution failed.") from error

    async def breaches(self, code: str, rules: Rules) -> tuple[Breach, ...]:
        """Where code breaks rules, in the order of place. Code that cannot be looked into breaks one."""
        if refused(code):
            return ()
        asked = encode({"rules": plain(rules), "code": code})
        try:
            for _ in range(2):
                # The first judge may have been ended by something else, the second one by this code.
                with contextlib.suppress(Malformed):
                    return unpack.breaches(await self._judged(asked, "breaches"))
        except asyncio.TimeoutError:
            pass
        return (UNREADABLE,)

    async def _judged(self, question: bytes, answer: str) -> Any:
        """What the judge says; raises TimeoutError or Malformed when it says nothing, and lets go of it."""
        await self._open()
        async with self._judging:
            return await asyncio.wait_for(self._ask(question, answer), JUDGE_SECONDS)

    async def _ask(self, question: bytes, answer: str) -> Any:
        judge = await self._the_judge()
        answered = False
        try:
            await judge.send(question)
            frame = await judge.frame()
            if frame is None or answer not in frame[0]:
                raise Malformed("the judge ended")
            answered = True
            return frame[0][answer]
        finally:
            if not answered:
                self._drop(judge)

    async def _the_judge(self) -> Child:
        if self._judge is None or not self._judge.alive:
            self._judge = await self._take()
            await self._judge.send(encode({"op": "judge", "memory_mb": JUDGE_MEMORY_MB}))
        return self._judge

    async def play(self, setup: str = "", setup_name: str = "given") -> Play:
        """A child that keeps its namespace from cell to cell, started with `setup`."""
        await self._admit()
        child = await self._take()
        play = Play(child, lambda: self._drop(child), self._device)
        await play.begin(setup, setup_name)
        return play

    async def facts(self) -> dict[str, Any]:
        """Versions and devices, limits and walls, and the level: all of it measured in children."""
        await self._source.ready()
        found = await self._ask_child(await self._source.child(bare=True), {"op": "facts"})
        measured = await self.level()
        assert self._held is not None
        protections = {**found["protections"], **level.protections(self._held)}
        mode = "pool" if self._pooled else "zygote"
        return {**found, "mode": mode, "identity": self._source.identity, **measured, "protections": protections}

    async def level(self) -> dict[str, Any]:
        """The level, what it promises, and what is missing: found by harmless attacks from a child, once."""
        if self._held is None:
            with tempfile.NamedTemporaryFile() as owned:
                frame = await self._ask_child(await self._take(), {"op": "attack", "targets": _targets(owned.name)})
            self._held = {name: bool(held) for name, held in frame["held"].items()}
        return level.facts(self._held, gpu=self._gpu)

    async def _ask_child(self, child: Child, question: dict[str, Any]) -> dict[str, Any]:
        """A question of our own, which no snippet has a part in; raises TutorFault."""
        self._busy.add(child)
        try:
            await child.ready()
            await child.send(encode(question))
            frame = await asyncio.wait_for(child.frame(), 60)
        except asyncio.TimeoutError:
            frame = None
        finally:
            self._drop(child)
        if frame is None:
            raise TutorFault("The sandbox could not say what it is made of.")
        return frame[0]

    async def close(self) -> None:
        """End every process of the sandbox; returns when they are gone."""
        self._closed = True
        if self._filling is not None:
            self._filling.cancel()
        for child in (*self._spares, *self._busy):
            child.close()
        self._spares.clear()
        self._busy.clear()
        self._judge = None
        await self._source.close()

    async def _take(self) -> Child:
        """A child that waits for its job, from those kept ready if there are any."""
        await self._open()
        for _ in range(STILLBORN_MOST):
            child = self._spares.popleft() if self._spares else await self._source.child()
            self._busy.add(child)
            try:
                await child.ready()
            except BaseException:
                self._drop(child)
                raise
            if child.alive:
                return child
            self._drop(child)
            await self._open()
        raise TutorFault("The sandbox's processes end before they can be given anything to do.")

    async def _open(self) -> None:
        """Return when children can be had. Work that is left over when the sandbox is closed starts nothing anew."""
        if not self._closed:
            await self._source.ready()
        if self._closed:
            raise TutorFault("The sandbox is closed.")

    def _drop(self, child: Child) -> None:
        self._busy.discard(child)
        if child is self._judge:
            self._judge = None
        child.close()

    async def _fill(self) -> None:
        async with self._refilling:
            while len(self._spares) < self._source.spares and not self._closed:
                self._spares.append(await self._source.child())

    def _replace_spares(self) -> None:
        """The zygote knows more now than when the waiting children were forked."""
        while self._spares:
            self._spares.popleft().close()
        self._filling = asyncio.ensure_future(self._fill())


def _side(outcome: Outcome) -> dict[str, Any]:
    """What is compared of an outcome."""
    side: dict[str, Any] = plain({"observed": outcome.observed, "calls": outcome.calls, "rng": outcome.rng})
    return side


def _targets(owned: str) -> dict[str, Any]:
    """What a snippet is not to reach, where it is there: else the folder it will be in."""
    data = paths.database().absolute()
    return {
        "lesson": str(paths.shipped_course() / "course.yaml"),
        "progress": str(next(place for place in (data, *data.parents) if place.exists())),
        "home": str(grants.home()),
        "owned": owned,
        "processes": [os.getpid()],
    }
