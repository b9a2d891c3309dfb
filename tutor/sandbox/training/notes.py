"""What is noted of a training loop at each thing it does."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Literal

import torch

from tutor.sandbox.protocol import Event
from tutor.sandbox.training import graph
from tutor.sandbox.training.ledger import Ledger
from tutor.sandbox.training.log import Log

_OF_CLASSES = {"cross_entropy", "nll_loss"}
_NOT_OF_PROBABILITIES = {*_OF_CLASSES, "binary_cross_entropy_with_logits", "kl_div"}
"""Losses that want raw scores, or logarithms."""
_LOOKED_AT_MOST = 8
"""Losses whose scores are looked at by their values too."""

_NAME_MOST = 80

# The code that every optimizer's step runs in; it is on the stack while one steps.
_STEP = torch.optim.Optimizer.profile_hook_step(lambda: None).__code__

Kind = Literal["zero_grad", "forward", "loss", "backward", "step"]


class Notes:
    """Events, and what must be known of parameters to tell them."""

    def __init__(self, filename: str) -> None:
        self.log = Log()
        self.ledger = Ledger()
        self.listening = False
        self.losses = 0
        self._filename = filename
        self._busy = False
        """Whether it is a note itself that uses torch."""
        self._moved: set[tuple[int, int | None]] = set()
        """Parameters moved by hand, and on which line, since the last event that was not by hand."""
        self._emptied = False
        """Whether a gradient was cleared by hand since then."""
        self._closed = False
        """Whether the step that is running has had its backward: some optimizers call their closure many times."""

    def safely(self, note: Callable[..., Any], *facts: Any) -> Any:
        """Note something, while there is room; whatever goes wrong in here, the code must not feel it."""
        if self._busy or not self.listening or self.log.full:
            return None
        self._busy = True
        try:
            with torch._C.DisableTorchFunctionSubclass():
                return note(*facts)
        except Exception:  # noqa: BLE001 - tensors of any kind come here, and not all can be asked everything.
            return None
        finally:
            self._busy = False

    def _note(self, kind: Kind, name: str, **facts: Any) -> None:
        line, steps = self._where()
        if not self._again(steps):
            self.unseen()
            self._add(kind, name, line, **facts)

    def _add(self, kind: Kind, name: str, line: int | None, **facts: Any) -> None:
        self._moved, self._emptied = set(), False
        self.log.add(Event(kind=kind, line=line, name=name[:_NAME_MOST], **facts))

    def _where(self) -> tuple[int | None, int]:
        """The innermost line of the learner's file, and in how many nested steps of optimizers it is."""
        line, steps = None, 0
        frame: FrameType | None = sys._getframe(1)
        while frame:
            if frame.f_code is _STEP:
                steps += 1
            elif line is None and frame.f_code.co_filename == self._filename:
                line = frame.f_lineno
            frame = frame.f_back
        return line, steps

    def _again(self, steps: int) -> bool:
        """Whether a step is calling its closure another time."""
        return steps > 0 and self._closed

    def forward(self, module: torch.nn.Module) -> None:
        """A module is called that is not part of another."""
        if self.ledger.model(module):
            self._note("forward", type(module).__name__, grad_enabled=torch.is_grad_enabled())

    def loss(self, function: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """A loss function was called."""
        self.losses += 1
        given = [t for t in (*args, *kwargs.values()) if isinstance(t, torch.Tensor)]
        self._note(
            "loss",
            name,
            grad_enabled=torch.is_grad_enabled(),
            attached=self.ledger.attached(given),
            probabilities=self._probable(function, args[0] if args else kwargs.get("input")),
            value=_value(result),
        )

    def _probable(self, function: str, scores: Any) -> bool:
        if function not in _NOT_OF_PROBABILITIES:
            return False
        looked_at = function in _OF_CLASSES and self.losses <= _LOOKED_AT_MOST
        return graph.squashed(scores) or (looked_at and graph.adds_to_one(scores.detach()))

    def zero_grad(self, owner: Any) -> None:
        """A module or an optimizer clears its gradients."""
        if isinstance(owner, torch.nn.Module):
            self.ledger.model(owner)
            parameters = list(torch.nn.Module.parameters(owner))
        else:
            parameters = _parameters(owner)
            self.ledger.hold(parameters)
        self._note("zero_grad", type(owner).__name__)
        self.ledger.zero(parameters)

    def backward(self, kept: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[torch.Tensor]:
        """Gradients are computed, and with `kept` left in `.grad`. Gives the leaves they will be of."""
        roots = _tensors(args[0] if args else kwargs.get("tensors", kwargs.get("outputs")))
        inputs = kwargs.get("inputs", None if kept else args[1])
        found = graph.graph(roots)
        leaves = [t for t in _tensors(inputs) if t.is_leaf and t.requires_grad] if inputs else list(found.leaves)
        line, steps = self._where()
        if not self._again(steps) and (leaves or kept):
            self._closed = steps > 0
            self._backward(kept, roots, leaves, line, found.first_uses)
        return leaves

    def _backward(
        self, kept: bool, roots: list[torch.Tensor], leaves: list[torch.Tensor], line: int | None, uses: dict[int, int]
    ) -> None:
        self.unseen()
        if self.ledger.replaced(leaves):
            self._replaced()
        self._loss_by_hand(roots[0], line, uses)
        own = {id(r) for r in roots}
        attached = any(id(p) not in own for p in leaves)
        fresh = not kept or self.ledger.fresh(leaves)
        self._add("backward", "backward" if kept else "grad", line, attached=attached, fresh=fresh)

    def _replaced(self) -> None:
        if not self.log.stepped:
            self.log.add_after_backward(Event(kind="step"))
        self.ledger.forget()

    def _loss_by_hand(self, root: torch.Tensor, line: int | None, uses: dict[int, int]) -> None:
        """What backward starts from is the loss; it is noted here if it is new and no function made it."""
        made, at = graph.made_at(root), self.log.loss(root.requires_grad)
        if at < 0:
            loss = Event(kind="loss", line=line, attached=root.requires_grad, value=_value(root))
            if made is None:
                self.log.add(loss)
            elif self.log.after_backward(made):
                at = self.log.add_made(loss, made)
        if at >= 0 and made is not None and self.ledger.outdated(uses, made):
            self.log.mark_old(at)

    def before_step(self) -> None:
        """An optimizer is about to step."""
        if self._where()[1] == 1:
            self._closed = False
            self.unseen()

    def step(self, optimizer: Any) -> None:
        """An optimizer has stepped; one that calls the step of its parent class steps once."""
        line, steps = self._where()
        if steps == 1:
            self._closed = False
            fresh, missing = self.ledger.step(_parameters(optimizer))
            self._add("step", type(optimizer).__name__, line, fresh=fresh, missing=missing)

    def unseen(self) -> None:
        """Parameters that are not what they were after backward, and nobody saw how: that was a step."""
        if self.ledger.pending and self.ledger.moved_unseen() and not self.log.stepped:
            self.log.add(Event(kind="step"))

    def move(self, tensor: torch.Tensor) -> None:
        """Code changed a tensor in place."""
        parameter = self.ledger.moving(tensor)
        line, steps = self._where()
        if parameter is None or steps:
            return
        self._moved_by_hand(parameter, line, self.ledger.move(parameter))

    def _moved_by_hand(self, parameter: torch.Tensor, line: int | None, fresh: bool) -> None:
        moved = id(parameter), line
        # One pass over the parameters is one step; the same line for the same parameter begins another.
        if self._moved and moved not in self._moved:
            self._moved.add(moved)
            return
        self._moved = {moved}
        self.log.add(Event(kind="step", line=line, fresh=fresh))

    def set_data(self, tensor: torch.Tensor) -> None:
        """Code gave a tensor other memory; `w.data -= 1` gives it its own back."""
        if self.ledger.pending and not self.ledger.at_home(tensor):
            self.move(tensor)

    def replace(self, tensor: torch.Tensor) -> None:
        """Code made a tensor require gradients, as in `w = (w - lr * w.grad).detach().requires_grad_()`."""
        if self.ledger.replaces(tensor) and (self._moved or not self.log.stepped):
            self._moved_by_hand(tensor, self._where()[0], True)

    def set_gradient(self, tensor: torch.Tensor) -> None:
        """Code assigned to `.grad`."""
        if not tensor.is_leaf or not tensor.requires_grad:
            return
        if tensor.grad is None or not graph.nonzero(tensor.grad):
            self._empty(tensor)
        else:
            self.ledger.give(tensor)

    def empty(self, gradient: torch.Tensor) -> None:
        """Code filled a tensor with zeros, which may be a gradient."""
        if not gradient.requires_grad and (parameter := self.ledger.owner(gradient)) is not None:
            self._empty(parameter)

    def _empty(self, parameter: torch.Tensor) -> None:
        line, steps = self._where()
        self.unseen()
        self.ledger.zero([parameter])
        if not self._emptied and not self._again(steps):
            self._emptied = True
            self.log.add(Event(kind="zero_grad", line=line))


def _parameters(optimizer: Any) -> list[torch.Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def _tensors(given: Any) -> list[torch.Tensor]:
    return [t for t in ([given] if isinstance(given, torch.Tensor) else given) if isinstance(t, torch.Tensor)]


def _value(loss: Any) -> float | None:
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1 or loss.is_complex():
        return None
    value = graph.number(loss.detach())
    return value if value is not None and math.isfinite(value) else None
