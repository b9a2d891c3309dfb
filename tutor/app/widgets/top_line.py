"""The first row: where you are at the left, how far at the right."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from tutor.app.themes import FAINT, QUIET
from tutor.legible import clipped, legible

DOTS = {
    "right": ("●", "$success"),
    "revealed": ("◐", "$warning"),
    "tried": ("✗", "$error"),
    "skipped": ("–", QUIET),
    "read": ("•", QUIET),
    "new": ("○", QUIET),
}
PAGE = ("·", FAINT)
HERE = "◉"
PAGES = frozenset({"read", "explore"})


def dot(kind: str, status: str, here: bool = False) -> tuple[str, str]:
    """The glyph and style of one question."""
    if here:
        return HERE, "bold $accent"
    return PAGE if kind in PAGES and status == "new" else DOTS[status]


class TopLine(Widget):
    """`tutor › Reductions › sum-dim-0` and `●●✗◉○○ 4/6`."""

    DEFAULT_CSS = "TopLine { height: 1; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="top")
        self.crumbs: Sequence[str] = ("tutor",)
        self.dots: Sequence[tuple[str, str]] = ()
        self.count = ""

    def show(self, crumbs: Sequence[str], dots: Sequence[tuple[str, str]] = (), count: str = "") -> None:
        """Other words."""
        self.crumbs, self.dots, self.count = [legible(crumb) for crumb in crumbs], dots, count
        self.refresh()

    def render(self) -> Content:
        """Fit both ends into one row; the dots go first, then the end of the path."""
        width = self.content_size.width
        count = Content(self.count)
        dots = Content.assemble(*self.dots)
        right = dots + Content("  ") + count if self.dots else count
        if right.cell_length > width // 2:
            right = count
        left = self._left(width - right.cell_length - 2)
        return left + Content(" " * max(width - left.cell_length - right.cell_length, 1)) + right

    def _left(self, room: int) -> Content:
        head, *rest = self.crumbs
        kept = list(rest)
        while len(kept) > 1 and len(head) + sum(len(crumb) + 3 for crumb in kept) > room:
            kept.pop()
        if kept:
            kept[-1] = clipped(kept[-1], max(room - len(head) - sum(len(c) + 3 for c in kept[:-1]) - 3, 4))
        parts = [Content.styled(head, "bold $accent")]
        for n, crumb in enumerate(kept):
            style = "" if n == len(kept) - 1 else QUIET
            parts += [Content.styled(" › ", FAINT), Content.styled(crumb, style)]
        return Content("").join(parts)
