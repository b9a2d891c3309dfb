"""Which parameters a training loop has, and which of their gradients are new since the last step.

Holds its tensors weakly, so that nothing lives longer for being looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakValueDictionary

import torch

from tutor.sandbox.training.graph import clock, nonzero

Tensors = Iterable[torch.Tensor]
_Known = WeakValueDictionary[int, Any]

_ELSEWHERE = (0, 0)
"""The mark of a gradient that autograd.grad gave away instead of keeping it in the parameter."""


class Ledger:
    """What is known of parameters, by their identity."""

    def __init__(self) -> None:
        self._models = _Known()
        self._trained = _Known()
        """In models and optimizers."""
        self._held = _Known()
        """In optimizers."""
        self._moved = _Known()
        """Changed by hand."""
        self._reached = _Known()
        """Those in no optimizer that a backward reached."""
        self._new: dict[int, tuple[int, int]] = {}
        """Parameters with a gradient that no step has used yet: which tensor it is, and its version."""
        self._moved_at: dict[int, int] = {}
        """What autograd's clock showed when they were last moved."""
        self._versions: dict[int, int] = {}
        """Of the reached parameters themselves."""
        self._addresses: dict[int, int] = {}
        self._shapes: list[tuple[int, ...]] = []

    def model(self, module: torch.nn.Module) -> bool:
        """Whether `module` has parameters; if so, they are known from now on."""
        if self._models.get(id(module)) is module:
            return True
        parameters = list(torch.nn.Module.parameters(module))
        if parameters:
            self._models[id(module)] = module
            self._trained.update({id(p): p for p in parameters})
        return bool(parameters)

    def hold(self, parameters: Tensors) -> None:
        """An optimizer has these."""
        for p in parameters:
            if self._held.get(id(p)) is not p:
                self._held[id(p)] = self._trained[id(p)] = p

    def attached(self, tensors: Tensors) -> bool:
        """Whether one of `tensors` leads to a parameter, or there is none to lead to."""
        return any(t.requires_grad for t in tensors) or not self._trainable()

    def _trainable(self) -> bool:
        return any(p.requires_grad for p in self._trained.values())

    def fresh(self, leaves: Tensors) -> bool:
        """Whether all gradients of `leaves` are None or zero; of those that get moved, where that is known."""
        leaves = list(leaves)
        moved = [p for p in leaves if id(p) in self._held or id(p) in self._moved]
        return not any(p.grad is not None and nonzero(p.grad) for p in moved or leaves)

    def reach(self, leaves: Tensors, kept: bool) -> None:
        """A backward computed gradients of `leaves`; `kept` if they are in `.grad` now."""
        loose = []
        for p in leaves:
            self._new[id(p)] = _mark(p) if kept else _ELSEWHERE
            if self._held.get(id(p)) is not p:
                loose.append(p)
        self._shapes = sorted(tuple(p.shape) for p in loose)
        self._forget_places(loose)
        for p in loose:
            self._reached[id(p)] = p
            self._versions[id(p)] = p._version
            self._addresses[p.data_ptr()] = id(p)

    def _forget_places(self, parameters: list[torch.Tensor]) -> None:
        """Where they lay before, something else may lie now."""
        moved = {id(p) for p in parameters}
        self._addresses = {place: i for place, i in self._addresses.items() if i not in moved}

    def give(self, parameter: torch.Tensor) -> None:
        """A parameter was given a gradient by assignment."""
        if id(parameter) in self._reached or id(parameter) in self._held:
            self._new[id(parameter)] = _mark(parameter)

    def zero(self, parameters: Tensors) -> None:
        """Their gradients are gone."""
        for p in parameters:
            self._new.pop(id(p), None)

    def step(self, parameters: list[torch.Tensor]) -> tuple[bool, bool]:
        """An optimizer moved these: whether any gradient was new, and whether there was none at all."""
        self.hold(parameters)
        facts = any(map(self._usable, parameters)), all(p.grad is None for p in parameters)
        now = clock()
        for p in parameters:
            self._moved_at[id(p)] = now
            for known in (self._new, self._reached, self._versions):
                known.pop(id(p), None)
        return facts

    def _usable(self, parameter: torch.Tensor) -> bool:
        mark, gradient = self._new.get(id(parameter)), parameter.grad
        if mark is None or gradient is None:
            return False
        return mark == _mark(parameter) or nonzero(gradient)

    def outdated(self, first_uses: dict[int, int], made: int) -> bool:
        """Whether a result made at `made` holds what was computed from a parameter before that was moved."""
        return any(used < self._moved_at.get(i, 0) <= made for i, used in first_uses.items())

    @property
    def pending(self) -> bool:
        """Whether gradients were computed of parameters that no optimizer holds, so that code may move them itself."""
        return bool(self._versions)

    def moving(self, tensor: torch.Tensor) -> torch.Tensor | None:
        """The parameter that changing `tensor` changes: itself, or one it is the `.data` of. None for any other."""
        if tensor.requires_grad:
            found = self._reached.get(id(tensor))
            return found if found is tensor else None
        return self._reached.get(self._addresses.get(tensor.data_ptr(), 0))

    def at_home(self, parameter: torch.Tensor) -> bool:
        """Whether a parameter has the memory it had at the last backward."""
        return self._addresses.get(parameter.data_ptr()) == id(parameter)

    def move(self, parameter: torch.Tensor) -> bool:
        """Code moved a parameter itself: whether its gradient was new."""
        self._moved[id(parameter)] = parameter
        self._moved_at[id(parameter)] = clock()
        self._versions[id(parameter)] = parameter._version
        self._forget_places([parameter])
        self._addresses[parameter.data_ptr()] = id(parameter)
        return self._new.pop(id(parameter), None) is not None

    def moved_unseen(self) -> bool:
        """Whether parameters are no longer what they were after backward, by a way that was not seen."""
        moved = [p for i, p in self._reached.items() if i in self._versions and p._version != self._versions[i]]
        for p in moved:
            self.move(p)
        return bool(moved)

    def replaced(self, leaves: Tensors) -> bool:
        """Whether `leaves` stand in for the parameters that the last backward reached, as in `w = w - lr * w.grad`."""
        if not self.pending:
            return False
        loose = [p for p in leaves if self._held.get(id(p)) is not p]
        return not any(id(p) in self._reached for p in loose) and sorted(tuple(p.shape) for p in loose) == self._shapes

    def replaces(self, tensor: torch.Tensor) -> bool:
        """Whether `tensor` can stand in for one of the parameters that the last backward reached."""
        new = tensor.is_leaf and tensor.requires_grad and id(tensor) not in self._reached
        return self.pending and new and tuple(tensor.shape) in self._shapes

    def forget(self) -> None:
        """What the last backward reached no longer matters."""
        self._reached.clear()
        self._new.clear()
        self._versions.clear()
        self._addresses.clear()

    def owner(self, gradient: torch.Tensor) -> torch.Tensor | None:
        """The parameter whose gradient this is."""
        address = gradient.data_ptr()
        for p in (*self._trained.values(), *self._moved.values(), *self._reached.values()):
            if p.grad is not None and p.grad.data_ptr() == address:
                return p
        return None


def _mark(parameter: torch.Tensor) -> tuple[int, int]:
    gradient = parameter.grad
    return (id(gradient), gradient._version) if gradient is not None else _ELSEWHERE
