"""Giving up root, both ways, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.sandbox import identity

needs_root = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs to be root to give it up")

DROPPED = """
import os, sys
from pathlib import Path
from tutor.sandbox import identity
way, path = sys.argv[1], sys.argv[2]
identity.drop(way, 3)
def may(work):
    try: work()
    except OSError: return "no"
    return "yes"
def status(name): return next(l.split()[1] for l in open("/proc/self/status") if l.startswith(name))
print(os.getuid(), identity.capabilities(), identity.powerless(way), may(lambda: os.setresuid(0, 0, 0)),
      may(lambda: os.chown(path, 5, 5)), may(lambda: open(path)), may(lambda: os.kill(1, 0)), status("CapEff:"))
"""


def dropped(way: str, path: Path) -> list[str]:
    command = [sys.executable, "-c", DROPPED, way, str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.split()


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user can look into, unlike those pytest makes."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@needs_root
def test_another_users_id_is_for_good(tmp_path):
    mine = tmp_path / "mine"
    mine.write_text("")
    mine.chmod(0o600)
    uid, caps, powerless, back, chown, read, kill, effective = dropped("user", mine)
    assert (uid, caps, powerless) == (str(identity.FIRST_USER + 3), "0", "True")
    assert (back, chown, read, kill, effective) == ("no", "no", "no", "no", "0" * 16)


@needs_root
def test_root_without_its_powers_still_reads_its_files(tmp_path):
    theirs = tmp_path / "theirs"
    theirs.write_text("")
    os.chown(theirs, 4321, 4321)
    theirs.chmod(0o600)
    uid, caps, powerless, _, chown, read, _, effective = dropped("capabilities", theirs)
    assert (uid, caps, powerless, chown, read, effective) == ("0", "0", "True", "no", "no", "0" * 16)
    mine = tmp_path / "mine"
    mine.write_text("")
    mine.chmod(0o600)
    assert dropped("capabilities", mine)[5] == "yes"


@needs_root
def test_the_stronger_way_is_taken_where_python_stays_readable(public):
    shut, open_ = public / "shut", public / "open"
    for folder, mode in ((shut, 0o700), (open_, 0o755)):
        folder.mkdir()
        (folder / "module.py").write_text("")
        folder.chmod(mode)
    assert identity.choose([open_ / "module.py"]) == "user"
    assert identity.choose([open_ / "module.py", shut / "module.py"]) == "capabilities"
    assert identity.choose([open_]) == "user"


@needs_root
def test_a_way_that_cannot_be_had_is_not_taken(tmp_path):
    assert identity.choose([tmp_path / "absent"]) == "none"
    assert identity.choose([], first="capabilities") == "capabilities"


def test_an_ordinary_user_has_nothing_to_give_up(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert identity.choose([tmp_path / "absent"]) == "own"


def test_no_two_neighbours_share_a_user():
    users = [identity.user_of(slot) for slot in range(identity.USERS)]
    assert len(set(users)) == identity.USERS
    assert min(users) > 60000
    assert max(users) < 65534
    assert identity.user_of(identity.USERS) == users[0]
