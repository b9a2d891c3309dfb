"""How much memory a process has, asked from outside: here for real, elsewhere of a stand-in for the library."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from typing import Any

import pytest

from tutor.sandbox import resident, start
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import NONE
from tutor.sandbox.protocol import Limits, Request

MIB = 1 << 20
KINDS = {
    "private": "held = bytearray(b'x') * (200 << 20)",
    "shared": "import mmap; held = mmap.mmap(-1, 200 << 20); held.write(b'x' * (200 << 20))",
    "promised": "import mmap; held = mmap.mmap(-1, 200 << 20)",
    "a file's": "import mmap; f = open(sys.argv[1], 'rb'); held = mmap.mmap(f.fileno(), 0, prot=1); held[::4096]",
}
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@linux
@pytest.mark.parametrize(("kind", "more"), [("private", 200), ("shared", 200), ("promised", 0), ("a file's", 0)])
def test_what_is_a_processs_own_is_counted_and_nothing_else(kind, more, tmp_path):
    (tmp_path / "large").write_bytes(b"x" * (200 << 20) if kind == "a file's" else b"")
    code = f"import sys\ninput()\n{KINDS[kind]}\nprint('done', flush=True)\ninput()"
    command = [sys.executable, "-Sc", code, str(tmp_path / "large")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"done\n"
        held = resident.resident(process.pid)
        process.kill()
    assert held is not None
    assert abs(held / MIB - more) < 40
    assert resident.resident(process.pid) is None


def test_of_a_process_that_is_not_there_nothing_can_be_told():
    assert resident.resident(2**22 + 1) is None


def test_structures_are_as_large_as_where_they_come_from():
    assert ctypes.sizeof(resident.Rusage) == 96
    assert resident.Rusage.footprint.offset == 72
    assert ctypes.sizeof(resident.Counters) == 80
    assert resident.Counters.private.offset == 72


class Libproc:
    """macOS's library, which knows one process."""

    def proc_pid_rusage(self, pid: int, flavor: int, into: Any) -> int:
        assert flavor == 0
        into._obj.resident, into._obj.footprint = 5, 300 * MIB
        return 0 if pid == 7 else -1


class Kernel32:
    """Windows' library, which knows one process."""

    def __init__(self) -> None:
        self.open: list[int] = []

    def OpenProcess(self, rights: int, inherited: bool, pid: int) -> int | None:
        assert rights == 0x1010
        if pid == 9:
            return None
        self.open.append(pid)
        return pid

    def K32GetProcessMemoryInfo(self, process: int, into: Any, size: int) -> bool:
        assert size == into._obj.size == 80
        into._obj.working_set, into._obj.private = 5, 300 * MIB
        return process == 7

    def CloseHandle(self, process: int) -> bool:
        self.open.remove(process)
        return True


def test_on_macos_it_is_the_footprint(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(resident, "_libproc", Libproc)
    assert resident.resident(7) == 300 * MIB
    assert resident.resident(8) is None


def test_on_windows_it_is_what_is_committed(monkeypatch):
    kernel = Kernel32()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(resident, "kernel32", lambda: kernel)
    assert resident.resident(7) == 300 * MIB
    assert resident.resident(8) is None
    assert resident.resident(9) is None
    assert kernel.open == []


@pytest.mark.parametrize("platform", ["win32", "sunos"])
def test_where_there_is_nothing_to_ask_nothing_is_told(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(resident, "kernel32", lambda: None)
    assert resident.resident(os.getpid()) is None


@linux
async def test_memory_is_bounded_from_outside_where_the_kernel_does_not_bind_address_space(monkeypatch):
    """As on macOS."""
    monkeypatch.setattr(start, "_BOOT", "import resource\ndel resource.RLIMIT_AS\n" + start._BOOT)
    code = "x = []\nwhile True: x.append(bytearray(b'y') * (8 << 20))"
    async with Sandbox(pool=True, layers=NONE) as sandbox:
        outcome = await sandbox.run(Request(code=code, limits=Limits(seconds=8, memory_mb=300)))
    assert outcome.error is None
    assert (outcome.status, outcome.note) == ("memory", "Stopped: it asked for more memory than the limit of 300 MiB.")
