"""A value of the learner's as plain data. No method of the value's own class is trusted with more than its repr."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable
from typing import Any
from zlib import crc32

import numpy
import torch

from tutor.sandbox.protocol import TENSORS_MOST, VALUES_MOST, Failure, Observation
from tutor.sandbox.value import exact_complex, jsonable, nested, number, spelled

TEXT_MOST = 4096
DEPTH_MOST = 8
ITEMS_MOST = 256
"""Entries of one container that are described."""
NODES_MOST = 4096
"""Observations of one outcome in all."""
VALUES_IN_ALL = 16 * VALUES_MOST
TEXT_IN_ALL = 192 << 10
HEADER_ROOM = 256 << 10
"""Bytes left of the tensors' share for the names and shapes that go with them."""

_PLAIN = torch._C.TensorBase
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type(torch.Tensor.add))
_BY_REPR = (range, slice, bytes, type(Ellipsis))


def is_tensor(value: Any) -> bool:
    """Whether `value` is a tensor, whatever it says its class is."""
    return issubclass(type(value), torch.Tensor)


def shape_and_dtype(value: Any) -> tuple[tuple[int, ...] | None, str | None]:
    """Of a tensor or an array; None and None of anything else."""
    try:
        if is_tensor(value):
            return tuple(_PLAIN.shape.__get__(value)), short(_PLAIN.dtype.__get__(value))
        if type(value) is numpy.ndarray:
            return value.shape, value.dtype.name
    except RuntimeError:  # A nested tensor has no shape.
        pass
    return None, None


def _origin(kind: type) -> str | None:
    """The full name of a class that is torch's own; None of any other, whose name is its author's affair."""
    return f"{kind.__module__}.{kind.__qualname__}" if kind.__module__.startswith("torch.") else None


def _layers(module: torch.nn.Module) -> tuple[str, ...] | None:
    """What torch's own modules say of themselves, from the first to the last; None where one is somebody else's.

    Names are left out, and so is what changes no result.
    """
    parts = list(torch.nn.Module.modules(module))[:ITEMS_MOST]
    if not all(type(part).__module__.startswith("torch.") for part in parts):
        return None
    leaves = [part for part in parts if not list(torch.nn.Module.children(part))]
    return tuple(f"{type(p).__name__}({p.extra_repr()})".replace(", inplace=True", "").replace("inplace=True", "")
                 for p in leaves)  # fmt: skip


def short(dtype: torch.dtype) -> str:
    """`float32` for torch.float32."""
    return str(dtype).removeprefix("torch.")


def text_of(value: Any, most: int = TEXT_MOST) -> str:
    """`repr(value)`, capped, whatever its `__repr__` does."""
    try:
        if is_tensor(value) and not type(value).__module__.startswith("torch"):
            with torch._C.DisableTorchFunctionSubclass():
                value = torch.Tensor.as_subclass(value, torch.Tensor)
        text = repr(value)
        return text if len(text) <= most else text[: most - 1] + "…"
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - the learner's own __repr__ runs here.
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"


class Describer:
    """Describes the values of one outcome: shared storage keeps its number, and the caps hold for all together."""

    def __init__(self) -> None:
        self.tensors: dict[str, torch.Tensor] = {}
        self.brief = False
        """Whether small tensors are put into words by us, because there are many and few of them will be read."""
        self.carrying = True
        """Whether the bytes of tensors go along, for comparing; to be looked at, a value needs none."""
        # Held on to, so that no later tensor gets the address, and with it the number, of one that is gone.
        self._storages: dict[int, tuple[int, torch.UntypedStorage]] = {}
        self._bytes_left = TENSORS_MOST - HEADER_ROOM
        self._values_left = VALUES_IN_ALL
        self._text_left = TEXT_IN_ALL
        self._nodes_left = NODES_MOST

    def describe(self, value: Any, depth: int = 0) -> Observation:
        """`value` as data; what cannot be looked into is an object with its repr."""
        self._nodes_left -= 1
        make = self._object if self._nodes_left < 0 else self._maker(type(value), depth)
        try:
            return make(value, depth)
        except (KeyboardInterrupt, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - a subclass that lies must cost no more than its description.
            return self._object(value, depth)

    def _maker(self, kind: type, depth: int) -> Callable[[Any, int], Observation]:
        if depth >= DEPTH_MOST and issubclass(kind, (list, tuple, dict, torch.nn.Module)):
            return self._object
        for known, make in self._makers():
            if issubclass(kind, known):
                return make
        return self._object

    def _makers(self) -> tuple[tuple[Any, Callable[[Any, int], Observation]], ...]:
        return (
            (torch.Tensor, self._tensor),
            (torch.Size, self._size),
            (bool, self._bool),
            ((int, float, complex), self._number),
            (str, self._text),
            (type(None), self._none),
            (list, self._list),
            (tuple, self._tuple),
            (dict, self._dict),
            (torch.dtype, self._dtype),
            (torch.device, self._device),
            (torch.nn.Module, self._module),
            (numpy.ndarray, self._array),
            ((set, frozenset), self._set),
            (_FUNCTIONS, self._function),
            (_BY_REPR, self._by_repr),
        )

    def _repr(self, value: Any) -> str:
        return self._charged(text_of(value, TEXT_MOST))

    def _charged(self, text: str) -> str:
        text = text[: max(min(TEXT_MOST, self._text_left), 80)]
        self._text_left -= len(text)
        return text

    def _said(self, kind: Any, made: Any, /, **facts: Any) -> Observation:
        return Observation(kind=kind, type=type(made).__name__[:80], text=self._repr(made), **facts)

    def _object(self, value: Any, depth: int) -> Observation:
        text = text_of(value)
        # A repr that says where in memory it is says nothing of what it is.
        return self._said("object", value, value=None if " at 0x" in text else text)

    def _set(self, value: Any, depth: int) -> Observation:
        return self._said("object", value, value=", ".join(sorted(map(text_of, value))))

    def _by_repr(self, value: Any, depth: int) -> Observation:
        return self._said("object", value, value=text_of(value))

    def _function(self, value: Any, depth: int) -> Observation:
        return self._said("function", value)

    def _none(self, value: Any, depth: int) -> Observation:
        return Observation(kind="none", type="NoneType", text="None")

    def _bool(self, value: Any, depth: int) -> Observation:
        return self._said("bool", value, value=bool(value))

    def _number(self, value: Any, depth: int) -> Observation:
        return self._said("number", value, value=number(value))

    def _text(self, value: Any, depth: int) -> Observation:
        text = str.__str__(value)
        kept = self._charged(text)
        digest = crc32(text.encode("utf-8", "surrogatepass")) if kept != text else None
        return self._said("text", value, value=kept, digest=digest)

    def _size(self, value: Any, depth: int) -> Observation:
        return self._said("size", value, shape=tuple(value))

    def _dtype(self, value: Any, depth: int) -> Observation:
        return self._said("dtype", value, dtype=short(value))

    def _device(self, value: Any, depth: int) -> Observation:
        return self._said("device", value, device=str(value))

    def _list(self, value: Any, depth: int) -> Observation:
        facts = self._entries(list.__iter__(value), list.__len__(value), depth)
        if facts["value"]:
            facts |= {"digest": _digest(value), **self._numbers(value)}
        return self._said("list", value, **facts)

    def _numbers(self, value: list[Any]) -> dict[str, Any]:
        """The elements of a list of floats that is too long for its entries to be described."""
        if not all(type(item) in (int, float) for item in value) or all(type(item) is int for item in value):
            return {}
        held = torch.tensor(list(map(float, value)), dtype=torch.float64)
        carried = self._data(held)
        return {"shape": (len(value),), "dtype": "float64", **carried} if "tensor" in carried else {}

    def _tuple(self, value: Any, depth: int) -> Observation:
        return self._said("tuple", value, **self._entries(tuple.__iter__(value), tuple.__len__(value), depth))

    def _dict(self, value: Any, depth: int) -> Observation:
        kept = list(dict.items(value))[:ITEMS_MOST]
        facts = self._entries((v for _, v in kept), dict.__len__(value), depth)
        return self._said("dict", value, keys=tuple(self._charged(text_of(k, 200)) for k, _ in kept), **facts)

    def _module(self, value: Any, depth: int) -> Observation:
        own = dict(torch.nn.Module.named_parameters(value))
        state = list(torch.nn.Module.state_dict(value).items())[:ITEMS_MOST]
        return self._said(
            "module",
            value,
            value=_origin(type(value)),
            keys=tuple(str(k) for k, _ in state),
            # The parameters themselves: what a state_dict holds of them has no gradient.
            items=tuple(self.describe(own.get(k, v), depth + 1) for k, v in state),
            parameters=tuple(str(k) for k, _ in state if k in own),
            training=bool(value.training),
            layers=_layers(value),
        )

    def _entries(self, entries: Any, length: int, depth: int) -> dict[str, Any]:
        """The items of a container, and its length where not all of them are described."""
        items = tuple(self.describe(v, depth + 1) for v, _ in zip(entries, range(ITEMS_MOST), strict=False))
        return {"items": items, "value": length if length > len(items) else None}

    def _array(self, value: Any, depth: int) -> Observation:
        facts: dict[str, Any] = {"shape": value.shape, "dtype": value.dtype.name}
        if self._affords(value.size) and value.dtype.kind in "biufc":
            facts["values"] = nested(value.tolist())
        with contextlib.suppress(TypeError, ValueError, RuntimeError):
            facts["storage"] = self._storage(torch.from_numpy(value))
        return self._said("object", value, **facts)

    def _tensor(self, value: Any, depth: int) -> Observation:
        with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
            facts = {
                "shape": tuple(_PLAIN.shape.__get__(value)),
                "dtype": short(_PLAIN.dtype.__get__(value)),
                "device": str(_PLAIN.device.__get__(value)),
                "requires_grad": _PLAIN.requires_grad.__get__(value),
                "is_leaf": _PLAIN.is_leaf.__get__(value),
            }
            if facts["is_leaf"] or _PLAIN.retains_grad.__get__(value):
                grad = _PLAIN.grad.__get__(value)
                facts["grad"] = None if grad is None else self.describe(grad, depth + 1)
            plain = _PLAIN.detach(value)
            facts |= self._layout(plain)
            if not plain.is_meta:
                facts |= self._data(plain)
        if self.brief and "values" in facts:
            text = self._charged(f"tensor({spelled(facts['values'])})")
            return Observation(kind="tensor", type=type(value).__name__[:80], text=text, **facts)
        return self._said("tensor", value, **facts)

    def _layout(self, plain: torch.Tensor) -> dict[str, Any]:
        if plain.layout != torch.strided:
            return {}
        return {
            "stride": tuple(plain.stride()),
            "contiguous": plain.is_contiguous(),
            "storage": None if plain.is_meta else self._storage(plain),
        }

    def _storage(self, plain: torch.Tensor) -> int | None:
        storage = plain.untyped_storage()
        if not (address := storage.data_ptr()):
            return None
        return self._storages.setdefault(address, (len(self._storages), storage))[0]

    def _data(self, plain: torch.Tensor) -> dict[str, Any]:
        """The elements: in JSON when they are few, as bytes while there is room. Sized before anything is copied."""
        facts: dict[str, Any] = {}
        if plain.numel() * plain.element_size() > self._bytes_left:
            return facts
        dense = jsonable(plain)
        if self._affords(dense.numel()):
            facts["values"] = nested(dense.tolist())
        carried = exact_complex(dense)
        size = carried.numel() * carried.element_size()
        if self.carrying and size <= self._bytes_left and carried.dtype not in _NOT_CARRIED:
            self._bytes_left -= size
            facts["tensor"] = f"t{len(self.tensors)}"
            self.tensors[facts["tensor"]] = carried.clone(memory_format=torch.contiguous_format)
        return facts

    def _affords(self, count: int) -> bool:
        if count > VALUES_MOST or count > self._values_left:
            return False
        self._values_left -= count
        return True


def _digest(value: list[Any]) -> int | None:
    """A number for a long list of exact things; None where what is in it can only be compared closely."""
    exact = all(type(item) in (int, str, bool) for item in value)
    return crc32(repr(value).encode("utf-8", "surrogatepass")) if exact else None


_NOT_CARRIED = {getattr(torch, name) for name in ("float4_e2m1fn_x2",) if hasattr(torch, name)}


def missing(failure: Failure | None = None) -> Observation:
    """What stands for a value that is not there, and why."""
    return Observation(kind="missing", failure=failure)
