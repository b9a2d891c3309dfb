"""Other people's code needs the level *full*, unless somebody says in so many words that it is trusted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tutor.commands import check, grade, repl, start
from tutor.errors import EnvironmentLacking
from tutor.lesson.catalog import Catalog
from tutor.sandbox import client, level
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import NONE

LESSON = """\
format: 1
lesson: One
goal: To begin.
given: x = torch.ones(2, 3)
questions:
  - id: write
    write: Make `y`.
    start: y = ____
    solution: y = x.sum()
    because: It is the sum.
"""
REFUSED = r"Other people's code is not run here: the sandbox is limits only \(.*network.*\).*--i-trust-all-code"


@pytest.fixture
def weak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sandboxes here have limits only."""
    made = partial(Sandbox, layers=NONE)
    monkeypatch.setattr(client, "Sandbox", made)
    for command in (check, grade):
        monkeypatch.setattr(command, "Sandbox", made)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    (tmp_path / "course.yaml").write_text("format: 1\ncourse: Theirs\nlessons: [01-one.yaml]\n")
    (tmp_path / "01-one.yaml").write_text(LESSON)
    (tmp_path / "answers.yaml").write_text("write: y = x.sum()\n")
    return tmp_path


@pytest.mark.usefixtures("weak")
def test_grading_is_refused_also_for_the_shipped_course(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EnvironmentLacking, match=REFUSED):
        grade.run(str(theirs / "01-one.yaml"), [str(theirs / "answers.yaml")], None, False)
    assert capsys.readouterr().out == ""
    assert grade.run(str(theirs / "01-one.yaml"), [str(theirs / "answers.yaml")], None, False, trusted=True) == 0


@pytest.mark.usefixtures("weak")
def test_other_peoples_lessons_are_not_checked_and_ones_that_came_along_are(theirs: Path) -> None:
    with pytest.raises(EnvironmentLacking, match=REFUSED):
        check.run([str(theirs)], False)
    assert check.run([str(theirs)], False, trusted=True) == 0
    assert check.run([str(Catalog.open().folder / "drills" / "reductions.yaml")], False) == 0


@pytest.mark.usefixtures("weak")
def test_other_peoples_courses_run_nothing(theirs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TUTOR_DATA_DIR", str(tmp_path / "data"))
    with pytest.raises(EnvironmentLacking, match=REFUSED):
        start.run(None, str(theirs), "cpu", True)


@pytest.mark.usefixtures("weak")
async def test_a_prompt_with_what_others_defined_is_refused() -> None:
    with pytest.raises(EnvironmentLacking, match=REFUSED):
        await repl.opened("cpu", guarded=True)


async def test_a_guarded_sandbox_admits_nobody_below_full() -> None:
    async with Sandbox(layers=NONE, guarded=True) as sandbox:
        for work in (sandbox.ready, sandbox.play):
            with pytest.raises(EnvironmentLacking, match=REFUSED):
                await work()


def test_the_refusal_follows_from_the_level_alone() -> None:
    whole = dict.fromkeys(level._MISSING, True)
    for held in (whole, whole | {"names": True}):
        assert level.refusal(level.facts(held)) == ""
    assert "reduced (there is a network)" in level.refusal(level.facts(whole | {"network": False}))
    assert level.GPU in level.refusal(level.facts(whole, gpu=True))


def test_the_shipped_course_is_known_by_where_it_is(theirs: Path) -> None:
    assert Catalog.open().shipped
    assert not Catalog.open(theirs).shipped
