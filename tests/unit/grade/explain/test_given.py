# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""What a layer or a function is given in place of a tensor it can compute with."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "x = torch.arange(6).reshape(2, 3)\nnet = nn.Sequential(nn.Linear(3, 2), nn.ReLU())\nnet(x)",
        "layer-dtype",
        "`x` is int64, and `net[0]` = `nn.Linear(3, 2)` computes in float32.",
        "net(x.float())",
    ),
    (
        "nn.Linear(2, 1)(torch.tensor(np.zeros((1, 2))))",
        "layer-dtype",
        "`torch.tensor(np.zeros((1, 2)))` is float64, and `nn.Linear(2, 1)` computes in float32.",
        "nn.Linear(2, 1)(torch.tensor(np.zeros((1, 2))).float())",
    ),
    (
        "nn.Linear(2, 1)(torch.tensor([[1, 2]]))",
        "layer-dtype",
        "`torch.tensor([[1, 2]])` is int64, and `nn.Linear(2, 1)` computes in float32.",
        "nn.Linear(2, 1)(torch.tensor([[1, 2]]).float())",
    ),
    (
        "nn.Sequential(nn.LSTM(3, 4), nn.Linear(4, 1))(torch.zeros(5, 2, 3))",
        "layer-tuple",
        "entry [1] of the Sequential (`nn.Linear(4, 1)`) gets a tuple of 2, no tensor; it comes from `nn.LSTM(3, 4)`.",
        "class Output(nn.Module):\n    def forward(self, pair):\n        return pair[0]\n... Output(), nn.Linear(4, 1) ...",
    ),
    (
        "nn.Linear(1, 1)(nn.Tanh())",
        "layer-module",
        "`nn.Linear(1, 1)` takes a tensor, and `nn.Tanh()` is a module: the layer itself, not its result.",
        "nn.Sequential(nn.Tanh(), nn.Linear(1, 1))",
    ),
    (
        "lstm = nn.LSTM(3, 4)\nfc = nn.Linear(4, 1)\nout = lstm(torch.zeros(5, 2, 3))\nfc(out)",
        "layer-tuple",
        "`fc` = `nn.Linear(4, 1)` gets `out`, a tuple of 2, no tensor; it comes from `nn.LSTM(3, 4)`.",
        "fc(out[0])",
    ),
    (
        "nn.Linear(2, 1)(np.ones((3, 2)))",
        "layer-no-tensor",
        "`nn.Linear(2, 1)` takes a tensor, and `np.ones((3, 2))` is a ndarray.",
        "nn.Linear(2, 1)(torch.from_numpy(np.ones((3, 2))).float())",
    ),
    (
        "nn.Linear(2, 1)([1., 2.])",
        "layer-no-tensor",
        "`nn.Linear(2, 1)` takes a tensor, and `[1., 2.]` is a list.",
        "nn.Linear(2, 1)(torch.tensor([1., 2.], dtype=torch.float32))",
    ),
    (
        "nn.LSTM(3,4)(torch.ones(2,5,3,dtype=torch.float64))",
        "layer-dtype",
        "`torch.ones(2,5,3,dtype=torch.float64)` is float64, and `nn.LSTM(3,4)` computes in float32.",
        "nn.LSTM(3,4)(torch.ones(2,5,3,dtype=torch.float64).float())",
    ),
    (
        "nn.Conv2d(3,4,3)(torch.ones(2,3,8,8,dtype=torch.uint8))",
        "layer-dtype",
        "`torch.ones(2,3,8,8,dtype=torch.uint8)` is uint8, and `nn.Conv2d(3,4,3)` computes in float32.",
        "nn.Conv2d(3,4,3)(torch.ones(2,3,8,8,dtype=torch.uint8).float())",
    ),
    (
        "nn.BatchNorm1d(3)(torch.ones(2,3,dtype=torch.int64))",
        "layer-dtype",
        "`torch.ones(2,3,dtype=torch.int64)` is int64, and `nn.BatchNorm1d(3)` computes in float32.",
        "nn.BatchNorm1d(3)(torch.ones(2,3,dtype=torch.int64).float())",
    ),
    (
        "nn.LayerNorm(3)(torch.ones(2,3,dtype=torch.int64))",
        "layer-dtype",
        "`torch.ones(2,3,dtype=torch.int64)` is int64, and `nn.LayerNorm(3)` computes in float32.",
        "nn.LayerNorm(3)(torch.ones(2,3,dtype=torch.int64).float())",
    ),
    (
        "nn.MultiheadAttention(4,2)(*[torch.ones(2,3,4,dtype=torch.float64)]*3)",
        "layer-dtype",
        "What comes to it is float64, and `nn.MultiheadAttention(4,2)` computes in float32.",
        "nn.MultiheadAttention(4,2).double()(*[torch.ones(2,3,4,dtype=torch.float64)]*3)",
    ),
    (
        "nn.Softmax(dim=0)(torch.arange(3))",
        "layer-dtype",
        "`torch.arange(3)` is int64, and `nn.Softmax(dim=0)` computes in float32.",
        "nn.Softmax(dim=0)(torch.arange(3).float())",
    ),
    (
        "nn.Linear(1,1).double()(torch.ones(1,1))",
        "layer-dtype",
        "`torch.ones(1,1)` is float32, and `nn.Linear(1,1).double()` = `nn.Linear(1,1)` computes in float64.",
        "nn.Linear(1,1).double()(torch.ones(1,1).double())",
    ),
    (
        "def predict(model, row):\n    return model(row)\nnet = nn.Linear(3, 1)\npredict(net, torch.tensor([1, 2, 3]))",
        "layer-dtype",
        "`row` is int64, and `model` = `nn.Linear(3, 1)` computes in float32.",
        "return model(row.float())",
    ),
    (
        "data = np.random.rand(10, 4)\nlabels = np.random.randint(0, 2, 10)\nX = torch.from_numpy(data)\ny = torch.from_numpy(labels)\nmodel = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))\nout = model(X)",
        "layer-dtype",
        "`X` is float64, and `model[0]` = `nn.Linear(4, 8)` computes in float32.",
        "out = model(X.float())",
    ),
    (
        "class Tagger(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.lstm = nn.LSTM(8, 16, batch_first=True)\n        self.out = nn.Linear(16, 3)\n    def forward(self, x):\n        h = self.lstm(x)\n        return self.out(h)\nTagger()(torch.randn(2, 5, 8))",
        "layer-tuple",
        "`self.out` = `nn.Linear(16, 3)` gets `h`, a tuple of 2, no tensor; it comes from `nn.LSTM(8, 16, batch_first=True)`.",
        "return self.out(h[0])",
    ),
    (
        "attn = nn.MultiheadAttention(8, 2, batch_first=True)\nx = torch.randn(2, 5, 8)\ny = attn(x, x, x)\nF.relu(y)",
        "pair-whole",
        "`y` is a tuple of 2, and `F.relu` takes a tensor.",
        "F.relu(y[0])",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = told(code)
    assert found is not None
    assert (found.rule, found.first) == (rule, first)
    assert [r.code for r in found.repairs[:1]] == ([repair] if repair else [])
