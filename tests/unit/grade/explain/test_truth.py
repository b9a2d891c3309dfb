# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Truth of many, and one number where there are many."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "torch.zeros(2, 3).item()",
        "single-item",
        "item() gives one number, and `torch.zeros(2, 3)` (2, 3) has 6 elements.",
        ["torch.zeros(2, 3).tolist()", "torch.zeros(2, 3).mean().item()"],
    ),
    (
        "if torch.zeros(2) == 0: pass",
        "truth-many",
        "`if` needs one answer, and `torch.zeros(2) == 0` (2,) has 2 elements.",
        ["if (torch.zeros(2) == 0).all(): pass", "if (torch.zeros(2) == 0).any(): pass"],
    ),
    (
        "(torch.zeros(2) > 0) or (torch.zeros(2) < 1)",
        "truth-joined",
        "`or` asks `torch.zeros(2) > 0` (2,) for one answer, and it has 2 elements.",
        ["(torch.zeros(2) > 0) | (torch.zeros(2) < 1)"],
    ),
    (
        "len(torch.zeros(3).sum())",
        "single-length",
        "`torch.zeros(3).sum()` is a single number, of shape (): it has no dimension for len() to measure.",
        ["len(torch.zeros(3))", "torch.zeros(3).sum().numel()"],
    ),
    (
        'preds = torch.rand(8)\nprint(f"accuracy {preds.item():.2f}")',
        "single-item",
        "item() gives one number, and `preds` (8,) has 8 elements.",
        ['print(f"accuracy {preds.mean().item():.2f}")', 'print(f"accuracy {preds[0].item():.2f}")'],
    ),
    (
        "correct = (torch.rand(8) > 0.5)\nacc = float(correct) / 8",
        "single-item",
        "float() gives one number, and `correct` (8,) has 8 elements.",
        ["acc = float(correct.sum()) / 8", "acc = correct.float() / 8"],
    ),
    (
        'weights = torch.rand(3)\nif weights > 0:\n    print("positive")',
        "truth-many",
        "`if` needs one answer, and `weights > 0` (3,) has 3 elements.",
        ["if (weights > 0).all():", "if (weights > 0).any():"],
    ),
    (
        "a = torch.tensor([1, 2])\nb = torch.tensor([1, 2])\nwhile a != b:\n    a = a + 1",
        "truth-many",
        "`while` needs one answer, and `a != b` (2,) has 2 elements.",
        ["while (a != b).any():", "while (a != b).all():"],
    ),
    (
        "x = torch.rand(5)\ninside = (x > 0.2) and (x < 0.8)",
        "truth-joined",
        "`and` asks `x > 0.2` (5,) for one answer, and it has 5 elements.",
        ["inside = (x > 0.2) & (x < 0.8)"],
    ),
    (
        "x = torch.rand(5)\noutside = not (x > 0.2)",
        "truth-joined",
        "`not` asks `x > 0.2` (5,) for one answer, and it has 5 elements.",
        ["outside = ~(x > 0.2)"],
    ),
    (
        "x = torch.rand(5)\ninside = 0.2 < x < 0.8",
        "truth-chained",
        "`0.2 < x < 0.8` joins two comparisons with a hidden `and`; `x` (5,) has 5 elements.",
        ["inside = (0.2 < x) & (x < 0.8)"],
    ),
    (
        "def relu(x):\n    return x if x > 0 else 0\nrelu(torch.randn(4))",
        "truth-many",
        "`if` needs one answer, and `x > 0` (4,) has 4 elements.",
        ["return torch.where(x > 0, x, 0)", "return x if (x > 0).all() else 0"],
    ),
    (
        "total = torch.rand(4).sum()\nfor value in total:\n    print(value)",
        "single-iterated",
        "`total` is a single number, of shape (): there is nothing to go through.",
        ["for value in range(int(total)):", "for value in total.reshape(1):"],
    ),
    (
        "total = torch.rand(4).sum()\nprint(len(total))",
        "single-length",
        "`total` is a single number, of shape (): it has no dimension for len() to measure.",
        ["print(total.numel())"],
    ),
    (
        "r, g, b = torch.rand(4, 3)",
        "unpack-columns",
        "`torch.rand(4, 3)` (4, 3) has 4 rows, and 3 names stand left of =, one for each column.",
        ["r, g, b = torch.rand(4, 3).unbind(dim=1)", "r, g, b = torch.rand(4, 3).T"],
    ),
    (
        "x = torch.rand(4)\nsel = x[x > 0.3 and x < 0.9]",
        "truth-joined",
        "`and` asks `x > 0.3` (4,) for one answer, and it has 4 elements.",
        ["sel = x[(x > 0.3) & (x < 0.9)]"],
    ),
    (
        "x = torch.rand(3)\ny = torch.rand(3)\nbest = max(x, y)",
        "truth-built-in",
        "Python's max() asks `x` (3,) entry by entry, and an entry has many elements.",
        ["best = torch.maximum(x, y)"],
    ),
    (
        'seen = [torch.tensor([1, 2]), torch.tensor([3, 4])]\nif torch.tensor([1, 2]) in seen:\n    print("yes")',
        "truth-among",
        "`seen` compares its tensors with ==, which gives one answer for each element.",
        ["if any(torch.equal(item, torch.tensor([1, 2])) for item in seen):"],
    ),
    (
        "x = torch.rand(2, 3)\nn = int(x)",
        "single-item",
        "int() gives one number, and `x` (2, 3) has 6 elements.",
        ["n = x.int()", "n = int(x.mean())"],
    ),
    (
        'x = torch.rand(4, 5)\nprint("mean: %.2f" % x)',
        "single-format",
        "The format is for one number, and `x` (4, 5) is many.",
        ['print("mean: %.2f" % x.mean().item())', 'print("mean: %.2f" % x[0, 0].item())'],
    ),
    (
        "x = torch.rand(2, 3)\nv, i = x.max()",
        "single-iterated",
        "`x.max()` is a single number, of shape (): there is nothing to go through.",
        ["v, i = x"],
    ),
    (
        "loss = torch.rand(3).mean()\nfor l in loss:\n    print(l)",
        "single-iterated",
        "`loss` is a single number, of shape (): there is nothing to go through.",
        ["for l in range(int(loss)):", "for l in loss.reshape(1):"],
    ),
    (
        "len(torch.rand(3).mean())",
        "single-length",
        "`torch.rand(3).mean()` is a single number, of shape (): it has no dimension for len() to measure.",
        ["len(torch.rand(3))", "torch.rand(3).mean().numel()"],
    ),
    (
        "a, b = torch.rand(2, 3).sum()",
        "single-iterated",
        "`torch.rand(2, 3).sum()` is a single number, of shape (): there is nothing to go through.",
        ["a, b = torch.rand(2, 3)"],
    ),
    (
        "x, y = torch.rand(5, 2)",
        "unpack-columns",
        "`torch.rand(5, 2)` (5, 2) has 5 rows, and 2 names stand left of =, one for each column.",
        ["x, y = torch.rand(5, 2).unbind(dim=1)", "x, y = torch.rand(5, 2).T"],
    ),
    (
        "size = len(torch.tensor(4))",
        "single-length",
        "`torch.tensor(4)` is a single number, of shape (): it has no dimension for len() to measure.",
        ["size = torch.tensor(4).numel()"],
    ),
    (
        "pred = torch.rand(3)\nclipped = min(1.0, pred)",
        "truth-built-in",
        "Python's min() asks `pred` (3,) entry by entry, and an entry has many elements.",
        ["clipped = pred.clamp(max=1.0)"],
    ),
    (
        "x = torch.rand(3)\nprint(all([x > 0]))",
        "truth-built-in",
        "Python's all() asks `[x > 0]` entry by entry, and an entry has many elements.",
        ["print(torch.stack([x > 0]).all(dim=0))", "print(torch.stack([x > 0]).all())"],
    ),
    (
        "a, b, c = torch.zeros(2, 3)",
        "unpack-columns",
        "`torch.zeros(2, 3)` (2, 3) has 2 rows, and 3 names stand left of =, one for each column.",
        ["a, b, c = torch.zeros(2, 3).unbind(dim=1)", "a, b, c = torch.zeros(2, 3).T"],
    ),
    (
        '"%d" % torch.zeros(3)',
        "single-format",
        "The format is for one number, and `torch.zeros(3)` (3,) is many.",
        ['"%d" % torch.zeros(3).mean().item()', '"%d" % torch.zeros(3)[0].item()'],
    ),
    (
        "x = torch.zeros(3)\nif 0 < x < 1: pass",
        "truth-chained",
        "`0 < x < 1` joins two comparisons with a hidden `and`; `x` (3,) has 3 elements.",
        ["if ((0 < x) & (x < 1)).all(): pass", "if ((0 < x) & (x < 1)).any(): pass"],
    ),
    (
        "max(torch.zeros(2, 3))",
        "truth-built-in",
        "Python's max() asks `torch.zeros(2, 3)` (2, 3) entry by entry, and an entry has many elements.",
        ["torch.zeros(2, 3).max()", "torch.zeros(2, 3).max(dim=0).values"],
    ),
    (
        "x = torch.zeros(3)\ny = 0 < x < 1",
        "truth-chained",
        "`0 < x < 1` joins two comparisons with a hidden `and`; `x` (3,) has 3 elements.",
        ["y = (0 < x) & (x < 1)"],
    ),
    (
        "x = torch.rand(3)\nx in [torch.zeros(3)]",
        "truth-among",
        "`[torch.zeros(3)]` compares its tensors with ==, which gives one answer for each element.",
        ["any(torch.equal(item, x) for item in [torch.zeros(3)])"],
    ),
    (
        "torch.zeros(3) in [torch.ones(3)]",
        "truth-among",
        "`[torch.ones(3)]` compares its tensors with ==, which gives one answer for each element.",
        ["any(torch.equal(item, torch.zeros(3)) for item in [torch.ones(3)])"],
    ),
    (
        "bool(torch.zeros(0))",
        "truth-empty",
        "`torch.zeros(0)` has the shape (0,): no elements, and no truth.",
        ["bool(torch.zeros(0).numel() > 0)"],
    ),
    (
        "if torch.tensor([]): pass",
        "truth-empty",
        "`torch.tensor([])` has the shape (0,): no elements, and no truth.",
        ["if torch.tensor([]).numel() > 0: pass"],
    ),
    (
        "list.index([torch.ones(2), torch.zeros(2)], torch.zeros(2))",
        "truth-among",
        "`[torch.ones(2), torch.zeros(2)]` compares its tensors with ==, which gives one answer for each element.",
        ["[torch.equal(item, torch.zeros(2)) for item in [torch.ones(2), torch.zeros(2)]].index(True)"],
    ),
    (
        "rows = [torch.rand(2) for _ in range(3)]\nordered = sorted(rows)",
        "truth-built-in",
        "Python's sorted() asks `rows` entry by entry, and an entry has many elements.",
        ["ordered = sorted(rows, key=lambda item: item.sum().item())"],
    ),
    (
        'pairs = [("a", torch.rand(2)), ("b", torch.rand(2))]\nordered = sorted(pairs, key=lambda p: p[1])',
        "truth-built-in",
        "Python's sorted() asks `pairs` entry by entry, and an entry has many elements.",
        [
            "ordered = sorted(pairs, key=lambda p: p[1].sum().item())",
            "ordered = sorted(pairs, key=lambda p: p[1].flatten()[0].item())",
        ],
    ),
    (
        "sims = [torch.rand(3), torch.rand(3)]\nbest = max(sims)",
        "truth-built-in",
        "Python's max() asks `sims` entry by entry, and an entry has many elements.",
        ["best = torch.stack(sims).amax(dim=0)", "best = torch.stack(sims).max()"],
    ),
    (
        "class Item:\n    def __init__(self, v):\n        self.v = v\nitems = [Item(torch.rand(2)) for _ in range(3)]\norder = sorted(items, key=lambda item: item.v)",
        "truth-built-in",
        "Python's sorted() asks `items` entry by entry, and an entry has many elements.",
        [
            "order = sorted(items, key=lambda item: item.v.sum().item())",
            "order = sorted(items, key=lambda item: item.v.flatten()[0].item())",
        ],
    ),
    (
        "scores = [torch.rand(2, 2) for _ in range(3)]\nscores.sort()",
        "truth-built-in",
        "Python's sort() asks `scores` entry by entry, and an entry has many elements.",
        ["scores.sort(key=lambda item: item.sum().item())"],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)
