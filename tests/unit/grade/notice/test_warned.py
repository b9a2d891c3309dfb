"""torch's warnings in the words of the code that caused them."""

from __future__ import annotations

import pytest

from tests.unit.grade.notice.ran import ran
from tutor.grade.notice.warned import explained_warning
from tutor.sandbox.protocol import Outcome, Warned

CASES = [
    (
        "p = torch.rand(3, 1)\ny = torch.rand(3)\nF.mse_loss(p, y)",
        3,
        ["`p` (3, 1)", "`y` (3,)", "(3, 3)", "p.squeeze(-1)"],
    ),
    (
        "c = nn.L1Loss()\np = torch.rand(3)\ny = torch.rand(3, 1)\nc(p, y)",
        4,
        ["`p` (3,)", "`y` (3, 1)", "y.squeeze(-1)"],
    ),
    ("a = torch.ones(2, requires_grad=True)\nb = a * 2\nb.grad", 3, ["`b.grad` is None", "`a * 2`", "b.retain_grad()"]),
    (
        "m = nn.Linear(1, 1)\no = torch.optim.SGD(m.parameters(), lr=1.0)\n"
        "s = torch.optim.lr_scheduler.StepLR(o, 1)\ns.step()",
        4,
        ["`s.step()`", "first"],
    ),
    ("torch.range(1, 3)", 1, ["`torch.range(1, 3)`", "torch.arange(1, 4)"]),
    ("x = torch.zeros(2, 3, 4)\nx.T", 2, ["`x` (2, 3, 4)", "(4, 3, 2)", "x.mT"]),
    ("v = torch.zeros(2)\nv.T", 2, ["`v` (2,)"]),
    ("x = torch.ones(2)\ny = torch.tensor(x)", 2, ["`x` (2,)", "x.detach().clone()"]),
    ("x = torch.zeros(2, 3)\nF.softmax(x)", 2, ["`x` (2, 3)", "dim=-1"]),
    ("torch.meshgrid(torch.arange(2), torch.arange(3))", 1, ["indexing"]),
    ("w = torch.ones(1, requires_grad=True)\nfloat(w)", 2, ["`w`", "w.item()"]),
    ("torch.tensor([1.0]).std()", 1, ["nan", "correction=0"]),
    ("nn.LSTM(2, 3, dropout=0.5)", 1, ["dropout=0.5", "num_layers=2"]),
    ("F.kl_div(torch.zeros(2, 3), torch.ones(2, 3) / 3)", 1, ["batchmean"]),
    ("torch.zeros(3)[torch.tensor([1, 0, 1], dtype=torch.uint8)]", 1, [".bool()"]),
    ("nn.init.xavier_uniform(torch.zeros(2, 2))", 1, ["nn.init.xavier_uniform_"]),
    ("o = torch.zeros(3)\ntorch.add(torch.ones(2), 1, out=o)", 2, ["(3,)", "(2,)"]),
    ("torch.tensor([1 + 2j]).float()", 1, ["imaginary", ".real"]),
]


@pytest.mark.parametrize(("code", "line", "holds"), CASES, ids=[code.splitlines()[-1] for code, _, _ in CASES])
def test_a_warning_is_explained(code: str, line: int, holds: list[str]) -> None:
    outcome = ran(code)
    said = [explained_warning(warned, code, outcome) for warned in outcome.warnings if warned.line == line]
    assert any(all(part in text for part in holds) for text in said), (outcome.warnings, said)


def test_what_is_not_known_is_left_to_torch() -> None:
    assert explained_warning(Warned(line=1, message="The moon is full."), "x = 1", Outcome(status="ok")) == ""


@pytest.mark.parametrize("code", ["", "x = (", "y = 1\n" * 3])
@pytest.mark.parametrize("line", [None, 0, 2, 99])
def test_a_line_that_is_not_there_does_no_harm(code: str, line: int | None) -> None:
    message = "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed."
    assert "leaf" in explained_warning(Warned(line=line, message=message), code, Outcome(status="ok"))
