"""How two observations are held against each other: kind, shape, dtype, device, and then the elements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from tutor.sandbox import facts
from tutor.sandbox.protocol import Call, Difference, Observation, Terms

CELLS_MOST = 64
TEXT_MOST = 300

# Room by dtype: of the element, absolute, and of the largest element, since what cancels to nearly nothing keeps the
# error of what it came from. Enough for another order of the same operations, too little for another result.
_ROOM = {
    "float64": (1e-7, 1e-9, 1e-12),
    "float32": (1e-5, 1e-6, 2e-6),
    "float16": (2e-3, 1e-4, 5e-4),
    "bfloat16": (1.6e-2, 1e-4, 4e-3),
    "float8_e4m3fn": (0.13, 1e-2, 0.0),
    "float8_e5m2": (0.26, 1e-2, 0.0),
}
_EXACT = (0.0, 0.0, 0.0)
_REAL_OF = {"complex128": "float64", "complex64": "float32", "complex32": "float16"}

_ALIKE = {"size": "tuple"}
_NOTHING = Observation(kind="none")


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
        found = self._inputs(wanted.inputs, came.inputs) or self._of_call(wanted, came)
        return replace(found, case=case) if found else None

    def _inputs(self, wanted: tuple[Observation, ...], came: tuple[Observation, ...]) -> Difference | None:
        """What both were called with, which the answer may have bent."""
        strict = Comparison(Terms(nan_equal=True), self._expected, self._actual)
        pairs = zip(wanted, came, strict=False)
        return next((d for w, c in pairs if (d := strict.difference("inputs", w, c))), None)

    def _of_call(self, wanted: Call, came: Call) -> Difference | None:
        # What a module is made of explains what it gives, and not the other way round.
        made = self._facts("", wanted.made, came.made or _NOTHING, "") if wanted.made else None
        found = made or self.difference("", wanted.result or _NOTHING, came.result or _NOTHING)
        if found is None and wanted.made is not None:
            found = self.difference("", wanted.made, came.made or _NOTHING)
        return found or self._traces(wanted, came)

    def _traces(self, wanted: Call, came: Call) -> Difference | None:
        """What the call left behind: changed inputs, a result in their memory, random numbers used."""
        if "inputs" in self._terms.check and (wanted.changed != came.changed or self._inputs(wanted.after, came.after)):
            return _differ("", "inputs", "", _changed(wanted), _changed(came))
        if "shares" in self._terms.check and (pair := (_lent(wanted), _lent(came)))[0] != pair[1]:
            return _differ("", "shares", "", facts.told(pair[0]), facts.told(pair[1]))
        if "rng" in self._terms.check and wanted.rng != came.rng:
            return _differ("", "rng", "", "", "")
        return None

    def _failures(self, wanted: Call, came: Call, case: int) -> Difference | None:
        if wanted.failure and came.failure and wanted.failure.type == came.failure.type:
            return None
        return replace(_differ("", "failed", "", _of_call(wanted), _of_call(came)), case=case)

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
        return found or self._contents(name, wanted, came, item) or self._grads(name, wanted, came, item)

    def _facts(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        """Type, shape, dtype and so on, so far as they are to be compared."""
        if wanted.kind in ("object", "number") and wanted.type != came.type and self._typed(wanted):
            return _differ(name, "kind", item, _spoken(wanted), _spoken(came))
        of_kind = facts.of_module if wanted.kind == "module" else facts.of_value
        fact = of_kind(self._terms.check, wanted, came)
        return _differ(name, fact[0], item, *fact[1:]) if fact else None

    def _grads(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        """The gradients of two tensors, or of what two modules are made of."""
        if "grad" not in self._terms.check:
            return None
        if wanted.kind == "module":
            return self._of_parameters(name, wanted, came)
        if wanted.grad is None or came.grad is None:
            fact = facts.of_value(self._terms.check, wanted, came)
            return _differ(name, fact[0], item, *fact[1:]) if fact else None
        values = Comparison(replace(self._terms, check=("shape", "values")), self._expected, self._actual)
        return values.difference(name, wanted.grad, came.grad, f"{item}.grad")

    def _of_parameters(self, name: str, wanted: Observation, came: Observation) -> Difference | None:
        """Parameters of the same shape are paired in order; their names are their author's affair."""
        pairs = zip(_by_shape(wanted), _by_shape(came), strict=False)
        return next((d for (key, w), (_, c) in pairs if (d := self._grads(name, w, c, f".{key}"))), None)

    def _typed(self, wanted: Observation) -> bool:
        """Whether int and float are to be told apart is a matter of dtype; other types always are."""
        return wanted.kind != "number" or "dtype" in self._terms.check

    def _contents(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        if wanted.kind == "tensor" or wanted.values is not None:
            return self._elements(name, wanted, came, item)
        if wanted.kind in ("list", "tuple", "dict", "size") or (wanted.kind == "module" and self._of_state()):
            return self._entries(name, wanted, came, item)
        if wanted.kind == "number":
            return self._numbers(name, wanted, came, item)
        if wanted.kind in ("bool", "text", "object") and (wanted.value, wanted.digest) != (came.value, came.digest):
            return _differ(name, "values", item, _short(wanted), _short(came))
        return None

    def _entries(self, name: str, wanted: Observation, came: Observation, item: str) -> Difference | None:
        if wanted.keys != came.keys and (wanted.keys is None or set(wanted.keys) != set(came.keys or ())):
            return _differ(name, "keys", item, _listed(wanted.keys), _listed(came.keys))
        ours, theirs = _entries(wanted), _entries(came)
        lengths = wanted.value or len(ours), came.value or len(theirs)
        if lengths[0] != lengths[1]:
            return _differ(name, "length", item, str(lengths[0]), str(lengths[1]))
        if None not in (wanted.digest, came.digest) and wanted.digest != came.digest:
            return _differ(name, "values", item, _short(wanted), _short(came))
        if wanted.tensor and came.tensor and (found := self._elements(name, wanted, came, item)):
            return found
        if wanted.keys and came.keys:
            there = dict(zip(came.keys, theirs, strict=False))
            theirs = tuple(there.get(k, Observation(kind="missing")) for k in wanted.keys)
        if len(theirs) != len(ours):
            # A length that is only claimed is no entry.
            return _differ(name, "length", item, str(len(ours)), str(len(theirs)))
        for key, one, other in zip(wanted.keys or range(len(ours)), ours, theirs, strict=False):
            if found := self.difference(name, one, other, f"{item}[{key}]"):
                return found
        return None

    def _of_state(self) -> bool:
        """Whether what is in a module's parameters is to be compared."""
        return "state" in self._terms.check

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
            return _unlike(ours, theirs)
        relative, absolute, of_largest = _ROOM.get(dtype, _EXACT)
        absolute = max(absolute, of_largest * _largest(ours))
        if self._terms.tolerance is not None:
            absolute = self._terms.tolerance
        wide = torch.complex128 if ours.is_complex() or theirs.is_complex() else torch.float64
        close = torch.isclose(
            theirs.to(wide), ours.to(wide), rtol=relative, atol=absolute, equal_nan=self._terms.nan_equal
        )
        return ~close


def _largest(values: torch.Tensor) -> float:
    """The largest magnitude that is a number."""
    sizes = values.to(torch.complex128 if values.is_complex() else torch.float64).abs()
    sizes = sizes[sizes.isfinite()]
    return float(sizes.max()) if sizes.numel() else 0.0


def _unlike(ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """Which elements differ at all. Of some pairs of dtypes, such as int64 and uint16, torch itself will not say."""
    if ours.dtype != theirs.dtype:
        whole = not any(t.is_floating_point() or t.is_complex() for t in (ours, theirs))
        ours, theirs = (t.to(torch.int64 if whole else torch.complex128) for t in (ours, theirs))
    return ours != theirs


def _changed(call: Call) -> str:
    return "changed" if call.changed else "left as they were"


def _lent(call: Call) -> tuple[str, ...]:
    """The inputs in whose memory the result lies."""
    lies = call.result.storage if call.result else None
    return tuple(f"input {i + 1}" for i, o in enumerate(call.inputs) if lies is not None and o.storage == lies)


def _by_shape(module: Observation) -> list[tuple[str, Observation]]:
    """Name and parameter, those of one shape together in the order they were registered."""
    return sorted(zip(module.parameters or (), facts.parameters(module), strict=False), key=lambda p: p[1].shape or ())


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
    rooms = {d: _ROOM.get(_REAL_OF.get(d, d), _EXACT) for d in (first, second)}
    return max(rooms, key=lambda d: rooms[d])


def _data(observation: Observation, tensors: dict[str, torch.Tensor]) -> torch.Tensor | None:
    """The elements: from the bytes where they fit what is claimed of them, else from JSON."""
    held = tensors.get(observation.tensor or "")
    shape = observation.shape or ()
    complex_ = str(observation.dtype).startswith("complex")
    if held is not None and tuple(held.shape) == (*shape, 2) and complex_ and not held.is_complex():
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
        return f"a tensor of shape {facts.shape_text(observation.shape)}"
    if observation.kind in _SPOKEN:
        return _SPOKEN[observation.kind]
    word = observation.type or observation.kind
    return f"{'an' if word[:1] in 'aeiouAEIOU' else 'a'} {word}"
