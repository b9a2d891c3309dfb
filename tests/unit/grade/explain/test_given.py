# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""What a layer or a function is given in place of a tensor it can compute with."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

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
        "Entry [1] of the Sequential (`nn.Linear(4, 1)`) gets a tuple of 2, no tensor; it comes from `nn.LSTM(3, 4)`.",
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
        "model = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))\nx = torch.randint(0, 5, (2, 4))\nmodel(x)",
        "layer-dtype",
        "`x` is int64, and `model[0]` = `nn.Linear(4, 3)` computes in float32.",
        "model(x.float())",
    ),
    (
        "conv = nn.Conv2d(1, 4, 3)\nimg = np.random.rand(1, 1, 8, 8)\nconv(torch.tensor(img))",
        "layer-dtype",
        "`torch.tensor(img)` is float64, and `conv` = `nn.Conv2d(1, 4, 3)` computes in float32.",
        "conv(torch.tensor(img).float())",
    ),
    (
        "conv = nn.Conv2d(3, 4, 3)\nimg = torch.randint(0, 256, (1, 3, 8, 8), dtype=torch.uint8)\nconv(img)",
        "layer-dtype",
        "`img` is uint8, and `conv` = `nn.Conv2d(3, 4, 3)` computes in float32.",
        "conv(img.float())",
    ),
    (
        "crit = nn.CrossEntropyLoss()\nout = nn.LSTM(4, 3, batch_first=True)(torch.rand(2, 5, 4))\ncrit(out, torch.zeros(2, 5).long())",
        "layer-tuple",
        "`crit` = `nn.CrossEntropyLoss()` gets `out`, a tuple of 2, no tensor; it comes from `nn.LSTM(4, 3, batch_first=True)`.",
        "",
    ),
    (
        "model = nn.Sequential(nn.Embedding(10, 4), nn.LSTM(4, 6, batch_first=True), nn.Linear(6, 2))\nmodel(torch.randint(0, 10, (2, 5)))",
        "layer-tuple",
        "`model[2]` = `nn.Linear(6, 2)` gets a tuple of 2, no tensor; it comes from `nn.LSTM(4, 6, batch_first=True)`.",
        "class Output(nn.Module):\n    def forward(self, pair):\n        return pair[0]\n... Output(), nn.Linear(6, 2) ...",
    ),
    (
        "model = nn.Sequential(nn.LSTM(4, 6), nn.ReLU())\nmodel(torch.rand(2, 5, 4))",
        "layer-tuple",
        "`model[1]` = `nn.ReLU()` gets a tuple of 2, no tensor; it comes from `nn.LSTM(4, 6)`.",
        "class Output(nn.Module):\n    def forward(self, pair):\n        return pair[0]\n... Output(), nn.ReLU() ...",
    ),
    (
        "lstm = nn.LSTM(4, 6)\ndrop = nn.Dropout(0.1)\ndrop(lstm(torch.rand(2, 5, 4)))",
        "layer-tuple",
        "`drop` = `nn.Dropout(0.1)` gets `lstm(torch.rand(2, 5, 4))`, a tuple of 2, no tensor; it comes from `nn.LSTM(4, 6)`.",
        "drop(lstm(torch.rand(2, 5, 4))[0])",
    ),
    (
        "nn.Embedding(4, 2, padding_idx=7)",
        "setting-padding",
        "padding_idx `7` is no row of a table of 4: 0 to 3.",
        "nn.Embedding(4, 2, padding_idx=0)",
    ),
    (
        "nn.Sequential(nn.Linear(1,1), nn.Softmax(dim=5))(torch.ones(1,1))",
        "setting-dim",
        "Entry [1] of the Sequential (`nn.Softmax(dim=5)`) works on dimension 5, and `torch.ones(1,1)` (1, 1) has dimensions 0 to 1.",
        "nn.Sequential(nn.Linear(1,1), nn.Softmax(dim=-1))(torch.ones(1,1))",
    ),
    (
        "nn.Flatten()(torch.ones(3))",
        "setting-dim",
        "`nn.Flatten()` works on dimension 1, and `torch.ones(3)` (3,) has dimension 0 only.",
        "nn.Flatten()(torch.ones(3).unsqueeze(0))",
    ),
    (
        "nn.Dropout(5)",
        "setting-probability",
        "`5` is no probability: dropout takes the share of numbers it sets to 0, from 0 to 1.",
        "nn.Dropout(0.05)",
    ),
    (
        "nn.GroupNorm(3, 8)",
        "setting-groups",
        "GroupNorm cannot split 8 channels evenly into 3 groups.",
        "nn.GroupNorm(2, 8)",
    ),
    (
        "drop = nn.Dropout(1.5)",
        "setting-probability",
        "`1.5` is no probability: dropout takes the share of numbers it sets to 0, from 0 to 1.",
        "",
    ),
    (
        "nn.Flatten()(torch.rand(6))",
        "setting-dim",
        "`nn.Flatten()` works on dimension 1, and `torch.rand(6)` (6,) has dimension 0 only.",
        "nn.Flatten()(torch.rand(6).unsqueeze(0))",
    ),
    (
        "nn.Sequential(nn.Linear(3, 2), nn.Softmax(dim=2))(torch.rand(4, 3))",
        "setting-dim",
        "Entry [1] of the Sequential (`nn.Softmax(dim=2)`) works on dimension 2, and (4, 2) has dimensions 0 to 1.",
        "nn.Sequential(nn.Linear(3, 2), nn.Softmax(dim=-1))(torch.rand(4, 3))",
    ),
    (
        'F.mse_loss(torch.rand(4), torch.rand(4), reduction="avg")',
        "setting-reduction",
        "`avg` is no reduction; there are mean, sum and none.",
        'F.mse_loss(torch.rand(4), torch.rand(4), reduction="mean")',
    ),
    (
        'loss = nn.MSELoss(reduction="average")\nloss(torch.rand(3), torch.rand(3))',
        "setting-reduction",
        "`average` is no reduction; there are mean, sum and none.",
        'loss = nn.MSELoss(reduction="mean")',
    ),
    (
        "F.dropout(torch.rand(3), p=2)",
        "setting-probability",
        "`2` is no probability: dropout takes the share of numbers it sets to 0, from 0 to 1.",
        "",
    ),
    (
        "attn = nn.MultiheadAttention(8, 2, batch_first=True)\nx = torch.randn(2, 5, 8)\ny = attn(x, x, x)\nF.relu(y)",
        "pair-whole",
        "`y` is a tuple of 2, and `F.relu` takes a tensor.",
        "F.relu(y[0])",
    ),
    (
        "class Auto(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.enc = nn.Linear(10, 3)\n        self.dec = nn.Linear(3, 10)\n    def forward(self, x):\n        return self.dec(self.enc)\nAuto()(torch.randn(2, 10))",
        "layer-module",
        "`self.dec` = `nn.Linear(3, 10)` takes a tensor, and `self.enc` is a module: the layer itself, not its result.",
        "return self.dec(self.enc(x))",
    ),
    (
        "act = nn.ReLU()\nproj = nn.Linear(6, 4)\nsignals = torch.randn(3, 6)\nhidden = act(proj)\nhidden.sum()",
        "layer-module",
        "`act` = `nn.ReLU()` takes a tensor, and `proj` is a module: the layer itself, not its result.",
        "hidden = act(proj(signals))",
    ),
    (
        "drop = nn.Dropout(0.5)\nfc = nn.Linear(3, 3)\nx = torch.randn(2, 3)\ny = torch.relu(fc)",
        "layer-module",
        "torch.relu() takes a tensor, and `fc` is a module, a Linear.",
        "y = torch.relu(fc(x))",
    ),
    (
        "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(3, 3)\n        self.b = nn.Linear(3, 1)\n    def forward(self, x):\n        h = F.relu(self.a)\n        return self.b(h)\nModel()(torch.randn(2, 3))",
        "layer-module",
        "F.relu() takes a tensor, and `self.a` is a module, a Linear.",
        "h = F.relu(self.a(x))",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
