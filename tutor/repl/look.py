"""Colours, taken from the terminal's own sixteen so that they follow its theme."""

from __future__ import annotations

from prompt_toolkit.lexers import Lexer, PygmentsLexer
from prompt_toolkit.styles import Style

STYLE = Style.from_dict(
    {
        "prompt": "bold ansiblue",
        "continuation": "dim",
        "made": "dim",
        "caption": "ansicyan",
        "value": "",
        "output": "",
        "errors": "ansiyellow",
        "mark": "bold",
        "why": "",
        "error": "ansired",
        "note": "dim",
        "wait": "dim",
        "auto-suggestion": "dim",
        "bottom-toolbar": "noreverse dim",
        "completion-menu.completion": "noinherit reverse",
        "completion-menu.completion.current": "noinherit bold underline",
        "pygments.keyword": "ansimagenta",
        "pygments.name.builtin": "ansicyan",
        "pygments.name.function": "ansiblue",
        "pygments.name.class": "ansiblue",
        "pygments.name.decorator": "ansiblue",
        "pygments.literal.string": "ansigreen",
        "pygments.literal.number": "ansiyellow",
        "pygments.comment": "dim italic",
        "pygments.operator.word": "ansimagenta",
    }
)


def python_lexer() -> Lexer:
    """Highlights Python as it is typed."""
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

    return PygmentsLexer(PythonLexer)
