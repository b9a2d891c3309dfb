"""Variants of a program: the slips that each rule is for, wherever they stand, and what holds of all of them."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sandbox.programs import PROGRAMS
from tutor.grade.belief.program import LONGEST, MOST, Variant, variants
from tutor.grade.belief.told import GENERAL, words

LOOP = """\
opt = torch.optim.SGD(net.parameters(), lr=0.1)
losses = []
for step in range(20):
    opt.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
    losses.append(loss.item())
"""
NET = """\
class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.first = nn.Linear(n, 8)
        self.second = nn.Linear(8, 3)

    def forward(self, x):
        return self.second(self.first(x).relu())
"""
STEP = """\
def step(w, lr):
    with torch.no_grad():
        w -= lr * w.grad
    w.grad = None
"""
SLIPS = [
    ("avg = x.mean(dim=1)", "other-dim", "avg = x.mean(dim=0)"),
    ("avg = x.mean(dim=1)", "missing-dim", "avg = x.mean()"),
    ("avg = x.mean(dim=1)", "add-keepdim", "avg = x.mean(dim=1, keepdim=True)"),
    ("avg = x.mean(dim=1, keepdim=True)", "drop-keepdim", "avg = x.mean(dim=1)"),
    ("avg = x.mean(dim=1)", "sum-for-mean", "avg = x.sum(dim=1)"),
    ("avg = x.mean(dim=1)", "zeros", "avg = torch.zeros_like(x.mean(dim=1))"),
    ("y = a @ b", "star-for-matmul", "y = a * b"),
    ("y = a @ b", "swap-operands", "y = b @ a"),
    ("y = a @ b.T", "drop-transpose", "y = a @ b"),
    ("y = x.T", "reshape-for-transpose", "y = x.reshape(x.shape[::-1])"),
    ("y = x.detach() + 1", "no-detach", "y = x + 1"),
    ("y = x.clone()", "view-for-clone", "y = x"),
    ("y = x[1:4]", "off-by-one", "y = x[1:5]"),
    ("y = x[1:4]", "off-by-one", "y = x[1:3]"),
    ("y = x[:, 0]", "slice-for-index", "y = x[:, 0:1]"),
    ("y = x[[4, 2]]", "unwrapped-list", "y = x[4, 2]"),
    ("y = x[[0, 1]][:, [2, 3]]", "other-brackets", "y = x[[0, 1], [2, 3]]"),
    ("y = torch.stack([a, b])", "cat-for-stack", "y = torch.cat([a, b])"),
    ("y = torch.cat([a, b])", "list-order", "y = torch.cat([b, a])"),
    ("y = torch.arange(1, n + 1)", "off-by-one", "y = torch.arange(n)"),
    ("y = x.sum(dim=1) / m.sum(dim=1)", "mean-for-divide", "y = x.mean(dim=1)"),
    ("y = x.sum(dim=1) / m.sum(dim=1)", "missing-dim", "y = x.sum() / m.sum()"),
    ("y = (x - x.mean(dim=1)) / x.std(dim=1)", "other-dim", "y = (x - x.mean(dim=0)) / x.std(dim=0)"),
    ("y = x[torch.arange(x.shape[0])]", "other-dim", "y = x[:, torch.arange(x.shape[1])]"),
    ("y = x.argmax(dim=1)", "max-for-argmax", "y = x.amax(dim=1)"),
    ("y = x.amax(dim=1)", "pair-for-values", "y = x.max(dim=1)"),
    ("y = (x > 2).sum()", "at-least-for-above", "y = (x >= 2).sum()"),
    ("y = torch.where(m, a, b)", "swap-arguments", "y = torch.where(m, b, a)"),
    (LOOP, "drop-zero-grad", LOOP.replace("    opt.zero_grad()\n", "")),
    (LOOP, "drop-step", LOOP.replace("    opt.step()\n", "")),
    (LOOP, "drop-item", LOOP.replace("loss.item()", "loss")),
    (LOOP, "step-before-backward", LOOP.replace("loss.backward()\n    opt.step()", "opt.step()\n    loss.backward()")),
    (LOOP, "softmax-before-loss", LOOP.replace("y(net(x)", "y(torch.softmax(net(x), dim=-1)")),
    (LOOP, "off-by-one", LOOP.replace("20", "19")),
    (LOOP, "accumulate", LOOP.replace("    loss =", "    loss +=")),
    (NET, "drop-activation", NET.replace(".relu()", "")),
    (NET, "drop-return", NET.replace("return ", "")),
    (NET, "drop-init", NET.replace("        super().__init__()\n", "")),
    (NET, "swap-arguments", NET.replace("(n, 8)", "(8, n)")),
    (NET, "return-input", NET.replace("self.second(self.first(x).relu())", "x")),
    (STEP, "drop-no-grad", STEP.replace("    with torch.no_grad():\n    ", "")),
    (STEP, "new-for-in-place", STEP.replace("w -= lr * w.grad", "w = w - lr * w.grad")),
    (STEP, "drop-zero-grad", STEP.replace("    w.grad = None\n", "")),
    ("net.eval()\ny = net(x)", "drop-eval", "y = net(x)"),
    ("def f(x):\n    x.add_(1)\n    return x", "new-for-in-place", "def f(x):\n    x.add(1)\n    return x"),
    ("def f(x):\n    x += 1\n    return x", "clone-for-view", "def f(x):\n    x += 1\n    return x.clone()"),
    ("net = nn.Sequential(nn.Linear(3, 4), nn.ReLU())", "drop-layer", "net = nn.Sequential(nn.Linear(3, 4))"),
    ("y = [v for v in a if v > 0]", "below-for-above", "y = [v for v in a if v < 0]"),
]  # fmt: skip


@pytest.mark.parametrize(("program", "name", "code"), SLIPS, ids=[f"{s[1]}-{n}" for n, s in enumerate(SLIPS)])
def test_each_slip_is_among_the_variants(program: str, name: str, code: str) -> None:
    wanted = ast.unparse(ast.parse(code))
    found = {variant.code: variant.name for variant in variants(program)}
    assert wanted in found, "\n\n".join(found)
    assert found[wanted] == name


def test_a_loop_taken_apart() -> None:
    found = {variant.name: variant for variant in reversed(variants(LOOP))}
    for name, shown in (
        ("drop-zero-grad", "without `opt.zero_grad()`"),
        ("zero-grad-after-backward", "`opt.zero_grad()` after `loss.backward()`"),
        ("step-before-backward", "`opt.step()` before `loss.backward()`"),
        ("before-loop", "`opt.zero_grad()` before the loop"),
        ("drop-item", "`losses.append(loss)`"),
    ):
        assert found[name].shown == shown
        assert found[name].belief == GENERAL[name]
    lines = {name: LOOP.splitlines()[variant.line - 1].strip() for name, variant in found.items()}
    assert lines["drop-item"] == "losses.append(loss.item())"
    assert lines["drop-zero-grad"] == "opt.zero_grad()"


def test_layers_in_a_list_are_no_layers_of_the_module() -> None:
    listed = next(variant for variant in variants(NET) if variant.name == "layers-in-list")
    assert "self.first = [nn.Linear(n, 8)]" in listed.code
    assert "return self.second[0](self.first[0](x).relu())" in listed.code


def held_to_the_rules(program: str, found: tuple[Variant, ...]) -> None:
    """What holds of the variants of any program."""
    codes = [variant.code for variant in found]
    assert len(set(codes)) == len(codes) <= MOST
    assert found == variants(program)
    for variant in found:
        assert ast.unparse(ast.parse(program)) != variant.code
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(variant.code, "variant", "exec", dont_inherit=True)
        assert re.fullmatch(r"[a-z][a-z0-9-]*", variant.name)
        assert variant.belief.endswith(".") and variant.belief[:1] != " "
        assert variant.shown and 1 <= variant.line <= len(program.splitlines())


@pytest.mark.parametrize("program", dict.fromkeys(slip[0] for slip in SLIPS))
def test_of_all_that_is_told_nothing_holds_the_right_code(program: str) -> None:
    found = variants(program)
    held_to_the_rules(program, found)
    ours = set(words(ast.unparse(ast.parse(program))))
    for variant in found:
        lost = ours - set(words(variant.code))
        assert not re.search("[`=]", variant.belief)
        assert variant.belief in GENERAL.values() or not lost & set(words(variant.belief)), variant
        if "`" in variant.shown and not variant.telling and not variant.shown.startswith("without"):
            right = [line.strip() for line in ast.unparse(ast.parse(program)).splitlines() if "=" in line]
            statement = variant.shown.split("`")[1]
            assert statement not in right or " the loop" in variant.shown or "torch.no_grad" in variant.shown


def test_what_is_told_in_general_names_no_code() -> None:
    for name, sentence in GENERAL.items():
        assert re.fullmatch(r"[a-z-]+", name)
        assert sentence.endswith(".") and not re.search(r"[`=()\[\]]", sentence), sentence


@settings(deadline=None, max_examples=60)
@given(PROGRAMS)
def test_variants_of_any_program_are_other_programs(program: str) -> None:
    held_to_the_rules(program, variants(program))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_text_that_is_no_program_has_no_variants_and_breaks_nothing(text: str) -> None:
    variants(text)


def test_the_first_of_each_kind_comes_before_the_second_of_another() -> None:
    program = "\n".join(f"y{n} = x.sum(dim=1)" for n in range(30))
    found = variants(program)
    assert len(found) == MOST
    assert {"other-dim", "add-keepdim", "missing-dim", "mean-for-sum", "zeros", "detach"} <= {v.name for v in found}


def test_a_program_too_long_or_too_deep_has_none() -> None:
    assert variants("x = 1\n" * LONGEST) == ()
    assert variants("y = " + "-" * 900 + "x.sum(dim=0)") == ()
    assert variants("") == ()


def test_variants_of_a_method_are_found_in_the_method() -> None:
    code = textwrap.dedent("""\
        class Norm(nn.Module):
            def forward(self, x):
                for _ in range(3):
                    if x.any():
                        x = x - x.mean(dim=-1, keepdim=True)
                return x
        """)
    found = [variant for variant in variants(code) if variant.name == "drop-keepdim"]
    assert [variant.line for variant in found] == [5]
