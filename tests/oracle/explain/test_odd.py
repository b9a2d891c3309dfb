# ruff: noqa: E501 - templates of programs are read more easily in one piece.
"""Programs that nobody would write, through the lens and every rule: no crash, nothing runs twice, torch's words stay."""

from __future__ import annotations

import ast
import builtins
import warnings
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.explain.proof import SETUP
from tutor.grade.explain import gather
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import repaired
from tutor.sandbox.protocol import Failure
from tutor.sandbox.snippet import Snippet

ODD = """
class Odd:
    def __init__(self, *a): tick(); self.a = a
    def __getattr__(self, name):
        tick()
        raise AttributeError(name)
    def __repr__(self): tick(); raise ValueError("repr")
    def __len__(self): tick(); return 3
    def __bool__(self): tick(); raise TypeError("bool")
    def __eq__(self, other): tick(); return NotImplemented
    __hash__ = None
    def __iter__(self): tick(); yield from (1, 2)
    def __getitem__(self, at): tick(); raise KeyError(at)
    def __matmul__(self, other): tick(); return self
    def __radd__(self, other): tick(); raise RuntimeError("The size of tensor a (2) must match")
    @property
    def shape(self): tick(); return (2, 2)
class Own(torch.Tensor):
    pass
class Net(nn.Module):
    def __init__(self, n=2):
        super().__init__()
        self.parts = nn.ModuleList([nn.Linear(n, 3), nn.Linear(3, n)])
        self.odd = Odd()
    def forward(self, x):
        tick()
        for part in self.parts: x = part(x)
        return x
def f(x, *more, y=1, **rest):
    tick()
    return x @ more[0] if more else x + y
def g(x):
    tick()
    yield x
    yield x.nope
"""
SIZES = st.integers(-1, 4)
VALUES = (
    "torch.ones({a}, {b})", "torch.arange({a})", "torch.zeros({a})", "torch.rand({a}, {b}, {c})", "{a}", "{a}.5", "'s{a}'", "None",
    "[{a}, {b}]", "({a}, torch.ones({b}))", "Odd({a})", "Net({a})", "nn.Linear({a}, {b})", "torch.ones({a}, requires_grad=True)",
    "torch.ones({a}).as_subclass(Own)", "torch.tensor([True, False])", "{{'k': {a}}}", "f", "Net", "torch.float64", "torch", "np.ones({a})",
    "torch.nn.Parameter(torch.ones({a}, {b}))", "nn.Sequential(nn.Linear({a}, {b}), nn.ReLU(), nn.Linear({c}, {a}))", "...", "lambda q: q @ q",
    "torch.empty({a}, device='meta')", "torch.tensor(1j)", "iter([{a}])", "g(torch.ones({a}))", "v", "w",
)  # fmt: skip
DEEDS = (
    "{x} @ {y}", "{x} + {y}", "{x} * {y} - {x}", "{x}[{y}]", "{x}[{a}:{b}, {c}]", "{x}.sum(dim={a})", "{x}.view({a}, {b})", "{x}.reshape({y})",
    "{x}({y})", "{x}.T @ {y}", "torch.cat([{x}, {y}], dim={a})", "torch.stack(({x}, {y}))", "{x}.mean(keepdims=True)", "{x}.backward()",
    "F.cross_entropy({x}, {y})", "nn.MSELoss()({x}, {y})", "nn.Linear({a}, {b})({x})", "torch.optim.SGD({x}, lr={a})", "{x}.item()",
    "[{x} @ p for p in {y}]", "(lambda p: p + {y})({x})", "f({x}, {y})", "f(y={x}, z={y})", "{x} if {y} else {a}", "not ({x} == {y})",
    "{x}.grad * {a}", "list(g({x}))", "{x}.numpy()", "torch.tensor({x})", "{x}.nope", "nowhere + {x}", "len({x})", "int({x})", "{x} < {y} < {x}",
    "(q := {x}) @ {y}", "f'{{{x}}}'", "{x}.to({y})", "{x}.permute({a}, {b})", "torch.einsum('ij,jk->ik', {x}, {y})", "{x}.load_state_dict({y})",
    "*{x}, {y}", "await_({x})", "{x}.sum({a}, {b})", "torch.softmax({x})", "{x}.expand({a}, {b})", "{x} / {a}", "nn.Embedding({a}, {b})({x})",
)  # fmt: skip
SHAPES = (
    "r = {deed}", "{deed}", "v = w = {deed}", "r, s = {deed}, {a}", "a, b = {x}", "{x}[{a}] = {deed}", "{x} += {y}", "{x} @= {y}",
    "for i in {x}:\n    r = {deed}", "while {x}:\n    tick()\n    {deed}\n    break", "if {deed}: tick()", "assert {deed}, {y}",
    "with torch.no_grad():\n    r = {deed}", "try:\n    {deed}\nfinally:\n    tick()", "try:\n    {deed}\nexcept TypeError:\n    raise",
    "def h(p=1):\n    tick()\n    return {deed}\nh()", "class C:\n    r = {deed}", "del {x}", "raise {y}", "raise RuntimeError('own words') from None",
    "r = [\n    {deed}\n    for i in range(2)\n]", "x.n = {deed}", "print({deed}, file=None)", "@f\ndef d(): pass", "import nowhere_at_all", "é = {deed}\né @ é",
    "{x}.requires_grad_()", "r = ({deed} +\n     {y})", "tick(); r = {deed}; tick()", "return_ = {deed}", "match_ = {x}; {x} @ {y}",
    "global z\nz = {deed}", "yield_ = lambda: {deed}\nyield_()", "r: int = {deed}", "x = {deed}; y = x", "assert isinstance({x}, int)",
)  # fmt: skip


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A few tensors and worse, and a few things done to them."""

    def filled(template: str, **more: str) -> str:
        sizes = {name: str(draw(SIZES)) for name in "abc"}
        return template.format(**sizes, **more)

    values = [filled(draw(st.sampled_from(VALUES))) for _ in range(3)]
    lines = [f"{name} = {value}" for name, value in zip(("v", "w", "u"), ("torch.ones(2, 3)", *values), strict=False)]
    for _ in range(draw(st.integers(1, 4))):
        x, y = (draw(st.sampled_from(("v", "w", "u", f"({filled(draw(st.sampled_from(VALUES)))})"))) for _ in "xy")
        deed = filled(draw(st.sampled_from(DEEDS)), x=x, y=y)
        lines.append(filled(draw(st.sampled_from(SHAPES)), x=x, y=y, deed=deed))
    return "\n".join(lines)


def ran(code: str, traced: bool) -> tuple[int, Failure | None]:
    """How often something of the program's own ran, and how it ended."""
    torch.manual_seed(0)
    count = [0]

    def tick() -> None:
        count[0] += 1

    snippet = Snippet()
    snippet.namespace["tick"] = tick
    assert snippet.run(SETUP + ODD, "given.py", "setup") is None
    hear, kept = warnings.showwarning, dict(vars(builtins))
    try:
        failure = snippet.run_traced(code, "a.py", lambda line: None) if traced else snippet.run(code, "a.py")
    finally:
        warnings.showwarning = hear
        vars(builtins).update(kept)
    return count[0], failure


def compiled(code: str) -> bool:
    try:
        compile(code, "a.py", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def held(code: str) -> None:
    """One program: the same with and without the lens, and every rule says something or nothing about it."""
    (plain, failed), (seen, failure) = ran(code, False), ran(code, True)
    assert seen == plain, "something ran more often, or less"
    assert (failure and (failure.type, failure.message, failure.line)) == (
        failed and (failed.type, failed.message, failed.line)
    )
    if failure is None or failure.scene is None:
        return
    case = Case(failure, failure.scene, code)
    for rule in gather._RULES:
        found: Any = rule(case)
        if found is not None:
            assert found.first and "\n" not in found.first
            for repair in found.repairs:
                assert repair.code and repair.edits
                ast.parse(repaired(code, repair))
    told = gather.explain(failure, code)
    if told is not None:
        assert told.message == f"{failure.type}: {failure.message}" or not failure.message
        assert told.text().endswith(told.message)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(600)
@settings(max_examples=2000, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs().filter(compiled))
def test_two_thousand_odd_programs(code: str) -> None:
    held(code)
