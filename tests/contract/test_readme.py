"""The first page holds: its links lead somewhere, its commands exist, and it names nobody's machine."""

from __future__ import annotations

import re

import pytest

from tests.contract.source import ROOT
from tutor.cli import cli

README = (ROOT / "README.md").read_text("utf-8")


def test_every_link_inside_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    inside = [link for link in links if "://" not in link]
    assert inside
    assert [link for link in inside if not (ROOT / link).is_file()] == []


def test_every_command_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `tutor (\w+)", README, re.MULTILINE)) == set(cli.commands)


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make (\w+)`|^make (\w+)", README, re.MULTILINE))
    assert {one or other for one, other in named} <= targets


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "constraints.txt"])
def test_it_names_no_registry_and_no_machine(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(
        r"(files\.pythonhosted|pypi\.org|download\.pytorch)|(?<![\w.])/(home|root|Users|work|opt)/", text
    )
