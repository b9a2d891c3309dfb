# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Recurrent layers and attention."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "nn.LSTM(3, 4)(torch.zeros(5, 2, 6))",
        "recurrent-features",
        "`torch.zeros(5, 2, 6)` (5, 2, 6) has 6 features at each step, and `nn.LSTM(3, 4)` takes 3.",
        "nn.LSTM(6, 4)(torch.zeros(5, 2, 6))",
    ),
    (
        "nn.GRU(3, 4)(torch.zeros(5, 2, 3), torch.zeros(1, 3, 4))",
        "recurrent-state",
        "The state `torch.zeros(1, 3, 4)` is (1, 3, 4), and `nn.GRU(3, 4)` needs (1, 2, 4).",
        "nn.GRU(3, 4)(torch.zeros(5, 2, 3), torch.zeros(1, 2, 4))",
    ),
    (
        "nn.LSTM(3, 4)(torch.zeros(5, 2, 3), torch.zeros(1, 2, 4))",
        "recurrent-pair",
        "`torch.zeros(1, 2, 4)` is one tensor, and the state of `nn.LSTM(3, 4)` is a pair.",
        "nn.LSTM(3, 4)(torch.zeros(5, 2, 3), (torch.zeros(1, 2, 4), torch.zeros_like(torch.zeros(1, 2, 4))))",
    ),
    (
        "nn.LSTM(3, 4)(torch.zeros(5, 2, 3), (torch.zeros(1, 3, 4), torch.zeros(1,2,4)))",
        "recurrent-state",
        "The state `(torch.zeros(1, 3, 4), torch.zeros(1,2,4))` is (1, 3, 4), and `nn.LSTM(3, 4)` needs (1, 2, 4).",
        "nn.LSTM(3, 4)(torch.zeros(5, 2, 3), (torch.zeros(1, 2, 4), torch.zeros(1, 2, 4)))",
    ),
    (
        "nn.LSTM(3, 4)(torch.zeros(5, 2, 3, 3))",
        "recurrent-rank",
        "`torch.zeros(5, 2, 3, 3)` (5, 2, 3, 3) has 4 dimensions, and `nn.LSTM(3, 4)` takes (length, batch, features).",
        "",
    ),
    (
        "nn.RNN(3, 4)(torch.zeros(5))",
        "recurrent-rank",
        "`torch.zeros(5)` (5,) has 1 dimension, and `nn.RNN(3, 4)` takes (length, batch, features).",
        "",
    ),
    (
        "nn.LSTMCell(3,4)(torch.zeros(2,5))",
        "recurrent-features",
        "`torch.zeros(2,5)` (2, 5) has 5 features at each step, and `nn.LSTMCell(3,4)` takes 3.",
        "nn.LSTMCell(5,4)(torch.zeros(2,5))",
    ),
    (
        "nn.GRUCell(3,4)(torch.zeros(2,3), torch.zeros(2,5))",
        "recurrent-state",
        "The state `torch.zeros(2,5)` is (2, 5), and `nn.GRUCell(3,4)` needs (2, 4).",
        "nn.GRUCell(3,4)(torch.zeros(2,3), torch.zeros(2, 4))",
    ),
    (
        "gru = nn.GRU(input_size=6, hidden_size=4, batch_first=True)\nseq = torch.randn(3, 10)\ngru(seq)",
        "recurrent-features",
        "`seq` (3, 10) has 10 features at each step, and `gru` = `nn.GRU(input_size=6, hidden_size=4, batch_first…` takes 6.",
        "gru = nn.GRU(input_size=10, hidden_size=4, batch_first=True)",
    ),
    (
        "gru = nn.GRU(input_size=1, hidden_size=4)\nseq = torch.randn(30)\ngru(seq)",
        "recurrent-rank",
        "`seq` (30,) has 1 dimension, and `gru` = `nn.GRU(input_size=1, hidden_size=4)` takes (length, batch, features).",
        "gru(seq.unsqueeze(1))",
    ),
    (
        "gru = nn.GRU(6, 4, batch_first=True)\nh0 = torch.zeros(1, 10, 4)\ngru(torch.randn(3, 10, 6), h0)",
        "recurrent-state",
        "The state `h0` is (1, 10, 4), and `gru` = `nn.GRU(6, 4, batch_first=True)` needs (1, 3, 4).",
        "gru(torch.randn(3, 10, 6), torch.zeros(1, 3, 4))",
    ),
    (
        "lstm = nn.LSTM(6, 4, num_layers=2)\nh0 = torch.zeros(1, 3, 4)\nlstm(torch.randn(10, 3, 6), (h0, h0))",
        "recurrent-state",
        "The state `(h0, h0)` is (1, 3, 4), and `lstm` = `nn.LSTM(6, 4, num_layers=2)` needs (2, 3, 4).",
        "lstm(torch.randn(10, 3, 6), (torch.zeros(2, 3, 4), torch.zeros(2, 3, 4)))",
    ),
    (
        "nn.MultiheadAttention(8,2)(torch.zeros(3,2,6),torch.zeros(3,2,6),torch.zeros(3,2,6))",
        "attention-size",
        "`torch.zeros(3,2,6)` (3, 2, 6) ends with 6, and `nn.MultiheadAttention(8,2)` takes 8.",
        "nn.MultiheadAttention(6,2)(torch.zeros(3,2,6),torch.zeros(3,2,6),torch.zeros(3,2,6))",
    ),
    (
        "nn.MultiheadAttention(8,3)",
        "attention-heads",
        "nn.MultiheadAttention cannot split 8 features evenly over 3 heads.",
        "nn.MultiheadAttention(8,4)",
    ),
    (
        "nn.MultiheadAttention(8,2)(torch.zeros(3,2,8))",
        "attention-missing",
        "`nn.MultiheadAttention(8,2)` takes `query`, `key` and `value`, and got 1 of them.",
        "nn.MultiheadAttention(8,2)(torch.zeros(3,2,8), torch.zeros(3,2,8), torch.zeros(3,2,8))",
    ),
    (
        "nn.TransformerEncoderLayer(8,2)(torch.zeros(3,2,6))",
        "attention-size",
        "`torch.zeros(3,2,6)` (3, 2, 6) ends with 6, and `nn.TransformerEncoderLayer(8,2)` takes 8.",
        "nn.TransformerEncoderLayer(6,2)(torch.zeros(3,2,6))",
    ),
    (
        "nn.TransformerEncoder(nn.TransformerEncoderLayer(8,2),2)(torch.zeros(3,2,6))",
        "attention-size",
        "`torch.zeros(3,2,6)` (3, 2, 6) ends with 6, and `nn.TransformerEncoder(nn.TransformerEncoderLaye…` takes 8.",
        "nn.TransformerEncoder(nn.TransformerEncoderLayer(6,2),2)(torch.zeros(3,2,6))",
    ),
    (
        "nn.Transformer(8,2)(torch.zeros(3,2,6), torch.zeros(3,2,6))",
        "attention-size",
        "`torch.zeros(3,2,6)` (3, 2, 6) ends with 6, and `nn.Transformer(8,2)` takes 8.",
        "nn.Transformer(6,2)(torch.zeros(3,2,6), torch.zeros(3,2,6))",
    ),
    (
        "nn.Transformer(8,2)(torch.zeros(3,2,8))",
        "attention-missing",
        "`nn.Transformer(8,2)` takes `src` and `tgt`, and got 1 of them.",
        "nn.Transformer(8,2)(torch.zeros(3,2,8), torch.zeros(3,2,8))",
    ),
    (
        "nn.TransformerDecoderLayer(8,2)(torch.zeros(3,2,8))",
        "attention-missing",
        "`nn.TransformerDecoderLayer(8,2)` takes `tgt` and `memory`, and got 1 of them.",
        "nn.TransformerDecoderLayer(8,2)(torch.zeros(3,2,8), torch.zeros(3,2,8))",
    ),
    (
        "nn.TransformerEncoderLayer(8,3)",
        "attention-heads",
        "nn.TransformerEncoderLayer cannot split 8 features evenly over 3 heads.",
        "nn.TransformerEncoderLayer(8,4)",
    ),
    (
        "enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(d_model=16, nhead=4, batch_first=True), num_layers=1)\nx = torch.randn(2, 7, 12)\nenc(x)",
        "attention-size",
        "`x` (2, 7, 12) ends with 12, and `enc` takes 16.",
        "enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(d_model=12, nhead=4, batch_first=True), num_layers=1)",
    ),
    (
        "mha = nn.MultiheadAttention(embed_dim=10, num_heads=4)",
        "attention-heads",
        "nn.MultiheadAttention cannot split 10 features evenly over 4 heads.",
        "mha = nn.MultiheadAttention(embed_dim=10, num_heads=5)",
    ),
    (
        "net = nn.Transformer(8, 2, batch_first=True)\nsrc = torch.rand(3, 5, 8)\ntgt = torch.rand(2, 5, 8)\nnet(src, tgt)",
        "attention-batch",
        "(3, 5, 8) and (2, 5, 8) hold 3 and 2 examples: dimension 0 is the batch.",
        "",
    ),
    (
        "mha = nn.MultiheadAttention(8, 2, batch_first=True)\nx = torch.rand(2, 5, 8)\nmask = torch.ones(4, 4)\nmha(x, x, x, attn_mask=mask)",
        "attention-mask",
        "The mask `mask` (4, 4) must be (5, 5): a row for each place that asks.",
        "mha(x, x, x, attn_mask=nn.Transformer.generate_square_subsequent_mask(5))",
    ),
    (
        "mha = nn.MultiheadAttention(8, 2, batch_first=True)\nq, k = torch.rand(2, 5, 8), torch.rand(3, 5, 8)\nmha(q, k, k)",
        "attention-batch",
        "(2, 5, 8) and (3, 5, 8) hold 2 and 3 examples: dimension 0 is the batch.",
        "",
    ),
    (
        "enc = nn.TransformerEncoderLayer(8, 2, batch_first=True)\nx = torch.rand(2, 5, 8)\nenc(x, src_mask=torch.ones(3, 3))",
        "attention-mask",
        "The mask `torch.ones(3, 3)` (3, 3) must be (5, 5): a row for each place that asks.",
        "enc(x, src_mask=nn.Transformer.generate_square_subsequent_mask(5))",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
