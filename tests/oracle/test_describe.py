"""What a description claims, held against torch itself."""

from __future__ import annotations

import collections
import json
import math

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from tutor.sandbox.bytes import opened
from tutor.sandbox.compare import Comparison
from tutor.sandbox.describe import Describer
from tutor.sandbox.protocol import TENSORS_MOST, Observation, Terms, encode, plain
from tutor.sandbox.unpack import report

FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2]
INTS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.uint32, torch.uint64]
COMPLEX = [torch.complex64, torch.complex128]
DTYPES = [*FLOATS, *INTS, *COMPLEX, torch.bool]


def made(dtype: torch.dtype, shape: tuple[int, ...]) -> torch.Tensor:
    """A tensor whose elements differ from each other."""
    count = math.prod(shape)
    if dtype.is_complex:
        return torch.complex(torch.arange(count) / 4.0, -torch.arange(count) / 2.0).to(dtype).reshape(shape)
    return (torch.arange(count) / (4.0 if dtype.is_floating_point else 1)).to(dtype).reshape(shape)


def described(value: object) -> tuple[Observation, bytes]:
    """The description and the bytes, through the form in which they travel."""
    describer = Describer()
    seen = describer.describe(value)
    message = json.loads(encode({"observed": plain({"v": seen})})[12:])
    data = save(describer.tensors) if describer.tensors else b""
    return report(message).observed["v"], data


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 3), (1, 1, 1)], ids=str)
def test_every_dtype_and_shape(dtype, shape):
    value = made(dtype, shape)
    seen, data = described(value)
    assert (seen.kind, seen.type, seen.shape) == ("tensor", "Tensor", shape)
    assert (seen.dtype, seen.device, seen.requires_grad) == (str(dtype)[6:], "cpu", False)
    assert (seen.stride, seen.contiguous, seen.is_leaf) == (value.stride(), True, True)
    assert seen.text == repr(value)
    carried = opened(data)[seen.tensor]
    there = torch.view_as_complex(carried) if dtype.is_complex else carried
    assert there.dtype == dtype
    assert there.tolist() == value.tolist()
    without_bytes = Comparison(Terms(), {}, {})
    assert without_bytes.difference("v", seen, seen) is None
    assert seen.values is not None


@pytest.mark.parametrize("dtype", [d for d in DTYPES if not d.is_complex], ids=str)
def test_values_are_torchs_own(dtype):
    value = made(dtype, (2, 3))
    assert described(value)[0].values == value.tolist()


def test_what_json_cannot_say_is_text():
    seen, _ = described(torch.tensor([float("nan"), float("inf"), -float("inf"), 0.5]))
    assert seen.values == ["nan", "inf", "-inf", 0.5]
    assert described(torch.tensor([2**62]))[0].values == [str(2**62)]
    assert described(torch.tensor([1 + 2j]))[0].values == [["1.0", "2.0"]]
    assert described(float("nan"))[0].value == "nan"
    assert described(2**70)[0].value == str(2**70)
    assert described(10**5000)[0].kind == "number"
    assert described(1 - 1j)[0].value == ["1.0", "-1.0"]


def test_large_tensors_travel_as_bytes_only_and_giants_not_at_all():
    seen, data = described(torch.ones(2000))
    assert seen.values is None
    assert torch.equal(opened(data)[seen.tensor], torch.ones(2000))
    for giant in (torch.ones(1).expand(1 << 40), torch.ones(TENSORS_MOST // 4 + 1), torch.ones(1 << 40, device="meta")):
        seen, data = described(giant)
        assert (seen.shape, seen.values, seen.tensor, data) == (tuple(giant.shape), None, None, b"")


def test_views_tell_their_memory():
    x = torch.arange(6.0).reshape(2, 3)
    seen, _ = described([x, x.T, x[0], x.clone(), x.numpy()])
    storages = [i.storage for i in seen.items]
    assert storages[0] == storages[1] == storages[2] == storages[4] != storages[3]
    assert (seen.items[1].stride, seen.items[1].contiguous) == ((1, 3), False)
    assert opened(described(x.T)[1])["t0"].tolist() == x.T.tolist()
    assert described(torch.tensor([1 + 2j]).conj())[0].values == [["1.0", "-2.0"]]


def test_memory_that_is_given_back_is_not_taken_for_shared():
    describer = Describer()
    assert len({describer.describe(torch.full((100,), n)).storage for n in range(50)}) == 50


def test_gradients_and_parameters():
    w = torch.ones(2, requires_grad=True)
    leaf, made_of_it, parameter = (described(v)[0] for v in (w, w * 2, torch.nn.Parameter(w.detach())))
    assert (leaf.requires_grad, leaf.is_leaf) == (True, True)
    assert (made_of_it.requires_grad, made_of_it.is_leaf) == (True, False)
    assert "grad_fn" in made_of_it.text
    assert (parameter.type, parameter.is_leaf, parameter.values) == ("Parameter", True, [1.0, 1.0])


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_other_layouts():
    sparse = torch.eye(3).to_sparse()
    seen, data = described(sparse)
    assert (seen.shape, seen.values, seen.stride) == ((3, 3), torch.eye(3).tolist(), None)
    assert torch.equal(opened(data)[seen.tensor], torch.eye(3))
    quantized = torch.quantize_per_tensor(torch.tensor([1.0, 2.0]), 0.5, 0, torch.quint8)
    assert (described(quantized)[0].dtype, described(quantized)[0].values) == ("quint8", [1.0, 2.0])
    assert described(torch.ones(2, device="meta"))[0].device == "meta"


class Liar(torch.Tensor):
    """Says what it likes about itself."""

    shape = property(lambda self: (9, 9))
    dtype = property(lambda self: torch.int8)
    requires_grad = property(lambda self: 1 / 0)
    __class__ = property(lambda self: int)

    @classmethod
    def __torch_function__(cls, *_, **__):
        raise RuntimeError("no")

    def tolist(self):
        return [42]


def test_a_subclass_is_described_as_the_tensor_it_is():
    seen, data = described(torch.Tensor._make_subclass(Liar, torch.ones(2)))
    assert (seen.kind, seen.type, seen.shape, seen.dtype) == ("tensor", "Liar", (2,), "float32")
    assert seen.values == opened(data)[seen.tensor].tolist() == [1.0, 1.0]
    assert seen.text == "tensor([1., 1.])"


def test_the_other_kinds():
    point = collections.namedtuple("point", "x y")
    kinds = {
        "none": None, "bool": True, "number": 3, "text": "a", "list": [1], "tuple": (1,), "dict": {"a": 1},
        "size": torch.Size([2, 3]), "dtype": torch.float16, "device": torch.device("cpu"), "function": torch.relu,
        "module": torch.nn.Linear(2, 3), "object": object(),
    }  # fmt: skip
    for kind, value in kinds.items():
        assert described(value)[0].kind == kind
    assert described(lambda: 1)[0].kind == described(torch.ones(1).sum)[0].kind == described(len)[0].kind == "function"
    assert described(math)[0].kind == "object"
    assert described(torch.Size([2, 3]))[0].shape == (2, 3)
    assert described(torch.float16)[0].dtype == "float16"
    assert described(numpy.float64(1.5))[0].value == 1.5
    assert described(numpy.arange(3))[0].values == [0, 1, 2]
    largest = described(torch.tensor([[1.0, 3.0]]).max(dim=1))[0]
    assert (largest.kind, largest.type) == ("tuple", "max")
    assert [i.values for i in largest.items] == [[3.0], [1]]
    assert [i.value for i in described(point(1, 2))[0].items] == [1, 2]
    module = described(torch.nn.Linear(2, 3))[0]
    assert (module.keys, [i.shape for i in module.items]) == (("weight", "bias"), [(3, 2), (3,)])


def test_containers_have_an_end():
    endless: list[object] = []
    endless.append(endless)
    assert described(endless)[0].kind == "list"
    seen, _ = described(list(range(1000)))
    assert (len(seen.items), seen.value) == (256, 1000)
    assert len(encode(plain(described([[[1] * 50] * 50] * 50)[0]))) < 1 << 20
    assert len(described("x" * 100_000)[0].text) <= 4096


class Rude:
    """Objects to being looked at."""

    def __repr__(self):
        raise SystemExit

    def __len__(self):
        raise SystemExit

    def __getattr__(self, name):
        raise SystemExit


def test_an_object_that_objects_is_described_all_the_same():
    assert described(Rude())[0].text == "<Rude, whose repr raised SystemExit>"
    assert described({Rude(): Rude()})[0].kind == "dict"


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text()
    | st.sampled_from([torch.ones(2), torch.tensor(float("nan")), torch.Size([1]), torch.int8])
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.recursive(LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3)))
def test_anything_travels_and_equals_itself(value):
    seen, data = described(value)
    tensors = opened(data)
    assert Comparison(Terms(nan_equal=True), tensors, tensors).difference("v", seen, seen) is None
