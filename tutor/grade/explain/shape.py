"""Shapes reckoned with: what broadcasting, reducing and reshaping make of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

Shape = tuple[int, ...]

DIVIDED_MOST = 10**9
SPLIT_MOST = 10_000
"""Numbers beyond that are split in two, not in more."""


def broadcast(*shapes: Shape) -> Shape | None:
    """The shape that shapes broadcast to; None where they do not."""
    found: list[int] = []
    for sizes in itertools.zip_longest(*(s[::-1] for s in shapes), fillvalue=1):
        wide = {n for n in sizes if n != 1}
        if len(wide) > 1:
            return None
        found.append(wide.pop() if wide else 1)
    return tuple(found[::-1])


def clash(a: Shape, b: Shape) -> tuple[int, int] | None:
    """The first sizes from the right that differ with neither being 1."""
    pairs = zip(a[::-1], b[::-1], strict=False)
    return next(((m, n) for m, n in pairs if m != n and 1 not in (m, n)), None)


def counted(shape: Shape) -> int:
    """How many elements there are."""
    found = 1
    for n in shape:
        found *= n
    return found


def reduced(shape: Shape, dims: tuple[int, ...], keep: bool = False) -> Shape | None:
    """What is left of a shape when `dims` go; None where there are no such."""
    if any(not -len(shape) <= d < len(shape) for d in dims):
        return None
    gone = {d % len(shape) for d in dims}
    kept = [1 if d in gone else n for d, n in enumerate(shape) if keep or d not in gone]
    return tuple(kept)


def spread(small: Shape, big: Shape) -> Iterator[tuple[str, Shape]]:
    """Ways to put dimensions of size 1 into `small` so that it broadcasts to `big`: the index, the new shape."""
    for places in itertools.combinations(range(len(big)), len(small)):
        sizes = [1] * len(big)
        for place, n in zip(places, small, strict=True):
            sizes[place] = n
        if broadcast(tuple(sizes), big) == big and places != tuple(range(len(big) - len(small), len(big))):
            texts = [":" if d in places else "None" for d in range(places[0] if places else 0, len(big))]
            yield ", ".join(texts), tuple(sizes[places[0] if places else 0 :])


def divisors(number: int) -> list[int]:
    """The numbers that divide another, in order; none of one too large to be worth it."""
    if not 0 < number <= DIVIDED_MOST:
        return []
    low = [n for n in range(1, math.isqrt(number) + 1) if number % n == 0]
    return sorted({*low, *(number // n for n in low)})


def factors(number: int, parts: int) -> list[Shape]:
    """Ways to write a number as a product of so many that are greater than 1, the most even first."""
    if parts == 1:
        return [(number,)] if number > 1 else []
    if parts > 2 and number > SPLIT_MOST:
        return []
    firsts = divisors(number)[1:-1]
    found = [(first, *rest) for first in firsts for rest in factors(number // first, parts - 1)]
    return sorted(found, key=lambda sizes: (max(sizes) - min(sizes), sizes))


def joined(shapes: list[Shape], dim: int) -> Shape | None:
    """What cat makes along `dim`; None where it makes nothing."""
    first = shapes[0]
    if not first or any(len(s) != len(first) for s in shapes) or not -len(first) <= dim < len(first):
        return None
    dim %= len(first)
    if len({(*s[:dim], *s[dim + 1 :]) for s in shapes}) > 1:
        return None
    return (*first[:dim], sum(s[dim] for s in shapes), *first[dim + 1 :])


def turned(shape: Shape) -> Shape:
    """With the last two dimensions swapped."""
    return (*shape[:-2], shape[-1], shape[-2])


def all_dims(rank: int) -> str:
    """The dimensions there are: `dimension 0 alone`, `dimensions 0 and 1`."""
    return {0: "no dimensions", 1: "dimension 0 alone"}.get(rank, f"dimensions {choices(rank)}")


def choices(rank: int) -> str:
    """The numbers of that many dimensions: `0`, `0 and 1`, `0 to 3`."""
    return {1: "0", 2: "0 and 1"}.get(rank, f"0 to {rank - 1}")
