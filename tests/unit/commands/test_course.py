"""`tutor course`, and opening a course that was installed."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import click
import pytest

from tests.unit.course.conftest import FILES, laid
from tutor.commands import course, drill, grade, start
from tutor.commands.opening import open_course
from tutor.course.shelf import Shelf
from tutor.errors import EnvironmentLacking, TutorError, UsageError
from tutor.sandbox import client
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import NONE


@pytest.fixture
def poets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = laid(tmp_path / "poets")
    assert course.add(str(folder), "", "") == 0
    capsys.readouterr()
    return folder


def asked(monkeypatch: pytest.MonkeyPatch, answer: bool) -> list[str]:
    """What a person at a terminal is shown and asked from now on; every question is answered the same way."""
    heard: list[str] = []
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)

    def confirm(text: str, **_: object) -> bool:
        heard.append(text)
        return answer

    monkeypatch.setattr(click, "confirm", confirm)
    for way in ("echo_via_pager", "echo"):
        monkeypatch.setattr(click, way, lambda text, **_: heard.append(text))
    return heard


def test_what_is_said_of_a_course(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course.add(str(laid(tmp_path / "poets", {**FILES, "run.py": "1"})), "", "")
    told = " ".join(capsys.readouterr().out.split())
    digest = Shelf().named("poets").digest
    assert told.startswith(
        f"Added `poets`: Poets from {tmp_path / 'poets'} version {digest[:12]} content sha256 {digest} "
    )
    for line in ("lessons 1: sums ", "left out 1 of kinds a course does not hold: run.py ", "code 5 pieces"):
        assert line in told
    course.listed(as_json=True)
    shipped, row = map(json.loads, capsys.readouterr().out.splitlines())
    assert (shipped["kind"], shipped["agreed"]) == ("shipped", True)
    assert (row["name"], row["title"], row["kind"], row["digest"]) == ("poets", "Poets", "folder", digest)
    assert (row["agreed"], row["lessons"]) == (False, [{"slug": "sums", "title": "Sums", "questions": 2}])
    course.listed(as_json=False)
    assert f"poets                 Poets\n{'':22}{digest[:12]}, 1 lesson, code not seen yet" in capsys.readouterr().out


def test_nothing_runs_before_its_code_was_seen(poets: Path) -> None:
    for refused in (
        lambda: start.run("poets/sums", None, "cpu", True),
        lambda: start.run(None, "poets", "cpu", True),
        lambda: drill.run("poets", None, True),
        lambda: grade.run("poets/sums", [str(poets / "README.md")], None, False),
    ):
        with pytest.raises(UsageError, match=r"has not been seen here: `tutor course show poets` shows it"):
            refused()
    assert Shelf().named("poets").agreed == ""


def test_code_is_shown_once_and_asked_for(poets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = asked(monkeypatch, answer=False)
    with pytest.raises(TutorError, match="stays closed; nothing of it was run"):
        open_course("poets")
    shown, question = heard
    assert "x = torch.ones(2, 3)" in shown and "y = x + 2" in shown and question == "Run 5 pieces of code, confined?"
    heard = asked(monkeypatch, answer=True)
    assert open_course("poets").catalog.key == "poets"
    assert len(heard) == 2
    assert open_course(None, "poets/sums").lesson == "sums"
    assert len(heard) == 2


def test_after_an_update_only_what_is_new_is_shown(poets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_course("poets", yes=True)
    laid(poets, {"01-sums.yaml": FILES["01-sums.yaml"].replace("x * 2", "2 * x")})
    assert course.update([], dry=False) == 0
    heard = asked(monkeypatch, answer=True)
    open_course("poets")
    assert "2 * x" in heard[0] and "torch.ones" not in heard[0] and heard[1] == "Run 1 piece of code, confined?"
    laid(poets, {"README.md": "Other poems."})
    course.update(["poets"], dry=False)
    open_course("poets")
    assert len(heard) == 2


def test_yes_is_said_aloud(poets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = open_course(None, "poets/", yes=True)
    assert (opened.catalog.title, opened.lesson) == ("Poets", None)
    assert "5 pieces of code of `poets` may run unseen (--yes)" in capsys.readouterr().err
    assert open_course(None, "poets").catalog.key == "poets"


def test_files_that_were_changed_are_not_opened(poets: Path) -> None:
    open_course("poets", yes=True)
    shelf = Shelf()
    (shelf.place(shelf.named("poets")) / "01-sums.yaml").write_text("format: 1\n")
    with pytest.raises(EnvironmentLacking, match=r"not the ones that were installed; `tutor course update poets`"):
        open_course("poets", yes=True)
    course.update(["poets"], dry=False)
    open_course("poets", yes=True)


def test_an_installed_course_needs_the_level_full(poets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "Sandbox", partial(Sandbox, layers=NONE))
    with pytest.raises(EnvironmentLacking, match="Other people's code is not run here"):
        start.run("poets/sums", None, "cpu", True, yes=True)


def test_which_course_is_meant(poets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(poets.parent)
    assert open_course("poets").catalog.folder == poets
    monkeypatch.chdir(poets)
    assert open_course("poets", yes=True).catalog.folder == Shelf().place(Shelf().named("poets"))
    shipped = open_course(None).catalog
    assert shipped.shipped and open_course(shipped.key).catalog.shipped
    assert open_course(None, f"{shipped.key}/reductions")[1] == "reductions"
    assert open_course(None, "reductions").catalog.shipped
    assert open_course(None, "nothing/sums").lesson == "nothing/sums"
    with pytest.raises(UsageError, match="No course `poet` is installed; did you mean `poets`"):
        open_course("poet")


def test_update_goes_on_after_one_that_cannot_be_had(
    poets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course.add(str(laid(tmp_path / "gone")), "gone", "")
    (tmp_path / "gone" / "course.yaml").unlink()
    laid(poets, {"README.md": "Other poems."})
    assert course.update([], dry=False) == 1
    said = capsys.readouterr()
    assert "`gone` stays as it is" not in said.err and "gone stays as it is: " in said.err
    assert "poets: went from" in said.out


def test_progress_outlives_the_course(poets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert course.remove("poets") == 0
    assert "Your progress in it is kept" in capsys.readouterr().out
    with pytest.raises(UsageError):
        course.remove("poets")


def test_code_can_be_looked_at_any_time(poets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert course.show("poets") == 0
    assert "01-sums.yaml:7  columns\n  shape:\n    x.sum(dim=0)" in capsys.readouterr().out
