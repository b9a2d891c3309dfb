# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Reshaping, the order of dimensions, and sizes that are no whole numbers."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "torch.arange(4)[4 / 2]",
        "whole-index",
        "`4 / 2` is 2.0, a float; an index is a whole number.",
        ["torch.arange(4)[4 // 2]", "torch.arange(4)[int(4 / 2)]"],
    ),
    (
        "torch.arange(4).reshape(4 / 2, 2)",
        "whole-size",
        "`4 / 2` is 2.0, a float; reshape() takes whole numbers.",
        ["torch.arange(4).reshape(4 // 2, 2)", "torch.arange(4).reshape(int(4 / 2), 2)"],
    ),
    (
        "torch.zeros(10).view(3, 4)",
        "reshape-count",
        "`torch.zeros(10)` (10,) has 10 elements, and (3, 4) needs 3 * 4 = 12.",
        ["torch.zeros(10).view(2, 5)", "torch.zeros(10).view(5, 2)"],
    ),
    (
        "torch.zeros(10).reshape(4, -1)",
        "reshape-divide",
        "`torch.zeros(10)` (10,) has 10 elements, and 10 is not a multiple of 4.",
        ["torch.zeros(10).reshape(5, -1)", "torch.zeros(10).reshape(2, -1)"],
    ),
    (
        "torch.zeros(4, 3, 2).view(-1, -1)",
        "reshape-unknown",
        "(-1, -1) leaves 2 sizes to -1, and only one can be worked out.",
        ["torch.zeros(4, 3, 2).view(4, -1)", "torch.zeros(4, 3, 2).view(-1, 2)"],
    ),
    (
        "torch.zeros(2, 3).t().view(-1)",
        "view-contiguous",
        "`torch.zeros(2, 3).t()` (3, 2) is not contiguous: `t()` left its numbers out of order.",
        ["torch.zeros(2, 3).t().reshape(-1)", "torch.zeros(2, 3).t().contiguous().view(-1)"],
    ),
    (
        "torch.zeros(4, 4, 3).permute(1, 0)",
        "permute-dims",
        "`torch.zeros(4, 4, 3)` (4, 4, 3) has 3 dimensions, and permute(1, 0) names 2.",
        ["torch.zeros(4, 4, 3).permute(1, 0, 2)", "torch.zeros(4, 4, 3).permute(2, 1, 0)"],
    ),
    (
        "torch.zeros(2, 3).transpose()",
        "transpose-which",
        "transpose() swaps two dimensions, and has to be told which two of `torch.zeros(2, 3)` (2, 3).",
        ["torch.zeros(2, 3).transpose(0, 1)", "torch.zeros(2, 3).T"],
    ),
    (
        "x = torch.arange(10)\nmiddle = x[len(x) / 2]",
        "whole-index",
        "`len(x) / 2` is 5.0, a float; an index is a whole number.",
        ["middle = x[len(x) // 2]", "middle = x[int(len(x) / 2)]"],
    ),
    (
        "n = 10\nbatch = torch.zeros(n / 2, 3)",
        "whole-size",
        "`n / 2` is 5.0, a float; zeros() takes whole numbers.",
        ["batch = torch.zeros(n // 2, 3)", "batch = torch.zeros(int(n / 2), 3)"],
    ),
    (
        "x = torch.rand(6, 4)\nh = x.view(x.shape[0] / 2, 2, 4)",
        "whole-size",
        "`x.shape[0] / 2` is 3.0, a float; view() takes whole numbers.",
        ["h = x.view(x.shape[0] // 2, 2, 4)", "h = x.view(int(x.shape[0] / 2), 2, 4)"],
    ),
    (
        "def split_heads(x, heads):\n    b, n, d = x.shape\n    return x.reshape(b, n, heads, d / heads)\nout = split_heads(torch.rand(2, 5, 8), 2)",
        "whole-size",
        "`d / heads` is 4.0, a float; reshape() takes whole numbers.",
        ["return x.reshape(b, n, heads, d // heads)", "return x.reshape(b, n, heads, int(d / heads))"],
    ),
    (
        "batch = torch.rand(32, 3, 8, 8)\nflat = batch.view(32, 100)",
        "reshape-count",
        "`batch` (32, 3, 8, 8) has 6144 elements, and (32, 100) needs 32 * 100 = 3200.",
        ["flat = batch.view(32, -1)"],
    ),
    (
        "x = torch.rand(30)\ny = x.reshape(-1, 7)",
        "reshape-divide",
        "`x` (30,) has 30 elements, and 30 is not a multiple of 7.",
        ["y = x.reshape(-1, 6)", "y = x.reshape(-1, 5)"],
    ),
    (
        "x = torch.rand(4, 5, 6)\ny = x.reshape(-1, -1, 6)",
        "reshape-unknown",
        "(-1, -1, 6) leaves 2 sizes to -1, and only one can be worked out.",
        ["y = x.reshape(4, -1, 6)", "y = x.reshape(-1)"],
    ),
    (
        "x = torch.rand(2, 3, 4)\ny = x.transpose(1, 2)\nz = y.view(2, 12)",
        "view-contiguous",
        "`y` (2, 4, 3) is not contiguous: `transpose` left its numbers out of order.",
        ["z = y.reshape(2, 12)", "z = y.contiguous().view(2, 12)"],
    ),
    (
        "def flatten_heads(x):\n    return x.permute(0, 2, 1, 3).view(x.size(0), -1, 8)\nflatten_heads(torch.rand(2, 2, 5, 4))",
        "view-contiguous",
        "`x.permute(0, 2, 1, 3)` (2, 5, 2, 4) is not contiguous: `permute` left its numbers out of order.",
        [
            "return x.permute(0, 2, 1, 3).reshape(x.size(0), -1, 8)",
            "return x.permute(0, 2, 1, 3).contiguous().view(x.size(0), -1, 8)",
        ],
    ),
    (
        "img = torch.rand(3, 8, 6)\nhwc = img.permute(1, 2)",
        "permute-dims",
        "`img` (3, 8, 6) has 3 dimensions, and permute(1, 2) names 2.",
        ["hwc = img.permute(1, 2, 0)", "hwc = img.permute(0, 1, 2)"],
    ),
    (
        "img = torch.rand(1, 3, 8, 6)\nhwc = img.permute(1, 2, 0)",
        "permute-dims",
        "`img` (1, 3, 8, 6) has 4 dimensions, and permute(1, 2, 0) names 3.",
        ["hwc = img.permute(0, 2, 3, 1)", "hwc = img.permute(1, 2, 0, 3)"],
    ),
    (
        "m = torch.rand(4, 2)\nmt = m.transpose()",
        "transpose-which",
        "transpose() swaps two dimensions, and has to be told which two of `m` (4, 2).",
        ["mt = m.transpose(0, 1)", "mt = m.T"],
    ),
    (
        "m = torch.rand(4, 2, 3)\nmt = m.transpose(2)",
        "transpose-which",
        "transpose() swaps two dimensions, and has to be told which two of `m` (4, 2, 3).",
        ["mt = m.transpose(2, 1)", "mt = m.transpose(2, 0)"],
    ),
    (
        "x = torch.rand(2, 3)\nprint(x.T.view(6))",
        "view-contiguous",
        "`x.T` (3, 2) is not contiguous: `.T` left its numbers out of order.",
        ["print(x.T.reshape(6))", "print(x.T.contiguous().view(6))"],
    ),
    (
        "x = torch.rand(2, 3, 4)\ny = torch.transpose(x, 0)",
        "transpose-which",
        "transpose() swaps two dimensions, and has to be told which two of `x` (2, 3, 4).",
        ["y = torch.transpose(x, 0, 1)", "y = torch.transpose(x, 0, 2)"],
    ),
    (
        "torch.rand(12).unflatten(0, (5, 3))",
        "reshape-count",
        "Dimension 0 of `torch.rand(12)` (12,) has size 12, and (5, 3) is not that in parts.",
        ["torch.rand(12).unflatten(0, (-1, 3))"],
    ),
    (
        "torch.rand(2, 3).repeat(2)",
        "repeat-rank",
        "`torch.rand(2, 3)` (2, 3) has 2 dimensions, and repeat() is given 1 of the numbers.",
        ["torch.rand(2, 3).repeat(2, 1)", "torch.rand(2, 3).repeat(1, 2)"],
    ),
    (
        "torch.tile(torch.rand(3), 2)",
        "tuple-wanted",
        "torch.tile() takes them in one tuple: (2,).",
        ["torch.tile(torch.rand(3), (2,))"],
    ),
    (
        "torch.rand(3)[2.5]",
        "whole-index",
        "`2.5` is a float; an index is a whole number.",
        ["torch.rand(3)[2]"],
    ),
    (
        "torch.rand(8).view(3, -1)",
        "reshape-divide",
        "`torch.rand(8)` (8,) has 8 elements, and 8 is not a multiple of 3.",
        ["torch.rand(8).view(2, -1)", "torch.rand(8).view(4, -1)"],
    ),
    (
        "torch.rand(2, 4).view(3, 3)",
        "reshape-count",
        "`torch.rand(2, 4)` (2, 4) has 8 elements, and (3, 3) needs 3 * 3 = 9.",
        ["torch.rand(2, 4).view(2, 4)", "torch.rand(2, 4).view(4, 2)"],
    ),
    (
        "half = torch.arange(8)\nleft, right = half[:8 / 2], half[8 / 2:]",
        "whole-index",
        "`8 / 2` is a float; the ends of a slice are whole numbers.",
        ["left, right = half[:8 // 2], half[8 // 2:]"],
    ),
    (
        "data = torch.arange(100)\nchunks = data.reshape(-1, 8)",
        "reshape-divide",
        "`data` (100,) has 100 elements, and 100 is not a multiple of 8.",
        ["chunks = data.reshape(-1, 10)", "chunks = data.reshape(-1, 5)"],
    ),
    (
        "z = torch.rand(2, 3, 4).view(-1, 4, -1)",
        "reshape-unknown",
        "(-1, 4, -1) leaves 2 sizes to -1, and only one can be worked out.",
        ["z = torch.rand(2, 3, 4).view(2, 4, -1)", "z = torch.rand(2, 3, 4).view(-1)"],
    ),
    (
        "video = torch.rand(2, 3, 4, 5)\nvideo = video.permute(0, 2, 3)",
        "permute-dims",
        "`video` (2, 3, 4, 5) has 4 dimensions, and permute(0, 2, 3) names 3.",
        ["video = video.permute(0, 2, 3, 1)", "video = video.permute(1, 0, 2, 3)"],
    ),
    (
        "x = torch.rand(2, 3, 5)\nb = x.view(x.size(0), -1, -1)",
        "reshape-unknown",
        "(2, -1, -1) leaves 2 sizes to -1, and only one can be worked out.",
        ["b = x.view(2, -1, 1)", "b = x.view(-1)"],
    ),
    (
        "torch.reshape(torch.zeros(6), 2, 3)",
        "tuple-wanted",
        "torch.reshape() takes them in one tuple: (2, 3).",
        ["torch.reshape(torch.zeros(6), (2, 3))"],
    ),
    (
        'torch.zeros(6).view("2", 3)',
        "reshape-sizes",
        'view() takes whole numbers as sizes, and `"2"` is none.',
        ["torch.zeros(6).view(2, 3)"],
    ),
    (
        "torch.zeros(6).view(torch.tensor([2, 3]))",
        "reshape-sizes",
        "view() takes whole numbers as sizes, and `torch.tensor([2, 3])` is none.",
        ["torch.zeros(6).view(torch.tensor([2, 3]).tolist())"],
    ),
    (
        "torch.zeros(6).view(None, 3)",
        "reshape-sizes",
        "view() takes whole numbers as sizes, and `None` is none.",
        ["torch.zeros(6).view(-1, 3)"],
    ),
    (
        "torch.zeros(6).view(-2, 3)",
        "reshape-negative",
        "-2 is no size; the only negative one is -1, which is worked out from the others.",
        ["torch.zeros(6).view(-1, 3)"],
    ),
    (
        "torch.permute(torch.zeros(2, 3), 1, 0)",
        "tuple-wanted",
        "torch.permute() takes them in one tuple: (1, 0).",
        ["torch.permute(torch.zeros(2, 3), (1, 0))"],
    ),
    (
        "torch.zeros(2, 3).flatten(1, 0)",
        "flatten-order",
        "flatten goes from dimension 1 to 0, backwards; the first must not be the greater.",
        ["torch.zeros(2, 3).flatten(0, 1)"],
    ),
    (
        "torch.zeros(6).unflatten(0, 2, 3)",
        "tuple-wanted",
        "unflatten() takes them in one tuple: (2, 3).",
        ["torch.zeros(6).unflatten(0, (2, 3))"],
    ),
    (
        "torch.zeros(2, 3).repeat(2)",
        "repeat-rank",
        "`torch.zeros(2, 3)` (2, 3) has 2 dimensions, and repeat() is given 1 of the numbers.",
        ["torch.zeros(2, 3).repeat(2, 1)", "torch.zeros(2, 3).repeat(1, 2)"],
    ),
    (
        "x = torch.rand(2, 3, 4)\ny = x.transpose(2, 0, 1)",
        "transpose-many",
        "transpose() swaps two dimensions of `x` (2, 3, 4), and is given 3.",
        ["y = x.permute(2, 0, 1)"],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)
