"""The profile for macOS, read and judged here; and the way a process is started behind it, with a stand-in for it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.sandbox.sbpl import allows, read
from tutor.errors import EnvironmentLacking
from tutor.sandbox import grants, pool, seatbelt, start
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import NONE, Layers
from tutor.sandbox.protocol import Request

ROOT = Path(__file__).resolve().parents[3]
THROUGH = (sys.executable, "-c", "import os, sys; os.execv(sys.argv[1], sys.argv[1:])")
"""A start in two steps, as behind sandbox-exec: first another program, then Python in its place."""

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1).filter(
    lambda n: n not in (".", "..")
)


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(grants, "home", lambda: tmp_path)
    return seatbelt.profile(Layers(secrets=(str(ROOT / "lessons"), str(ROOT / "tutor" / "_lessons"))))


def test_what_python_and_torch_are_made_of_can_be_read_and_loaded(profile):
    for made in (os, numpy, torch, seatbelt):
        assert allows(profile, "file-read-data", os.path.realpath(made.__file__))
        assert allows(profile, "file-map-executable", os.path.realpath(made.__file__))
    assert allows(profile, "file-read-data", "/usr/lib/libSystem.B.dylib")
    assert allows(profile, "file-read-data", str(ROOT))


@pytest.mark.parametrize(
    "path",
    [ROOT / "lessons" / "course.yaml", ROOT / "tutor" / "_lessons" / "a.yaml", ROOT / "pyproject.toml", "/etc/passwd"],
)
def test_lessons_and_the_rest_of_a_checkout_cannot(profile, path):
    assert not allows(profile, "file-read-data", str(path))
    assert allows(profile, "file-read-metadata", str(path))


def test_nothing_is_written_but_to_nowhere(profile):
    assert allows(profile, "file-write-data", "/dev/null")
    for path in ("/", "/tmp/x", "/private/var/folders/x", torch.__file__, "/dev/disk0"):
        for operation in ("file-write-data", "file-write-create", "file-write-mode", "file-write-unlink"):
            assert not allows(profile, operation, path)


def test_there_is_no_network_and_no_other_process(profile):
    for operation in ("network-outbound", "network-bind", "network-inbound", "process-fork", "system-socket"):
        assert not allows(profile, operation)
    for path in ("/bin/sh", "/usr/bin/open", "/usr/bin/python3"):
        assert not allows(profile, "process-exec", path)
    assert allows(profile, "process-exec", os.path.realpath(sys.executable))
    for operation in ("signal", "process-info-pidinfo"):
        assert allows(profile, operation, "self")
        assert not allows(profile, operation, "others")
    assert not allows(profile, "sysctl-read", "kern.procargs2.1")
    assert not allows(profile, "mach-lookup", "com.apple.coreservices.launchservicesd")


def test_a_gpu_is_within_reach_only_where_it_is_asked_for():
    for gpu in (False, True):
        text = seatbelt.profile(Layers(gpu=gpu))
        assert allows(text, "iokit-open", "AGXDeviceUserClient") is gpu
        assert allows(text, "mach-lookup", "com.apple.MTLCompilerService") is gpu
        assert allows(text, "iokit-get-properties") is gpu
        assert not allows(text, "iokit-open", "IOHIDLibUserClient")


def test_python_in_the_home_directory_is_read_and_the_rest_of_it_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(grants, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / ".pyenv" / "3.12"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "project"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "project/lib/python3.12/site-packages")])
    text = seatbelt.profile(Layers())
    readable = (".pyenv/3.12/lib/python3.12/os.py", "project/pyvenv.cfg", "project/lib/python3.12/site-packages/a.py")
    for inside in readable:
        assert allows(text, "file-read-data", str(tmp_path / inside))
    for outside in (".ssh/id_rsa", "project/notes.txt", ".pyenv/version", ""):
        assert not allows(text, "file-read-data", str(tmp_path / outside))


def test_a_home_directory_among_the_systems_libraries_is_not_read(monkeypatch):
    monkeypatch.setattr(grants, "home", lambda: Path("/usr/local/lib/service"))
    text = seatbelt.profile(Layers())
    assert not allows(text, "file-read-data", "/usr/local/lib/service/key")
    assert allows(text, "file-read-data", "/usr/local/lib/libssl.dylib")


def test_packages_that_are_the_home_directory_are_not_read(tmp_path, monkeypatch):
    home = tmp_path / "site-packages"
    monkeypatch.setattr(grants, "home", lambda: home)
    monkeypatch.setattr(sys, "path", [str(home), *sys.path])
    assert not allows(seatbelt.profile(Layers()), "file-read-data", str(home / "diary"))


def test_a_course_among_the_packages_is_not_read(tmp_path, monkeypatch):
    packages = tmp_path / "site-packages"
    (packages / "exam").mkdir(parents=True)
    (packages / "exam" / "course.yaml").touch()
    monkeypatch.setattr(sys, "path", [str(packages), *sys.path])
    text = seatbelt.profile(Layers())
    assert not allows(text, "file-read-data", str(packages / "exam" / "course.yaml"))
    assert allows(text, "file-read-data", str(packages / "torch.py"))


def test_a_secret_is_denied_behind_its_links(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    text = seatbelt.profile(Layers(secrets=(str(tmp_path / "link"),)))
    assert f'(subpath "{(tmp_path / "real").resolve()}")' in text


def test_a_rule_about_nothing_is_left_out(monkeypatch):
    """It would be about everything."""
    monkeypatch.setattr(sys, "path", [])
    everything = [rule for rule in read(seatbelt.profile(Layers())) if not any(isinstance(part, list) for part in rule)]
    assert [" ".join(str(part) for part in rule) for rule in everything] == [
        "version 1",
        "deny default",
        "deny process-info* nvram* iokit-get-properties file-map-executable",
        "allow file-read-metadata",
        "deny network* process-fork",
    ]


@given(st.lists(NAMES, max_size=3))
def test_every_secret_is_denied_whatever_its_name(names):
    places = [f"{os.path.realpath(sys.base_prefix)}/lib/{name}" for name in names]
    text = seatbelt.profile(Layers(secrets=tuple(places)))
    read(text)
    for place in places:
        assert not allows(text, "file-read-data", place)
        assert not allows(text, "file-read-data", place + "/within")
    assert not allows(text, "network-outbound")
    assert allows(text, "file-read-data", os.path.realpath(os.__file__)) or any(n.startswith("python") for n in names)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_text_is_quoted_so_that_it_reads_back_and_ends_where_it_should(text):
    quoted = seatbelt._quoted(text)
    assert read(f"(a {quoted} b)") == [["a", ("text", text), "b"]]
    assert "\n" not in quoted


OPTIMIZES = f"""
import sys
sys.path.append({str(ROOT)!r})
from tutor.sandbox import worker
import torch
worker.warm_up()
torch.optim.Adam([torch.ones(1, requires_grad=True)]).step()
print(torch.ones(2) @ torch.ones(2))
"""


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_what_may_be_read_is_enough_for_torch_and_an_optimizer(tmp_path):
    """With the libraries of Linux in place of those of macOS, no folder that takes files, and no home directory."""
    rules = [rule for rule in read(seatbelt.profile(Layers())) if rule[0] == "allow" and "file-read*" in rule]
    places = {part[1][1] for rule in rules for part in rule if isinstance(part, list)} - {"/"}
    shown = [p for path in ("/lib", "/lib64", sys.executable, *sorted(places)) for p in ("--ro-bind-try", path, path)]
    devices = [p for path in ("/dev/null", "/dev/urandom") for p in ("--dev-bind", path, path)]
    command = ["bwrap", "--unshare-user", "--unshare-net", *shown, "--dir", "/nothing", *devices, "--remount-ro", "/"]
    environment = start.environment("cpu") | {"TORCHINDUCTOR_CACHE_DIR": "/nothing"}
    command += [sys.executable, "-I", "-c", OPTIMIZES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    if "Operation not permitted" in done.stderr or "No permissions" in done.stderr:
        pytest.skip("bubblewrap is not allowed here")
    assert (done.stdout, done.returncode) == ("tensor(2.)\n", 0), done.stderr


def standing_in(folder: Path, body: str) -> str:
    """A program in the place of sandbox-exec: it gets `-p`, the profile and the command."""
    path = folder / "sandbox-exec"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def on_macos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def prepare(body: str) -> None:
        monkeypatch.setattr(seatbelt, "MACOS", True)
        monkeypatch.setattr(seatbelt, "SANDBOX_EXEC", standing_in(tmp_path, body))

    return prepare


STARTS = "os.execv(sys.argv[3], sys.argv[3:])"


async def test_where_python_starts_behind_it_it_is_used(on_macos):
    on_macos(f"assert sys.argv[1] == '-p' and sys.argv[2].startswith('(version 1)')\n{STARTS}")
    before = await seatbelt.prefix(Layers())
    assert before[-3:] == [seatbelt.SANDBOX_EXEC, "-p", seatbelt.profile(Layers())]


@pytest.mark.parametrize(
    "body",
    [
        "sys.exit(65)",
        "os.abort()",
        "print('ready')",
        "sys.argv[-2] = 'import sys; sys.modules[\\'torch\\'] = None\\n' + sys.argv[-2]; " + STARTS,
        "sys.argv[3:] = [sys.argv[3], '-c', 'import sys; sys.stdin.read()']; " + STARTS,
    ],
)
async def test_where_it_does_not_there_is_none(on_macos, body):
    on_macos(body)
    assert await seatbelt.prefix(Layers()) == []


async def test_one_that_hangs_is_given_up_on(on_macos, monkeypatch):
    on_macos("time.sleep(60)")
    monkeypatch.setattr(seatbelt, "PATIENCE", 0.2)
    assert await asyncio.wait_for(seatbelt.prefix(Layers()), 5) == []


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="has the GPU that is not to be found")
async def test_one_behind_which_the_gpu_is_not_found_is_not_used_for_it(on_macos):
    on_macos(STARTS)
    assert await seatbelt.prefix(Layers(gpu=True)) == []


async def test_there_is_none_elsewhere_nor_where_none_is_wanted(on_macos, monkeypatch):
    assert sys.platform == "darwin" or await seatbelt.prefix(Layers()) == []
    on_macos(STARTS)
    assert await seatbelt.prefix(NONE) == []
    monkeypatch.setattr(seatbelt, "SANDBOX_EXEC", "/nowhere/sandbox-exec")
    assert await seatbelt.prefix(Layers()) == []


def put_before(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    async def prefix(_: Layers) -> list[str]:
        return list(words)

    monkeypatch.setattr(pool, "seatbelt", SimpleNamespace(prefix=prefix))


async def test_every_process_that_runs_code_starts_behind_it_and_none_of_our_own_questions(monkeypatch):
    put_before(monkeypatch, "/usr/bin/env", "LANG=behind", *THROUGH)
    async with Sandbox(pool=True, layers=NONE) as sandbox:
        for _ in range(2):
            outcome = await sandbox.run(Request(code="import os; y = os.environ['LANG']", observe=("y",)))
            assert outcome.observed["y"].text == "'behind'"
        bare = await sandbox._source.child(bare=True)
        await bare.ready()
        assert b"LANG=behind" not in Path(f"/proc/{bare.pid}/environ").read_bytes()


async def test_many_may_wait_for_the_first_process_at_once(monkeypatch):
    put_before(monkeypatch, *THROUGH)
    async with Sandbox(pool=True, layers=NONE) as sandbox:
        waiting = asyncio.gather(sandbox.ready(), sandbox.run(Request(code="y = 1", observe=("y",))), sandbox.ready())
        _, outcome, _ = await asyncio.wait_for(waiting, 30)
    assert outcome.status == "ok"


async def test_closing_while_it_is_tried_leaves_nothing_and_tells_who_waits(on_macos, carriers, mark):
    on_macos(f"time.sleep(60)  # {mark}")
    sandbox = Sandbox(pool=True)
    await sandbox.start()
    assert sandbox.state == "starting"
    waiting = asyncio.ensure_future(sandbox.ready())
    while not (tried := carriers(seatbelt.SANDBOX_EXEC)):
        await asyncio.sleep(0.01)
    await sandbox.close()
    assert sandbox.state == "off"
    assert not any(Path(f"/proc/{pid}").exists() for pid in tried)
    with pytest.raises(EnvironmentLacking, match="closed before it was ready"):
        await waiting
