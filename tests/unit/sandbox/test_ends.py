"""Whatever a snippet does, the run ends, says why, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tutor.errors import EnvironmentLacking
from tutor.sandbox import start
from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import MAGIC, Limits, Request

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

FORGED = f"""
import struct, json
body = json.dumps({{"observed": {{"y": {{"kind": "number", "type": "int", "value": 42}}}}}}).encode()
frame = struct.pack("<4sII", {MAGIC!r}, len(body), 0) + body
import os
for fd in range(3, 64):
    try: os.write(fd, frame)
    except OSError: pass
"""


def descendants(root: int) -> set[int]:
    """Every living process below `root`."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found, ring = set(), {root}
    while ring:
        ring = {pid for pid, parent in parents.items() if parent in ring}
        found |= ring
    return found


async def strangers(sandbox: Sandbox) -> set[int]:
    """What runs below the zygote and is no child we know of, given five seconds to go away."""
    for _ in range(250):
        known = {child.pid for child in sandbox._source._children.values()}
        if not (left := descendants(zygote_of(sandbox)) - known):
            break
        await asyncio.sleep(0.02)
    return left


def zygote_of(sandbox: Sandbox) -> int:
    """The zygote: what was started, or what runs in the box that was."""
    started = sandbox._source._process.pid
    boxed = "bwrap" in Path(f"/proc/{started}/cmdline").read_text().partition("\0")[0]
    return min(children_of(started)) if boxed else started


def children_of(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize(
    ("code", "status", "says"),
    [
        ("import os; os._exit(0)", "killed", "ended Python itself"),
        ("import sys; sys.exit()", "error", "exit()"),
        ("raise SystemExit(0)", "error", "exit()"),
        ("exit()", "error", "exit()"),
        ("import os; os.kill(os.getpid(), 9)", "killed", "the system ended it"),
        ("import ctypes; ctypes.string_at(0)", "killed", "SIGSEGV"),
        ("import os; os.abort()", "killed", "SIGABRT"),
        ("import os; os.closerange(0, 64)", "killed", "without a result"),
        ("import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()", None, ""),
        (FORGED, "killed", "without a result"),
        ("x = bytearray(8 << 30)", "memory", "1024 MiB"),
        ("x = []\nwhile True: x.append(torch.empty(1 << 22))", "memory", "1024 MiB"),
    ],
)
async def test_no_way_out_is_a_result(sandbox, code, status, says):
    outcome = await sandbox.run(Request(code=code, observe=("y",), limits=Limits(seconds=3)))
    assert outcome.status == status or (status is None and outcome.status != "ok")
    assert says in outcome.note
    assert "y" not in outcome.observed or outcome.observed["y"].kind == "missing"


@pytest.mark.parametrize(
    "code",
    [
        "class Liar:\n    def __repr__(self):\n        while True: pass\ny = Liar()",
        "import signal\nfor s in {*range(1, 32)} - {9, 19}: signal.signal(s, signal.SIG_IGN)\nwhile True: pass",
        "import time; time.sleep(60)",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ],
)
async def test_what_never_ends_is_ended(sandbox, code):
    began = time.monotonic()
    outcome = await sandbox.run(Request(code=code, observe=("y",), limits=Limits(seconds=0.5)))
    assert (outcome.status, outcome.note) == ("timeout", "Stopped: over the time limit of 0.5 s.")
    assert time.monotonic() - began < 1.5


async def test_an_endless_print_costs_no_memory(sandbox):
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = await sandbox.run(Request(code="import os\nwhile True: os.write(2, b'x' * 60000)"))
    assert outcome.status == "output"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


@pytest.mark.parametrize(
    "code",
    [
        "import os, time\nfor _ in range(6): os.fork()\ntime.sleep(30)",
        "from os import *\nif not fork():\n    setsid()\n    if not fork():\n        while True: pass\n    _exit(0)",
        "import subprocess\nsubprocess.Popen(['sleep', '1000'])",
        "import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True)\nwhile True: pass",
    ],
    ids=["bomb", "daemon", "child", "child-and-loop"],
)
async def test_nothing_is_left_running(unfenced, code):
    await unfenced.run(Request(code=code, limits=Limits(seconds=1)))
    assert await strangers(unfenced) == set()


async def test_a_snippet_that_multiplies_is_ended_at_once(unfenced):
    code = "import os, time\nfor _ in range(24): os.fork() or time.sleep(30)\ntime.sleep(30)"
    outcome = await unfenced.run(Request(code=code))
    assert (outcome.status, outcome.note) == ("killed", "Stopped: it started too many processes.")
    assert await strangers(unfenced) == set()


async def test_cancelling_a_run_ends_its_child(sandbox):
    running = asyncio.ensure_future(sandbox.run(Request(code="while True: pass")))
    await asyncio.sleep(0.2)
    (child,) = (c for c in sandbox._busy if c is not sandbox._judge)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await child.gone(2) == -signal.SIGKILL
    assert not Path(f"/proc/{child.pid}").exists()
    assert await strangers(sandbox) == set()
    assert (await sandbox.run(Request(code="y = 1"))).status == "ok"


async def test_runs_beside_each_other_do_not_mix(sandbox):
    codes = [f"import time; time.sleep(0.05); y = {n}; print({n})" for n in range(5)]
    outcomes = await asyncio.gather(*(sandbox.run(Request(code=c, observe=("y",))) for c in codes))
    assert [(o.observed["y"].value, o.stdout) for o in outcomes] == [(n, f"{n}\n") for n in range(5)]


async def test_a_play_session_that_goes_over_its_time_is_dead_and_says_so(sandbox):
    play = await sandbox.play()
    outcome = await play.run("while True: pass", seconds=0.3)
    assert (outcome.status, play.alive) == ("timeout", False)
    again = await play.run("1")
    assert (again.status, again.note) == ("killed", "The session has ended; start a new one.")


async def test_a_session_that_ignores_the_first_interrupt_is_ended_by_the_second(sandbox):
    play = await sandbox.play()
    code = "import time\nwhile True:\n  try:\n    while True: time.sleep(0.01)\n  except KeyboardInterrupt: pass"
    running = asyncio.ensure_future(play.run(code, seconds=20))
    for _ in range(2):
        await asyncio.sleep(0.2)
        await play.interrupt()
    outcome = await running
    assert (outcome.status, outcome.note) == ("killed", "Stopped: it did not heed an interrupt.")
    assert not play.alive


async def test_completion_runs_none_of_the_learners_code(sandbox):
    play = await sandbox.play()
    await play.run(
        "class Trap:\n    @property\n    def field(self): raise SystemExit\n"
        "    def __getattr__(self, name): raise SystemExit\n"
        "trap = Trap(); trap.inner = torch.ones(3); net = torch.nn.Sequential(torch.nn.Linear(2, 3)); long_name = 1"
    )
    assert await play.complete("trap.f") == ["trap.field"]
    assert await play.complete("trap.field.") == []
    assert "trap.inner.sum" in await play.complete("print(trap.inner.su")
    assert "trap.inner.T.mean" in await play.complete("trap.inner.T.me")
    assert await play.complete("trap.inner.imag.x") == []
    assert "torch.nn.Linear" in await play.complete("torch.nn.Lin")
    assert "net.forward" in await play.complete("net.forw")
    assert await play.complete("long_n") == ["long_name"]
    assert await play.complete("f(3).re") == []
    assert await play.complete("") == []
    assert play.alive
    await play.close()


async def test_a_zygote_that_dies_is_started_again():
    async with Sandbox() as sandbox:
        await sandbox.ready()
        first = zygote_of(sandbox)
        request = Request(code="import time; time.sleep(0.3); y = 1", observe=("y",))
        running = asyncio.ensure_future(sandbox.run(request))
        await asyncio.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        assert (await running).observed["y"].value == 1
        assert zygote_of(sandbox) != first
        assert sandbox.state == "ready"
        last = zygote_of(sandbox)
    assert sandbox.state == "off"
    assert not Path(f"/proc/{last}").exists()


OWNER = """
import asyncio, sys
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import NONE
from tutor.sandbox.protocol import Request
async def main():
    async with Sandbox(layers=NONE) as sandbox:
        await sandbox.ready()
        print(sandbox._source._process.pid, flush=True)
        await sandbox.run(Request(code="import os\\nos.setsid() if os.fork() == 0 else 0\\nwhile True: pass"))
asyncio.run(main())
"""


async def test_nothing_outlives_an_owner_that_is_killed():
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, stdout=subprocess.PIPE)
    zygote = int(await owner.stdout.readline())
    await asyncio.sleep(0.3)
    family = descendants(zygote) | {zygote}
    assert len(family) >= 3
    owner.kill()
    await owner.wait()
    for _ in range(100):
        left = {pid for pid in family if Path(f"/proc/{pid}").exists()}
        if not left:
            break
        await asyncio.sleep(0.02)
    assert not left


async def test_without_torch_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(start, "_BOOT", "import sys; sys.modules['torch'] = None\n" + start._BOOT)
    for pool in (False, True):
        sandbox = Sandbox(pool=pool)
        with pytest.raises(EnvironmentLacking, match=r"^torch is not installed here: pip install torch$"):
            await sandbox.run(Request(code="1"))
        assert sandbox.state == "failed"
        await sandbox.close()


async def test_a_start_that_fails_shows_the_last_words(monkeypatch):
    monkeypatch.setattr(start, "_BOOT", "raise OSError('the disk is on fire')\n" + start._BOOT)
    for pool in (False, True):
        sandbox = Sandbox(pool=pool)
        with pytest.raises(EnvironmentLacking, match="could not start: OSError: the disk is on fire"):
            await sandbox.ready()
        await sandbox.close()


async def test_closing_before_it_is_ready_leaves_nothing():
    sandbox = Sandbox()
    await sandbox.start()
    assert sandbox.state == "starting"
    started = sandbox._source._process.pid
    await sandbox.close()
    with pytest.raises(ProcessLookupError):
        for _ in range(500):  # dead at once, but not always reaped at once by the machine's first process
            os.killpg(started, 0)
            await asyncio.sleep(0.01)


async def test_nothing_secret_reaches_the_code(monkeypatch):
    monkeypatch.setenv("A_SECRET", "hunter2")
    async with Sandbox() as fresh:
        outcome = await fresh.run(Request(code="import os; y = dict(os.environ)", observe=("y",)))
    assert "hunter2" not in outcome.observed["y"].text
    assert "OMP_NUM_THREADS" in outcome.observed["y"].text
