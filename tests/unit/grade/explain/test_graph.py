# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""backward() without a graph."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "torch.ones(1).backward()",
        "graph-leaf",
        "`torch.ones(1)` does not require gradients: nothing was recorded on the way to it.",
        "torch.ones(1, requires_grad=True).backward()",
    ),
    (
        "w = torch.randn(3)\nb = torch.zeros(1)\nx = torch.randn(5, 3)\ny = torch.randn(5)\npred = x @ w + b\nloss = ((pred - y) ** 2).mean()\nloss.backward()\nw.grad\nb.grad",
        "graph-leaf",
        "`loss` does not require gradients: nothing was recorded on the way to it.",
        "w = torch.randn(3, requires_grad=True)\nb = torch.zeros(1, requires_grad=True)",
    ),
    (
        "model = nn.Linear(2, 1)\nx = torch.randn(4, 2)\nwith torch.no_grad():\n    pred = model(x)\n    loss = pred.pow(2).mean()\nloss.backward()",
        "graph-switched",
        "`loss` does not require gradients: nothing was recorded on the way to it.",
        "pred = model(x)",
    ),
    (
        "model = nn.Linear(2, 1)\nx = torch.randn(4, 2)\npred = model(x).detach()\nloss = pred.pow(2).mean()\nloss.backward()",
        "graph-detached",
        "`loss` does not require gradients: nothing was recorded on the way to it.",
        "pred = model(x)",
    ),
    (
        "model = nn.Linear(2, 3)\nx = torch.randn(4, 2)\ny = torch.tensor([0, 1, 2, 0])\npred = model(x).argmax(1)\nacc = (pred == y).float().mean()\nacc.backward()",
        "graph-steps",
        "`acc` does not require gradients: nothing was recorded on the way to it.",
        "",
    ),
    (
        "model = nn.Linear(2, 1)\nloss = model(torch.ones(3, 2)).mean()\ntotal = torch.tensor(loss.item())\ntotal.backward()",
        "graph-copied",
        "`total` does not require gradients: nothing was recorded on the way to it.",
        "total = loss",
    ),
    (
        "model = nn.Linear(2, 1)\nfor p in model.parameters():\n    p.requires_grad = False\nloss = model(torch.ones(3, 2)).mean()\nloss.backward()",
        "graph-frozen",
        "`loss` does not require gradients: nothing was recorded on the way to it.",
        "p.requires_grad = True",
    ),
    (
        "@torch.no_grad()\ndef forward(w, x):\n    return (w * x).sum()\nw = torch.ones(3, requires_grad=True)\nloss = forward(w, torch.ones(3))\nloss.backward()",
        "graph-switched",
        "`loss` does not require gradients: nothing was recorded on the way to it.",
        "def forward(...):",
    ),
    (
        "w = torch.tensor(2)\nloss = w ** 2\nloss.backward()\nw.grad",
        "graph-leaf",
        "`loss` does not require gradients: nothing was recorded on the way to it.",
        "w = torch.tensor(2, dtype=torch.float32, requires_grad=True)",
    ),
    (
        "def f(w): return (w ** 2).sum()\nw = torch.randn(3)\ntorch.autograd.grad(f(w), w)",
        "graph-leaf",
        "`f(w)` does not require gradients: nothing was recorded on the way to it.",
        "w = torch.randn(3, requires_grad=True)",
    ),
    (
        "x = torch.randn(3, requires_grad=True)\nlosses = [(x * i).sum() for i in range(3)]\ntotal = torch.tensor(losses).mean()\ntotal.backward()",
        "graph-copied",
        "`total` does not require gradients: nothing was recorded on the way to it.",
        "total = torch.stack(losses).mean()",
    ),
    (
        "w = torch.randn(3)\nx = torch.randn(10, 3)\ny = torch.randn(10)\nfor epoch in range(3):\n    loss = ((x @ w - y) ** 2).mean()\n    loss.backward()\n    with torch.no_grad():\n        w -= 0.1 * w.grad\n    w.grad.zero_()",
        "graph-leaf",
        "`loss` does not require gradients: nothing was recorded on the way to it.",
        "w = torch.randn(3, requires_grad=True)",
    ),
    (
        "model = nn.Linear(2, 2)\nx = torch.randn(4, 2)\ny = torch.tensor([0, 1, 1, 0])\nwith torch.no_grad():\n    logits = model(x)\nloss = F.cross_entropy(logits, y)\nloss.backward()",
        "graph-switched",
        "`loss` does not require gradients: nothing was recorded on the way to it.",
        "logits = model(x)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(2, 4)\n        self.b = nn.Linear(4, 1)\n    def forward(self, x):\n        h = torch.relu(self.a(x)).detach()\n        return self.b(h).data\nnet = Net()\nnet(torch.ones(2, 2)).sum().backward()",
        "graph-detached",
        "`net(torch.ones(2, 2)).sum()` does not require gradients: nothing was recorded on the way to it.",
        "return self.b(h)",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\nwith torch.no_grad():\n    y = (x * 2).sum()\ny.backward()",
        "graph-switched",
        "`y` does not require gradients: nothing was recorded on the way to it.",
        "y = (x * 2).sum()",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\ny = torch.tensor((x * 2).sum().item(), requires_grad=False)\ny.backward()",
        "graph-copied",
        "`y` does not require gradients: nothing was recorded on the way to it.",
        "y = (x * 2).sum()",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\ny = (x > 0.5).float().sum()\ny.backward()",
        "graph-steps",
        "`y` does not require gradients: nothing was recorded on the way to it.",
        "",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\nz = torch.round(x).long().float().sum()\nz.backward()",
        "graph-steps",
        "`z` does not require gradients: nothing was recorded on the way to it.",
        "z = torch.round(x).float().sum()",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\narr = x.detach().numpy() * 2\ntorch.from_numpy(arr).sum().backward()",
        "graph-copied",
        "`torch.from_numpy(arr).sum()` does not require gradients: nothing was recorded on the way to it.",
        "",
    ),
    (
        "model = nn.Linear(3, 1)\nmodel.requires_grad_(False)\nmodel(torch.rand(2, 3)).sum().backward()",
        "graph-frozen",
        "`model(torch.rand(2, 3)).sum()` does not require gradients: nothing was recorded on the way to it.",
        "model.requires_grad_(True)",
    ),
    (
        "torch.set_grad_enabled(False)\nx = torch.rand(3, requires_grad=True)\n(x * 2).sum().backward()",
        "graph-switched",
        "`(x * 2).sum()` does not require gradients: nothing was recorded on the way to it.",
        "torch.set_grad_enabled(True)",
    ),
    (
        "def evaluate(m, x):\n    with torch.inference_mode():\n        return m(x).mean()\nm = nn.Linear(2, 1)\nevaluate(m, torch.rand(3, 2)).backward()",
        "graph-switched",
        "`evaluate(m, torch.rand(3, 2))` does not require gradients: nothing was recorded on the way to it.",
        "return m(x).mean()",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\ny = torch.rand(3, requires_grad=True)\ntorch.autograd.grad((x * 2).sum(), y)",
        "graph-unused",
        "`(x * 2).sum()` was not computed from `y`, so there is no gradient between them.",
        "",
    ),
    (
        "x = torch.rand(3)\ny = (x * 2).sum()\ntorch.autograd.grad(y, x)",
        "graph-leaf",
        "`y` does not require gradients: nothing was recorded on the way to it.",
        "x = torch.rand(3, requires_grad=True)",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
