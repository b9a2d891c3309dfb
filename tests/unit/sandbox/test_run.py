"""What a run gives back, in both ways of getting a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import is_dataclass

import pytest
import pytest_asyncio

from tutor.sandbox.client import Sandbox
from tutor.sandbox.protocol import Calls, Limits, Outcome, Request, Terms

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["forks", "pool"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with Sandbox(pool=request.param == "pool") as sandbox:
        await sandbox.ready()
        yield sandbox


async def ran(sandbox: Sandbox, code: str, **rest: object) -> Outcome:
    return await sandbox.run(Request(code=code, **rest))  # type: ignore[arg-type]


async def test_what_was_made_printed_and_observed_comes_back(either):
    outcome = await ran(
        either,
        "y = x.sum(dim=0)\nprint('hello', file=__import__('sys').stderr)\nprint(y)",
        setup="x = torch.arange(6.).reshape(2, 3)",
        observe=("y", "x.shape", "z = y + 1\nz.tolist()", "nowhere"),
    )
    assert (outcome.status, outcome.error) == ("ok", None)
    assert "tensor([3., 5., 7.])" in outcome.stdout
    assert "hello" in outcome.stdout + outcome.stderr
    y = outcome.observed["y"]
    assert (y.kind, y.shape, y.dtype, y.values) == ("tensor", (3,), "float32", [3.0, 5.0, 7.0])
    assert outcome.observed["x.shape"].shape == (2, 3)
    assert [i.value for i in outcome.observed["z = y + 1\nz.tolist()"].items] == [4.0, 6.0, 8.0]
    lost = outcome.observed["nowhere"]
    assert (lost.kind, lost.failure.type, lost.failure.where) == ("missing", "NameError", "observe")


async def test_an_error_names_its_line_and_what_was_to_be_observed_is_missing(either):
    outcome = await ran(either, "a = 1\n\ndef f():\n    return torch.ones(2) @ torch.ones(3)\n\nf()", observe=("a",))
    assert outcome.status == "error"
    assert (outcome.error.type, outcome.error.line, outcome.error.where) == ("RuntimeError", 4, "code")
    assert outcome.observed["a"].kind == "missing"


async def test_memory_output_and_time_are_named(either):
    memory = await ran(either, "torch.ones(10**12)")
    output = await ran(either, "while True: print('x' * 1000)")
    late = await ran(either, "print('on my way')\nwhile True: pass", limits=Limits(seconds=1))
    assert (memory.status, memory.note) == (
        "memory", "Stopped: it asked for more memory than the limit of 1024 MiB.",
    )  # fmt: skip
    assert (output.status, output.note) == ("output", "Stopped: it printed more than the limit of 4 MiB.")
    assert output.truncated and len(output.stdout) + len(output.stderr) <= 64 << 10
    assert (late.status, late.note) == ("timeout", "Stopped: over the time limit of 1 s.")
    assert "on my way" in late.stdout
    assert late.seconds < 2


async def test_answers_are_compared(either):
    expected = await ran(either, "y = torch.tensor([3., 5.])", observe=("y",))
    right = await ran(either, "y = torch.arange(3., 6., 2)", observe=("y",))
    wrong = await ran(either, "y = torch.tensor([3., 6.])", observe=("y",))
    assert await either.compare(expected, right, Terms()) is None
    found = await either.compare(expected, wrong, Terms())
    assert (found.name, found.field, found.cells, found.differing) == ("y", "values", ((1,),), 1)


async def test_play_keeps_names_and_can_be_interrupted(either):
    play = await either.play("q = torch.ones(3)")
    assert play.given.status == "ok"
    first = await play.run("print('made')\nz = q + 1\nz")
    assert first.observed["_"].values == [2.0, 2.0, 2.0]
    assert "made" in first.stdout
    assert "z.sum" in await play.complete("w = z.su")
    running = asyncio.ensure_future(play.run("print('go', flush=True)\nwhile True: pass"))
    await asyncio.sleep(0.3)
    await play.interrupt()
    stopped = await running
    assert (stopped.status, stopped.error.type) == ("error", "KeyboardInterrupt")
    assert (await play.run("z.mean()")).observed["_"].value is None
    await play.close()
    assert not play.alive


async def test_facts_say_what_protects(either):
    facts = await either.facts()
    assert facts["level"] in ("full", "full + box", "reduced", "limits only")
    assert (facts["level"] in ("full", "full + box")) == (facts["missing"] == [])
    assert facts["protections"]["time"] is True
    assert set(facts["protections"]) >= {"files", "network", "programs"}
    assert facts["torch"][0].isdigit()


@pytest.mark.parametrize(
    ("code", "line", "type_"),
    [
        ("x = 1\ny = (", 2, "SyntaxError"),
        ("x = 1\n\nreturn x", 3, "SyntaxError"),
        ("x = 1\n  y = 2", 2, "IndentationError"),
        ("x = 1\n1/0", 2, "ZeroDivisionError"),
        ("import nothing_of_the_kind", 1, "ModuleNotFoundError"),
        ("raise KeyboardInterrupt", 1, "KeyboardInterrupt"),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", 3, "E"),
        ("input()", 1, "EOFError"),
        ("def f(): return f()\nf()", 1, "RecursionError"),
        ("(" * 5000 + ")" * 5000, None, None),
    ],
)
@pytest.mark.parametrize("trace", [False, True])
async def test_errors(sandbox, code, line, type_, trace):
    outcome = await ran(sandbox, code, trace=trace)
    assert outcome.status == "error"
    if type_:
        assert (outcome.error.type, outcome.error.line) == (type_, line)


async def test_a_failing_setup_is_the_lessons_fault(sandbox):
    outcome = await ran(sandbox, "y = 1", setup="a = 1\nb = nowhere", observe=("y",))
    assert (outcome.error.where, outcome.error.line, outcome.error.type) == ("setup", 2, "NameError")


async def test_every_child_is_fresh(sandbox):
    await ran(sandbox, "torch.set_default_dtype(torch.float64); torch.ones = None; import os; os.environ['A'] = 'b'")
    outcome = await ran(sandbox, "y = torch.ones(1).dtype", observe=("y", "__import__('os').environ.get('A')"))
    assert outcome.observed["y"].dtype == "float32"
    assert outcome.observed["__import__('os').environ.get('A')"].kind == "none"


async def test_the_same_seed_draws_the_same(sandbox):
    code = "import random, numpy\ny = [float(torch.rand(1)), random.random(), float(numpy.random.rand())]"
    a, b, c = [(await ran(sandbox, code, seed=s, observe=("y",))).observed["y"] for s in (3, 3, 4)]
    assert a == b
    assert a != c


async def test_warnings_know_their_line_and_stay_apart_from_output(sandbox):
    code = "import warnings\nwarnings.warn('careful')\nx = torch.arange(3).T\nprint(x is 5)"
    outcome = await ran(sandbox, code, setup="import warnings; warnings.warn('not yours')")
    assert sorted(w.line for w in outcome.warnings) == [2, 3, 4]
    assert "careful" in {w.message for w in outcome.warnings}
    assert all("Triggered internally" not in w.message for w in outcome.warnings)
    assert outcome.stderr == ""


async def test_trace_tells_what_each_line_made_and_runs_it_once(sandbox):
    code = (
        "from __future__ import annotations\n"
        "n = []\n"
        "n.append(1)\n"
        "x = torch.ones(2, 3)\n"
        "a, b = x.sum(0), 5\n"
        "x[0] = 7\n"
        "for i in range(3):\n"
        "    total = x * i\n"
        "def f(t: NotThere): hidden = 1\n"
        "x.mean()\n"
        "len(n)\n"
    )
    outcome = await ran(sandbox, code, trace=True)
    assert outcome.status == "ok"
    made = [(line.line, line.name, line.shape, line.dtype) for line in outcome.lines]
    assert made == [
        (2, "n", None, None),
        (4, "x", (2, 3), "float32"),
        (5, "a", (3,), "float32"),
        (5, "b", None, None),
        (6, "x", (2, 3), "float32"),
        (7, "i", None, None),
        (8, "total", (2, 3), "float32"),
        (10, "", (), "float32"),
        (11, "", None, None),
    ]
    assert outcome.lines[-1].text == "1"


async def test_calls_draw_the_same_inputs_for_the_same_seed(sandbox):
    calls = Calls(function="f", inputs=("torch.rand(randint(1, 4))", "(torch.ones(1), k)"), count=4)
    one = await ran(sandbox, "def f(x, k=2):\n    return x * k", setup="k = 3", calls=calls, draw=11)
    two = await ran(
        sandbox, "torch.rand(5)\nf = lambda x, k=2: x + x if k == 2 else x * 3", setup="k = 3", calls=calls, draw=11
    )
    assert [c.inputs[0].values for c in one.calls] == [c.inputs[0].values for c in two.calls]
    assert len(one.calls[1].inputs) == 2
    assert await sandbox.compare(one, two, Terms()) is None


async def test_calls_tell_failures_and_changed_inputs(sandbox):
    calls = Calls(function="f", inputs=("torch.ones(2)", "torch.ones(3)"), count=2)
    code = "def f(x):\n    x += 1\n    if len(x) == 3:\n        raise ValueError('three')\n    return x"
    outcome = await ran(sandbox, code, calls=calls)
    good, bad = outcome.calls
    assert (good.changed, good.result.values, good.inputs[0].values) == (True, [2.0, 2.0], [1.0, 1.0])
    assert (bad.failure.type, bad.failure.line, bad.failure.where) == ("ValueError", 4, "call")
    absent = await ran(sandbox, "g = 1", calls=calls)
    assert absent.calls[0].failure.type == "NameError"


def all_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from all_texts(list(value.items()))
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from all_texts(part)
    elif is_dataclass(value):
        yield from all_texts(list(vars(value).values()))


async def test_a_call_that_changes_what_the_setup_made_leaves_the_next_inputs_alone(sandbox):
    calls = Calls(function="f", inputs=("k",), count=3)
    outcome = await ran(sandbox, "def f(k): return k.add_(1)", setup="k = torch.zeros(2)", calls=calls)
    assert [c.inputs[0].values for c in outcome.calls] == [[0.0, 0.0]] * 3
    assert all(c.changed for c in outcome.calls)


async def test_text_is_fit_for_a_terminal_wherever_it_comes_from(sandbox):
    evil = "'\\x1b]52;c;aGk=\\x07\\u202eabc\\ud800'"
    code = "class K: pass\n" + (
        f"import warnings\ne = {evil}\nprint(e.encode('utf-8', 'replace').decode())\nwarnings.warn(e)\n"
        f"d = {{e: [e]}}\nK.__repr__ = lambda self: e\nk = K()\n"
    )
    outcome = await ran(sandbox, code, observe=("e", "d", "k"), trace=True)
    failed = await ran(sandbox, f"raise ValueError({evil})")
    assert outcome.status == "ok"
    texts = list(all_texts((outcome, failed)))
    assert len(texts) > 20
    assert not any(set(text) & set("\x1b\x07\u202e\ud800") for text in texts)
    assert failed.error.message.startswith("abc")


async def test_too_much_code_is_refused(sandbox):
    outcome = await ran(sandbox, "#" * 70_000)
    assert (outcome.status, outcome.note) == ("refused", "The code is longer than 64 KiB.")


async def test_a_huge_report_is_cut_and_not_lost(sandbox):
    outcome = await ran(
        sandbox,
        "big = torch.ones(1).expand(10**10)\nlong = ['x' * 5000] * 5000\ndeep = []\nfor _ in range(500): deep = [deep]",
        observe=("big", "long", "deep"),
    )
    assert outcome.status == "ok"
    assert outcome.observed["big"].shape == (10**10,)
    assert outcome.observed["long"].kind == "list"
    assert outcome.tensors == b""


async def test_optimizers_are_at_hand_when_asked_for():
    async with Sandbox() as fresh:
        await fresh.warm()
        code = "import sys\nknown = 'torch._dynamo' in sys.modules"
        assert (await fresh.run(Request(code=code, observe=("known",)))).observed["known"].value is True
        await fresh.warm()
