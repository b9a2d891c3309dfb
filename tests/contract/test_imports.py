"""Who may import whom: the layers, and the libraries that only one room may know."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from importlinter.cli import lint_imports

from tests.contract.source import ROOT, modules

ONLY_IN = {
    "torch": r"sandbox/",
    "textual": r"app/",
    "rich": r"app/",
    "prompt_toolkit": r"repl/",
    "pygments": r"repl/",
    "yaml": r"lesson/(load|nodes)\.py",
    "sqlite3": r"progress/",
    "fsrs": r"progress/",
    "safetensors": r"sandbox/",
    # A sandbox child is data and pipes; these two carry code across a process boundary.
    "pickle": r"$never",
    "multiprocessing": r"$never",
}
"""Library: where it may be imported, at the top or inside a function."""

LIGHT = ["tutor.sandbox.client", "tutor.session", "tutor.examiner", "tutor.plain", "tutor.lesson.catalog", "tutor.cli"]


def test_the_layers_hold(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert status == 0, capsys.readouterr().out


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_in_its_room(library: str) -> None:
    room = re.compile(ONLY_IN[library])
    strays = [
        f"{module.name}:{line} imports {name}"
        for module in modules()
        for line, name in module.imports()
        if name.split(".")[0] == library and not room.match(module.name)
    ]
    assert not strays


@pytest.mark.parametrize("module", LIGHT)
def test_a_room_of_the_screens_process_loads_no_torch(module: str) -> None:
    heavy = "torch", "textual", "prompt_toolkit", "jedi", "fsrs", "yaml", "tree_sitter", "numpy"
    code = f"import sys, {module}; print(*({set(heavy)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
