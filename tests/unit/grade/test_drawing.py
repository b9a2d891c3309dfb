from __future__ import annotations

from typing import Any

import pytest

from tutor.grade.drawing import drawn, summary
from tutor.sandbox.protocol import Failure, Observation


def tensor(values: Any, *shape: int, dtype: str = "float32", **more: Any) -> Observation:
    return Observation(kind="tensor", type="Tensor", shape=shape, dtype=dtype, values=values, device="cpu", **more)


MATRIX = [[float(7 * row + column + 1) for column in range(7)] for row in range(5)]


def test_a_matrix_is_a_caption_and_aligned_numbers() -> None:
    lines = drawn("x", tensor(MATRIX, 5, 7))
    assert lines[0] == "x  (5, 7) float32"
    assert lines[1] == "   1.   2.   3.   4.   5.   6.   7."
    assert lines[5] == "  29.  30.  31.  32.  33.  34.  35."


def test_a_vector_is_one_row() -> None:
    assert drawn("v", tensor([1, -20, 3], 3, dtype="int64")) == ["v  (3,) int64", "    1  -20    3"]


def test_a_scalar_tensor_takes_one_line() -> None:
    assert drawn("loss", tensor(0.69314718, dtype="float32")) == ["loss  () float32  0.6931"]


def test_fractions_have_four_places_and_extremes_powers_of_ten() -> None:
    assert drawn("a", tensor([0.5, 10.25], 2))[1] == "   0.5000  10.2500"
    assert drawn("a", tensor([1e-7, 1.0], 2))[1] == "  1.0000e-07  1.0000e+00"


def test_what_is_not_a_number_stays_in_line() -> None:
    assert drawn("a", tensor(["nan", 1.0, "-inf"], 3))[1] == "   nan    1.  -inf"
    assert drawn("m", tensor([True, False], 2, dtype="bool"))[1] == "   True  False"


def test_three_dimensions_are_blocks_labelled_by_index() -> None:
    values = [[[1, 2], [3, 4]], [[5, 6], [7, 80]]]
    assert drawn("x", tensor(values, 2, 2, 2, dtype="int64")) == [
        "x  (2, 2, 2) int64",
        "  [0]",
        "     1   2",
        "     3   4",
        "  [1]",
        "     5   6",
        "     7  80",
    ]


def test_four_dimensions_name_both_indices() -> None:
    lines = drawn("x", tensor([[[[1]], [[2]]]], 1, 2, 1, 1, dtype="int64"))
    assert [line for line in lines if "[" in line] == ["  [0, 0]", "  [0, 1]"]


def test_long_rows_and_many_rows_are_capped() -> None:
    values = [[float(column) for column in range(100)] for _ in range(40)]
    lines = drawn("x", tensor(values, 40, 100), width=40)
    assert max(map(len, lines)) <= 40
    assert lines[1].split()[-2:] == ["…", "99."]
    assert len(lines) == 11
    assert lines[-2].strip() == "…"


def test_many_blocks_are_capped() -> None:
    lines = drawn("x", tensor([[[i]] for i in range(20)], 20, 1, 1, dtype="int64"))
    assert [line.strip() for line in lines if "[" in line] == ["[0]", "[1]", "[2]", "[3]", "[19]"]
    assert "  …" in lines


def test_no_elements_is_said() -> None:
    assert drawn("e", tensor([], 0, 3)) == ["e  (0, 3) float32  no elements"]
    assert drawn("e", tensor([[], []], 2, 0)) == ["e  (2, 0) float32  no elements"]


def test_a_large_tensor_is_shown_by_its_text() -> None:
    lines = drawn("x", tensor(None, 4000, text="tensor([0., 1., ..., 3999.])"))
    assert lines == ["x  (4000,) float32", "  tensor([0., 1., ..., 3999.])"]


@pytest.mark.parametrize("values", [[1.0], [[1.0, 2.0]], "x", [1.0, [2.0]], {"a": 1}])
def test_values_that_do_not_have_the_claimed_shape_are_not_trusted(values: Any) -> None:
    assert drawn("x", tensor(values, 2, text="its text")) == ["x  (2,) float32", "  its text"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    lines = drawn("\x1b[31mx", tensor(["\x1b]52;c;aGk=\x07a", "b"], 2, dtype="f\x1b[2Jloat"))
    assert lines == ["x  (2,) float", "  a  b"]


def test_plain_values_take_one_line() -> None:
    assert drawn("n", Observation(kind="number", type="int", text="3", value=3)) == ["n  int 3"]
    assert drawn("s", Observation(kind="size", type="Size", text="torch.Size([5, 7])", shape=(5, 7))) == [
        "s  torch.Size([5, 7])"
    ]


def test_a_list_of_numbers_is_its_text_and_a_list_of_tensors_is_drawn() -> None:
    one, two = (Observation(kind="number", type="int", text=str(n), value=n) for n in (1, 2))
    numbers = Observation(kind="list", type="list", text="[1, 2]", items=(one, two))
    assert drawn("xs", numbers) == ["xs  list of 2", "  [1, 2]"]
    tensors = Observation(kind="tuple", type="tuple", text="(...)", items=(tensor([1.0], 1), one))
    assert drawn("t", tensors) == ["t  tuple of 2", "  [0]  (1,) float32", "    1.", "  [1]  int 1"]


def test_an_array_is_drawn_like_a_tensor() -> None:
    array = Observation(kind="object", type="ndarray", shape=(2,), dtype="float64", values=[1.0, 2.5])
    assert drawn("a", array) == ["a  ndarray (2,) float64", "  1.0000  2.5000"]


def test_a_model_is_its_structure_not_its_weights() -> None:
    model = Observation(
        kind="module", type="Linear", text="Linear(in_features=2)", items=(tensor([1.0], 1),), keys=("weight",)
    )
    assert drawn("fc", model) == ["fc  Linear", "  Linear(in_features=2)"]


def test_a_dict_of_tensors_is_labelled_by_key() -> None:
    state = Observation(kind="dict", type="dict", items=(tensor([2.0], 1),), keys=("'w'",))
    assert drawn("state", state)[1:] == ["  ['w']  (1,) float32", "    2."]


def test_long_text_is_capped() -> None:
    model = Observation(kind="module", type="Sequential", text="\n".join(f"layer {i}" for i in range(50)))
    lines = drawn("model", model)
    assert lines[0] == "model  Sequential"
    assert len(lines) == 15
    assert lines[-1] == "  layer 49"


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        (tensor([1.0], 1, requires_grad=True), "(1,) float32 requires_grad"),
        (Observation(kind="tensor", shape=(2, 3), dtype="float16", device="cuda:0"), "(2, 3) float16 cuda:0"),
        (Observation(kind="bool", type="bool", text="True", value=True), "bool True"),
        (Observation(kind="list", type="list", text="[]"), "list of 0"),
        (Observation(kind="list", type="list", items=(), value=1000), "list of 1000"),
        (Observation(kind="none", type="NoneType", text="None"), "None"),
        (Observation(kind="dtype", type="dtype", text="torch.float32", dtype="float32"), "torch.float32"),
        (Observation(kind="function", type="function", text="<function f at 0x7f>"), "function"),
        (Observation(kind="missing"), "missing"),
        (
            Observation(kind="missing", failure=Failure(type="NameError", message="name 'y' is not defined")),
            "NameError: name 'y' is not defined",
        ),
    ],
)
def test_summary(observation: Observation, words: str) -> None:
    assert summary(observation) == words
