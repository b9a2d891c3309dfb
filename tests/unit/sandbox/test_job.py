"""The job object of Windows: the sizes of its structures, and which calls are made, on a stand-in for the library."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import pytest

from tutor.sandbox import job, kernel32
from tutor.sandbox.client import Sandbox
from tutor.sandbox.layers import NONE, Layers
from tutor.sandbox.pool import Pool
from tutor.sandbox.protocol import Request

PROCESS, FIRST_JOB = 71, 1000
LIMITS, SCREEN = 9, 4
ONE_PROCESS, MEMORY, TIME, DIES_WITH_US, DIES_OF_FAULTS = 0x8, 0x100, 0x2, 0x2000, 0x400


class Kernel:
    """Notes what it is asked, and does as it is told; a handle is a number it gave."""

    def __init__(self, *, refuses: tuple[Any, ...] = ()) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.refuses = refuses
        self.made = FIRST_JOB
        self.limits: dict[int, job.ExtendedLimits] = {}

    def _asked(self, name: str, *arguments: Any) -> bool:
        self.calls.append((name, *arguments))
        return name not in self.refuses and (name, *arguments) not in self.refuses

    def OpenProcess(self, rights: int, inherited: bool, pid: int) -> int | None:
        return PROCESS if self._asked("open", rights, inherited, pid) else None

    def CreateJobObjectW(self, security: None, name: None) -> int | None:
        self.made += 1
        return self.made if self._asked("create") else None

    def SetInformationJobObject(self, handle: int, kind: int, given: Any, size: int) -> bool:
        if kind == LIMITS:
            self.limits[handle] = type(given._obj).from_buffer_copy(given._obj)
        assert size == ctypes.sizeof(given._obj)
        return self._asked("set", handle, kind)

    def AssignProcessToJobObject(self, handle: int, process: int) -> bool:
        return self._asked("assign", handle, process)

    def CloseHandle(self, handle: int) -> bool:
        return self._asked("close", handle)


def test_structures_are_as_large_as_on_windows():
    assert ctypes.sizeof(job.BasicLimits) == 64
    assert ctypes.sizeof(job.ExtendedLimits) == 144
    assert job.BasicLimits.active_processes.offset == 40
    assert job.ExtendedLimits.process_memory.offset == 112


def test_a_process_is_put_in_a_job_whose_limits_are_set_before():
    kernel = Kernel()
    made = job.around(5, kernel=kernel)
    assert made.holds
    assert kernel.calls == [
        ("open", 0x101, False, 5),
        ("create",),
        ("set", 1001, LIMITS),
        ("set", 1001, SCREEN),
        ("assign", 1001, PROCESS),
        ("close", PROCESS),
    ]
    limits = kernel.limits[1001]
    assert limits.basic.flags == ONE_PROCESS | DIES_WITH_US | DIES_OF_FAULTS
    assert limits.basic.active_processes == 1


def test_where_we_are_in_a_job_ourselves_one_that_leaves_the_screen_alone_is_within_it():
    kernel = Kernel(refuses=(("assign", 1001, PROCESS),))
    assert job.around(5, kernel=kernel).holds
    assert kernel.calls[5:] == [
        ("close", 1001),
        ("create",),
        ("set", 1002, LIMITS),
        ("assign", 1002, PROCESS),
        ("close", PROCESS),
    ]


@pytest.mark.parametrize("refused", ["open", "create", "set", "assign"])
def test_what_fails_leaves_the_process_as_it_is_and_no_handle_open(refused):
    kernel = Kernel(refuses=(refused,))
    made = job.around(5, kernel=kernel)
    assert not made.holds
    assert not made.bound(1 << 30)
    made.close()
    closed = [call[1] for call in kernel.calls if call[0] == "close"]
    opened = [] if refused == "open" else [PROCESS]
    assert sorted(closed) == sorted(opened + ([1001, 1002] if refused in ("set", "assign") else []))


def test_memory_is_bounded_once_it_is_known_and_the_rest_stays():
    kernel = Kernel()
    made = job.around(5, seconds=2.5, kernel=kernel)
    assert not kernel.limits[1001].basic.flags & MEMORY
    assert made.bound(3 << 30)
    limits = kernel.limits[1001]
    assert limits.process_memory == 3 << 30
    assert limits.basic.flags == ONE_PROCESS | DIES_WITH_US | DIES_OF_FAULTS | MEMORY | TIME
    assert limits.basic.process_time == 25_000_000
    assert limits.basic.active_processes == 1


def test_letting_go_is_done_once():
    kernel = Kernel()
    made = job.around(5, kernel=kernel)
    made.close()
    made.close()
    assert kernel.calls.count(("close", 1001)) == 1
    assert not made.holds


@pytest.mark.skipif(sys.platform == "win32", reason="there are jobs")
def test_elsewhere_there_are_no_jobs():
    assert kernel32.kernel32() is None
    assert not job.around(5).holds


def test_the_launcher_of_a_virtual_environment_is_left_out(monkeypatch):
    monkeypatch.setattr(sys, "executable", r"C:\venv\Scripts\python.exe")
    monkeypatch.setattr(sys, "_base_executable", r"C:\Python\python.exe")
    command = [sys.executable, "-I", "-c", "1"]
    monkeypatch.setattr(job, "WINDOWS", True)
    assert job.direct(command, {"PATH": "x"}) == (
        [r"C:\Python\python.exe", "-I", "-c", "1"],
        {"PATH": "x", "__PYVENV_LAUNCHER__": r"C:\venv\Scripts\python.exe"},
    )
    monkeypatch.setattr(sys, "_base_executable", sys.executable)
    assert job.direct(command, {}) == (command, {})
    monkeypatch.setattr(job, "WINDOWS", False)
    assert job.direct(command, {}) == (command, {})


async def test_each_process_of_a_pool_has_a_job_that_is_let_go_of_with_it(monkeypatch):
    kernel = Kernel()
    monkeypatch.setattr(job, "kernel32", lambda: kernel)
    async with Sandbox(pool=True, layers=NONE) as sandbox:
        outcome = await sandbox.run(Request(code="y = 1", observe=("y",)))
        assert outcome.status == "ok"
        assert kernel.limits[1001].process_memory > job.ROOM
    pids = [call[3] for call in kernel.calls if call[0] == "open"]
    assert len(set(pids)) == len(pids) >= 2
    for handle in range(FIRST_JOB + 1, FIRST_JOB + 1 + len(pids)):
        assert kernel.calls.count(("assign", handle, PROCESS)) == 1
        assert kernel.calls.count(("close", handle)) == 1


@pytest.mark.parametrize(("gpu", "bare"), [(True, False), (False, True)])
async def test_what_a_driver_may_commit_is_not_bounded(monkeypatch, gpu, bare):
    kernel = Kernel()
    monkeypatch.setattr(job, "kernel32", lambda: kernel)
    started = Pool("cpu", Layers(box=False, gpu=gpu))
    child = await started.child(bare=bare)
    await child.ready()
    await started.close()
    assert not kernel.limits[1001].basic.flags & MEMORY
