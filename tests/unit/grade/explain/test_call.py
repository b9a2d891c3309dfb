# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Calls that do not fit."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.Linear(4)",
        "call-missing",
        "`nn.Linear` needs `out_features` as well.",
        "",
    ),
    (
        "nn.Linear(2,3)(torch.ones(2), torch.ones(3))",
        "call-many",
        "`nn.Linear(2,3)` takes 1 argument, and 2 are given.",
        "",
    ),
    (
        "nn.Linear(2,3)()",
        "call-missing",
        "`nn.Linear(2,3)` needs `input` as well: what it is called with goes to forward.",
        "",
    ),
    (
        "nn.MSELoss()(torch.zeros(3))",
        "call-missing",
        "`nn.MSELoss()` needs `target` as well: what it is called with goes to forward.",
        "",
    ),
    (
        "o=torch.optim.SGD(nn.Linear(1,1).parameters(), lr=1)\ntorch.optim.lr_scheduler.StepLR(o)",
        "call-missing",
        "`torch.optim.lr_scheduler.StepLR` needs `step_size` as well.",
        "",
    ),
    (
        "o=torch.optim.SGD(nn.Linear(1,1).parameters(), lr=1)\ntorch.optim.lr_scheduler.ReduceLROnPlateau(o).step()",
        "call-missing",
        "`step` needs `metrics` as well.",
        "",
    ),
    (
        "o=torch.optim.SGD(nn.Linear(1,1).parameters(), lr=1)\ntorch.optim.lr_scheduler.CosineAnnealingLR(o)",
        "call-missing",
        "`torch.optim.lr_scheduler.CosineAnnealingLR` needs `T_max` as well.",
        "",
    ),
    (
        "nn.Linear(2, 1).load_state_dict()",
        "call-missing",
        "`load_state_dict` needs `state_dict` as well.",
        "",
    ),
    (
        "o=torch.optim.SGD(nn.Linear(1,1).parameters(), lr=1)\ns = torch.optim.lr_scheduler.ReduceLROnPlateau(o)\nloss = torch.tensor(1.)\ns.step()",
        "call-missing",
        "`step` needs `metrics` as well.",
        "s.step(loss)",
    ),
    (
        "x = torch.ones(3)\nx(0)",
        "call-value",
        "`x` is a Tensor, which cannot be called.",
        "x[0]",
    ),
    (
        "x = torch.ones(3, 2)\nx.T()",
        "call-property",
        "`x.T` is a value, no function: it is read without parentheses.",
        "x.T",
    ),
    (
        "x = torch.ones(3, 2)\nx.shape()",
        "call-property",
        "`x.shape` is a value, no function: it is read without parentheses.",
        "x.shape",
    ),
    (
        "2(3 + 4)",
        "call-value",
        "`2` is an int, which cannot be called.",
        "2 * (3 + 4)",
    ),
    (
        "sum = 0\nfor i in range(3): sum += i\nsum([1, 2])",
        "call-shadowed",
        "`sum` is an int here: line 1 hides Python's own `sum`.",
        "sum_ = 0\nfor i in range(3): sum_ += i",
    ),
    (
        "loss_fn = F.mse_loss(torch.ones(2), torch.ones(2))\nloss_fn(torch.ones(2), torch.ones(2))",
        "call-value",
        "`loss_fn` is a Tensor, which cannot be called.",
        "loss_fn = F.mse_loss",
    ),
    (
        "xs = [1, 2]\nxs(0)",
        "call-value",
        "`xs` is a list, which cannot be called.",
        "xs[0]",
    ),
    (
        "import math\nmath(3)",
        "call-value",
        "`math` is a module, which cannot be called.",
        "",
    ),
    (
        "class A:\n    def __init__(self, a): self.a = a\nA()",
        "call-missing",
        "`A` needs `a` as well.",
        "",
    ),
    (
        "class A:\n    def go(self): return 1\nA.go()",
        "call-class",
        "`A` is a class; `go` is called on an object made from it, `A()`.",
        "A().go()",
    ),
    (
        "nn.Linear(4, 5, units=3)",
        "call-keyword",
        "`Linear` has no argument `units`; it has `out_features`.",
        "",
    ),
    (
        "nn.Conv2d(3, 4, kernel=3)",
        "call-keyword",
        "`Conv2d` has no argument `kernel`; it has `kernel_size`.",
        "nn.Conv2d(3, 4, kernel_size=3)",
    ),
    (
        "nn.LSTM(3, hidden_dim=4)",
        "call-keyword",
        "`LSTM` has no argument `hidden_dim`; it has `hidden_size`.",
        "nn.LSTM(3, hidden_size=4)",
    ),
    (
        "model = nn.Linear(2, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nsch = torch.optim.lr_scheduler.StepLR(opt, step=3)",
        "call-keyword",
        "`StepLR` has no argument `step`; it has `step_size`.",
        "sch = torch.optim.lr_scheduler.StepLR(opt, step_size=3)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = [nn.Linear(2, 4), nn.Linear(4, 1)]\n        self.out = nn.Linear(2, 1)\n    def forward(self, x):\n        return self.layers(x)\nNet()(torch.rand(1, 2))",
        "call-layers",
        "`self.layers` is a Python list of layers, which cannot be called itself.",
        "self.layers = nn.Sequential(*[nn.Linear(2, 4), nn.Linear(4, 1)])",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self, a, b):\n        super().__init__()\n        self.l = nn.Linear(a, b)\n    def forward(self, x): return self.l(x)\nNet(3)",
        "call-missing",
        "`Net` needs `b` as well.",
        "",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.l = nn.Linear(2, 2)\n    def forward(self, x, mask): return self.l(x) * mask\nNet()(torch.rand(1, 2))",
        "call-missing",
        "`Net()` needs `mask` as well: what it is called with goes to forward.",
        "",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.l = nn.Linear\n    def forward(self, x):\n        return self.l(x)\nNet()(torch.rand(1, 2))",
        "call-missing",
        "`l` needs `out_features` as well.",
        "",
    ),
    (
        "x = torch.float([1, 2])",
        "call-value",
        "`torch.float` is a dtype, which cannot be called.",
        "x = torch.tensor([1, 2], dtype=torch.float)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self, n_in, n_out):\n        super().__init__()\n        self.fc = nn.Linear(n_in, n_out)\n    def forward(self, x):\n        return self.fc(x)\nnet = Net(n_in=3)",
        "call-missing",
        "`Net` needs `n_out` as well.",
        "",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self, n_in, n_out):\n        super().__init__()\n        self.fc = nn.Linear(n_in, n_out)\n    def forward(self, x):\n        return self.fc(x)\nnet = Net(3, 2, 1)",
        "call-many",
        "`Net` takes 2 arguments, and 3 are given.",
        "",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 2)\n    def forward(self, x):\n        return self.fc(x)\nnet = Net()\nnet.forward()",
        "call-missing",
        "`forward` needs `x` as well: what it is called with goes to forward.",
        "",
    ),
    (
        "x = 3\nx()",
        "call-value",
        "`x` is an int, which cannot be called.",
        "",
    ),
    (
        '"abc"(0)',
        "call-value",
        '`"abc"` is a str, which cannot be called.',
        '"abc"[0]',
    ),
    (
        "x = torch.rand(3)\nx[0](1)",
        "call-value",
        "`x[0]` is a Tensor, which cannot be called.",
        "",
    ),
    (
        "def f(x, w, b): return x * w + b\nx, w, b = 1, 2, 3\nf(x, w)",
        "call-missing",
        "`f` needs `b` as well.",
        "f(x, w, b)",
    ),
    (
        "def f(x): return x\nf(1, 2)",
        "call-many",
        "`f` takes 1 argument, and 2 are given.",
        "",
    ),
    (
        "def f(x, width=2): return x\nf(1, widht=3)",
        "call-keyword",
        "`f` has no argument `widht`; it has `width`.",
        "f(1, width=3)",
    ),
    (
        "def f(x, dim=2): return x\nf(1, 2, dim=3)",
        "call-twice",
        "`dim` of `f` is given twice, by place as `2` and by name.",
        "",
    ),
    (
        "def norm(x, mean, std):\n    return (x - mean) / std\nnorm(torch.rand(3), 0)",
        "call-missing",
        "`norm` needs `std` as well.",
        "",
    ),
    (
        "def norm(x, mean=0, std=1):\n    return (x - mean) / std\nnorm(torch.rand(3), sd=2)",
        "call-keyword",
        "`norm` has no argument `sd`; it has `std`.",
        "norm(torch.rand(3), std=2)",
    ),
    (
        "def norm(x):\n    return x\nnorm(torch.rand(3), 1, 2)",
        "call-many",
        "`norm` takes 1 argument, and 3 are given.",
        "",
    ),
    (
        "class Gate(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(6, 6)\n    def forward(self, h):\n        if h.dim() == 3:\n            return torch.sigmoid(self.a(h)) * h\ngate = Gate()\nout = gate(torch.randn(4, 6))\nprint(out.shape)",
        "none-return",
        "`out` is None: `forward` (line 5) returns in some cases only.",
        "return h",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
