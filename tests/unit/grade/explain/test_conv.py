# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Convolution and pooling."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.Conv2d(3, 4, 3)(torch.zeros(1, 9, 9, 3))",
        "conv-channels",
        "`torch.zeros(1, 9, 9, 3)` (1, 9, 9, 3) has 9 channels to `nn.Conv2d(3, 4, 3)`, which takes 3.",
        "nn.Conv2d(3, 4, 3)(torch.zeros(1, 9, 9, 3).permute(0, 3, 1, 2))",
    ),
    (
        "nn.Conv2d(1, 4, 3)(torch.zeros(9, 9))",
        "conv-rank",
        "`torch.zeros(9, 9)` (9, 9) has 2 dimensions, and `nn.Conv2d(1, 4, 3)` takes (batch, channels, height, width).",
        "nn.Conv2d(1, 4, 3)(torch.zeros(9, 9)[None, None])",
    ),
    (
        "nn.Conv2d(1, 4, 3)(torch.zeros(16, 9, 9))",
        "conv-channels",
        "`torch.zeros(16, 9, 9)` (16, 9, 9) has 16 channels to `nn.Conv2d(1, 4, 3)`, which takes 1.",
        "nn.Conv2d(1, 4, 3)(torch.zeros(16, 9, 9).unsqueeze(1))",
    ),
    (
        "nn.Conv2d(1, 1, 5)(torch.zeros(1, 1, 3, 3))",
        "conv-kernel",
        "`torch.zeros(1, 1, 3, 3)` (1, 1, 3, 3) is 3 x 3, smaller than the kernel of `nn.Conv2d(1, 1, 5)`, 5 x 5.",
        "nn.Conv2d(1, 1, 5, padding=2)(torch.zeros(1, 1, 3, 3))",
    ),
    (
        "nn.Conv1d(3, 4, 3)(torch.zeros(1, 9, 3))",
        "conv-channels",
        "`torch.zeros(1, 9, 3)` (1, 9, 3) has 9 channels to `nn.Conv1d(3, 4, 3)`, which takes 3.",
        "nn.Conv1d(3, 4, 3)(torch.zeros(1, 9, 3).permute(0, 2, 1))",
    ),
    (
        "nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(4, 8, 3))(torch.zeros(1, 1, 9, 9))",
        "conv-channels",
        "What arrives, (1, 8, 7, 7), has 8 channels to entry [2] of the Sequential (`nn.Conv2d(4, 8, 3)`), which takes 4.",
        "nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))(torch.zeros(1, 1, 9, 9))",
    ),
    (
        "nn.Conv2d(1, 4, 3)(torch.zeros(16, 784))",
        "conv-rank",
        "`torch.zeros(16, 784)` (16, 784) has 2 dimensions, and `nn.Conv2d(1, 4, 3)` takes (batch, channels, height, width).",
        "nn.Conv2d(1, 4, 3)(torch.zeros(16, 784).reshape(-1, 1, 28, 28))",
    ),
    (
        "F.conv2d(torch.zeros(1, 3, 8, 8), torch.zeros(4, 1, 3, 3))",
        "conv-channels",
        "`torch.zeros(1, 3, 8, 8)` (1, 3, 8, 8) has 3 channels to F.conv2d(), which takes 1.",
        "",
    ),
    (
        "F.max_pool2d(torch.zeros(1, 3, 2, 2), 3)",
        "conv-kernel",
        "`torch.zeros(1, 3, 2, 2)` (1, 3, 2, 2) is 2 x 2, smaller than the kernel of F.max_pool2d(), 3 x 3.",
        "F.max_pool2d(torch.zeros(1, 3, 2, 2), 2)",
    ),
    (
        "nn.Sequential(nn.MaxPool2d(2), nn.MaxPool2d(2), nn.MaxPool2d(2))(torch.zeros(1, 3, 5, 5))",
        "conv-kernel",
        "What arrives, (1, 3, 1, 1), is 1 x 1, smaller than the kernel of entry [2] of the Sequential (`nn.MaxPool2d(2)`), 2 x 2.",
        "nn.Sequential(nn.MaxPool2d(2), nn.MaxPool2d(2), nn.Identity())(torch.zeros(1, 3, 5, 5))",
    ),
    (
        "nn.ConvTranspose2d(8, 4, 2)(torch.zeros(1, 4, 5, 5))",
        "conv-channels",
        "`torch.zeros(1, 4, 5, 5)` (1, 4, 5, 5) has 4 channels to `nn.ConvTranspose2d(8, 4, 2)`, which takes 8.",
        "nn.ConvTranspose2d(4, 4, 2)(torch.zeros(1, 4, 5, 5))",
    ),
    (
        "nn.MaxPool2d(2)(torch.ones(5))",
        "conv-rank",
        "`torch.ones(5)` (5,) has 1 dimension, and `nn.MaxPool2d(2)` takes (batch, channels, height, width).",
        "",
    ),
    (
        "nn.Conv2d(3, 6, 3)(torch.ones(4, 1, 8, 8))",
        "conv-channels",
        "`torch.ones(4, 1, 8, 8)` (4, 1, 8, 8) has 1 channel to `nn.Conv2d(3, 6, 3)`, which takes 3.",
        "nn.Conv2d(3, 6, 3)(torch.ones(4, 1, 8, 8).expand(-1, 3, -1, -1))",
    ),
    (
        "img = torch.rand(28, 28)\nconv = nn.Conv2d(1, 8, 3)\nout = conv(img)",
        "conv-rank",
        "`img` (28, 28) has 2 dimensions, and `conv` = `nn.Conv2d(1, 8, 3)` takes (batch, channels, height, width).",
        "out = conv(img[None, None])",
    ),
    (
        "img = torch.rand(32, 32, 3)\nconv = nn.Conv2d(3, 8, 3)\nout = conv(img)",
        "conv-channels",
        "`img` (32, 32, 3) has 32 channels to `conv` = `nn.Conv2d(3, 8, 3)`, which takes 3.",
        "out = conv(img.permute(2, 0, 1))",
    ),
    (
        "signal = torch.rand(16, 100)\nconv = nn.Conv1d(1, 4, 5)\nconv(signal)",
        "conv-channels",
        "`signal` (16, 100) has 16 channels to `conv` = `nn.Conv1d(1, 4, 5)`, which takes 1.",
        "conv(signal.unsqueeze(1))",
    ),
    (
        "net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3))\nnet(torch.rand(1, 1, 14, 14))",
        "conv-kernel",
        "What arrives, (1, 8, 2, 2), is 2 x 2, smaller than the kernel of `net[4]` = `nn.Conv2d(8, 8, 3)`, 3 x 3.",
        "net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, padding=1))",
    ),
    (
        "x = torch.randn(1, 3, 8, 8)\nk = torch.randn(6, 1, 3, 3)\nF.conv2d(x, k)",
        "conv-channels",
        "`x` (1, 3, 8, 8) has 3 channels to F.conv2d(), which takes 1.",
        "",
    ),
    (
        "up = nn.ConvTranspose2d(16, 8, 2, stride=2)\nx = torch.randn(1, 8, 7, 7)\nup(x)",
        "conv-channels",
        "`x` (1, 8, 7, 7) has 8 channels to `up` = `nn.ConvTranspose2d(16, 8, 2, stride=2)`, which takes 16.",
        "up = nn.ConvTranspose2d(8, 8, 2, stride=2)",
    ),
    (
        "pool = nn.AdaptiveAvgPool2d((1, 1))\nx = torch.randn(4, 128)\npool(x)",
        "conv-rank",
        "`x` (4, 128) has 2 dimensions, and `pool` = `nn.AdaptiveAvgPool2d((1, 1))` takes (batch, channels, height, width).",
        "pool(x[None, None])",
    ),
    (
        "conv = nn.Conv1d(8, 4, 3)\nx = torch.rand(2, 20, 8)\nconv(x)",
        "conv-channels",
        "`x` (2, 20, 8) has 20 channels to `conv` = `nn.Conv1d(8, 4, 3)`, which takes 8.",
        "conv(x.permute(0, 2, 1))",
    ),
    (
        "conv = nn.Conv3d(1, 2, 3)\nconv(torch.rand(1, 8, 8))",
        "conv-rank",
        "`torch.rand(1, 8, 8)` (1, 8, 8) has 3 dimensions, and `conv` = `nn.Conv3d(1, 2, 3)` takes (batch, channels, depth, height, width).",
        "",
    ),
    (
        "pool = nn.MaxPool2d(4)\npool(torch.rand(1, 3, 3, 3))",
        "conv-kernel",
        "`torch.rand(1, 3, 3, 3)` (1, 3, 3, 3) is 3 x 3, smaller than the kernel of `pool` = `nn.MaxPool2d(4)`, 4 x 4.",
        "pool = nn.MaxPool2d(3)",
    ),
    (
        "F.avg_pool2d(torch.rand(1, 1, 2, 2), kernel_size=3)",
        "conv-kernel",
        "`torch.rand(1, 1, 2, 2)` (1, 1, 2, 2) is 2 x 2, smaller than the kernel of F.avg_pool2d(), 3 x 3.",
        "F.avg_pool2d(torch.rand(1, 1, 2, 2), kernel_size=2)",
    ),
    (
        "conv = nn.Conv2d(3, 4, 3)\nconv(torch.rand(2, 1, 8, 8))",
        "conv-channels",
        "`torch.rand(2, 1, 8, 8)` (2, 1, 8, 8) has 1 channel to `conv` = `nn.Conv2d(3, 4, 3)`, which takes 3.",
        "conv(torch.rand(2, 1, 8, 8).expand(-1, 3, -1, -1))",
    ),
    (
        "conv = nn.Conv2d(1, 4, 3)\nconv(torch.rand(1, 3, 8, 8))",
        "conv-channels",
        "`torch.rand(1, 3, 8, 8)` (1, 3, 8, 8) has 3 channels to `conv` = `nn.Conv2d(1, 4, 3)`, which takes 1.",
        "conv = nn.Conv2d(3, 4, 3)",
    ),
    (
        "F.max_pool1d(torch.rand(2, 3, 4), 5)",
        "conv-kernel",
        "`torch.rand(2, 3, 4)` (2, 3, 4) is 4 long, smaller than the kernel of F.max_pool1d(), 5 long.",
        "F.max_pool1d(torch.rand(2, 3, 4), 4)",
    ),
    (
        "F.conv1d(torch.rand(2, 10, 3), torch.rand(4, 3, 3))",
        "conv-channels",
        "`torch.rand(2, 10, 3)` (2, 10, 3) has 10 channels to F.conv1d(), which takes 3.",
        "F.conv1d(torch.rand(2, 10, 3).permute(0, 2, 1), torch.rand(4, 3, 3))",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
