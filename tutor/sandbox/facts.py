"""What two values may differ in beside their elements: what they are, where they lie, what is registered in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tutor.sandbox.protocol import Observation

Fact = tuple[str, str, str]
"""The field of a Difference, what was expected, and what came."""

_PLAIN = ("dtype", "device", "requires_grad", "is_leaf", "contiguous")


def of_value(check: Iterable[str], wanted: Observation, came: Observation) -> Fact | None:
    """The first fact of those in `check` in which two values of the same kind differ."""
    return next(_of_value(set(check), wanted, came), None)


def _of_value(check: set[str], wanted: Observation, came: Observation) -> Iterator[Fact]:
    if wanted.shape is not None and came.shape is not None and wanted.kind != "size":
        if {"shape", "values"} & check and wanted.shape != came.shape:
            yield "shape", shape_text(wanted.shape), shape_text(came.shape)
        if "rank" in check and len(wanted.shape) != len(came.shape):
            yield "rank", str(len(wanted.shape)), str(len(came.shape))
    for field in _PLAIN:
        pair = getattr(wanted, field), getattr(came, field)
        if pair[0] != pair[1] and (wanted.kind == field or field in check):
            yield field, str(pair[0]), str(pair[1])
    if "grad" in check and (wanted.grad is None) != (came.grad is None):
        yield "grad", _grad(wanted), _grad(came)
    if "stride" in check and _steps(wanted) != _steps(came):
        yield "stride", str(wanted.stride), str(came.stride)


def _grad(seen: Observation) -> str:
    return "None" if seen.grad is None else seen.grad.text


def _steps(seen: Observation) -> tuple[int, ...]:
    """The strides that mean anything: along a dimension of size 1 nobody ever steps."""
    return tuple(step for size, step in zip(seen.shape or (), seen.stride or (), strict=False) if size > 1)


def of_module(check: Iterable[str], wanted: Observation, came: Observation) -> Fact | None:
    """The first difference between two modules in what they are and hold. What is in the parameters is not looked at:
    it depends on the order in which they were made."""
    return next(_of_module(set(check), wanted, came), None)


def _of_module(check: set[str], wanted: Observation, came: Observation) -> Iterator[Fact]:
    if wanted.value and came.value and wanted.value != came.value:
        yield "kind", f"a {wanted.type}", f"a {came.type}"
    ours, theirs = _shapes(wanted), _shapes(came)
    if ours != theirs:
        yield "parameters", _counted(ours), _counted(theirs)
    if wanted.layers is not None and came.layers is not None and wanted.layers != came.layers:
        yield "layers", told(wanted.layers), told(came.layers)
    if {"names", "state"} & check and wanted.keys != came.keys:
        yield "names", ", ".join(wanted.keys or ()) or "none", ", ".join(came.keys or ()) or "none"
    if "mode" in check and wanted.training != came.training:
        yield "mode", _mode(wanted), _mode(came)


def _shapes(module: Observation) -> Counter[tuple[int, ...]]:
    return Counter(item.shape or () for item in parameters(module))


def parameters(module: Observation) -> list[Observation]:
    """The registered parameters, in order."""
    own = set(module.parameters or ())
    return [item for key, item in zip(module.keys or (), module.items or (), strict=False) if key in own]


def _counted(shapes: Counter[tuple[int, ...]]) -> str:
    if not shapes:
        return "no parameters"
    count = sum(shapes.values())
    return f"{count} parameter{'s' * (count != 1)}: {', '.join(shape_text(s) for s in sorted(shapes.elements()))}"


def _mode(module: Observation) -> str:
    return "train" if module.training else "eval"


def shared(names: Iterable[str], observed: dict[str, Observation], name: str) -> tuple[str, ...]:
    """Which of the other names lie in the same memory as `name`."""
    own = observed.get(name, Observation(kind="missing")).storage
    others = ((other, observed[other].storage) for other in names if other != name and other in observed)
    return tuple(other for other, storage in others if own is not None and storage == own)


def shape_text(shape: tuple[int, ...] | None) -> str:
    """`(5, 7)`; `none` of what has no shape."""
    return str(shape) if shape is not None else "none"


def told(names: Iterable[str]) -> str:
    """Names in words."""
    return ", ".join(names) or "none"
