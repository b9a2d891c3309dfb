# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""backward() a second time through the same graph."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "y = (torch.ones(1, requires_grad=True) * 2).exp()\ny.backward()\ny.backward()",
        "twice-again",
        "backward() was called on `y` on line 2 already, and its graph is used up.",
        "y = (torch.ones(1, requires_grad=True) * 2).exp()",
    ),
    (
        "model = nn.Linear(2, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nx, y = torch.randn(8, 2), torch.randn(8, 1)\nloss = F.mse_loss(model(x), y)\nfor epoch in range(3):\n    opt.zero_grad()\n    loss.backward()\n    opt.step()",
        "twice-before-loop",
        "`loss` is computed once, on line 4 before the loop, and used again in every round.",
        "loss = F.mse_loss(model(x), y)",
    ),
    (
        "model = nn.Linear(2, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nx, y = torch.randn(8, 2), torch.randn(8, 1)\npred = model(x)\nfor epoch in range(3):\n    loss = F.mse_loss(pred, y)\n    opt.zero_grad()\n    loss.backward()\n    opt.step()",
        "twice-before-loop",
        "`pred` is computed once, on line 4 before the loop, and used again in every round.",
        "pred = model(x)",
    ),
    (
        "model = nn.Linear(2, 1)\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\nx, y = torch.randn(8, 2), torch.randn(8, 1)\ntotal = 0\nfor epoch in range(3):\n    loss = model(x).pow(2).mean()\n    total += loss\n    total.backward()",
        "twice-total",
        "`total` is a running total: it leads back through the graphs of all rounds before.",
        "total += loss.item()\nloss.backward()",
    ),
    (
        "cell = nn.RNNCell(2, 3)\nh = torch.zeros(1, 3)\nfor t in range(4):\n    h = cell(torch.ones(1, 2), h)\n    loss = h.sum()\n    loss.backward()",
        "twice-state",
        "`h` is carried from round to round, with the graph of the round before.",
        "h = h.detach()",
    ),
    (
        "w = torch.ones(3, requires_grad=True)\nh = (w * 2).exp()\nl1 = h.sum()\nl2 = h.mean()\nl1.backward()\nl2.backward()",
        "twice-shared",
        "`l2` and `l1` share `h`, and that graph was freed on line 5.",
        "(l1 + l2).backward()",
    ),
    (
        "model = nn.Linear(3, 1)\nopt = torch.optim.Adam(model.parameters())\nx, y = torch.randn(10, 3), torch.randn(10, 1)\nloss = (model(x) - y).pow(2).mean()\ndef step():\n    opt.zero_grad()\n    loss.backward()\n    opt.step()\nfor _ in range(3):\n    step()",
        "twice-again",
        "backward() was called on `loss` before, and its graph is used up.",
        "loss = (model(x) - y).pow(2).mean()",
    ),
    (
        "def train(model, xs, ys):\n    opt = torch.optim.SGD(model.parameters(), lr=0.1)\n    total = torch.zeros(())\n    for x, y in zip(xs, ys):\n        loss = F.mse_loss(model(x), y)\n        total = total + loss\n        opt.zero_grad()\n        total.backward()\n        opt.step()\ntrain(nn.Linear(2, 1), torch.randn(4, 3, 2), torch.randn(4, 3, 1))",
        "twice-total",
        "`total` is a running total: it leads back through the graphs of all rounds before.",
        "total = total + loss.item()\nloss.backward()",
    ),
    (
        "rnn = nn.LSTM(2, 3)\nstate = None\nfor t in range(3):\n    out, state = rnn(torch.randn(1, 1, 2), state)\n    out.sum().backward()",
        "twice-state",
        "`state` is carried from round to round, with the graph of the round before.",
        "state = tuple(part.detach() for part in state)",
    ),
    (
        "rnn = nn.LSTM(2, 3)\nh, c = torch.zeros(1, 1, 3), torch.zeros(1, 1, 3)\nopt = torch.optim.SGD(rnn.parameters(), lr=0.1)\nfor t in range(3):\n    out, (h, c) = rnn(torch.randn(1, 1, 2), (h, c))\n    loss = out.pow(2).sum()\n    opt.zero_grad()\n    loss.backward()\n    opt.step()",
        "twice-state",
        "`h` and `c` are carried from round to round, with the graph of the round before.",
        "h = h.detach()\nc = c.detach()",
    ),
    (
        "x = torch.rand(3, requires_grad=True)\ny = (x ** 2).sum()\ny.backward(retain_graph=False)\ng = torch.autograd.grad(y, x)",
        "twice-again",
        "backward() was called on `y` on line 3 already, and its graph is used up.",
        "y = (x ** 2).sum()",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
