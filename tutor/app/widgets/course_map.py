"""The lessons of the course, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from tutor.app.overview import Stand
from tutor.app.themes import FAINT, QUIET
from tutor.app.widgets.rows import Rows
from tutor.legible import clipped, legible

_MARK = {"done": ("✓", "$success"), "in progress": ("◉", "$accent"), "new": ("○", QUIET)}


@dataclass(frozen=True)
class Place:
    """One row of the map: a lesson, or something else to do."""

    kind: str
    """`continue`, `lesson`, `drill`, `help` or `broken`."""
    title: str
    about: str
    """What is said of it when the cursor is on it."""
    stand: Stand | None = None
    note: str = ""


class CourseMap(Rows):
    """Lessons to open with Enter."""

    HELP = (
        "The lessons of the course. Move with the arrow keys or j and k; Enter opens. "
        "The bar shows the questions answered; pages to read do not count."
    )

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(id="map")
        self.places = list(places)
        self.contents = [Content(legible(place.title)) for place in places]

    @property
    def here(self) -> Place:
        """The place under the cursor."""
        return self.places[self.cursor]

    async def show(self, places: Sequence[Place]) -> None:
        """Other places, or the same ones at another standing."""
        self.places = list(places)
        await self.fill([Content(legible(place.title)) for place in places])

    def on_resize(self) -> None:
        """The bars stay at the right."""
        self.paint()

    def row(self, index: int) -> Content:
        """Cursor, mark, title, bar, count, word."""
        place = self.places[index]
        point = "▸ " if index == self.cursor else "  "
        width = max((self.size.width or 78) - 2, 30)
        if place.stand is None:
            return self._other(place, point, width)
        glyph, colour = _MARK[place.stand.word]
        full, rest = place.stand.bar
        tail: list[str | tuple[str, str]] = [(full, colour), (rest, FAINT), " "] if width >= 60 else []
        tail += [f"{place.stand.done:>3}/{place.stand.total:<3}", (f" {place.stand.word:<11}", QUIET)]
        room = max(width - len(point) - 3 - sum(len(part if isinstance(part, str) else part[0]) for part in tail), 8)
        title = clipped(self.contents[index].plain, room).ljust(room)
        return Content.assemble((point, "bold $accent"), (glyph, colour), f" {title} ", *tail)

    def _other(self, place: Place, point: str, width: int) -> Content:
        mark = {"broken": ("!", "$error"), "continue": ("→", "bold $accent")}.get(place.kind, ("·", QUIET))
        style = "bold" if place.kind == "continue" else ""
        title = clipped(legible(place.title), width - 6)
        note = clipped(legible(place.note), max(width - len(title) - 6, 1))
        return Content.assemble((point, "bold $accent"), mark, " ", (title, style), (f"  {note}", QUIET))
