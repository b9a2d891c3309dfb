from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from tutor.repl.completer import LiveCompleter, expression_before

ASKED: list[str] = []


async def ask(text: str) -> list[str]:
    ASKED.append(text)
    return ["x.sum", "x.std", "x._version"] if "." in text else ["x", "xs", "_hidden", "for_each"]


async def offered(text: str) -> list[tuple[str, int]]:
    found = LiveCompleter(ask).get_completions_async(Document(text), CompleteEvent())
    return [(completion.text, completion.start_position) async for completion in found]


async def test_names_and_keywords() -> None:
    assert await offered("y = x") == [("x", -1), ("xs", -1)]
    assert await offered("fo") == [("for", -2), ("for_each", -2)]


async def test_attributes_of_the_live_object() -> None:
    assert await offered("y = (x.s") == [("std", -1), ("sum", -1)]
    assert ASKED[-1] == "x.s"


async def test_private_names_only_when_asked_for() -> None:
    assert await offered("x._") == [("_version", -1)]
    assert "_hidden" not in [name for name, _ in await offered("")]


async def test_nothing_is_offered_after_a_call() -> None:
    assert await offered("f(x).s") == []


async def test_commands() -> None:
    assert await offered(":v") == [(":vars", -2)]
    assert await offered(":x") == []


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("y = torch.nn.Lin", "torch.nn.Lin"),
        ("layers[0].bi", "layers[0].bi"),
        ("f(x).su", None),
        ("1 + ", ""),
        ("3.", None),
        ("größe.s", "größe.s"),
    ],
)
def test_only_a_dotted_name_is_completed(text: str, expression: str | None) -> None:
    assert expression_before(text) == expression
