# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Indexing, masks, and picking by tensors of indices."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "torch.arange(4)[torch.tensor([1.])]",
        "index-dtype",
        "`torch.tensor([1.])` (float32) holds floats, and an index is a whole number, int64, or a mask.",
        ["torch.arange(4)[torch.tensor([1.]).long()]"],
    ),
    (
        "torch.zeros(2, 3)[2]",
        "index-range",
        "There is no 2: dimension 0 of `torch.zeros(2, 3)` (2, 3) has the indices 0 to 1.",
        ["torch.zeros(2, 3)[1]", "torch.zeros(2, 3)[:, 2]"],
    ),
    (
        "torch.zeros(2, 3)[0, 0, 0]",
        "index-many",
        "`torch.zeros(2, 3)` (2, 3) has 2 dimensions, and `[0, 0, 0]` has 3 indices.",
        ["torch.zeros(2, 3)[0, 0]"],
    ),
    (
        "torch.arange(3)[::-1]",
        "index-step",
        "`::-1` goes backwards, with step -1; the step of a tensor's slice is positive.",
        ["torch.arange(3).flip(0)"],
    ),
    (
        "torch.zeros(2, 3)[torch.tensor([True, False, True])]",
        "index-mask",
        "The mask `torch.tensor([True, False, True])` (3,) does not fit dimension 0 of `torch.zeros(2, 3)` (2, 3).",
        ["torch.zeros(2, 3)[:, torch.tensor([True, False, True])]"],
    ),
    (
        "torch.zeros(3, 3)[[0, 1], [0, 1, 2]]",
        "index-pairs",
        "`[0, 1]` and `[0, 1, 2]` pick 2 and 3 places.",
        ["torch.zeros(3, 3)[torch.tensor([0, 1])[:, None], [0, 1, 2]]", "torch.zeros(3, 3)[[0, 1]][:, [0, 1, 2]]"],
    ),
    (
        "torch.tensor(5)[0]",
        "index-number",
        "`torch.tensor(5)` is a single number, of shape (): it has no dimension to index.",
        ["torch.tensor(5).item()", "torch.tensor(5)"],
    ),
    (
        '["a", "b", "c"][torch.tensor([0, 1])]',
        "list-index",
        "`torch.tensor([0, 1])` (2,) is a tensor of several numbers: a list takes one index at a time.",
        ['[["a", "b", "c"][i] for i in torch.tensor([0, 1])]'],
    ),
    (
        "torch.zeros(2, 2).gather(1, torch.zeros(2, 1))",
        "index-dtype",
        "`torch.zeros(2, 1)` is float32, and gather needs whole numbers, int64, as indices.",
        ["torch.zeros(2, 2).gather(1, torch.zeros(2, 1).long())"],
    ),
    (
        "x = torch.arange(10)\nidx = torch.linspace(0, 9, 4)\nprint(x[idx])",
        "index-dtype",
        "`idx` (float32) holds floats, and an index is a whole number, int64, or a mask.",
        ["print(x[idx.long()])"],
    ),
    (
        "x = torch.rand(4, 3)\nfor i in range(1, 5):\n    print(x[i].sum())",
        "index-range",
        "`i` is 4: dimension 0 of `x` (4, 3) has the indices 0 to 3.",
        ["for i in range(1, len(x)):", "print(x[i - 1].sum())"],
    ),
    (
        "x = torch.rand(4, 3)\nlast = x[4, 2]",
        "index-range",
        "There is no 4: dimension 0 of `x` (4, 3) has the indices 0 to 3.",
        ["last = x[3, 2]"],
    ),
    (
        "x = torch.rand(3, 4)\ntotal = sum(x[i, j] for i in range(4) for j in range(3))",
        "index-range",
        "`i` is 3: dimension 0 of `x` (3, 4) has the indices 0 to 2.",
        [
            "total = sum(x[i, j] for i in range(len(x)) for j in range(3))",
            "total = sum(x[j, i] for i in range(4) for j in range(3))",
        ],
    ),
    (
        "x = torch.rand(4, 3)\ny = x[:, :, 0]",
        "index-many",
        "`x` (4, 3) has 2 dimensions, and `[:, :, 0]` has 3 indices.",
        ["y = x[0]", "y = x[:, :]"],
    ),
    (
        "signal = torch.arange(6.)\nprint(signal[::-1])",
        "index-step",
        "`::-1` goes backwards, with step -1; the step of a tensor's slice is positive.",
        ["print(signal.flip(0))"],
    ),
    (
        "signal = torch.rand(3, 6)\nback = signal[:, ::-1]",
        "index-step",
        "`::-1` goes backwards, with step -1; the step of a tensor's slice is positive.",
        ["back = signal.flip(1)"],
    ),
    (
        "x = torch.rand(5, 3)\nmask = x.sum(dim=0) > 1\nprint(x[mask])",
        "index-mask",
        "The mask `mask` (3,) does not fit dimension 0 of `x` (5, 3).",
        ["print(x[:, mask])"],
    ),
    (
        "x = torch.rand(6)\ny = torch.rand(5)\nprint(x[y > 0.5])",
        "index-mask",
        "The mask `y > 0.5` (5,) does not fit dimension 0 of `x` (6,).",
        ["print(x[:5][y > 0.5])"],
    ),
    (
        "x = torch.rand(4, 4)\nrows, cols = [0, 2], [1, 2, 3]\nprint(x[rows, cols])",
        "index-pairs",
        "`rows` and `cols` pick 2 and 3 places.",
        ["print(x[torch.tensor(rows)[:, None], cols])", "print(x[rows][:, cols])"],
    ),
    (
        'loss = torch.rand(5).mean()\nprint("loss", loss[0])',
        "index-number",
        "`loss` is a single number, of shape (): it has no dimension to index.",
        ['print("loss", loss.item())', 'print("loss", loss)'],
    ),
    (
        'names = ["cat", "dog", "bird"]\npred = torch.tensor([2, 0, 1])\nprint(names[pred])',
        "list-index",
        "`pred` (3,) is a tensor of several numbers: a list takes one index at a time.",
        ["print([names[i] for i in pred])"],
    ),
    (
        "probs = torch.rand(4, 3)\nlabels = torch.tensor([0., 2., 1., 1.])\npicked = probs.gather(1, labels.unsqueeze(1))",
        "index-dtype",
        "`labels.unsqueeze(1)` is float32, and gather needs whole numbers, int64, as indices.",
        ["picked = probs.gather(1, labels.unsqueeze(1).long())"],
    ),
    (
        "probs = torch.rand(4, 3)\nlabels = torch.tensor([0, 2, 1, 1])\npicked = torch.gather(probs, 1, labels)",
        "pick-rank",
        "`labels` (4,) needs as many dimensions as `probs` (4, 3): 2, not 1.",
        [
            "picked = torch.gather(probs, 1, labels.unsqueeze(1))",
            "picked = torch.gather(probs, 1, labels.unsqueeze(0))",
        ],
    ),
    (
        "x = torch.rand(4)\nx[torch.tensor([True, False])] = 0",
        "index-mask",
        "The mask `torch.tensor([True, False])` (2,) does not fit dimension 0 of `x` (4,).",
        ["x[:2][torch.tensor([True, False])] = 0"],
    ),
    (
        "torch.zeros(3, 5).scatter(1, torch.tensor([0, 2, 4]), 1.0)",
        "pick-rank",
        "`torch.tensor([0, 2, 4])` (3,) needs as many dimensions as `torch.zeros(3, 5)` (3, 5): 2, not 1.",
        [
            "torch.zeros(3, 5).scatter(1, torch.tensor([0, 2, 4]).unsqueeze(1), 1.0)",
            "torch.zeros(3, 5).scatter(1, torch.tensor([0, 2, 4]).unsqueeze(0), 1.0)",
        ],
    ),
    (
        "torch.rand(3)[0, 1]",
        "index-many",
        "`torch.rand(3)` (3,) has 1 dimension, and `[0, 1]` has 2 indices.",
        ["torch.rand(3)[0]", "torch.rand(3)[1]"],
    ),
    (
        "torch.rand(10)[8:2:-2]",
        "index-step",
        "`8:2:-2` goes backwards, with step -2; the step of a tensor's slice is positive.",
        ["torch.rand(10)[3:9].flip(0)[::2]"],
    ),
    (
        "x = torch.rand(3, 2)\nprint(x[0, 1, 0])",
        "index-many",
        "`x` (3, 2) has 2 dimensions, and `[0, 1, 0]` has 3 indices.",
        ["print(x[0, 1])", "print(x[1, 0])"],
    ),
    (
        "grid = torch.rand(5, 5)\nprint(grid[torch.arange(2), torch.arange(3)])",
        "index-pairs",
        "`torch.arange(2)` (2,) and `torch.arange(3)` (3,) pick 2 and 3 places.",
        ["print(grid[torch.arange(2)[:, None], torch.arange(3)])", "print(grid[torch.arange(2)][:, torch.arange(3)])"],
    ),
    (
        "n = torch.tensor(7)\nprint(n[0])",
        "index-number",
        "`n` is a single number, of shape (): it has no dimension to index.",
        ["print(n.item())", "print(n)"],
    ),
    (
        'classes = ("no", "yes")\nout = torch.rand(4, 2).argmax(1)\nprint(classes[out])',
        "list-index",
        "`out` (4,) is a tensor of several numbers: a tuple takes one index at a time.",
        ["print([classes[i] for i in out])"],
    ),
    (
        "torch.rand(2, 3).narrow(1, 2, 2)",
        "narrow-range",
        "2 from 2 on reaches beyond dimension 1 of `torch.rand(2, 3)` (2, 3), of size 3.",
        ["torch.rand(2, 3).narrow(1, 2, 1)"],
    ),
    (
        "torch.rand(3).topk(k=4)",
        "topk-range",
        "topk is asked for 4; dimension 0 of `torch.rand(3)` (3,) has 3.",
        ["torch.rand(3).topk(k=3)"],
    ),
    (
        "x = torch.rand(4, 3)\nidx = x.argmax(dim=1)\nbest = x[idx, torch.arange(3)]",
        "index-pairs",
        "`idx` (4,) and `torch.arange(3)` (3,) pick 4 and 3 places.",
        ["best = x[idx[:, None], torch.arange(3)]", "best = x[idx][:, torch.arange(3)]"],
    ),
    (
        "v = torch.rand(4)\nprint(v[0][1])",
        "index-number",
        "`v[0]` is a single number, of shape (): it has no dimension to index.",
        ["print(v[0].item())", "print(v[0])"],
    ),
    (
        'words = ["a", "b", "c"]\nbest = torch.rand(5, 3).argmax(dim=1)\nprint([words[best]])',
        "list-index",
        "`best` (5,) is a tensor of several numbers: a list takes one index at a time.",
        ["print([[words[i] for i in best]])"],
    ),
    (
        "torch.zeros(2, 3).gather(1, torch.zeros(3, 1, dtype=torch.int64))",
        "pick-size",
        "`torch.zeros(3, 1, dtype=torch.int64)` (3, 1) is larger than `torch.zeros(2, 3)` (2, 3) in dimension 0: 3 to 2.",
        [
            "torch.zeros(2, 3).gather(1, torch.zeros(3, 1, dtype=torch.int64).T)",
            "torch.zeros(2, 3).gather(1, torch.zeros(3, 1, dtype=torch.int64)[:2])",
        ],
    ),
    (
        "torch.zeros(2, 3).gather(1, torch.zeros(2, dtype=torch.int64))",
        "pick-rank",
        "`torch.zeros(2, dtype=torch.int64)` (2,) needs as many dimensions as `torch.zeros(2, 3)` (2, 3): 2, not 1.",
        [
            "torch.zeros(2, 3).gather(1, torch.zeros(2, dtype=torch.int64).unsqueeze(1))",
            "torch.zeros(2, 3).gather(1, torch.zeros(2, dtype=torch.int64).unsqueeze(0))",
        ],
    ),
    (
        "torch.gather(torch.zeros(2, 3), torch.tensor([[0], [0]]))",
        "pick-dim",
        "gather takes the dimension first, then the indices; `torch.tensor([[0], [0]])` is no dimension.",
        [
            "torch.gather(torch.zeros(2, 3), 1, torch.tensor([[0], [0]]))",
            "torch.gather(torch.zeros(2, 3), 0, torch.tensor([[0], [0]]))",
        ],
    ),
    (
        "torch.zeros(2, 3).gather(torch.tensor([[0], [0]]), 1)",
        "pick-dim",
        "gather takes the dimension first, then the indices; `torch.tensor([[0], [0]])` is no dimension.",
        ["torch.zeros(2, 3).gather(1, torch.tensor([[0], [0]]))"],
    ),
    (
        "torch.zeros(2, 3).gather(1, [[0], [1]])",
        "pick-index",
        "`[[0], [1]]` is a list; gather takes indices as a tensor.",
        ["torch.zeros(2, 3).gather(1, torch.tensor([[0], [1]]))"],
    ),
    (
        "torch.zeros(2, 3).scatter_(1, torch.tensor([0, 1]), 1.)",
        "pick-rank",
        "`torch.tensor([0, 1])` (2,) needs as many dimensions as `torch.zeros(2, 3)` (2, 3): 2, not 1.",
        [
            "torch.zeros(2, 3).scatter_(1, torch.tensor([0, 1]).unsqueeze(1), 1.)",
            "torch.zeros(2, 3).scatter_(1, torch.tensor([0, 1]).unsqueeze(0), 1.)",
        ],
    ),
    (
        "torch.zeros(2, 3).scatter_(1, torch.tensor([[0], [1]]), torch.ones(2))",
        "pick-source",
        "`torch.ones(2)` (2,) is scattered by `torch.tensor([[0], [1]])` (2, 1): each index needs a value of its own.",
        ["torch.zeros(2, 3).scatter_(1, torch.tensor([[0], [1]]), torch.ones(2).reshape(2, 1))"],
    ),
    (
        "torch.zeros(2, 3).index_select(torch.tensor([2]))",
        "pick-dim",
        "index_select takes the dimension first, then the indices; `torch.tensor([2])` is no dimension.",
        ["torch.zeros(2, 3).index_select(1, torch.tensor([2]))"],
    ),
    (
        "torch.zeros(2, 3).index_select(0, [0, 1])",
        "pick-index",
        "`[0, 1]` is a list; index_select takes indices as a tensor.",
        ["torch.zeros(2, 3).index_select(0, torch.tensor([0, 1]))"],
    ),
    (
        "torch.zeros(3).narrow(0, 1, 5)",
        "narrow-range",
        "5 from 1 on reaches beyond dimension 0 of `torch.zeros(3)` (3,), of size 3.",
        ["torch.zeros(3).narrow(0, 1, 2)"],
    ),
    (
        "torch.rand(3).topk(5)",
        "topk-range",
        "topk is asked for 5; dimension 0 of `torch.rand(3)` (3,) has 3.",
        ["torch.rand(3).topk(3)"],
    ),
    (
        "torch.rand(3, 4).topk(4, dim=0)",
        "topk-range",
        "topk is asked for 4; dimension 0 of `torch.rand(3, 4)` (3, 4) has 3.",
        ["torch.rand(3, 4).topk(3, dim=0)", "torch.rand(3, 4).topk(4, dim=1)"],
    ),
    (
        "torch.rand(3, 4).kthvalue(5)",
        "topk-range",
        "kthvalue is asked for 5; dimension 1 of `torch.rand(3, 4)` (3, 4) has 4.",
        ["torch.rand(3, 4).kthvalue(4)"],
    ),
    (
        "prices = torch.rand(30)\ndef change(series, lag):\n    return [series[t + lag] - series[t] for t in range(len(series))]\ndiffs = change(prices, 1)",
        "index-range",
        "`t + lag` is 30: dimension 0 of `series` (30,) has the indices 0 to 29.",
        [
            "return [series[t + lag] - series[t] for t in range(len(series) - lag)]",
            "return [series[29] - series[t] for t in range(len(series))]",
        ],
    ),
    (
        "mask = torch.rand(4, 5) > 0.5\nx = torch.rand(4, 6)\nx[mask] = 0",
        "index-mask",
        "The mask `mask` (4, 5) does not fit dimensions 0 to 1 of `x` (4, 6).",
        ["x[:, :5][mask] = 0"],
    ),
    (
        "ids = torch.tensor([1, 2, 3])\nemb = torch.rand(4, 2)\nout = torch.zeros(3, 2)\nout.index_add_(0, ids - 1, torch.rand(2, 2))",
        "pick-source",
        "`ids - 1` (3,) names 3 slices of `out` (3, 2); `torch.rand(2, 2)` (2, 2) has 2.",
        ["out.index_add_(0, (ids - 1)[:2], torch.rand(2, 2))"],
    ),
    (
        "imgs = torch.rand(4, 3, 8, 8)\nmask = torch.rand(8, 8) > 0.5\nimgs[mask] = 0",
        "index-mask",
        "The mask `mask` (8, 8) does not fit dimensions 0 to 1 of `imgs` (4, 3, 8, 8).",
        ["imgs[..., mask] = 0"],
    ),
    (
        "imgs = torch.rand(4, 3, 8, 8)\nmask = torch.rand(4, 8, 8) > 0.5\nimgs[mask] = 0",
        "index-mask",
        "The mask `mask` (4, 8, 8) does not fit dimensions 0 to 2 of `imgs` (4, 3, 8, 8).",
        ["imgs[mask.unsqueeze(1).expand_as(imgs)] = 0"],
    ),
    (
        "pad = torch.tensor([[True, False, True], [True, True, False]])\nemb = torch.rand(2, 4, 6)\nkept = emb[pad]",
        "index-mask",
        "The mask `pad` (2, 3) does not fit dimensions 0 to 1 of `emb` (2, 4, 6).",
        ["kept = emb[:, :3][pad]"],
    ),
    (
        "x = torch.rand(3, 4)\nt = 0\nwhile t <= len(x):\n    print(x[t])\n    t += 1",
        "index-range",
        "`t` is 3: dimension 0 of `x` (3, 4) has the indices 0 to 2.",
        ["while t < len(x):", "print(x[:, t])"],
    ),
    (
        "x = torch.rand(3, 4)\nfor i, row in enumerate(x, start=1):\n    print(x[i])",
        "index-range",
        "`i` is 3: dimension 0 of `x` (3, 4) has the indices 0 to 2.",
        ["for i, row in enumerate(x):", "print(x[:, i])"],
    ),
    (
        'x = torch.rand(2, 3)\ny = x["a"]',
        "index-text",
        '`"a"` is a text; `x` (2, 3) is a tensor, whose places are whole numbers.',
        ["y = x[:, 0]", "y = x[0]"],
    ),
    (
        "emb = torch.rand(5, 8)\nids = [0, 7, 2]\nv = emb[ids]",
        "index-range",
        "`ids` holds 7: dimension 0 of `emb` (5, 8) has the indices 0 to 4.",
        ["v = emb[[min(i, 4) for i in ids]]"],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)
