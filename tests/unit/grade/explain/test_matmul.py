# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Products and transposes that cannot be made: which sizes meet, and what would run."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told
from tutor.grade.explain.explanation import repaired

CASES = [
    ("a = torch.ones(2, 5)\nb = torch.ones(4, 5)\ny = a @ b", "matmul-inner", ["`a` (2, 5)", "`b` (4, 5)", "5 and 4"], "y = a @ b.T"),
    ("def f(data, w):\n    return torch.mm(data, w)\nf(torch.ones(3, 4), torch.ones(3, 6))", "matmul-inner", ["`data` (3, 4)", "`w` (3, 6)"],
     "return torch.mm(data.T, w)"),
    ("w = torch.ones(6, 4)\nr = [row.matmul(w) for row in torch.ones(2, 4)]", "matmul-inner", ["`row` (4,)", "`w` (6, 4)"],
     "r = [row.matmul(w.T) for row in torch.ones(2, 4)]"),
    ("q = torch.ones(8, 5, 16)\nk = torch.ones(8, 7, 16)\ns = torch.bmm(q, k)", "matmul-inner", ["`q` (8, 5, 16)", "`k` (8, 7, 16)"],
     "s = torch.bmm(q, k.mT)"),
    ("x = torch.ones(3, 4)\nx @= torch.ones(3, 4)", "matmul-inner", ["`x` (3, 4)"], "x = x @ torch.ones(3, 4).T"),
    ("x = torch.ones(3, 4).T\ny = x @ torch.ones(4, 2)", "matmul-inner", ["`x` (4, 3)"], "y = x.T @ torch.ones(4, 2)"),
    ("b = torch.ones(2)\ny = torch.addmm(b, torch.ones(3, 4), torch.ones(2, 4))", "matmul-inner", ["(3, 4)", "(2, 4)"],
     "y = torch.addmm(b, torch.ones(3, 4), torch.ones(2, 4).T)"),
    ("u = torch.ones(3)\nv = torch.ones(4)\nu @ v", "matmul-inner", ["`u` (3,)", "`v` (4,)", "lengths"], "torch.outer(u, v)"),
    ("s = torch.tensor(2.)\nv = torch.ones(3)\ns @ v", "matmul-number", ["`s`", "()", "`v` (3,)"], "s * v"),
    ("h = torch.ones(2, 3, 4)\nw = torch.ones(4, 1)\ny = torch.mm(h, w)", "matmul-rank", ["`h` (2, 3, 4)", "3 dimensions"], "y = h @ w"),
    ("m = torch.ones(3, 3)\nd = torch.dot(m, m)", "matmul-rank", ["`m` (3, 3)", "a vector"], "d = m @ m"),
    ("a = torch.ones(2, 3, 4)\nb = torch.ones(3, 4, 5)\ny = a @ b", "matmul-batch", ["batch sizes 2 and 3", "4 meets 4"], "y = a[0] @ b"),
    ("x = torch.ones(2, 3, 4)\ny = x.t()", "transpose-rank", ["`x` (2, 3, 4)", "(2, 4, 3)", "(3, 2, 4)"], "y = x.mT"),
    ("v = torch.ones(3)\ny = v.mT", "transpose-rank", ["`v` (3,)"], "y = v[:, None]"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "rule", "names", "line"), CASES, ids=[code for code, *_ in CASES])
def test_what_is_said_and_what_runs(code: str, rule: str, names: list[str], line: str) -> None:
    found = told(code)
    assert found is not None and found.rule == rule
    said = "\n".join(found.lines())
    assert [name for name in names if name not in said] == []
    assert line in [repair.code for repair in found.repairs]
    assert any(line in [row.strip() for row in repaired(code, repair).splitlines()] for repair in found.repairs)


def test_products_that_are_well_in_shape_are_not_its_affair() -> None:
    found = told("a = torch.ones(2, 3)\nb = torch.ones(3, 4, dtype=torch.float64)\na @ b")
    assert found is None or not found.rule.startswith("matmul-")
