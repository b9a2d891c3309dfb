"""Exported lines: every attempt is read once, and what is none is told by its place."""

from __future__ import annotations

import json
from datetime import timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.report.conftest import did, line
from tutor.errors import UsageError
from tutor.progress.export import Line
from tutor.report.read import LINE_MOST, read_files

GOOD = json.dumps(line("ann", 1, did("columns right (3,)")[0])).encode()


def read(folder: Path, data: bytes) -> tuple[list[Line], list[str]]:
    path = folder / "class.jsonl"
    path.write_bytes(data)
    handed = read_files([path])
    return [one for lines in handed.learners.values() for one in lines], [
        str(problem).removeprefix(f"{path}:") for problem in handed.problems
    ]


def test_a_good_line(tmp_path: Path) -> None:
    found, problems = read(tmp_path, b"\xef\xbb\xbf" + GOOD + b"\r\n\n  \n")
    assert problems == []
    assert [(one.learner, one.question, one.result, one.answer) for one in found] == [
        ("ann", "columns", "right", "(3,)")
    ]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"nonsense", "2: this is no exported attempt (JSON is malformed"),
        (b"[1]", "2: this is no exported attempt (Expected object"),
        (b'{"a": 1}', "2: this is no exported attempt (Object missing required field format)"),
        (b"\xff\xfe{}", "2: this is no exported attempt ("),
        (b"\x00" * 40, "2: this is no exported attempt ("),
        (b'{"event": "page", "value": "' + b"x" * LINE_MOST + b'"}', "2: this line is longer than any attempt"),
    ],
)
def test_a_foreign_line_is_told_and_the_others_are_read(tmp_path: Path, bad: bytes, told: str) -> None:
    found, problems = read(tmp_path, GOOD + b"\n" + bad + b"\n" + GOOD.replace(b'"number": 1', b'"number": 2'))
    assert (len(found), len(problems)) == (2, 1)
    assert problems[0].startswith(told) and problems[0].endswith("; it is left out.")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("learner", ""), ("learner", "x" * 200), ("question", ""), ("course", None), ("action", "cheat"),
        ("seconds", -1), ("result", "maybe"), ("number", -1), ("number", 1.5), ("at", "yesterday"), ("answer", 3),
        ("seconds", "10"),
    ],
)  # fmt: skip
def test_a_line_with_a_damaged_field_is_left_out(tmp_path: Path, key: str, value: object) -> None:
    bad = json.dumps({**json.loads(GOOD), key: value}).encode()
    found, problems = read(tmp_path, bad + b"\n" + GOOD)
    assert (len(found), len(problems)) == (1, 1)


def test_a_line_of_a_newer_tutor_is_told_as_such(tmp_path: Path) -> None:
    _, problems = read(tmp_path, GOOD.replace(b'"format": 1', b'"format": 2'))
    assert problems == ["1: a newer tutor wrote this attempt (format 2, this one reads 1); it is left out."]


def test_what_is_handed_in_twice_counts_once(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    more = json.dumps(line("ann", 2, did("double wrong y = x")[0])).encode()
    first.write_bytes(GOOD + b"\n")
    second.write_bytes(more + b"\n" + GOOD + b"\n")
    handed = read_files([second, first])
    assert (handed.attempts, handed.again) == (2, 1)
    assert [one.number for one in handed.learners["ann"]] == [1, 2]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.jsonl cannot be read: No such file"):
        read_files([tmp_path / "nowhere.jsonl"])
    with pytest.raises(UsageError, match="cannot be read"):
        read_files([tmp_path])


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers(), max_size=3)
)
LINES = st.one_of(
    st.binary(max_size=60),
    st.dictionaries(st.sampled_from([*json.loads(GOOD), "other"]), VALUES, max_size=6).map(
        lambda changed: json.dumps({**json.loads(GOOD), **changed}).encode()
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=8))
def test_no_line_is_lost_silently(tmp_path: Path, lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    path = tmp_path / "class.jsonl"
    path.write_bytes(data)
    handed = read_files([path])
    spoken = [raw for n, raw in enumerate(data.split(b"\n")) if raw.strip()]
    assert handed.attempts + len(handed.problems) + handed.again == len(spoken)
    assert all(str(problem).startswith(f"{path}:") for problem in handed.problems)


@given(st.builds(
    Line, format=st.just(1), learner=st.text("abc", min_size=1, max_size=8), number=st.integers(0, 10**6),
    course=st.just("c"), lesson=st.just("l"), question=st.text("xyz-", min_size=1, max_size=8),
    action=st.sampled_from(["answer", "hint", "skip", "reveal", "undo", "drill"]),
    result=st.sampled_from(["", "right", "wrong"]), seconds=st.floats(0, 1e6, allow_nan=False),
    at=st.datetimes(timezones=st.just(timezone.utc)), digest=st.text("0123abcd", max_size=12),
    answer=st.one_of(st.none(), st.text(max_size=80)), belief=st.one_of(st.none(), st.text(max_size=20)),
))  # fmt: skip
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(tmp_path: Path, one: Line) -> None:
    found, problems = read(tmp_path, msgspec.json.encode(one))
    assert (found, problems) == ([one], [])
