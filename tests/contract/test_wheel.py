"""What `pip install` brings: the lessons inside, the licence beside, and a command that finds them from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.contract.source import ROOT

pytestmark = pytest.mark.slow

LESSONS = ROOT / "lessons"
BUILD = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps"]
INSTALL = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*BUILD, "--wheel-dir", str(folder), str(ROOT)], check=True, capture_output=True, timeout=100)
    return next(folder.glob("*.whl"))


def test_it_holds_every_lesson(wheel: Path) -> None:
    held = {name.removeprefix("tutor/_lessons/") for name in zipfile.ZipFile(wheel).namelist() if "_lessons/" in name}
    written = {
        path.relative_to(ROOT / "lessons").as_posix() for path in (ROOT / "lessons").rglob("*") if path.is_file()
    }
    assert "course.yaml" in written
    assert held == written


def test_it_holds_the_stylesheets_and_no_tests(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    sheets = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tutor").rglob("*.tcss")}
    assert sheets <= set(held)
    assert {name.split("/")[0].split("-")[0] for name in held} == {"tutor", "torch_tutor"}


def test_it_says_what_it_is(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    said = Parser().parsestr(archive.read(next(n for n in archive.namelist() if n.endswith("METADATA"))).decode())
    assert (said["Name"], said["License-Expression"], said["License-File"]) == ("torch-tutor", "MIT", "LICENSE")
    assert "make start" in said.get_payload()


def test_it_finds_its_lessons_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    subprocess.run([*INSTALL, str(target), str(wheel)], check=True, capture_output=True, timeout=100)
    code = (
        "import tutor; from tutor.lesson.catalog import Catalog\n"
        "print(tutor.__file__)\n"
        "print(*(entry.slug for entry in Catalog.open().entries))"
    )
    run = [sys.executable, "-c", code]
    env = {**os.environ, "PYTHONPATH": str(target)}
    done = subprocess.run(run, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    file, slugs = done.stdout.splitlines()
    assert Path(file).is_relative_to(target)
    assert {"reductions", "indexing"} <= set(slugs.split())
