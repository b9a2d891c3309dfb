# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Changes in place that autograd does not allow."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "m=nn.Linear(1,1)\nm.weight += 1",
        "inplace-leaf",
        "`m.weight` is a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    m.weight += 1",
    ),
    (
        "w = torch.zeros(1, requires_grad=True)\nw -= 1",
        "inplace-leaf",
        "`w` is a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    w -= 1",
    ),
    (
        "w = torch.zeros(2, requires_grad=True)\nw[1] = 1",
        "inplace-leaf",
        "`w[1]` is a part of `w`, a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    w[1] = 1",
    ),
    (
        "a = torch.ones(1, requires_grad=True)\nb = a.sigmoid()\nb.mul_(2)\nb.backward()",
        "inplace-saved",
        "`b` is changed by `mul_()` on line 3, and `sigmoid` still needs it.",
        "b = b * 2",
    ),
    (
        "x = torch.ones(3, requires_grad=True)\ny = x.exp()\ny += 1\ny.sum().backward()",
        "inplace-saved",
        "`y` is changed by `+=` on line 3, and `exp` still needs it.",
        "y = y + 1",
    ),
    (
        "x = torch.ones(3, requires_grad=True)\ny = x ** 2\nz = y * y\ny[0] = 5\nz.sum().backward()",
        "inplace-saved",
        "`y` is changed by `[...] =` on line 4, and an operation before it still needs it.",
        "y = y.clone()\ny[0] = 5",
    ),
    (
        "net = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.ReLU(inplace=True), nn.Linear(2, 1))\nx = torch.ones(3, 2, requires_grad=True)\nh = torch.sigmoid(x)\nout = F.relu(h, inplace=True)\nout.sum().backward()",
        "inplace-saved",
        "`h` is changed by `inplace=True` on line 4, and `sigmoid` still needs it.",
        "net = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.ReLU(inplace=False), nn.Linear(2, 1))\nout = F.relu(h, inplace=False)",
    ),
    (
        "model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\na = model(torch.ones(1, 2)).sum()\nb = model(torch.ones(1, 2) * 2).sum()\na.backward()\nopt.step()\nb.backward()",
        "inplace-step",
        "`opt.step()` on line 6 moves the weights before backward() on line 7.",
        "b.backward()\nopt.step()",
    ),
    (
        "w = torch.randn(3, requires_grad=True)\nb = torch.zeros(1, requires_grad=True)\nloss = ((torch.ones(3) * w).sum() + b).sum()\nloss.backward()\nw -= 0.1 * w.grad\nb -= 0.1 * b.grad",
        "inplace-leaf",
        "`w` is a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    w -= 0.1 * w.grad\n    b -= 0.1 * b.grad",
    ),
    (
        "x = torch.randn(3, 2, requires_grad=True)\nfor row in x:\n    row += 1",
        "inplace-view",
        "`row` is one of several views of a tensor, and is changed in place.",
        "row = row + 1",
    ),
    (
        "w = torch.randn(3, requires_grad=True)\nx = torch.randn(10, 3)\ny = torch.randn(10)\nfor epoch in range(3):\n    loss = ((x @ w - y) ** 2).mean()\n    loss.backward()\n    w -= 0.1 * w.grad\n    w.grad.zero_()",
        "inplace-leaf",
        "`w` is a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    w -= 0.1 * w.grad",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = nn.Parameter(torch.zeros(3))\n        self.w[0] = 1.0\nNet()",
        "inplace-leaf",
        "`self.w[0]` is a part of `self.w`, a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    self.w[0] = 1.0",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 3)\n        self.fc.weight.fill_(0.1)\nNet()",
        "inplace-leaf",
        "`self.fc.weight` is a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    self.fc.weight.fill_(0.1)",
    ),
    (
        "x = torch.randn(4, requires_grad=True)\nh = torch.tanh(x)\nh *= 0.5\nloss = h.sum()\nloss.backward()",
        "inplace-saved",
        "`h` is changed by `*=` on line 3, and `tanh` still needs it.",
        "h = h * 0.5",
    ),
    (
        "class Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.act = nn.ReLU(inplace=True)\n        self.fc = nn.Linear(3, 3)\n    def forward(self, x):\n        h = torch.sigmoid(self.fc(x))\n        return h * self.act(h)\nBlock()(torch.randn(2, 3)).sum().backward()",
        "inplace-saved",
        "A result is changed by `inplace=True` on line 4, and `sigmoid` still needs it.",
        "self.act = nn.ReLU(inplace=False)",
    ),
    (
        "t = torch.ones(3, requires_grad=True)\nt[t > 0] = 0",
        "inplace-leaf",
        "`t` is a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    t[t > 0] = 0",
    ),
    (
        "t = torch.ones(3, requires_grad=True)\nt.add_(1)",
        "inplace-leaf",
        "`t` is a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    t.add_(1)",
    ),
    (
        "w = nn.Parameter(torch.ones(3))\nw.clamp_(0, 1)",
        "inplace-leaf",
        "`w` is a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    w.clamp_(0, 1)",
    ),
    (
        "lin = nn.Linear(2, 2)\nlin.weight[0, 0] = 5.",
        "inplace-leaf",
        "`lin.weight[0, 0]` is a part of `lin.weight`, a leaf that requires gradients, changed while recording.",
        "with torch.no_grad():\n    lin.weight[0, 0] = 5.",
    ),
    (
        "x = torch.ones(3, requires_grad=True)\ny = x.sqrt()\ny.clamp_(max=0.5)\ny.sum().backward()",
        "inplace-saved",
        "`y` is changed by `clamp_()` on line 3, and `sqrt` still needs it.",
        "y = y.clamp(max=0.5)",
    ),
    (
        "def act(z):\n    z += 1\n    return z\nx = torch.rand(3, requires_grad=True)\nh = torch.sigmoid(x)\nout = act(h).sum()\nout.backward()",
        "inplace-saved",
        "`z` is changed by `+=` on line 2, and `sigmoid` still needs it.",
        "z = z + 1",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\ny = x.exp()\nz = y.sum()\ny.zero_()\nz.backward()",
        "inplace-saved",
        "`y` is changed by `zero_()` on line 4, and `exp` still needs it.",
        "y = torch.full_like(y, 0)",
    ),
    (
        "w = torch.rand(3, requires_grad=True)\nopt = torch.optim.SGD([w], lr=.1)\nloss1 = (w ** 2).sum()\nloss2 = (w ** 3).sum()\nloss1.backward()\nopt.step()\nloss2.backward()",
        "inplace-step",
        "`opt.step()` on line 6 moves the weights before backward() on line 7.",
        "loss2.backward()\nopt.step()",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
