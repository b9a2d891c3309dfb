from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tutor.repl.statement import finished, indentation, statements, unprompted


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "if a: b",
        "x = torch.zeros(\n    2, 3)",
        "for i in x:\n    print(i)\n",
        "for i in x:\n    print(i)\n    ",
        "x = 1\ny = 2",
        "import",
        "x = 'abc",
        "x is 1",
        "\\0 = 1",
        "(" * 500,
        "x\x00",
        "",
    ],
)
def test_enter_runs_what_is_whole(text: str) -> None:
    assert finished(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = (1,",
        "for i in x:",
        "for i in x:\n    y",
        "if a:\n    b\nelse:",
        "@dec",
        "s = '''a",
        "a\\",
        "try:\n    x",
    ],
)
def test_enter_opens_another_line_while_something_is_open(text: str) -> None:
    assert not finished(text)


def test_text_too_long_to_run_is_left_to_the_sandbox() -> None:
    assert finished("x = '''" + "a" * (65 << 10))


@pytest.mark.parametrize(
    ("text", "space"),
    [
        ("for i in x:", "    "),
        ("for i in x:  # each: row", "    "),
        ("class A:\n    def f(self):", "        "),
        ("def f():\n    return 1", ""),
        ("def f():\n    y = 1", "    "),
        ("x = 1", ""),
    ],
)
def test_the_next_line_is_indented(text: str, space: str) -> None:
    assert indentation(text) == space


def test_a_copied_session_loses_its_prompts_and_output() -> None:
    copied = ">>> x = torch.ones(2)\n>>> for i in x:\n...     print(i)\n...\ntensor(1.)\n"
    assert unprompted(copied) == "x = torch.ones(2)\nfor i in x:\n    print(i)\n"
    assert unprompted("x >>> 1\ny") == "x >>> 1\ny"


async def split(text: str, blank_ends: bool) -> list[str]:
    async def lines() -> AsyncIterator[str]:
        for line in text.splitlines(keepends=True):
            yield line

    return [statement async for statement in statements(lines(), blank_ends)]


async def test_piped_lines_become_statements() -> None:
    text = "x = 1\nfor i in x:\n    a\n\n    b\nelse:\n    c\ny\n\n\nz = (1,\n2)\n"
    assert await split(text, blank_ends=False) == [
        "x = 1",
        "for i in x:\n    a\n\n    b\nelse:\n    c",
        "y",
        "z = (1,\n2)",
    ]


async def test_a_pipe_may_end_in_the_middle() -> None:
    assert await split("def f():\n    return 1", blank_ends=False) == ["def f():\n    return 1"]
    assert await split("x = (1,", blank_ends=False) == ["x = (1,"]


async def test_a_string_over_several_lines_stays_together() -> None:
    assert await split('s = """a\nb\n"""\nt\n', blank_ends=False) == ['s = """a\nb\n"""', "t"]


async def test_at_a_bare_terminal_a_blank_line_ends_a_block() -> None:
    assert await split("if a:\n    b\n\nc\n", blank_ends=True) == ["if a:\n    b\n", "c"]
