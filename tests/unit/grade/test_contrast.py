"""Expected beside actual: aligned, marked by glyphs, and left to plain text when it does not fit."""

from __future__ import annotations

import pytest

from tutor.grade.contrast import WIDTH, beside
from tutor.sandbox.protocol import Observation


def tensor(values: object, *shape: int) -> Observation:
    return Observation(kind="tensor", shape=shape, dtype="float32", values=values)


def test_cells_that_differ_are_marked_in_both_and_columns_line_up() -> None:
    expected, actual = tensor([[1.0, 2.0], [3.0, 4.0]], 2, 2), tensor([[1.0, 12.0], [3.0, 4.5]], 2, 2)
    lines = beside(expected, actual, ((0, 1), (1, 1)))
    assert [line.count("›") for line in lines] == [0, 2, 2]
    assert "›12.0000‹" in lines[1] and "› 4.5000‹" in lines[2]
    assert len({line.index("1.0000") if "1.0000" in line else line.index("3.0000") for line in lines[1:]}) == 1


def test_one_number_one_row_and_blocks_of_matrices() -> None:
    assert beside(tensor(1.0), tensor(2.0), ((),)) == ("expected    yours", "›1.‹        ›2.‹")
    assert len(beside(tensor([1.0, 2.0], 2), tensor([1.0, 3.0], 2), ((1,),))) == 2
    cube = [[[1.0, 2.0]], [[3.0, 4.0]]]
    lines = beside(tensor(cube, 2, 1, 2), tensor([[[1.0, 2.0]], [[3.0, 5.0]]], 2, 1, 2), ((1, 0, 1),))
    assert "›" not in lines[1] and lines[2].count("›") == 2


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (tensor([1.0], 1), tensor([[1.0]], 1, 1)),
        (tensor(None, 2), tensor([1.0, 2.0], 2)),
        (tensor([[1.0]] * 9, 9, 1), tensor([[2.0]] * 9, 9, 1)),
        (tensor([1.2345] * 20, 20), tensor([2.2345] * 20, 20)),
        (tensor([], 0), tensor([], 0)),
        (Observation(kind="number", value=1), Observation(kind="number", value=2)),
    ],
)
def test_what_does_not_fit_is_not_drawn(expected: Observation, actual: Observation) -> None:
    assert beside(expected, actual, ()) == ()


def test_no_line_is_wider_than_a_screen() -> None:
    for columns in range(1, 12):
        values = tensor([[0.123456] * columns] * 2, 2, columns)
        assert all(len(line) <= WIDTH for line in beside(values, values, ((0, 0),)))
