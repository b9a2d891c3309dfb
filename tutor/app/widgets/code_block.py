"""Code to look at, with the numbers of its lines where they are spoken of."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tutor.app import paint
from tutor.app.themes import QUIET
from tutor.listing import numbered


class CodeBlock(Static):
    """Lines of code or of a table; one that is too long goes on below itself, further in."""

    def __init__(self, content: Content, classes: str, *, numbers: bool = False) -> None:
        super().__init__(content, classes=classes, markup=False)
        self._rows = content.split("\n", allow_blank=True)
        self._margins = [margin if numbers else "" for margin, _ in numbered(content.plain)]
        self._shown = content.plain

    def on_resize(self) -> None:
        """Where a line is broken depends on the width."""
        width = self.content_size.width
        margins = [Content.styled(margin, QUIET) for margin in self._margins]
        rows = zip(margins, self._rows, strict=False)
        shown = Content("\n").join(paint.hung(margin, row, width, further=2) for margin, row in rows)
        if shown.plain != self._shown:
            self._shown = shown.plain
            self.update(shown)
