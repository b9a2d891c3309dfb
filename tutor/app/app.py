"""The full screen: which screen is in front, and what they share. What is right or wrong is decided elsewhere."""

from __future__ import annotations

import asyncio
import gc
import importlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from tutor import config
from tutor.app import themes
from tutor.app.keys import EVERYWHERE, bindings
from tutor.app.screens.frame import Frame
from tutor.clock import Clock
from tutor.errors import TutorError

if TYPE_CHECKING:
    from textual.command import Provider

    from tutor.drill import Drill
    from tutor.lesson.catalog import Catalog, Entry
    from tutor.progress.store import Store
    from tutor.sandbox.client import Sandbox
    from tutor.session import Session

WARM = ("tutor.session", "tutor.lesson.load", "tutor.app.widgets.code_editor", "tree_sitter_python", "textual.command")
"""What the next keys will need, imported once the first frame is on the screen."""
QUIT_SECONDS = 2.0
HERE = Path(__file__).parent


class TutorApp(App[None]):
    """The tutor on a whole terminal."""

    TITLE = "tutor"
    # Of the first screen only what the first frame shows: every rule is parsed before anything is painted.
    CSS_PATH = [HERE / "app.tcss", HERE / "screens/home.tcss"]
    BINDINGS = [*bindings(EVERYWHERE)]
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(
        self,
        catalog: Catalog,
        store: Store,
        *,
        device: str = "cpu",
        lesson: str | None = None,
        drill: bool = False,
        minutes: float | None = None,
        guarded: bool = False,
    ) -> None:
        """Raises UsageError when there is no such lesson."""
        super().__init__()
        self.catalog = catalog
        self.store = store
        self.session: Session | None = None
        self.due_words = ""
        """What is said of the drill on the map; empty until it was counted."""
        self._sandbox: Sandbox | None = None
        self._device, self._lesson, self._drill, self._minutes = device, lesson, drill, minutes
        self._guarded = guarded
        self._state = "starting torch…"
        self._told = 0
        self._awake = False
        self._asked_to_quit = float("-inf")
        if lesson is not None and not any(entry.slug == lesson for entry in catalog.entries):
            catalog.lesson(lesson)  # says which lessons there are
        for theme in themes.OWN:
            self.register_theme(theme)
        self.config, notice = config.load()
        self._notices = [notice] if notice else []
        self._wear(self.config.theme if self.config.theme in self.available_themes else config.THEME)

    def _wear(self, theme: str) -> None:
        """Begin in a theme. Setting `theme` would have the stylesheet, not yet read, be read twice."""
        self.set_reactive(App.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self.set_class(self.current_theme.dark, "-dark-mode", update=False)
        self.set_class(not self.current_theme.dark, "-light-mode", update=False)

    # The first frame, and what waits for it

    def get_default_screen(self) -> Frame:
        """Straight to the question where there is one to come back to, else the map."""
        if self._drill:
            from tutor.app.screens.drill import DrillScreen

            return DrillScreen()
        left = self.left_off()
        entry = self._entry(self._lesson) if self._lesson else left[0] if left else None
        if entry is None:
            from tutor.app.screens.home import HomeScreen

            return HomeScreen()
        return self._lesson_screen(entry)

    def on_load(self) -> None:
        """Nothing made up to the first frame is garbage."""
        gc.disable()

    def on_mount(self) -> None:
        """Everything that is not on the first frame begins after it."""
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        self.screen.call_after_refresh(self.call_later, self._wake)

    async def _wake(self) -> None:
        # What was made to get here stays; collecting it over and over would be felt at the keys.
        gc.collect(1)
        gc.freeze()
        gc.enable()
        from tutor.app.screens.drill import DrillScreen
        from tutor.app.screens.question import QuestionScreen

        self._awake = True
        self.stylesheet.read(HERE / "screens/question.tcss")
        self.refresh_css(animate=False)
        self.run_worker(self._start_sandbox(), exit_on_error=False)
        if isinstance(self.screen, DrillScreen):
            await self._open_drill()
        elif isinstance(self.screen, QuestionScreen):
            await self._open_lesson(self._lesson)
        self.run_worker(self._warm(), exit_on_error=False)

    async def _warm(self) -> None:
        for name in WARM:
            await asyncio.to_thread(importlib.import_module, name)
        await self._count_due()

    async def _count_due(self) -> None:
        await asyncio.to_thread(importlib.import_module, "tutor.drill")
        try:
            left = self._new_drill().left
        except TutorError as error:
            self.due_words = str(error)
        else:
            self.due_words = f"{left} due" if left else "nothing is due"
        from tutor.app.screens.home import HomeScreen

        if isinstance(self.screen, HomeScreen):
            await self.screen.refresh_places()

    # The sandbox

    @property
    def sandbox(self) -> Sandbox:
        """Where snippets run; made when first needed."""
        if self._sandbox is None:
            from tutor.sandbox.client import Sandbox

            self._sandbox = Sandbox(device=self._device, guarded=self._guarded)
        return self._sandbox

    async def _start_sandbox(self) -> None:
        try:
            await self.sandbox.start()
            await self.sandbox.ready()
            self._state = (await self.sandbox.level())["badge"]
        except TutorError as error:
            self._state = "no sandbox"
            self.tell(str(error))
        self.show_state()

    def show_state(self) -> None:
        """What protects from snippets, or that it is not there yet."""
        if isinstance(self.screen, Frame):
            self.screen.show_state(self._state)

    # Going from screen to screen

    def left_off(self) -> tuple[Entry, str] | None:
        """The lesson and question to come back to."""
        place = self.store.place(self.catalog.key)
        entry = self._entry(place[0]) if place else None
        return (entry, place[1]) if place and entry else None

    def go_home(self) -> None:
        """The course map."""
        self._go(self._home)

    def open_lesson(self, slug: str | None) -> None:
        """A lesson where it was left; None is the one last seen."""
        self._go(lambda: self._open_lesson(slug))

    def open_question(self, question: str) -> None:
        """A question of the lesson that is open."""
        self._go(lambda: self._open_question(question))

    def open_summary(self) -> None:
        """The end of the lesson that is open."""
        self._go(self._summary)

    def open_drill(self) -> None:
        """What is due."""
        self._go(self._open_drill)

    def open_ended(self, lines: list[str]) -> None:
        """The end of a drill."""
        self._go(lambda: self._ended(lines))

    def _go(self, move: Callable[[], Awaitable[None]]) -> None:
        """Screens are switched by the app itself: one that waited for its own removal would wait for ever."""

        async def going() -> None:
            try:
                await move()
            except TutorError as error:
                self.tell(str(error))

        self.call_next(going)

    async def _home(self) -> None:
        from tutor.app.screens.home import HomeScreen

        await self._front(HomeScreen())
        self.run_worker(self._count_due(), exit_on_error=False)

    async def _open_lesson(self, slug: str | None) -> None:
        try:
            session = self._session(slug)
        except TutorError as error:
            await self._home()
            self.tell(str(error))
            return
        await self._ask(session)

    async def _open_question(self, question: str) -> None:
        if self.session is not None:
            self.session.goto(question)
            await self._ask(self.session)

    async def _ask(self, session: Session) -> None:
        from tutor.app.screens.lesson import LessonScreen

        if not isinstance(self.screen, LessonScreen):
            await self._front(self._lesson_screen(self._entry(session.file.slug)))
        if isinstance(self.screen, LessonScreen):
            await self.screen.begin(session)

    async def _summary(self) -> None:
        from tutor.app.screens.summary import SummaryScreen

        if self.session is not None:
            await self._front(SummaryScreen(self.session))

    async def _open_drill(self) -> None:
        from tutor.app.screens.drill import DrillScreen

        drill = self._new_drill()
        if not isinstance(self.screen, DrillScreen):
            await self._front(DrillScreen())
        if isinstance(self.screen, DrillScreen):
            await self.screen.start(drill)

    async def _ended(self, lines: list[str]) -> None:
        from tutor.app.screens.summary import EndedScreen

        await self._front(EndedScreen(lines))

    async def _front(self, screen: Frame) -> None:
        """Bring a screen to the front. The first one stays below the others, and is used again for its own kind."""
        first = self.screen_stack[0]
        if type(first) is type(screen):
            while len(self.screen_stack) > 1:
                await self.pop_screen()
        elif len(self.screen_stack) == 1:
            await self.push_screen(screen)
        else:
            await self.switch_screen(screen)

    def _session(self, slug: str | None) -> Session:
        if self.session is None:
            self.session = self.new_session(slug)
        elif slug is not None and slug != self.session.file.slug:
            self.session.open_lesson(slug)
        return self.session

    def new_session(self, slug: str | None) -> Session:
        """A session of this course."""
        from tutor.session import Session

        return Session.open(self.catalog, self.store, self.sandbox, Clock(), slug)

    def _new_drill(self) -> Drill:
        from tutor.drill import Drill

        return Drill(self.catalog, self.store, self.sandbox, Clock(), self._minutes)

    def _entry(self, slug: str | None) -> Entry | None:
        return next((entry for entry in self.catalog.entries if entry.slug == slug), None)

    def _lesson_screen(self, entry: Entry | None) -> Frame:
        from tutor.app import overview
        from tutor.app.screens.lesson import LessonScreen

        if entry is None:
            return LessonScreen("", [])
        return LessonScreen(entry.title, overview.statuses(self.catalog, self.store, entry.slug))

    # What is said

    def tell(self, words: str) -> None:
        """One sentence, on whatever screen is in front."""
        self._notices.append(words)
        if isinstance(self.screen, Frame):
            self.tell_notices(self.screen)

    def tell_notices(self, frame: Frame) -> None:
        """What has not been said yet: by the app, or by the store."""
        fresh = [*self._notices, *self.store.notices[self._told :]]
        self._notices, self._told = [], len(self.store.notices)
        if fresh:
            frame.notice(" ".join(fresh))

    def _theme_chosen(self, theme: object) -> None:
        if self.theme != self.config.theme:
            self.config = config.Config(theme=self.theme)
            try:
                config.save(self.config)
            except TutorError as error:
                self.tell(str(error))

    # What can be done everywhere

    def action_palette(self) -> None:
        """All commands, by name."""
        from tutor.app.palette import Commands

        self._offer([Commands], "Any command…")

    def jump(self) -> None:
        """Any lesson or question, by name."""
        from tutor.app.palette import Places

        self._offer([Places], "A question or a lesson…")

    def _offer(self, providers: list[type[Provider]], placeholder: str) -> None:
        from textual.command import CommandPalette

        if isinstance(self.screen, Frame):
            self.push_screen(CommandPalette(providers=providers, placeholder=placeholder))

    def action_help(self) -> None:
        """What the focused part is for, and all keys of the screen."""
        from tutor.app.screens.help import HelpScreen

        if isinstance(self.screen, Frame):
            self.push_screen(HelpScreen(self.screen.help_here(), self.screen.ACTS))

    async def action_interrupt(self) -> None:
        """Copy what is selected; else stop what is running; else quit at the second time."""
        if self._copied():
            return
        from tutor.app.screens.question import QuestionScreen

        if isinstance(self.screen, QuestionScreen) and self.screen.stop():
            return
        now = asyncio.get_running_loop().time()
        if now - self._asked_to_quit < QUIT_SECONDS:
            self.action_leave()
            return
        self._asked_to_quit = now
        if isinstance(self.screen, Frame):
            self.screen.notice(self.screen.QUITS)

    def _copied(self) -> bool:
        text = getattr(self.focused, "selected_text", "") or self.screen.get_selected_text() or ""
        if text:
            self.copy_to_clipboard(text)
        return bool(text)

    def action_leave(self) -> None:
        """Quit, with everything kept."""
        from tutor.app.screens.question import QuestionScreen

        if isinstance(self.screen, QuestionScreen):
            self.screen.stop()
            self.screen.keep_now()
        self.exit()

    async def on_unmount(self) -> None:
        """No child outlives the screen."""
        gc.enable()
        if self._awake:
            await self.sandbox.close()
