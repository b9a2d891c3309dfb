"""A small course as files, and a shelf of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.course.shelf import Shelf

FILES = {
    "course.yaml": "format: 1\ncourse: Poets\nlessons: [01-sums.yaml]\n",
    "01-sums.yaml": """\
format: 1
lesson: Sums
goal: Add up.
given: x = torch.ones(2, 3)
questions:
  - id: columns
    shape: x.sum(dim=0)
    wrong:
      - gives: x.sum(dim=1)
        feedback: The dimension you name goes.
  - id: double
    write: Double `x`; call it `y`.
    solution: y = x * 2
    wrong:
      - answer: y = x + 2
        feedback: That adds.
""",
    "README.md": "Poems.\n",
}


def laid(folder: Path, files: dict[str, str] = FILES) -> Path:
    """The files in a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def poets(tmp_path: Path) -> Path:
    return laid(tmp_path / "poets")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")
