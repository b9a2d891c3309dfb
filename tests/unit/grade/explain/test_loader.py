# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Datasets and loaders."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "next(iter(torch.utils.data.DataLoader([torch.zeros(1), torch.zeros(2)], batch_size=2)))",
        "loader-ragged",
        "Examples of `[torch.zeros(1), torch.zeros(2)]` have the shapes (1,) and (2,).",
        "next(iter(torch.utils.data.DataLoader([torch.zeros(1), torch.zeros(2)], batch_size=2, collate_fn=lambda batch: torch.nn.utils.rnn.pad_sequence(batch, batch_first=True))))",
    ),
    (
        "class DS(torch.utils.data.Dataset):\n    def __init__(self): self.x = torch.ones(4, 2)\n    def __getitem__(self, i): return self.x[i]\nnext(iter(torch.utils.data.DataLoader(DS(), batch_size=2)))",
        "loader-method",
        "`DS` lacks `__len__`, which says how many examples there are.",
        "    def __len__(self):\n        return len(self.x)",
    ),
    (
        "torch.utils.data.DataLoader(torch.ones(4, 2), torch.ones(4), batch_size=2)",
        "loader-data",
        "A DataLoader takes one dataset; `torch.ones(4)` is taken for its batch size.",
        "torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(4, 2), torch.ones(4)), batch_size=2)",
    ),
    (
        "torch.utils.data.TensorDataset(torch.ones(4, 2), torch.ones(3))",
        "loader-counts",
        "`torch.ones(4, 2)` (4, 2) and `torch.ones(3)` (3,) have 4 and 3 examples.",
        "",
    ),
    (
        "dl = torch.utils.data.DataLoader(torch.ones(4, 2), batch_size=2)\ndl[0]",
        "loader-entry",
        "`dl` gives batches one after the other; it has no places to ask for.",
        "next(iter(dl))",
    ),
    (
        "next(torch.utils.data.DataLoader(torch.ones(4, 2), batch_size=2))",
        "loader-entry",
        "`torch.utils.data.DataLoader(torch.ones(4, 2), b…` gives batches one after the other; it has no places to ask for.",
        "next(iter(torch.utils.data.DataLoader(torch.ones(4, 2), batch_size=2)))",
    ),
    (
        "samples = [(torch.randn(n), n % 2) for n in (3, 5, 2, 4)]\nloader = torch.utils.data.DataLoader(samples, batch_size=2)\nfor x, y in loader:\n    print(x.shape)",
        "loader-ragged",
        "Examples of `samples` have the shapes (3,) and (5,).",
        "loader = torch.utils.data.DataLoader(samples, batch_size=2, collate_fn=lambda batch: (torch.nn.utils.rnn.pad_sequence([x for x, _ in batch], batch_first=True), torch.tensor([y for _, y in batch])))",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = told(code)
    assert found is not None
    assert (found.rule, found.first) == (rule, first)
    assert [r.code for r in found.repairs[:1]] == ([repair] if repair else [])
