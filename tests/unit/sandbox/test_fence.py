"""The whole fence around real children: what it amounts to, what each layer is worth, and that code goes on working."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from tutor.sandbox import box, landlock, seccomp
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import NONE, Layers
from tutor.sandbox.protocol import Limits, Request

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel"),
    pytest.mark.skipif(landlock.abi() == 0 or not seccomp.supported(), reason="a layer is missing on this kernel"),
]

IDIOMS = {
    "autograd": "x = torch.rand(3, requires_grad=True); (x * x).sum().backward()",
    "conv": "torch.nn.Conv2d(1, 2, 3)(torch.rand(1, 1, 8, 8)).sum().backward()",
    "lstm": "torch.nn.LSTM(3, 4)(torch.rand(5, 1, 3))",
    "transformer": "torch.nn.TransformerEncoderLayer(8, 2, batch_first=True)(torch.rand(1, 4, 8))",
    "attention": "torch.nn.functional.scaled_dot_product_attention(*torch.rand(3, 1, 2, 4, 8))",
    "vmap": "torch.vmap(torch.func.grad(lambda x: (x ** 2).sum()))(torch.rand(3, 2))",
    "script": "torch.jit.script(torch.nn.ReLU())(torch.rand(2))",
    "autocast": "with torch.autocast('cpu', dtype=torch.bfloat16): torch.nn.Linear(2, 2)(torch.rand(1, 2))",
    "loader": "list(torch.utils.data.DataLoader(list(range(8)), batch_size=2, num_workers=0, shuffle=True))",
    "optimizer": "p = torch.rand(2, requires_grad=True); o = torch.optim.Adam([p]); p.sum().backward(); o.step()",
    "fft": "torch.fft.fft(torch.rand(64))",
    "linalg": "torch.linalg.svd(torch.rand(8, 8)); torch.linalg.solve(torch.eye(3), torch.rand(3))",
    "save": "import io; b = io.BytesIO(); torch.save({'x': torch.rand(3)}, b); b.seek(0); torch.load(b)",
    "numpy": "import numpy; torch.from_numpy(numpy.random.rand(3)).numpy()",
    "threads": "from concurrent.futures import ThreadPoolExecutor\n"
    "with ThreadPoolExecutor(4) as pool: list(pool.map(lambda n: torch.rand(64, 64) @ torch.rand(64, 64), range(16)))",
    "two threads": "torch.set_num_threads(2); torch.rand(600, 600) @ torch.rand(600, 600); torch.set_num_threads(1)",
    "asyncio": "import asyncio; asyncio.run(asyncio.sleep(0.001))",
    "sqlite": "import sqlite3; sqlite3.connect(':memory:').execute('select 1').fetchall()",
    "clock": "import time, datetime; time.sleep(0.001); datetime.datetime.now().astimezone()",
    "imports": "import decimal, xml.dom.minidom, unittest.mock, zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')",
    "memory": "for _ in range(20): torch.ones(16 << 20)",
    "printing": "import logging; logging.warning('x'); print(torch.rand(3), torch.__config__.show()[:9])",
}

ESCAPES = {
    "temporary file": "import tempfile; tempfile.TemporaryFile()",
    "a file of its own": "open('/tmp/pwn', 'w')",
    "a socket": "import socket; socket.create_connection(('127.0.0.1', 80), 1)",
    "a unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "a program": "import subprocess; subprocess.run(['/bin/true'])",
    "a fork": "import os; os.fork()",
    "worker processes": "list(torch.utils.data.DataLoader([1, 2], num_workers=1))",
    "another process": "import multiprocessing; multiprocessing.Process(target=print).start()",
    "the password file": "open('/etc/passwd')",
    "its own memory": "open('/proc/self/mem', 'rb')",
    "its environment": "open('/proc/self/environ', 'rb')",
    "the parent": "import os; os.kill(os.getppid(), 15)",
    "every process": "import os; os.kill(-1, 15)",
    "rights": "import os; os.chmod('/', 0o755)",
    "times": "import os; os.utime('/')",
    "shared memory": "torch.rand(3).share_memory_()",
    "a mapped file": "torch.from_file('/tmp/pwn', shared=True, size=4)",
    "root": "import os; os.setuid(0) if os.getuid() else os.setuid(1)",
    "its limits": "import resource; resource.setrlimit(resource.RLIMIT_CORE, (1, 1))",
    "priority": "import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "scheduling": "import os; os.sched_setaffinity(os.getppid(), {0})",
    "anonymous files": "import os; os.memfd_create('x')",
    "its session": "import os; os.setpgid(0, 0)",
}


async def failed(sandbox: Sandbox, codes: dict[str, str]) -> dict[str, str]:
    """Which of `codes` raise, each tried after the others in one child, and what."""
    code = f"""
import traceback
failed = {{}}
for name, text in {codes!r}.items():
    try: exec(text, {{"torch": torch}})
    except BaseException as error: failed[name] = type(error).__name__ + ": " + str(error)[:200]
"""
    outcome = await sandbox.run(Request(code=code, observe=("failed",), limits=Limits(seconds=30)))
    assert outcome.status == "ok", outcome
    seen = outcome.observed["failed"]
    return {key.strip("'\""): str(item.value) for key, item in zip(seen.keys or (), seen.items or (), strict=True)}


async def test_ordinary_code_goes_on_working(sandbox):
    assert await failed(sandbox, IDIOMS) == {}


async def test_what_is_refused_is_refused_as_an_error_the_code_can_catch(sandbox):
    found = await failed(sandbox, ESCAPES)
    assert set(ESCAPES) - set(found) == set()
    plain = ("PermissionError", "FileNotFoundError", "RuntimeError", "OSError", "ValueError")
    assert {name: said for name, said in found.items() if not said.startswith(plain)} == {}


async def test_the_optimizer_can_be_imported_inside(sandbox):
    outcome = await sandbox.run(Request(code="import torch._dynamo, torch._inductor.utils"))
    assert outcome.status == "ok", outcome


@pytest.mark.parametrize(
    ("layers", "level", "missing"),
    [
        (Layers(box=False), "full", set()),
        (Layers(abi=1, box=False), "full", set()),
        (Layers(identity="capabilities", box=False), "full", set()),
        (Layers(seccomp=False, box=False), "reduced", {"processes can be started", "there is a network"}),
        (Layers(landlock=False, box=False), "reduced", {"lesson files can be read", "your progress can be read"}),
        (NONE, "limits only", {"programs can be started", "your files can be read", "files can be written"}),
    ],
    ids=["all", "oldest", "root-without-powers", "no-filter", "no-rules", "none"],
)
async def test_the_level_is_measured(layers, level, missing):
    if layers.identity == "capabilities" and os.geteuid() != 0:
        pytest.skip("needs to be root to give it up")
    async with Sandbox(layers=layers) as sandbox:
        found = await sandbox.level()
        assert found["level"] == level
        assert missing <= set(found["missing"])


needs_bwrap = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


@needs_bwrap
async def test_in_a_box_names_and_sizes_are_hidden_too():
    async with Sandbox(layers=Layers(box=True)) as sandbox:
        if not await box.prefix(Layers()):
            pytest.skip("bubblewrap is not let work here")
        assert (await sandbox.level())["level"] == "full + box"
        assert await failed(sandbox, IDIOMS) == {}
        assert set(await failed(sandbox, ESCAPES)) == set(ESCAPES)


@needs_bwrap
async def test_a_box_that_does_not_work_is_done_without(monkeypatch):
    monkeypatch.setattr(box, "_ALONE", ("--no-such-option",))
    assert await box.prefix(Layers()) == []
    async with Sandbox() as sandbox:
        assert (await sandbox.level())["level"] == "full"


async def test_no_box_is_looked_for_where_none_is_wanted_or_none_is_there(monkeypatch):
    assert await box.prefix(Layers(box=False)) == []
    assert await box.prefix(Layers(gpu=True)) == []
    monkeypatch.setenv("PATH", "")
    assert await box.prefix(Layers()) == []


async def test_processes_started_ahead_are_behind_the_same_fence():
    async with Sandbox(pool=True, layers=Layers(box=False)) as sandbox:
        assert (await sandbox.level())["level"] == "full"
        assert set(await failed(sandbox, ESCAPES)) == set(ESCAPES)
        assert await failed(sandbox, IDIOMS) == {}


async def test_threads_without_end_are_ended(sandbox):
    code = "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()"
    outcome = await sandbox.run(Request(code=code, limits=Limits(seconds=5)))
    assert outcome.status in ("killed", "error", "memory")
    assert outcome.seconds < 4


async def test_a_play_session_is_behind_the_fence(sandbox):
    play = await sandbox.play()
    assert (await play.run("open('/dev/tty')")).error.type == "PermissionError"
    assert (await play.run("1 + 1")).observed["_"].value == 2
    await play.close()


async def test_layers_survive_the_command_line(tmp_path):
    layers = Layers(abi=1, seccomp=False, identity="user").keeping(tmp_path)
    assert Layers.from_argument(layers.to_argument()) == layers


async def test_measuring_the_level_leaves_no_file_behind(tmp_path, monkeypatch):
    """Where files can be made but not removed, too."""
    monkeypatch.setenv("HOME", str(tmp_path))
    async with Sandbox(layers=Layers(landlock=False, box=False)) as sandbox:
        assert "files can be written" in (await sandbox.level())["missing"]
    assert list(tmp_path.iterdir()) == []
