"""Random inputs for what a snippet made: as an author's expression draws them, or as small and round as it can."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import torch

NAMES: dict[str, Any] = {"randint": random.randint, "choice": random.choice, "random": random.random}
"""What an expression that draws inputs may use beside torch; `randint` includes both ends."""

TRIES = 6
"""Cases of each size, before the next size is tried."""


def narrow(case: int) -> dict[str, Any]:
    """The same names, but near the lower end of what they may give: the nearer, the earlier the case."""
    room = case // TRIES

    def near(low: int, high: int) -> int:
        return random.randint(low, min(high, low + room))

    def among_first(options: Sequence[Any]) -> Any:
        return random.choice(options[: 1 + room])

    return {"randint": near, "choice": among_first}


def rounded(value: Any, case: int) -> Any:
    """Floats without their decimals in one case of three, with one decimal in another, as they are in the third."""
    if type(value) is tuple:
        return tuple(rounded(v, case) for v in value)
    if not isinstance(value, torch.Tensor) or not value.is_floating_point() or case % 3 == 2:
        return value
    made = value.detach().mul(3).round() if case % 3 == 0 else value.detach().round(decimals=1)
    return made.requires_grad_(value.requires_grad)


def fill(module: Any, seed: int) -> None:
    """Set a module's parameters to numbers that depend on the seed, the shape, and how many of that shape came before:
    not on names, nor on the order of parameters of different shapes."""
    if not isinstance(module, torch.nn.Module):
        return
    seen: dict[tuple[int, ...], int] = {}
    with torch.no_grad():
        for parameter in torch.nn.Module.parameters(module):
            shape = tuple(parameter.shape)
            number = seen[shape] = seen.get(shape, 0) + 1
            numbers = torch.Generator().manual_seed(hash((seed, shape, number)) % (1 << 63))
            parameter.copy_(torch.randn(shape, generator=numbers) / 2)
