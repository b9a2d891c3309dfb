"""Opening a lesson of 25 questions: strict YAML, every line and column known, every question checked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.table import Row, quantile

QUESTIONS = 25
TIMES = 60
HEAD = """\
format: 1
lesson: Many
goal: Be long.
given: |
  x = torch.arange(1., 36.).reshape(5, 7)

questions:
"""
PAGE = """\
  - id: page-{n}
    read: |
      The dimension you name is the one that goes.
      What stays keeps its order.
    show: x
"""
SHAPE = """\
  - id: shape-{n}
    shape: x.sum(dim=0)[:{n}]
    because: dim=0 has size 5 and goes; the columns stay.
    wrong:
      - gives: x.sum(dim=1)[:{n}]
        feedback: That runs along the rows.
    hints:
      - Which dimension must disappear?
      - After it there must be at most 7 numbers left.
"""
WRITE = """\
  - id: write-{n}
    write: Average every row of `x`; call the result `row_avg`.
    start: |
      row_avg = x.mean(dim=____)
    solution: row_avg = x.mean(dim=1)
    wrong:
      - answer: row_avg = x.mean(dim=0)
        feedback: dim=0 runs down the rows, so you averaged each column.
    hints:
      - Which dimension must disappear?
"""


def measure(folder: Path) -> Iterator[Row]:
    """The median of opening the same file again and again."""
    from tutor.lesson.load import load_lesson

    path = folder / "01-many.yaml"
    path.write_text(lesson(), "utf-8")
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        file = load_lesson(path)
        times.append(time.perf_counter() - begun)
    assert len(file.lesson.questions) == QUESTIONS
    note = f"median of {TIMES}; the first, which loads the parser: {times[0] * 1000:.0f} ms"
    yield Row("opening a lesson of 25 questions", quantile(times, 0.5) * 1000, 10, " ms", note)


def lesson() -> str:
    """A lesson of 25 questions of three kinds."""
    head = (
        "format: 1\nlesson: Many\ngoal: Be long.\ngiven: |\n  x = torch.arange(1., 36.).reshape(5, 7)\n\nquestions:\n"
    )
    return head + "\n".join((PAGE, SHAPE, WRITE)[n % 3].format(n=n) for n in range(QUESTIONS))
