"""How much of a GPU's memory a process holds, asked of NVIDIA's own library from outside; torch has no part in it.

Structures and names are those of `nvml.h`; the library comes with the driver.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

PROCESSES_MOST = 256
NOT_KNOWN = (1 << 64) - 1


class ProcessInfo(ctypes.Structure):
    """`nvmlProcessInfo_t` of version 2 and 3 of the call."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("used", ctypes.c_ulonglong),
        ("gpu_instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    )


@cache
def library() -> Any | None:
    """The library, initialised; None where there is none."""
    try:
        found = ctypes.CDLL("libnvidia-ml.so.1")
        return found if found.nvmlInit_v2() == 0 else None
    except (OSError, AttributeError):
        return None


def used(pid: int) -> int | None:
    """Bytes that `pid` holds on all GPUs together; None where that cannot be told."""
    if (nvml := library()) is None:
        return None
    count = ctypes.c_uint()
    if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
        return None
    found = [bytes_ for index in range(count.value) for bytes_ in _on(nvml, index, pid)]
    return sum(found) if found else None


def _on(nvml: Any, index: int, pid: int) -> list[int]:
    """What the process holds on one device, as a list of none or one."""
    device, count = ctypes.c_void_p(), ctypes.c_uint(PROCESSES_MOST)
    infos = (ProcessInfo * PROCESSES_MOST)()
    if nvml.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(device)) != 0:
        return []
    if nvml.nvmlDeviceGetComputeRunningProcesses_v3(device, ctypes.byref(count), infos) != 0:
        return []
    return [info.used for info in infos[: count.value] if info.pid == pid and info.used != NOT_KNOWN]
