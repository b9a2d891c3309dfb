# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Modules of one's own."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.ModuleList([nn.Linear(1,1)])(torch.ones(1,1))",
        "module-list-called",
        "`nn.ModuleList([nn.Linear(1,1)])` is a ModuleList: it keeps layers, and cannot be called itself.",
        "nn.Sequential(*[nn.Linear(1,1)])(torch.ones(1,1))",
    ),
    (
        "class N(nn.Module):\n    def __init__(self):\n        self.w = nn.Parameter(torch.ones(2))\nN()",
        "module-super",
        "`N` does not call `super().__init__()` first, so `self.w` has nowhere to go.",
        "super().__init__()",
    ),
    (
        "class N(nn.Module):\n    def __init__(self, k):\n        self.k = k\n    def forward(self, x): return x*self.k\nN(3)(torch.ones(2))",
        "module-super",
        "`N` does not call `super().__init__()` first, so it has nowhere to go.",
        "super().__init__()",
    ),
    (
        "class N(nn.Module):\n    def __init__(self):\n        super().__init__\n        self.fc = nn.Linear(1,1)\nN()",
        "module-super",
        "`N` does not call `super().__init__()` first, so `self.fc` has nowhere to go.",
        "super().__init__()",
    ),
    (
        "class N(nn.Module):\n    def __init__(self):\n        super.__init__()\n        self.fc = nn.Linear(1,1)\nN()",
        "module-super",
        "`super` needs its parentheses: `super().__init__()`, in `N`.",
        "super().__init__()",
    ),
    (
        "class N(nn.Module):\n    def _init_(self):\n        super().__init__()\n        self.fc = nn.Linear(1,1)\n    def forward(self, x): return self.fc(x)\nN()(torch.ones(1,1))",
        "module-init",
        "`_init_` of `N` never runs: the method that makes an object is `__init__`.",
        "def __init__(self):",
    ),
    (
        "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1,1)\n        def forward(self, x): return self.fc(x)\nN()(torch.ones(1,1))",
        "module-forward",
        "`forward` of `N` stands inside `__init__`, not beside it.",
        "    def forward(self, x): return self.fc(x)",
    ),
    (
        "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1,1)\n    def forward(self, x): return self.fc(x)\nN(torch.ones(1,1))",
        "module-unmade",
        "`N` is a class: it is made first, `N()`, and what it makes is called with data.",
        "N()(torch.ones(1,1))",
    ),
    (
        "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1,1)\n    def forward(self, x): return self.fc(x)\nN.forward(torch.ones(1,1))",
        "module-unmade",
        "`N` is a class: it is made first, `N()`, and what it makes is called with data.",
        "N()(torch.ones(1,1))",
    ),
    (
        "class N:\n    def __init__(self):\n        self.fc = nn.Linear(1,1)\n    def forward(self, x): return self.fc(x)\nN()(torch.ones(1,1))",
        "module-base",
        "`N` is a plain class, no nn.Module, so it cannot be called.",
        "class N(nn.Module):",
    ),
    (
        "class N(nn):\n    pass",
        "module-base",
        "`nn` is a library, and a class is built on a class: `nn.Module`.",
        "class N(torch.nn.Module):",
    ),
    (
        "class N(nn.Module):\n    def __init__(self): self.a = nn.Linear(1, 1)\nN()",
        "module-super",
        "`N` does not call `super().__init__()` first, so `self.a` has nowhere to go.",
        "def __init__(self): super().__init__(); self.a = nn.Linear(1, 1)",
    ),
    (
        "class N(nn.Module):\n    def fwd(self, x): return x\nN()(1)",
        "module-forward",
        "`N` has no method `forward`; it has `fwd`, on line 2.",
        "def forward(self, x): return x",
    ),
    (
        "class N(nn.Module):\n    def forward(x): return x\nN()(torch.ones(1))",
        "module-self",
        "`forward` of `N` does not take `self` (line 2).",
        "def forward(self, x): return x",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1, 1)\n    def forward(self, x):\n        return self.fc(x)\nmodel = Net\nmodel(torch.ones(1, 1))",
        "module-unmade",
        "`Net` is a class: it is made first, `Net()`, and what it makes is called with data.",
        "model = Net()",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1, 1)\n    def forward(self, x):\n        return self.fc(x)\nopt = torch.optim.SGD(Net.parameters(), lr=1)",
        "module-unmade",
        "`Net` is a class: it is made first, `Net()`, and what it makes is called with data.",
        "opt = torch.optim.SGD(Net().parameters(), lr=1)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        self.l1 = nn.Linear(2, 2)\n        super().__init__()\n    def forward(self, x):\n        return self.l1(x)\nnet = Net()",
        "module-super",
        "`Net` does not call `super().__init__()` first, so `self.l1` has nowhere to go.",
        "super().__init__()",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self, hidden):\n        super().__init__()\n        self.l1 = nn.Linear(2, hidden)\n    def farward(self, x):\n        return self.l1(x)\nnet = Net(4)\nnet(torch.ones(1, 2))",
        "module-forward",
        "`Net` has no method `forward`; it has `farward`, on line 5.",
        "def forward(self, x):",
    ),
    (
        "class Net(nn.Module):\n    def __init__():\n        super().__init__()\nnet = Net()",
        "module-self",
        "`__init__` of `Net` does not take `self` (line 2).",
        "def __init__(self):",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = nn.ModuleList([nn.Linear(2, 4), nn.Linear(4, 1)])\n    def forward(self, x):\n        return self.layers(x)\nNet()(torch.rand(1, 2))",
        "module-list-called",
        "`self.layers` is a ModuleList: it keeps layers, and cannot be called itself.",
        "self.layers = nn.Sequential(*[nn.Linear(2, 4), nn.Linear(4, 1)])",
    ),
    (
        "class Net(nn.Module):\n    def step(x):\n        return x\nn = Net()\nn.step(3)",
        "module-self",
        "`step` of `Net` does not take `self` (line 2).",
        "def step(self, x):",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 1)\n    def encode(x):\n        return x * 2\n    def forward(self, x):\n        return self.fc(self.encode(x))\nNet()(torch.ones(1, 2))",
        "module-self",
        "`encode` of `Net` does not take `self` (line 5).",
        "def encode(self, x):",
    ),
    (
        'class Multi(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.heads = nn.ModuleDict({"age": nn.Linear(8, 1), "city": nn.Linear(8, 5)})\n    def forward(self, z):\n        return self.heads(z)\nMulti()(torch.randn(2, 8))',
        "module-list-called",
        "`self.heads` is a ModuleDict: it keeps layers, and cannot be called itself.",
        "return {name: layer(z) for name, layer in self.heads.items()}",
    ),
    (
        "class Mixer(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.blocks = nn.ModuleList()\n        for k in (3, 5):\n            self.blocks.append(nn.Conv1d(2, 2, k, padding=k // 2))\n    def forward(self, wave):\n        return self.blocks(wave)\nMixer()(torch.randn(1, 2, 30))",
        "module-list-called",
        "`self.blocks` is a ModuleList: it keeps layers, and cannot be called itself.",
        "self.blocks = nn.Sequential()",
    ),
    (
        "class Base(nn.Module):\n    def __init__(self, d):\n        self.d = d\n        self.lin = nn.Linear(d, 1)\nclass Child(Base):\n    def __init__(self):\n        super().__init__(4)\n    def forward(self, x):\n        return self.lin(x)\nChild()(torch.ones(1, 4))",
        "module-super",
        "`Base` does not call `super().__init__()` first, so `self.lin` has nowhere to go.",
        "super().__init__()",
    ),
    (
        "class Up(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.l = nn.Linear(2, 4)\n    def forward(self):\n        return self.l(x)\nx = torch.randn(3, 2)\nUp()(x)",
        "module-data",
        "`forward` of `Up` takes no data, only `self` (line 5), and is given some.",
        "def forward(self, x):",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
