"""Several tutors on one file, and tutors that are killed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tutor.clock import Clock
from tutor.progress.database import look
from tutor.progress.store import Store

WRITER = """
import sys
from pathlib import Path
from tutor.clock import Clock
from tutor.progress.store import Attempt, Store

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.stdin.readline()
store = Store.open(path, Clock())
for notice in store.notices:
    print("notice", notice, flush=True)
for n in range(count):
    store.add(Attempt("torch", name, str(n), "answer"))
    store.keep_draft("torch", name, "draft", str(n))
    print(n, flush=True)
store.close()
"""


def begin(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def together(path: Path, count: int) -> list[str]:
    """Run four writers that open the file at the same moment; returns what they printed."""
    writers = [begin(path, f"writer-{n}", count) for n in range(4)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    printed = [writer.communicate(timeout=60) for writer in writers]
    assert [errors for _, errors in printed] == [""] * 4
    return [line for output, _ in printed for line in output.splitlines()]


@pytest.mark.parametrize("start", ["nothing", "empty", "damaged"])
def test_several_tutors_that_start_at_once_lose_nothing(path: Path, clock: Clock, start: str) -> None:
    path.parent.mkdir()
    if start == "empty":
        path.touch()
    elif start == "damaged":
        path.write_bytes(b"damaged " * 4000)
    printed = together(path, 25)
    assert sum(line.startswith("notice") for line in printed) == (start == "damaged")
    assert len(list(path.parent.glob("progress.corrupt*.db"))) == (start == "damaged")

    store = Store.open(path, clock)
    attempts = store.attempts("torch")
    assert Counter(a.lesson for a in attempts) == {f"writer-{n}": 25 for n in range(4)}
    for n in range(4):
        assert [a.question for a in store.attempts("torch", f"writer-{n}")] == [str(k) for k in range(25)]
        assert store.drafts("torch", f"writer-{n}") == {"draft": "24"}
    store.close()


@pytest.mark.parametrize("after", [0, 1, 60])
def test_a_killed_tutor_loses_nothing_it_was_told_is_kept(path: Path, clock: Clock, after: int) -> None:
    writer = begin(path, "killed", 1_000_000)
    assert writer.stdin is not None and writer.stdout is not None
    writer.stdin.write("go\n")
    writer.stdin.flush()
    said = [writer.stdout.readline() for _ in range(after)]
    writer.kill()
    said += writer.stdout.read().splitlines()
    writer.communicate()

    store = Store.open(path, clock)
    assert store.notices == []
    kept = [a.question for a in store.attempts("torch")]
    assert kept == [str(n) for n in range(len(kept))]
    assert len(said) <= len(kept) <= len(said) + 1
    if said:
        assert int(store.drafts("torch", "killed")["draft"]) >= len(said) - 1
    store.close()
    assert look(path).state == "current"


HOLDER = """
import sys, time
from pathlib import Path
from tutor.progress.database import _alone
with _alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_tutor_killed_while_it_opens_does_not_lock_others_out(path: Path, clock: Clock) -> None:
    path.parent.mkdir()
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
    Store.open(path, clock).close()
    assert look(path).state == "current"
