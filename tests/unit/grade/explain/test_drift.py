"""What other versions of torch and other devices say of the same mistake: the facts tell, not the words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.oracle.explain.proof import ran
from tutor.grade.explain.gather import explain
from tutor.sandbox.protocol import Failure, Observation

LINEAR = "net = nn.Sequential(nn.Linear(4, 3), nn.Linear(2, 1))\nnet(torch.ones(5, 4))"
CLASSES = "scores = torch.zeros(2, 3)\nlabels = torch.tensor([0., 1.])\nF.cross_entropy(scores, labels)"
TWICE = "w = torch.ones(1, requires_grad=True)\ny = w.exp()\ny.backward()\ny.backward()"
RANGE = "emb = nn.Embedding(4, 2)\nids = torch.tensor([1, 4])\nemb(ids)"
KINDS = "fc = nn.Linear(2, 1)\nx = torch.ones(3, 2, dtype=torch.float64)\nfc(x)"
NONE = "x = torch.zeros(1)\nx.cuda()"


def failed(code: str) -> Failure:
    error = ran(code)[0].error
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("code", "message", "rule"),
    [
        (LINEAR, "linear(): input and weight.T shapes cannot be multiplied (5x3 and 2x1)", "linear-features"),
        (LINEAR, "size mismatch, m1: [5 x 3], m2: [2 x 1]", "linear-features"),
        (CLASSES, "expected scalar type Long but found Float", "cross-target-dtype"),
        (TWICE, "Trying to backward a second time, but the buffers have already been freed.", "twice-again"),
        (RANGE, "index out of range: Tried to access index 4 out of table with 3 rows.", "embedding-range"),
        (KINDS, "expected scalar type Double but found Float", "layer-dtype"),
        (NONE, "Found no NVIDIA driver on your system.", "device-none"),
        (NONE, "No CUDA GPUs are available", "device-none"),
    ],
)  # fmt: skip
def test_other_words_for_the_same(code, message, rule):
    failure = failed(code)
    as_it_is = explain(failure, code)
    other = explain(replace(failure, message=message), code)
    assert as_it_is is not None and other is not None
    assert other.rule == as_it_is.rule == rule
    assert other.first == as_it_is.first


def on(device: str, seen: Observation) -> Observation:
    return replace(seen, device=device)


def moved(failure: Failure, **devices: str) -> Failure:
    """The same failure with tensors of these names on other devices."""
    scene: Any = failure.scene
    operands = [replace(o, seen=on(devices[o.text], o.seen)) if o.text in devices else o for o in scene.operands]
    return replace(failure, scene=replace(scene, operands=tuple(operands)))


def test_two_tensors_on_two_devices():
    code = "x = torch.ones(3)\ny = torch.ones(2)\nz = x + y"
    message = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
    failure = replace(moved(failed(code), x="cuda:0"), type="RuntimeError", message=message)
    found = explain(failure, code)
    assert found is not None
    assert (found.rule, found.first) == ("device-two", "`x` is on cuda:0, and `y` is on cpu.")
    assert found.repairs[0].code == "z = x + y.to(x.device)"


def test_a_layer_on_one_device_and_its_input_on_another():
    code = "net = nn.Linear(2, 1)\nx = torch.ones(3, 2, dtype=torch.float64)\nnet(x)"
    failure = failed(code)
    scene: Any = failure.scene
    layer = replace(scene.layers[0], facts={**scene.layers[0].facts, "device": "cuda:0"})
    message = "Expected all tensors to be on the same device, but got mat1 is on cpu, different from cuda:0"
    found = explain(replace(failure, message=message, scene=replace(scene, layers=(layer,))), code)
    assert found is not None
    assert found.rule == "device-two"
    assert "cuda:0" in found.first and "`x` is on cpu" in found.first
    assert found.repairs[0].code == 'net(x.to("cuda:0"))'


def test_a_gpu_tells_late_that_a_label_was_out_of_range():
    code = "scores = torch.zeros(2, 3)\nloss = F.cross_entropy(scores, torch.tensor([1, 3]))"
    failure = replace(failed(code), type="AcceleratorError", message="CUDA error: device-side assert triggered")
    found = explain(failure, code)
    assert found is not None
    assert "classes" in found.text()


def test_arrays_are_read_from_the_cpu():
    code = "x = torch.ones(2, requires_grad=True)\nx.numpy()"
    message = "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy it first."
    failure = replace(moved(failed(code), x="cuda:0"), type="TypeError", message=message)
    found = explain(failure, code)
    assert found is not None
    assert (found.rule, found.repairs[0].code) == ("device-numpy", "x.cpu().numpy()")


@pytest.mark.parametrize(
    "code",
    [
        "raise KeyError('lr')",
        "def check(x):\n    if x.dim() != 2:\n        raise ValueError('size of tensor')\ncheck(torch.ones(3))",
        "assert torch.ones(2).sum() == 3",
    ],
)
def test_what_the_code_raises_by_itself_stays_in_its_own_words(code):
    assert explain(failed(code), code) is None
