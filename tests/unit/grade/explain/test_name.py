# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Names that are not there."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1,1)\n    def forward(self, x): return fc(x)\nN()(torch.ones(1,1))",
        "name-self",
        "`fc` belongs to the object: inside a method it is reached as `self.fc`.",
        "def forward(self, x): return self.fc(x)",
    ),
    (
        "x = torch.ones(3)\ny = xx + 1",
        "name-near",
        "There is no name `xx`; there is `x`, bound on line 1.",
        "y = x + 1",
    ),
    (
        "np_array = nump.ones(3)",
        "name-near",
        "There is no name `nump`; there is `np`.",
        "np_array = np.ones(3)",
    ),
    (
        "x = randn(3)",
        "name-home",
        "`randn` alone is no name here: it is `torch.randn`.",
        "x = torch.randn(3)",
    ),
    (
        "l = Linear(2, 3)",
        "name-home",
        "`Linear` alone is no name here: it is `torch.nn.Linear`.",
        "l = torch.nn.Linear(2, 3)",
    ),
    (
        "x = torch.ones(3, device=cuda)",
        "name-quotes",
        "`cuda` is meant as a text for `device`, and a text stands in quotes.",
        'x = torch.ones(3, device="cuda" if torch.cuda.is_available() else "cpu")',
    ),
    (
        "print(Torch.ones(2))",
        "name-near",
        "There is no name `Torch`; there is `torch`.",
        "print(torch.ones(2))",
    ),
    (
        "flag = true",
        "name-word",
        "Python writes `True` with a capital; `true` is no name here.",
        "flag = True",
    ),
    (
        "print(total)\ntotal = 5",
        "name-later",
        "`total` is bound on line 2 only, and used before, on line 1.",
        "total = 5",
    ),
    (
        "def g():\n    inner = 5\ng()\nprint(inner)",
        "name-inner",
        "`inner` of line 2 is not known here: what a function or a class binds stays inside it.",
        "",
    ),
    (
        "count = 0\ndef inc():\n    count += 1\ninc()",
        "name-local",
        "`count` is assigned somewhere in the body of `inc`, so there it is a name of its own, not yet bound.",
        "",
    ),
    (
        "import tourch",
        "import-unknown",
        "There is no module `tourch`; there is `torch`.",
        "import torch",
    ),
    (
        "from torch.utils.data import Dataloader",
        "import-unknown",
        "There is no name `Dataloader` in `torch.utils.data`; there is `DataLoader`.",
        "from torch.utils.data import DataLoader",
    ),
    (
        "opt = SGD([torch.ones(1, requires_grad=True)], lr=1)",
        "name-home",
        "`SGD` alone is no name here: it is `torch.optim.SGD`.",
        "opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1)",
    ),
    (
        "lr = 0.1\nw = torch.rand(2, requires_grad=True)\nw = w - lr * grad",
        "name-unknown",
        "There is no name `grad` here.",
        "",
    ),
    (
        "def train():\n    loss = compute_loss()\n    return loss\ntrain()",
        "name-unknown",
        "There is no name `compute_loss` here.",
        "",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 2)\n    def forward(self, x):\n        return relu(self.fc(x))\nNet()(torch.rand(1, 2))",
        "name-home",
        "`relu` alone is no name here: it is `torch.nn.functional.relu`.",
        "return torch.nn.functional.relu(self.fc(x))",
    ),
    (
        "print(undefined_thing)",
        "name-unknown",
        "There is no name `undefined_thing` here.",
        "",
    ),
    (
        "import torch.nn.functionnal as F2",
        "import-unknown",
        "There is no module `torch.nn.functionnal`; there is `functools`.",
        "",
    ),
    (
        "from torch import nnn",
        "import-unknown",
        "There is no name `nnn` in `torch`; there is `nn`.",
        "from torch import nn",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
