# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Losses."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "F.cross_entropy(torch.zeros(3, 2), torch.tensor([0, 1]))",
        "cross-counts",
        "`torch.zeros(3, 2)` (3, 2) scores 3 examples, `torch.tensor([0, 1])` (2,) labels 2.",
        "",
    ),
    (
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([0., 1.]))",
        "cross-target-dtype",
        "The target `torch.tensor([0., 1.])` (float32) holds class numbers, and they must be int64.",
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([0., 1.]).long())",
    ),
    (
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([[0], [1]]))",
        "cross-column",
        "The target `torch.tensor([[0], [1]])` (2, 1) is a column; class numbers are (2,) here.",
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([[0], [1]]).squeeze(1))",
    ),
    (
        "F.cross_entropy(torch.zeros(2, 3), F.one_hot(torch.tensor([0,1]),3))",
        "cross-one-hot",
        "The target `F.one_hot(torch.tensor([0,1]),3)` (2, 3) int64 has a number for every class, of the shape of the scores.",
        "F.cross_entropy(torch.zeros(2, 3), F.one_hot(torch.tensor([0,1]),3).argmax(1))",
    ),
    (
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([1, 3]))",
        "cross-range",
        "The target `torch.tensor([1, 3])` holds class 3; `torch.zeros(2, 3)` (2, 3) has 3 classes, 0 to 2.",
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([1, 3]) - 1)",
    ),
    (
        "F.cross_entropy(torch.zeros(2, 1), torch.tensor([1, 0]))",
        "cross-one-score",
        "`torch.zeros(2, 1)` (2, 1) has one class only, and the target `torch.tensor([1, 0])` holds class 1.",
        "F.binary_cross_entropy_with_logits(torch.zeros(2, 1).squeeze(1), torch.tensor([1, 0]).float())",
    ),
    (
        "F.cross_entropy(torch.zeros(2), torch.tensor([1, 0]))",
        "cross-one-score",
        "`torch.zeros(2)` (2,) is one score for each of 2 examples, not one per class.",
        "F.binary_cross_entropy_with_logits(torch.zeros(2), torch.tensor([1, 0]).float())",
    ),
    (
        "F.cross_entropy(torch.zeros(2, 5, 3), torch.zeros(2, 5, dtype=torch.long))",
        "cross-classes-place",
        "The classes of `torch.zeros(2, 5, 3)` (2, 5, 3) must be in dimension 1, and stand last.",
        "F.cross_entropy(torch.zeros(2, 5, 3).transpose(1, 2), torch.zeros(2, 5, dtype=torch.long))",
    ),
    (
        "F.cross_entropy(torch.tensor([0, 1]), torch.zeros(2, 3))",
        "loss-swapped",
        "`torch.tensor([0, 1])` (2,) int64 stands where the scores go: the two are swapped.",
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1]))",
    ),
    (
        "nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0., 1.]))",
        "cross-target-dtype",
        "The target `torch.tensor([0., 1.])` (float32) holds class numbers, and they must be int64.",
        "nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0., 1.]).long())",
    ),
    (
        "nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0, 1], dtype=torch.int32))",
        "cross-target-dtype",
        "The target `torch.tensor([0, 1], dtype=torch.int32)` (int32) holds class numbers, and they must be int64.",
        "nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0, 1], dtype=torch.int32).long())",
    ),
    (
        "nn.CrossEntropyLoss(weight=torch.ones(2))(torch.zeros(2, 3), torch.tensor([0, 1]))",
        "cross-weight",
        "The weight needs one number for each class, and `torch.zeros(2, 3)` (2, 3) has 3.",
        "",
    ),
    (
        "F.nll_loss(torch.zeros(2, 3), torch.tensor([0., 1.]))",
        "cross-target-dtype",
        "The target `torch.tensor([0., 1.])` (float32) holds class numbers, and they must be int64.",
        "F.nll_loss(torch.zeros(2, 3), torch.tensor([0., 1.]).long())",
    ),
    (
        "F.nll_loss(torch.zeros(2, 3), torch.tensor([0, 3]))",
        "cross-range",
        "The target `torch.tensor([0, 3])` holds class 3; `torch.zeros(2, 3)` (2, 3) has 3 classes, 0 to 2.",
        "",
    ),
    (
        "F.nll_loss(torch.zeros(2, 3), torch.tensor([[0], [1]]))",
        "cross-column",
        "The target `torch.tensor([[0], [1]])` (2, 1) is a column; class numbers are (2,) here.",
        "F.nll_loss(torch.zeros(2, 3), torch.tensor([[0], [1]]).squeeze(1))",
    ),
    (
        "F.nll_loss(torch.zeros(2, 3), torch.zeros(2,3))",
        "cross-one-hot",
        "The target `torch.zeros(2,3)` (2, 3) float32 has a number for every class, of the shape of the scores.",
        "F.nll_loss(torch.zeros(2, 3), torch.zeros(2,3).argmax(1))",
    ),
    (
        "F.nll_loss(torch.zeros(2, 5, 3), torch.zeros(2, 5, dtype=torch.long))",
        "cross-classes-place",
        "The classes of `torch.zeros(2, 5, 3)` (2, 5, 3) must be in dimension 1, and stand last.",
        "F.nll_loss(torch.zeros(2, 5, 3).transpose(1, 2), torch.zeros(2, 5, dtype=torch.long))",
    ),
    (
        "nn.NLLLoss()(torch.zeros(3,2), torch.zeros(2).long())",
        "cross-counts",
        "`torch.zeros(3,2)` (3, 2) scores 3 examples, `torch.zeros(2).long()` (2,) labels 2.",
        "",
    ),
    (
        "F.cross_entropy(torch.zeros(6, 3), torch.zeros(2, 3, dtype=torch.long))",
        "cross-counts",
        "`torch.zeros(6, 3)` (6, 3) scores 6 examples, `torch.zeros(2, 3, dtype=torch.long)` (2, 3) labels 2.",
        "F.cross_entropy(torch.zeros(6, 3), torch.zeros(2, 3, dtype=torch.long).flatten())",
    ),
    (
        "model = nn.Linear(4, 3)\ny = torch.tensor([0, 1, 3, 2])\nloss_fn = nn.CrossEntropyLoss()\nloss_fn(model(torch.ones(4, 4)), y)",
        "cross-range",
        "The target `y` holds class 3; `model(torch.ones(4, 4))` (4, 3) has 3 classes, 0 to 2.",
        "model = nn.Linear(4, 4)",
    ),
    (
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([-1, 2]))",
        "cross-range",
        "The target `torch.tensor([-1, 2])` holds class -1; `torch.zeros(2, 3)` (2, 3) has 3 classes, 0 to 2.",
        "F.cross_entropy(torch.zeros(2, 3), torch.tensor([-1, 2]), ignore_index=-1)",
    ),
    (
        "scores = torch.randn(8, 5)\ntargets = torch.randint(1, 6, (8,))\ndef compute(s, t):\n    return F.cross_entropy(s, t)\ncompute(scores, targets)",
        "cross-range",
        "The target `t` holds class 5; `s` (8, 5) has 5 classes, 0 to 4.",
        "return F.cross_entropy(s, t - 1)",
    ),
    (
        "num_classes = 3\nmodel = nn.Linear(4, num_classes)\nX = torch.randn(10, 4)\ny = torch.arange(10) % 4\nF.cross_entropy(model(X), y)",
        "cross-range",
        "The target `y` holds class 3; `model(X)` (10, 3) has 3 classes, 0 to 2.",
        "num_classes = 4",
    ),
    (
        "emb = nn.Embedding(100, 16)\nlstm = nn.LSTM(16, 32, batch_first=True)\nhead = nn.Linear(32, 100)\ntokens = torch.randint(0, 100, (4, 12))\nout, _ = lstm(emb(tokens))\nlogits = head(out)\nF.cross_entropy(logits, tokens)",
        "cross-classes-place",
        "The classes of `logits` (4, 12, 100) must be in dimension 1, and stand last.",
        "F.cross_entropy(logits.transpose(1, 2), tokens)",
    ),
    (
        "F.nll_loss(F.log_softmax(torch.randn(4, 3), dim=1), torch.tensor([0., 1., 2., 0.]))",
        "cross-target-dtype",
        "The target `torch.tensor([0., 1., 2., 0.])` (float32) holds class numbers, and they must be int64.",
        "F.nll_loss(F.log_softmax(torch.randn(4, 3), dim=1), torch.tensor([0., 1., 2., 0.]).long())",
    ),
    (
        "x = torch.randn(4, 3)\nx = F.softmax(x, dim=1).argmax(1)\nloss = F.cross_entropy(x, torch.tensor([0, 1, 2, 0]))",
        "loss-scores-dtype",
        "The scores `x` (int64) are whole numbers, and F.cross_entropy() computes with fractions.",
        "x = F.softmax(x, dim=1)",
    ),
    (
        "loss = F.cross_entropy(torch.randn(4, 3), [0, 1, 2, 0])",
        "loss-no-tensor",
        "The target `[0, 1, 2, 0]` is a list; F.cross_entropy() takes two tensors.",
        "loss = F.cross_entropy(torch.randn(4, 3), torch.tensor([0, 1, 2, 0], dtype=torch.int64))",
    ),
    (
        "y = torch.tensor([[1, 0], [0, 1]])\nF.cross_entropy(torch.randn(2, 2), y)",
        "cross-one-hot",
        "The target `y` (2, 2) int64 has a number for every class, of the shape of the scores.",
        "F.cross_entropy(torch.randn(2, 2), y.argmax(1))",
    ),
    (
        "targets = torch.tensor([0, 1, 255, 2])\nF.cross_entropy(torch.randn(4, 3), targets)",
        "cross-range",
        "The target `targets` holds class 255; `torch.randn(4, 3)` (4, 3) has 3 classes, 0 to 2.",
        "F.cross_entropy(torch.randn(4, 3), targets, ignore_index=255)",
    ),
    (
        "x = torch.rand(4, 3)\nlabels = torch.tensor([0, 1, 2, 1])\nF.cross_entropy(F.softmax(x, 1).argmax(1), labels)",
        "loss-scores-dtype",
        "The scores `F.softmax(x, 1).argmax(1)` (int64) are whole numbers, and F.cross_entropy() computes with fractions.",
        "F.cross_entropy(F.softmax(x, 1), labels)",
    ),
    (
        "F.nll_loss(torch.rand(4, 3), torch.tensor([1, 2, 3, 1]))",
        "cross-range",
        "The target `torch.tensor([1, 2, 3, 1])` holds class 3; `torch.rand(4, 3)` (4, 3) has 3 classes, 0 to 2.",
        "F.nll_loss(torch.rand(4, 3), torch.tensor([1, 2, 3, 1]) - 1)",
    ),
    (
        "F.binary_cross_entropy(torch.full((3, 1), 0.5), torch.ones(3))",
        "loss-shapes",
        "`torch.full((3, 1), 0.5)` (3, 1) and `torch.ones(3)` (3,) must have the same shape.",
        "F.binary_cross_entropy(torch.full((3, 1), 0.5).squeeze(1), torch.ones(3))",
    ),
    (
        "F.binary_cross_entropy(torch.tensor([3.]), torch.tensor([1.]))",
        "bce-range",
        "`torch.tensor([3.])` must lie between 0 and 1 in F.binary_cross_entropy(); it holds 3.",
        "F.binary_cross_entropy_with_logits(torch.tensor([3.]), torch.tensor([1.]))",
    ),
    (
        "F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1]))",
        "loss-dtype",
        "The target `torch.tensor([1])` (int64) must be of the dtype of `torch.tensor([0.5])` (float32).",
        "F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1]).float())",
    ),
    (
        "F.binary_cross_entropy_with_logits(torch.zeros(3,1), torch.ones(3))",
        "loss-shapes",
        "`torch.zeros(3,1)` (3, 1) and `torch.ones(3)` (3,) must have the same shape.",
        "F.binary_cross_entropy_with_logits(torch.zeros(3,1).squeeze(1), torch.ones(3))",
    ),
    (
        "F.binary_cross_entropy_with_logits(torch.zeros(3), torch.tensor([0,1,1]))",
        "loss-dtype",
        "The target `torch.tensor([0,1,1])` (int64) must be of the dtype of `torch.zeros(3)` (float32).",
        "F.binary_cross_entropy_with_logits(torch.zeros(3), torch.tensor([0,1,1]).float())",
    ),
    (
        "nn.BCEWithLogitsLoss()(torch.zeros(3,requires_grad=True), torch.tensor([0,1,1])).backward()",
        "loss-dtype",
        "The target `torch.tensor([0,1,1])` (int64) must be of the dtype of `torch.zeros(3,requires_grad=True)` (float32).",
        "nn.BCEWithLogitsLoss()(torch.zeros(3,requires_grad=True), torch.tensor([0,1,1]).float()).backward()",
    ),
    (
        "F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([3.]))",
        "bce-range",
        "The target `torch.tensor([3.])` must lie between 0 and 1; it holds 3.",
        "",
    ),
    (
        "F.mse_loss(torch.zeros(3), torch.zeros(4))",
        "loss-shapes",
        "`torch.zeros(3)` (3,) and `torch.zeros(4)` (4,) must have the same shape.",
        "",
    ),
    (
        "nn.MSELoss()(torch.zeros(3), [1,2,3])",
        "loss-no-tensor",
        "The target `[1,2,3]` is a list; `nn.MSELoss()` takes two tensors.",
        "nn.MSELoss()(torch.zeros(3), torch.tensor([1,2,3], dtype=torch.float32))",
    ),
    (
        "F.mse_loss(torch.tensor([1,2]), torch.tensor([1,2]))",
        "loss-dtype",
        "`torch.tensor([1,2])` (int64) and `torch.tensor([1,2])` (int64) are whole numbers, not fractions.",
        "F.mse_loss(torch.tensor([1,2]).float(), torch.tensor([1,2]).float())",
    ),
    (
        "F.l1_loss(torch.zeros(3,2), torch.zeros(2,3))",
        "loss-shapes",
        "`torch.zeros(3,2)` (3, 2) and `torch.zeros(2,3)` (2, 3) must have the same shape.",
        "F.l1_loss(torch.zeros(3,2), torch.zeros(2,3).T)",
    ),
    (
        "F.kl_div(torch.zeros(3,2), torch.zeros(2,3))",
        "loss-shapes",
        "`torch.zeros(3,2)` (3, 2) and `torch.zeros(2,3)` (2, 3) must have the same shape.",
        "F.kl_div(torch.zeros(3,2), torch.zeros(2,3).T)",
    ),
    (
        "crit = nn.BCELoss()\ncrit(torch.tensor([2., 0.]), torch.tensor([1., 0.]))",
        "bce-range",
        "`torch.tensor([2., 0.])` must lie between 0 and 1 in `crit`; it holds 2.",
        "crit = nn.BCEWithLogitsLoss()",
    ),
    (
        "X = torch.randn(20, 3)\ny = torch.randint(0, 2, (20,))\nmodel = nn.Linear(3, 1)\ncriterion = nn.BCEWithLogitsLoss()\nloss = criterion(model(X).squeeze(1), y)",
        "loss-dtype",
        "The target `y` (int64) must be of the dtype of `model(X).squeeze(1)` (float32).",
        "loss = criterion(model(X).squeeze(1), y.float())",
    ),
    (
        "X = torch.randn(20, 3)\ny = torch.randint(0, 2, (20,)).float()\nmodel = nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())\nloss = nn.BCELoss()(model(X), y)",
        "loss-shapes",
        "`model(X)` (20, 1) and `y` (20,) must have the same shape.",
        "loss = nn.BCELoss()(model(X).squeeze(1), y)",
    ),
    (
        "X = torch.randn(20, 3)\ny = torch.randint(0, 2, (20,)).float()\nmodel = nn.Linear(3, 1)\nloss = nn.BCELoss()(model(X).squeeze(), y)",
        "bce-range",
        "`model(X).squeeze()` must lie between 0 and 1 in `nn.BCELoss()`; it holds -1.65656.",
        "loss = nn.BCEWithLogitsLoss()(model(X).squeeze(), y)",
    ),
    (
        "F.binary_cross_entropy_with_logits(torch.randn(6, 2), torch.randint(0, 2, (6,)).float())",
        "loss-shapes",
        "`torch.randn(6, 2)` (6, 2) and `torch.randint(0, 2, (6,)).float()` (6,) must have the same shape.",
        "F.cross_entropy(torch.randn(6, 2), torch.randint(0, 2, (6,)).float().long())",
    ),
    (
        "crit = nn.KLDivLoss()\ncrit(torch.randn(3, 4), torch.randn(4, 3))",
        "loss-shapes",
        "`torch.randn(3, 4)` (3, 4) and `torch.randn(4, 3)` (4, 3) must have the same shape.",
        "crit(torch.randn(3, 4), torch.randn(4, 3).T)",
    ),
    (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 1)\n    def forward(self, x):\n        return self.fc(x)\nmodel = Net()\ny = torch.ones(3, 1)\nloss = nn.functional.mse_loss(model, y)",
        "loss-module",
        "The prediction `model` is a module, a Net; the loss takes what it gives.",
        "",
    ),
    (
        "x = torch.randn(4)\nF.binary_cross_entropy(torch.sigmoid(x), torch.tensor([True, False, True, False]))",
        "loss-dtype",
        "The target `torch.tensor([True, False, True, False])` (bool) must be of the dtype of `torch.sigmoid(x)` (float32).",
        "F.binary_cross_entropy(torch.sigmoid(x), torch.tensor([True, False, True, False]).float())",
    ),
    (
        "logits = torch.randn(4, 9, 30)\ntokens = torch.randint(0, 30, (4, 10))\nloss = F.cross_entropy(logits.view(-1, 30), tokens.view(-1))",
        "cross-counts",
        "`logits.view(-1, 30)` (36, 30) scores 36 examples, `tokens.view(-1)` (40,) labels 40.",
        "loss = F.cross_entropy(logits.view(-1, 30), tokens[:, 1:].reshape(-1))",
    ),
    (
        "sig = torch.sigmoid(torch.randn(4))\nlab = torch.tensor([-1.0, 1.0, 1.0, -1.0])\nF.binary_cross_entropy(sig, lab)",
        "bce-range",
        "The target `lab` must lie between 0 and 1; it holds -1.",
        "F.binary_cross_entropy(sig, (lab + 1) / 2)",
    ),
    (
        "seg = nn.Conv2d(3, 4, 1)\nmask = torch.randint(0, 4, (2, 1, 8, 8))\nnn.CrossEntropyLoss()(seg(torch.randn(2, 3, 8, 8)), mask)",
        "cross-column",
        "The target `mask` (2, 1, 8, 8) has a dimension for classes; class numbers are (2, 8, 8) here.",
        "nn.CrossEntropyLoss()(seg(torch.randn(2, 3, 8, 8)), mask.squeeze(1))",
    ),
    (
        'labels = ["cat", "dog", "cat"]\nF.cross_entropy(torch.randn(3, 2), labels)',
        "loss-no-tensor",
        "The target `labels` is a list of texts; F.cross_entropy() takes class numbers.",
        "F.cross_entropy(torch.randn(3, 2), torch.tensor([sorted(set(labels)).index(name) for name in labels]))",
    ),
    (
        "pred = torch.sigmoid(torch.randn(6, 1))\ny = torch.tensor([0, 1, 1, 0, 1, 0])\nnn.BCELoss()(pred, y)",
        "loss-shapes",
        "`pred` (6, 1) and `y` (6,) must have the same shape.",
        "nn.BCELoss()(pred, y.unsqueeze(1).float())",
    ),
    (
        "logits = torch.randn(2, 6, 11)\ntarget = torch.randint(0, 11, (2, 5))\nF.cross_entropy(logits.reshape(-1, 11), target.reshape(-1))",
        "cross-counts",
        "`logits.reshape(-1, 11)` (12, 11) scores 12 examples, `target.reshape(-1)` (10,) labels 10.",
        "F.cross_entropy(logits[:, :-1].reshape(-1, 11), target.reshape(-1))",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
