"""Nothing from a snippet or a lesson may drive the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.legible import clipped, legible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]52;c;SGVsbG8=\x07after", "after"),
        ("\x1b]0;title\x1b\\after", "after"),
        ("\x1bPq#0;\x1b\\after", "after"),
        ("\x9b2Jafter", "after"),
        ("\x1bcafter", "after"),
        ("10%\r20%\r\nend", "10%\n20%\nend"),
        ("abc\u202edef\u2066", "abcdef"),
        ("tab\tnew\nline é 你好 ✓", "tab\tnew\nline é 你好 ✓"),
        ("\x1b]52;c;unfinished", ""),
    ],
)
def test_controls_go_and_text_stays(text: str, shown: str) -> None:
    assert legible(text) == shown


@given(st.text(max_size=200))
def test_no_control_character_survives(text: str) -> None:
    kept = legible(text)
    assert not [c for c in kept if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert legible(kept) == kept


def test_clipped() -> None:
    assert clipped("abcdef", 4) == "abc…"
    assert clipped("abc", 4) == "abc"
