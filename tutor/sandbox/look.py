"""The values of expressions in a frame where something failed, had without running anything of the learner's again."""

from __future__ import annotations

import ast
import math
import types
from typing import Any

import torch

from tutor.sandbox.lens import Lens
from tutor.sandbox.protocol import Observation
from tutor.sandbox.record import NOTHING, Recorder
from tutor.sandbox.sight import Eye, Sight, readable
from tutor.sandbox.written import place_of

_UNSEEN = Sight(Observation(kind="missing"), {})
_INNER = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_OF_TENSORS = frozenset({"shape", "dtype", "device", "ndim", "requires_grad", "is_leaf"})


class Look:
    """Looks up what was noted while the code ran, and names, attributes and entries in the frame."""

    def __init__(self, lens: Lens, recorder: Recorder, frame: types.FrameType) -> None:
        self._recorder = recorder
        self._numbers = {
            (spot.place, spot.node): lens.base + n for n, spot in enumerate(lens.spots) if not _is_binding(spot)
        }
        self._frame = frame
        self._eye = Eye(values=0)

    def noted(self, node: ast.AST) -> Any:
        """What came out of `node` when it ran; NOTHING where it did not, or has been let go of."""
        number = self._numbers.get((place_of(node), type(node).__name__))
        if number is None:
            return NOTHING
        return self._recorder.whole[1] if number == self._recorder.whole[0] else self._recorder.values[number]

    def value(self, node: ast.AST) -> Any:
        """The value of `node`, or a Sight of it; NOTHING where it cannot be had without running something."""
        if (noted := self.noted(node)) is not NOTHING:
            return noted
        read = _READ.get(type(node))
        return NOTHING if read is None else read(self, node)

    def _name(self, node: ast.Name) -> Any:
        frame: types.FrameType | None = self._frame
        while frame is not None:
            if node.id in frame.f_locals:
                return frame.f_locals[node.id]
            # A comprehension has a frame of its own, within that of what it stands in.
            frame = frame.f_back if frame.f_code.co_name in _INNER else None
        return self._frame.f_globals.get(node.id, self._frame.f_builtins.get(node.id, NOTHING))

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _unary(self, node: ast.UnaryOp) -> Any:
        inner = node.operand
        plain = isinstance(inner, ast.Constant) and type(inner.value) in (int, float) and isinstance(node.op, ast.USub)
        return -inner.value if plain else NOTHING  # type: ignore[attr-defined]

    def _items(self, node: ast.List | ast.Tuple) -> Any:
        values = [self.value(item) for item in node.elts]
        kept = [_UNSEEN if value is NOTHING else value for value in values]
        return kept if isinstance(node, ast.List) else tuple(kept)

    def compared(self, node: ast.Compare) -> Sight | None:
        """What comparing two tensors must have made, from their shapes; None where it is no such thing, or one bool."""
        seen = [self._eye.see(self.value(part)) for part in (node.left, *node.comparators)]
        tensors = [one for one in seen if one.kind == "tensor"]
        if len(seen) != 2 or not tensors or any(one.kind not in ("tensor", "number", "bool") for one in seen):
            return None
        try:
            shape = tuple(torch.broadcast_shapes(*[one.shape or () for one in tensors]))
        except RuntimeError:
            return None
        made = Observation(kind="tensor", type="Tensor", shape=shape, dtype="bool", device=tensors[0].device)
        return Sight(made, {}) if math.prod(shape) != 1 and len({one.device for one in tensors}) == 1 else None

    def _comparison(self, node: ast.Compare) -> Any:
        return self.compared(node) or NOTHING

    def _starred(self, node: ast.Starred | ast.keyword) -> Any:
        return self.value(node.value)

    def _named(self, node: ast.NamedExpr) -> Any:
        return self.value(node.target)

    def _slice(self, node: ast.Slice) -> Any:
        return Sight(Observation(kind="object", type="slice", text=ast.unparse(node)[:200]), {})

    def _function(self, node: ast.Lambda) -> Any:
        return Sight(Observation(kind="function", type="function", text=ast.unparse(node)[:200]), {})

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        return NOTHING if owner is NOTHING else attribute(owner, node.attr)

    def _entry(self, node: ast.Subscript) -> Any:
        owner, at = self.value(node.value), self.value(node.slice)
        if type(owner) in (list, tuple) and type(at) is int and -len(owner) <= at < len(owner):
            return owner[at]
        if type(owner) is dict and type(at) in (int, str):
            return owner.get(at, NOTHING)
        return NOTHING


def _is_binding(spot: Any) -> bool:
    return bool(spot.name) and spot.node == "Name"


_READ: dict[type, Any] = {
    ast.Name: Look._name,
    ast.Constant: Look._constant,
    ast.UnaryOp: Look._unary,
    ast.List: Look._items,
    ast.Tuple: Look._items,
    ast.Compare: Look._comparison,
    ast.Starred: Look._starred,
    ast.NamedExpr: Look._named,
    ast.Slice: Look._slice,
    ast.Lambda: Look._function,
    ast.Attribute: Look._attribute,
    ast.Subscript: Look._entry,
}


def attribute(owner: Any, name: str) -> Any:
    """An attribute that is simply there; NOTHING where finding it would take a property or `__getattr__`."""
    try:
        if isinstance(owner, types.ModuleType):
            return vars(owner).get(name, NOTHING)
        if issubclass(type(owner), torch.Tensor):
            return _of_tensor(owner, name)
        return _own(object.__getattribute__(owner, "__dict__"), name)
    except (AttributeError, TypeError, RuntimeError):
        return NOTHING


def _own(held: dict[str, Any], name: str) -> Any:
    tables = [held, *(held.get(table) or {} for table in ("_parameters", "_buffers", "_modules"))]
    return next((table[name] for table in tables if type(table) is dict and name in table), NOTHING)


def _of_tensor(owner: torch.Tensor, name: str) -> Any:
    if type(owner) not in (torch.Tensor, torch.nn.Parameter):
        return NOTHING
    with torch._C.DisableTorchFunction():
        if name in _OF_TENSORS:
            return getattr(owner, name)
        if name == "grad":
            return owner.grad if owner.is_leaf else NOTHING
        if name in ("T", "data") and readable(owner) and owner.dim() == 2:
            return owner.detach().t() if name == "T" else owner.detach()
    return NOTHING
