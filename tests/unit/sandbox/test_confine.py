"""The limits, looked at from inside a child; and that what is reported to be in force is."""

from __future__ import annotations

import sys

import pytest

from tutor.sandbox import confine
from tutor.sandbox.protocol import Limits, Request

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel"),
]

LOOK = """
import ctypes, os, resource, threading
libc = ctypes.CDLL(None)
limits = {n: resource.getrlimit(getattr(resource, n))[0] for n in dir(resource) if n.startswith("RLIMIT_")}
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
"""


async def look(sandbox, *expressions: str, **limits: float) -> list[object]:
    outcome = await sandbox.run(Request(code=LOOK, observe=expressions, limits=Limits(**limits)))
    assert outcome.status == "ok", outcome
    return [outcome.observed[e].value for e in expressions]


async def test_limits_are_those_asked_for(unfenced):
    cpu, held, space = await look(
        unfenced, "limits['RLIMIT_CPU']", "held", "limits['RLIMIT_AS']", seconds=3, memory_mb=200
    )
    assert cpu in (4, 5)
    assert abs(space - held - (200 << 20)) < 100 << 20
    assert space < held + (201 << 20)


async def test_a_child_is_private_and_owns_nothing_it_does_not_need(unfenced):
    asked = {
        "libc.prctl(39, 0, 0, 0, 0)": 1,  # PR_GET_NO_NEW_PRIVS
        "libc.prctl(3, 0, 0, 0, 0)": 0,  # PR_GET_DUMPABLE
        "limits['RLIMIT_CORE']": 0,
        "limits['RLIMIT_NOFILE']": confine.DESCRIPTORS,
        "limits['RLIMIT_FSIZE']": confine.FILE_SIZE,
        "os.umask(0)": 0o077,
        "os.getcwd()": "/",
        "os.getsid(0) == os.getpid()": True,
        "threading.active_count()": 1,
        "len(os.listdir('/proc/self/task'))": 1,
        "torch.get_num_threads()": 1,
        "os.read(0, 1) == b''": True,
    }
    assert dict(zip(asked, await look(unfenced, *asked), strict=True)) == asked


async def test_a_child_holds_no_descriptor_but_its_own(sandbox):
    outcome = await sandbox.run(
        Request(
            code="import os\nheld = []\nfor n in range(64):\n  try: os.fstat(n); held.append(n)\n  except OSError: 0",
            observe=("held",),
        )
    )
    assert [i.value for i in outcome.observed["held"].items] == [0, 1, 2, 3, 4]
