"""Shapes reckoned with, against what torch makes of them."""

from __future__ import annotations

import itertools

import pytest
import torch

from tutor.grade.explain import shape

SHAPES = [(), (1,), (3,), (4,), (3, 4), (4, 3), (3, 1), (2, 3, 4), (2, 1, 4), (2, 3)]


@pytest.mark.parametrize(("a", "b"), list(itertools.product(SHAPES, SHAPES)))
def test_broadcast_and_clash(a: shape.Shape, b: shape.Shape) -> None:
    try:
        made = tuple(torch.broadcast_shapes(a, b))
    except RuntimeError:
        made = None
    assert shape.broadcast(a, b) == made
    assert (shape.clash(a, b) is None) == (made is not None)


@pytest.mark.parametrize(("a", "b"), list(itertools.product(SHAPES, SHAPES)))
def test_a_spread_shape_broadcasts(a: shape.Shape, b: shape.Shape) -> None:
    for index, made in shape.spread(a, b) if len(a) < len(b) else ():
        spread = eval(f"torch.zeros({a})[{index}]", {"torch": torch})
        assert tuple(spread.shape) == made
        assert tuple((spread + torch.zeros(b)).shape) == b


@pytest.mark.parametrize("size", [s for s in SHAPES if s])
def test_reduced(size: shape.Shape) -> None:
    for dim in range(-len(size), len(size)):
        assert shape.reduced(size, (dim,)) == tuple(torch.zeros(size).sum(dim).shape)
        assert shape.reduced(size, (dim,), keep=True) == tuple(torch.zeros(size).sum(dim, keepdim=True).shape)
    assert shape.reduced(size, (len(size),)) is None


@pytest.mark.parametrize(("a", "b", "dim"), list(itertools.product(SHAPES, SHAPES, (0, 1, -1, 2))))
def test_joined(a: shape.Shape, b: shape.Shape, dim: int) -> None:
    try:
        made = tuple(torch.cat([torch.zeros(a), torch.zeros(b)], dim).shape)
    except (RuntimeError, IndexError):
        made = None
    assert shape.joined([a, b], dim) == made


def test_factors_are_the_most_even_first() -> None:
    assert shape.factors(12, 2) == [(3, 4), (4, 3), (2, 6), (6, 2)]
    assert shape.factors(7, 2) == []
    assert shape.factors(8, 3) == [(2, 2, 2)]
