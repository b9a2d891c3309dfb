"""A learner's value looked at from outside: nothing of its own class runs, not even its repr, and it is kept short."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy
import torch

from tutor.sandbox import describe
from tutor.sandbox.protocol import Fact, Observation
from tutor.sandbox.value import nested, number, spelled

TEXT_MOST = 200
VALUES_MOST = 64
"""Elements of a tensor that are told."""
EXTREMES_MOST = 1 << 20
"""Elements of a tensor of which the least and the greatest are looked for."""
SPELLED_MOST = 16
"""Elements of a tensor that are put into words."""
ITEMS_MOST = 16
DEPTH_MOST = 3
NODES_MOST = 300

_TENSOR = torch._C.TensorBase
_MODULE = torch.nn.Module
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type(torch.Tensor.add))
_TRUSTED = frozenset({"numpy", "datetime", "pathlib", "decimal", "fractions"})
"""Modules whose classes put nothing of the learner's into their reprs."""
_FACTS = (
    "in_features", "out_features", "in1_features", "in2_features", "d_model",
    "num_embeddings", "embedding_dim", "padding_idx", "normalized_shape", "num_features",
    "num_groups", "num_channels", "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation",
    "groups",
    "input_size", "hidden_size", "num_layers", "batch_first", "bidirectional", "embed_dim", "num_heads", "p", "dim",
    "start_dim", "end_dim", "reduction", "output_size", "upscale_factor", "unflattened_size",
)  # fmt: skip
"""What torch's modules were made with."""


class Sight(NamedTuple):
    """What is left of a value that is not held on to."""

    seen: Observation
    facts: dict[str, Fact]


class Brief(NamedTuple):
    """What is left of a large tensor, put together in a microsecond and put into words when somebody asks."""

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device
    requires_grad: bool
    is_leaf: bool
    grad_fn: str
    stride: tuple[int, ...]
    contiguous: bool

    @classmethod
    def of(cls, value: torch.Tensor) -> Brief:
        """What is left of `value`, which is strided and subclasses nothing."""
        made = value.grad_fn
        return cls(
            type(value).__name__, tuple(value.shape), value.dtype, value.device, value.requires_grad, value.is_leaf,
            "" if made is None else type(made).__name__[:80], value.stride(), value.is_contiguous(),
        )  # fmt: skip

    @property
    def seen(self) -> Observation:
        """The same as data."""
        return Observation(
            kind="tensor", type=self.name, shape=self.shape, dtype=describe.short(self.dtype), device=str(self.device),
            requires_grad=self.requires_grad, is_leaf=self.is_leaf, stride=self.stride, contiguous=self.contiguous,
        )  # fmt: skip

    @property
    def facts(self) -> dict[str, Fact]:
        """By what operation it was made."""
        return {"grad_fn": self.grad_fn} if self.grad_fn else {}


class Eye:
    """Looks at the values of one scene, up to so many in all."""

    def __init__(self, nodes: int = NODES_MOST, values: int = VALUES_MOST) -> None:
        self._nodes = nodes
        self._values = values

    def see(self, value: Any, depth: int = 0) -> Observation:
        """`value` as data; whatever goes wrong, its type is told."""
        if isinstance(value, (Sight, Brief)):
            return value.seen
        self._nodes -= 1
        kind = type(value)
        try:
            make = next((do for known, do in self._makers() if issubclass(kind, known)), named)
            return named(value, depth) if self._nodes < 0 else make(value, depth)
        except Exception:  # noqa: BLE001 - a value that cannot be looked at has at least a type.
            return named(value, depth)

    def sight(self, value: Any) -> Sight:
        """The same with what else is known of it."""
        return Sight(self.see(value), facts_of(value))

    def _makers(self) -> tuple[tuple[Any, Callable[[Any, int], Observation]], ...]:
        return (
            (torch.Tensor, self._tensor),
            (torch.Size, _size),
            (bool, lambda v, _: Observation(kind="bool", type="bool", text=str(v), value=v)),
            ((int, float, complex), _number),
            (str, _text),
            (type(None), lambda v, _: Observation(kind="none", type="NoneType", text="None")),
            ((list, tuple), self._row),
            (dict, self._dict),
            (torch.dtype, lambda v, _: _said("dtype", v, dtype=describe.short(v))),
            (torch.device, lambda v, _: _said("device", v, device=str(v))),
            (_MODULE, _module),
            (numpy.ndarray, _array),
            (_FUNCTIONS, lambda v, _: _said("function", v)),
        )

    def _tensor(self, value: torch.Tensor, depth: int) -> Observation:
        with torch._C.DisableTorchFunction(), torch.no_grad():
            facts: dict[str, Any] = {
                "shape": tuple(_TENSOR.shape.__get__(value)),
                "dtype": describe.short(_TENSOR.dtype.__get__(value)),
                "device": str(_TENSOR.device.__get__(value)),
                "requires_grad": _TENSOR.requires_grad.__get__(value),
                "is_leaf": _TENSOR.is_leaf.__get__(value),
            }
            facts |= _inside(value, self._values if depth == 0 else SPELLED_MOST)
        return Observation(kind="tensor", type=_name(value), text=text_of(value), **facts)

    def _row(self, value: Any, depth: int) -> Observation:
        kind = list if isinstance(value, list) else tuple
        items = self._items(kind.__iter__(value), depth)
        length = kind.__len__(value)
        cut = length if length > len(items) else None
        return Observation(kind=kind.__name__, type=_name(value), text=text_of(value), items=items, value=cut)  # type: ignore[arg-type]

    def _dict(self, value: Any, depth: int) -> Observation:
        pairs = [(k, v) for (k, v), _ in zip(dict.items(value), range(ITEMS_MOST), strict=False)]
        keys = tuple(text_of(k) for k, _ in pairs)
        return Observation(
            kind="dict",
            type=_name(value),
            text=text_of(value),
            keys=keys,
            items=self._items([v for _, v in pairs], depth),
        )

    def _items(self, values: Iterable[Any], depth: int) -> tuple[Observation, ...]:
        if depth >= DEPTH_MOST:
            return ()
        return tuple(self.see(v, depth + 1) for v, _ in zip(values, range(ITEMS_MOST), strict=False))


def _inside(value: torch.Tensor, most: int) -> dict[str, Any]:
    """What takes a look into the tensor: how it lies in memory, and its elements where they are few."""
    if type(value) not in PLAIN_TENSORS or wrapped(value) or value.layout != torch.strided:
        return {}
    facts: dict[str, Any] = {"stride": tuple(value.stride()), "contiguous": value.is_contiguous()}
    if value.numel() <= most and readable(value):
        facts["values"] = nested(value.tolist())
    return facts


def readable(value: torch.Tensor) -> bool:
    """Whether its elements can be had without anyone noticing."""
    plain = value.layout == torch.strided and not value.is_quantized and not value.is_meta
    return plain and not wrapped(value) and not torch._C._len_torch_dispatch_stack()


def wrapped(value: torch.Tensor) -> bool:
    """Whether it stands for others, as within vmap: its elements cannot be had."""
    return bool(torch._C._functorch.is_functorch_wrapped_tensor(value))


PLAIN_TENSORS = (torch.Tensor, torch.nn.Parameter)


def _name(value: Any) -> str:
    return str(type.__getattribute__(type(value), "__name__"))[:80]


def _said(kind: Any, made: Any, /, **facts: Any) -> Observation:
    return Observation(kind=kind, type=_name(made), text=text_of(made), **facts)


def named(value: Any, depth: int = 0) -> Observation:
    """A value of which not more is told than its class."""
    return _said("object", value)


def _size(value: Any, depth: int) -> Observation:
    return _said("size", value, shape=tuple(value))


def _number(value: Any, depth: int) -> Observation:
    told = number(value)
    return Observation(
        kind="number", type=_name(value), text=text_of(value), value=told if len(str(told)) < 99 else None
    )


def _text(value: Any, depth: int) -> Observation:
    return _said("text", value, value=str.__str__(value)[:TEXT_MOST])


def _array(value: Any, depth: int) -> Observation:
    values = value.tolist() if value.size <= SPELLED_MOST and value.dtype.kind in "biufc" else None
    return _said("object", value, shape=value.shape, dtype=value.dtype.name, values=nested(values))


def _module(value: Any, depth: int) -> Observation:
    kind = type(value)
    origin = f"{kind.__module__}.{kind.__qualname__}" if kind.__module__.startswith("torch.") else None
    return _said("module", value, value=origin, training=bool(vars(value).get("training", True)))


def facts_of(value: Any) -> dict[str, Fact]:
    """What a layer was made with; by what operation a tensor was made."""
    try:
        if isinstance(value, (Sight, Brief)):
            return value.facts
        if issubclass(type(value), torch.Tensor):
            return _tensor_facts(value)
        return _module_facts(value) if issubclass(type(value), _MODULE) else {}
    except Exception:  # noqa: BLE001 - facts are extras.
        return {}


def _tensor_facts(value: torch.Tensor) -> dict[str, Fact]:
    with torch._C.DisableTorchFunction():
        grad_fn = None if wrapped(value) else _TENSOR.grad_fn.__get__(value)
    return {} if grad_fn is None else {"grad_fn": type(grad_fn).__name__[:80]}


def _module_facts(value: Any) -> dict[str, Fact]:
    own = object.__getattribute__(value, "__dict__")
    facts = {name: fact for name in _FACTS if (fact := _fact(own.get(name))) is not None}
    if type(value).__module__.startswith("torch.") and "bias" in own.get("_parameters", {}):
        facts["bias"] = own["_parameters"]["bias"] is not None
    return {**facts, **_unusual(own)} if type(value).__module__.startswith("torch.") else facts


def _unusual(own: dict[str, Any]) -> dict[str, Fact]:
    """The dtype and the device of what a module holds itself, where they are not those that torch begins with."""
    held = next((p for p in own.get("_parameters", {}).values() if type(p) in PLAIN_TENSORS), None)
    if held is None:
        return {}
    found: dict[str, Fact] = {"dtype": describe.short(held.dtype), "device": str(held.device)}
    return {name: fact for name, fact in found.items() if fact not in ("float32", "cpu")}


def extremes(value: Any) -> dict[str, Fact]:
    """The least and the greatest element of a tensor whose elements are too many to be told."""
    if type(value) not in PLAIN_TENSORS or not VALUES_MOST < value.numel() <= EXTREMES_MOST:
        return {}
    if not readable(value) or value.dtype.is_complex or value.dtype == torch.bool:
        return {}
    with torch._C.DisableTorchFunction(), torch.no_grad():
        ends = [end.item() for end in value.aminmax()]
    return {name: end for name, end in zip(("least", "most"), ends, strict=True) if _fact(end) is not None}


def _fact(value: Any) -> Fact | None:
    if type(value) in (int, float, bool):
        # Nor NaN, which JSON does not know and which is smaller than nothing.
        return value if abs(value) < 1 << 53 else None
    if type(value) is str:
        return value[:80]
    if type(value) in (tuple, list, torch.Size) and len(value) <= 8 and all(type(item) is int for item in value):
        return tuple(value)
    return None


def text_of(value: Any) -> str:
    """`value` in a few words. Objects of the learner's classes are named by their class."""
    try:
        text = _spelled(value, 0)
    except Exception:  # noqa: BLE001 - as above.
        text = f"{_name(value)} object"
    return text if len(text) <= TEXT_MOST else text[: TEXT_MOST - 1] + "…"


def _spelled(value: Any, depth: int) -> str:
    kind = type(value)
    if kind is Sight or kind is Brief:
        return str(value.seen.text)
    if issubclass(kind, torch.Tensor):
        return _spelled_tensor(value)
    if kind in (list, tuple, set, frozenset, dict) or issubclass(kind, (list, tuple)):
        return _spelled_items(value, kind, depth)
    if issubclass(kind, _MODULE):
        return f"{_name(value)}({_spelled_facts(value)})"
    return _spelled_one(value, kind)


def _spelled_facts(value: Any) -> str:
    held = object.__getattribute__(value, "__dict__").get("_modules")
    if held:
        return f"{len(held)} module{'s' * (len(held) > 1)}"
    return ", ".join(f"{name}={fact}" for name, fact in _module_facts(value).items())


def _spelled_one(value: Any, kind: type) -> str:
    if kind is int and value.bit_length() > 4096:
        return hex(value >> (value.bit_length() - 64)) + "…"
    if kind is str:
        return repr(value[:TEXT_MOST])
    if kind is numpy.ndarray:
        return f"array of {value.size} elements" if value.size > VALUES_MOST else repr(value)
    if kind in _PLAIN_REPR or kind.__module__ in _TRUSTED or issubclass(kind, _PLAIN_KINDS):
        return repr(value)
    if isinstance(value, _FUNCTIONS):
        return f"function {getattr(value, '__name__', '')}"[:TEXT_MOST]
    if issubclass(kind, type):
        return f"class {type.__getattribute__(value, '__name__')}"[:TEXT_MOST]
    return f"{_name(value)} object"


_PLAIN_KINDS = (torch.dtype, torch.device, torch.layout, torch.memory_format)
_PLAIN_REPR = frozenset({int, float, bool, complex, type(None), range, slice, bytes, type(Ellipsis)})


def _spelled_tensor(value: torch.Tensor) -> str:
    with torch._C.DisableTorchFunction():
        shown = type(value) in PLAIN_TENSORS and readable(value) and value.numel() <= SPELLED_MOST
        return f"tensor({spelled(value.tolist())})" if shown else ""


def _spelled_items(value: Any, kind: type, depth: int) -> str:
    base = next(known for known in (list, tuple, set, frozenset, dict) if issubclass(kind, known))
    kept = [item for item, _ in zip(base.__iter__(value), range(ITEMS_MOST), strict=False)]
    ends = {"list": "[]", "tuple": "()"}.get(base.__name__, "{}")
    if depth >= DEPTH_MOST and kept:
        return f"{ends[0]}…{ends[1]}"
    texts = [_spelled(item, depth + 1) or "tensor" for item in kept]
    if base is dict:
        texts = [f"{t}: {_spelled(dict.__getitem__(value, k), depth + 1)}" for t, k in zip(texts, kept, strict=True)]
    texts += ["…"] if base.__len__(value) > len(kept) else []
    inner = ", ".join(texts) + ("," if base is tuple and len(texts) == 1 else "")
    return f"{_name(value)}({inner})" if kind not in (list, tuple, set, dict) else f"{ends[0]}{inner}{ends[1]}"
