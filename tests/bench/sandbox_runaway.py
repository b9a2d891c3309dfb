"""Code of every kind that would not end, print without end or take all there is, run in the sandbox itself."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.table import Row
from tests.bench.warm import Warm
from tests.e2e.family import descendants
from tutor.sandbox.protocol import Limits, Outcome, Request

SECONDS = 2.0
GRACE = 2.0
"""Seconds after the outcome in which what it started has to be gone."""
KINDS = {
    "endless loop": "while True: pass",
    "big power, which holds the GIL": "y = 7 ** 10**9",
    "regex that backtracks, which holds the GIL": "import re; y = re.match('(a+)+$', 'a' * 64 + 'b')",
    "sleep": "import time; time.sleep(1000)",
    "endless print": "while True: print('x' * 1000)",
    "endless print on stderr": "import sys\nwhile True: print('x' * 1000, file=sys.stderr)",
    "`torch.ones(10**12)`": "y = torch.ones(10**12)",
    "list that grows": "y = []\nwhile True: y.append([0.5] * 100_000)",
    "thread bomb": """\
import threading, time
while True:
    try: threading.Thread(target=time.sleep, args=(1000,)).start()
    except RuntimeError: pass
""",
    "fork loop": """\
import os
while True:
    try: os.fork()
    except OSError: pass
""",
    "ignored signals": """\
import signal
for number in {*range(1, 32)} - {9, 19}: signal.signal(number, signal.SIG_IGN)
while True: pass
""",
    "result with a huge repr": "y = list(range(4_000_000))",
    "result whose repr never ends": "class Endless:\n    def __repr__(self):\n        while True: pass\ny = Endless()",
    "recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef deeper(): return deeper()\ndeeper()",
}


@dataclass(frozen=True)
class Course:
    """What became of one of them."""

    outcome: Outcome
    seconds: float
    left: int
    """Processes that were still there after the grace."""

    @property
    def shown_kib(self) -> float:
        """Everything about it that could be shown, printed or described."""
        return len(repr(replace(self.outcome, tensors=b""))) / 1024


def measure(folder: Path) -> Iterator[Row]:
    """The time of each kind; what is shown of any and what any leaves behind."""
    with Warm() as warm:
        standing = warm.standing()
        courses = {kind: warm.ask(run(warm, code, standing)) for kind, code in KINDS.items()}
    for kind, course in courses.items():
        note = f"the limit is {SECONDS:g} s; {course.outcome.status}"
        yield Row(f"{kind}: to the outcome", course.seconds, SECONDS + 1, " s", note)
    worst = max(courses, key=lambda kind: courses[kind].shown_kib)
    yield Row("shown of them", courses[worst].shown_kib, 256, " KiB", f"the most: {worst}")
    left = sum(course.left for course in courses.values())
    yield Row(f"processes left {GRACE:g} s after them", left, 0, "", f"of all {len(courses)}")


async def run(warm: Warm, code: str, standing: set[int]) -> Course:
    """Run one and watch."""
    request = Request(code=code, observe=("y",), limits=Limits(seconds=SECONDS))
    begun = time.monotonic()
    outcome = await warm.sandbox.run(request)
    seconds = time.monotonic() - begun
    end = time.monotonic() + GRACE
    while (left := strangers(warm, standing)) and time.monotonic() < end:
        await warm.rest()
    return Course(outcome, seconds, len(left))


def strangers(warm: Warm, standing: set[int]) -> set[int]:
    """The processes below this one that neither stay nor wait."""
    return descendants(os.getpid()) - standing - {*warm.waiting()}
