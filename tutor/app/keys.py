"""Everything a learner can do, once: bindings, the line of keys, the command palette and the help all come from here.

On text questions letters and Enter belong to the answer, so every act has a key that survives a focused editor.
Ctrl-H, I, M and [ are other keys on a plain terminal, Ctrl-B is tmux's, Ctrl-S may freeze the terminal: none is used.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True)
class Act:
    """One thing a learner can do."""

    id: str
    keys: str
    """As Textual names them, separated by commas."""
    shown: str
    """The first of them, as a person reads it."""
    label: str
    """A word for the line of keys."""
    words: str
    """A short sentence for the palette and the help."""
    palette: bool = True

    @property
    def action(self) -> str:
        """The method that does it, without `action_`."""
        return self.id


EVERYWHERE = (
    Act("help", "f1", "F1", "Help", "Help: what the focused part is for, and all keys"),
    Act("palette", "ctrl+p", "^P", "All", "All commands: find any of them by name", palette=False),
    Act("interrupt", "ctrl+c", "^C", "Stop", "Copy what is selected, else stop what is running", palette=False),
    Act("leave", "ctrl+q", "^Q", "Quit", "Quit: you come back to this very place"),
)

QUESTION = (
    Act("check", "ctrl+j,ctrl+enter,f5", "^J", "Check", "Answer: check it, or run the code"),
    Act("hint", "f2", "F2", "Hint", "Answer: one more hint"),
    Act("why", "f3", "F3", "Why", "Answer: why it failed, and what each of its lines made"),
    Act("skip", "f4", "F4", "Skip", "Question: skip it for now"),
    Act("reveal", "f6", "F6", "Reveal", "Answer: show it (asks once)"),
    Act("back", "f7", "F7", "Back", "Question: the one before"),
    Act("next", "f8,ctrl+n", "F8", "Next", "Question: the one after"),
    Act("undo", "ctrl+t", "^T", "Take back", "Answer: take back the last accepted one"),
    Act("restart", "ctrl+o", "^O", "Start over", "Answer: start over from what was given"),
    Act("jump", "ctrl+g", "^G", "Go to", "Go to: any question or lesson"),
    Act("home", "escape", "Esc", "Home", "Go to: the course map"),
)

SUMMARY = (
    Act("onward", "enter,n", "⏎", "Go on", "Lesson: the one after"),
    Act("revisit", "r", "R", "Revisit", "Question: the first that is still open"),
    Act("back", "f7", "F7", "Back", "Question: the last of the lesson"),
    Act("jump", "ctrl+g", "^G", "Go to", "Go to: any question or lesson"),
    Act("home", "escape", "Esc", "Home", "Go to: the course map"),
)

HOME = (
    Act("drill", "d", "D", "Drill", "Drill: what is due today"),
    Act("jump", "ctrl+g", "^G", "Go to", "Go to: any lesson"),
)


def bindings(*groups: tuple[Act, ...]) -> list[Binding]:
    """The acts as Textual's bindings. They come before the focused widget's own, which would swallow them."""
    return [
        Binding(act.keys, act.action, act.label, show=False, priority=not _typed(act), id=f"tutor.{act.id}")
        for group in groups
        for act in group
    ]


def _typed(act: Act) -> bool:
    """Whether one of its keys is also typed in text."""
    return any(len(key) == 1 or key == "enter" for key in act.keys.split(","))
