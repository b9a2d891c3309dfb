"""What an observation says, as plain Python data and in words. Nothing here is executed or trusted."""

from __future__ import annotations

from typing import Any

from tutor.sandbox.protocol import Observation

_ODD = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


def shape_of(seen: Observation) -> tuple[int, ...] | None:
    """The shape of a tensor, or the entries of a torch.Size; None for anything else."""
    return seen.shape if seen.kind in ("tensor", "size") else None


def value_of(seen: Observation) -> Any:
    """The value as numbers, bools, strings and nested lists. Raises ValueError when it is too large to carry."""
    if seen.kind == "tensor":
        if seen.values is None:
            raise ValueError("the tensor is too large to show")
        return _numbers(seen.values)
    if seen.kind == "size":
        return list(seen.shape or ())
    if seen.kind in ("list", "tuple"):
        return [value_of(item) for item in seen.items or ()]
    if seen.kind == "dtype":
        return seen.dtype
    if seen.kind == "number":
        return _number(seen.value)
    if seen.kind in ("bool", "text", "none"):
        return seen.value
    raise ValueError(f"a {seen.type or seen.kind} has no plain value")


def _numbers(values: Any) -> Any:
    return [_numbers(v) for v in values] if isinstance(values, list) else _number(values)


def _number(value: Any) -> Any:
    """A number from JSON, where nan, the infinities and large ints are text."""
    if not isinstance(value, str):
        return value
    return _ODD[value] if value in _ODD else int(value)


def spelled_shape(shape: tuple[int, ...]) -> str:
    """`(5, 7)`, `(3,)`, `()`."""
    return str(tuple(shape))


def spelled(value: Any) -> str:
    """A value as a learner would write it: floats without noise, lists in brackets."""
    if isinstance(value, list):
        return "[" + ", ".join(spelled(v) for v in value) + "]"
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return f"{value:.6g}" if value != int(value) or abs(value) > 1e15 else f"{value:.1f}"
    return str(value)
