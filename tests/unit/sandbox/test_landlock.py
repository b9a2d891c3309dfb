"""Rules on files, taken on for real by child processes; and which files Python's own parts are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.sandbox import grants, landlock
from tutor.sandbox.landlock import Allowed

needs_landlock = pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock")

ASKED = """
import json, os, socket, sys
from pathlib import Path
from tutor.sandbox import libc, landlock
paths, version = json.loads(sys.argv[1]), json.loads(sys.argv[2])
fd = landlock.ruleset(landlock.Allowed(**{k: tuple(map(Path, v)) for k, v in paths.items()}), version)
libc.prctl(38, 1)
landlock.enforce(fd)
os.close(fd)
def may(work):
    try: work()
    except OSError as error: return error.errno
    return 0
def tcp():
    with socket.socket() as s: s.connect(("127.0.0.1", 9))
sys.stdout.write(json.dumps(eval(sys.argv[3])))
"""


def under(allowed: dict[str, list[Path]], asked: str, version: int | None = None) -> object:
    """What `asked` evaluates to in a process that may only do what is allowed."""
    paths = json.dumps({k: [str(p) for p in v] for k, v in allowed.items()})
    command = [sys.executable, "-c", ASKED, paths, json.dumps(version), asked]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("open/a", "open/deep/b", "shut/c", "written"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    return tmp_path


def test_newer_kernels_take_away_more():
    seen = [landlock.handled(version) for version in range(1, 8)]
    assert seen[0] == (0x1FFF, 0, 0)
    assert [bin(files).count("1") for files, _, _ in seen] == [13, 14, 15, 15, 16, 16, 16]
    assert [net for _, net, _ in seen] == [0, 0, 0, 3, 3, 3, 3]
    assert [scopes for *_, scopes in seen] == [0, 0, 0, 0, 0, 3, 3]


@needs_landlock
@pytest.mark.parametrize("version", [None, 1, 4])
def test_only_what_is_granted_can_be_opened(tree, version):
    asked = f"""[may(lambda p=p, m=m: open(os.path.join({str(tree)!r}, p), m)) for p, m in [
        ("open/a", "r"), ("open/deep/b", "r"), ("open/a", "a"), ("open/new", "x"), ("shut/c", "r"), ("shut/c", "r+"),
        ("written", "r+")]]"""
    assert under({"readable": [tree / "open"], "written": [tree / "written"]}, asked, version) == [
        0,
        0,
        13,
        13,
        13,
        13,
        0,
    ]


@needs_landlock
def test_names_can_be_listed_where_contents_cannot_be_read(tree):
    inner, outer = str(tree / "open"), str(tree)
    asked = f"[sorted(os.listdir({inner!r})), may(lambda: open({inner!r} + '/a')), may(lambda: os.listdir({outer!r}))]"
    assert under({"listed": [tree / "open"]}, asked) == [["a", "deep"], 13, 13]


@needs_landlock
def test_nothing_can_be_made_moved_removed_or_run(tree):
    base = tree / "open"
    a, b = str(base / "a"), str(base / "b")
    asked = f"""[may(w) for w in [
        lambda: os.mkdir({b!r}), lambda: os.unlink({a!r}), lambda: os.rename({a!r}, {b!r}),
        lambda: os.link({a!r}, {b!r}), lambda: os.symlink({a!r}, {b!r}),
        lambda: os.mkfifo({b!r}), lambda: os.execv("/bin/true", ["true"])]]"""
    assert under({"readable": [tree / "open", Path("/bin"), Path("/usr/bin")]}, asked) == [13] * 7
    assert sorted(p.name for p in base.iterdir()) == ["a", "deep"]


@needs_landlock
@pytest.mark.skipif(landlock.abi() < 6, reason="needs the scopes of Landlock 6")
def test_no_tcp_and_no_signal_beyond_the_border():
    assert under({}, "[may(tcp), may(lambda: os.kill(os.getppid(), 0))]") == [13, 1]


@needs_landlock
def test_what_is_not_there_is_left_out_and_the_descriptor_is_closed_on_exec(tmp_path):
    fd = landlock.ruleset(Allowed(readable=(tmp_path / "absent",), written=(Path(os.devnull),)))
    assert not os.get_inheritable(fd)
    os.close(fd)


def test_where_there_is_no_landlock_it_says_so(monkeypatch):
    monkeypatch.setattr(landlock.sys, "platform", "darwin")
    assert landlock.abi() == 0


def covered(path: Path, allowed: Allowed) -> bool:
    real = path.resolve()
    return any(real == g.resolve() or g.resolve() in real.parents for g in allowed.readable)


def test_pythons_parts_are_granted_and_the_tutors_are_not(tmp_path):
    import encodings
    import json as standard

    import numpy
    import torch

    import tutor.cli

    lessons = Path(tutor.cli.__file__).parents[1] / "lessons"
    allowed = grants.allowed([lessons, tmp_path])
    for module in (encodings, standard, numpy, torch):
        assert covered(Path(module.__file__), allowed), module
    kept = [
        tutor.cli.__file__,
        lessons / "course.yaml",
        tmp_path / "progress.db",
        Path.home() / "x",
        "/etc/passwd",
        "/proc/1",
    ]
    for path in (*kept, "/proc/self/environ", "/sys/kernel", "/tmp/x", "/dev/shm/x"):
        assert not covered(Path(path), allowed), path
    assert allowed.written == (Path("/dev/null"),)
    assert (allowed.devices, allowed.only_written) == ((), ())


def test_lesson_packs_links_to_secrets_and_checkouts_on_the_path_are_left_out(tmp_path, monkeypatch):
    packages, secret = tmp_path / "lib" / "site-packages", tmp_path / "secret"
    for name in ("good/__init__.py", "pack/lessons/course.yaml", "tutor/cli.py", "torch_tutor-1.0.dist-info/METADATA"):
        (packages / name).parent.mkdir(parents=True)
        (packages / name).touch()
    secret.mkdir()
    (packages / "linked").symlink_to(secret)
    (packages / "above").symlink_to(tmp_path)
    checkout = tmp_path / "checkout"
    (checkout / "lessons").mkdir(parents=True)
    (checkout / "module.py").touch()
    monkeypatch.setattr(sys, "path", [str(packages), str(checkout)])
    allowed = grants.allowed([secret])
    assert [p.name for p in allowed.readable if tmp_path in p.parents] == ["good"]
    assert packages in allowed.listed
    assert checkout not in allowed.listed


def test_a_gpu_profile_adds_devices_and_one_writable_place():
    allowed = grants.allowed([], gpu=True)
    assert allowed.devices == tuple(grants.devices())
    assert allowed.only_written == (Path("/proc/self/task"),)
    assert not any(str(p).startswith("/proc") for p in allowed.readable)
