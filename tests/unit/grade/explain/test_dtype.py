# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Dtypes: whole numbers, two dtypes, masks, gradients, and dtypes by other names."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "torch.randn_like(torch.arange(3))",
        "dtype-like",
        "randn_like copies the dtype too, and `torch.arange(3)` is int64.",
        ["torch.randn_like(torch.arange(3), dtype=torch.float32)", "torch.randn_like(torch.arange(3).float())"],
    ),
    (
        "torch.arange(4).mean()",
        "dtype-float",
        "`torch.arange(4)` (int64): mean gives fractions, which need a float dtype.",
        ["torch.arange(4).float().mean()"],
    ),
    (
        "torch.tensor([1, 2]).std()",
        "dtype-float",
        "`torch.tensor([1, 2])` (int64): std gives fractions, which need a float dtype.",
        ["torch.tensor([1, 2]).float().std()"],
    ),
    (
        "torch.tensor([1, 2], requires_grad=True)",
        "requires-grad-dtype",
        "`[1, 2]` makes whole numbers (int64), and only fractions have gradients.",
        ["torch.tensor([1, 2], requires_grad=True, dtype=torch.float32)", "torch.tensor([1., 2], requires_grad=True)"],
    ),
    (
        "torch.tensor([[1, 2]]) @ torch.rand(2, 2)",
        "dtype-two",
        "`torch.tensor([[1, 2]])` (int64) @ `torch.rand(2, 2)` (float32): both must have the same dtype.",
        ["torch.tensor([[1, 2]]).float() @ torch.rand(2, 2)"],
    ),
    (
        "t = torch.arange(3)\nt *= 1.5",
        "dtype-in-place",
        "The result is float32, and `t`, where it goes, is int64.",
        ["t = t * 1.5", "t = torch.arange(3, dtype=torch.float32)"],
    ),
    (
        "torch.softmax(torch.arange(3), dim=0)",
        "dtype-float",
        "`torch.arange(3)` (int64): softmax gives fractions, which need a float dtype.",
        ["torch.softmax(torch.arange(3).float(), dim=0)"],
    ),
    (
        "~torch.ones(2)",
        "bool-invert",
        "`torch.ones(2)` (float32): ~ turns over True and False, or the bits of whole numbers.",
        ["~torch.ones(2).bool()", "1 - torch.ones(2)"],
    ),
    (
        "torch.tensor([True]) - torch.tensor([False])",
        "bool-minus",
        "`torch.tensor([True])` (bool) and `torch.tensor([False])` (bool) hold True and False, and - is not for those.",
        ["torch.tensor([True]) ^ torch.tensor([False])", "torch.tensor([True]) & ~torch.tensor([False])"],
    ),
    (
        "heights = torch.tensor([170, 182, 165])\nweights = torch.tensor([70, 90, 60])\nbmi = weights / (heights / 100) ** 2\nnormal = (heights - heights.mean()) / heights.std()",
        "dtype-float",
        "`heights` (int64): mean gives fractions, which need a float dtype.",
        ["heights = torch.tensor([170, 182, 165], dtype=torch.float32)"],
    ),
    (
        "w = torch.tensor([[1, 2], [3, 4]], requires_grad=True)",
        "requires-grad-dtype",
        "`[[1, 2], [3, 4]]` makes whole numbers (int64), and only fractions have gradients.",
        [
            "w = torch.tensor([[1, 2], [3, 4]], requires_grad=True, dtype=torch.float32)",
            "w = torch.tensor([[1., 2], [3, 4]], requires_grad=True)",
        ],
    ),
    (
        "weights = torch.zeros(3, dtype=torch.long)\nweights.requires_grad_(True)",
        "requires-grad-dtype",
        "`weights` is int64: whole numbers, and only fractions have gradients.",
        ["weights = torch.zeros(3, dtype=torch.float32)", "weights.float().requires_grad_(True)"],
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.scale = nn.Parameter(torch.tensor(1))\n    def forward(self, x):\n        return x * self.scale\nnet = Net()",
        "requires-grad-dtype",
        "`torch.tensor(1)` is int64: whole numbers, and only fractions have gradients.",
        ["self.scale = nn.Parameter(torch.tensor(1).float())"],
    ),
    (
        "A = torch.tensor([[2, 0], [0, 3]])\nv = torch.tensor([0.5, 1.5])\nprint(A @ v)",
        "dtype-two",
        "`A` (int64) @ `v` (float32): both must have the same dtype.",
        ["print(A.float() @ v)"],
    ),
    (
        "def project(x, basis):\n    return torch.matmul(x, basis)\nx = torch.from_numpy(np.random.rand(5, 3))\nbasis = torch.randn(3, 2)\nout = project(x, basis)",
        "dtype-two",
        "`x` (float64) and `basis` (float32): both must have the same dtype.",
        ["return torch.matmul(x.float(), basis)", "return torch.matmul(x, basis.double())"],
    ),
    (
        "counter = torch.zeros(3, dtype=torch.int64)\nfor step in range(3):\n    counter += torch.rand(3)",
        "dtype-in-place",
        "The result is float32, and `counter`, where it goes, is int64.",
        ["counter = counter + torch.rand(3)", "counter = torch.zeros(3, dtype=torch.float32)"],
    ),
    (
        "img = torch.randint(0, 255, (2, 2), dtype=torch.uint8)\nimg /= 255",
        "dtype-in-place",
        "The result is float32, and `img`, where it goes, is uint8.",
        ["img = img / 255", "img //= 255"],
    ),
    (
        "img = torch.randint(0, 255, (2, 2), dtype=torch.uint8)\nimg.div_(255.0)",
        "dtype-in-place",
        "The result is float32, and `img`, where it goes, is uint8.",
        ["img = img.div(255.0)", "img = torch.randint(0, 255, (2, 2), dtype=torch.float32)"],
    ),
    (
        "mask = (torch.rand(4) > 0.5).float()\nx = torch.rand(4)\nkept = x[~mask]",
        "bool-invert",
        "`mask` (float32): ~ turns over True and False, or the bits of whole numbers.",
        ["kept = x[~mask.bool()]"],
    ),
    (
        "pred = torch.tensor([True, False, True])\ntrue = torch.tensor([True, True, False])\nerrors = (pred - true).abs().sum()",
        "bool-minus",
        "`pred` (bool) and `true` (bool) hold True and False, and - is not for those.",
        ["errors = (pred.int() - true.int()).abs().sum()"],
    ),
    (
        "inv = 1 - (torch.rand(3) > 0.5)",
        "bool-minus",
        "`torch.rand(3) > 0.5` (bool) holds True and False, and - is not for those.",
        ["inv = ~(torch.rand(3) > 0.5)", "inv = 1 - ((torch.rand(3) > 0.5).int())"],
    ),
    (
        "x = torch.tensor([1, 2, 3], dtype='int64')",
        "dtype-name",
        "`'int64'` is a text; torch's dtypes are written torch.float32, torch.int64 and so on.",
        ["x = torch.tensor([1, 2, 3], dtype=torch.int64)"],
    ),
    (
        "x = torch.rand(3).to('float64')",
        "dtype-name",
        "`'float64'` is a text; torch's dtypes are written torch.float32, torch.int64 and so on.",
        ["x = torch.rand(3).to(torch.float64)"],
    ),
    (
        "x = torch.where(torch.tensor([1, 0, 1]), torch.rand(3), torch.zeros(3))",
        "bool-mask",
        "`torch.tensor([1, 0, 1])` is int64; where asks for a mask of True and False.",
        [
            "x = torch.where(torch.tensor([1, 0, 1]).bool(), torch.rand(3), torch.zeros(3))",
            "x = torch.where(torch.tensor([1, 0, 1]) > 0, torch.rand(3), torch.zeros(3))",
        ],
    ),
    (
        "noise = torch.randn_like(torch.tensor([[1, 2], [3, 4]]))",
        "dtype-like",
        "randn_like copies the dtype too, and `torch.tensor([[1, 2], [3, 4]])` is int64.",
        [
            "noise = torch.randn_like(torch.tensor([[1, 2], [3, 4]]), dtype=torch.float32)",
            "noise = torch.randn_like(torch.tensor([[1, 2], [3, 4]]).float())",
        ],
    ),
    (
        "x = torch.rand(4)\nq = x.quantile(torch.tensor([1, 2]))",
        "dtype-two",
        "`x` (float32) and `torch.tensor([1, 2])` (int64): both must have the same dtype.",
        [],
    ),
    (
        "mask = torch.tensor([1, 0, 1])\nx = torch.rand(3)\nx.masked_fill_(mask, 0.0)",
        "bool-mask",
        "`mask` is int64; masked_fill_ asks for a mask of True and False.",
        ["x.masked_fill_(mask.bool(), 0.0)", "x.masked_fill_(mask > 0, 0.0)"],
    ),
    (
        "a = torch.rand(4) > 0.5\nb = torch.rand(4)\nprint(a & b)",
        "bool-bits",
        "`b` (float32) stands beside &, which joins True and False or whole numbers.",
        ["print(a & (b != 0))"],
    ),
    (
        "x = torch.rand(4)\nkeep = x > 0.3 | x < 0.1",
        "bool-precedence",
        "`x` (float32) stands beside |, which joins True and False or whole numbers.",
        ["keep = (x > 0.3) | (x < 0.1)"],
    ),
    (
        "visible = torch.rand(3)\nhidden = ~visible",
        "bool-invert",
        "`visible` (float32): ~ turns over True and False, or the bits of whole numbers.",
        ["hidden = ~visible.bool()", "hidden = 1 - visible"],
    ),
    (
        "old = torch.tensor([1, 2, 3]) > 1\nnew = torch.tensor([1, 2, 3]) > 2\nchanged = torch.subtract(old, new)",
        "bool-minus",
        "`old` (bool) and `new` (bool) hold True and False, and - is not for those.",
        ["changed = old ^ new", "changed = old & ~new"],
    ),
    (
        "mask = torch.tensor([[1, 0], [0, 1]])\nout = torch.where(mask, 1.0, 0.0)",
        "bool-mask",
        "`mask` is int64; where asks for a mask of True and False.",
        ["out = torch.where(mask.bool(), 1.0, 0.0)", "out = torch.where(mask > 0, 1.0, 0.0)"],
    ),
    (
        "mask = torch.tensor([True, False])\nnoise = torch.rand_like(mask)",
        "dtype-like",
        "rand_like copies the dtype too, and `mask` is bool.",
        ["noise = torch.rand_like(mask, dtype=torch.float32)", "noise = torch.rand_like(mask.float())"],
    ),
    (
        "grid = torch.randn(2, 2, dtype=torch.int32)",
        "dtype-random",
        "randn draws fractions, and `dtype=torch.int32` holds whole numbers only.",
        ["grid = torch.randn(2, 2)", "grid = torch.randint(0, 10, (2, 2), dtype=torch.int32)"],
    ),
    (
        "w = torch.rand(3)\nprint(w & (w > 0.5))",
        "bool-bits",
        "`w` (float32) stands beside &, which joins True and False or whole numbers.",
        ["print((w != 0) & (w > 0.5))"],
    ),
    (
        "x = torch.rand(6)\nsel = x[(x > 0.1) & x < 0.9]",
        "bool-precedence",
        "`x` (float32) stands beside &, which joins True and False or whole numbers.",
        ["sel = x[(x > 0.1) & (x < 0.9)]"],
    ),
    (
        'x = torch.zeros(3, dtype="torch.int64")',
        "dtype-name",
        '`"torch.int64"` is a text; torch\'s dtypes are written torch.float32, torch.int64 and so on.',
        ["x = torch.zeros(3, dtype=torch.int64)"],
    ),
    (
        'torch.tensor([1, 2], dtype="float32")',
        "dtype-name",
        '`"float32"` is a text; torch\'s dtypes are written torch.float32, torch.int64 and so on.',
        ["torch.tensor([1, 2], dtype=torch.float32)"],
    ),
    (
        "torch.rand_like(torch.arange(3))",
        "dtype-like",
        "rand_like copies the dtype too, and `torch.arange(3)` is int64.",
        ["torch.rand_like(torch.arange(3), dtype=torch.float32)", "torch.rand_like(torch.arange(3).float())"],
    ),
    (
        "torch.rand(3, dtype=torch.int64)",
        "dtype-random",
        "rand draws fractions, and `dtype=torch.int64` holds whole numbers only.",
        ["torch.rand(3)", "torch.randint(0, 10, (3,), dtype=torch.int64)"],
    ),
    (
        "torch.randn(3, dtype=torch.long)",
        "dtype-random",
        "randn draws fractions, and `dtype=torch.long` holds whole numbers only.",
        ["torch.randn(3)", "torch.randint(0, 10, (3,), dtype=torch.long)"],
    ),
    (
        "m = torch.ones(3)\nx = torch.rand(3)\nx[~m]",
        "bool-invert",
        "`m` (float32): ~ turns over True and False, or the bits of whole numbers.",
        ["x[~m.bool()]"],
    ),
    (
        "torch.ones(2) & torch.ones(2)",
        "bool-bits",
        "`torch.ones(2)` (float32) stands beside &, which joins True and False or whole numbers.",
        ["(torch.ones(2) != 0) & (torch.ones(2) != 0)"],
    ),
    (
        "x = torch.rand(3)\nx > 0.2 & x < 0.5",
        "bool-precedence",
        "`x` (float32) stands beside &, which joins True and False or whole numbers.",
        ["(x > 0.2) & (x < 0.5)"],
    ),
    (
        "(torch.rand(3) > 0.5) | (torch.rand(3))",
        "bool-bits",
        "`torch.rand(3)` (float32) stands beside |, which joins True and False or whole numbers.",
        ["(torch.rand(3) > 0.5) | ((torch.rand(3) != 0))"],
    ),
    (
        "torch.arange(3) ** -1",
        "dtype-power",
        "`torch.arange(3)` (int64) to a negative power gives fractions, and whole numbers stay whole.",
        ["torch.arange(3).float() ** -1"],
    ),
    (
        "torch.arange(3) // 0",
        "dtype-zero",
        "`0` is or holds 0; whole numbers (int64) have no result for it.",
        ["torch.arange(3).float() // 0"],
    ),
    (
        "torch.tensor([1, 2]) % 0",
        "dtype-zero",
        "`0` is or holds 0; whole numbers (int64) have no result for it.",
        ["torch.tensor([1, 2]).float() % 0"],
    ),
    (
        "torch.bincount(torch.tensor([1., 2.]))",
        "dtype-whole",
        "`torch.tensor([1., 2.])` is float32; bincount needs whole numbers, int64.",
        ["torch.bincount(torch.tensor([1., 2.]).long())"],
    ),
    (
        "torch.where(torch.tensor([1., 0.]), torch.ones(2), torch.zeros(2))",
        "bool-mask",
        "`torch.tensor([1., 0.])` is float32; where asks for a mask of True and False.",
        [
            "torch.where(torch.tensor([1., 0.]).bool(), torch.ones(2), torch.zeros(2))",
            "torch.where(torch.tensor([1., 0.]) > 0, torch.ones(2), torch.zeros(2))",
        ],
    ),
    (
        "torch.zeros(3).astype(torch.int64)",
        "borrowed-name",
        "`torch.zeros(3)` is a tensor, and astype is of NumPy's arrays; a tensor has `to`.",
        ["torch.zeros(3).to(torch.int64)"],
    ),
    (
        "torch.zeros(2).cat(torch.zeros(2))",
        "borrowed-name",
        "`torch.zeros(2)` (2,) is a tensor and has no `cat`: it cannot grow.",
        ["torch.cat([torch.zeros(2), torch.zeros(2)])"],
    ),
    (
        "torch.zeros(2).append(1)",
        "borrowed-name",
        "`torch.zeros(2)` (2,) is a tensor and has no `append`: it cannot grow.",
        ["torch.cat([torch.zeros(2), torch.tensor([1])])"],
    ),
    (
        "torch.append(torch.zeros(2), 1)",
        "borrowed-name",
        "torch has no `append`; what does that is `torch.cat`.",
        ["torch.cat([torch.zeros(2), torch.tensor([1])])"],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)
