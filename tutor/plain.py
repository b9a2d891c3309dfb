"""The second front end: the same session over stdin and stdout, line by line.

For pipes, screen readers, dumb terminals and scripts. Answers of one line end with Enter; those of several lines end
with a line that holds only a full stop. Commands begin with a colon.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import textwrap
import threading
from collections.abc import Awaitable, Callable
from typing import TextIO

from tutor.asking import Asking
from tutor.errors import TutorError, UsageError
from tutor.grade.account import Account
from tutor.grade.choice import LETTERS
from tutor.grade.drawing import drawn, summary
from tutor.grade.lines import table
from tutor.grade.prompt import LABELS, Prompt
from tutor.legible import legible
from tutor.listing import has_steps, numbered, stepped
from tutor.sandbox.protocol import Outcome
from tutor.session import Session

HELP = """\
Type an answer and press Enter. Code, and what has several lines, ends with a line that holds only a full stop.
  :hint    one more hint                 :reveal  the answer; asks once
  :why     more about the last answer    :show    the question again
  :skip    leave it for later            :next    go on
  :help    this text                     :quit    stop; nothing is lost"""

HELP_LESSON = """\
  :back    the question before           :undo    take back the last accepted answer
  :goto ID any question of the lesson    :lesson NAME  any lesson of the course
  :map     where you are"""


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
        """The next line, without its end; None when there is no more, however often it is asked."""
        line = await self._queue.get()
        if line is None:
            self._queue.put_nowait(None)
        return line


class Plain:
    """One lesson or drill, spoken."""

    def __init__(self, asking: Asking, lines: Lines, out: TextIO | None = None) -> None:
        self.asking = asking
        self.lines = lines
        self.out = out or sys.stdout
        self._left = False
        self._commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "hint": self._hint,
            "reveal": self._reveal,
            "why": self._why,
            "skip": self._skip,
            "next": self._next,
            "show": self._show,
            "help": self._help,
        }

    async def run(self, title: str) -> int:
        """Go on to the end, to `:quit` or to the end of the input. Returns the exit status."""
        self._say(f"{title} · type :help for the commands")
        for notice in self.asking.store.notices:
            self._say(f"! {notice}")
        await self._show()
        while not self._left:
            line = await self.lines.read()
            if line is None or line.strip() in (":quit", ":q"):
                self._say(f"Stopped at {self.asking.question.id}; you come back to it.")
                return 0
            try:
                await self._take(line)
            except TutorError as error:
                self._say(f"! {error}")
            if self.asking.trouble:
                self._say(f"! {self.asking.trouble}")
        return 0

    async def _take(self, line: str) -> None:
        """One line of input: a command, a page turned, or the beginning of an answer."""
        word, _, rest = line.strip().partition(" ")
        if word.startswith(":"):
            command = self._commands.get(word[1:])
            if command is None:
                raise UsageError(f"`{word}` is not a command; :help lists them.")
            await command(rest.strip())
            return
        kind = self.asking.prompt().answer_kind
        if not self.asking.question.graded and (kind == "none" or not line.strip()):
            await self._next()
        else:
            await self._answer(await self._block(line) if kind in ("code", "lines") else line)

    async def _block(self, first: str) -> str:
        """Lines up to a full stop on its own."""
        lines: list[str] = []
        line: str | None = first
        while line is not None and line.strip() != ".":
            lines.append(line)
            line = await self.lines.read()
        return "\n".join(lines)

    async def _answer(self, text: str) -> None:
        if not self.asking.question.graded:
            outcome = await self.asking.run(text.strip("\n") or self.asking.draft)
            self._say(*ran(outcome, self.asking.account))
            return
        verdict = await self.asking.submit(text)
        self._say(*verdict.said())
        if verdict.account.reasoned:
            self._say("(:why says more)")
        if verdict.passed:
            await self._next()

    async def _show(self, _: str = "") -> None:
        self._say(*await asked(self.asking))

    async def _why(self, _: str) -> None:
        self._say(*(self.asking.account.more() or ["There is no more to say."]))

    async def _hint(self, _: str) -> None:
        hint = self.asking.hint()
        self._say(f"Hint {hint.number} of {hint.of}: {hint.text}" if hint else "No more hints.")

    async def _reveal(self, _: str) -> None:
        answer = await self.asking.reveal()
        if answer is None:
            self._say("Show the answer? It then counts as revealed. :reveal again shows it.")
            return
        self._say("The answer:", *(f"  {line}" for line in answer.splitlines()))
        if self.asking.question.because:
            self._say(self.asking.question.because.strip())

    async def _skip(self, _: str) -> None:
        await self._go_on(self.asking.skip())

    async def _next(self, _: str = "") -> None:
        await self._go_on(self.asking.next())

    async def _go_on(self, more: bool) -> None:
        if more:
            await self._show()
            return
        self._left = True
        self._say("", *self.asking.ended())

    async def _help(self, _: str) -> None:
        self._say(HELP)

    def _say(self, *lines: str) -> None:
        width = shutil.get_terminal_size().columns if self.out.isatty() else 0
        for line in lines:
            self.out.write("\n".join(fitted(legible(line), width)) + "\n")
        self.out.flush()


class PlainLesson(Plain):
    """A lesson, where one can go anywhere."""

    def __init__(self, session: Session, lines: Lines, out: TextIO | None = None) -> None:
        super().__init__(session, lines, out)
        self.session = session
        self._commands |= {
            "back": self._back,
            "undo": self._undo,
            "goto": self._goto,
            "lesson": self._lesson,
            "map": self._map,
        }

    async def _back(self, _: str) -> None:
        self.session.back()
        await self._show()

    async def _undo(self, _: str) -> None:
        undone = self.session.undo()
        self._say(f"Taken back: {undone}." if undone else "There is no accepted answer to take back.")
        await self._show()

    async def _goto(self, question: str) -> None:
        self.session.goto(question)
        await self._show()

    async def _lesson(self, name: str) -> None:
        self.session.open_lesson(name)
        await self._show()

    async def _map(self, _: str) -> None:
        for mark in self.session.marks():
            changed = "  (changed since you answered)" if mark.changed else ""
            self._say(f"{'>' if mark.here else ' '} {mark.status:9} {mark.id}{changed}")

    async def _help(self, _: str) -> None:
        self._say(HELP, HELP_LESSON)


async def asked(asking: Asking) -> list[str]:
    """The question in front of the learner, as lines of text."""
    prompt, question = asking.prompt(), asking.question
    lines = ["", f"[{asking.where}] {prompt.label} ({question.id})"]
    if prompt.given and question.graded:
        lines += ["", *(f"    {line}" for line in prompt.given.splitlines())]
    lines += ["", *prompt.text.splitlines()]
    if prompt.code:
        lines += ["", *(f"    {row}" for row in listed(prompt))]
    for name, seen in await asking.drawn():
        lines += ["", *(f"    {line}" for line in drawn(name, seen))]
    lines += choices(prompt)
    if prompt.answer_kind == "code":
        lines += ["", *(f"    {line}" for line in asking.draft.splitlines())]
    lines += [f"Hint {hint.number} of {hint.of}: {hint.text}" for hint in asking.hints_shown()]
    return [*lines, "", how(prompt, question.graded)]


def listed(prompt: Prompt) -> list[str]:
    """The code that is asked about, numbered where its lines or steps are spoken of by number."""
    if prompt.label == LABELS["trace"] and has_steps(prompt.code):
        return [margin + line for margin, line in stepped(prompt.code)]
    return [margin + line for margin, line in numbered(prompt.code)] if prompt.numbered else prompt.code.splitlines()


def choices(prompt: Prompt) -> list[str]:
    """Options with their letters, lines to order with their numbers."""
    if prompt.answer_kind in ("options", "several"):
        return ["", *(f"  {LETTERS[n]}) {option}" for n, option in enumerate(prompt.options))]
    if prompt.answer_kind == "order":
        return ["", *(f"  {n}) {line}" for n, line in enumerate(prompt.options, start=1))]
    return []


def how(prompt: Prompt, graded: bool) -> str:
    """How to answer here."""
    if prompt.answer_kind == "none":
        return "Press Enter to go on."
    if prompt.answer_kind == "several":
        return "The letters of all answers that hold, such as a c."
    if prompt.answer_kind == "lines":
        return f"{prompt.how} Then a line with only a full stop:"
    if prompt.answer_kind == "order":
        return _how_to_order(prompt)
    return _how_to_write(graded) if prompt.answer_kind == "code" else prompt.how


def _how_to_order(prompt: Prompt) -> str:
    if not prompt.indents:
        return "The numbers of the lines in order, such as 2 1 3; some may not belong."
    return "The numbers of the lines in order, such as 2 >1 >3: each > indents by four spaces; some may not belong."


def _how_to_write(graded: bool) -> str:
    if graded:
        return "Your code, ended by a line with only a full stop:"
    return "Code to run, ended by a line with only a full stop (alone: as it stands); Enter alone goes on."


def fitted(text: str, width: int) -> list[str]:
    """Lines of prose broken between words for a terminal; code and tables, which are indented, stay as they are."""
    return [
        piece
        for line in text.splitlines() or [""]
        for piece in (textwrap.wrap(line, width) if width and len(line) > width and line[:1] != " " else [line])
    ]


def ran(outcome: Outcome, account: Account) -> list[str]:
    """What a run printed and made, as lines of text."""
    lines = outcome.stdout.splitlines() + outcome.stderr.splitlines()
    lines += [f"  line {w.line}: {w.message}" if w.line else f"  {w.message}" for w in outcome.warnings]
    lines += [f"  {row}" for row in table(outcome.lines, "line ")]
    lines += [f"  {name}: {summary(seen)}" for name, seen in outcome.observed.items() if seen.kind != "missing"]
    lines += account.short()
    if outcome.error:
        where = f" on line {outcome.error.line}" if outcome.error.line else ""
        lines.append(f"✗ {outcome.error.type}{where}: {outcome.error.message}")
    elif outcome.status != "ok":
        lines.append(f"✗ {outcome.note}")
    return lines
