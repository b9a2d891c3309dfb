"""Where code is written: small, indents by itself, and Tab is four spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from tutor.app.widgets.messages import AnswerEdited

INDENT = "    "
_COLOURS = {
    "secondary": "keyword keyword.function keyword.return keyword.operator boolean constant.builtin include repeat "
    "conditional exception operator.keyword",
    "primary": "number float",
    "success": "string string.documentation",
    "foreground": "variable function function.call method method.call constructor type type.builtin class property "
    "function.builtin operator punctuation.bracket punctuation.delimiter constant parameter module",
}
"""Colours of the theme by what tree-sitter calls the parts of Python."""


class CodeEditor(TextArea):
    """Python to write. Enter is a new line; the code is checked with Ctrl+J, Ctrl+Enter or F5."""

    takes_enter = True
    reruns = True
    KEYS: Sequence[tuple[str, str]] = ()
    HELP = (
        "Write Python here. Enter starts a new line and keeps the indentation, Tab indents, Shift+Tab takes it back. "
        "Ctrl+J (or Ctrl+Enter, or F5) checks or runs the code. Ctrl+Z and Ctrl+Y undo and redo typing. "
        "Ctrl+N or F8 goes on."
    )

    def __init__(self, draft: str) -> None:
        super().__init__(
            draft,
            language="python",
            soft_wrap=False,
            tab_behavior="indent",
            show_line_numbers=draft.count("\n") > 1,
            highlight_cursor_line=False,
            id="answer",
        )

    def on_mount(self) -> None:
        """Wear the theme, and start where the writing starts: at the gap, else at the end."""
        self._wear()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._wear())
        rows = self.text.split("\n")
        for number, row in enumerate(rows):
            gap = re.search(r"_{4,}|\.\.\.", row)
            if gap:
                self.move_cursor((number, gap.start()))
                self.move_cursor((number, gap.end()), select=True)
                return
        self.move_cursor((len(rows) - 1, len(rows[-1])))

    async def _on_key(self, event: events.Key) -> None:
        """Keep the indentation on Enter, take a level back on Shift+Tab; the rest is the editor's."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._break_line()
        elif event.key == "shift+tab":
            event.stop()
            event.prevent_default()
            self._dedent()
        else:
            await super()._on_key(event)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Typing makes a draft."""
        event.stop()
        self.show_line_numbers = self.document.line_count > 2
        self.post_message(AnswerEdited())

    def _wear(self) -> None:
        """The colours of code to look at, for code to write."""
        name = f"tutor-{self.app.theme}"
        colours = self.app.theme_variables
        styles = {
            token: Style(color=colours[colour]) for colour, tokens in _COLOURS.items() for token in tokens.split()
        }
        styles["comment"] = Style(color=colours["foreground"], dim=True, italic=True)
        self.register_theme(TextAreaTheme(name, syntax_styles=styles))
        self.theme = name

    def _break_line(self) -> None:
        row, column = min(self.selection.start, self.selection.end)
        before = self.document.get_line(row)[:column]
        self._replace_via_keyboard("\n" + indentation(before), *self.selection)

    def _dedent(self) -> None:
        row, column = self.cursor_location
        text = self.document.get_line(row)
        taken = min(len(text) - len(text.lstrip(" ")), len(INDENT))
        if taken:
            self._delete_via_keyboard((row, 0), (row, taken))
            self.move_cursor((row, max(column - taken, 0)))


def indentation(before: str) -> str:
    """The white space a new line begins with, from the line above it up to the cursor."""
    margin = before[: len(before) - len(before.lstrip())]
    text = before.split("#")[0].rstrip()
    if text.endswith(":"):
        return margin + INDENT
    if re.match(r"\s*(return|pass|break|continue|raise)\b", text):
        return margin[: -len(INDENT)]
    return margin
