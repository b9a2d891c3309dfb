"""A GPU as a child uses it: made ready before there is a job, its memory bounded, and only ever in a child.

A process that has used CUDA cannot be forked, so the zygote never comes in here.
"""

from __future__ import annotations

import contextlib

import torch


def warm() -> None:
    """Pay now for what the first operation on the GPU costs; without a GPU that works, do nothing."""
    with contextlib.suppress(RuntimeError, AssertionError):
        if torch.cuda.is_available():
            torch.ones(2, 2, device="cuda").matmul(torch.ones(2, 2, device="cuda")).cpu()
        elif torch.backends.mps.is_available():
            torch.ones(2, 2, device="mps").matmul(torch.ones(2, 2, device="mps")).cpu()


def bound(device: str, memory_mb: int) -> None:
    """Have torch's allocator refuse more than `memory_mb`, so that the learner reads an error; code can undo it."""
    kind = device.partition(":")[0]
    if kind == "cuda":
        total = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(fraction(memory_mb, total), device)
    elif kind == "mps":
        total = torch.mps.recommended_max_memory()
        torch.mps.set_per_process_memory_fraction(fraction(memory_mb, total))


def fraction(memory_mb: int, total: int) -> float:
    """`memory_mb` as a part of `total` bytes, at most all of it."""
    return min(1.0, (memory_mb << 20) / total)
