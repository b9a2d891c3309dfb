# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Datasets and loaders."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

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
    (
        'from torch.utils.data import Dataset, DataLoader\nclass Texts(Dataset):\n    def __init__(self, docs):\n        self.docs = docs\n    def __len__(self):\n        return len(self.docs)\n    def __getitem__(self, i):\n        ids = torch.tensor(self.docs[i])\n        return {"ids": ids, "label": torch.tensor(i % 2)}\ndl = DataLoader(Texts([[1, 2], [3, 4, 5], [6]]), batch_size=3)\nfirst = next(iter(dl))',
        "loader-ragged",
        "Examples of `Texts([[1, 2], [3, 4, 5], [6]])` have the shapes (2,) and (3,).",
        'dl = DataLoader(Texts([[1, 2], [3, 4, 5], [6]]), batch_size=3, collate_fn=lambda batch: {"ids": torch.nn.utils.rnn.pad_sequence([e["ids"] for e in batch], batch_first=True), "label": torch.tensor([e["label"] for e in batch])})',
    ),
    (
        "from torch.utils.data import DataLoader\ndata = [([1, 2, 3], 0), ([4, 5], 1)]\ndef epoch(loader):\n    for xs, ys in loader:\n        print(xs, ys)\nepoch(DataLoader(data, batch_size=2))",
        "loader-ragged",
        "Examples of `data` have lists of several lengths.",
        "epoch(DataLoader(data, batch_size=2, collate_fn=lambda batch: (torch.nn.utils.rnn.pad_sequence([torch.as_tensor(x) for x, _ in batch], batch_first=True), torch.tensor([y for _, y in batch]))))",
    ),
    (
        "from torch.utils.data import Dataset, DataLoader\nclass Sensor(Dataset):\n    def __len__(self):\n        return 4\n    def __getitem__(self, i):\n        if i == 2:\n            return None\n        return torch.randn(5)\nfor b in DataLoader(Sensor(), batch_size=4):\n    print(b)",
        "loader-entry",
        "Some examples of `Sensor()` are None.",
        "for b in DataLoader(Sensor(), batch_size=4, collate_fn=lambda batch: torch.utils.data.default_collate([x for x in batch if x is not None])):",
    ),
    (
        "from torch.utils.data import DataLoader\npts = [(torch.randn(3), 1), (torch.randn(3), 0)]\ndef pad(xs, ys):\n    return torch.stack(xs), torch.tensor(ys)\nfor xs, ys in DataLoader(pts, batch_size=2, collate_fn=pad):\n    print(xs.shape)",
        "loader-collate",
        "collate_fn gets one list of examples, and `pad` takes 2: xs, ys.",
        "xs, ys = zip(*batch)",
    ),
    (
        'from torch.utils.data import Dataset, DataLoader\nclass Notes(Dataset):\n    def __init__(self):\n        self.rows = [[60, 62], [64, 65, 67], [69]]\n    def __len__(self):\n        return 3\n    def __getitem__(self, i):\n        seq = torch.tensor(self.rows[i])\n        sample = {"notes": seq, "tempo": 120 + i, "name": f"song{i}"}\n        return sample\ndef first(dl):\n    for batch in dl:\n        return batch["notes"]\nloader = DataLoader(Notes(), batch_size=3)\nfirst(loader)',
        "loader-ragged",
        "Examples of `Notes()` have the shapes (2,) and (3,).",
        'loader = DataLoader(Notes(), batch_size=3, collate_fn=lambda batch: {"notes": torch.nn.utils.rnn.pad_sequence([e["notes"] for e in batch], batch_first=True), "tempo": torch.tensor([e["tempo"] for e in batch]), "name": [e["name"] for e in batch]})',
    ),
    (
        "from torch.utils.data import DataLoader\ntagged = [(torch.tensor([1, 2]), torch.tensor([0, 1])), (torch.tensor([3, 4, 5]), torch.tensor([1, 1, 0]))]\nfor step, (words, tags) in enumerate(DataLoader(tagged, batch_size=2)):\n    print(step, words.shape)",
        "loader-ragged",
        "Examples of `tagged` have the shapes (2,) and (3,).",
        "for step, (words, tags) in enumerate(DataLoader(tagged, batch_size=2, collate_fn=lambda batch: (torch.nn.utils.rnn.pad_sequence([x for x, _ in batch], batch_first=True), torch.nn.utils.rnn.pad_sequence([y for _, y in batch], batch_first=True)))):",
    ),
    (
        "from torch.utils.data import Dataset, DataLoader\nclass Rows(Dataset):\n    def __init__(self, t):\n        self.t = t\n    def __len__(self):\n        return len(self.t)\n    def __getitem__(self, i):\n        row = self.t[i]\n        pair = (row[:-1], row[-1])\nfor x, y in DataLoader(Rows(torch.randn(6, 3)), batch_size=2):\n    print(x.shape)",
        "loader-entry",
        "An example of `Rows(torch.randn(6, 3))` is None.",
        "pair = (row[:-1], row[-1])\nreturn pair",
    ),
    (
        'from torch.utils.data import DataLoader\ngraphs = [{"nodes": torch.randn(n, 2), "y": torch.tensor(float(n))} for n in (3, 4)]\nfor g in DataLoader(graphs, batch_size=2):\n    print(g["nodes"].shape)',
        "loader-ragged",
        "Examples of `graphs` have the shapes (3, 2) and (4, 2).",
        'for g in DataLoader(graphs, batch_size=2, collate_fn=lambda batch: {"nodes": torch.nn.utils.rnn.pad_sequence([e["nodes"] for e in batch], batch_first=True), "y": torch.tensor([e["y"] for e in batch])}):',
    ),
    (
        "from torch.utils.data import DataLoader\npairs = [(torch.randn(3), 1), (torch.randn(3), 0)]\nloader = DataLoader(pairs, batch_size=2, collate_fn=lambda x, y: (torch.stack(x), torch.tensor(y)))\nfor x, y in loader:\n    print(x.shape)",
        "loader-collate",
        "collate_fn gets one list of examples, and the lambda takes 2: x, y.",
        "loader = DataLoader(pairs, batch_size=2, collate_fn=lambda batch: (lambda x, y: (torch.stack(x), torch.tensor(y)))(*zip(*batch)))",
    ),
    (
        'from torch.utils.data import Dataset, DataLoader\nimport numpy as np\nclass Sig(Dataset):\n    def __init__(self):\n        self.x = [np.ones(3), np.ones(5)]\n    def __len__(self):\n        return 2\n    def __getitem__(self, i):\n        return {"x": self.x[i], "y": i}\nfor b in DataLoader(Sig(), batch_size=2):\n    print(b["x"])',
        "loader-ragged",
        "Examples of `Sig()` have the shapes (3,) and (5,).",
        'for b in DataLoader(Sig(), batch_size=2, collate_fn=lambda batch: {"x": torch.nn.utils.rnn.pad_sequence([torch.as_tensor(e["x"]) for e in batch], batch_first=True), "y": torch.tensor([e["y"] for e in batch])}):',
    ),
    (
        "from torch.utils.data import DataLoader\ndef collate(batch):\n    xs, ys = batch\n    return torch.stack(xs), torch.stack(ys)\ndata = [(torch.randn(2), torch.tensor(0)) for _ in range(4)]\nfor xs, ys in DataLoader(data, batch_size=4, collate_fn=collate):\n    print(xs)",
        "loader-collate",
        "`batch` is a list of examples, not `xs, ys`.",
        "xs, ys = zip(*batch)",
    ),
    (
        "from torch.utils.data import DataLoader\nseqs = [torch.arange(n) for n in (2, 4)]\nloader = DataLoader(dataset=seqs, batch_size=2)\nfor s in loader:\n    print(s)",
        "loader-ragged",
        "Examples of `seqs` have the shapes (2,) and (4,).",
        "loader = DataLoader(dataset=seqs, batch_size=2, collate_fn=lambda batch: torch.nn.utils.rnn.pad_sequence(batch, batch_first=True))",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
