"""Lines that are not Python: `:help`, `:why`, `:vars`, `:reset`, `:given`, `:quit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.errors import TutorError
from tutor.repl.piece import Piece

if TYPE_CHECKING:
    from tutor.repl.conversation import Conversation

COMMANDS = {
    ":help": "this text",
    ":why": "more about the last error, and what each line made",
    ":vars": "every name made so far, with shape and dtype",
    ":given LESSON": "start anew with a lesson's tensors; LESSON:QUESTION too",
    ":reset": "start anew",
    ":quit": "leave; Ctrl-D does it too",
}

KEYS = {
    "Tab": "completes a name, or an attribute of the live object",
    "Enter": "runs what is whole; a blank line ends a block",
    "Alt-Enter": "always opens another line",
    "Ctrl-C": "stops a running line (twice: ends it); at the prompt, clears",
    "Ctrl-R": "searches older lines; Right takes the grey suggestion",
}

_LEAVING = {":quit", ":q", ":exit", "exit", "exit()", "quit", "quit()"}


def leaves(text: str) -> bool:
    """Whether `text` asks to leave."""
    return text.strip() in _LEAVING


def is_command(text: str) -> bool:
    """Whether `text` is meant for the prompt and not for Python."""
    return text.lstrip().startswith(":")


async def obey(text: str, conversation: Conversation, course: str | None) -> list[Piece]:
    """Do what a command says; what a person should read of it comes back."""
    word, _, rest = text.strip().partition(" ")
    if word == ":help":
        return _help()
    if word == ":why":
        return conversation.why()
    if word == ":vars":
        await conversation.names()
    elif word == ":reset":
        await conversation.reset()
    elif word == ":given":
        return await _give(rest.strip(), conversation, course)
    else:
        return [Piece("error", f"There is no command {word}; :help lists them.")]
    return []


def _help() -> list[Piece]:
    rows = [f"  {name:<14} {meaning}" for table in (COMMANDS, KEYS) for name, meaning in table.items()]
    return [
        Piece("note", "Python with torch imported; each line runs in the sandbox."),
        Piece("output", "\n".join(rows)),
    ]


async def _give(label: str, conversation: Conversation, course: str | None) -> list[Piece]:
    from tutor.repl.given import lessons, read_given

    try:
        if not label:
            given = conversation.given
            said = f"{given.label} gave:\n{given.code}" if given else "Nothing was given."
            return [Piece("output", f"{said}\nLessons: {', '.join(lessons(course))}.")]
        conversation.given = read_given(label, course)
    except TutorError as error:
        return [Piece("error", str(error))]
    await conversation.reset()
    return []
