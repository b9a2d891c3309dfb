"""The colours. Nothing else in the program names a colour by its value.

One accent says "you are here"; green is right, red is wrong, yellow is running or a hint. Everything else is the
foreground, in three strengths.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="tutor-dark",
    primary="#7cc7e0",
    secondary="#bba4f0",
    accent="#8fa6ff",
    foreground="#d6daea",
    background="#0e1018",
    surface="#161926",
    panel="#1e2233",
    success="#7fd49a",
    warning="#e8c170",
    error="#f0808c",
    dark=True,
)

LIGHT = Theme(
    name="tutor-light",
    primary="#1f6f8b",
    secondary="#6a3fb5",
    accent="#3850c8",
    foreground="#23263a",
    background="#fafaf7",
    surface="#f0f0ea",
    panel="#e4e4dc",
    success="#1d7a3c",
    warning="#8a5a00",
    error="#b3261e",
    dark=False,
)

CONTRAST = Theme(
    name="tutor-contrast",
    primary="#66e0ff",
    secondary="#ff9eff",
    accent="#ffe100",
    foreground="#ffffff",
    background="#000000",
    surface="#0d0d0d",
    panel="#1a1a1a",
    success="#4dff88",
    warning="#ffc233",
    error="#ff7a7a",
    dark=True,
)

OWN = (DARK, LIGHT, CONTRAST)
"""The themes made for this program, the default first."""

QUIET = "$foreground 62%"
"""The style of what is said in passing."""
FAINT = "$foreground 40%"
"""The style of what only needs to be found when looked for."""
