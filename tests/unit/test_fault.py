"""Our own faults are told as ours, and written down so that they can be repeated."""

from __future__ import annotations

import json
import sys

import click
import pytest

from tutor import cli, fault, paths
from tutor.errors import UsageError


def test_what_is_known_is_said_as_it_is() -> None:
    assert fault.sentence(UsageError("There is no such lesson.")) == "There is no such lesson."
    assert not paths.fault_log().exists()


def test_the_unexpected_is_written_with_what_repeats_it() -> None:
    said = fault.sentence(KeyError("x"), answer="half \udc80")
    assert "not yours: KeyError" in said and str(paths.fault_log()) in said
    record = json.loads(paths.fault_log().read_text())
    assert record["answer"] == "half \\udc80"
    assert "KeyError" in record["traceback"]


def test_a_log_that_cannot_be_written_is_no_second_fault(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TUTOR_DATA_DIR", str(tmp_path / "file"))
    assert "could not be written down" in fault.sentence(KeyError("x"))


def test_no_traceback_reaches_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    def broken() -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(cli, "cli", broken)
    monkeypatch.setattr(sys, "argv", ["tutor"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 3
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said and "Traceback" not in said
