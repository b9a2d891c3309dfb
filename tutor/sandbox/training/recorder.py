"""Listens to training loops while they run, however they are spelt.

It stands around functions of torch's and changes nothing of what they do: nothing stays wrapped, no tensor is held on
to, no random number is drawn. Its frames in a traceback are none of the learner's file.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch.nn.modules.loss import _Loss
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from tutor.sandbox.protocol import Event
from tutor.sandbox.training.ledger import Ledger
from tutor.sandbox.training.notes import Notes
from tutor.sandbox.training.patches import Patches

_LOSSES = (
    "cross_entropy", "nll_loss", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "kl_div", "poisson_nll_loss", "gaussian_nll_loss", "hinge_embedding_loss",
    "margin_ranking_loss", "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss",
    "soft_margin_loss", "cosine_embedding_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss", "ctc_loss",
)  # fmt: skip
_IN_PLACE = ("__isub__", "__iadd__", "sub_", "subtract_", "add_", "copy_", "addcmul_", "addcdiv_")
"""With what code moves a parameter itself."""

Function = Callable[..., Any]


class Recorder:
    """Notes events from `begin` to `end`. It wraps when it is made, so that a setup's imports get what is wrapped."""

    def __init__(self, filename: str) -> None:
        self._notes = Notes(filename)
        self._inside = 0
        """How deep in functions of torch that do by themselves what counts when code does it."""
        self._depth = 0
        """Of modules that call modules."""
        self._measuring = False
        self._loss_class = ""
        """The class of the loss module that is running."""
        self._patches = Patches()
        self._hooks: list[Any] = []
        self._wrap()

    @property
    def events(self) -> tuple[Event, ...]:
        """What was noted."""
        return tuple(self._notes.log.events)

    def begin(self) -> None:
        """From here on it is the learner's code."""
        self._notes.listening = True

    def end(self) -> None:
        """Put everything back."""
        self._safely(self._notes.unseen)
        self._notes.listening = False
        self._notes.ledger = Ledger()
        self._patches.undo()
        for hook in self._hooks:
            hook.remove()

    def _wrap(self) -> None:
        notes, around = self._notes, self._patches.around
        # Not torch's hooks for all modules: those run for each part of a model, and cannot tell parts from the whole.
        around(torch.nn.Module, "__call__", self._calling)
        around(torch.nn.Module, "zero_grad", self._clearing)
        around(torch.optim.Optimizer, "zero_grad", self._clearing)
        around(torch.autograd, "backward", lambda do: self._going_back(do, True))
        around(torch.autograd, "grad", lambda do: self._going_back(do, False))
        for name in _LOSSES:
            around(torch.nn.functional, name, functools.partial(self._losing, name))
        for name in _IN_PLACE:
            around(torch.Tensor, name, functools.partial(self._moving, notes.move))
        around(torch.Tensor, "requires_grad_", functools.partial(self._moving, notes.replace))
        around(torch.Tensor, "zero_", self._emptying)
        self._patches.put(torch.Tensor, "grad", self._settable("grad", notes.set_gradient))
        self._patches.put(torch.Tensor, "data", self._settable("data", notes.set_data))
        self._patches.put(torch.Tensor, "requires_grad", self._settable("requires_grad", notes.replace))
        self._hooks.append(register_optimizer_step_pre_hook(lambda *_: self._safely(notes.before_step)))
        self._hooks.append(register_optimizer_step_post_hook(lambda o, *_: self._safely(notes.step, o)))

    def _safely(self, note: Function, *facts: Any) -> Any:
        return self._notes.safely(note, *facts)

    def _within(self, do: Function, /, *args: Any, **kwargs: Any) -> Any:
        self._inside += 1
        try:
            return do(*args, **kwargs)
        finally:
            self._inside -= 1

    def _calling(self, do: Function) -> Function:
        def call(module: Any, /, *args: Any, **kwargs: Any) -> Any:
            if self._depth:
                return do(module, *args, **kwargs)
            self._depth += 1
            try:
                if isinstance(module, _Loss):
                    return self._called_loss(do, module, *args, **kwargs)
                self._safely(self._notes.forward, module)
                return do(module, *args, **kwargs)
            finally:
                self._depth -= 1

        return call

    def _called_loss(self, do: Function, module: _Loss, /, *args: Any, **kwargs: Any) -> Any:
        """The result of a loss module; it is noted by the function in it, else here."""
        name, before = type(module).__name__, self._notes.losses
        self._loss_class = name
        try:
            result = do(module, *args, **kwargs)
        finally:
            self._loss_class = ""
        if self._notes.losses == before:
            self._safely(self._notes.loss, "", name, args, kwargs, result)
        return result

    def _losing(self, name: str, do: Function) -> Function:
        def lose(*args: Any, **kwargs: Any) -> Any:
            if self._measuring:
                return do(*args, **kwargs)
            self._measuring = True
            try:
                result = do(*args, **kwargs)
            finally:
                self._measuring = False
            self._safely(self._notes.loss, name, self._loss_class or name, args, kwargs, result)
            return result

        return lose

    def _clearing(self, do: Function) -> Function:
        def clear(owner: Any, /, *args: Any, **kwargs: Any) -> Any:
            if not self._inside:
                self._safely(self._notes.zero_grad, owner)
            return self._within(do, owner, *args, **kwargs)

        return clear

    def _going_back(self, do: Function, kept: bool) -> Function:
        def go(*args: Any, **kwargs: Any) -> Any:
            leaves = None if self._inside else self._safely(self._notes.backward, kept, args, kwargs)
            result = self._within(do, *args, **kwargs)
            if leaves:
                self._safely(self._notes.ledger.reach, leaves, kept)
            return result

        return go

    def _moving(self, note: Function, do: Function) -> Function:
        def move(tensor: Any, /, *args: Any, **kwargs: Any) -> Any:
            if self._inside or not self._notes.ledger.pending:
                return do(tensor, *args, **kwargs)
            # A subclass of Tensor comes by here once more, from within.
            result = self._within(do, tensor, *args, **kwargs)
            self._safely(note, tensor)
            return result

        return move

    def _emptying(self, do: Function) -> Function:
        def empty(tensor: Any, /, *args: Any, **kwargs: Any) -> Any:
            result = do(tensor, *args, **kwargs)
            if not self._inside:
                self._safely(self._notes.empty, tensor)
            return result

        return empty

    def _settable(self, name: str, note: Function) -> property:
        slot = getattr(torch._C.TensorBase, name)

        def assign(tensor: torch.Tensor, value: Any) -> None:
            slot.__set__(tensor, value)
            if not self._inside:
                self._safely(note, tensor)

        # The getter stays torch's own: it may warn, and the line that asks is the one it must name.
        return property(slot.__get__, assign, slot.__delete__)
