# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Joining, cutting in pieces, and the letters of einsum."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "torch.cat([torch.zeros(2, 2), torch.zeros(2, 3)])",
        "cat-sizes",
        "`torch.zeros(2, 2)` (2, 2) and `torch.zeros(2, 3)` (2, 3) differ in dimension 1: 2 and 3.",
        [
            "torch.cat([torch.zeros(2, 2), torch.zeros(2, 3)], dim=1)",
            "torch.cat([torch.zeros(2, 2), torch.zeros(2, 3).T])",
        ],
    ),
    (
        "torch.cat([torch.zeros(2, 2), torch.zeros(2)])",
        "cat-rank",
        "`torch.zeros(2, 2)` (2, 2) has 2 dimensions and `torch.zeros(2)` (2,) has 1; cat needs as many in each.",
        [
            "torch.cat([torch.zeros(2, 2), torch.zeros(2).unsqueeze(0)])",
            "torch.cat([torch.zeros(2, 2), torch.zeros(2).unsqueeze(1)], dim=1)",
        ],
    ),
    (
        "torch.cat(torch.zeros(2), torch.zeros(2))",
        "join-list",
        "cat takes one list of tensors, and `torch.zeros(2)` and `torch.zeros(2)` stand without brackets.",
        ["torch.cat([torch.zeros(2), torch.zeros(2)])"],
    ),
    (
        "torch.stack([torch.zeros(2), torch.zeros(3)])",
        "stack-shapes",
        "`torch.zeros(2)` is (2,) and `torch.zeros(3)` is (3,); stack needs equal shapes.",
        [
            "torch.nn.utils.rnn.pad_sequence([torch.zeros(2), torch.zeros(3)], batch_first=True)",
            "torch.cat([torch.zeros(2), torch.zeros(3)])",
        ],
    ),
    (
        "a = torch.rand(3, 4)\nb = torch.rand(3, 2)\nboth = torch.cat((a, b))",
        "cat-sizes",
        "`a` (3, 4) and `b` (3, 2) differ in dimension 1: 4 and 2.",
        ["both = torch.cat((a, b), dim=1)", "both = torch.cat([part.flatten() for part in (a, b)])"],
    ),
    (
        "feats = [torch.rand(5, 2), torch.rand(5, 3), torch.rand(5, 4)]\nx = torch.cat(feats, dim=0)",
        "cat-sizes",
        "`feats[0]` (5, 2) and `feats[1]` (5, 3) differ in dimension 1: 2 and 3.",
        ["x = torch.cat(feats, dim=1)", "x = torch.cat([part.flatten() for part in feats])"],
    ),
    (
        "rows = torch.rand(3, 4)\nnew = torch.rand(4)\nrows = torch.cat([rows, new])",
        "cat-rank",
        "`rows` (3, 4) has 2 dimensions and `new` (4,) has 1; cat needs as many in each.",
        ["rows = torch.cat([rows, new.unsqueeze(0)])"],
    ),
    (
        "x = torch.rand(3)\ny = torch.rand(3)\nz = torch.cat(x, y)",
        "join-list",
        "cat takes one list of tensors, and `x` and `y` stand without brackets.",
        ["z = torch.cat([x, y])"],
    ),
    (
        "x = torch.rand(3)\ny = torch.rand(3)\nz = torch.stack(x, y, dim=1)",
        "join-list",
        "stack takes one list of tensors, and `x` and `y` stand without brackets.",
        ["z = torch.stack([x, y], dim=1)"],
    ),
    (
        "batch = torch.stack([torch.rand(3), torch.rand(5), torch.rand(2)])",
        "stack-shapes",
        "`torch.rand(3)` is (3,) and `torch.rand(5)` is (5,); stack needs equal shapes.",
        [
            "batch = torch.nn.utils.rnn.pad_sequence([torch.rand(3), torch.rand(5), torch.rand(2)], batch_first=True)",
            "batch = torch.cat([torch.rand(3), torch.rand(5), torch.rand(2)])",
        ],
    ),
    (
        "seqs = [torch.ones(n) for n in (2, 4, 3)]\npadded = torch.stack(seqs, dim=0)",
        "stack-shapes",
        "`seqs[0]` is (2,) and `seqs[1]` is (4,); stack needs equal shapes.",
        ["padded = torch.nn.utils.rnn.pad_sequence(seqs, batch_first=True)", "padded = torch.cat(seqs)"],
    ),
    (
        "y = torch.einsum('bi,ij->bj', torch.rand(2, 3), torch.rand(4, 3))",
        "einsum-size",
        "`i` is 3 in `torch.rand(2, 3)` (2, 3) and 4 in `torch.rand(4, 3)` (4, 3).",
        ["y = torch.einsum('bi,ij->bj', torch.rand(2, 3), torch.rand(4, 3).T)"],
    ),
    (
        "parts = torch.rand(10).split([3, 3, 3])",
        "split-sum",
        "`[3, 3, 3]` adds up to 9; dimension 0 of `torch.rand(10)` (10,) has size 10.",
        ["parts = torch.rand(10).split([3, 3, 4])", "parts = torch.rand(10).split([3, 3, 3, 1])"],
    ),
    (
        "scores = [torch.tensor(0.5), torch.rand(2)]\nprint(torch.stack(scores))",
        "stack-shapes",
        "`scores[0]` is () and `scores[1]` is (2,); stack needs equal shapes.",
        ["print(torch.cat([part.flatten() for part in scores]))"],
    ),
    (
        "torch.cat([torch.rand(2, 3), torch.rand(2)], dim=1)",
        "cat-rank",
        "`torch.rand(2, 3)` (2, 3) has 2 dimensions and `torch.rand(2)` (2,) has 1; cat needs as many in each.",
        ["torch.cat([torch.rand(2, 3), torch.rand(2).unsqueeze(1)], dim=1)"],
    ),
    (
        "torch.cat([torch.rand(2), 1.0])",
        "join-type",
        "`1.0` is a float, and cat joins tensors alone.",
        ["torch.cat([torch.rand(2), torch.tensor([1.0])])"],
    ),
    (
        "torch.hstack([torch.rand(2, 3), torch.rand(3, 3)])",
        "cat-sizes",
        "`torch.rand(2, 3)` (2, 3) and `torch.rand(3, 3)` (3, 3) differ in dimension 0: 2 and 3.",
        ["torch.cat([torch.rand(2, 3), torch.rand(3, 3)])", "torch.hstack([torch.rand(2, 3).T, torch.rand(3, 3)])"],
    ),
    (
        "history = torch.zeros(0, 3)\nhistory = torch.cat([history, torch.rand(3)])",
        "cat-rank",
        "`history` (0, 3) has 2 dimensions and `torch.rand(3)` (3,) has 1; cat needs as many in each.",
        ["history = torch.cat([history, torch.rand(3).unsqueeze(0)])"],
    ),
    (
        "a, b = torch.rand(3), torch.rand(3)\nc = torch.cat((a), (b))",
        "join-list",
        "cat takes one list of tensors, and `a` and `b` stand without brackets.",
        ["c = torch.cat([a, b])"],
    ),
    (
        'y = torch.einsum("ij,kj->ik", torch.rand(2, 3), torch.rand(4, 2))',
        "einsum-size",
        "`j` is 3 in `torch.rand(2, 3)` (2, 3) and 2 in `torch.rand(4, 2)` (4, 2).",
        ['y = torch.einsum("ij,kj->ik", torch.rand(2, 3).T, torch.rand(4, 2))'],
    ),
    (
        "a = torch.rand(6).split([4, 4])",
        "split-sum",
        "`[4, 4]` adds up to 8; dimension 0 of `torch.rand(6)` (6,) has size 6.",
        ["a = torch.rand(6).split([4, 2])"],
    ),
    (
        "torch.einsum('ij,jk->ik', torch.ones(2, 3), torch.ones(4, 5))",
        "einsum-size",
        "`j` is 3 in `torch.ones(2, 3)` (2, 3) and 4 in `torch.ones(4, 5)` (4, 5).",
        [],
    ),
    (
        "torch.zeros(6).split([2, 3])",
        "split-sum",
        "`[2, 3]` adds up to 5; dimension 0 of `torch.zeros(6)` (6,) has size 6.",
        ["torch.zeros(6).split([2, 4])", "torch.zeros(6).split([2, 3, 1])"],
    ),
    (
        "torch.zeros(6).split(0)",
        "split-none",
        "split() cannot make pieces of length 0 of `torch.zeros(6)` (6,).",
        ["torch.zeros(6).split(1)"],
    ),
    (
        "torch.split(torch.zeros(6), [4, 4])",
        "split-sum",
        "`[4, 4]` adds up to 8; dimension 0 of `torch.zeros(6)` (6,) has size 6.",
        ["torch.split(torch.zeros(6), [4, 2])"],
    ),
    (
        "torch.zeros(6).chunk(0)",
        "split-none",
        "chunk() cannot make 0 pieces of `torch.zeros(6)` (6,).",
        ["torch.zeros(6).chunk(1)"],
    ),
    (
        "torch.cat([torch.tensor(1.), torch.tensor(2.)])",
        "cat-number",
        "`torch.tensor(1.)` is a single number, of shape (), and cat joins along a dimension.",
        ["torch.stack([torch.tensor(1.), torch.tensor(2.)])"],
    ),
    (
        "torch.cat([torch.zeros(2), 3])",
        "join-type",
        "`3` is an int, and cat joins tensors alone.",
        ["torch.cat([torch.zeros(2), torch.tensor([3])])"],
    ),
    (
        "torch.cat([torch.zeros(2), [1., 2.]])",
        "join-type",
        "`[1., 2.]` is a list, and cat joins tensors alone.",
        ["torch.cat([torch.zeros(2), torch.tensor([1., 2.])])"],
    ),
    (
        "torch.cat([])",
        "join-empty",
        "`[]` is empty: there is nothing for cat to join.",
        [],
    ),
    (
        "torch.stack([])",
        "join-empty",
        "`[]` is empty: there is nothing for stack to join.",
        [],
    ),
    (
        "torch.stack([1, 2])",
        "join-type",
        "`1` is an int, and stack joins tensors alone.",
        ["torch.tensor([1, 2])"],
    ),
    (
        "torch.einsum('ij,jk->ik', torch.ones(2, 3))",
        "einsum-count",
        "`'ij,jk->ik'` has letters for 2 tensors, and there is 1.",
        [],
    ),
    (
        "torch.einsum('ij,jk', torch.ones(2, 3), torch.ones(3, 4), torch.ones(2))",
        "einsum-count",
        "`'ij,jk'` has letters for 2 tensors, and there are 3.",
        ["torch.einsum('ij,jk', torch.ones(2, 3), torch.ones(3, 4))"],
    ),
    (
        "torch.einsum('ijk,jk->ik', torch.ones(2, 3), torch.ones(3, 4))",
        "einsum-rank",
        "`ijk` has 3 letters, and `torch.ones(2, 3)` (2, 3) has 2 dimensions.",
        ['torch.einsum("ij,jk->ik", torch.ones(2, 3), torch.ones(3, 4))'],
    ),
    (
        "torch.einsum('ij->k', torch.ones(2, 3))",
        "einsum-letter",
        "`k` behind -> is in none of the groups before it, in `'ij->k'`.",
        ['torch.einsum("ij->", torch.ones(2, 3))'],
    ),
    (
        "torch.einsum(torch.ones(2, 3), 'ij->ji')",
        "einsum-order",
        "einsum() takes the letters first, `'ij->ji'`, and the tensors after them.",
        ["torch.einsum('ij->ji', torch.ones(2, 3))"],
    ),
    (
        'columns = {"age": torch.rand(4), "height": torch.rand(4)}\nfeatures = torch.stack(columns, dim=1)',
        "join-list",
        "`columns` is a dict; stack takes a list or a tuple of tensors.",
        ["features = torch.stack(list(columns.values()), dim=1)"],
    ),
    (
        "rows = torch.stack(torch.rand(3) for _ in range(4))",
        "join-list",
        "`(torch.rand(3) for _ in range(4))` is a generator; stack takes a list or a tuple of tensors.",
        ["rows = torch.stack([torch.rand(3) for _ in range(4)])"],
    ),
    (
        "def mel(frames):\n    return torch.cat((f.flatten() for f in frames), dim=0)\nmel([torch.rand(3, 2), torch.rand(4, 2)])",
        "join-list",
        "`(f.flatten() for f in frames)` is a generator; cat takes a list or a tuple of tensors.",
        ["return torch.cat([f.flatten() for f in frames], dim=0)"],
    ),
    (
        "a, b = torch.rand(2, 3), torch.rand(2, 3)\nrows = torch.stack(zip(a, b))",
        "join-list",
        "`zip(a, b)` is a zip; stack takes a list or a tuple of tensors.",
        ["rows = torch.stack([torch.stack(pair) for pair in zip(a, b)])"],
    ),
    (
        "embs = map(lambda k: torch.rand(4), range(3))\nm = torch.vstack(embs)",
        "join-list",
        "`embs` is a map; vstack takes a list or a tuple of tensors.",
        ["m = torch.vstack(list(embs))"],
    ),
    (
        "a = torch.rand(2, 3)\nc = torch.cat([a, [1., 2., 3.]])",
        "join-type",
        "`[1., 2., 3.]` is a list, and cat joins tensors alone.",
        ["c = torch.cat([a, torch.tensor([[1., 2., 3.]])])"],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)
