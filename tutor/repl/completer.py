"""Completion from live objects: the child is asked what a name may become."""

from __future__ import annotations

import keyword
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from tutor.repl.commands import COMMANDS

MOST = 400

# A dotted name, with plain subscripts in between: `x`, `layers[0].bi`. Never a call: asking would run it.
_EXPRESSION = re.compile(r"(?<![\w.])(?:[^\W\d]\w*(?:\[[\w'\":, -]*\])*\.)*(?:[^\W\d]\w*)?$")


class LiveCompleter(Completer):
    """Completes commands, keywords, and names and attributes as `ask` knows them."""

    def __init__(self, ask: Callable[[str], Awaitable[list[str]]]) -> None:
        self._ask = ask

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Commands only: names need the child, which is asked asynchronously."""
        typed = document.text_before_cursor
        words = [command.split()[0] for command in COMMANDS]
        return [Completion(word, -len(typed)) for word in words if typed and word.startswith(typed)]

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Everything the text before the cursor may become."""
        if document.text_before_cursor.startswith(":"):
            for command in self.get_completions(document, complete_event):
                yield command
            return
        expression = expression_before(document.text_before_cursor)
        if expression is None:
            return
        prefix = expression.rpartition(".")[2]
        for name in self._fitting(await self._ask(expression), prefix, "." in expression):
            yield Completion(name, -len(prefix))

    def _fitting(self, found: list[str], prefix: str, attribute: bool) -> list[str]:
        names = {name.rpartition(".")[2] for name in found}
        if not attribute:
            names |= set(keyword.kwlist)
        hidden = not prefix.startswith("_")
        kept = [name for name in names if name.startswith(prefix) and not (hidden and name.startswith("_"))]
        return sorted(kept, key=lambda name: (name.startswith("_"), name.casefold()))[:MOST]


def expression_before(text: str) -> str | None:
    """The dotted name that ends at the cursor, perhaps empty; None after something that would have to be run."""
    found = _EXPRESSION.search(text)
    return found.group() if found else None
