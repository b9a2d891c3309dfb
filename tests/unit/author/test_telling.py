"""How a problem is told: one line for programs, wrapped lines for a terminal."""

from __future__ import annotations

import io
import re

import pytest

from tutor.author.code import CODES, classified, named
from tutor.author.telling import Look, told
from tutor.errors import Problem

PROBLEM = named(
    "false-output",
    Problem(
        "lessons/20-sums.yaml", 14, 7, "question `sums`: the output is not what this code prints, not by far",
        fix="write what torch gives: tensor([5., 7., 9.])", evidence=("- tensor([5., 7., 8.])", "+ " + "9" * 100),
    ),
)  # fmt: skip


def test_a_pipe_gets_one_line_as_compilers_write_it() -> None:
    first, *more = told(PROBLEM, Look())
    assert re.fullmatch(
        r"lessons/20-sums\.yaml:14:7: error: question .*; write what .*\]\) \[E041 false-output\]", first
    )
    assert more == ["      - tensor([5., 7., 8.])", "      + " + "9" * 100]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_terminal_gets_no_line_that_is_too_wide(width: int) -> None:
    lines = list(told(PROBLEM, Look(width)))
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("lessons/20-sums.yaml:14:7: error:")
    assert "[E041 false-output]" in " ".join(lines)
    assert "Write what torch gives" in " ".join(" ".join(lines).split())


def test_colour_says_nothing_alone() -> None:
    plain, painted = list(told(PROBLEM, Look(80))), list(told(PROBLEM, Look(80, True)))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in painted] == plain
    assert painted != plain


def test_only_a_terminal_is_told_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert Look.of(io.StringIO()) == Look()
    assert Look.of(Terminal()).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Look.of(Terminal()).colour


def test_what_a_lesson_says_cannot_steer_the_terminal() -> None:
    nasty = Problem("a.yaml", 1, 1, "so \x1b[31m", fix="\x1b]0;x\x07y", evidence=("\x1b[2J z",))
    assert "\x1b" not in "".join([*told(nasty, Look()), *told(nasty, Look(80))])


def test_codes_are_told_apart() -> None:
    numbers = [code.number for code in CODES.values()]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"[EW]\d{3}", number) for number in numbers)
    assert classified(PROBLEM) is PROBLEM


@pytest.mark.parametrize(
    ("message", "code", "fix"),
    [
        ("a `shape` question has no key `a`; did you mean `b`?", "unknown-key", "did you mean `b`?"),
        ("`because` is empty; write it, or take it away.", "missing-key", "write it, or take it away"),
        ("there is no such file; check the name.", "unreadable", "check the name"),
        ("the `[` that opens on line 3 is not closed here.", "yaml", ""),
        ("a space is missing after `id:`.", "yaml", ""),
        ("the range 6..2 is empty; write the smaller number first.", "wrong-value", "write the smaller number first"),
    ],
)
def test_what_the_loader_says_has_a_code_too(message: str, code: str, fix: str) -> None:
    problem = classified(Problem("a.yaml", 1, 1, message))
    assert (problem.name, problem.fix) == (code, fix)
    assert problem.message == message.partition("; ")[0].rstrip(".")
