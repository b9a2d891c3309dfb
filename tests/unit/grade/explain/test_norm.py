# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Normalisation."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.BatchNorm1d(5)(torch.zeros(4, 3))",
        "norm-features",
        "`torch.zeros(4, 3)` (4, 3) has 3 features in dimension 1, and `nn.BatchNorm1d(5)` was made for 5.",
        "nn.BatchNorm1d(3)(torch.zeros(4, 3))",
    ),
    (
        "nn.BatchNorm1d(3)(torch.zeros(1, 3))",
        "norm-alone",
        "`torch.zeros(1, 3)` (1, 3) gives `nn.BatchNorm1d(3)` one value per channel; one value has no spread.",
        "nn.BatchNorm1d(3).eval()(torch.zeros(1, 3))",
    ),
    (
        "nn.BatchNorm2d(3)(torch.zeros(4, 3))",
        "norm-rank",
        "`torch.zeros(4, 3)` (4, 3) has 2 dimensions, and `nn.BatchNorm2d(3)` takes (batch, channels, height, width).",
        "nn.BatchNorm1d(3)(torch.zeros(4, 3))",
    ),
    (
        "nn.LayerNorm(4)(torch.zeros(2, 4, 6))",
        "norm-last",
        "`torch.zeros(2, 4, 6)` (2, 4, 6) ends with 6, and `nn.LayerNorm(4)` normalises over 4.",
        "nn.LayerNorm(6)(torch.zeros(2, 4, 6))",
    ),
    (
        "net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(2), nn.ReLU())\nnet(torch.ones(3, 2))",
        "norm-features",
        "What arrives, (3, 4), has 4 features in dimension 1, and `net[1]` = `nn.BatchNorm1d(2)` was made for 2.",
        "net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU())",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 4)\n        self.bn = nn.BatchNorm1d(4)\n    def forward(self, x):\n        return self.bn(self.fc(x))\nnet = Net()\none = torch.ones(1, 2)\nnet(one)",
        "norm-alone",
        "`self.fc(x)` (1, 4) gives `self.bn` = `nn.BatchNorm1d(4)` one value per channel; one value has no spread.",
        "net.eval()",
    ),
    (
        "nn.GroupNorm(2, 4)(torch.ones(2, 6, 3))",
        "norm-features",
        "`torch.ones(2, 6, 3)` (2, 6, 3) has 6 channels in dimension 1, and `nn.GroupNorm(2, 4)` was made for 4.",
        "nn.GroupNorm(2, 6)(torch.ones(2, 6, 3))",
    ),
    (
        "F.layer_norm(torch.ones(2, 3, 5), (3,))",
        "norm-last",
        "`torch.ones(2, 3, 5)` (2, 3, 5) ends with 5, and F.layer_norm() normalises over 3.",
        "F.layer_norm(torch.ones(2, 3, 5), torch.ones(2, 3, 5).shape[-1:])",
    ),
    (
        "nn.BatchNorm1d(4)(torch.ones(2, 10, 4))",
        "norm-features",
        "`torch.ones(2, 10, 4)` (2, 10, 4) has 10 features in dimension 1, and `nn.BatchNorm1d(4)` was made for 4.",
        "nn.BatchNorm1d(4)(torch.ones(2, 10, 4).transpose(1, 2))",
    ),
    (
        "ds = torch.utils.data.TensorDataset(torch.randn(9, 2), torch.randn(9, 1))\nloader = torch.utils.data.DataLoader(ds, batch_size=4)\nnet = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))\nfor x, y in loader:\n    net(x)",
        "norm-alone",
        "What arrives, (1, 4), gives `net[1]` = `nn.BatchNorm1d(4)` one value per channel; one value has no spread.",
        "loader = torch.utils.data.DataLoader(ds, batch_size=4, drop_last=True)",
    ),
    (
        "nn.BatchNorm2d(3)(torch.ones(3, 8, 8))",
        "norm-rank",
        "`torch.ones(3, 8, 8)` (3, 8, 8) has 3 dimensions, and `nn.BatchNorm2d(3)` takes (batch, channels, height, width).",
        "nn.BatchNorm2d(3)(torch.ones(3, 8, 8).unsqueeze(0))",
    ),
    (
        "net = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(32), nn.ReLU())\nnet(torch.rand(2, 3, 8, 8))",
        "norm-features",
        "What arrives, (2, 16, 6, 6), has 16 features in dimension 1, and `net[1]` = `nn.BatchNorm2d(32)` was made for 32.",
        "net = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU())",
    ),
    (
        "net = nn.Sequential(nn.Linear(10, 20), nn.LayerNorm(10))\nnet(torch.rand(2, 10))",
        "norm-last",
        "What arrives, (2, 20), ends with 20, and `net[1]` = `nn.LayerNorm(10)` normalises over 10.",
        "net = nn.Sequential(nn.Linear(10, 20), nn.LayerNorm(20))",
    ),
    (
        "net = nn.Sequential(nn.Linear(10, 20), nn.BatchNorm1d(20), nn.Linear(20, 1))\nsample = torch.rand(1, 10)\nnet(sample)",
        "norm-alone",
        "What arrives, (1, 20), gives `net[1]` = `nn.BatchNorm1d(20)` one value per channel; one value has no spread.",
        "net.eval()",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.norm = nn.BatchNorm1d(16)\n    def forward(self, x):\n        return self.norm(x)\nNet()(torch.rand(4, 10, 16))",
        "norm-features",
        "`x` (4, 10, 16) has 10 features in dimension 1, and `self.norm` = `nn.BatchNorm1d(16)` was made for 16.",
        "return self.norm(x.transpose(1, 2))",
    ),
    (
        "bn = nn.BatchNorm2d(8)\nbn(torch.rand(4, 8))",
        "norm-rank",
        "`torch.rand(4, 8)` (4, 8) has 2 dimensions, and `bn` = `nn.BatchNorm2d(8)` takes (batch, channels, height, width).",
        "bn = nn.BatchNorm1d(8)",
    ),
    (
        "bn = nn.BatchNorm1d(4)\nbn(torch.rand(4))",
        "norm-rank",
        "`torch.rand(4)` (4,) has 1 dimension, and `bn` = `nn.BatchNorm1d(4)` takes (batch, features) or (batch, channels, length).",
        "",
    ),
    (
        "ln = nn.LayerNorm([3, 5])\nln(torch.rand(2, 5, 3))",
        "norm-last",
        "`torch.rand(2, 5, 3)` (2, 5, 3) ends with (5, 3), and `ln` = `nn.LayerNorm([3, 5])` normalises over (3, 5).",
        "ln = nn.LayerNorm((5, 3))",
    ),
    (
        "inorm = nn.InstanceNorm2d(3, affine=True)\ninorm(torch.rand(2, 4, 5, 5))",
        "norm-features",
        "`torch.rand(2, 4, 5, 5)` (2, 4, 5, 5) has 4 features in dimension 1, and `inorm` = `nn.InstanceNorm2d(3, affine=True)` was made for 3.",
        "inorm = nn.InstanceNorm2d(4, affine=True)",
    ),
    (
        "bn = nn.BatchNorm1d(4)\nopt = torch.optim.SGD(bn.parameters(), lr=.1)\nfor x in torch.rand(3, 1, 4):\n    loss = bn(x).sum()\n    loss.backward()\n    opt.step()",
        "norm-alone",
        "`x` (1, 4) gives `bn` = `nn.BatchNorm1d(4)` one value per channel; one value has no spread.",
        "",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
