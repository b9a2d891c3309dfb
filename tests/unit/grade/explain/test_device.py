"""Devices."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "torch.zeros(1).cuda()",
        "device-none",
        "There is no GPU that torch can use as `cuda` here, so `torch.zeros(1)` cannot go there.",
        'torch.zeros(1).to("cuda" if torch.cuda.is_available() else "cpu")',
    ),
    (
        'torch.zeros(1, device="meta") + torch.zeros(1)',
        "device-two",
        '`torch.zeros(1, device="meta")` is on meta, and `torch.zeros(1)` is on cpu.',
        'torch.zeros(1, device="cpu") + torch.zeros(1)',
    ),
    (
        'x = torch.zeros(3).to("cuda")',
        "device-none",
        "There is no GPU that torch can use as `cuda` here, so `torch.zeros(3)` cannot go there.",
        'x = torch.zeros(3).to("cuda" if torch.cuda.is_available() else "cpu")',
    ),
    (
        'device = torch.device("cuda")\nmodel = nn.Linear(2, 1).to(device)',
        "device-none",
        "There is no GPU that torch can use as `cuda` here, so `nn.Linear(2, 1)` cannot go there.",
        'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")',
    ),
    (
        'torch.ones(2, device="gpu")',
        "device-name",
        '`"gpu"` names no device; there are cpu, cuda and mps.',
        'torch.ones(2, device="cuda" if torch.cuda.is_available() else "cpu")',
    ),
    (
        'torch.zeros(1, device="meta").item()',
        "device-meta",
        '`torch.zeros(1, device="meta")` is on the device meta: it has a shape and a dtype, but no numbers.',
        'torch.zeros(1, device="cpu").item()',
    ),
    (
        'nn.Linear(2, 1, device="meta")(torch.zeros(1, 2))',
        "device-two",
        'The weights of `nn.Linear(2, 1, device="meta")` are on meta, and `torch.zeros(1, 2)` is on cpu.',
        'nn.Linear(2, 1, device="cpu")(torch.zeros(1, 2))',
    ),
    (
        'torch.ones(3).to("mps")',
        "device-none",
        "There is no GPU that torch can use as `mps` here, so `torch.ones(3)` cannot go there.",
        'torch.ones(3).to("mps" if torch.backends.mps.is_available() else "cpu")',
    ),
    (
        'x = torch.ones(2, device="cuda:1")',
        "device-none",
        "There is no GPU that torch can use as `cuda` here.",
        'x = torch.ones(2, device="cuda" if torch.cuda.is_available() else "cpu")',
    ),
    (
        'device = "cuda"\nx = torch.randn(3, device=device)',
        "device-none",
        "There is no GPU that torch can use as `cuda` here.",
        'device = "cuda" if torch.cuda.is_available() else "cpu"',
    ),
    (
        'model = nn.Linear(2, 2).to("meta")\nx = torch.ones(1, 2)\nmodel(x)',
        "device-two",
        "The weights of `model` = `nn.Linear(2, 2)` are on meta, and `x` is on cpu.",
        'model = nn.Linear(2, 2).to("cpu")',
    ),
    (
        'a = torch.zeros(2, device="meta")\nb = torch.zeros(2)\ntorch.cat([a, b])',
        "device-two",
        "The tensors of `[a, b]` are on meta and cpu.",
        'a = torch.zeros(2, device="cpu")',
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
