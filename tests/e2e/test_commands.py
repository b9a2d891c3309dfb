"""Every command over a pipe: its exit status, what goes where, and one sentence for what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.e2e.command import tutor

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
BROKEN = """\
format: 1
lesson: Broken
goal: Be refused.
questions:
  - id: one
    shape: torch.ones(2)
    becuase: nothing
  - id: two
    shape: torch.ones(3)
    hint: [nothing]
"""


def one_sentence(said: str) -> bool:
    """Whether it is one line that begins with the program's name."""
    return said.startswith("tutor: ") and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["start", "subtractions", "--plain"], 2, "`reductions`"),
        (["start", "--course", "nowhere", "--plain"], 2, "nowhere"),
        (["grade", "reductions", "nowhere.yaml"], 2, "nowhere.yaml"),
        (["grade", "nowhere", "nowhere.yaml"], 2, "nowhere"),
        (["grade", "nowhere.yaml", "nowhere.yaml"], 2, "nowhere.yaml"),
        (["run", "nowhere.py"], 2, "nowhere.py"),
        (["check", "nowhere.yaml"], 2, "nowhere.yaml"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_status(words: list[str], status: int, says: str) -> None:
    done = tutor(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert one_sentence(done.stderr), done.stderr
    assert says in done.stderr


def test_check_names_the_place_of_every_error(tmp_path: Path) -> None:
    path = tmp_path / "01-broken.yaml"
    path.write_text(BROKEN, "utf-8")
    done = tutor("check", str(path))
    first, second = done.stdout.splitlines()
    assert done.returncode == 1
    assert first.startswith(f"{path}:7:5: ")
    assert "did you mean `because`" in first
    assert second.startswith(f"{path}:10:5: ")
    problems = [json.loads(line) for line in tutor("check", str(path), "--json").stdout.splitlines()]
    assert [(problem["line"], problem["column"]) for problem in problems] == [(7, 5), (10, 5)]


def test_check_proves_the_course_that_comes_along() -> None:
    done = tutor("check", seconds=100)
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 problems" in done.stderr


@pytest.mark.parametrize(("answer", "status"), [("(7,)", 0), ("torch.Size([7])", 0), ("(5,)", 1)])
def test_grade_judges_a_file_of_answers(tmp_path: Path, answer: str, status: int) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"sum-dim-0: {answer}\n", "utf-8")
    done = tutor("grade", "reductions", str(path), "--json")
    verdict = json.loads(done.stdout)
    assert done.returncode == status, done.stderr
    assert (verdict["question"], verdict["passed"]) == ("sum-dim-0", status == 0)
    assert ("keeps dimension 0" in verdict["belief"] + verdict["feedback"]) == (status == 1)


def test_run_reports_what_a_script_did() -> None:
    done = tutor(
        "run", "-", "--observe", "y.sum()", "--json", said="x = torch.ones(2, 3)\ny = x.sum(dim=0)\nprint('hi')\n"
    )
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (told["status"], told["stdout"], told["error"]) == ("ok", "hi\n", None)
    assert [(line["line"], line["name"], line["shape"]) for line in told["lines"][:2]] == [
        (1, "x", [2, 3]),
        (2, "y", [3]),
    ]
    assert told["observed"]["y.sum()"]["values"] == 6.0


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("torch.ones(2, 3) @ torch.ones(2, 3)", "error"),
        ("while True: pass", "timeout"),
        ("while True: print('x' * 1000)", "output"),
        ("torch.ones(10**12)", "memory"),
        ("import os; os.kill(os.getpid(), 9)", "killed"),
    ],
)
def test_run_names_how_a_script_ended(code: str, status: str) -> None:
    done = tutor("run", "-", "--seconds", "2", "--json", said=code + "\n")
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"]) == (1, status)
    assert told["seconds"] < 3.5
    assert len(told["stdout"]) <= 64 << 10


def test_the_schema_describes_the_lessons() -> None:
    import jsonschema
    import yaml

    schema = json.loads(tutor("schema").stdout)
    for path in sorted((ROOT / "lessons").glob("[0-9]*.yaml")):
        jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(BROKEN), schema)


def test_doctor_says_what_there_is(tmp_path: Path) -> None:
    done = tutor("doctor", "--json", TUTOR_DATA_DIR=str(tmp_path / "mine"))
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "mine") in json.dumps(told)
    assert "2." in json.dumps(told)
    assert tutor("doctor").stdout.count("\n") > 5


def linked(source: str, target: str) -> None:
    """A second name for a file, or a copy where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="module")
def without_torch(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that has everything installed here but torch."""
    folder = tmp_path_factory.mktemp("no-torch")
    venv.create(folder, with_pip=False, symlinks=True)
    mine = Path(next(path for path in sys.path if path.endswith("site-packages")))
    theirs = next(folder.glob("lib/python*/site-packages"))
    # Links of files, not of folders: the sandbox shuts its children off from where a symbolic link leads.
    without = shutil.ignore_patterns(
        "torch", "torchgen", "functorch", "torch-*", "nvidia*", "triton*", "mypy*", "__pycache__"
    )
    shutil.copytree(mine, theirs, dirs_exist_ok=True, ignore=without, copy_function=linked)
    return str(folder / "bin" / "python")


@pytest.mark.parametrize("words", [["run", "-"], ["check"], ["grade", "reductions", "mine.yaml"]])
def test_without_torch_it_says_so(without_torch: str, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "mine.yaml").write_text("sum-dim-0: (7,)\n", "utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [without_torch, "-m", "tutor", *words],
        cwd=tmp_path,
        env=env,
        input="x = 1\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert one_sentence(done.stderr), done.stderr
    assert "torch" in done.stderr.removeprefix("tutor: ")


def test_without_torch_a_plain_lesson_can_still_be_read(without_torch: str, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [without_torch, "-m", "tutor", "start", "reductions", "--plain"],
        cwd=tmp_path, env=env, input="\n\n\n(7,)\n", capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    assert "torch is not installed" in done.stdout + done.stderr
