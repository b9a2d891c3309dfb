"""What `--json` prints: every line holds to its schema, and docs/json.md says of every field what it is."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.e2e.command import TUTOR, tutor

pytestmark = pytest.mark.slow

Json = dict[str, Any]

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "json.md").read_text("utf-8")
COMMANDS = ("run", "grade", "check", "course", "export", "report", "doctor")
SCHEMAS: dict[str, Json] = {
    name: json.loads((DOCS / "schema" / f"{name}.schema.json").read_text("utf-8")) for name in COMMANDS
}

SCRIPTS = {
    "ok": "x = torch.ones(2, 3)\nn = 3\nx.sum()\nx.argmax(dim=1)\nfor i in range(2):\n    y = x[i]\n",
    "prints": "import sys\nprint('✓ \\ud800 \\x1b[31m')\nprint('oh', file=sys.stderr)\n",
    "warns": "import warnings\nwarnings.warn('mind')\ntorch.tensor([1.], requires_grad=True).sum().grad\n",
    "dropped": "for i in range(3000):\n    print('x' * 100)\n",
    "error": "y = torch.ones(2, 3)\ndef f(a):\n    return a @ a\nf(y)\n",
    "syntax": "x = (\n",
    "silent": "raise ValueError\n",
    "leaves": "raise SystemExit(3)\n",
    "timeout": "while True:\n    pass\n",
    "memory": "torch.ones(10**12)\n",
    "output": "while True:\n    print('x' * 1000)\n",
    "killed": "import os\nos.kill(os.getpid(), 9)\n",
    "refused": "x = 1\n" * 20000,
    "empty": "",
}
ENDS = {"prints": "ok", "warns": "ok", "dropped": "ok", "empty": "ok", "syntax": "error", "silent": "error"}
ENDS["leaves"] = "error"

VALUES = {
    "torch.ones(2, requires_grad=True)": "tensor",
    "w": "tensor",
    "torch.eye(2).to_sparse()": "tensor",
    "torch.empty(3, device='meta')": "tensor",
    "torch.tensor([1 + 2j, float('inf')])": "tensor",
    "torch.tensor([2**60])": "tensor",
    "torch.zeros(40, 40)": "tensor",
    "torch.tensor(float('nan'))": "tensor",
    "3": "number",
    "2**64": "number",
    "1j": "number",
    "float('-inf')": "number",
    "w.numel() > 1": "bool",
    "'\\ud800 text'": "text",
    "None": "none",
    "[w, [1, None], {}]": "list",
    "list(range(300))": "list",
    "(w, 'a')": "tuple",
    "w.max(dim=0)": "tuple",
    "{'a': w, 2: {'b': None}}": "dict",
    "w.shape": "size",
    "w.dtype": "dtype",
    "w.device": "device",
    "len": "function",
    "lambda: 1": "function",
    "net": "module",
    "torch.nn.Linear(2, 1)": "module",
    "range(3)": "object",
    "slice(1, 2)": "object",
    "w.detach().numpy()": "object",
    "object()": "object",
    "{1, 2}": "object",
    "nowhere": "missing",
    "1 +": "missing",
    "w @ torch.ones(3)": "missing",
}
VALUED = """\
w = torch.ones(2, requires_grad=True)
net = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1)).eval()
net(w[None]).sum().backward()
"""

LESSON = """\
format: 1
lesson: Verdicts
goal: Have one of each.
given: x = torch.arange(6.).reshape(2, 3)
questions:
  - id: right
    shape: x.sum(dim=0)
    because: The 2 goes.
  - id: believed
    shape: x.sum(dim=0)
    wrong:
      - gives: x.sum(dim=1)
        feedback: The dimension you name goes.
  - id: wrong
    write: Double `x`; call it `y`.
    solution: y = x * 2
  - id: fails
    write: Double `x`; call it `y`.
    solution: y = x * 2
  - id: untouched
    fix: Double `x`; call it `y`.
    start: y = x + 2
    solution: y = x * 2
  - id: unread
    value: x.sum()
  - id: fault
    write: Nothing can be right here.
    solution: y = nowhere
  - id: called
    function: Write `double(a)`.
    solution: |
      def double(a):
          return a * 2
    inputs:
      - torch.randn(randint(1, 3))
"""
ANSWERS = """\
right: (3,)
believed: (2,)
wrong: y = x * 3
fails: y = x.double_it()
untouched: y = x + 2
unread: a handful
fault: y = 1
called: |
  def double(a):
      return a + a
"""
VERDICTS = {
    "right": "right", "believed": "wrong", "wrong": "wrong", "fails": "wrong", "untouched": "untouched",
    "unread": "unread", "fault": "fault", "called": "right",
}  # fmt: skip

BROKEN = {
    "01-unknown.yaml": "format: 1\nlesson: L\ngoal: G\nquestions:\n  - id: a\n    shape: x\n    becuase: no\n",
    "02-empty.yaml": "",
    "03-future.yaml": "format: 99\n",
    "04-untrue.yaml": "format: 1\nlesson: L\ngoal: G\nquestions:\n  - id: a\n    shape: torch.ones(2) @ nothing\n",
}


def held(command: str, said: str) -> list[Json]:
    """The lines of an output, each of which holds to the command's schema."""
    rows: list[Json] = [json.loads(line) for line in said.splitlines()]
    for row in rows:
        jsonschema.validate(row, SCHEMAS[command], cls=jsonschema.Draft202012Validator)
    return rows


def test_every_end_of_a_run(tmp_path: Path) -> None:
    for name, code in SCRIPTS.items():
        (tmp_path / f"{name}.py").write_text(code, "utf-8")
    done = tutor("run", *(str(tmp_path / f"{name}.py") for name in SCRIPTS), "--seconds", "2", "--json")
    rows = {Path(row["file"]).stem: row for row in held("run", done.stdout)}
    assert {name: row["status"] for name, row in rows.items()} == {name: ENDS.get(name, name) for name in SCRIPTS}
    assert rows["dropped"]["warnings"][-1]["line"] is None
    assert rows["warns"]["warnings"][0] == {"line": 2, "message": "mind", "explanation": ""}
    assert all((row["error"] is None) == (row["status"] == "ok") for row in rows.values())


def test_every_kind_of_value() -> None:
    asked = [word for expression in VALUES for word in ("--observe", expression)]
    (row,) = held("run", tutor("run", "-", *asked, "--json", said=VALUED).stdout)
    assert {expression: value["kind"] for expression, value in row["observed"].items()} == VALUES
    assert set(VALUES.values()) == set(SCHEMAS["run"]["$defs"]["value"]["properties"]["kind"]["enum"])


def test_what_is_observed_of_a_run_that_failed() -> None:
    (row,) = held("run", tutor("run", "-", "--observe", "x", "--json", said="x = 1\nraise ValueError('no')\n").stdout)
    assert row["observed"] == {"x": {"kind": "missing"}}


def test_every_verdict(tmp_path: Path) -> None:
    lesson, answers = tmp_path / "01-verdicts.yaml", tmp_path / "mine.yaml"
    lesson.write_text(LESSON, "utf-8")
    answers.write_text(ANSWERS, "utf-8")
    done = tutor("grade", str(lesson), str(answers), str(tmp_path / "nowhere.yaml"), "--json")
    rows = {row["question"]: row for row in held("grade", done.stdout)}
    assert {name: row["result"] for name, row in rows.items()} == VERDICTS
    assert all(row["passed"] == (row["result"] == "right") for row in rows.values())
    assert [name for name, row in rows.items() if row["passed"] and row["self_reported"]] == []


def test_every_problem(tmp_path: Path) -> None:
    for name, text in BROKEN.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "course.yaml").write_text(f"format: 1\ncourse: Broken\nlessons: [{', '.join(BROKEN)}]\n", "utf-8")
    rows = held("check", tutor("check", str(tmp_path), "--json").stdout)
    assert {Path(row["path"]).name for row in rows} == set(BROKEN)


def test_what_the_doctor_finds(tmp_path: Path) -> None:
    (tmp_path / "progress.db").write_text("no database", "utf-8")
    (well,) = held("doctor", tutor("doctor", "--json").stdout)
    (broken,) = held("doctor", tutor("doctor", "--json", TUTOR_DATA_DIR=str(tmp_path)).stdout)
    assert (well["usable"], well["database"]["state"], broken["database"]["state"]) == (True, "missing", "broken")
    assert set(well["sandbox"]["protections"]) == {
        *SCHEMAS["doctor"]["properties"]["sandbox"]["properties"]["protections"]["properties"]
    }


def test_what_the_doctor_finds_where_torch_has_no_room() -> None:
    narrow = ["bash", "-c", 'ulimit -v 600000 && exec "$0" doctor --json', TUTOR]
    done = subprocess.run(narrow, capture_output=True, text=True, timeout=60)
    (row,) = held("doctor", done.stdout)
    assert (done.returncode, row["usable"], row["sandbox"]["level"]) == (3, False, None)


# What the page says.

Field = tuple[str, str, str]
"""A name with its path, its type in words, its meaning."""


def fields(node: Json, prefix: str = "") -> Iterator[Field]:
    """Every field a schema allows, in order; what it refers to has a table of its own."""
    for name, sub in node.get("properties", {}).items():
        yield prefix + name, typed(sub), sub["description"]
        yield from fields(sub, f"{prefix}{name}.")
        yield from fields(sub.get("items", {}), f"{prefix}{name}[].")


def typed(node: Json) -> str:
    """A field's type in words: of a few texts those, of null the word."""
    if "$ref" in node:
        return {"#/$defs/value": "object", "#/$defs/numbers": "array, number, boolean or string"}[node["$ref"]]
    kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
    words = ["null" if word is None else f"`{word}`" for word in node["enum"]] if "enum" in node else kinds
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def tables() -> dict[str, list[Field]]:
    """The tables of fields on the page, by the heading above them."""
    found: dict[str, list[Field]] = {}
    for section in re.split(r"^##+ ", PAGE, flags=re.MULTILINE)[1:]:
        rows = re.findall(r"^\| `(\S+)` \| (.+?) \| (.+?) \| .+? \|$", section, re.MULTILINE)
        found[section.splitlines()[0]] = rows
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_names_the_fields_of_the_schema(command: str) -> None:
    heading = next(name for name in tables() if name.startswith(f"`tutor {command}"))
    assert tables()[heading] == list(fields(SCHEMAS[command]))


def test_the_page_names_the_fields_of_a_value() -> None:
    assert tables()["An observed value"] == list(fields(SCHEMAS["run"]["$defs"]["value"]))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_schemas_are_strict(command: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[command])
    loose = [node for node in objects(SCHEMAS[command]) if node.get("additionalProperties", True) is True]
    assert loose == []


def objects(node: Any) -> Iterator[Json]:
    """Every part of a schema that describes an object by its fields."""
    if isinstance(node, dict):
        if "object" in node.get("type", ()):
            yield node
        node = list(node.values())
    for part in node if isinstance(node, list) else ():
        yield from objects(part)


BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [(text.strip(), BLOCKS[n + 1][1]) for n, (kind, text) in enumerate(BLOCKS) if kind == "sh"]
OWN = {
    *("seconds", "seconds_median", "seconds_quarter", "seconds_three_quarters", "at", "added"),
    *("storage", "sandbox", "source", "learner", "digest"),
}
"""What is another number or word on another machine or another day."""


def objects_of(text: str) -> list[Json]:
    """The JSON objects in a text, one after the other."""
    found, text = [], text.strip()
    while text:
        row, end = json.JSONDecoder().raw_decode(text)
        found.append(row)
        text = text[end:].strip()
    return found


def without_own(value: Any) -> Any:
    """A value without what belongs to the machine."""
    if isinstance(value, dict):
        return {key: without_own(part) for key, part in value.items() if key not in OWN}
    return [without_own(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_the_examples_are_what_is_printed(tmp_path: Path, command: str, output: str) -> None:
    for _, text in BLOCKS:
        if name := re.match(r"# (\S+\.(?:py|yaml))\n", text):
            (tmp_path / name[1]).write_text(text, "utf-8")
    path = f"{Path(TUTOR).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    asked = max(COMMANDS, key=lambda word: command.rfind(f"tutor {word}"))
    real = held(asked, done.stdout)
    shown = held(asked, "\n".join(map(json.dumps, objects_of(output))))
    if asked == "doctor":
        assert [list(present(row)) for row in shown] == [list(present(row)) for row in real]
    else:
        assert without_own(shown) == without_own(real)


UNSHOWN = {"digest"}
"""What only values have that are too long for a page."""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_field_is_in_an_example(command: str) -> None:
    rows = [
        row for asked, output in EXAMPLES if f"tutor {command}" in asked.splitlines()[-1] for row in objects_of(output)
    ]
    shown = set(names(rows))
    asked = [*fields(SCHEMAS[command]), *fields(SCHEMAS[command].get("$defs", {}).get("value", {}))]
    assert {path.rpartition(".")[2] for path, _, _ in asked} - shown == (UNSHOWN if command == "run" else set())


def names(value: Any) -> Iterator[str]:
    """Every name of a field in a value, however deep."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for part in value if isinstance(value, list) else ():
        yield from names(part)


def present(value: Any, prefix: str = "") -> Iterator[str]:
    """The path of every field in a value."""
    for name, part in value.items() if isinstance(value, dict) else ():
        yield prefix + name
        yield from present(part, f"{prefix}{name}.")
