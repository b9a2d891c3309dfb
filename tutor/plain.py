"""The second front end: the same session over stdin and stdout, line by line.

For pipes, screen readers, dumb terminals and scripts. Answers of one line end with Enter; code ends with a line that
holds only a full stop. Commands begin with a colon.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

from tutor.errors import TutorError, UsageError
from tutor.grade.choice import LETTERS
from tutor.grade.drawing import drawn, summary
from tutor.legible import legible
from tutor.sandbox.protocol import Outcome
from tutor.session import Session

HELP = """\
Type an answer and press Enter. Code may have several lines and ends with a line that holds only a full stop.
  :hint    one more hint                 :skip    leave it for later
  :reveal  the answer; asks once         :undo    take back the last accepted answer
  :back    the question before           :next    the question after
  :goto ID any question of the lesson    :lesson NAME  any lesson of the course
  :map     where you are                 :show    the question again
  :help    this text                     :quit    stop; you come back to this very question"""


class Lines:
    """Lines of a stream, read by a thread so that torch can start while the learner thinks."""

    def __init__(self, stream: TextIO) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def feed() -> None:
            for line in stream:
                loop.call_soon_threadsafe(self._queue.put_nowait, line.rstrip("\r\n"))
            loop.call_soon_threadsafe(self._queue.put_nowait, None)

        # A daemon: a thread that waits for a terminal must not keep the program alive.
        threading.Thread(target=feed, name="stdin", daemon=True).start()

    async def read(self) -> str | None:
        """The next line, without its end; None when there is no more."""
        return await self._queue.get()


class Plain:
    """One session, spoken."""

    def __init__(self, session: Session, lines: Lines, out: TextIO | None = None) -> None:
        self.session = session
        self.lines = lines
        self.out = out or sys.stdout
        self._commands = {
            "hint": self._hint,
            "reveal": self._reveal,
            "skip": self._skip,
            "next": self._next,
            "back": self._back,
            "undo": self._undo,
            "goto": self._goto,
            "lesson": self._lesson,
            "map": self._map,
            "show": self._show,
            "help": self._help,
        }
        self._left = False

    async def run(self) -> int:
        """Take the lesson to its end, to `:quit` or to the end of the input. Returns the exit status."""
        self._say(f"tutor · {self.session.file.lesson.lesson} · type :help for the commands")
        for notice in self.session.store.notices:
            self._say(f"! {notice}")
        await self._show()
        while not self._left:
            line = await self.lines.read()
            if line is None or line.strip() in (":quit", ":q"):
                self._say(f"Stopped at {self.session.question.id}; you come back to it.")
                return 0
            try:
                await self._take(line)
            except TutorError as error:
                self._say(f"! {error}")
        return 0

    async def _take(self, line: str) -> None:
        """One line of input: a command, a page turned, or the beginning of an answer."""
        word, _, rest = line.strip().removeprefix(":").partition(" ")
        if line.lstrip().startswith(":"):
            command = self._commands.get(word)
            if command is None:
                raise UsageError(f"`:{word}` is not a command; :help lists them.")
            await (command(rest.strip()) if word in ("goto", "lesson") else command())
            return
        kind = self.session.prompt().answer_kind
        if not self.session.question.graded and (kind == "none" or not line.strip()):
            await self._next()
        elif kind == "code":
            await self._answer(await self._block(line))
        else:
            await self._answer(line)

    async def _block(self, first: str) -> str:
        """Lines of code up to a full stop on its own."""
        lines: list[str] = []
        line: str | None = first
        while line is not None and line.strip() != ".":
            lines.append(line)
            line = await self.lines.read()
        return "\n".join(lines)

    async def _answer(self, text: str) -> None:
        if not self.session.question.graded:
            self._tell_outcome(await self.session.run(text or self.session.draft))
            return
        verdict = await self.session.submit(text)
        self._say(*verdict.said())
        if verdict.passed:
            await self._next()

    # Commands

    async def _show(self) -> None:
        for line in await asked(self.session):
            self._say(line)

    async def _hint(self) -> None:
        hint = self.session.hint()
        self._say(f"Hint {hint.number} of {hint.of}: {hint.text}" if hint else "No more hints.")

    async def _reveal(self) -> None:
        answer = await self.session.reveal()
        if answer is None:
            asks = "Show the answer? It then counts as revealed. :reveal again shows it."
            self._say(asks if self.session.question.graded else "There is nothing to reveal on a page.")
            return
        self._say("The answer:", *(f"  {line}" for line in answer.splitlines()))
        if self.session.question.because:
            self._say(self.session.question.because.strip())

    async def _skip(self) -> None:
        await self._go_on(self.session.skip())

    async def _next(self) -> None:
        await self._go_on(self.session.next())

    async def _go_on(self, more: bool) -> None:
        if more:
            await self._show()
            return
        self._left = True
        self._say("", *ended(self.session))

    async def _back(self) -> None:
        self.session.back()
        await self._show()

    async def _undo(self) -> None:
        undone = self.session.undo()
        self._say(f"Taken back: {undone}." if undone else "There is no accepted answer to take back.")
        await self._show()

    async def _goto(self, question: str) -> None:
        self.session.goto(question)
        await self._show()

    async def _lesson(self, name: str) -> None:
        self.session.open_lesson(name)
        await self._show()

    async def _map(self) -> None:
        for mark in self.session.marks():
            self._say(f"{'>' if mark.here else ' '} {mark.status:9} {mark.id}")

    async def _help(self) -> None:
        self._say(HELP)

    def _tell_outcome(self, outcome: Outcome) -> None:
        for line in ran(outcome):
            self._say(line)

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.out.write(legible(line) + "\n")
        self.out.flush()


async def asked(session: Session) -> list[str]:
    """The question in front of the learner, as lines of text."""
    prompt, question = session.prompt(), session.question
    number, total = session.index + 1, len(session.file.lesson.questions)
    lines = ["", f"[{number}/{total}] {prompt.label} ({question.id})"]
    if prompt.given and question.graded:
        lines += ["", *(f"    {line}" for line in prompt.given.splitlines())]
    lines += ["", *prompt.text.splitlines()]
    if prompt.code:
        lines += ["", *(f"    {line}" for line in prompt.code.splitlines())]
    for name, seen in await session.drawn():
        lines += ["", *(f"    {line}" for line in drawn(name, seen))]
    lines += _choices(session)
    if prompt.answer_kind == "code":
        lines += ["", *(f"    {line}" for line in session.draft.splitlines())]
    lines += [f"Hint {hint.number} of {hint.of}: {hint.text}" for hint in session.hints_shown()]
    return [*lines, "", _how(session)]


def _choices(session: Session) -> Iterator[str] | list[str]:
    prompt = session.prompt()
    if prompt.answer_kind == "options":
        return ["", *(f"  {LETTERS[n]}) {option}" for n, option in enumerate(prompt.options))]
    if prompt.answer_kind == "order":
        return ["", *(f"  {n}) {line}" for n, line in enumerate(prompt.options, start=1))]
    return []


def _how(session: Session) -> str:
    prompt = session.prompt()
    if prompt.answer_kind == "none":
        return "Press Enter to go on."
    if not session.question.graded:
        return "Code to run, ended by a line with only a full stop; Enter alone goes on."
    if prompt.answer_kind == "code":
        return "Your code, ended by a line with only a full stop:"
    return f"{'The numbers of the lines, such as 2 1 3.' if prompt.answer_kind == 'order' else prompt.how}"


def ran(outcome: Outcome) -> list[str]:
    """What a run printed and made, as lines of text."""
    lines = outcome.stdout.splitlines() + outcome.stderr.splitlines()
    lines += [f"  line {w.line}: {w.message}" if w.line else f"  {w.message}" for w in outcome.warnings]
    for made in outcome.lines:
        shape = f"{made.shape} {made.dtype}" if made.shape is not None else made.text
        lines.append(f"  line {made.line}: {made.name}  {shape}")
    lines += [f"  {name}: {summary(seen)}" for name, seen in outcome.observed.items() if seen.kind != "missing"]
    if outcome.error:
        where = f" on line {outcome.error.line}" if outcome.error.line else ""
        lines.append(f"✗ {outcome.error.type}{where}: {outcome.error.message}")
    elif outcome.status != "ok":
        lines.append(f"✗ {outcome.note}")
    return lines


def ended(session: Session) -> list[str]:
    """How the lesson went."""
    summary = session.summary()
    lines = [f"{session.file.lesson.lesson}: the end."]
    groups = {
        "right at the first try": summary.first_try,
        "right after more tries": summary.later_try,
        "revealed": summary.revealed,
        "open": summary.open,
    }
    for name, ids in groups.items():
        if ids:
            lines.append(
                f"  {len(ids)} of {summary.total} {name}"
                + (f": {', '.join(ids)}" if name != "right at the first try" else "")
            )
    return lines
