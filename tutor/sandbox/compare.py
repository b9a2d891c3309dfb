"""How two observations are held against each other: kind, shape, dtype, device, and then the elements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from tutor.sandbox.protocol import Call, Difference, Observation, Terms

CELLS_MOST = 64
TEXT_MOST = 300

# Relative and absolute room by dtype: enough for another order of the same operations, too little for another result.
_ROOM = {
    "float64": (1e-7, 1e-9),
    "float32": (1e-5, 1e-6),
    "float16": (2e-3, 1e-4),
    "bfloat16": (1.6e-2, 1e-4),
    "float8_e4m3fn": (0.13, 1e-2),
    "float8_e5m2": (0.26, 1e-2),
}
_REAL_OF = {"complex128": "float64", "complex64": "float32", "complex32": "float16"}

_ALIKE = {"size": "tuple"}
_FACTS = ("dtype", "device", "requires_grad")


class Comparison:
    """Terms and the tensors of both sides; every method gives the first difference or None."""

    def __init__(self, terms: Terms, expected: dict[str, torch.Tensor], actual: dict[str, torch.Tensor]) -> None:
        self._terms = terms
        self._expected = expected
        self._actual = actual

    def of_calls(self, wanted: Call, came: Call | None, case: int) -> Difference | None:
        """Two calls of a function with the same inputs."""
        if came is None:
            return Difference(name="", field="missing", expected=_of_call(wanted), actual="", case=case)
        if wanted.failure or came.failure:
            return self._failures(wanted, came, case)
        if len(wanted.inputs) == len(came.inputs):
            pairs = zip(wanted.inputs, came.inputs, strict=True)
            found = next((d for w, c in pairs if (d := self.difference("inputs", w, c))), None)
            if found:
                return replace(found, case=case)
        nothing = Observation(kind="none")
        found = self.difference("", wanted.result or nothing, came.result or nothing)
        return replace(found, case=case) if found else None

    def _failures(self, wanted: Call, came: Call, case: int) -> Difference | None:
        if wanted.failure and came.failure and wanted.failure.type == came.failure.type:
            return None
        return Difference(name="", field="failed", expected=_of_call(wanted), actual=_of_call(came), case=case)

    def difference(self, name: str, wanted: Observation, came: Observation, item: str = "") -> Difference | None:
        """Two values; containers are gone into."""
        if wanted.kind == "missing" and came.kind == "missing":
            return None
        if came.kind == "missing" or wanted.kind == "missing":
            field = "failed" if came.failure or wanted.failure else "missing"
            return _differ(name, field, item, _said(wanted), _said(came))
        if (kinds := (_kind(wanted), _kind(came)))[0] != kinds[1]:
            return _differ(name, "kind", item, _spoken(wanted), _spoken(came))
        found = self._facts(name, wanted, came, item)
        return found or self._contents(name, wanted, came, item)

    def _facts(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        """Type, shape, dtype, device and requires_grad, so far as they are to be compared."""
        if wanted.kind in ("object", "number", "module") and wanted.type != came.type and self._typed(wanted):
            return _differ(name, "kind", item, _spoken(wanted), _spoken(came))
        if wanted.kind != "size" and wanted.shape is not None and wanted.shape != came.shape:
            return _differ(name, "shape", item, _tuple(wanted.shape), _tuple(came.shape))
        for field in _FACTS:
            pair = getattr(wanted, field), getattr(came, field)
            if pair[0] != pair[1] and (wanted.kind == field or field in self._terms.check):
                return _differ(name, field, item, str(pair[0]), str(pair[1]))
        return None

    def _typed(self, wanted: Observation) -> bool:
        """Whether int and float are to be told apart is a matter of dtype; other types always are."""
        return wanted.kind != "number" or "dtype" in self._terms.check

    def _contents(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        if wanted.kind == "tensor" or wanted.values is not None:
            return self._elements(name, wanted, came, item)
        if wanted.kind in ("list", "tuple", "dict", "size", "module"):
            return self._entries(name, wanted, came, item)
        if wanted.kind == "number":
            return self._numbers(name, wanted, came, item)
        if wanted.kind in ("bool", "text", "object") and wanted.value != came.value:
            return _differ(name, "values", item, _short(wanted), _short(came))
        return None

    def _entries(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        if wanted.keys != came.keys and (wanted.keys is None or set(wanted.keys) != set(came.keys or ())):
            return _differ(name, "keys", item, _listed(wanted.keys), _listed(came.keys))
        ours, theirs = _entries(wanted), _entries(came)
        lengths = wanted.value or len(ours), came.value or len(theirs)
        if lengths[0] != lengths[1]:
            return _differ(name, "length", item, str(lengths[0]), str(lengths[1]))
        if wanted.keys and came.keys:
            there = dict(zip(came.keys, theirs, strict=False))
            theirs = tuple(there.get(k, Observation(kind="missing")) for k in wanted.keys)
        if len(theirs) != len(ours):
            # A length that is only claimed is no entry.
            return _differ(name, "length", item, str(len(ours)), str(len(theirs)))
        # What a module's parameters hold depends on the order in which they were made; their shapes do not.
        inner = self if wanted.kind != "module" else Comparison(_without_values(self._terms), {}, {})
        for key, one, other in zip(wanted.keys or range(len(ours)), ours, theirs, strict=False):
            if found := inner.difference(name, one, other, f"{item}[{key}]"):
                return found
        return None

    def _numbers(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        if "values" not in self._terms.check or (wanted.value == came.value and "nan" not in str(wanted.value)):
            return None
        dtype = "float64" if "float" in wanted.type + came.type or "complex" in wanted.type else "int64"
        pair = _from_values(wanted.value, dtype), _from_values(came.value, dtype)
        if pair[0] is not None and pair[1] is not None and not self._unequal(*pair, dtype).any():
            return None
        return _differ(name, "values", item, _short(wanted), _short(came))

    def _elements(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        if "values" not in self._terms.check:
            return None
        ours, theirs = _data(wanted, self._expected), _data(came, self._actual)
        if wanted.device == came.device == "meta":
            return None
        if ours is None or theirs is None or ours.shape != theirs.shape:
            return _differ(name, "values", item, _short(wanted), _short(came))
        unequal = self._unequal(ours, theirs, _looser(str(wanted.dtype), str(came.dtype)))
        count = int(unequal.sum())
        if not count:
            return None
        cells = tuple(tuple(map(int, c)) for c in unequal.nonzero()[:CELLS_MOST])
        found = _differ(name, "values", item, _short(wanted), _short(came))
        return replace(found, cells=cells, differing=count)

    def _unequal(self, ours: torch.Tensor, theirs: torch.Tensor, dtype: str) -> torch.Tensor:
        """Which elements differ: exactly for ints and bools, else by more than there is room for."""
        dtype = _REAL_OF.get(dtype, dtype)
        if dtype not in _ROOM and self._terms.tolerance is None:
            return ours != theirs
        relative, absolute = _ROOM.get(dtype, (0.0, 0.0))
        if self._terms.tolerance is not None:
            absolute = self._terms.tolerance
        wide = torch.complex128 if ours.is_complex() or theirs.is_complex() else torch.float64
        close = torch.isclose(
            theirs.to(wide), ours.to(wide), rtol=relative, atol=absolute, equal_nan=self._terms.nan_equal
        )
        return ~close


def _without_values(terms: Terms) -> Terms:
    return replace(terms, check=tuple(c for c in terms.check if c != "values"))


def _differ(name: str, field: Any, item: str, expected: str, actual: str) -> Difference:
    return Difference(name=name, field=field, item=item, expected=expected[:TEXT_MOST], actual=actual[:TEXT_MOST])


def _kind(observation: Observation) -> str:
    return _ALIKE.get(observation.kind, observation.kind)


def _entries(observation: Observation) -> tuple[Observation, ...]:
    if observation.kind == "size":
        return tuple(Observation(kind="number", type="int", value=n, text=str(n)) for n in observation.shape or ())
    return observation.items or ()


def _looser(first: str, second: str) -> str:
    """Of two dtypes the one with more room."""
    rooms = {d: _ROOM.get(_REAL_OF.get(d, d), (0.0, 0.0)) for d in (first, second)}
    return max(rooms, key=lambda d: rooms[d])


def _data(observation: Observation, tensors: dict[str, torch.Tensor]) -> torch.Tensor | None:
    """The elements: from the bytes where they fit what is claimed of them, else from JSON."""
    held = tensors.get(observation.tensor or "")
    shape = observation.shape or ()
    complex_ = str(observation.dtype).startswith("complex")
    if held is not None and tuple(held.shape) == (*shape, 2) and complex_:
        return torch.complex(held[..., 0].double(), held[..., 1].double())
    if held is not None and tuple(held.shape) == shape and not complex_:
        return held
    return _from_values(observation.values, str(observation.dtype), shape)


def _from_values(values: Any, dtype: str, shape: tuple[int, ...] = ()) -> torch.Tensor | None:
    if values is None:
        return None
    try:
        if dtype.startswith("complex") or (not shape and isinstance(values, list)):
            pairs = torch.tensor(_parsed(values), dtype=torch.float64).reshape(*shape, 2)
            return torch.complex(pairs[..., 0], pairs[..., 1])
        kind = torch.float64 if "float" in dtype else torch.bool if dtype == "bool" else torch.int64
        return torch.tensor(_parsed(values), dtype=kind).reshape(shape)
    except (ValueError, TypeError, OverflowError, RuntimeError, RecursionError):
        return None


def _parsed(values: Any) -> Any:
    if isinstance(values, list):
        return [_parsed(v) for v in values]
    if not isinstance(values, str):
        return values
    try:
        return int(values)
    except ValueError:
        return float(values)


def _tuple(shape: tuple[int, ...] | None) -> str:
    return str(shape) if shape is not None else "none"


def _listed(keys: tuple[str, ...] | None) -> str:
    return ", ".join(keys or ())


def _short(observation: Observation) -> str:
    """Its values as a person reads them."""
    return observation.text if len(observation.text) <= TEXT_MOST else observation.text[: TEXT_MOST - 1] + "…"


def _of_call(call: Call) -> str:
    if call.failure:
        return f"{call.failure.type}: {call.failure.message}"
    return _short(call.result) if call.result else ""


def _said(observation: Observation) -> str:
    if observation.kind != "missing":
        return _spoken(observation)
    failure = observation.failure
    return f"{failure.type}: {failure.message}" if failure else "missing"


_SPOKEN = {"none": "None", "size": "a torch.Size", "dtype": "a torch.dtype", "device": "a torch.device"}


def _spoken(observation: Observation) -> str:
    """What kind of thing it is, in words."""
    if observation.kind == "tensor":
        return f"a tensor of shape {_tuple(observation.shape)}"
    if observation.kind in _SPOKEN:
        return _SPOKEN[observation.kind]
    word = observation.type or observation.kind
    return f"{'an' if word[:1] in 'aeiouAEIOU' else 'a'} {word}"
