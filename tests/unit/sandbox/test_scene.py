# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""The scene of an error: the expression that failed, what it was done to, and the layers that were at work."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tutor.sandbox import scene as scenes
from tutor.sandbox import trace, unpack
from tutor.sandbox.protocol import Calls, Failure, Limits, Observation, Request, Scene, encode, plain
from tutor.sandbox.snippet import Snippet

SETUP = "import torch.nn as nn, torch.nn.functional as F, numpy as np"


def failed(code: str, setup: str = SETUP) -> Failure:
    snippet = Snippet()
    assert snippet.run(setup, "given.py", "setup") is None
    failure = snippet.run_traced(code, "answer.py", lambda line: None)
    assert failure is not None
    return failure


def seen(code: str) -> Scene:
    scene = failed(code).scene
    assert scene is not None
    return scene


def short(seen: Observation) -> Any:
    """A tensor by its shape, a number by its value, the rest by its kind."""
    if seen.kind == "tensor":
        return seen.shape
    return seen.value if seen.kind in ("number", "bool") else seen.kind


def operands(scene: Scene) -> list[tuple[str, Any]]:
    return [(f"{o.keyword}={o.text}" if o.keyword else o.text, short(o.seen)) for o in scene.operands]


SINGLE: list[tuple[str, str, str, list[Any]]] = [
    ("torch.tensor([[1], [2, 3]])", "call", "torch.tensor", ["list"]),
    ("torch.tensor([torch.zeros(2), torch.ones(2)])", "call", "torch.tensor", ["list"]),
    ("torch.tensor([1, 2], [3, 4])", "call", "torch.tensor", ["list", "list"]),
    ("torch.randn_like(torch.arange(3))", "call", "torch.randn_like", [(3,)]),
    ("torch.arange(4).mean()", "call", "mean", [(4,)]),
    ("torch.tensor([[1, 2]]) @ torch.rand(2, 2)", "operator", "@", [(1, 2), (2, 2)]),
    ("torch.softmax(torch.arange(3), dim=0)", "call", "torch.softmax", [(3,), 0]),
    ("~torch.ones(2)", "operator", "~", [(2,)]),
    ("torch.tensor([True]) - torch.tensor([False])", "operator", "-", [(1,), (1,)]),
    ("torch.arange(4)[torch.tensor([1.])]", "subscript", "[]", [(4,), (1,)]),
    ("torch.arange(4)[4 / 2]", "subscript", "[]", [(4,), 2.0]),
    ("torch.arange(4).reshape(4 / 2, 2)", "call", "reshape", [(4,), 2.0, 2]),
    ("torch.ones(3, 4) + torch.ones(3)", "operator", "+", [(3, 4), (3,)]),
    ("torch.zeros(2).expand(2, 5)", "call", "expand", [(2,), 2, 5]),
    ("torch.ones(2, 5) @ torch.ones(4, 5)", "operator", "@", [(2, 5), (4, 5)]),
    ("torch.ones(2) @ torch.ones(3)", "operator", "@", [(2,), (3,)]),
    ("torch.mm(torch.ones(2, 3, 4), torch.ones(4, 1))", "call", "torch.mm", [(2, 3, 4), (4, 1)]),
    ("torch.tensor(2.) @ torch.ones(3)", "operator", "@", [(), (3,)]),
    ("torch.ones(2, 3, 4).t()", "call", "t", [(2, 3, 4)]),
    ("torch.zeros(10).view(3, 4)", "call", "view", [(10,), 3, 4]),
    ("torch.zeros(2, 3).t().view(-1)", "call", "view", [(3, 2), -1]),
    ("torch.zeros(4, 4, 3).permute(1, 0)", "call", "permute", [(4, 4, 3), 1, 0]),
    ("torch.cat([torch.zeros(2, 2), torch.zeros(2, 3)])", "call", "torch.cat", ["list"]),
    ("torch.stack([torch.zeros(i) for i in (1, 2)])", "call", "torch.stack", ["list"]),
    ("torch.cat(torch.zeros(2), torch.zeros(2))", "call", "torch.cat", [(2,), (2,)]),
    ("torch.zeros(2, 3)[0, 0, 0]", "subscript", "[]", [(2, 3), 0, 0, 0]),
    ("torch.arange(3)[::-1]", "subscript", "[]", [(3,), "object"]),
    ("torch.zeros(3, 3)[[0, 1], [0, 1, 2]]", "subscript", "[]", [(3, 3), "list", "list"]),
    ('["a", "b", "c"][torch.tensor([0, 1])]', "subscript", "[]", ["list", (2,)]),
    ("torch.zeros(2, 3).sum(dim=2)", "call", "sum", [(2, 3), 2]),
    ("torch.zeros(2, 3).max(dim=1) + 1", "operator", "+", ["tuple", 1]),
    ("torch.zeros(2, 3).item()", "call", "item", [(2, 3)]),
    ("(torch.zeros(2) > 0) or (torch.zeros(2) < 1)", "truth", "or", [(2,), "missing"]),
    ("len(torch.zeros(3).sum())", "call", "len", [()]),
    ("torch.zeros(2).shape(0)", "call", "shape", [(2,), 0]),
    ("(torch.ones(2, requires_grad=True) * 2).backward()", "call", "backward", [(2,)]),
    ("torch.ones(1, requires_grad=True).sum().item().backward", "attribute", "backward", [1.0]),
    ("nn.Linear(3, 2)(torch.zeros(4, 5, 6))", "call", "nn.Linear(3, 2)", ["module", (4, 5, 6)]),
    ("nn.Embedding(4, 2)(torch.tensor([4]))", "call", "nn.Embedding(4, 2)", ["module", (1,)]),
    ("nn.Sequential(nn.Linear(1, 1), nn.Tanh)", "call", "nn.Sequential", ["module", "object"]),
    ("F.cross_entropy(torch.zeros(3, 2), torch.tensor([0, 1]))", "call", "F.cross_entropy", [(3, 2), (2,)]),
    ("nn.MSELoss(torch.zeros(2), torch.zeros(2))", "call", "nn.MSELoss", [(2,), (2,)]),
    ("torch.optim.SGD(nn.Linear(1, 1), lr=1)", "call", "torch.optim.SGD", ["module", 1]),
    ("nn.Linear(2, 1).load_state_dict(nn.Linear(3, 1).state_dict())", "call", "load_state_dict", ["module", "dict"]),
    ('torch.zeros(1, device="meta") + torch.zeros(1)', "operator", "+", [(1,), (1,)]),
    ("torch.arange(4)[torch.zeros(9).shape[0]]", "subscript", "[]", [(4,), 9]),
]


@pytest.mark.parametrize(("code", "kind", "word", "values"), SINGLE, ids=[code for code, *_ in SINGLE])
@pytest.mark.parametrize(
    "around", ["{}", "r = {}", "for i in range(2):\n    r = [0, *[{}]]", "def f():\n    return {}\nf()"]
)
def test_the_expression_and_its_operands(code, kind, word, values, around):
    scene = seen(around.format(code))
    assert (scene.expression, scene.kind, scene.word) == (code, kind, word)
    assert [value for _, value in operands(scene)] == values


@pytest.mark.parametrize(("code", "kind", "word", "values"), SINGLE, ids=[code for code, *_ in SINGLE])
def test_without_places_of_instructions_the_first_part_without_a_value_is_it(monkeypatch, code, kind, word, values):
    monkeypatch.setattr(scenes, "_exact", lambda step: None)
    scene = seen(f"q = 1\nr = {code}")
    assert scene.line == 2
    if kind not in ("truth", "attribute"):
        assert (scene.expression, scene.word) == (code, word)


STATEMENTS = [
    ("t = torch.arange(3)\nt *= 1.5", "t *= 1.5", "*=", [("t", (3,)), ("1.5", 1.5)]),
    ("a = torch.zeros(2)\na += torch.zeros(3, 2)", "a += torch.zeros(3, 2)", "+=", [("a", (2,)), ("torch.zeros(3, 2)", (3, 2))]),
    ("x = torch.rand(3, 4)\nx / x.sum(dim=1)", "x / x.sum(dim=1)", "/", [("x", (3, 4)), ("x.sum(dim=1)", (3,))]),
    ("g = torch.zeros(2, 2)\ng[:, 0] = torch.ones(3)", "g[:, 0]", "[]",
     [("g", (2, 2)), (":", "object"), ("0", 0), ("torch.ones(3)", (3,))]),
    ("if torch.zeros(2) == 0: pass", "torch.zeros(2) == 0", "if", [("torch.zeros(2) == 0", (2,))]),
    ("while torch.zeros(2): pass", "torch.zeros(2)", "while", [("torch.zeros(2)", (2,))]),
    ("t = torch.zeros(2)\nassert t > 1", "t > 1", "assert", [("t > 1", (2,))]),
    ("t = torch.zeros(2)\nif t > torch.zeros(3): pass", "t > torch.zeros(3)", ">", [("t", (2,)), ("torch.zeros(3)", (3,))]),
    ("w = torch.ones(1, requires_grad=True)\n0.1 * w.grad", "0.1 * w.grad", "*", [("0.1", 0.1), ("w.grad", "none")]),
    ("a, b = torch.zeros(3)", "a, b", "=", [("torch.zeros(3)", (3,))]),
    ("for x in 5: pass", "for x in 5:", "for", [("5", 5)]),
    ("x = torch.zeros(2)\nx.nope", "x.nope", "nope", [("x", (2,))]),
    ("n = nope + 1", "nope", "", []),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expression", "word", "values"), STATEMENTS, ids=[code for code, *_ in STATEMENTS])
def test_statements(code, expression, word, values):
    scene = seen(code)
    assert (scene.expression, scene.word) == (expression, word)
    assert operands(scene) == values


def test_layers_are_named_from_the_outside_in_with_what_they_got():
    scene = seen(
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 3)\n"
        "        self.out = nn.Sequential(nn.ReLU(), nn.Linear(2, 1))\n"
        "    def forward(self, x):\n        h = self.fc(x)\n        return self.out(h)\n"
        "net = Net()\nbatch = torch.ones(5, 4)\nnet(batch)\n"
    )
    assert [(layer.path, layer.type, [i.shape for i in layer.inputs]) for layer in scene.layers] == [
        ("", "Net", [(5, 4)]), ("out", "Sequential", [(5, 3)]), ("1", "Linear", [(5, 3)]),
    ]  # fmt: skip
    assert scene.layers[-1].facts == {"in_features": 2, "out_features": 1, "bias": True}
    assert (scene.line, scene.function, scene.expression) == (8, "forward", "self.out(h)")
    assert [(o.text, o.line, o.source) for o in scene.operands] == [("self.out", None, ""), ("h", 7, "h = self.fc(x)")]
    assert scene.operands[1].facts == {"grad_fn": "AddmmBackward0"}


@pytest.mark.parametrize(
    ("module", "facts"),
    [
        ("nn.Linear(3, 2)", {"in_features": 3, "out_features": 2, "bias": True}),
        ("nn.Embedding(4, 2)", {"num_embeddings": 4, "embedding_dim": 2}),
        ("nn.LayerNorm(4)", {"normalized_shape": (4,), "bias": True}),
        ("nn.BatchNorm1d(5)", {"num_features": 5, "bias": True}),
        ("nn.LSTM(3, 4, batch_first=True)", {"input_size": 3, "hidden_size": 4, "num_layers": 1, "batch_first": True, "bidirectional": False}),
        ("nn.Flatten()", {"start_dim": 1, "end_dim": -1}),
    ],
)  # fmt: skip
def test_what_a_layer_was_made_with(module, facts):
    assert seen(f"net = {module}\nnet.nope(1)").operands[0].facts == facts


def test_names_know_where_they_were_last_bound():
    scene = seen(
        "from math import pi\ndef f(k): return k\nx = torch.ones(2)\nfor i in range(3):\n    y = x * i\nx[0] = 5\nx + f(y) @ torch.ones(3)"
    )
    found = {o.text: (o.line, o.source) for o in (*scene.operands, *scene.names)}
    assert found == {"f(y)": (None, ""), "torch.ones(3)": (None, ""), "x": (6, "x[0] = 5"), "y": (5, "y = x * i")}
    inner = seen("x = 1\ndef f(x):\n    y = x\n    return y @ x\nf(torch.ones(2, 3))")
    assert [(o.text, o.line) for o in inner.operands] == [("y", 3), ("x", None)]


def test_whether_gradients_were_recorded():
    assert seen("with torch.no_grad():\n    torch.ones(1).backward()").recorded is False
    assert seen("with torch.no_grad():\n    pass\ntorch.ones(1).backward()").recorded is True
    code = "@torch.no_grad()\ndef f(): torch.ones(1).backward()\ntry:\n    f()\nexcept RuntimeError:\n    {}"
    assert seen(code.format("raise")).recorded is False
    assert seen(code.format("1 / 0")).recorded is True


def test_in_a_loop_it_is_the_round_that_failed():
    scene = seen(
        "for i in range(5):\n    r = torch.ones(3)[:i + 1] + torch.ones(i).sum() + torch.ones(3 - i // 2)[:3] * 1"
    )
    assert operands(scene) == [
        ("torch.ones(3)[:i + 1] + torch.ones(i).sum()", (2,)), ("torch.ones(3 - i // 2)[:3] * 1", (3,)),
    ]  # fmt: skip
    assert {o.text: short(o.seen) for o in scene.names} == {"i": 1}


@pytest.mark.parametrize(
    "code",
    [
        "[x[i] for i in range(5)]",
        "sum(x[i] for i in range(5))",
        "{i: x[i] for i in range(5)}",
        "[[x[i]] for i in range(5)]",
    ],
)
def test_in_a_comprehension_it_is_the_round_that_failed(code):
    scene = seen(f"x = torch.arange(3)\nr = {code}")
    assert (scene.expression, scene.kind) == ("x[i]", "subscript")
    assert operands(scene) == [("x", (3,)), ("i", 3)]


def test_in_a_comprehension_what_is_tested_is_told():
    scene = seen("xs = [torch.ones(1), torch.ones(2)]\nr = [1 for x in xs if x]")
    assert (scene.kind, operands(scene)) == ("truth", [("x", (2,))])


def test_nothing_of_the_learners_runs_again():
    code = (
        "class Odd:\n    @property\n    def width(self):\n        log.append('width')\n        return 1\n"
        "    def __getattr__(self, name):\n        log.append(name)\n        raise AttributeError(name)\n"
        "    def __repr__(self): log.append('repr')\n    def __len__(self): log.append('len')\n"
        "log = []\nodd = Odd()\nfirst = odd.width\ntorch.ones(2).view(3, odd, odd.width)"
    )
    snippet = Snippet()
    failure = snippet.run_traced(code, "answer.py", lambda line: None)
    assert failure is not None and failure.scene is not None
    before = list(snippet.namespace["log"])
    plainly = Snippet()
    plainly.run(code, "answer.py")
    assert before == plainly.namespace["log"]


def test_what_is_huge_is_told_briefly():
    code = "x = torch.ones(1000, 1000)\nrows = [[float(i) for i in range(1000)]] * 1000\nd = {i: rows for i in range(1000)}\n"
    code += "s = 's' * 100_000\n" + "y = x.view(rows, d, s, " + ", ".join(f"x[{i}:]" for i in range(500)) + ")"
    failure = failed(code)
    assert failure.scene is not None
    assert len(encode(plain(failure.scene))) <= 64 << 10
    assert failure.scene.operands[0].seen.shape == (1000, 1000)
    assert unpack.report(json.loads(json.dumps({"error": plain(failure)}))).error == failure


@pytest.mark.parametrize(
    "code", ["x = (", "return", "raise KeyboardInterrupt", "raise SystemExit", "raise MemoryError"]
)
def test_some_errors_have_no_scene(code):
    assert failed(code).scene is None


def test_a_scene_that_goes_wrong_leaves_the_error(monkeypatch):
    def broken(*_: Any) -> None:
        raise RecursionError

    monkeypatch.setattr(trace, "scene", broken)
    assert failed("1 / 0") == Failure(type="ZeroDivisionError", message="division by zero", line=1)


def test_an_endless_recursion_has_a_scene():
    failure = failed("def f(n): return f(n + 1)\nf(0)")
    assert failure.type == "RecursionError" and failure.scene is not None
    # The call that was too deep may be the one that notes what the function was given.
    assert failure.scene.expression in ("f(n + 1)", "n + 1", "return f(n + 1)")


def test_unpacking_is_strict_and_legible():
    scene = plain(seen("torch.ones(2) @ torch.ones(3)"))
    scene["operands"][0]["facts"] = {"a\x1b[31mb": "c\x1b]0;x\x07d"}
    read = unpack.report({"error": {"type": "E", "message": "", "scene": scene}}).error
    assert read is not None and read.scene is not None
    assert read.scene.operands[0].facts == {"ab": "cd"}
    for spoilt in ({"a": {"b": 1}}, {"a": [[1]]}, {"a": None}, {str(n): 1 for n in range(100)}):
        scene["operands"][0]["facts"] = spoilt
        with pytest.raises(unpack.Malformed):
            unpack.report({"error": {"type": "E", "message": "", "scene": scene}})


@pytest.mark.asyncio(loop_scope="session")
async def test_a_traced_request_with_everything_else_asked_for(sandbox):
    code = "def f(x):\n    y = x * 2\n    return y @ torch.ones(3)\nw = torch.ones(2, requires_grad=True)\nloss = (w * 2).sum()\nloss.backward()"
    calls = Calls(function="f", inputs=("torch.ones(3)", "torch.ones(4)"), count=4)
    outcome = await sandbox.run(
        Request(code=code, trace=True, training=True, calls=calls, observe=("w.grad",), limits=Limits(seconds=20))
    )
    assert outcome.status == "ok"
    assert [line.name for line in outcome.lines] == ["w", "loss"]
    assert outcome.observed["w.grad"].values == [2.0, 2.0]
    assert [event.kind for event in outcome.events] == ["loss", "backward"]
    assert [call.failure is None for call in outcome.calls] == [True, False, True, False]
    first, second = (call.failure for call in outcome.calls if call.failure)
    assert operands(first.scene) == [("y", (4,)), ("torch.ones(3)", (3,))]
    assert second.scene is None


@pytest.mark.asyncio(loop_scope="session")
async def test_a_scene_comes_through_the_pipe_and_much_memory_in_a_loop_is_let_go(sandbox):
    code = "for i in range(200):\n    x = torch.ones(16 << 20) * 1\n    n = (x[:2] * 2).sum() + torch.ones(1 << 20).sum()\nx[:2] @ x[:3]"
    outcome = await sandbox.run(Request(code=code, trace=True, limits=Limits(seconds=60)))
    assert (outcome.status, outcome.error.type) == ("error", "RuntimeError")
    assert operands(outcome.error.scene) == [("x[:2]", (2,)), ("x[:3]", (3,))]
    assert [(line.name, line.count) for line in outcome.lines] == [("i", 200), ("x", 200), ("n", 200)]


@pytest.mark.asyncio(loop_scope="session")
async def test_cells_of_a_session_keep_to_themselves(sandbox):
    play = await sandbox.play("")
    await play.run("def f(a):\n    b = a * 2\n    return b @ torch.ones(3)")
    good = await play.run("r = f(torch.ones(3))\nr")
    assert [(line.line, line.name) for line in good.lines] == [(1, "r"), (2, "")]
    bad = await play.run("f(torch.ones(4))")
    assert bad.error.scene.operands[0].text == "torch.ones(4)"
    assert (await play.run("5")).observed["_"].value == 5
    await play.close()
