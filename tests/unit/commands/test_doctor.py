"""`tutor doctor` finds what is there, says what is not, and touches nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import tutor
from tutor import paths
from tutor.clock import Clock
from tutor.commands import doctor
from tutor.errors import EnvironmentLacking, TutorFault
from tutor.progress.store import Attempt, Store

ROW = re.compile(r"^  (✓ ok |○ no |✗ bad)  \S+ +\S.*$|^  ✓ ok   cpu$")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def found(capsys: pytest.CaptureFixture[str], expected: int = 0) -> dict[str, Any]:
    assert doctor.run(as_json=True) == expected
    (line,) = told(capsys).splitlines()
    data: dict[str, Any] = json.loads(line)
    return data


def row(capsys: pytest.CaptureFixture[str], name: str, expected: int = 0) -> str:
    assert doctor.run(as_json=False) == expected
    (line,) = [line for line in told(capsys).splitlines() if line[8:].split()[:1] == [name] and line[0] == " "]
    return line


@pytest.mark.usefixtures("sandbox")
def test_everything_as_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    data = found(capsys)
    assert data["usable"] is True and data["problem"] == ""
    assert data["versions"]["tutor"] == tutor.__version__
    assert data["versions"]["torch"] == "2.9.0"
    assert re.fullmatch(r"\d+\.\d+.*", data["versions"]["textual"])
    assert data["devices"] == {"cpu": True, "cuda": [], "mps": False}
    assert data["paths"]["data"]["path"] == str(paths.data_dir())
    assert data["paths"]["cache"]["path"] == str(paths.cache_dir())
    assert data["paths"]["lessons"] == {"path": str(paths.shipped_course()), "there": True}
    assert data["database"]["state"] == "missing"
    assert data["sandbox"]["starts"] is True and data["sandbox"]["level"] == "limits only"
    assert data["terminal"]["interactive"] is False


def test_for_a_person_in_columns_with_a_glyph_and_a_word(sandbox: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.run(as_json=False) == 0
    lines = told(capsys).splitlines()
    headings = [line for line in lines if not line.startswith(" ")]
    assert headings[:-1] == ["Versions", "Devices", "Places", "Sandbox: limits only", "Terminal"]
    rows = [line for line in lines if line.startswith(" ")]
    assert [line for line in rows if not ROW.match(line)] == []
    starts = {re.match(r"  . \w+ +\S+ +", line).end() for line in rows if len(line.split()) > 3}  # type: ignore[union-attr]
    assert len(starts) == 1
    assert sandbox.made[0].closed


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("time", "  ✓ ok   time            a run over its time limit is ended"),
        ("files", "  ○ no   files           a snippet can read and write what you can"),
        ("network", "  ✓ ok   network         loopback only"),
        ("moon", "  ✓ ok   moon            in force"),
        (
            "root",
            "  ✓ ok   root            given up: a snippet runs as a user nobody else is; the kernel counts its threads",
        ),
        ("cuda", "  ○ no   cuda            none found"),
    ],
)
def test_protections_and_devices_in_plain_words(capsys: pytest.CaptureFixture[str], name: str, line: str) -> None:
    assert row(capsys, name) == line


def test_devices_by_name(sandbox: Any, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.facts_or_error |= {"cuda": ["Card A", "Card B"], "mps": True}
    assert row(capsys, "cuda").endswith("Card A, Card B")
    assert row(capsys, "mps").startswith("  ✓ ok   mps")


@pytest.mark.parametrize(
    "error",
    [
        EnvironmentLacking("torch is not installed here: pip install torch"),
        TutorFault("The sandbox could not say what it is made of."),
        OSError(11, "Resource temporarily unavailable"),
    ],
)
def test_without_a_sandbox_the_status_is_3_and_the_rest_is_still_told(
    sandbox: Any, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    sandbox.facts_or_error = error
    data = found(capsys, expected=3)
    assert data["usable"] is False
    assert (error.args[-1] in data["problem"]) and data["versions"]["torch"] is None
    nothing = {"level": None, "promise": "", "missing": [], "mode": None, "identity": None, "protections": {}}
    assert data["sandbox"] == {"starts": False, **nothing}
    assert doctor.run(as_json=False) == 3
    lines = told(capsys).splitlines()
    assert lines[-1] == f"✗ {data['problem']}"
    assert "  ✗ bad  torch           not found" in lines
    assert "Sandbox: does not start" in lines
    assert sandbox.made[-1].closed


def test_a_sandbox_that_never_answers(
    sandbox: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.01)
    sandbox.facts_or_error = None
    assert "did not start within" in found(capsys, expected=3)["problem"]
    assert sandbox.made[0].closed


@pytest.mark.usefixtures("sandbox")
def test_the_progress_is_counted_and_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    store = Store.open(paths.database(), Clock())
    store.add(Attempt("torch", "a", "1", "hint"))
    store.add(Attempt("torch", "a", "1", "hint"))
    assert row(capsys, "progress").endswith("progress.db: in order, 2 attempts")
    store.close()
    data = found(capsys)["database"]
    assert (data["state"], data["attempts"], data["version"]) == ("current", 2, 1)


@pytest.mark.usefixtures("sandbox")
def test_a_damaged_database_is_told_and_not_set_aside(capsys: pytest.CaptureFixture[str]) -> None:
    paths.data_dir().mkdir(parents=True)
    paths.database().write_bytes(b"garbage " * 100)
    line = row(capsys, "progress")
    assert line.startswith("  ✗ bad  progress") and "damaged; it is set aside at the next start" in line
    assert [file.name for file in paths.data_dir().iterdir()] == ["progress.db"]
    assert doctor.run(as_json=False) == 0
    assert told(capsys).splitlines()[-1] == "✓ The tutor can be used, but see what is bad above."


@pytest.mark.usefixtures("sandbox")
def test_nothing_is_made_by_looking(capsys: pytest.CaptureFixture[str]) -> None:
    found(capsys)
    assert not paths.data_dir().exists() and not paths.cache_dir().exists()


@pytest.mark.usefixtures("sandbox")
def test_a_folder_that_cannot_be_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TUTOR_DATA_DIR", str(tmp_path / "file" / "below"))
    line = row(capsys, "data")
    assert line.startswith("  ✗ bad  data") and line.endswith("(cannot be written)")


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("settings", "colours"),
    [
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "16 million"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, "none"),
        ({"TERM": ""}, "none"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "none, because NO_COLOR is set"),
    ],
)
def test_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], colours: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert found(capsys)["terminal"]["colours"] == colours


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [(80, 24, "✓ ok   screen  80x24"), (49, 24, "✗ bad  screen  49x24; the full screen needs 50x14, --plain does not")],
)
def test_the_size_of_the_screen(columns: int, rows: int, expected: str) -> None:
    terminal = {"interactive": True, "columns": columns, "rows": rows, "colours": "16", "encoding": "utf-8"}
    mark, name, text = next(doctor._terminal_rows(terminal))
    assert f"{doctor.GLYPHS[mark]} {mark:<3}  {name}  {text}" == expected


@pytest.mark.slow
def test_the_real_sandbox_answers(capsys: pytest.CaptureFixture[str]) -> None:
    data = found(capsys)
    assert re.match(r"\d+\.\d+", data["versions"]["torch"])
    assert data["devices"]["cpu"] is True
    assert data["sandbox"]["protections"]["time"] is True
