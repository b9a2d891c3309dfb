# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Where backward() starts, and what .grad is."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "(torch.ones(2, requires_grad=True) * 2).backward()",
        "backward-many",
        "`torch.ones(2, requires_grad=True) * 2` (2,) holds 2 numbers, and backward() starts from a single one.",
        "(torch.ones(2, requires_grad=True) * 2).sum().backward()",
    ),
    (
        "torch.ones(1, requires_grad=True).numpy()",
        "numpy-tracked",
        "`torch.ones(1, requires_grad=True)` requires gradients, and NumPy cannot record what is done to it.",
        "torch.ones(1, requires_grad=True).detach().numpy()",
    ),
    (
        "torch.ones(1, requires_grad=True).sum().item().backward()",
        "backward-number",
        "`torch.ones(1, requires_grad=True).sum().item()` is a plain Python float: item() on line 1 gave the number alone.",
        "torch.ones(1, requires_grad=True).sum().backward()",
    ),
    (
        "w = torch.ones(1, requires_grad=True)\n0.1 * w.grad",
        "grad-none",
        "`w.grad` is None: backward() has not been called yet.",
        "",
    ),
    (
        "(torch.ones(2, requires_grad=True) * 2).backward(torch.ones(3))",
        "backward-shape",
        "The gradient `torch.ones(3)` (3,) must have the shape of `torch.ones(2, requires_grad=True) * 2` (2,).",
        "(torch.ones(2, requires_grad=True) * 2).backward(torch.ones_like(torch.ones(2, requires_grad=True) * 2))",
    ),
    (
        'crit = nn.CrossEntropyLoss(reduction="none")\nloss = crit(torch.zeros(4, 3, requires_grad=True), torch.tensor([0, 1, 2, 0]))\nloss.backward()',
        "backward-many",
        "`loss` (4,) holds 4 numbers, and backward() starts from a single one.",
        'crit = nn.CrossEntropyLoss(reduction="mean")',
    ),
    (
        "w = torch.randn(3) * 0.1\nw.requires_grad_()\nfor i in range(2):\n    w.grad.zero_()\n    loss = (w ** 2).sum()\n    loss.backward()",
        "grad-none",
        "`w.grad` is None: nothing has filled it before the first round.",
        "if w.grad is not None:\n    w.grad.zero_()",
    ),
    (
        "w = torch.randn(3, requires_grad=True) * 0.1\nloss = (w ** 2).sum()\nloss.backward()\nw - 0.1 * w.grad",
        "grad-none",
        "`w.grad` is None: `w` is the result of an operation, no leaf, and its gradient is not kept.",
        "w = (torch.randn(3) * 0.1).requires_grad_()",
    ),
    (
        "x = torch.randn(3, requires_grad=True)\ny = x * 2\nnp.array(y)",
        "numpy-tracked",
        "`y` requires gradients, and NumPy cannot record what is done to it.",
        "np.array(y.detach().numpy())",
    ),
    (
        "x = torch.randn(3, requires_grad=True)\ny = x * 2\nnp.sin(y)",
        "numpy-tracked",
        "`y` requires gradients, and NumPy cannot record what is done to it.",
        "np.sin(y.detach().numpy())",
    ),
    (
        "w = torch.randn(3, requires_grad=True)\nx = torch.randn(10, 3)\ny = torch.randn(10)\nfor epoch in range(3):\n    loss = ((x @ w - y) ** 2).mean()\n    loss.backward()\n    w = w - 0.1 * w.grad",
        "grad-none",
        "`w.grad` is None: line 7 made `w` a new tensor, the result of an operation, and only leaves keep a gradient.",
        "with torch.no_grad():\n    w -= 0.1 * w.grad",
    ),
    (
        "losses = []\nw = torch.randn(2, requires_grad=True)\nloss = (w ** 2).sum()\nlosses.append(loss)\nnp.mean(losses)",
        "numpy-tracked",
        "`losses` holds tensors that require gradients, and NumPy cannot record what is done to them.",
        "np.mean([t.item() for t in losses])",
    ),
    (
        "x = torch.randn(2, requires_grad=True)\ny = x * 3\ny.backward()\nprint(x.grad)",
        "backward-many",
        "`y` (2,) holds 2 numbers, and backward() starts from a single one.",
        "y.sum().backward()",
    ),
    (
        "model = nn.Linear(2, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\ndata = [(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(3)]\nrunning = 0.0\nfor x, y in data:\n    loss = F.mse_loss(model(x), y)\n    running += loss.item()\n    opt.zero_grad()\n    running.backward()\n    opt.step()",
        "backward-number",
        "`running` is a plain Python float: item() on line 7 gave the number alone.",
        "loss.backward()",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\ny = x * 2\ny.backward(torch.ones(2))",
        "backward-shape",
        "The gradient `torch.ones(2)` (2,) must have the shape of `y` (3,).",
        "y.backward(torch.ones_like(y))",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\ny = x * 2\ntorch.autograd.grad(y, x)",
        "backward-many",
        "`y` (3,) holds 3 numbers, and backward() starts from a single one.",
        "torch.autograd.grad(y.sum(), x)",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\nx.grad.zero_()",
        "grad-none",
        "`x.grad` is None: nothing has filled it before the first round.",
        "if x.grad is not None:\n    x.grad.zero_()",
    ),
    (
        "model = nn.Linear(2, 1)\nopt = torch.optim.SGD(model.parameters(), lr=.1)\nloss = model(torch.rand(4, 2)).mean()\nloss.backward()\nopt.zero_grad()\nprint(model.weight.grad.norm())",
        "grad-none",
        "`model.weight.grad` is None: zero_grad() on line 5 has just emptied it.",
        "opt.zero_grad()\nloss.backward()",
    ),
    (
        "model = nn.Linear(2, 1)\nfor p in model.parameters():\n    p.data -= 0.1 * p.grad",
        "grad-none",
        "`p.grad` is None: backward() has not been called yet.",
        "",
    ),
    (
        "import copy\nx = torch.rand(3, requires_grad=True)\ny = x * 2\ncopy.deepcopy(y)",
        "copy-result",
        "`y` (3,) is the result of an operation, and deepcopy takes leaves only.",
        "y.detach().clone()",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\ny = x * 2\ny.requires_grad = False",
        "flag-result",
        "`y` is the result of an operation; requires_grad can be set on leaves only.",
        "y = y.detach()",
    ),
    (
        'x = torch.rand(4, 3, requires_grad=True)\nlabels = torch.tensor([0, 1, 2, 1])\nloss = F.cross_entropy(x, labels, reduction="none")\nloss.backward()',
        "backward-many",
        "`loss` (4,) holds 4 numbers, and backward() starts from a single one.",
        'loss = F.cross_entropy(x, labels, reduction="mean")',
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
