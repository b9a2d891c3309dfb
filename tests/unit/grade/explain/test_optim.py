# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Optimizers and schedulers."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "torch.optim.SGD(nn.ReLU().parameters(), lr=1)",
        "optimizer-empty",
        "`nn.ReLU()` has no parameters, so there is nothing to train.",
        "",
    ),
    (
        "torch.optim.SGD(nn.Linear(1, 1), lr=1)",
        "optimizer-params",
        "`nn.Linear(1, 1)` is a module, and SGD takes its parameters.",
        "torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1)",
    ),
    (
        "torch.optim.SGD(torch.ones(1, requires_grad=True), lr=1)",
        "optimizer-params",
        "`torch.ones(1, requires_grad=True)` is one tensor, and SGD takes several: a list, even of one.",
        "torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1)",
    ),
    (
        "torch.optim.SGD([torch.ones(1, requires_grad=True) * 2], lr=1)",
        "optimizer-leaf",
        "`torch.ones(1, requires_grad=True) * 2` is the result of an operation, and SGD moves leaves only.",
        "torch.optim.SGD([(torch.ones(1) * 2).requires_grad_()], lr=1)",
    ),
    (
        "torch.optim.SGD(nn.Linear(1, 1).parameters, lr=1)",
        "optimizer-params",
        "`nn.Linear(1, 1).parameters` is the method itself; with parentheses it gives the parameters.",
        "torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1)",
    ),
    (
        "torch.optim.SGD([nn.Linear(1,1)], lr=1)",
        "optimizer-params",
        "`nn.Linear(1,1)` in the list is a module, and SGD takes its parameters.",
        "torch.optim.SGD(nn.Linear(1,1).parameters(), lr=1)",
    ),
    (
        "torch.optim.SGD(nn.Linear(1,1).state_dict(), lr=1)",
        "optimizer-params",
        "`nn.Linear(1,1).state_dict()` is a dictionary; SGD takes the parameters themselves.",
        "torch.optim.SGD(nn.Linear(1,1).parameters(), lr=1)",
    ),
    (
        "torch.optim.SGD([nn.Linear(1,1).parameters(), nn.Linear(1,1).parameters()], lr=1)",
        "optimizer-params",
        "`[nn.Linear(1,1).parameters(), nn.Linear(1,1).pa…` is a list of lists: each parameters() gives many tensors.",
        "torch.optim.SGD([*nn.Linear(1,1).parameters(), *nn.Linear(1,1).parameters()], lr=1)",
    ),
    (
        "torch.optim.SGD(nn.Linear(1,1).parameters() + nn.Linear(1,1).parameters(), lr=1)",
        "optimizer-params",
        "`nn.Linear(1,1).parameters()` and `nn.Linear(1,1).parameters()` cannot be added: each gives its tensors one by one.",
        "torch.optim.SGD(list(nn.Linear(1,1).parameters()) + list(nn.Linear(1,1).parameters()), lr=1)",
    ),
    (
        "torch.optim.SGD(nn.Linear(1,1).parameters(), lr=-1)",
        "optimizer-rate",
        "The learning rate `-1` is negative, and a step goes downhill already.",
        "torch.optim.SGD(nn.Linear(1,1).parameters(), lr=1)",
    ),
    (
        'torch.optim.SGD(nn.Linear(1,1).parameters(), lr="0.1")',
        "optimizer-rate",
        'The learning rate `"0.1"` is a text, and SGD needs a number.',
        "torch.optim.SGD(nn.Linear(1,1).parameters(), lr=0.1)",
    ),
    (
        "torch.optim.SGD(nn.Linear(1,1).parameters(), learning_rate=0.1)",
        "optimizer-keyword",
        "SGD has no argument `learning_rate`; it is called `lr`.",
        "torch.optim.SGD(nn.Linear(1,1).parameters(), lr=0.1)",
    ),
    (
        "torch.optim.Adam(nn.Linear(1,1).parameters(), momentum=0.1)",
        "optimizer-keyword",
        "Adam has no argument `momentum`.",
        "torch.optim.Adam(nn.Linear(1,1).parameters())",
    ),
    (
        "torch.optim.SGD(lr=0.1)",
        "optimizer-params",
        "SGD is not told what to move: its first argument is the parameters of a model.",
        "",
    ),
    (
        "torch.optim.lr_scheduler.StepLR(nn.Linear(1,1), 1)",
        "scheduler-optimizer",
        "StepLR changes the learning rate of an optimizer; `nn.Linear(1,1)` is a Linear.",
        "",
    ),
    (
        "o=torch.optim.SGD(nn.Linear(1,1).parameters(), lr=1)\ntorch.optim.lr_scheduler.StepLR(o, 1, last_epoch=3)",
        "scheduler-resumed",
        "last_epoch is for going on with a run: the optimizer must have been loaded from it first.",
        "torch.optim.lr_scheduler.StepLR(o, 1)",
    ),
    (
        "w = torch.randn(3, requires_grad=True) * 0.1\nopt = torch.optim.Adam([w], lr=1)",
        "optimizer-leaf",
        "`w` is the result of an operation, and Adam moves leaves only.",
        "w = (torch.randn(3) * 0.1).requires_grad_()",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = [nn.Linear(2, 2), nn.Linear(2, 1)]\n    def forward(self, x):\n        for l in self.layers: x = l(x)\n        return x\nmodel = Net()\nopt = torch.optim.SGD(model.parameters(), lr=0.1)",
        "optimizer-empty",
        "`model` has no parameters, so there is nothing to train.",
        "self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 1)])",
    ),
    (
        "model = nn.Linear(2, 1)\noptimizer = torch.optim.Adam(model, lr=1e-3)",
        "optimizer-params",
        "`model` is a module (Linear), and Adam takes its parameters.",
        "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)",
    ),
    (
        "model = nn.Linear(2, 1)\nw = torch.zeros(2, 3, requires_grad=True).float().view(-1) * 1\noptimizer = torch.optim.SGD([w], lr=0.1)",
        "optimizer-leaf",
        "`w` is the result of an operation, and SGD moves leaves only.",
        "w = (torch.zeros(2, 3).float().view(-1) * 1).requires_grad_()",
    ),
    (
        "w = torch.randn(5, requires_grad=True).to(torch.float64)\noptimizer = torch.optim.SGD([w], lr=0.1)",
        "optimizer-leaf",
        "`w` is the result of an operation, and SGD moves leaves only.",
        "w = torch.randn(5).to(torch.float64).requires_grad_()",
    ),
    (
        "opt = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1, betas=(0.9, 0.99))",
        "optimizer-keyword",
        "SGD has no argument `betas`.",
        "opt = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)",
    ),
    (
        "opt = torch.optim.AdamW(nn.Linear(1, 1).parameters(), learning_rate=1e-3, decay=0.1)",
        "optimizer-keyword",
        "AdamW has no argument `learning_rate`; it is called `lr`.",
        "opt = torch.optim.AdamW(nn.Linear(1, 1).parameters(), lr=1e-3, weight_decay=0.1)",
    ),
    (
        "x = torch.tensor([[1., 2.], [3., 4.]])\nw = nn.Parameter(torch.randn(2, 1))\nopt = torch.optim.SGD(w, lr=0.1)",
        "optimizer-params",
        "`w` is one tensor, and SGD takes several: a list, even of one.",
        "opt = torch.optim.SGD([w], lr=0.1)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = torch.randn(3, requires_grad=True)\n    def forward(self, x):\n        return x @ self.w\nnet = Net()\nopt = torch.optim.Adam(net.parameters())",
        "optimizer-empty",
        "`net` has no parameters, so there is nothing to train.",
        "self.w = nn.Parameter(torch.randn(3))",
    ),
    (
        "scheduler = torch.optim.lr_scheduler.StepLR(step_size=3, gamma=0.1)",
        "scheduler-optimizer",
        "StepLR is not told whose learning rate it changes: its first argument is an optimizer.",
        "",
    ),
    (
        "backbone = nn.Linear(8, 8)\nfor p in backbone.parameters():\n    p.requires_grad = False\nopt = torch.optim.SGD([p for p in backbone.parameters() if p.requires_grad], lr=0.1)",
        "optimizer-frozen",
        "All parameters of `backbone` are frozen, so `[p for p in backbone.parameters() if p.requires…` is empty.",
        "backbone.requires_grad_(True)",
    ),
    (
        "class Frozen(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.body = nn.Linear(5, 3)\nnet = Frozen()\nnet.requires_grad_(False)\noptim = torch.optim.Adam(filter(lambda p: p.requires_grad, net.parameters()), lr=1e-3)",
        "optimizer-frozen",
        "All parameters of `net` are frozen, so `filter(lambda p: p.requires_grad, net.parameter…` is empty.",
        "net.requires_grad_(True)",
    ),
    (
        'enc = nn.Linear(3, 3)\ndec = nn.Linear(3, 1)\nopt = torch.optim.Adam({"params": enc.parameters(), "lr": 1e-4})',
        "optimizer-group",
        '`{"params": enc.parameters(), "lr": 1e-4}` is one group of parameters, and Adam takes a list of groups.',
        'opt = torch.optim.Adam([{"params": enc.parameters(), "lr": 1e-4}])',
    ),
    (
        'body, top = nn.Linear(2, 4), nn.Linear(4, 1)\ngroups = {"body": body.parameters(), "top": top.parameters()}\nopt = torch.optim.SGD(groups, lr=0.01)',
        "optimizer-group",
        "`groups` is a dict of parameters by name, and SGD takes a list of groups.",
        'opt = torch.optim.SGD([{"params": p} for p in groups.values()], lr=0.01)',
    ),
    (
        'body, top = nn.Linear(2, 4), nn.Linear(4, 1)\nopt = torch.optim.SGD([{"param": body.parameters(), "lr": 0.1}, {"param": top.parameters()}], lr=0.01)',
        "optimizer-group",
        '`{"param": body.parameters(), "lr": 0.1}` has no key "params"; it has "param".',
        'opt = torch.optim.SGD([{"params": body.parameters(), "lr": 0.1}, {"params": top.parameters()}], lr=0.01)',
    ),
    (
        'f, g = nn.Linear(2, 4), nn.Linear(4, 1)\nopt = torch.optim.SGD([{"params": f}, {"params": g, "lr": 1e-3}], lr=0.01)',
        "optimizer-group",
        '`f` under "params" is a module, a Linear; a group holds its parameters.',
        'opt = torch.optim.SGD([{"params": f.parameters()}, {"params": g.parameters(), "lr": 1e-3}], lr=0.01)',
    ),
    (
        "def optimizer_for(*nets, lr=0.1):\n    params = [n.parameters() for n in nets]\n    return torch.optim.SGD(params, lr=lr)\noptimizer_for(nn.Linear(2, 2), nn.Linear(2, 1))",
        "optimizer-params",
        "`params` is a list of 2 generators, and SGD takes tensors.",
        "params = [p for n in nets for p in n.parameters()]",
    ),
    (
        "class M(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.body = nn.Linear(4, 4)\n        self.head = nn.Linear(4, 2)\nm = M()\nfor p in m.parameters():\n    p.requires_grad_(False)\ntrainable = [p for p in m.parameters() if p.requires_grad]\ndef setup(ps):\n    return torch.optim.AdamW(ps, lr=1e-3)\nsetup(trainable)",
        "optimizer-frozen",
        "All parameters of `m` are frozen, so `ps` is empty.",
        "m.head.requires_grad_(True)",
    ),
    (
        "nets = [nn.Linear(2, 2), nn.Linear(2, 1)]\nps = []\nfor n in nets:\n    ps.append(n.parameters())\nopt = torch.optim.Adam(ps, lr=0.01)",
        "optimizer-params",
        "`ps` is a list of 2 generators, and Adam takes tensors.",
        "ps.extend(n.parameters())",
    ),
    (
        'class M(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.body = nn.Linear(4, 4)\n        self.head = nn.Linear(4, 2)\n    def optimizer(self):\n        return torch.optim.SGD([{"params": self.body}, {"params": self.head, "lr": 0.5}], lr=0.1)\nM().optimizer()',
        "optimizer-group",
        '`self.body` under "params" is a module, a Linear; a group holds its parameters.',
        'return torch.optim.SGD([{"params": self.body.parameters()}, {"params": self.head.parameters(), "lr": 0.5}], lr=0.1)',
    ),
    (
        "m = nn.Sequential(nn.Linear(2, 2))\nopt = torch.optim.Adam(dict(m.named_parameters()), lr=0.1)",
        "optimizer-params",
        "`dict(m.named_parameters())` is a dictionary; Adam takes the parameters themselves.",
        "opt = torch.optim.Adam(m.parameters(), lr=0.1)",
    ),
    (
        'a = nn.Linear(2, 2)\nopt = torch.optim.SGD([a.weight, a.bias, "lr"], lr=0.1)',
        "optimizer-params",
        '`"lr"` in the list is a str, and SGD takes parameters alone.',
        "opt = torch.optim.SGD([a.weight, a.bias], lr=0.1)",
    ),
    (
        "gen, disc = nn.Linear(2, 2), nn.Linear(2, 1)\nopt = torch.optim.Adam([gen, disc], lr=2e-4)",
        "optimizer-params",
        "`gen` in the list is a module, and Adam takes its parameters.",
        "opt = torch.optim.Adam([*gen.parameters(), *disc.parameters()], lr=2e-4)",
    ),
    (
        "lin = nn.Linear(3, 3)\nparams = filter(lambda p: p.requires_grad, lin.parameters())\nprint(sum(p.numel() for p in params))\nopt = torch.optim.Adam(params, lr=0.1)",
        "optimizer-empty",
        "`params` has been used up: what filter() or (... for ...) gives is gone through once.",
        "params = list(filter(lambda p: p.requires_grad, lin.parameters()))",
    ),
    (
        'enc, clf = nn.Linear(4, 3), nn.Linear(3, 2)\ndef setup(e, c, lr):\n    return torch.optim.AdamW([{"params": e, "lr": lr}, {"params": c}])\nsetup(enc, clf, 0.1)',
        "optimizer-group",
        '`e` under "params" is a module, a Linear; a group holds its parameters.',
        'return torch.optim.AdamW([{"params": e.parameters(), "lr": lr}, {"params": c.parameters()}])',
    ),
    (
        'class H(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.body = nn.Linear(4, 4)\n        self.head = nn.Linear(4, 2)\nh = H()\nopt = torch.optim.SGD([{"params": h.parameters(), "lr": 1e-4}, {"params": h.head.parameters(), "lr": 1e-2}], lr=0.1)',
        "optimizer-group",
        "`h.parameters()` and `h.head.parameters()` in two groups hold the same parameters.",
        'opt = torch.optim.SGD([{"params": [p for n, p in h.named_parameters() if not n.startswith("head.")], "lr": 1e-4}, {"params": h.head.parameters(), "lr": 1e-2}], lr=0.1)',
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
