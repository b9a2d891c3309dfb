"""Help that shows how: every command has examples, and each example is a command that exists."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from tutor import __version__
from tutor.cli import cli


def _help(*command: str) -> str:
    result = CliRunner().invoke(cli, [*command, "--help"], prog_name="tutor")
    assert result.exit_code == 0
    return result.output


def _examples(text: str) -> list[list[str]]:
    """The words of each example from `tutor` on, without what the shell does around it and what is said beside it."""
    lines = [line for line in text.partition("Examples:")[2].splitlines() if "tutor" in line]
    calls = [re.sub(r".*\| (?=tutor)", "", line).strip() for line in lines]
    return [shlex.split(re.split(r" +[|<>] |\s{2,}", call)[0])[1:] for call in calls]


@pytest.mark.parametrize("name", [None, *cli.commands])
def test_help_has_examples_that_parse(name: str | None) -> None:
    examples = _examples(_help(*([name] if name else [])))
    assert examples
    for words in examples:
        assert name is None or words[0] == name
        command = cli.commands[words[0]]
        command.make_context(words[0], list(words[1:]), parent=click.Context(cli, info_name="tutor"))


@pytest.mark.parametrize("name", cli.commands)
def test_every_option_says_what_it_does(name: str) -> None:
    options = [p for p in cli.commands[name].params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(cli, ["--version"]).output.strip() == f"tutor {__version__}"


@pytest.mark.parametrize("words", [["strat"], ["start", "--colour"], ["run"], ["start", "--device", "abacus"]])
def test_wrong_usage_is_status_2(words: list[str]) -> None:
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
