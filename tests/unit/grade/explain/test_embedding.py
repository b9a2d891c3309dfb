# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Tables of embeddings and one-hot rows."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.Embedding(4, 2)(torch.tensor([-1]))",
        "embedding-range",
        "`torch.tensor([-1])` holds the index -1, and `nn.Embedding(4, 2)` has 4 rows: 0 to 3.",
        "nn.Embedding(4, 2)(torch.tensor([-1]).clamp(min=0))",
    ),
    (
        "nn.Embedding(4, 2)([1,2])",
        "embedding-no-tensor",
        "`[1,2]` is a list, and `nn.Embedding(4, 2)` takes a tensor of whole numbers.",
        "nn.Embedding(4, 2)(torch.tensor([1,2]))",
    ),
    (
        "F.embedding(torch.tensor([1,9]), torch.ones(4,2))",
        "embedding-range",
        "`torch.tensor([1,9])` holds the index 9, and `torch.ones(4,2)` (4, 2) has 4 rows: 0 to 3.",
        "",
    ),
    (
        "F.embedding(torch.ones(4,2), torch.tensor([1,9]))",
        "embedding-swapped",
        "`torch.ones(4,2)` (4, 2) float32 is the table and `torch.tensor([1,9])` (2,) int64 the indices: the other way round.",
        "",
    ),
    (
        "F.one_hot(torch.tensor([1.]))",
        "embedding-dtype",
        "`torch.tensor([1.])` is float32, and F.one_hot() is indexed with int64.",
        "F.one_hot(torch.tensor([1.]).long())",
    ),
    (
        "F.one_hot(torch.tensor([1,5]), 3)",
        "one-hot-range",
        "`torch.tensor([1,5])` holds the class 5, and 3 classes are numbered 0 to 2.",
        "F.one_hot(torch.tensor([1,5]), 6)",
    ),
    (
        "F.one_hot(torch.tensor([-1,5]))",
        "one-hot-range",
        "`torch.tensor([-1,5])` holds -1, and classes are numbered from 0.",
        "",
    ),
    (
        "F.one_hot([1,2])",
        "embedding-no-tensor",
        "`[1,2]` is a list, and F.one_hot() takes a tensor of whole numbers.",
        "F.one_hot(torch.tensor([1,2]))",
    ),
    (
        "nn.Embedding(4, 2)(torch.tensor([1.]))",
        "embedding-dtype",
        "`torch.tensor([1.])` is float32, and `nn.Embedding(4, 2)` is indexed with int64.",
        "nn.Embedding(4, 2)(torch.tensor([1.]).long())",
    ),
    (
        "emb = nn.Embedding(10, 4)\nwords = torch.randint(0, 30, (200,))\nwords[0] = 29\nemb(words)",
        "embedding-range",
        "`words` holds the index 29, and `emb` = `nn.Embedding(10, 4)` has 10 rows: 0 to 9.",
        "emb = nn.Embedding(30, 4)",
    ),
    (
        'vocab = {"a": 0, "b": 1, "c": 2}\nemb = nn.Embedding(len(vocab), 4)\nids = torch.tensor([vocab[w] + 1 for w in "abc"])\nemb(ids)',
        "embedding-range",
        "`ids` holds the index 3, and `emb` = `nn.Embedding(len(vocab), 4)` has 3 rows: 0 to 2.",
        "emb(ids - 1)",
    ),
    (
        "F.one_hot(torch.tensor([0., 1., 2.]), num_classes=3)",
        "embedding-dtype",
        "`torch.tensor([0., 1., 2.])` is float32, and F.one_hot() is indexed with int64.",
        "F.one_hot(torch.tensor([0., 1., 2.]).long(), num_classes=3)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.emb = nn.Embedding(50, 8)\n        self.fc = nn.Linear(8, 2)\n    def forward(self, ids):\n        return self.fc(self.emb(ids).mean(1))\nNet()(torch.rand(4, 6))",
        "embedding-dtype",
        "`ids` is float32, and `self.emb` = `nn.Embedding(50, 8)` is indexed with int64.",
        "return self.fc(self.emb(ids.long()).mean(1))",
    ),
    (
        "emb = nn.Embedding(5, 3)\nemb(3)",
        "embedding-no-tensor",
        "`3` is an int, and `emb` = `nn.Embedding(5, 3)` takes a tensor of whole numbers.",
        "emb(torch.tensor(3))",
    ),
    (
        "emb = nn.Embedding(num_embeddings=5, embedding_dim=3)\nemb(torch.tensor([[0, 1], [2, 7]]))",
        "embedding-range",
        "`torch.tensor([[0, 1], [2, 7]])` holds the index 7, and `emb` = `nn.Embedding(num_embeddings=5, embedding_dim=3)` has 5 rows: 0 to 4.",
        "emb = nn.Embedding(num_embeddings=8, embedding_dim=3)",
    ),
    (
        "F.embedding(torch.tensor([1., 2.]), torch.rand(5, 3))",
        "embedding-dtype",
        "`torch.tensor([1., 2.])` is float32, and `torch.rand(5, 3)` (5, 3) is indexed with int64.",
        "F.embedding(torch.tensor([1., 2.]).long(), torch.rand(5, 3))",
    ),
    (
        "F.one_hot(torch.tensor([1, 2, 3]), 3)",
        "one-hot-range",
        "`torch.tensor([1, 2, 3])` holds the class 3, and 3 classes are numbered 0 to 2.",
        "F.one_hot(torch.tensor([1, 2, 3]) - 1, 3)",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
