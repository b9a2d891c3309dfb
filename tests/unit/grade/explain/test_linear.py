# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Linear layers: sizes that do not meet, layers that do not chain, what was not flattened."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.Linear(3, 2)(torch.zeros(4, 5, 6))",
        "linear-features",
        "`torch.zeros(4, 5, 6)` (4, 5, 6) has 6 features, and `nn.Linear(3, 2)` takes 3.",
        "nn.Linear(6, 2)(torch.zeros(4, 5, 6))",
    ),
    (
        "nn.Linear(3, 2)(torch.zeros(4))",
        "linear-features",
        "`torch.zeros(4)` (4,) has 4 features, and `nn.Linear(3, 2)` takes 3.",
        "nn.Linear(4, 2)(torch.zeros(4))",
    ),
    (
        "nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1))(torch.zeros(1, 2))",
        "linear-features",
        "Entry [1] of the Sequential (`nn.Linear(2, 1)`) gets (1, 3): 3 features, and it takes 2.",
        "nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))(torch.zeros(1, 2))",
    ),
    (
        "nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(2 * 6 * 6, 4))(torch.zeros(5, 1, 8, 8))",
        "linear-flatten",
        "Entry [1] of the Sequential (`nn.Linear(2 * 6 * 6, 4)`) gets (5, 2, 6, 6); it is not flattened.",
        "nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 6 * 6, 4))(torch.zeros(5, 1, 8, 8))",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(1, 4, 3)\n        self.fc1 = nn.Linear(4 * 6 * 6, 10)\n        self.fc2 = nn.Linear(8, 2)\n    def forward(self, x):\n        x = F.relu(self.conv(x))\n        x = F.relu(self.fc1(x))\n        return self.fc2(x)\nnet = Net()\nnet(torch.zeros(7, 1, 8, 8))",
        "linear-flatten",
        "`self.fc1` = `nn.Linear(4 * 6 * 6, 10)` gets `x` (7, 4, 6, 6); it is not flattened.",
        "x = F.relu(self.fc1(x.flatten(1)))",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self, hidden=16):\n        super().__init__()\n        self.fc1 = nn.Linear(4, hidden)\n        self.fc2 = nn.Linear(8, 2)\n    def forward(self, x):\n        x = F.relu(self.fc1(x))\n        return self.fc2(x)\nnet = Net()\nnet(torch.zeros(7, 4))",
        "linear-features",
        "`x` (7, 16) has 16 features, and `self.fc2` = `nn.Linear(8, 2)` takes 8.",
        "self.fc2 = nn.Linear(hidden, 2)",
    ),
    (
        "model = nn.Linear(1, 1)\nx = torch.linspace(0, 1, 20)\nmodel(x)",
        "linear-column",
        "`x` (20,) is one example with 20 features to `model` = `nn.Linear(1, 1)`, which takes 1.",
        "model(x.unsqueeze(1))",
    ),
    (
        "model = nn.Sequential(nn.Linear(784, 10), nn.ReLU())\nimgs = torch.rand(8, 28, 28)\nmodel(imgs)",
        "linear-flatten",
        "`model[0]` = `nn.Linear(784, 10)` gets `imgs` (8, 28, 28); it is not flattened.",
        "model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.ReLU())",
    ),
    (
        "F.linear(torch.ones(3, 4), torch.ones(4, 2))",
        "linear-features",
        "`torch.ones(3, 4)` (3, 4) has 4 features, and the weight `torch.ones(4, 2)` (4, 2) takes 2.",
        "F.linear(torch.ones(3, 4), torch.ones(4, 2).T)",
    ),
    (
        "nn.Bilinear(2,3,4)(torch.ones(1,2),torch.ones(1,4))",
        "bilinear-features",
        "`torch.ones(1,4)` (1, 4) has 4 features, and `nn.Bilinear(2,3,4)` takes 3 for its input 2.",
        "nn.Bilinear(2,4,4)(torch.ones(1,2),torch.ones(1,4))",
    ),
    (
        "class Encoder(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n        self.body = nn.Sequential(nn.Linear(d, 32), nn.ReLU(), nn.Linear(16, 8))\n    def forward(self, x):\n        return self.body(x)\nclass Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.enc = Encoder(10)\n        self.head = nn.Linear(8, 2)\n    def forward(self, batch):\n        z = self.enc(batch)\n        return self.head(z)\nmodel = Model()\ndef train_step(batch):\n    return model(batch).sum()\nfor step in range(2):\n    train_step(torch.randn(4, 10))",
        "linear-features",
        "`self.body[2]` = `nn.Linear(16, 8)` gets (4, 32): 32 features, and it takes 16.",
        "self.body = nn.Sequential(nn.Linear(d, 32), nn.ReLU(), nn.Linear(32, 8))",
    ),
    (
        "class CNN(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.features = nn.Sequential(\n            nn.Conv2d(3, 16, 3, padding=1),\n            nn.ReLU(),\n            nn.MaxPool2d(2),\n            nn.Conv2d(16, 32, 3, padding=1),\n            nn.ReLU(),\n            nn.MaxPool2d(2),\n        )\n        self.classifier = nn.Linear(32 * 8 * 8, 10)\n    def forward(self, x):\n        x = self.features(x)\n        x = self.classifier(x)\n        return x\nCNN()(torch.randn(2, 3, 32, 32))",
        "linear-flatten",
        "`self.classifier` = `nn.Linear(32 * 8 * 8, 10)` gets `x` (2, 32, 8, 8); it is not flattened.",
        "x = self.classifier(x.flatten(1))",
    ),
    (
        "class CNN(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(1, 6, 5)\n        self.fc = nn.Linear(400, 10)\n    def forward(self, x):\n        x = F.max_pool2d(F.relu(self.conv(x)), 2)\n        x = x.view(x.size(0), -1)\n        return self.fc(x)\nCNN()(torch.randn(2, 1, 28, 28))",
        "linear-features",
        "`x` (2, 864) has 864 features, and `self.fc` = `nn.Linear(400, 10)` takes 400.",
        "self.fc = nn.Linear(864, 10)",
    ),
    (
        "layers = nn.ModuleList([nn.Linear(4, 8), nn.Linear(6, 2)])\nx = torch.randn(3, 4)\nfor layer in layers:\n    x = layer(x)",
        "linear-features",
        "`x` (3, 8) has 8 features, and `layer` = `nn.Linear(6, 2)` takes 6.",
        "layers = nn.ModuleList([nn.Linear(4, 8), nn.Linear(8, 2)])",
    ),
    (
        "mlp = nn.Sequential(\n    nn.Flatten(),\n    nn.Linear(28 * 28, 128),\n    nn.ReLU(),\n    nn.Linear(64, 10),\n)\nimages = torch.rand(16, 1, 28, 28)\nscores = mlp(images)",
        "linear-features",
        "`mlp[3]` = `nn.Linear(64, 10)` gets (16, 128): 128 features, and it takes 64.",
        "nn.Linear(128, 10),",
    ),
    (
        "x = torch.randn(8, 5)\nweight = torch.randn(5, 3)\nbias = torch.randn(3)\nF.linear(x, weight, bias)",
        "linear-features",
        "`x` (8, 5) has 5 features, and the weight `weight` (5, 3) takes 3.",
        "F.linear(x, weight.T, bias)",
    ),
    (
        "x = torch.linspace(0, 1, 50)\nnet = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))\ny = net(x)",
        "linear-column",
        "`x` (50,) is one example with 50 features to `net[0]` = `nn.Linear(1, 16)`, which takes 1.",
        "y = net(x.unsqueeze(1))",
    ),
    (
        "bil = nn.Bilinear(4, 5, 2)\nbil(torch.randn(3, 5), torch.randn(3, 4))",
        "bilinear-features",
        "`torch.randn(3, 5)` (3, 5) has 5 features, and `bil` = `nn.Bilinear(4, 5, 2)` takes 4 for its input 1.",
        "bil(torch.randn(3, 4), torch.randn(3, 5))",
    ),
    (
        "x = torch.randn(5, 3, 4)\nfc = nn.Linear(12, 2)\nfc(x)",
        "linear-flatten",
        "`fc` = `nn.Linear(12, 2)` gets `x` (5, 3, 4); it is not flattened.",
        "fc(x.flatten(1))",
    ),
    (
        "x = torch.randn(28, 28)\nfc = nn.Linear(784, 10)\nfc(x)",
        "linear-flatten",
        "`fc` = `nn.Linear(784, 10)` gets `x` (28, 28); it is not flattened.",
        "fc(x.flatten())",
    ),
    (
        "x = torch.randn(3, 64)\nlayers = [nn.Linear(64, 32), nn.Linear(16, 8)]\nh = x\nfor f in layers:\n    h = torch.relu(f(h))",
        "linear-features",
        "`h` (3, 32) has 32 features, and `f` = `nn.Linear(16, 8)` takes 16.",
        "layers = [nn.Linear(64, 32), nn.Linear(32, 8)]",
    ),
    (
        "fc = nn.Linear(5, 2)\nbatch = torch.stack([torch.randn(4) for _ in range(3)])\nout = [fc(row) for row in batch]",
        "linear-features",
        "`row` (4,) has 4 features, and `fc` = `nn.Linear(5, 2)` takes 5.",
        "fc = nn.Linear(4, 2)",
    ),
    (
        "emb = nn.Embedding(20, 8)\nfc = nn.Linear(16, 3)\nids = torch.randint(0, 20, (4, 6))\nfc(emb(ids).mean(dim=1))",
        "linear-features",
        "`emb(ids).mean(dim=1)` (4, 8) has 8 features, and `fc` = `nn.Linear(16, 3)` takes 16.",
        "fc = nn.Linear(8, 3)",
    ),
    (
        "class Auto(nn.Module):\n    def __init__(self, dims):\n        super().__init__()\n        self.enc = nn.Linear(dims, 10)\n        self.dec = nn.Linear(12, dims)\n    def forward(self, x):\n        return self.dec(torch.relu(self.enc(x)))\nAuto(6)(torch.rand(2, 6))",
        "linear-features",
        "`torch.relu(self.enc(x))` (2, 10) has 10 features, and `self.dec` = `nn.Linear(12, dims)` takes 12.",
        "self.dec = nn.Linear(10, dims)",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
