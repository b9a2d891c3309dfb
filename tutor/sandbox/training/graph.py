"""What autograd's graph says of a tensor: which leaves it was made from, how long ago, and whether of a softmax."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

NODES_MOST = 20_000
"""Nodes of one graph that are looked at."""

_LEAF = torch._C._functions.AccumulateGrad
_SHAPED = {
    "View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze", "Permute", "Transpose", "T", "Clone", "ToCopy",
    "Slice", "Select", "Alias", "Expand",
}  # fmt: skip
"""Nodes that rearrange numbers and leave them as they are."""
_SHAPED_MOST = 8


@dataclass(frozen=True)
class Graph:
    """What a loss depends on."""

    leaves: tuple[torch.Tensor, ...]
    first_uses: dict[int, int]
    """When the first operation ran that took a leaf, by the leaf's identity."""


def clock() -> int:
    """A number that grows with every operation autograd records; the next one gets it."""
    return int(torch._C._autograd._get_sequence_nr())


def made_at(tensor: torch.Tensor) -> int | None:
    """What the clock showed when `tensor` was made; None when autograd did not see it."""
    node = tensor.grad_fn
    return None if node is None else int(node._sequence_nr())


def graph(roots: Iterable[torch.Tensor]) -> Graph:
    """The leaves below `roots`."""
    roots = tuple(roots)
    leaves = {id(t): t for t in roots if t.grad_fn is None and t.requires_grad}
    uses: dict[int, int] = {}
    for node, leaf in _edges({t.grad_fn for t in roots if t.grad_fn is not None}):
        leaves[id(leaf)] = leaf
        made = node._sequence_nr()
        uses[id(leaf)] = min(made, uses.get(id(leaf), made))
    return Graph(tuple(leaves.values()), uses)


def _edges(seen: set[Any]) -> Iterator[tuple[Any, torch.Tensor]]:
    """Every operation at or below those in `seen` that took a leaf, with the leaf."""
    stack = list(seen)
    while stack and len(seen) < NODES_MOST:
        node = stack.pop()
        for below, _ in node.next_functions:
            if type(below) is _LEAF:
                yield node, below.variable
            elif below is not None and below not in seen:
                seen.add(below)
                stack.append(below)


def squashed(scores: torch.Tensor) -> bool:
    """Whether `scores` come straight out of a softmax or a sigmoid."""
    node = scores.grad_fn
    for _ in range(_SHAPED_MOST):
        name = _operation(node)
        if name not in _SHAPED:
            return name in ("Softmax", "Sigmoid") or (name == "Exp" and _operation(_below(node)) == "LogSoftmax")
        node = _below(node)
    return False


def _operation(node: Any) -> str:
    return "" if node is None else re.sub(r"Backward\d*$", "", node.name())


def _below(node: Any) -> Any:
    return node.next_functions[0][0]


def adds_to_one(scores: torch.Tensor) -> bool:
    """Whether `scores` are probabilities of classes by their values, whatever they were made with."""
    dim = min(scores.dim() - 1, 1)
    if dim < 0 or scores.shape[dim] < 2 or not scores.is_floating_point() or not scores.numel():
        return False
    near = 1e-4 if scores.dtype in (torch.float32, torch.float64) else 1e-2
    return bool(number(((scores >= 0).all(dim) & ((scores.sum(dim) - 1).abs() < near)).all()))


def number(tensor: torch.Tensor) -> float | None:
    """Its one element, unless it stands for many examples at once, as under vmap."""
    try:
        return float(tensor)
    except RuntimeError:
        return None


def nonzero(gradient: torch.Tensor) -> bool:
    """Whether any number in it is not zero."""
    dense = gradient._values() if gradient.layout == torch.sparse_coo else gradient
    return bool(dense.any())
