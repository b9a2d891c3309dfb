"""What learners type, in the spellings they use."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.grade.answer import Unread, read_dtype, read_shape, read_value, same_number, same_value, says_error


@pytest.mark.parametrize(
    "text",
    [
        "(5, 7)",
        "5, 7",
        "5 7",
        "5x7",
        "5 x 7",
        "5 X 7",
        "5×7",
        "[5,7]",
        "torch.Size([5, 7])",
        "Size([5,7])",
        "(5,7,)",
        " ( 5 , 7 ) ",
    ],
)
def test_one_shape_in_many_spellings(text: str) -> None:
    assert read_shape(text) == (5, 7)


@pytest.mark.parametrize(
    ("text", "shape"), [("(3,)", (3,)), ("3", (3,)), ("[3]", (3,)), ("torch.Size([3])", (3,)), ("0", (0,))]
)
def test_one_dimension(text: str, shape: tuple[int, ...]) -> None:
    assert read_shape(text) == shape


@pytest.mark.parametrize("text", ["()", "( )", "[]", "scalar", "torch.Size([])", "0-d"])
def test_no_dimension(text: str) -> None:
    assert read_shape(text) == ()


@pytest.mark.parametrize(
    "text", ["", "five", "3.5", "(3,,4)", "(3", "-1", "(5, n)", "x" * 5000, "[[3]]", "٣", "9" * 400]
)
def test_what_is_no_shape_is_unread(text: str) -> None:
    with pytest.raises(Unread):
        read_shape(text)


@given(st.lists(st.integers(0, 10**6), max_size=6))
def test_python_spells_shapes_that_are_read_back(sizes: list[int]) -> None:
    shape = tuple(sizes)
    assert read_shape(str(shape)) == read_shape(f"torch.Size({sizes})") == shape


@given(st.text(max_size=80))
def test_any_text_is_read_or_unread(text: str) -> None:
    for read in (read_shape, read_dtype, read_value):
        try:
            read(text)
        except Unread as unread:
            assert str(unread)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[75, 80, 85]", [75, 80, 85]),
        ("75, 80, 85", [75, 80, 85]),
        ("75 80 85", [75, 80, 85]),
        ("75. 80.5", [75.0, 80.5]),
        ("[75 80 85]", [75, 80, 85]),
        ("[[1. 2.] [5. 6.]]", [[1.0, 2.0], [5.0, 6.0]]),
        ("[[1 2]\n [5 6]]", [[1, 2], [5, 6]]),
        ("1 2\n5 6", [[1, 2], [5, 6]]),
        ("[-1 2]", [-1, 2]),
        ("(1, 2)", [1, 2]),
        ("tensor([1., 2.])", [1.0, 2.0]),
        ("torch.tensor([[1, 2]], dtype=torch.int64)", [[1, 2]]),
        ("tensor(6)", 6),
        ("-3", -3),
        ("1e-3", 0.001),
        ("True", True),
        ("false", False),
        ("torch.inf", math.inf),
        ("-inf", -math.inf),
        ("1/3", 1 / 3),
        ("'cpu'", "cpu"),
    ],
)
def test_values(text: str, value: object) -> None:
    assert read_value(text) == value


@pytest.mark.parametrize("text", ["", "x + 1", "__import__('os')", "[1, 2", "(" * 3000, "lambda: 1", "1/0", "-True"])
def test_what_is_no_value_is_unread(text: str) -> None:
    with pytest.raises(Unread):
        read_value(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [("torch.float32", "float32"), ("float", "float32"), ("LONG", "int64"), ("bool", "bool")],
)
def test_dtypes(text: str, name: str) -> None:
    assert read_dtype(text) == name


def test_a_mistyped_dtype_is_met_with_the_nearest() -> None:
    with pytest.raises(Unread, match="float32"):
        read_dtype("flaot32")


@pytest.mark.parametrize("text", ["error", " Error ", "it fails", "'error'"])
def test_error_is_an_answer(text: str) -> None:
    assert says_error(text)


@pytest.mark.parametrize(
    ("expected", "given_", "same"),
    [
        (0.6666667, 0.667, True),
        (0.6666667, 0.67, True),
        (0.6666667, 0.7, False),
        (0.6666667, 0.66, False),
        (2.0, 2, True),
        (3, 3.0, True),
        (3, 3.01, False),
        (1e6, 1000001.0, True),
        (0.0, -0.0, True),
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        (math.inf, 1e308, False),
        (1e-9, 0.0, True),
    ],
)
def test_numbers(expected: float, given_: float, same: bool) -> None:
    assert same_number(expected, given_) is same


def test_a_list_of_one_is_not_a_number() -> None:
    assert not same_value(6, [6])
    assert not same_value([6], 6)
    assert same_value([[6]], [[6.0]])
    assert not same_value(1, True)


def test_long_nonsense_is_not_said_back_in_full() -> None:
    for read in (read_shape, read_value, read_dtype):
        with pytest.raises(Unread) as unread:
            read("z" * 3000)
        assert len(str(unread.value)) < 160
