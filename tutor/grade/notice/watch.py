"""Which programs are worth watching while they train: for the others it costs time and tells nothing."""

from __future__ import annotations

_SIGNS = (".backward(", "autograd.grad", "cross_entropy", "CrossEntropyLoss", "WithLogits")


def watched(code: str) -> bool:
    """Whether the events of training are to be recorded for a program: it computes gradients, or a loss of scores."""
    return any(sign in code for sign in _SIGNS)
