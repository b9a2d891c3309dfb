"""What a scene tells of names alike and parameters, and of tensors and layers out of the ordinary."""

from __future__ import annotations

import pytest

from tests.unit.sandbox.test_scene import seen

OWN = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.first = nn.Linear(2, 3)\n"
    "        self.last = nn.Sequential(nn.Linear(4, 1))\n    def forward(self, x, scale=1):\n        return {}\n"
    "net = nn.Sequential(Net())\n"
)


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("torch.ones(2).reshap(2)", "reshape"),
        ("torch.ones(99, 99).reshap(2)", "reshape"),
        ("torch.arrange(3)", "arange"),
        ("[1].apend(2)", "append"),
        (OWN.format("self.frist(x)") + "net(torch.ones(1, 2))", "first"),
    ],
)
def test_attributes_that_are_alike(code, known):
    assert seen(code).known[0] == known


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("torch.optim.SGD([torch.ones(1)], rate=1)", "lr"),
        ("def f(a, b): return a\nf(1)", "b"),
        (OWN.format("x") + "Net()(torch.ones(1, 2), factor=2)", "scale"),
    ],
)
def test_parameters_of_what_was_called(code, known):
    scene = seen(code)
    assert known in scene.known and "self" not in scene.known


def test_nothing_of_the_learners_runs_to_find_names():
    code = (
        "class Odd:\n    def __dir__(self): 1 / 0\n"
        "    def __getattr__(self, name): raise AttributeError(name)\nodd = Odd()\nodd.weight"
    )
    assert seen(code).known == ()


def test_which_layers_lie_around_the_code_that_failed():
    scene = seen(OWN.format("self.last(self.first(x))") + "net(torch.ones(1, 2))")
    assert [layer.path for layer in scene.layers] == ["", "0", "last", "0"]
    assert scene.above == 2
    assert seen("nn.Sequential(nn.Linear(2, 1))(torch.ones(3))").above == 0


def test_the_ends_of_what_is_too_much_to_tell():
    scene = seen("t = torch.arange(3, 500)\nnn.Embedding(4, 2)(t)")
    assert scene.operands[1].facts == {"least": 3, "most": 499}
    assert seen("nn.Embedding(4, 2)(torch.arange(9))").operands[1].facts == {}


def test_a_layer_of_another_dtype_says_so():
    assert seen("nn.Linear(2, 1).double()(torch.ones(1, 2))").layers[0].facts["dtype"] == "float64"
    assert seen("nn.Linear(2, 1, device='meta').nope").operands[0].facts["device"] == "meta"
