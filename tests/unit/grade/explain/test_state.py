# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Saving and loading."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.Linear(2, 1).load_state_dict(nn.Linear(3, 1).state_dict())",
        "state-sizes",
        "`weight` is (1, 3) in `nn.Linear(3, 1).state_dict()` and (1, 2) in `nn.Linear(2, 1)`.",
        "nn.Linear(3, 1).load_state_dict(nn.Linear(3, 1).state_dict())",
    ),
    (
        "nn.Linear(2, 1).load_state_dict(nn.Sequential(nn.Linear(2, 1)).state_dict())",
        "state-names",
        "`nn.Sequential(nn.Linear(2, 1)).state_dict()` names things otherwise than `nn.Linear(2, 1)` does.",
        'nn.Linear(2, 1).load_state_dict({k.removeprefix("0."): v for k, v in nn.Sequential(nn.Linear(2, 1)).state_dict().items()})',
    ),
    (
        'nn.Linear(2, 1).load_state_dict("model.pt")',
        "state-path",
        '`"model.pt"` is the name of a file; load_state_dict takes what is in it.',
        "",
    ),
    (
        "nn.Linear(2, 1).load_state_dict(nn.Linear(2,1))",
        "state-module",
        "`nn.Linear(2,1)` is a module; load_state_dict takes its state_dict().",
        "nn.Linear(2, 1).load_state_dict(nn.Linear(2,1).state_dict())",
    ),
    (
        "m = nn.Linear(2,1)\nm = m.load_state_dict(m.state_dict())\nm(torch.ones(1,2))",
        "state-result",
        "`m` is no longer the model (line 2).",
        "m.load_state_dict(m.state_dict())",
    ),
    (
        'm = nn.Linear(2,1)\nsd = {"module."+k: v for k,v in m.state_dict().items()}\nm.load_state_dict(sd)',
        "state-names",
        "`sd` names things otherwise than `m` does.",
        'm.load_state_dict({k.removeprefix("module."): v for k, v in sd.items()})',
    ),
    (
        'torch.load("nope.pt")',
        "state-file",
        'There is no file `"nope.pt"` here.',
        "",
    ),
    (
        "m=nn.Linear(1,1)\ntorch.save(m.state_dict())",
        "state-file",
        "torch.save needs a file name as well: `torch.save(m.state_dict(), ...)`.",
        'torch.save(m.state_dict(), "model.pt")',
    ),
    (
        'm=nn.Linear(1,1)\nm.load("x.pt")',
        "state-method",
        "A module has no `load`; its state is what is loaded.",
        "",
    ),
    (
        'm=nn.Linear(1,1)\nm.save("x.pt")',
        "state-method",
        "A module has no `save`; its state is what is saved.",
        'torch.save(m.state_dict(), "x.pt")',
    ),
    (
        "m=nn.Linear(1,1)\no=torch.optim.SGD(m.parameters(), lr=1)\no.load_state_dict(m.state_dict())",
        "state-kind",
        "`m.state_dict()` is the state of a model; an optimizer has a state of its own.",
        "",
    ),
    (
        'm=nn.Linear(1,1)\nm.load_state_dict({"model": m.state_dict(), "epoch": 3})',
        "state-names",
        '`{"model": m.state_dict(), "epoch": 3}` is a dictionary around the state; the state itself is under `model`.',
        'm.load_state_dict(({"model": m.state_dict(), "epoch": 3})["model"])',
    ),
    (
        "big = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))\nsmall = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2))\nstate = big.state_dict()\nsmall.load_state_dict(state)",
        "state-sizes",
        "`0.weight` is (8, 4) in `state` and (6, 4) in `small`.",
        "small = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))",
    ),
    (
        "class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = nn.Linear(2, 2)\nclass B(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.lin = nn.Linear(2, 2)\nB().load_state_dict(A().state_dict())",
        "state-names",
        "`A().state_dict()` names things otherwise than `B()` does.",
        'B().load_state_dict({k.replace("layer.", "lin."): v for k, v in A().state_dict().items()})',
    ),
    (
        'model = nn.Linear(3, 2)\nmodel.load_state_dict(torch.load("weights.pth"))',
        "state-file",
        'There is no file `"weights.pth"` here.',
        "",
    ),
    (
        "net = nn.DataParallel(nn.Linear(2, 2))\nplain = nn.Linear(2, 2)\nplain.load_state_dict(net.state_dict())",
        "state-names",
        "`net.state_dict()` names things otherwise than `plain` does.",
        'plain.load_state_dict({k.removeprefix("module."): v for k, v in net.state_dict().items()})',
    ),
    (
        "class C(nn.Module):\n    def __init__(self, classes):\n        super().__init__()\n        self.body = nn.Linear(6, 8)\n        self.head = nn.Linear(8, classes)\nold, new = C(10), C(4)\nnew.load_state_dict(old.state_dict())",
        "state-sizes",
        "`head.weight` is (10, 8) in `old.state_dict()` and (4, 8) in `new`.",
        "old, new = C(10), C(10)",
    ),
    (
        "class AE(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.encoder = nn.Linear(4, 2)\n        self.decoder = nn.Linear(2, 4)\nae = AE()\nprobe = nn.Linear(4, 2)\nprobe.load_state_dict(ae.state_dict())",
        "state-names",
        "`ae.state_dict()` names things otherwise than `probe` does.",
        'probe.load_state_dict({k.removeprefix("encoder."): v for k, v in ae.state_dict().items() if k.startswith("encoder.")})',
    ),
    (
        "class Old(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 2)\nclass New(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 2)\n        self.norm = nn.LayerNorm(2)\nn = New()\nn.load_state_dict(Old().state_dict())",
        "state-names",
        "`Old().state_dict()` names things otherwise than `n` does.",
        "n.load_state_dict(Old().state_dict(), strict=False)",
    ),
    (
        "class Old(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.encoder = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))\n        self.classifier = nn.Linear(3, 2)\nclass New(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.backbone = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))\n        self.classifier = nn.Linear(3, 2)\nw = Old().state_dict()\nnet = New()\nnet.load_state_dict(w)",
        "state-names",
        "`w` names things otherwise than `net` does.",
        'net.load_state_dict({k.replace("encoder.", "backbone."): v for k, v in w.items()})',
    ),
    (
        "src = nn.Embedding(100, 8)\ndst = nn.Embedding(120, 8)\ndef transfer(a, b):\n    b.load_state_dict(a.state_dict())\ntransfer(src, dst)",
        "state-sizes",
        "`weight` is (100, 8) in `a.state_dict()` and (120, 8) in `b`.",
        "dst = nn.Embedding(100, 8)",
    ),
    (
        "m = nn.Linear(2, 2)\nopt = torch.optim.Adam(m.parameters())\nopt2 = torch.optim.Adam(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)).parameters())\nopt2.load_state_dict(opt.state_dict())",
        "state-optimizer",
        "`opt.state_dict()` is of an optimizer of other parameters than those of `opt2`.",
        "",
    ),
    (
        'class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.body = nn.ModuleDict({"a": nn.Linear(2, 2)})\n    def forward(self, x):\n        return self.body["a"](x)\na = A()\nsd = {k.replace("body", "trunk"): v for k, v in a.state_dict().items()}\na.load_state_dict(sd)',
        "state-names",
        "`sd` names things otherwise than `a` does.",
        'a.load_state_dict({k.replace("trunk.", "body."): v for k, v in sd.items()})',
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
