"""What every screen has: where you are at the top, a line for notices and one for keys at the bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from tutor.app.keys import Act
from tutor.app.widgets.key_line import Key, KeyLine
from tutor.app.widgets.top_line import TopLine
from tutor.errors import TutorError
from tutor.legible import legible

if TYPE_CHECKING:
    from tutor.app.app import TutorApp

NOTICE_SECONDS = 10.0
SMALL = "This window is too small for tutor: make it at least 50 columns wide and 14 rows high. Nothing is lost."


class Frame(Screen[None]):
    """A screen of the tutor."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (50, "-narrow"), (72, "-medium"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (14, "-low"), (22, "-medium-high"), (30, "-tall")]
    AUTO_FOCUS = None
    QUITS = "Ctrl+C again quits. You come back to this very place."
    ACTS: Sequence[Act] = ()
    """What can be done here, for the palette and the help."""

    def __init__(self) -> None:
        super().__init__()
        self._fading: Timer | None = None

    @property
    def tutor(self) -> TutorApp:
        """The app, by its own type."""
        from tutor.app.app import TutorApp

        assert isinstance(self.app, TutorApp)
        return self.app

    def compose(self) -> ComposeResult:
        """Top, middle, bottom, and what covers everything when the terminal is too small."""
        yield TopLine()
        yield Horizontal(*self.middle(), id="middle")
        yield Static(id="notice", markup=False)
        yield KeyLine()
        yield Static(SMALL, id="small", markup=False)

    def middle(self) -> Iterator[Widget]:
        """What the screen is about."""
        yield from ()

    def keys_now(self) -> list[Key]:
        """The keys worth showing for what is focused, the most used first."""
        return []

    def refresh_keys(self) -> None:
        """Say the truth about keys again."""
        if self.is_mounted:
            self.query_one(KeyLine).show(self.keys_now())

    def show_state(self, state: str) -> None:
        """A word on the sandbox."""
        if self.is_mounted:
            self.query_one(KeyLine).show_state(state)

    def notice(self, words: str) -> None:
        """One sentence that must be seen, but must not be in the way."""
        line = self.query_one("#notice", Static)
        line.update(Content(f"! {legible(words).strip()}"))
        line.display = True
        if self._fading is not None:
            self._fading.stop()
        self._fading = self.set_timer(NOTICE_SECONDS, self.clear_notice)

    def clear_notice(self) -> None:
        """The notice has been seen."""
        self.query_one("#notice", Static).display = False

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """Turn an error a person can do something about into a notice."""
        try:
            yield
        except TutorError as error:
            self.notice(str(error))

    def help_here(self) -> str:
        """What the focused part is for, in its own words."""
        node = self.focused
        while node is not None and not getattr(node, "HELP", None):
            node = node.parent if isinstance(node.parent, Widget) else None
        return str(getattr(node, "HELP", "") or "").format(how=getattr(node, "how", ""))

    def run_act(self, act: Act) -> None:
        """Do what a key would do, from the palette."""
        where = (
            "app." if hasattr(self.app, f"action_{act.action}") and not hasattr(self, f"action_{act.action}") else ""
        )
        self.call_later(self.run_action, f"{where}{act.action}")

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _focus_moved(self) -> None:
        self.call_next(self.refresh_keys)

    async def resumed(self) -> None:
        """Bring what is shown up to date."""

    async def on_screen_resume(self) -> None:
        """Back in front."""
        await self.resumed()
        self.refresh_keys()
        self.tutor.show_state()
        self.tutor.tell_notices(self)
