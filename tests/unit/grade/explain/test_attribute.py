# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Attributes that are not there, and None."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1,1)\n    def forward(self, x): return self.fc2(x)\nN()(torch.ones(1,1))",
        "attribute-near",
        "`self`, a N, has no `fc2`; it has `fc`.",
        "def forward(self, x): return self.fc(x)",
    ),
    (
        "class N(nn.module):\n    pass",
        "attribute-near",
        "`nn` has no `module`; it has `Module`.",
        "class N(nn.Module):",
    ),
    (
        "torch.relu_(torch.zeros(2)).foo",
        "attribute-near",
        "`torch.relu_(torch.zeros(2))`, a Tensor, has no `foo`; it has `floor`.",
        "torch.relu_(torch.zeros(2)).floor",
    ),
    (
        "torch.optim.sgd(nn.Linear(1,1).parameters(), lr=0.1)",
        "attribute-near",
        "`torch.optim` has no `sgd`; it has `SGD`.",
        "torch.optim.SGD(nn.Linear(1,1).parameters(), lr=0.1)",
    ),
    (
        "torch.optim.adam(nn.Linear(1,1).parameters(), lr=0.1)",
        "attribute-near",
        "`torch.optim` has no `adam`; it has `Adam`.",
        "torch.optim.Adam(nn.Linear(1,1).parameters(), lr=0.1)",
    ),
    (
        "torch.optim.SGD(nn.Linear(1,1).parameters()).backward()",
        "attribute-backward",
        "`torch.optim.SGD(nn.Linear(1,1).parameters())` is a SGD; backward() is called on the loss, a tensor.",
        "",
    ),
    (
        "torch.optim.SGD(nn.Linear(1,1).parameters()).zero_grads()",
        "attribute-near",
        "`torch.optim.SGD(nn.Linear(1,1).parameters())`, a SGD, has no `zero_grads`; it has `zero_grad`.",
        "torch.optim.SGD(nn.Linear(1,1).parameters()).zero_grad()",
    ),
    (
        "m=nn.Linear(1,1)\nm.state_dict.keys()",
        "attribute-uncalled",
        "`m.state_dict` is a function that has not been called: `m.state_dict()`.",
        "m.state_dict().keys()",
    ),
    (
        "m=nn.Linear(1,1)\nm.parameters().shape",
        "attribute-generator",
        "`m.parameters()` gives its values one by one; it has no `shape` itself.",
        "[p.shape for p in m.parameters()]",
    ),
    (
        "m=nn.Linear(1,1)\nm.weight = torch.ones(1,1)",
        "attribute-parameter",
        "`weight` of `m` is a parameter, and `torch.ones(1,1)` is a plain tensor.",
        "m.weight = nn.Parameter(torch.ones(1,1))",
    ),
    (
        "m=nn.Linear(1,1)\nm.zero_grad\nm.backward()",
        "attribute-backward",
        "`m` is a Linear; backward() is called on the loss, a tensor.",
        "",
    ),
    (
        "x = torch.ones(2, 3)\nx.reshap(3, 2)",
        "attribute-near",
        "`x`, a Tensor, has no `reshap`; it has `reshape`.",
        "x.reshape(3, 2)",
    ),
    (
        "out = nn.LSTM(3, 4)(torch.ones(5, 2, 3))\nprint(out.shape)",
        "attribute-tuple",
        "`out` is a tuple of 2, and a tuple has no `shape`.",
        "print(out[0].shape)",
    ),
    (
        "a = [1, 2, 3]\na.shape",
        "attribute-list",
        "`a` is a Python list, and only a tensor has `shape`.",
        "torch.tensor(a).shape",
    ),
    (
        "loss = torch.tensor(3.).item()\nloss.item()",
        "attribute-number",
        "`loss` is a Python float, no tensor, and has no `item`.",
        "loss",
    ),
    (
        "a = np.ones(3)\na.unsqueeze(0)",
        "attribute-array",
        "`a` is a NumPy array, and `unsqueeze` is what tensors have.",
        "torch.from_numpy(a).unsqueeze(0)",
    ),
    (
        "m=nn.Linear(1,1)\nloss = m(torch.ones(1,1)).sum()\nm.backward()",
        "attribute-backward",
        "`m` is a Linear; backward() is called on the loss, a tensor.",
        "loss.backward()",
    ),
    (
        "x = torch.ones(2); x.Shape",
        "attribute-near",
        "`x`, a Tensor, has no `Shape`; it has `shape`.",
        "x = torch.ones(2); x.shape",
    ),
    (
        "class Tagger(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.gru = nn.GRU(8, 16)\n    def forward(self, x):\n        h = self.gru(x)\n        return h.mean(dim=1)\nTagger()(torch.randn(2, 5, 8))",
        "attribute-tuple",
        "`h` is a tuple of 2, and a tuple has no `mean`.",
        "return h[0].mean(dim=1)",
    ),
    (
        "x = torch.randn(3, requires_grad=True)\ny = (x ** 2).sum()\ng = torch.autograd.grad(y, x)\ng.norm()",
        "attribute-tuple",
        "`g` is a tuple of 1, and a tuple has no `norm`.",
        "g[0].norm()",
    ),
    (
        "model = nn.Linear(2, 1)\nx = torch.randn(5, 2)\nout = model.forward\nout.mean()",
        "attribute-uncalled",
        "`out` is a function that has not been called: `out()`.",
        "",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super(Net, self).__init__()\n        self.hidden = nn.Linear(4, 8)\n        self.output = nn.Linear(8, 3)\n    def forward(self, x):\n        x = F.relu(self.hiden(x))\n        return self.output(x)\nNet()(torch.randn(2, 4))",
        "attribute-near",
        "`self`, a Net, has no `hiden`; it has `hidden`.",
        "x = F.relu(self.hidden(x))",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        l = nn.Linear(2, 2)\n    def forward(self, x): return self.l(x)\nNet()(torch.rand(1, 2))",
        "attribute-self",
        "`self.l` is not there: line 4 binds `l` without `self.`.",
        "self.l = nn.Linear(2, 2)",
    ),
    (
        "def loss_fn(pred, target):\n    return ((pred - target) ** 2).mean()\nmodel = nn.Linear(1, 1)\nx = torch.rand(10, 1)\ny = 2 * x\nfor i in range(3):\n    loss = loss_fn(model(x), y)\n    loss.backwards()",
        "attribute-near",
        "`loss`, a Tensor, has no `backwards`; it has `backward`.",
        "loss.backward()",
    ),
    (
        "model = nn.Linear(1, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nopt.zero_gradient()",
        "attribute-near",
        "`opt`, a SGD, has no `zero_gradient`; it has `zero_grad`.",
        "opt.zero_grad()",
    ),
    (
        "model = nn.Linear(1, 1)\nmodel.paramters()",
        "attribute-near",
        "`model`, a Linear, has no `paramters`; it has `parameters`.",
        "model.parameters()",
    ),
    (
        "x = torch.rand(3, 4)\nx.means()",
        "attribute-near",
        "`x`, a Tensor, has no `means`; it has `mean`.",
        "x.mean()",
    ),
    (
        "x = torch.rand(3, 4)\nx.Size()",
        "attribute-near",
        "`x`, a Tensor, has no `Size`; it has `size`.",
        "x.size()",
    ),
    (
        "x = torch.rand(3, 4)\nprint(x.sahpe)",
        "attribute-near",
        "`x`, a Tensor, has no `sahpe`; it has `shape`.",
        "print(x.shape)",
    ),
    (
        "x = torch.rand(3, 4)\nx.unsqeeze(0)",
        "attribute-near",
        "`x`, a Tensor, has no `unsqeeze`; it has `unsqueeze`.",
        "x.unsqueeze(0)",
    ),
    (
        "x = torch.zeors(3)",
        "attribute-near",
        "`torch` has no `zeors`; it has `zeros`.",
        "x = torch.zeros(3)",
    ),
    (
        "x = torch.rnadn(3)",
        "attribute-near",
        "`torch` has no `rnadn`; it has `randn`.",
        "x = torch.randn(3)",
    ),
    (
        "x = torch.Tensor.ones(3)",
        "attribute",
        "`torch.Tensor` is a _TensorMeta and has no `ones`.",
        "",
    ),
    (
        "x = torch.tensr([1, 2])",
        "attribute-near",
        "`torch` has no `tensr`; it has `tensor`.",
        "x = torch.tensor([1, 2])",
    ),
    (
        "x = np.tensor([1, 2])",
        "attribute-near",
        "`np` makes arrays, `np.array`; tensors are made by torch.tensor.",
        "x = torch.tensor([1, 2])",
    ),
    (
        "x = torch.nn.functional.crossentropy(torch.rand(2, 3), torch.tensor([0, 1]))",
        "attribute-near",
        "`torch.nn.functional` has no `crossentropy`; it has `cross_entropy`.",
        "x = torch.nn.functional.cross_entropy(torch.rand(2, 3), torch.tensor([0, 1]))",
    ),
    (
        "l = nn.Conv2D(1, 2, 3)",
        "attribute-near",
        "`nn` has no `Conv2D`; it has `Conv2d`.",
        "l = nn.Conv2d(1, 2, 3)",
    ),
    (
        "l = nn.Relu()",
        "attribute-near",
        "`nn` has no `Relu`; it has `ReLU`.",
        "l = nn.ReLU()",
    ),
    (
        "l = nn.batchnorm1d(3)",
        "attribute-near",
        "`nn` has no `batchnorm1d`; it has `BatchNorm1d`.",
        "l = nn.BatchNorm1d(3)",
    ),
    (
        "l = nn.CrossEntropy()",
        "attribute-near",
        "`nn` has no `CrossEntropy`; it has `CrossEntropyLoss`.",
        "l = nn.CrossEntropyLoss()",
    ),
    (
        "opt = torch.optim.ADAM(nn.Linear(1, 1).parameters())",
        "attribute-near",
        "`torch.optim` has no `ADAM`; it has `Adam`.",
        "opt = torch.optim.Adam(nn.Linear(1, 1).parameters())",
    ),
    (
        "opt = torch.optim.Adm(nn.Linear(1, 1).parameters())",
        "attribute-near",
        "`torch.optim` has no `Adm`; it has `Adam`.",
        "opt = torch.optim.Adam(nn.Linear(1, 1).parameters())",
    ),
    (
        "def stats(x):\n    return x.mean(), x.std()\nr = stats(torch.rand(5))\nr.item()",
        "attribute-tuple",
        "`r` is a tuple of 2, and a tuple has no `item`.",
        "r[0].item()",
    ),
    (
        'cfg = {"lr": 0.1}\ncfg.lr',
        "attribute-key",
        "`cfg` is a dict; `lr` is one of its keys, not an attribute.",
        'cfg["lr"]',
    ),
    (
        "model = nn.Linear(2, 2)\ny = model.weight.data.numpy.sum()",
        "attribute-uncalled",
        "`model.weight.data.numpy` is a function that has not been called: `model.weight.data.numpy()`.",
        "y = model.weight.data.numpy().sum()",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        fc1 = nn.Linear(2, 2)\n    def forward(self, x):\n        return self.fc1(x)\nNet()(torch.rand(1, 2))",
        "attribute-self",
        "`self.fc1` is not there: line 4 binds `fc1` without `self.`.",
        "self.fc1 = nn.Linear(2, 2)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 2)\n    def forward(self, x):\n        return self.fc(x)\nnet = Net()\nnet.weight",
        "attribute-inner",
        "`net` has no `weight` itself; its layers have: `net.fc.weight`.",
        "net.fc.weight",
    ),
    (
        "net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))\nnet[1].weight",
        "attribute",
        "`net[1]` is a ReLU and has no `weight`.",
        "",
    ),
    (
        "net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))\nnet.fc1",
        "attribute",
        "`net` is a Sequential and has no `fc1`.",
        "",
    ),
    (
        "class N(nn.Module):\n    def forward(self, x): x * 2\nN()(torch.ones(1)).sum()",
        "none-return",
        "`N()(torch.ones(1))` is None: `forward` (line 2) has no return.",
        "def forward(self, x): return x * 2",
    ),
    (
        "xs = []\nys = xs.append(3)\nys.sort()",
        "none-in-place",
        "`ys` is None: `append()` on line 2 does its work and gives nothing back.",
        "xs.append(3); ys = xs",
    ),
    (
        "def f(x):\n    y = x * 2\nr = f(torch.ones(3))\nr.sum()",
        "none-return",
        "`r` is None: `f` (line 1) has no return.",
        "y = x * 2\nreturn y",
    ),
    (
        "def f(x):\n    y = x * 2\nr = f(torch.ones(3)) + 1",
        "none-return",
        "`f(torch.ones(3))` is None: `f` (line 1) has no return.",
        "y = x * 2\nreturn y",
    ),
    (
        "x = None\nx + 1",
        "none-value",
        "`x` is None here, and None can do nothing.",
        "",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self, hidden):\n        super().__init__()\n        self.l1 = nn.Linear(2, hidden)\n    def forward(self, x):\n        out = self.l1(x)\nnet = Net(4)\nloss = F.mse_loss(net(torch.ones(1, 2)), torch.ones(1, 4))",
        "none-return",
        "`net(torch.ones(1, 2))` is None: `forward` (line 5) has no return.",
        "out = self.l1(x)\nreturn out",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self, hidden):\n        super().__init__()\n        self.l1 = nn.Linear(2, hidden)\n    def forward(self, x):\n        print(self.l1(x).shape)\nnet = Net(4)\nout = net(torch.ones(1, 2))\ntorch.sigmoid(out)",
        "none-return",
        "`out` is None: `forward` (line 5) has no return.",
        "",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.l = nn.Linear(2, 2)\n    def forward(self, x):\n        x = self.l(x)\n        return\nNet()(torch.rand(1, 2)).sum()",
        "none-return",
        "`Net()(torch.rand(1, 2))` is None: `forward` (line 5) has a return without a value.",
        "return x",
    ),
    (
        "def stats(x):\n    m = x.mean()\n    s = x.std()\nm, s = stats(torch.rand(5))",
        "none-return",
        "`stats(torch.rand(5))` is None: `stats` (line 1) has no return.",
        "",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
