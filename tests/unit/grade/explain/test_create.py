# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Making tensors: ragged rows, words, lists, arrays, and arguments of the wrong type."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repairs, which run.
CASES: list[tuple[str, str, str, list[str]]] = [
    (
        "torch.tensor([[1], [2, 3]])",
        "tensor-ragged",
        "`[1]` has length 1 and `[2, 3]` has length 2: the rows of a tensor are equally long.",
        [
            "torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in [[1], [2, 3]]], batch_first=True)",
            "[torch.tensor(row) for row in [[1], [2, 3]]]",
        ],
    ),
    (
        'torch.tensor(["a", "b"])',
        "tensor-text",
        '`"a"` is a text; a tensor holds numbers and booleans.',
        ['words = sorted(set(["a", "b"]))\ntorch.tensor([words.index(word) for word in ["a", "b"]])'],
    ),
    (
        "torch.tensor([torch.zeros(2), torch.ones(2)])",
        "tensor-list",
        "`[torch.zeros(2), torch.ones(2)]` holds tensors, (2,); tensor() makes a tensor from numbers.",
        ["torch.stack([torch.zeros(2), torch.ones(2)])", "torch.cat([torch.zeros(2), torch.ones(2)])"],
    ),
    (
        "torch.tensor([1, 2], [3, 4])",
        "tensor-arguments",
        "tensor() takes one argument, and `[1, 2]` and `[3, 4]` are 2.",
        ["torch.tensor([[1, 2], [3, 4]])"],
    ),
    (
        "torch.from_numpy([1, 2])",
        "from-numpy",
        "from_numpy takes NumPy arrays alone, and `[1, 2]` is a list.",
        ["torch.tensor([1, 2])"],
    ),
    (
        "def load(rows):\n    return torch.tensor(rows, dtype=torch.float32)\n\ndata = load([[0.1, 0.2, 0.3], [0.4, 0.5], [0.6]])",
        "tensor-ragged",
        "`rows[0]` has length 3 and `rows[1]` has length 2: the rows of a tensor are equally long.",
        [
            "return torch.nn.utils.rnn.pad_sequence([torch.tensor(row, dtype=torch.float32) for row in rows], batch_first=True)",
            "return [torch.tensor(row, dtype=torch.float32) for row in rows]",
        ],
    ),
    (
        'sentences = [["the", "cat"], ["a", "dog"]]\nids = torch.tensor(sentences)',
        "tensor-text",
        "`'the'` is a text; a tensor holds numbers and booleans.",
        [
            "words = sorted({word for row in sentences for word in row})\nids = torch.tensor([[words.index(word) for word in row] for row in sentences])"
        ],
    ),
    (
        "class Bank:\n    def __init__(self):\n        self.items = []\n    def add(self, x):\n        self.items.append(x)\n    def get(self):\n        return torch.tensor(self.items)\n\nbank = Bank()\nfor i in range(3):\n    bank.add(torch.randn(4))\nprint(bank.get().shape)",
        "tensor-list",
        "`self.items` holds tensors, (4,); tensor() makes a tensor from numbers.",
        ["return torch.stack(self.items)", "return torch.cat(self.items)"],
    ),
    (
        "losses = []\nfor step in range(3):\n    losses.append(torch.rand(2))\nall_losses = torch.FloatTensor(losses)",
        "tensor-list",
        "`losses` holds tensors, (2,); FloatTensor() makes a tensor from numbers.",
        ["all_losses = torch.stack(losses)", "all_losses = torch.cat(losses)"],
    ),
    (
        'scores = {"ann": 3.5, "bob": 2.0}\nt = torch.tensor(scores.values())',
        "tensor-other",
        "`scores.values()` is a dict_values; a tensor is made from numbers and lists of them.",
        ["t = torch.tensor(list(scores.values()))"],
    ),
    (
        "x = torch.rand(3)\nx = torch.from_numpy(x.tolist())",
        "from-numpy",
        "from_numpy takes NumPy arrays alone, and `x.tolist()` is a list.",
        ["x = torch.tensor(x.tolist())"],
    ),
    (
        'idx = torch.rand(3).argmax()\ntable = {0: "a", 1: "b", 2: "c"}\nprint(table[idx])',
        "key-tensor",
        "`idx` is a tensor, and the keys of `table` are plain values.",
        ["print(table[idx.item()])"],
    ),
    (
        "torch.randint(10, 5)",
        "argument-size",
        "randint() takes its shape as a tuple, and `5` is a number.",
        ["torch.randint(0, 10, (5,))"],
    ),
    (
        "torch.arange(10, 0)",
        "arange-step",
        "arange() counts up by 1, and `0` lies below `10`.",
        ["torch.arange(10, 0, -1)", "torch.arange(0, 10)"],
    ),
    (
        "torch.zeros_like(3)",
        "argument-tensor",
        "`3` is an int, and zeros_like() takes a tensor there.",
        ["torch.zeros_like(torch.tensor(3))"],
    ),
    (
        'class Tokenizer:\n    def encode(self, words):\n        return torch.tensor([w.lower() for w in words])\nids = Tokenizer().encode(["Hello", "World"])',
        "tensor-text",
        "`'hello'` is a text; a tensor holds numbers and booleans.",
        [
            "vocabulary = sorted(set([w.lower() for w in words]))\nreturn torch.tensor([vocabulary.index(word) for word in [w.lower() for w in words]])"
        ],
    ),
    (
        'def to_batch(samples):\n    return torch.tensor([s["x"] for s in samples])\nto_batch([{"x": [1, 2]}, {"x": [3]}])',
        "tensor-ragged",
        '`[s["x"] for s in samples][0]` has length 2 and `[s["x"] for s in samples][1]` has length 1: the rows of a tensor are equally long.',
        [
            'return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in [s["x"] for s in samples]], batch_first=True)',
            'return [torch.tensor(row) for row in [s["x"] for s in samples]]',
        ],
    ),
    (
        'features = torch.tensor(np.array([["a", 1]], dtype=object))',
        "array-dtype",
        '`np.array([["a", 1]], dtype=object)` is an array of Python objects; a tensor holds numbers.',
        [],
    ),
    (
        "pixels = torch.as_tensor([[0, 255], [128]])",
        "tensor-ragged",
        "`[0, 255]` has length 2 and `[128]` has length 1: the rows of a tensor are equally long.",
        [
            "pixels = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in [[0, 255], [128]]], batch_first=True)",
            "pixels = [torch.tensor(row) for row in [[0, 255], [128]]]",
        ],
    ),
    (
        "vals = torch.rand(3).tolist()\nprint(torch.sum(vals))",
        "argument-tensor",
        "`vals` is a list, and sum() takes a tensor there.",
        ["print(torch.sum(torch.tensor(vals)))"],
    ),
    (
        'inputs = []\nfor text in ["good", "bad"]:\n    inputs.append(text)\nx = torch.tensor(inputs)',
        "tensor-text",
        "`'good'` is a text; a tensor holds numbers and booleans.",
        ["words = sorted(set(inputs))\nx = torch.tensor([words.index(word) for word in inputs])"],
    ),
    (
        'outputs = {}\noutputs["a"] = torch.rand(2)\noutputs["b"] = torch.rand(2)\nt = torch.tensor(list(outputs.values()))',
        "tensor-list",
        "`list(outputs.values())` holds tensors, (2,); tensor() makes a tensor from numbers.",
        ["t = torch.stack(list(outputs.values()))", "t = torch.cat(list(outputs.values()))"],
    ),
    (
        "pt = torch.tensor(1.0, 2.0)",
        "tensor-arguments",
        "tensor() takes one argument, and `1.0` and `2.0` are 2.",
        ["pt = torch.tensor([1.0, 2.0])"],
    ),
    (
        "t = torch.tensor([1, 2], [3, 4], dtype=torch.float32)",
        "tensor-arguments",
        "tensor() takes one argument, and `[1, 2]` and `[3, 4]` are 2.",
        ["t = torch.tensor([[1, 2], [3, 4]], dtype=torch.float32)"],
    ),
    (
        "arr = torch.from_numpy((1, 2, 3))",
        "from-numpy",
        "from_numpy takes NumPy arrays alone, and `(1, 2, 3)` is a tuple.",
        ["arr = torch.tensor((1, 2, 3))"],
    ),
    (
        'torch.tensor({"a": 1})',
        "tensor-other",
        '`{"a": 1}` is a dict; a tensor is made from numbers and lists of them.',
        ['torch.tensor(list({"a": 1}.values()))'],
    ),
    (
        "torch.tensor(None)",
        "tensor-other",
        "`None` is None; a tensor is made from numbers and lists of them.",
        [],
    ),
    (
        "torch.tensor([1, None])",
        "tensor-other",
        "`[1, None]` holds None; a tensor is made from numbers and lists of them.",
        ['torch.tensor([float("nan") if number is None else number for number in [1, None]])'],
    ),
    (
        "torch.tensor(1, 2, 3)",
        "tensor-arguments",
        "tensor() takes one argument, and `1`, `2` and `3` are 3.",
        ["torch.tensor([1, 2, 3])"],
    ),
    (
        "torch.tensor([1, 2], torch.float32)",
        "tensor-dtype",
        "`torch.float32` stands without its name; tensor() takes it as dtype=torch.float32.",
        ["torch.tensor([1, 2], dtype=torch.float32)"],
    ),
    (
        "torch.tensor([1.5], int)",
        "tensor-dtype",
        "`int` stands without its name; tensor() takes it as dtype=int.",
        ["torch.tensor([1.5], dtype=int)"],
    ),
    (
        "torch.from_numpy(torch.zeros(2))",
        "from-numpy",
        "from_numpy takes NumPy arrays alone, and `torch.zeros(2)` is a Tensor.",
        ["torch.zeros(2)"],
    ),
    (
        'torch.from_numpy(np.array(["a", "b"]))',
        "array-dtype",
        '`np.array(["a", "b"])` is an array of words; a tensor holds numbers.',
        ['torch.from_numpy(np.unique(np.array(["a", "b"]), return_inverse=True)[1])'],
    ),
    (
        "torch.from_numpy(np.array([[1], [2, 3]], dtype=object))",
        "array-dtype",
        "`np.array([[1], [2, 3]], dtype=object)` is an array of Python objects; a tensor holds numbers.",
        ["[torch.tensor(row) for row in np.array([[1], [2, 3]], dtype=object)]"],
    ),
    (
        "torch.tensor(np.array([None, 1]))",
        "array-dtype",
        "`np.array([None, 1])` is an array of Python objects; a tensor holds numbers.",
        ["torch.tensor(np.array([None, 1]).astype(float))"],
    ),
    (
        "torch.randint(0, 10)",
        "argument-size",
        "randint() takes its shape as a tuple, and `10` is a number.",
        ["torch.randint(0, 10, (1,))"],
    ),
    (
        "torch.randint(0, 10, 5)",
        "argument-size",
        "randint() takes its shape as a tuple, and `5` is a number.",
        ["torch.randint(0, 10, (5,))"],
    ),
    (
        "torch.full(2, 3)",
        "argument-size",
        "full() takes its shape as a tuple, and `2` is a number.",
        ["torch.full((2,), 3)", "torch.full((2, 3), 0.)"],
    ),
    (
        "torch.arange(0, 10, -1)",
        "arange-step",
        "From `0` one does not come to `10` by steps of -1.",
        ["torch.arange(0, 10, 1)", "torch.arange(10, 0, -1)"],
    ),
    (
        "torch.arange(0, 1, 0)",
        "arange-step",
        "arange() goes from `0` by steps of 0, and never arrives.",
        ["torch.arange(0, 1, 1)"],
    ),
    (
        "torch.zeros_like([1, 2])",
        "argument-tensor",
        "`[1, 2]` is a list, and zeros_like() takes a tensor there.",
        ["torch.zeros(1, 2)", "torch.zeros_like(torch.tensor([1, 2]))"],
    ),
    (
        "torch.zeros_like((2, 3))",
        "argument-tensor",
        "`(2, 3)` is a tuple, and zeros_like() takes a tensor there.",
        ["torch.zeros(2, 3)", "torch.zeros_like(torch.tensor((2, 3)))"],
    ),
    (
        "{0: 1}[torch.tensor(0)]",
        "key-tensor",
        "`torch.tensor(0)` is a tensor, and the keys of `{0: 1}` are plain values.",
        ["{0: 1}[torch.tensor(0).item()]"],
    ),
    (
        "for i in range(torch.zeros(2, 3).shape): pass",
        "range-size",
        "`torch.zeros(2, 3).shape` is a shape, (2, 3); range() takes one number.",
        ["for i in range(torch.zeros(2, 3).shape[0]): pass", "for i in range(torch.zeros(2, 3).shape[1]): pass"],
    ),
    (
        "for i in range(torch.zeros(2, 3).size()): pass",
        "range-size",
        "`torch.zeros(2, 3).size()` is a shape, (2, 3); range() takes one number.",
        ["for i in range(torch.zeros(2, 3).size()[0]): pass", "for i in range(torch.zeros(2, 3).size()[1]): pass"],
    ),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("code", "rule", "first", "repairs"), CASES, ids=[code for code, *_ in CASES])
def test_the_error_is_told_and_repaired(code: str, rule: str, first: str, repairs: list[str]) -> None:
    assert told_in_short(code, 2) == (rule, first, repairs)
