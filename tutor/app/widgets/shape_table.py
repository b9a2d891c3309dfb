"""Shapes followed through code: every line with a field for the shape it makes."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tutor.app import paint
from tutor.app.widgets.code_block import CodeBlock
from tutor.app.widgets.messages import AnswerEdited, AnswerGiven
from tutor.listing import traced


class Field(Input):
    """The shape of one line."""

    def __init__(self, hint: str, value: str) -> None:
        super().__init__(value, placeholder=hint, select_on_focus=False, compact=True)

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines go into as many fields; one is the field's own affair."""
        lines = event.text.splitlines()
        if len(lines) > 1:
            event.stop()
            event.prevent_default()
            next(node for node in self.ancestors if isinstance(node, ShapeTable)).fill(lines, self)


class ShapeTable(Vertical):
    """The code at the left, a field for each shape at the right."""

    reruns = False
    HELP = (
        "Type the shape that each line makes, such as (5, 7), (3,) or (). Enter or Down goes to the next line, Up to "
        "the one before; Enter on the last line checks, and Ctrl+J (or F5) anywhere."
    )
    # Before the field's own: the next key, which may have been typed already, belongs to another field.
    BINDINGS = [
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("enter", "go_on", "Next line", show=False, priority=True),
    ]

    def __init__(self, code: str, draft: str) -> None:
        super().__init__(id="answer")
        self._code = traced(code)
        values = iter(draft.splitlines())
        self.fields = [
            Field(f"shape of {name}" if len(names) > 1 else "shape", next(values, ""))
            for _, names in self._code
            for name in names
        ]

    @property
    def text(self) -> str:
        """The shapes, each in its place: one per line, an empty line where none was typed."""
        values = [field.value.strip() for field in self.fields]
        return "\n".join(values).rstrip("\n") if any(values) else ""

    @property
    def here(self) -> int:
        """The field that is typed in; the first when it is none."""
        focused = self.app.focused
        return self.fields.index(focused) if focused in self.fields else 0

    @property
    def takes_enter(self) -> bool:
        """Enter gives the answer in the last field only."""
        return self.here + 1 < len(self.fields)

    @property
    def KEYS(self) -> Sequence[tuple[str, str]]:
        """What Enter does before the last field."""
        return (("⏎", "Next line"),) if self.takes_enter else ()

    def compose(self) -> ComposeResult:
        """The lines, with a further row for each further step of one."""
        fields = iter(enumerate(self.fields, start=1))
        for line, names in self._code:
            yield self._row(line, *(next(fields) if names else (0, None)))
            for _ in names[1:]:
                yield self._row("", *next(fields))

    def _row(self, line: str, number: int, field: Field | None) -> Horizontal:
        """Number, code, field."""
        wide = len(str(len(self.fields)))
        return Horizontal(
            Static(f"{number or '':>{wide}}", classes="number", markup=False),
            CodeBlock(paint.python(line), "line"),
            Static("→" if field else "", classes="arrow", markup=False),
            field or Static(classes="none"),
        )

    def focus(self, scroll_visible: bool = True) -> ShapeTable:
        """Go on at the first empty field."""
        empty = [field for field in self.fields if not field.value]
        (empty or self.fields)[0].focus(scroll_visible)
        return self

    def action_move(self, by: int) -> None:
        """To another field; stops at the ends."""
        self.screen.set_focus(self.fields[max(0, min(self.here + by, len(self.fields) - 1))])

    def action_go_on(self) -> None:
        """To the next field."""
        self.action_move(1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """In the last field Enter is the field's, which first takes in what was typed before it."""
        return action != "go_on" or self.takes_enter

    def fill(self, values: Sequence[str], first: Field) -> None:
        """Put values into a field and those below it."""
        for field, value in zip(self.fields[self.fields.index(first) :], values, strict=False):
            field.value = value.strip()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typing makes a draft."""
        event.stop()
        self.post_message(AnswerEdited())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the last field gives the answer."""
        event.stop()
        self.post_message(AnswerGiven())
