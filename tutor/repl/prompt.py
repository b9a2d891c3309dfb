"""The prompt at a terminal: highlighting, history, completion, several lines, a toolbar."""

from __future__ import annotations

import asyncio
import textwrap
from typing import TYPE_CHECKING, Any

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.input import Input
from prompt_toolkit.lexers import DynamicLexer, Lexer
from prompt_toolkit.output import Output

from tutor.repl.completer import LiveCompleter
from tutor.repl.history import KeptHistory, kept
from tutor.repl.keys import keys
from tutor.repl.look import STYLE, python_lexer
from tutor.repl.piece import Piece
from tutor.repl.statement import unprompted

if TYPE_CHECKING:
    from tutor.repl.conversation import Conversation
    from tutor.sandbox.play import Play

WELCOME = "Python with torch, in the sandbox. :help lists keys and commands, Ctrl-D leaves."


class Terminal:
    """Reads with prompt-toolkit, and shows pieces above the prompt in the terminal's own colours."""

    status = 0

    def __init__(self, input: Input | None = None, output: Output | None = None) -> None:
        self._conversation: Conversation | None = None
        self._lexer: Lexer | None = None
        self._printing: asyncio.Future[None] | None = None
        self._session: PromptSession[str] = PromptSession(
            [("class:prompt", ">>> ")],
            prompt_continuation=[("class:continuation", "... ")],
            multiline=True,
            lexer=DynamicLexer(lambda: self._lexer),
            history=KeptHistory(kept),
            auto_suggest=AutoSuggestFromHistory(),
            completer=LiveCompleter(self._complete),
            complete_while_typing=False,
            key_bindings=keys(),
            bottom_toolbar=self._toolbar,
            style=STYLE,
            include_default_pygments_style=False,
            enable_suspend=True,
            input=input,
            output=output,
        )
        self._session.app.after_render += self._start_once

    def say(self, pieces: list[Piece]) -> None:
        """Print `pieces`, above the prompt while one is there."""
        text = FormattedText([(f"class:{piece.kind}", piece.text + "\n") for piece in pieces])
        if self._session.app.is_running:
            self._printing = asyncio.ensure_future(run_in_terminal(lambda: self._print(text)))
        else:
            self._print(text)

    async def read(self, conversation: Conversation) -> str | None:
        """What is typed next; None after Ctrl-D. KeyboardInterrupt when Ctrl-C cleared the line."""
        if self._conversation is None:
            self._print(FormattedText([("class:note", WELCOME + "\n")]))
            self._conversation = conversation
        elif not conversation.ready:
            conversation.begin().add_done_callback(self._begun)
        try:
            typed = await self._session.prompt_async()
        except EOFError:
            return None
        return textwrap.dedent(unprompted(typed)).rstrip()

    def interrupt(self) -> None:
        """Leave the line on which the terminal wrote `^C`; at the prompt Ctrl-C is a key and does not come here."""
        if not self._session.app.is_running:
            self._print(FormattedText([("", "\n")]))

    def _print(self, text: FormattedText) -> None:
        print_formatted_text(text, style=STYLE, output=self._session.output, end="")

    async def _complete(self, text: str) -> list[str]:
        return await self._conversation.complete(text) if self._conversation else []

    def _start_once(self, _: Any) -> None:
        """Only once the prompt is on the screen the sandbox starts and colours are loaded."""
        self._session.app.after_render -= self._start_once
        self._lexer = python_lexer()
        if self._conversation is not None:
            self._conversation.begin().add_done_callback(self._begun)

    def _begun(self, opening: asyncio.Task[Play]) -> None:
        app = self._session.app
        if opening.cancelled() or not app.is_running or app.is_done:
            return
        if error := opening.exception():
            app.exit(exception=error)
        else:
            app.invalidate()

    def _toolbar(self) -> str:
        facts = self._conversation.facts if self._conversation else {}
        if self._conversation is None or not self._conversation.ready:
            return " starting a new process…" if facts else " starting torch…"
        from tutor.legible import legible

        level, torch = (legible(str(facts.get(name, "?"))) for name in ("level", "torch"))
        return f" sandbox: {level} · torch {torch} · :help"
