"""Keys that differ from prompt-toolkit's own: Enter, Tab and Backspace know Python's blocks."""

from __future__ import annotations

from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus, has_selection
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent

from tutor.repl.commands import is_command, leaves
from tutor.repl.statement import INDENT, finished, indentation


def keys() -> KeyBindings:
    """The bindings, for the line being edited only."""
    bindings = KeyBindings()
    editing = has_focus(DEFAULT_BUFFER)
    bindings.add("enter", filter=editing)(_enter)
    bindings.add("escape", "enter", filter=editing)(_newline)
    bindings.add("tab", filter=editing & Condition(_before_code))(_indent)
    bindings.add("backspace", filter=editing & ~has_selection & Condition(_after_indent))(_dedent)
    return bindings


def _enter(event: KeyPressEvent) -> None:
    buffer = event.current_buffer
    if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
        buffer.complete_state = None
    elif _runs(buffer):
        buffer.validate_and_handle()
    else:
        _newline(event)


def _runs(buffer: Buffer) -> bool:
    document = buffer.document
    if is_command(document.text) or leaves(document.text) or not document.text.strip():
        return True
    if "\n" in document.text and document.text_after_cursor.strip():
        return False
    return finished(document.text)


def _newline(event: KeyPressEvent) -> None:
    buffer = event.current_buffer
    buffer.insert_text("\n" + indentation(buffer.document.text_before_cursor))


def _indent(event: KeyPressEvent) -> None:
    column = event.current_buffer.document.cursor_position_col
    event.current_buffer.insert_text(" " * (INDENT - column % INDENT))


def _dedent(event: KeyPressEvent) -> None:
    column = event.current_buffer.document.cursor_position_col
    event.current_buffer.delete_before_cursor((column - 1) % INDENT + 1)


def _before_code() -> bool:
    document = get_app().current_buffer.document
    return document.cursor_position_row > 0 and not document.current_line_before_cursor.strip()


def _after_indent() -> bool:
    before = get_app().current_buffer.document.current_line_before_cursor
    return len(before) > 1 and not before.strip(" ")
