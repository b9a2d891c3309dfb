"""A GPU: made ready ahead, bounded, and the next attempt works whatever became of this one."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

import pytest

from tutor.sandbox import gpu, grants, nvml
from tutor.sandbox.client import Sandbox
from tutor.sandbox.level import GPU
from tutor.sandbox.protocol import Limits, Request

has_cuda = pytest.mark.skipif(not Path("/dev/nvidiactl").exists(), reason="there is no CUDA device here")


@pytest.mark.asyncio(loop_scope="session")
async def test_no_memory_on_a_gpu_is_named_as_such(sandbox):
    code = "raise torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 80.00 GiB.')"
    outcome = await sandbox.run(Request(code=code, limits=Limits(gpu_memory_mb=512)))
    assert outcome.status == "memory"
    assert outcome.note == "Stopped: it asked for more of the GPU's memory than the limit of 512 MiB."
    assert "Tried to allocate" in outcome.error.message


@pytest.mark.asyncio(loop_scope="session")
async def test_a_failed_check_in_a_kernel_is_put_into_words(sandbox):
    code = (
        "raise torch.AcceleratorError('CUDA error: device-side assert triggered')"
        if hasattr(__import__("torch"), "AcceleratorError")
        else "raise RuntimeError('CUDA error: device-side assert triggered')"
    )
    outcome = await sandbox.run(Request(code=code))
    assert (outcome.status, outcome.error.line) == ("error", 1)
    assert "index or a class label out of range" in outcome.note


@pytest.mark.parametrize(
    ("megabytes", "total", "part"), [(512, 1 << 30, 0.5), (4096, 1 << 30, 1.0), (1, 1 << 40, 2**-20)]
)
def test_a_limit_is_a_part_of_what_there_is(megabytes, total, part):
    assert gpu.fraction(megabytes, total) == part


async def test_children_near_a_gpu_say_when_they_are_ready(monkeypatch):
    """Forced where there is no GPU: making one ready then does nothing, but the way to a job is the same."""
    monkeypatch.setattr(grants, "devices", lambda: iter([Path("/dev/null")]))
    async with Sandbox(device="cuda") as sandbox:
        await sandbox.ready()
        outcome = await sandbox.run(Request(code="x = torch.ones(2).sum().item()", observe=("x",)))
        assert (outcome.status, outcome.observed["x"].value) == ("ok", 2.0)
        level = await sandbox.level()
        assert level["level"] in ("reduced", "limits only") and GPU in level["missing"]


class FakeNvml:
    """Two devices; process 7 holds memory on both, and of process 8 it is not known how much."""

    held = [{7: 100, 8: nvml.NOT_KNOWN}, {7: 23}]

    def nvmlDeviceGetCount_v2(self, count):
        count._obj.value = len(self.held)
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index, device):
        device._obj.value = index.value + 1
        return 0

    def nvmlDeviceGetComputeRunningProcesses_v3(self, device, count, infos):
        on = self.held[device.value - 1]
        count._obj.value = len(on)
        for info, (pid, used) in zip(infos, on.items(), strict=False):
            info.pid, info.used = pid, used
        return 0


def test_what_a_process_holds_on_all_gpus_is_added_up(monkeypatch):
    monkeypatch.setattr(nvml, "library", FakeNvml)
    assert (nvml.used(7), nvml.used(8), nvml.used(9)) == (123, None, None)


def test_without_the_library_nothing_is_known(monkeypatch):
    monkeypatch.setattr(nvml, "library", lambda: None)
    assert nvml.used(7) is None


def test_the_structure_is_the_librarys():
    assert ctypes.sizeof(nvml.ProcessInfo) == 24


@has_cuda
@pytest.mark.cuda
@pytest.mark.slow
class TestOnCuda:
    """Run wherever there is a device."""

    async def test_the_zygote_never_touches_it_and_children_do(self):
        async with Sandbox(device="cuda") as sandbox:
            code = "before = torch.cuda.is_initialized()\nx = torch.ones(3, device='cuda').sum().item()"
            outcome = await sandbox.run(Request(code=code, observe=("x", "before"), device="cuda"))
            assert (outcome.status, outcome.observed["x"].value) == ("ok", 3.0)

    @pytest.mark.parametrize(
        ("code", "status", "says"),
        [
            ("x = torch.empty(1 << 40, device='cuda')", "memory", "GPU's memory"),
            ("torch.ones(3, device='cuda')[torch.tensor([7], device='cuda')]", "error", "out of range"),
        ],
    )
    async def test_what_goes_wrong_is_clear_and_the_next_attempt_works(self, code, status, says):
        async with Sandbox(device="cuda") as sandbox:
            outcome = await sandbox.run(Request(code=code, device="cuda"))
            assert outcome.status == status and says in outcome.note
            again = await sandbox.run(Request(code="x = torch.ones(2).sum().item()", observe=("x",), device="cuda"))
            assert again.observed["x"].value == 2.0

    async def test_a_warm_child_does_not_wait_for_the_driver(self):
        async with Sandbox(device="cuda") as sandbox:
            await sandbox.ready()
            request = Request(code="x = torch.ones(2).sum().item()", observe=("x",), device="cuda")
            await sandbox.run(request)
            began = time.monotonic()
            assert (await sandbox.run(request)).status == "ok"
            assert time.monotonic() - began < 2.0
