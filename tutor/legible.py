"""Text from a snippet or a lesson, made fit for a terminal.

Terminals obey escape sequences wherever they come from (clipboard writes, titles, cursor moves), and bidirectional
controls reorder what is read. Both are taken out before any text reaches a screen; newline and tab stay.
"""

from __future__ import annotations

import re

# C0 but tab and newline; DEL and C1; the bidi embeddings, overrides, isolates and marks; line separators.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
# An escape sequence goes as a whole, so that its parameters do not stay behind as litter.
_SEQUENCE = re.compile(
    "\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\|$)"  # OSC: titles, the clipboard
    "|\x1b[PX^_][^\x1b]*(?:\x1b\\\\|$)"  # DCS and the other strings
    "|[\x1b]\\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    "|\x1b[ -/]*[0-~]"
)


def legible(text: str) -> str:
    """`text` without control characters, escape sequences and bidi controls; a lone CR becomes a newline."""
    if text.isascii() and text.isprintable():
        return text
    text = _SEQUENCE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub("", text)


def clipped(text: str, most: int) -> str:
    """`text` cut to `most` characters, with an ellipsis where it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"
