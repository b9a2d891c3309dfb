"""`tutor export` and `tutor report`: from one learner's progress to what a class is told."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.conftest import FixedClock
from tests.unit.course.conftest import laid
from tutor import paths
from tutor.commands import course, export, report
from tutor.errors import EnvironmentLacking, UsageError
from tutor.progress.store import Attempt, Store

SECRET = "y = open('/home/ann/diary')"


@pytest.fixture
def learner(clock: FixedClock) -> Iterator[Store]:
    """Somebody who answered two questions of two courses, a day apart."""
    store = Store.open(paths.database(), clock)
    store.add(Attempt("pytorch-fundamentals", "reductions", "sum-dim-0", "answer", "(5,)", "wrong", "A belief.", 12.34))
    store.add(Attempt("pytorch-fundamentals", "reductions", "sum-dim-0", "answer", "(7,)", "right", "", 30.0))
    clock.advance(days=1)
    store.add(Attempt("poets", "sums", "double", "answer", SECRET, "wrong", "", 5.0, digest="0123456789ab"))
    yield store
    store.close()


def exported(capsys: pytest.CaptureFixture[str], **asked: object) -> tuple[list[dict[str, object]], str]:
    given = {"since": None, "course": None, "output": None, "answers": True, **asked}
    assert export.run(**given) == 0  # type: ignore[arg-type]
    said = capsys.readouterr()
    return [json.loads(line) for line in said.out.splitlines()], said.err


@pytest.mark.usefixtures("learner")
def test_every_attempt_is_handed_out_under_one_random_name(capsys: pytest.CaptureFixture[str]) -> None:
    lines, said = exported(capsys)
    assert [line["question"] for line in lines] == ["sum-dim-0", "sum-dim-0", "double"]
    assert lines[0]["answer"] == "(5,)" and lines[0]["belief"] == "A belief." and lines[0]["seconds"] == 12.34
    assert lines[2]["at"] == "2026-01-06T09:00:00Z" and lines[2]["digest"] == "0123456789ab"
    names = {line["learner"] for line in lines}
    assert len(names) == 1 and len(str(*names)) == 16
    assert f"as learner {names.pop()}" in said and "Your answers are in it, as you typed them" in said
    assert "nothing was sent anywhere" in said
    again, _ = exported(capsys)
    assert again == lines


@pytest.mark.usefixtures("learner")
def test_answers_can_be_kept_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines, said = exported(capsys, answers=False)
    assert {(line["answer"], line["belief"]) for line in lines} == {(None, None)}
    assert "as you typed them" not in said
    for private in (SECRET, str(tmp_path), "A belief"):
        assert private not in json.dumps(lines)


@pytest.mark.usefixtures("learner")
def test_of_some_time_and_some_course(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "Clock", lambda: FixedClock(datetime(2026, 1, 6, 12, tzinfo=timezone.utc)))
    assert len(exported(capsys, since="12h")[0]) == 1
    assert len(exported(capsys, since="2026-01-01")[0]) == 3
    assert [line["course"] for line in exported(capsys, course="poets")[0]] == ["poets"]
    with pytest.raises(UsageError, match="Nothing was done in a course `poems`; there is poets, pytorch-fundamentals"):
        exported(capsys, course="poems")
    with pytest.raises(UsageError, match="`soon` is no day such as 2026-01-05"):
        exported(capsys, since="soon")


@pytest.mark.usefixtures("learner")
def test_into_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    lines, said = exported(capsys, output=str(path))
    assert lines == [] and f"3 attempts to {path}" in said
    assert len(path.read_text().splitlines()) == 3
    assert not stat.S_IMODE(path.stat().st_mode) & 0o077
    with pytest.raises(EnvironmentLacking, match="cannot be written: No such file"):
        exported(capsys, output=str(tmp_path / "nowhere" / "mine.jsonl"))
    assert [p.name for p in tmp_path.iterdir() if "mine" in p.name] == ["mine.jsonl"]


def test_nothing_done_is_nothing_handed_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert exported(capsys)[0] == []
    assert not paths.database().exists()
    assert report.run([], None, "text", None) == 0
    assert capsys.readouterr().out == "There is nothing to report yet: answer some questions first.\n"


def test_a_damaged_progress_file_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    paths.database().parent.mkdir(parents=True)
    paths.database().write_text("no database")
    with pytest.raises(EnvironmentLacking, match=r"progress\.db cannot be read .*tutor doctor"):
        exported(capsys)


def test_reading_changes_nothing(learner: Store, capsys: pytest.CaptureFixture[str]) -> None:
    learner.close()
    before = paths.database().read_bytes()
    exported(capsys)
    report.run([], None, "json", None)
    assert paths.database().read_bytes() == before


@pytest.mark.usefixtures("learner")
def test_ones_own_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.run([], None, "text", None) == 0
    said = capsys.readouterr().out
    assert "Reductions  (pytorch-fundamentals/reductions)" in said
    assert re.search(r"─ 1 of \d+ answered, 0 right at once, 0 hints, 0 min\n    sum-dim-0 +right, 2 answers\n", said)


@pytest.mark.usefixtures("learner")
def test_a_class_with_a_line_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    exported(capsys, output=str(path))
    path.write_text(path.read_text() + "nonsense\n" * 30)
    page = tmp_path / "report.html"
    assert report.run([str(path), str(path)], None, "json", str(page)) == 1
    said = capsys.readouterr()
    assert [json.loads(line)["question"] for line in said.out.splitlines()] == ["double", "sum-dim-0"]
    assert f"{path}:4: this is no exported attempt" in said.err and "and 40 more lines like these" in said.err
    assert "3 lines were there twice and count once" in said.err
    assert "<svg" in page.read_text() and SECRET.replace("'", "&#x27;") in page.read_text()


@pytest.mark.usefixtures("learner")
def test_the_lessons_of_an_installed_course_are_at_hand(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.add(str(laid(tmp_path / "poets")), "", "")
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert report.run([], None, "json", None) == 0
    rows = {row["question"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert (rows["double"]["kind"], rows["sum-dim-0"]["kind"]) == ("write", "shape")
    assert report.run([], str(tmp_path / "poets"), "csv", None) == 0
    with pytest.raises(UsageError, match="No course `poems` is installed"):
        report.run([], "poems", "csv", None)


def test_spans() -> None:
    now = datetime(2026, 1, 6, tzinfo=timezone.utc)
    assert export.moment("7d", now) == now - timedelta(days=7)
    assert export.moment("2w", now) == now - timedelta(weeks=2)
    assert export.moment("2026-01-05T10:00+00:00", now).hour == 10
