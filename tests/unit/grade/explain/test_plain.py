# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Plain Python values."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "torch.optim.Adam(nn.Linear(1,1).parameters(), betas=0.9)",
        "plain-place",
        "`nn.Linear(1,1).parameters()` is a float, and has no places to ask for in square brackets.",
        "",
    ),
    (
        "m=nn.Linear(1,1)\nlen(m.parameters())",
        "plain-len",
        "`m.parameters()` is a generator, and len() counts the entries of lists, texts and tensors.",
        "len(list(m.parameters()))",
    ),
    (
        "m=nn.Linear(1,1)\nm.parameters()[0]",
        "plain-place",
        "`m.parameters()` gives its values one by one; it has no places to ask for.",
        "list(m.parameters())[0]",
    ),
    (
        "m=nn.Linear(1,1)\nm[0]",
        "plain-place",
        "`m` is a Linear, and has no places to ask for in square brackets.",
        "",
    ),
    (
        '"loss: " + 3',
        "plain-text",
        '`"loss: "` is a text and `3` an int; + does not join them.',
        '"loss: " + str(3)',
    ),
    (
        '"loss: " + torch.tensor(3.)',
        "plain-text",
        '`"loss: "` is a text and `torch.tensor(3.)` a Tensor; + does not join them.',
        '"loss: " + str(torch.tensor(3.))',
    ),
    (
        '5 + "4"',
        "plain-text",
        '`"4"` is a text and `5` an int; + does not join them.',
        '5 + int("4")',
    ),
    (
        "[1, 2] - [1, 1]",
        "plain-list",
        "`[1, 2]` and `[1, 1]` are Python lists, and - does not compute on lists.",
        "torch.tensor([1, 2]) - torch.tensor([1, 1])",
    ),
    (
        "[1, 2] * 0.5",
        "plain-list",
        "`[1, 2]` is a Python list, and * does not compute on lists.",
        "torch.tensor([1, 2]) * 0.5",
    ),
    (
        "[1, 2] + torch.ones(2)",
        "plain-list",
        "`[1, 2]` is a Python list, and + does not compute on lists.",
        "torch.tensor([1, 2]) + torch.ones(2)",
    ),
    (
        '"3" < 4',
        "plain-order",
        '`"3"` is a str and `4` an int; < cannot compare them.',
        'float("3") < 4',
    ),
    (
        "len(5)",
        "plain-len",
        "`5` is an int, and len() counts the entries of lists, texts and tensors.",
        "",
    ),
    (
        "for i in 5: print(i)",
        "plain-loop",
        "`5` is an int and cannot be gone through.",
        "for i in range(5): print(i)",
    ),
    (
        "m=nn.Linear(1,1)\nfor p in m.parameters: print(p)",
        "plain-loop",
        "`m.parameters` is a method and cannot be gone through.",
        "for p in m.parameters(): print(p)",
    ),
    (
        "x = torch.ones(3, 2)\nx.size[0]",
        "plain-uncalled",
        "`x.size` is a method, and is called with parentheses: `x.size(0)`.",
        "x.shape[0]",
    ),
    (
        "x = torch.ones(3, 2)\nfor i in range(x.size): pass",
        "plain-uncalled",
        "`x.size` is a function that has not been called: `x.size(0)`.",
        "for i in range(x.size(0)): pass",
    ),
    (
        "x = torch.ones(3, 2)\nx.size + 1",
        "plain-uncalled",
        "`x.size` is a function that has not been called: `x.size(0)`.",
        "x.size(0) + 1",
    ),
    (
        "rows = [[1, 2], [3, 4]]\nrows[0, 1]",
        "plain-place",
        "`rows` is a list, and `0, 1` a tuple: it takes whole numbers.",
        "rows[0][1]",
    ),
    (
        'int("3.5")',
        "plain-number",
        "`\"3.5\"` is '3.5', which is not written as a number that int() reads.",
        'int(float("3.5"))',
    ),
    (
        "t = (1, 2)\nt[0] = 5",
        "plain-tuple",
        "`t` is a tuple, whose entries cannot be changed; a list's can.",
        "",
    ),
    (
        "m = nn.Linear(1,1)\nfor p in m.parameters: print(p)",
        "plain-loop",
        "`m.parameters` is a method and cannot be gone through.",
        "for p in m.parameters(): print(p)",
    ),
    (
        'x = torch.rand(3)\nprint("mean: " + x.mean())',
        "plain-text",
        '`"mean: "` is a text and `x.mean()` a Tensor; + does not join them.',
        'print("mean: " + str(x.mean()))',
    ),
    (
        'epochs = "10"\nfor e in range(epochs):\n    pass',
        "plain-text",
        "`epochs` is a text, '10', and range() takes whole numbers.",
        "for e in range(int(epochs)):",
    ),
    (
        "n = 10\nfor i in n:\n    pass",
        "plain-loop",
        "`n` is an int and cannot be gone through.",
        "for i in range(n):",
    ),
    (
        "x = torch.rand(3)\ny = x.numpy\ny + 1",
        "plain-uncalled",
        "`y` is a function that has not been called: `y()`.",
        "y() + 1",
    ),
    (
        "x = torch.rand(3)\nn = x.numel\ntorch.ones(n)",
        "plain-uncalled",
        "`n` is a function that has not been called: `n()`.",
        "torch.ones(n())",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 2)\n    def forward(self, x):\n        return self.fc(x)\nnet = Net()\nnet[0]",
        "plain-place",
        "`net` is a Net, and has no places to ask for in square brackets.",
        "",
    ),
    (
        'int("abc")',
        "plain-number",
        "`\"abc\"` is 'abc', which is not written as a number that int() reads.",
        "",
    ),
    (
        'float("1,5")',
        "plain-number",
        "`\"1,5\"` is '1,5', which is not written as a number that float() reads.",
        "",
    ),
    (
        '"a" * 2.5',
        "plain-text",
        '`"a"` is a text, and * with a text repeats it a whole number of times.',
        "",
    ),
    (
        "b, c, h, w = torch.ones(3, 4).shape",
        "unpack",
        "`torch.ones(3, 4).shape` (3, 4) gives 2 values, and there are 4 names for them.",
        "h, w = torch.ones(3, 4).shape",
    ),
    (
        "a, b = torch.ones(3)",
        "unpack",
        "`torch.ones(3)` (3,) gives 3 values, and there are 2 names for them.",
        "a, b, _ = torch.ones(3)",
    ),
    (
        "a, b = nn.Linear(1,1)",
        "unpack",
        "`nn.Linear(1,1)` is a single Linear, and there are several names for it.",
        "",
    ),
    (
        "for i, x in [1, 2, 3]: pass",
        "unpack",
        "An entry of `[1, 2, 3]` is a single int, and there are several names for it.",
        "for i, x in enumerate([1, 2, 3]): pass",
    ),
    (
        'd = {"a": 1, "b": 2}\nfor k, v in d: pass',
        "unpack",
        "Each entry of `d` gives 1 value, and there are 2 names for them.",
        "for k, v in d.items(): pass",
    ),
    (
        "a, b, c = 1, 2",
        "unpack",
        "`1, 2` gives 2 values, and there are 3 names for them.",
        "",
    ),
    (
        "a, b = 5",
        "unpack",
        "`5` is a single int, and there are several names for it.",
        "",
    ),
    (
        "def stats(x):\n    return x.mean(), x.std()\na, b, c = stats(torch.rand(5))",
        "unpack",
        "`stats(torch.rand(5))` gives 2 values, and there are 3 names for them.",
        "",
    ),
    (
        "xs = [1, 2, 3]\nxs[3]",
        "place-range",
        "`xs` has 3 entries, at places 0 to 2. There is no place 3.",
        "xs[-1]",
    ),
    (
        "xs = [1, 2, 3]\nfor i in range(len(xs) + 1):\n    print(xs[i])",
        "place-range",
        "`xs` has 3 entries, at places 0 to 2. `i` is 3.",
        "for i in range(len(xs)):",
    ),
    (
        "xs = []\nxs[0]",
        "place-empty",
        "`xs` is empty, so there is nothing to take from it.",
        "",
    ),
    (
        "[].pop()",
        "place-empty",
        "`[]` is empty, so there is nothing to take from it.",
        "",
    ),
    (
        'd = {"weight": 1, "bias": 2}\nd["weights"]',
        "key",
        "`d` has no key `weights`; it has `weight`.",
        'd["weight"]',
    ),
    (
        "total, n = 5, 0\ntotal / n",
        "zero",
        "`n` is 0 here, and nothing can be divided by 0.",
        "total / max(n, 1)",
    ),
    (
        "def f(n): return f(n - 1)\nf(3)",
        "recursion",
        "`f` calls itself without end.",
        "",
    ),
    (
        "class N(nn.Module):\n    def forward(self, x): return self(x)\nN()(1)",
        "recursion",
        "`forward` calls itself without end.",
        "",
    ),
    (
        "xs = [1, 2, 3]\nfor i in range(len(xs)):\n    print(xs[i + 1] - xs[i])",
        "place-range",
        "`xs` has 3 entries, at places 0 to 2. `i + 1` is 3.",
        "for i in range(len(xs) - 1):",
    ),
    (
        "xs = [[1, 2], [3]]\nxs[1][1]",
        "place-range",
        "`xs[1]` has 1 entry, at places 0 to 0. There is no place 1.",
        "xs[1][-1]",
    ),
    (
        'cfg = {"lr": 0.1, "batch_size": 32}\ncfg["batchsize"]',
        "key",
        "`cfg` has no key `batchsize`; it has `batch_size`.",
        'cfg["batch_size"]',
    ),
    (
        "history = []\navg = sum(history) / len(history)",
        "zero",
        "`len(history)` is 0 here, and nothing can be divided by 0.",
        "avg = sum(history) / max(len(history), 1)",
    ),
    (
        "correct, total = 0, 0\nprint(correct / total)",
        "zero",
        "`total` is 0 here, and nothing can be divided by 0.",
        "print(correct / max(total, 1))",
    ),
    (
        "net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))\nnet[3]",
        "place-range",
        "`net` has 3 layers, at places 0 to 2. There is no place 3.",
        "net[-1]",
    ),
    (
        'net = nn.ModuleDict({"a": nn.Linear(2, 2)})\nnet["b"](torch.rand(1, 2))',
        "key",
        "`net` has no key `b`.",
        "",
    ),
    (
        "[1, 2, 3].index(7)",
        "place-absent",
        "`7` is not in `[1, 2, 3]`.",
        "",
    ),
    (
        "max([])",
        "place-empty",
        "`[]` is empty, so it has no max.",
        "",
    ),
    (
        'open("data.csv")',
        "file",
        'There is no file `"data.csv"` here.',
        "",
    ),
    (
        "losses = []\nbest = min(losses)",
        "place-empty",
        "`losses` is empty, so it has no min.",
        "",
    ),
    (
        "batch = torch.rand(8, 3)\nhalf = batch.size() // 2",
        "size-number",
        "`batch.size()` is a shape, (8, 3), and // computes with one number.",
        "half = batch.size()[0] // 2",
    ),
    (
        'n = torch.rand(8, 3)\nif n.shape > 4:\n    print("big")',
        "size-number",
        "`n.shape` is a shape, (8, 3), and > computes with one number.",
        "if n.shape[0] > 4:",
    ),
    (
        "x = torch.rand(4, 5)\nr = torch.arange(x.argmax(dim=1))",
        "whole-size",
        "`x.argmax(dim=1)` (4,) is a tensor of int64; arange() takes one whole number.",
        "r = torch.arange(len(x.argmax(dim=1)))",
    ),
    (
        "n = torch.rand(8, 3)\nprint(n.dim == 2, n.dim[0])",
        "plain-uncalled",
        "`n.dim` is a method, and is called with parentheses: `n.dim()`.",
        "print(n.dim == 2, n.shape[0])",
    ),
    (
        "steps = torch.tensor([3, 4])\ngrid = torch.zeros(steps, 2)",
        "whole-size",
        "`steps` (2,) is a tensor of int64; zeros() takes whole numbers.",
        "grid = torch.zeros(*steps.int().tolist(), 2)",
    ),
    (
        "freq = {}\nfor t in torch.tensor([1, 1, 2]):\n    freq[t] = freq[t] + 1 if t in freq else 1\nprint(freq[1])",
        "key-tensor",
        "`freq` has no key `1`: its keys are tensors, such as `tensor(1)`.",
        "for t in torch.tensor([1, 1, 2]).tolist():",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
