"""The second front end: what is read from a pipe, and what is said."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tests.unit.conftest import FakeSandbox
from tutor.clock import Clock
from tutor.lesson.catalog import Catalog
from tutor.plain import Lines, PlainLesson
from tutor.progress.store import Store
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Line, Outcome, Request
from tutor.session import Session

Taken = Callable[[str], object]


@pytest.fixture
def take(course: Path, store: Store, sandbox: Sandbox) -> Callable[..., object]:
    async def taken(typed: str, lesson: str | None = None) -> str:
        session = Session.open(Catalog.open(course), store, sandbox, Clock(), lesson)
        out = io.StringIO()
        assert await PlainLesson(session, Lines(io.StringIO(typed)), out).run("tutor · One") == 0
        return out.getvalue()

    return taken


async def test_a_lesson_through_a_pipe(take) -> None:
    said = await take("\n(2,)\n3\ny = x\n.\n")
    for line in (
        "[1/3] Read (page-hello-there)",
        "What is the shape of `x.sum(dim=0)`?",
        "✗ Not yet.",
        "1 of 1 size is not what torch gives.",
        "✓ Right.",
        "    y = ____",
        "One: the end.",
        "  1 of 2 right after more tries: shape",
    ):
        assert line in said.splitlines(), line
    assert "\x1b" not in said


async def test_what_the_session_says_is_what_is_printed(take, course: Path, store: Store, sandbox) -> None:
    said = await take(":goto shape\nfive\n(9, 9)\nerror\n3\n")
    session = Session.open(Catalog.open(course), store, sandbox, Clock(), "one")
    session.goto("shape")
    for answer in ("five", "(9, 9)", "error", "3"):
        assert "\n".join((await session.submit(answer)).said()) in said


async def test_commands(take) -> None:
    commands = "next hint hint hint reveal reveal undo map skip back lesson+two goto+nope what help quit"
    said = await take("".join(f":{command.replace('+', ' ')}\n" for command in commands.split()))
    for part in (
        "Hint 1 of 2: first",
        "No more hints.",
        ":reveal again shows it.",
        "The answer:\n  (3,)",
        "Taken back: shape.",
        "> new       shape",
        "has no question 'nope'",
        "`:what` is not a command",
        ":lesson NAME",
        "Stopped at page-hello-there; you come back to it.",
    ):
        assert part in said, part


async def test_the_end_of_the_input_keeps_the_place(take) -> None:
    await take("\n(2,)\n")
    assert "[2/3] Predict the shape (shape)" in await take("")


async def test_the_end_of_the_input_ends_an_answer_and_then_the_lesson(take) -> None:
    said = await asyncio.wait_for(take(":goto write\ny = 2"), 20)
    assert said.splitlines()[-1] == "Stopped at write; you come back to it."


async def test_an_unknown_lesson_is_one_sentence(take) -> None:
    assert "! " in await take(":lesson onne\n")


KINDS = """\
format: 1
lesson: Kinds
goal: To answer in several lines.
questions:
  - id: several
    choice: Which are even?
    options: [two, three, four]
    answer: [two, four]
  - id: prints
    prints: |
      print("one")

      print("two")
  - id: fails
    fails: |
      x = torch.ones(2)

      x @ torch.ones(3)
  - id: trace
    trace: Say every shape.
    code: |
      a, b = x.split(2)
      # and then
      c = a + b
  - id: network
    trace: Say every shape.
    network: net(x)
  - id: order
    order: Count.
    indent: true
    solution: |
      n = 0
      for _ in range(3):
          n += 1
"""


class Traced(FakeSandbox):
    """Three tensors of shape (3,) in every program."""

    async def run(self, request: Request) -> Outcome:
        outcome = await super().run(request)
        return replace(outcome, lines=tuple(Line(line=n, name="", shape=(3,)) for n in (1, 1, 3)))


@pytest.fixture
def answered(tmp_path: Path, store: Store) -> Callable[..., object]:
    """What is said of answers to one question."""
    (tmp_path / "course.yaml").write_text("format: 1\ncourse: All\nlessons: [01-kinds.yaml]\n")
    (tmp_path / "01-kinds.yaml").write_text(KINDS)

    async def said(question: str, typed: str) -> str:
        session = Session.open(Catalog.open(tmp_path), store, cast("Sandbox", Traced()), Clock())
        session.goto(question)
        out = io.StringIO()
        await PlainLesson(session, Lines(io.StringIO(typed)), out).run("tutor · Kinds")
        return out.getvalue()

    return said


@pytest.mark.parametrize("typed", ["a c", "ca", "1, 3", "c and a"])
async def test_several_options_are_named_on_one_line(answered, typed: str) -> None:
    said = await answered("several", f"a\n{typed}\n")
    assert "  a) two\n  b) three\n  c) four\n\nThe letters of all answers that hold, such as a c.\n" in said
    assert "✗ Not yet.\nAll of these hold, and there is more that does.\n✓ Right." in said


async def test_an_output_ends_with_a_full_stop(answered) -> None:
    # The sandbox of these tests prints the code itself.
    said = await answered("prints", 'print("one")\n.\nprint("one")\n\nprint("two")\n.\n')
    assert "The output, line by line. Then a line with only a full stop:" in said
    assert "It prints more lines than that.\n✓ Right." in said


async def test_lines_spoken_of_by_number_have_one(answered) -> None:
    said = await answered("fails", "4\n")
    assert "    1  x = torch.ones(2)\n    2  \n    3  x @ torch.ones(3)\n" in said


async def test_steps_have_numbers_and_their_shapes_end_with_a_full_stop(answered) -> None:
    said = await answered("trace", "3\n(3,)\n.\n3\n4\n3\n.\n3\na → 3\n(3,)\n.\n")
    assert "    1-2  a, b = x.split(2)\n         # and then\n      3  c = a + b\n" in said
    assert "One shape per line, in order. Then a line with only a full stop:" in said
    assert "3 shapes are asked for, one per line; this is 2." in said
    assert "Not yet: line 2." in said and "✓ Right." in said


async def test_a_network_has_no_numbers(answered) -> None:
    assert "\n    net(x)\n" in await answered("network", "")


async def test_lines_are_ordered_and_indented_by_number(answered) -> None:
    order = {line: n for n, line in enumerate(("n = 0", "for _ in range(3):", "n += 1"), start=1)}
    said = await answered("order", ":show\n")
    for row in said.splitlines():
        number, _, line = row.strip().partition(") ")
        if line in order:
            order[line] = int(number)
    assert "such as 2 >1 >3: each > indents by four spaces; some may not belong." in said
    first, second, third = order.values()
    assert "✗ Not yet." in await answered("order", f"{first} {second} {third}\n")
    assert "✓ Right." in await answered("order", f"{first} {second} >{third}\n")
