"""What the first frame costs: `tutor start` draws before anything heavy is loaded."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

HEAVY = ("torch", "numpy", "prompt_toolkit", "jedi", "fsrs", "yaml", "tree_sitter", "tree_sitter_python", "safetensors")
PROBE = str(Path(__file__).with_name("first_frame.py"))


@pytest.fixture
def cached(tmp_path: Path) -> None:
    """The index of the course is made by whoever starts first, and that one start reads the lessons."""
    from tutor.lesson.catalog import Catalog

    Catalog.open()


@pytest.mark.parametrize("arguments", [[], ["reductions"]], ids=["home", "a lesson"])
def test_the_first_words_are_drawn_before_anything_heavy_is_loaded(
    tmp_path: Path, cached: None, arguments: list[str]
) -> None:
    told = tmp_path / "modules.json"
    with Terminal([sys.executable, PROBE, str(told), *arguments], cwd=tmp_path) as terminal:
        terminal.wait_for(lambda _: told.exists())
    loaded = set(json.loads(told.read_text()))
    assert "tutor.app.app" in loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))
