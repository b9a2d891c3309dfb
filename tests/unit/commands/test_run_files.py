"""`tutor run` runs each file apart and tells it as JSON or to a person."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tutor.commands import run
from tutor.commands.stream import forgive
from tutor.errors import EnvironmentLacking
from tutor.sandbox.protocol import CODE_MOST, Failure, Line, Observation, Outcome, Warned

KEYS = [
    "file", "status", "seconds", "stdout", "stderr", "error", "lines", "warnings", "observed", "sandbox",
]  # fmt: skip
FAILED = Outcome(
    status="error",
    seconds=0.018654,
    stdout="hi\nthere\n",
    stderr="careful\n",
    error=Failure(type="RuntimeError", message="mat1 and mat2 shapes cannot be multiplied", line=5),
    warnings=(Warned(line=4, message="old\nways"),),
    lines=(
        Line(line=1, name="x", shape=(2, 3), dtype="float32", text="tensor(...)"),
        Line(line=12, name="total", shape=(), dtype="int64"),
        Line(line=13, name="n", text="3"),
        Line(line=14, name="", text="'a\nb'"),
    ),
    observed={"x.sum()": Observation(kind="missing")},
)
SUM = Observation(kind="tensor", type="Tensor", text="tensor(6.)", shape=(), dtype="float32", values=6.0, tensor="t0")


def go(*files: str | Path, observe: tuple[str, ...] = (), device: str = "cpu", as_json: bool = False) -> int:
    return run.run([str(file) for file in files], list(observe), device, 5.0, as_json)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "demo.py"
    path.write_text("x = 1\n")
    return path


def test_one_object_a_line_with_every_key(
    sandbox: Any, script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.py"
    other.write_text("y = 2\n")
    sandbox.outcomes |= {"x = 1\n": FAILED, "y = 2\n": Outcome(status="ok", seconds=1, observed={"x.sum()": SUM})}
    assert go(script, other, observe=("x.sum()",), as_json=True) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    first, second = [json.loads(line) for line in captured.out.splitlines()]
    assert list(first) == list(second) == KEYS
    assert first["file"] == str(script) and first["status"] == "error" and first["seconds"] == 0.0187
    assert first["stdout"] == "hi\nthere\n" and first["stderr"] == "careful\n"
    assert first["error"] == {
        "type": "RuntimeError",
        "message": "mat1 and mat2 shapes cannot be multiplied",
        "line": 5,
        "explanation": "",
        "rule": None,
        "repairs": [],
    }
    none = {"device": None, "requires_grad": None, "count": 1, "passes": [], "parts": []}
    assert first["lines"][0] == {"line": 1, "name": "x", "shape": [2, 3], "dtype": "float32"} | none
    assert first["lines"][2] == {"line": 13, "name": "n", "shape": None, "dtype": None} | none
    assert first["warnings"] == [{"line": 4, "message": "old\nways", "explanation": ""}]
    assert first["sandbox"] == "limits only"
    assert second["error"] is None and second["lines"] == []
    observed = second["observed"]["x.sum()"]
    assert observed["shape"] == [] and observed["values"] == 6.0 and "tensor" not in observed


def test_what_is_asked_of_the_sandbox(sandbox: Any, script: Path) -> None:
    assert go(script, observe=("x", "x + 1")) == 0
    (made,) = sandbox.made
    (request,) = made.requests
    assert (request.code, request.filename, request.observe) == ("x = 1\n", "demo.py", ("x", "x + 1"))
    assert request.trace and request.limits.seconds == 5.0 and request.device == "cpu"
    assert made.closed


def test_for_a_person(sandbox: Any, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.outcomes["x = 1\n"] = FAILED
    assert go(script) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{script}  ✗ error  0.02 s",
        "hi",
        "there",
        "stderr: careful",
        "   1  x      (2, 3) float32",
        "  12  total  () int64",
        "  13  n      3",
        "  14  ·      'a b'",
        "  line 4: warning: old ways",
        "  line 5: RuntimeError: mat1 and mat2 shapes cannot be multiplied",
    ]


def test_what_was_observed_is_drawn(sandbox: Any, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.outcomes["x = 1\n"] = Outcome(status="ok", seconds=0.5, observed={"x.sum()": SUM})
    assert go(script) == 0
    assert capsys.readouterr().out.splitlines() == [f"{script}  ✓ ok  0.50 s", "  x.sum()  () float32  6."]


@pytest.mark.parametrize("status", ["timeout", "memory", "output", "killed", "refused"])
def test_a_limit_is_told_in_one_form(
    sandbox: Any, script: Path, capsys: pytest.CaptureFixture[str], status: Any
) -> None:
    sandbox.outcomes["x = 1\n"] = Outcome(status=status, seconds=5, note="Stopped: over the limit.", truncated=True)
    assert go(script) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{script}  ✗ {status}  5.00 s",
        "  warning: More was printed than is kept; the rest was dropped.",
        "  Stopped: over the limit.",
    ]
    assert go(script, as_json=True) == 1
    data = json.loads(capsys.readouterr().out)
    told = {"type": status, "message": "Stopped: over the limit.", "line": None, "explanation": ""}
    assert data["error"] == told | {"rule": None, "repairs": []}
    assert len(data["warnings"]) == 1 and data["status"] == status


def test_a_file_that_is_missing_stops_no_other(
    sandbox: Any, script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert go(tmp_path / "nowhere.py", script, tmp_path, as_json=True) == 2
    captured = capsys.readouterr()
    assert [json.loads(line)["status"] for line in captured.out.splitlines()] == ["ok"]
    assert captured.err.splitlines() == [
        f"tutor: {tmp_path}/nowhere.py cannot be read: No such file or directory.",
        f"tutor: {tmp_path} cannot be read: Is a directory.",
    ]
    assert len(sandbox.made[0].requests) == 1


def test_a_missing_file_weighs_more_than_a_failing_one(sandbox: Any, script: Path, tmp_path: Path) -> None:
    sandbox.outcomes["x = 1\n"] = FAILED
    assert go(script, tmp_path / "nowhere.py") == 2
    assert go(tmp_path / "nowhere.py", script) == 2


@pytest.mark.parametrize(
    ("raw", "said"),
    [(b"x = '\xff'\n", "not text that Python reads"), (b"# coding: nonsense\n", "not text that Python reads")],
)
def test_bytes_that_are_no_text(
    sandbox: Any, script: Path, capsys: pytest.CaptureFixture[str], raw: bytes, said: str
) -> None:
    script.write_bytes(raw)
    assert go(script) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xef\xbb\xbfx = 1\r\ny = 2\r", "x = 1\ny = 2\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        ("x = '汉'\n".encode(), "x = '汉'\n"),
        (b"", ""),
    ],
)
def test_text_is_decoded_as_python_would(sandbox: Any, script: Path, raw: bytes, code: str) -> None:
    script.write_bytes(raw)
    assert go(script) == 0
    assert sandbox.made[0].requests[0].code == code


def test_a_huge_file_is_not_read_whole(sandbox: Any, script: Path) -> None:
    script.write_bytes("é".encode() * CODE_MOST * 4)
    assert go(script) == 0
    code = sandbox.made[0].requests[0].code
    assert CODE_MOST < len(code.encode()) < CODE_MOST + 100


def test_standard_input(
    sandbox: Any, script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"z = 3\n")))
    assert go("-", script) == 0
    assert [request.filename for request in sandbox.made[0].requests] == ["stdin.py", "demo.py"]
    assert capsys.readouterr().out.splitlines()[0] == "standard input  ✓ ok  0.01 s"


@pytest.mark.parametrize(
    ("device", "cuda", "mps", "taken"),
    [
        ("auto", [], False, "cpu"),
        ("auto", [], True, "mps"),
        ("auto", ["card"], False, "cuda"),
        ("cuda", ["card"], False, "cuda"),
        ("cpu", ["card"], True, "cpu"),
    ],
)
def test_the_device(sandbox: Any, script: Path, device: str, cuda: list[str], mps: bool, taken: str) -> None:
    sandbox.facts_or_error |= {"cuda": cuda, "mps": mps}
    assert go(script, device=device) == 0
    assert sandbox.made[0].requests[0].device == taken


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_3_and_one_sentence(sandbox: Any, script: Path, device: str) -> None:
    with pytest.raises(EnvironmentLacking, match=r"torch finds no \w+ device here; run with --device cpu") as caught:
        go(script, device=device)
    assert caught.value.status == 3
    assert sandbox.made[0].closed and sandbox.made[0].requests == []


def test_without_torch_it_is_3(sandbox: Any, script: Path) -> None:
    sandbox.facts_or_error = EnvironmentLacking("torch is not installed here: pip install torch")
    with pytest.raises(EnvironmentLacking, match="pip install torch"):
        go(script)
    assert sandbox.made[0].closed


def test_halves_of_characters_end_nothing(sandbox: Any, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failure = Failure(type="ValueError", message="a\udc80b\x1b[31m\nmore")
    sandbox.outcomes["x = 1\n"] = Outcome(status="error", error=failure)
    forgive()
    assert go(script) == 1
    assert capsys.readouterr().out.splitlines()[1:] == ["  ValueError: a?b", "    more"]
    assert go(script, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["error"]["message"] == "a\udc80b\x1b[31m\nmore"


@pytest.mark.slow
def test_the_real_sandbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, endless = (tmp_path / name for name in ("good.py", "bad.py", "endless.py"))
    good.write_text("x = torch.ones(2, 3)\nprint('hi \\x1b[31mred')\ny = x.sum(dim=0)\n")
    bad.write_text("assert 'y' not in globals(), 'not a fresh child'\nx = torch.ones(2, 3)\nx @ x\n")
    endless.write_text("while True: pass\n")
    files = [str(good), str(bad), str(endless)]
    assert run.run(files, ["y.shape"], "cpu", 0.5, True) == 1
    one, two, three = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (one["status"], one["stdout"]) == ("ok", "hi red\n")
    assert [(made["line"], made["name"], made["shape"]) for made in one["lines"]] == [(1, "x", [2, 3]), (3, "y", [3])]
    assert one["observed"]["y.shape"]["shape"] == [3]
    assert (two["status"], two["error"]["type"], two["error"]["line"]) == ("error", "RuntimeError", 3)
    assert three["status"] == "timeout" and three["seconds"] < 1.5
