"""What the parts of rewritten code made: kept short, in the order they first ran, and only while it is of use."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import torch

from tutor.sandbox import describe, lens, sight
from tutor.sandbox.lens import Lens
from tutor.sandbox.protocol import Line, Observation, Part, Pass
from tutor.sandbox.sight import PLAIN_TENSORS, Brief, Eye, Sight
from tutor.sandbox.value import spelled
from tutor.sandbox.written import Written

LINES_MOST = 200
PARTS_MOST = 8
HELD_MOST = 1 << 16
"""Bytes of a tensor that is held on to; of a larger one only what it is."""
TEXTS_MOST = 2000
"""Lists and the like that are put into words, over all rounds."""
ROOM = 128 << 10
"""Characters that passes and parts of lines may take in all; lines after that are told without."""
WORDS_MOST = 80
"""Characters of one of them."""
EARLY = 2
"""Rounds of a line that are kept; besides them, the last."""

NOTHING = object()

_function_modes = torch._C._len_torch_function_stack
_recorded = torch.is_grad_enabled
_tensor = torch.Tensor
_kept_whole = frozenset(
    {
        int, float, bool, complex, type(None), torch.dtype, torch.device, torch.Size, range, slice, type(Ellipsis),
        types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type,
    }
)  # fmt: skip
"""What can be held on to without a thought; most else that is no tensor and no module may have an end to notice."""

Snap = tuple[Any, Any, Any, Any, Any]
"""Shape, dtype, device, grad state, and text or elements."""


class Recorder:
    """Hears of every value. Holds on to those of a statement that is still running, for whoever asks why it failed."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.whole: tuple[int, Any] = (-1, NOTHING)
        """What was last asked whether it is true, or for its entries."""
        self.lens = Lens(Written(""))
        self.value: Any = None
        """Of a last line that is an expression."""
        self.when: dict[int, tuple[int, bool]] = {}
        """When each place was last come by, in ticks, and whether gradients were being recorded."""
        self._tick = 0
        self._counts: dict[int, int] = {}
        self._snaps: dict[int, list[Snap]] = {}
        self._parts: dict[int, list[tuple[int, Any, Any]]] = {}
        self._given: dict[int, list[Snap]] = {}
        """The arguments that functions were first called with."""
        self._texts_left = TEXTS_MOST
        self._room = ROOM
        self._install()

    def _install(self) -> None:
        """Be what the rewritten code calls, from now on and for what calls its functions later."""
        names = {lens.NOTE: self._noting(), lens.DROP: self.drop, lens.DONE: self.done, lens.MADE: self.made}
        vars(builtins).update({**names, lens.MODE: self.mode, lens.TOOK: self.took})

    def begin(self, new: Lens) -> None:
        """From here on it is `new` whose lines are told. Numbers of others before stay theirs."""
        self.lens, self.value = new, None
        self.values.extend([NOTHING] * (new.base + len(new.spots) - len(self.values)))
        self.when, self._counts, self._snaps, self._parts, self._given = {}, {}, {}, {}, {}
        self._texts_left, self._room = TEXTS_MOST, ROOM

    def _noting(self) -> Callable[[int, Any], Any]:
        values, kept, whole = self.values, _kept, _kept_whole

        def note(number: int, value: Any) -> Any:
            """A part of an expression has been evaluated."""
            values[number] = value if type(value) in whole else kept(value)
            return value

        return note

    def drop(self, number: int, value: Any, first: int) -> Any:
        """A whole expression has been evaluated that makes no line: its parts need not be held any more."""
        self.values[first:number] = [NOTHING] * (number - first)
        self.whole = (number, value if type(value) in _kept_whole else _kept(value))
        self.mode(number)
        return value

    def done(self, number: int, value: Any, first: int) -> Any:
        """One that makes a line has been."""
        self._keep(number, value, first)
        if number == self.lens.last:
            self.value = value
        return value

    def made(self, number: int, value: Any, first: int) -> None:
        """A statement has bound a name."""
        self._keep(number, value, first)

    def mode(self, number: int) -> None:
        """A place where gradients may have been switched on or off."""
        self._tick += 1
        self.when[number] = (self._tick, _recorded())

    def took(self, number: int, *values: Any) -> None:
        """A function was called."""
        if number not in self._given and number >= self.lens.base:
            self._given[number] = [self._snap(value) for value in values] if len(self._given) < LINES_MOST else []

    def _keep(self, number: int, value: Any, first: int) -> None:
        self._tick += 1
        self.when[number] = (self._tick, _recorded())
        count = self._counts[number] = self._counts.get(number, 0) + 1
        snaps = self._snaps.get(number)
        if snaps is None:
            if len(self._snaps) < LINES_MOST and number >= self.lens.base:
                self._parts[number] = self._tensors(first, number)
                self._snaps[number] = [self._snap(value)]
        elif count <= EARLY + 1:
            snaps.append(self._snap(value))
        else:
            snaps[EARLY] = self._snap(value)
        if first < number:
            self.values[first:number] = [NOTHING] * (number - first)

    def _tensors(self, first: int, number: int) -> list[tuple[int, Any, Any]]:
        """Shape and dtype of the parts that are tensors."""
        found = []
        for part in range(first, number):
            value = self.values[part]
            shape, dtype = _shape(value.seen if type(value) is Sight else value)
            if shape is not None:
                found.append((part, shape, dtype))
        return found[:PARTS_MOST]

    def _snap(self, value: Any) -> Snap:
        """What is told of one round. Texts are put together later, from what cannot change until then."""
        kind = type(value)
        if kind in _kept_whole:
            return None, None, None, None, value
        if kind in PLAIN_TENSORS and not _function_modes():
            shown = value.numel() <= sight.SPELLED_MOST and sight.readable(value) and value.device.type == "cpu"
            return tuple(value.shape), value.dtype, value.device, value.requires_grad, value.tolist() if shown else None
        return self._snap_other(value)

    def _snap_other(self, value: Any) -> Snap:
        shape, dtype = _shape(value)
        grad = device = None
        if issubclass(type(value), _tensor):
            seen = Eye(values=0).see(value)
            device, grad = seen.device, seen.requires_grad
        self._texts_left -= 1
        text = _Text(sight.text_of(value) if self._texts_left > 0 else f"{type(value).__name__} object")
        return shape, dtype, device, grad, text

    def lines(self) -> Iterator[Line]:
        """One for every line that made something, in the order of first execution."""
        for number, snaps in self._snaps.items():
            spot = self.lens.spots[number - self.lens.base]
            if not _gave_nothing(spot, snaps):
                yield self._line(number, spot, snaps)

    def asides(self) -> Iterator[Line]:
        """What is not told as a line, for whoever reads the code: arguments, and the parts of what gave nothing."""
        for number, given in self._given.items():
            spot = self.lens.spots[number - self.lens.base]
            yield from (aside(name, spot.line, snap) for name, snap in zip(spot.name.split(), given, strict=False))
        for number, snaps in self._snaps.items():
            spot = self.lens.spots[number - self.lens.base]
            if _gave_nothing(spot, snaps) and self._parts[number]:
                yield self._line(number, spot, snaps)

    def seen(self, name: str, value: Any) -> Line:
        """A name that was there before any line."""
        return aside(name, 0, self._snap(value))

    def _line(self, number: int, spot: lens.Spot, snaps: list[Snap]) -> Line:
        count = self._counts[number]
        shape, dtype, device, grad, _ = snaps[-1]
        numbers = [1, 2, count][: len(snaps)]
        passes = tuple(_pass(n, snap) for n, snap in zip(numbers, snaps, strict=True)) if count > 1 else ()
        parts = tuple(self._part(*part) for part in self._parts[number])
        told = [one.text for one in passes] + [one.text for one in parts]
        self._room -= sum(WORDS_MOST + len(text) for text in told)
        return Line(
            line=spot.line,
            name=spot.name,
            shape=shape,
            dtype=_dtype(dtype),
            text=_text(snaps[-1]),
            device=None if device is None else str(device),
            requires_grad=grad,
            count=count,
            passes=passes if self._room > 0 else (),
            parts=parts if self._room > 0 else (),
        )

    def _part(self, number: int, shape: Any, dtype: Any) -> Part:
        spot = self.lens.spots[number - self.lens.base]
        return Part(text=self.lens.written.text(spot.place, WORDS_MOST), shape=shape, dtype=_dtype(dtype))


class _Text(str):
    """Words about a value, as against a value that is a text."""


def _kept(value: Any) -> Any:
    """What is held of a value while its statement runs: itself if that keeps nothing large or lively alive."""
    kind = type(value)
    try:
        if kind in PLAIN_TENSORS and not _function_modes():
            return _kept_tensor(value)
        if issubclass(kind, torch.nn.Module):
            return value
        return _kept_other(value, kind)
    except Exception:  # noqa: BLE001 - a value that cannot be looked at is not held.
        return Sight(sight.named(value), {})


def _kept_tensor(value: torch.Tensor) -> Any:
    if value.layout != torch.strided or sight.wrapped(value):
        return _sight(value)
    return value if value.untyped_storage().nbytes() <= HELD_MOST else Brief.of(value)


def _kept_other(value: Any, kind: type) -> Any:
    if kind in (list, tuple) and len(value) <= sight.ITEMS_MOST:
        return kind([v if type(v) in _kept_whole else _kept(v) for v in value])
    if kind is str and len(value) <= sight.TEXT_MOST:
        return value
    if issubclass(kind, _TOLD):
        return _sight(value)
    if kind not in _named:
        _named[kind] = Sight(sight.named(value), {})
    return _named[kind]


_named: dict[type, Sight] = {}
"""What is told of classes of which only the name is."""
_TOLD = (
    torch.Tensor, numpy.ndarray, numpy.generic, int, float, complex, str, list, tuple, dict, torch.dtype, torch.device,
    type, types.MethodType, types.MethodDescriptorType, types.WrapperDescriptorType, types.MethodWrapperType,
)  # fmt: skip


def _sight(value: Any) -> Sight:
    return Eye(nodes=40, values=0).sight(value)


def _shape(value: Any) -> tuple[Any, Any]:
    try:
        if type(value) in (Observation, Brief):
            return value.shape, value.dtype
        if type(value) in PLAIN_TENSORS and not _function_modes():
            return tuple(value.shape), value.dtype
        with torch._C.DisableTorchFunction():
            return describe.shape_and_dtype(value)
    except Exception:  # noqa: BLE001 - as above.
        return None, None


def _dtype(dtype: Any) -> str | None:
    return dtype if dtype is None or isinstance(dtype, str) else describe.short(dtype)


def _text(snap: Snap) -> str:
    data = snap[4]
    if isinstance(data, _Text):
        return str(data)
    if snap[0] is not None:
        return "" if data is None else f"tensor({spelled(data)})"
    return sight.text_of(data)


def _gave_nothing(spot: lens.Spot, snaps: list[Snap]) -> bool:
    return not spot.name and snaps[-1][4] is None and snaps[-1][0] is None


def aside(name: str, line: int, snap: Snap) -> Line:
    """A name that no line made."""
    shape, dtype, device, grad, _ = snap
    told = None if device is None else str(device)
    text = _text(snap)[:WORDS_MOST]
    return Line(line=line, name=name, shape=shape, dtype=_dtype(dtype), text=text, device=told, requires_grad=grad)


def _pass(number: int, snap: Snap) -> Pass:
    return Pass(number=number, shape=snap[0], dtype=_dtype(snap[1]), text=_text(snap)[:WORDS_MOST])
