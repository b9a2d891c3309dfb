# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Classes and functions taken for each other."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.Sequential(nn.Linear(1, 1), nn.Tanh)",
        "sequential-class",
        "`nn.Tanh` is the class; a layer is made from it with parentheses, `nn.Tanh()`.",
        "nn.Sequential(nn.Linear(1, 1), nn.Tanh())",
    ),
    (
        "nn.Sequential(nn.Linear(1, 1), F.relu())",
        "function-without-data",
        "`F.relu()` is a function and needs the tensor it works on.",
        "nn.Sequential(nn.Linear(1, 1), nn.ReLU())",
    ),
    (
        "nn.Sequential([nn.Linear(1, 1)])",
        "sequential-list",
        "`[nn.Linear(1, 1)]` is a list of layers, and Sequential takes the layers one by one.",
        "nn.Sequential(*[nn.Linear(1, 1)])",
    ),
    (
        "nn.Sequential(nn.Linear(1, 1), F.relu)",
        "sequential-function",
        "`F.relu` is a function, and Sequential takes layers: `nn.ReLU()`.",
        "nn.Sequential(nn.Linear(1, 1), nn.ReLU())",
    ),
    (
        "nn.ModuleList(nn.Linear(1,1), nn.Linear(1,1))",
        "sequential-list",
        "A ModuleList takes one list; `nn.Linear(1,1), nn.Linear(1,1)` stands without its brackets.",
        "nn.ModuleList([nn.Linear(1,1), nn.Linear(1,1)])",
    ),
    (
        "nn.ReLU(torch.ones(2)).sum()",
        "class-with-data",
        "`nn.ReLU` is a class: `nn.ReLU(torch.ones(2))` takes the data for its settings.",
        "nn.ReLU()(torch.ones(2)).sum()",
    ),
    (
        "nn.Softmax(torch.ones(2)) + 1",
        "class-with-data",
        "`nn.Softmax` is a class: `nn.Softmax(torch.ones(2))` takes the data for its settings.",
        "nn.Softmax(dim=-1)(torch.ones(2)) + 1",
    ),
    (
        "nn.Softmax(torch.ones(2)) @ torch.ones(2)",
        "class-with-data",
        "`nn.Softmax` is a class: `nn.Softmax(torch.ones(2))` takes the data for its settings.",
        "nn.Softmax(dim=-1)(torch.ones(2)) @ torch.ones(2)",
    ),
    (
        "nn.Linear(torch.ones(2,3), 4)",
        "class-with-data",
        "`nn.Linear` is made with two numbers, and `torch.ones(2,3)` (2, 3) is the data.",
        "nn.Linear(3, 4)(torch.ones(2,3))",
    ),
    (
        "nn.Linear(2.5,3)",
        "layer-size",
        "`2.5` is 2.5, a float, and the sizes of a layer are whole numbers.",
        "",
    ),
    (
        "nn.Linear(4/2,3)",
        "layer-size",
        "`4/2` is 2.0, a float, and the sizes of a layer are whole numbers.",
        "nn.Linear(4//2,3)",
    ),
    (
        "nn.MSELoss(torch.zeros(1), torch.zeros(1)).backward()",
        "class-with-data",
        "`nn.MSELoss` is a class: `nn.MSELoss(torch.zeros(1), torch.zeros(1))` takes the data for its settings.",
        "nn.MSELoss()(torch.zeros(1), torch.zeros(1)).backward()",
    ),
    (
        "nn.CrossEntropyLoss(torch.zeros(2,3), torch.tensor([0,1]))",
        "class-with-data",
        "`nn.CrossEntropyLoss` is a class: `nn.CrossEntropyLoss(torch.zeros(2,3), torch.ten…` takes the data for its settings.",
        "nn.CrossEntropyLoss()(torch.zeros(2,3), torch.tensor([0,1]))",
    ),
    (
        "nn.CrossEntropyLoss(torch.zeros(2,3), torch.tensor([0,1])).backward()",
        "class-with-data",
        "`nn.CrossEntropyLoss` is a class: `nn.CrossEntropyLoss(torch.zeros(2,3), torch.ten…` takes the data for its settings.",
        "nn.CrossEntropyLoss()(torch.zeros(2,3), torch.tensor([0,1])).backward()",
    ),
    (
        "nn.BCELoss(torch.zeros(2), torch.zeros(2))",
        "class-with-data",
        "`nn.BCELoss` is a class: `nn.BCELoss(torch.zeros(2), torch.zeros(2))` takes the data for its settings.",
        "nn.BCELoss()(torch.zeros(2), torch.zeros(2))",
    ),
    (
        "F.MSELoss(torch.zeros(2), torch.zeros(2))",
        "class-or-function",
        "`F.MSELoss` is not there: the function is `mse_loss`, the class `MSELoss` is in torch.nn.",
        "F.mse_loss(torch.zeros(2), torch.zeros(2))",
    ),
    (
        "nn.mse_loss(torch.zeros(2), torch.zeros(2))",
        "class-or-function",
        "`nn.mse_loss` is not there: torch.nn has the class `MSELoss`, torch.nn.functional the function.",
        "torch.nn.functional.mse_loss(torch.zeros(2), torch.zeros(2))",
    ),
    (
        "nn.relu(torch.zeros(2))",
        "class-or-function",
        "`nn.relu` is not there: torch.nn has the class `ReLU`, torch.nn.functional the function.",
        "torch.nn.functional.relu(torch.zeros(2))",
    ),
    (
        "F.ReLU(torch.zeros(2))",
        "class-or-function",
        "`F.ReLU` is not there: the function is `relu`, the class `ReLU` is in torch.nn.",
        "F.relu(torch.zeros(2))",
    ),
    (
        "nn.Sequential(nn.Linear(1, 1), torch.tanh)",
        "sequential-function",
        "`torch.tanh` is a function, and Sequential takes layers: `nn.Tanh()`.",
        "nn.Sequential(nn.Linear(1, 1), nn.Tanh())",
    ),
    (
        "nn.MSELoss(torch.zeros(2), torch.zeros(2))",
        "class-with-data",
        "`nn.MSELoss` is a class: `nn.MSELoss(torch.zeros(2), torch.zeros(2))` takes the data for its settings.",
        "nn.MSELoss()(torch.zeros(2), torch.zeros(2))",
    ),
    (
        "layers = [nn.Linear(1, 1), nn.ReLU()]\nnet = nn.Sequential(layers)",
        "sequential-list",
        "`layers` is a list of layers, and Sequential takes the layers one by one.",
        "net = nn.Sequential(*layers)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.net = nn.Sequential(nn.Linear(1, 1), nn.ReLU, nn.Linear(1, 1))\nnet = Net()",
        "sequential-class",
        "`nn.ReLU` is the class; a layer is made from it with parentheses, `nn.ReLU()`.",
        "self.net = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 1))",
    ),
    (
        "y = nn.ReLU(torch.randn(3))\nprint(y.shape)",
        "class-with-data",
        "`nn.ReLU` is a class: `nn.ReLU(torch.randn(3))` takes the data for its settings.",
        "y = nn.ReLU()(torch.randn(3))",
    ),
    (
        "torch.SGD(nn.Linear(1,1).parameters())",
        "class-or-function",
        "`torch.SGD` is not there: `SGD` is in torch.optim.",
        "torch.optim.SGD(nn.Linear(1,1).parameters())",
    ),
    (
        "def block(n):\n    return [nn.Linear(n, n), nn.ReLU()]\nnet = nn.Sequential(block(3), nn.Linear(3, 1))",
        "sequential-list",
        "`block(3)` is a list of layers, and Sequential takes the layers one by one.",
        "net = nn.Sequential(*block(3), nn.Linear(3, 1))",
    ),
    (
        "act = F.relu\nnet = nn.Sequential(nn.Linear(2, 2), act)",
        "sequential-function",
        "`act` is a function, and Sequential takes layers: `nn.ReLU()`.",
        "net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())",
    ),
    (
        "net = nn.Sequential(nn.Linear(2, 2), lambda x: x * 2)",
        "sequential-entry",
        "`lambda x: x * 2` is a function, no module; Sequential takes modules alone.",
        "class Step(nn.Module):\n    def forward(self, x):\n        return x * 2\n... Step() ...",
    ),
    (
        "logits = torch.randn(3, 4)\nprobs = nn.Softmax(logits)\nprint(probs.sum())",
        "class-with-data",
        "`nn.Softmax` is a class: `nn.Softmax(logits)` takes the data for its settings.",
        "probs = nn.Softmax(dim=-1)(logits)",
    ),
    (
        "pred = torch.randn(3, requires_grad=True)\ntarget = torch.randn(3)\nloss = nn.MSELoss(pred, target)\nloss.backward()",
        "class-with-data",
        "`nn.MSELoss` is a class: `nn.MSELoss(pred, target)` takes the data for its settings.",
        "loss = nn.MSELoss()(pred, target)",
    ),
    (
        "pred = torch.randn(3, 1, requires_grad=True)\ntarget = torch.randn(3)\ncriterion = nn.L1Loss\nloss = criterion(pred, target)",
        "class-kept",
        "`criterion` is the class `nn.L1Loss` itself; it is made with parentheses, `nn.L1Loss()`.",
        "criterion = nn.L1Loss()",
    ),
    (
        "model = nn.Sequential(nn.Linear(2, 4), nn.ReLU, nn.Dropout(0.5), nn.Linear(4, 1))",
        "sequential-class",
        "`nn.ReLU` is the class; a layer is made from it with parentheses, `nn.ReLU()`.",
        "model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 1))",
    ),
    (
        "model = nn.Sequential(nn.Linear(2, 4), F.softmax, nn.Linear(4, 1))",
        "sequential-function",
        "`F.softmax` is a function, and Sequential takes layers: `nn.Softmax()`.",
        "model = nn.Sequential(nn.Linear(2, 4), nn.Softmax(dim=1), nn.Linear(4, 1))",
    ),
    (
        "model = nn.Sequential(nn.Linear(2, 4), torch.relu(torch.rand(2)), nn.Linear(4, 1))",
        "sequential-function",
        "`torch.relu(torch.rand(2))` is a tensor, and Sequential takes layers: `nn.ReLU()`.",
        "model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))",
    ),
    (
        "mods = nn.ModuleList(nn.Linear(2, 2))",
        "sequential-list",
        "A ModuleList takes one list; `nn.Linear(2, 2)` stands without its brackets.",
        "mods = nn.ModuleList([nn.Linear(2, 2)])",
    ),
    (
        'mods = nn.ModuleList([nn.Linear(2, 2), "relu"])',
        "sequential-entry",
        '`"relu"` is no module; ModuleList takes modules alone.',
        "mods = nn.ModuleList([nn.Linear(2, 2), nn.ReLU()])",
    ),
    (
        "md = nn.ModuleDict([nn.Linear(2, 2)])",
        "sequential-list",
        "`[nn.Linear(2, 2)]` is a list, and a ModuleDict takes a dict: each layer with its name.",
        "md = nn.ModuleList([nn.Linear(2, 2)])",
    ),
    (
        "soft = nn.LogSoftmax(torch.rand(3, 3))\nsoft.argmax()",
        "class-with-data",
        "`nn.LogSoftmax` is a class: `nn.LogSoftmax(torch.rand(3, 3))` takes the data for its settings.",
        "soft = nn.LogSoftmax(dim=-1)(torch.rand(3, 3))",
    ),
    (
        "drop = nn.Dropout(torch.rand(3))",
        "class-with-data",
        "`nn.Dropout` is a class: `nn.Dropout(torch.rand(3))` takes the data for its settings.",
        "drop = nn.Dropout()(torch.rand(3))",
    ),
    (
        "pool = nn.MaxPool2d(torch.rand(1, 1, 4, 4), 2)\npool + 1",
        "class-with-data",
        "`nn.MaxPool2d` is a class: `nn.MaxPool2d(torch.rand(1, 1, 4, 4), 2)` takes the data for one of its settings.",
        "pool = nn.MaxPool2d(2)(torch.rand(1, 1, 4, 4))",
    ),
    (
        "loss = nn.CrossEntropyLoss(torch.rand(3, 3), torch.tensor([0, 1, 2]))",
        "class-with-data",
        "`nn.CrossEntropyLoss` is a class: `nn.CrossEntropyLoss(torch.rand(3, 3), torch.ten…` takes the data for its settings.",
        "loss = nn.CrossEntropyLoss()(torch.rand(3, 3), torch.tensor([0, 1, 2]))",
    ),
    (
        "bce = nn.BCEWithLogitsLoss\nbce(torch.rand(3), torch.ones(3))",
        "class-kept",
        "`bce` is the class `nn.BCEWithLogitsLoss` itself; it is made with parentheses, `nn.BCEWithLogitsLoss()`.",
        "bce = nn.BCEWithLogitsLoss()",
    ),
    (
        "l = nn.linear(2, 3)",
        "class-or-function",
        "`nn.linear` is not there: torch.nn has the class `Linear`, torch.nn.functional the function.",
        "l = nn.Linear(2, 3)",
    ),
    (
        "l = nn.softmax(dim=1)",
        "class-or-function",
        "`nn.softmax` is not there: torch.nn has the class `Softmax`, torch.nn.functional the function.",
        "l = nn.Softmax(dim=1)",
    ),
    (
        "opt = torch.Adam(nn.Linear(1, 1).parameters())",
        "class-or-function",
        "`torch.Adam` is not there: `Adam` is in torch.optim.",
        "opt = torch.optim.Adam(nn.Linear(1, 1).parameters())",
    ),
    (
        'stages = nn.Sequential({"proj": nn.Linear(4, 3), "act": nn.ReLU()})\nstages(torch.ones(2, 4))',
        "sequential-dict",
        '`{"proj": nn.Linear(4, 3), "act": nn.ReLU()}` is a plain dict, and Sequential takes the layers one by one.',
        'stages = nn.Sequential(*{"proj": nn.Linear(4, 3), "act": nn.ReLU()}.values())',
    ),
    (
        "class Trainer:\n    def __init__(self, model):\n        self.model = model\n        self.criterion = nn.MSELoss\n    def step(self, x, y):\n        loss = self.criterion(self.model(x), y)\n        loss.backward()\nTrainer(nn.Linear(3, 1)).step(torch.randn(4, 3), torch.randn(4, 1))",
        "class-kept",
        "`self.criterion` is the class `nn.MSELoss` itself; it is made with parentheses, `nn.MSELoss()`.",
        "self.criterion = nn.MSELoss()",
    ),
    (
        "def scaled(t):\n    return t * 0.5\nnet = nn.Sequential(nn.Linear(8, 4), scaled, nn.Linear(4, 1))\nprint(net(torch.randn(3, 8)).shape)",
        "sequential-entry",
        "`scaled` is a function, no module; Sequential takes modules alone.",
        "class Scaled(nn.Module):\n    def forward(self, x):\n        return scaled(x)\n... Scaled() ...",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self, activation):\n        super().__init__()\n        self.layers = nn.Sequential(nn.Linear(4, 4), activation, nn.Linear(4, 2))\n    def forward(self, x):\n        return self.layers(x)\nNet(nn.Tanh)(torch.randn(2, 4))",
        "sequential-class",
        "`activation` is the class; a layer is made from it with parentheses, `activation()`.",
        "self.layers = nn.Sequential(nn.Linear(4, 4), activation(), nn.Linear(4, 2))",
    ),
    (
        "class Two(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.left = nn.Linear(3, 3)\n        self.right = nn.Linear(3, 3)\n    def forward(self, x):\n        return self.left + self.right(x)\nTwo()(torch.randn(2, 3))",
        "module-as-value",
        "`self.left` is a module, a Linear; + needs what it gives.",
        "return self.left(x) + self.right(x)",
    ),
    (
        "def fit(model, loss_fn, x, y):\n    loss = loss_fn(model(x), y)\n    loss.backward()\nfit(nn.Linear(3, 2), nn.CrossEntropyLoss, torch.randn(4, 3), torch.tensor([0, 1, 1, 0]))",
        "class-kept",
        "`loss_fn` is the class `nn.CrossEntropyLoss` itself; it is made with parentheses, `nn.CrossEntropyLoss()`.",
        "fit(nn.Linear(3, 2), nn.CrossEntropyLoss(), torch.randn(4, 3), torch.tensor([0, 1, 1, 0]))",
    ),
    (
        'losses = {"reg": nn.L1Loss, "cls": nn.CrossEntropyLoss}\npred = nn.Linear(2, 1)(torch.randn(3, 2))\ntotal = losses["reg"](pred, torch.zeros(3, 1))\ntotal.backward()',
        "class-kept",
        '`losses["reg"]` is the class `nn.L1Loss` itself; it is made with parentheses, `nn.L1Loss()`.',
        'losses = {"reg": nn.L1Loss(), "cls": nn.CrossEntropyLoss}',
    ),
    (
        'acts = {"relu": nn.ReLU, "tanh": nn.Tanh}\ndef block(i, o, act="relu"):\n    return nn.Sequential(nn.Linear(i, o), acts[act])\nblock(3, 4)',
        "sequential-class",
        "`acts[act]` is the class; a layer is made from it with parentheses, `acts[act]()`.",
        "return nn.Sequential(nn.Linear(i, o), acts[act]())",
    ),
    (
        "layers = [nn.Linear(3, 3), F.gelu, nn.Linear(3, 1)]\nnet = nn.Sequential(*layers)\nnet(torch.randn(2, 3))",
        "sequential-function",
        "`F.gelu` is a function, and Sequential takes layers: `nn.GELU()`.",
        "layers = [nn.Linear(3, 3), nn.GELU(), nn.Linear(3, 1)]",
    ),
    (
        "class Enc(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.steps = nn.ModuleList([nn.Linear(3, 3), lambda t: t.relu(), nn.Linear(3, 1)])\n    def forward(self, x):\n        for s in self.steps:\n            x = s(x)\n        return x\nEnc()(torch.randn(2, 3))",
        "sequential-entry",
        "`lambda t: t.relu()` is a function, no module; ModuleList takes modules alone.",
        "class Step(nn.Module):\n    def forward(self, t):\n        return t.relu()\n... Step() ...",
    ),
    (
        "hinge = nn.HuberLoss\ndef evaluate(pred, truth, loss):\n    return loss(pred, truth).item()\nevaluate(torch.randn(4), torch.randn(4), hinge)",
        "class-kept",
        "`loss` is the class `nn.HuberLoss` itself; it is made with parentheses, `nn.HuberLoss()`.",
        "hinge = nn.HuberLoss()",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
