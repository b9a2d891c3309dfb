"""Colours are named once, in the themes: a screen says `$accent`, never a number."""

from __future__ import annotations

import ast
import re

from tests.contract.source import PACKAGE, modules

_IN_PYTHON = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6})\b|^#[0-9a-fA-F]{3}$|\brgba?\(")
_IN_STYLES = re.compile(r":[^;{]*(?:#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\()")


def test_no_colour_is_written_in_code() -> None:
    strays = [
        f"{module.name}:{node.lineno}: {node.value[:60]!r}"
        for module in modules()
        if module.name != "app/themes.py"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _IN_PYTHON.search(node.value)
    ]
    assert strays == []


def test_no_colour_is_written_in_a_stylesheet() -> None:
    strays = [
        f"{sheet.name}:{number}: {line.strip()}"
        for sheet in sorted(PACKAGE.rglob("*.tcss"))
        for number, line in enumerate(sheet.read_text("utf-8").splitlines(), 1)
        if _IN_STYLES.search(line)
    ]
    assert strays == []
