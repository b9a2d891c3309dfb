"""The full screen around one file that is being written: the same questions, and nothing is remembered."""

from __future__ import annotations

from tutor.app.app import HERE, TutorApp
from tutor.app.screens.frame import Frame
from tutor.app.screens.preview import PreviewScreen, Prove
from tutor.lesson.watch import Saved, Watch
from tutor.preview import OneLesson
from tutor.progress.store import Store

ALONE = "This shows one lesson only; Ctrl+Q leaves it."


class PreviewApp(TutorApp):
    """The tutor, at one question of one file."""

    CSS_PATH = [HERE / "app.tcss", HERE / "screens/question.tcss", HERE / "screens/preview.tcss"]

    def __init__(
        self,
        watch: Watch,
        saved: Saved,
        store: Store,
        prove: Prove,
        *,
        question: str = "",
        line: int = 0,
        device: str = "cpu",
        guarded: bool = False,
    ) -> None:
        """Begins at a question by its id or by a line of the file, else at the first; `saved` is the file as it is."""
        super().__init__(OneLesson(watch.path), store, device=device, guarded=guarded)
        self._preview = PreviewScreen(watch, saved, prove, question, line)

    def get_default_screen(self) -> Frame:
        """There is only one."""
        return self._preview

    async def _open_lesson(self, slug: str | None) -> None:
        """The file is followed from the first frame on; there is no other lesson."""
        self._preview.follow()

    def go_home(self) -> None:
        """There is no map."""
        self.tell(ALONE)
