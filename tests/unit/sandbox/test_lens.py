# ruff: noqa: E501 - a program in one string is read more easily than one in pieces.
"""Code seen through the lens does what it would do anyway: in examples, and in programs that Hypothesis writes."""

from __future__ import annotations

import contextlib
import io
import linecache
import traceback
import types
import warnings
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings

from tests.unit.sandbox.programs import PROGRAMS
from tutor.sandbox.protocol import encode, plain
from tutor.sandbox.sight import text_of
from tutor.sandbox.trace import Tracer

Ran = dict[str, Any]


def _plainly(code: str, name: str, namespace: dict[str, Any]) -> None:
    exec(compile(code, name, "exec", dont_inherit=True), namespace)


def _traced(code: str, name: str, namespace: dict[str, Any]) -> list[Any]:
    lines: list[Any] = []
    namespace["lines"] = lines
    Tracer().run(code, name, namespace, lines.append)
    return lines


def _ran(do: Any, code: str, name: str) -> Ran:
    """Everything that can be told of one run: what was printed, bound, warned of and raised, and where."""
    module = types.ModuleType("__main__")
    namespace = vars(module) | {"torch": torch, "log": [], "nn": torch.nn, "F": torch.nn.functional}
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    torch.manual_seed(0)
    printed, raised = io.StringIO(), None
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            do(code, name, namespace)
        except BaseException as error:  # noqa: BLE001 - whatever it is has to be the same.
            raised = _told(error, name)
    bound = {k: _value(v) for k, v in namespace.items() if k not in ("__builtins__", "lines", "__warningregistry__")}
    said = [(w.filename, w.lineno, str(w.message)) for w in warned]
    return {
        "printed": printed.getvalue(),
        "raised": raised,
        "bound": bound,
        "warned": said,
        "rng": torch.rand(1).item(),
    }


def _told(error: BaseException, name: str) -> Any:
    summary = traceback.extract_tb(error.__traceback__)
    steps = [
        (s.lineno, s.name, getattr(s, "end_lineno", 0), getattr(s, "colno", 0), getattr(s, "end_colno", 0))
        for s in summary
        if s.filename == name
    ]
    return type(error).__name__, str(error), steps, error.__cause__ and str(error.__cause__)


def _value(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"{value!r} {value.requires_grad} {value.is_leaf and value.grad}"
    if isinstance(value, (types.FunctionType, type)):
        return f"{value.__name__} {value.__doc__} {getattr(value, '__defaults__', None)!r}"
    try:
        said = repr(value)
    except RecursionError:
        return type(value).__name__
    return said if " at 0x" not in said else type(value).__name__


def assert_same(code: str) -> None:
    plainly, traced = _ran(_plainly, code, "code.py"), _ran(_traced, code, "code.py")
    assert traced == plainly, code


EXAMPLES = {
    "future": '"""doc"""\nfrom __future__ import annotations\ndef f(x: Nope) -> Nope: return x\ny = f(1), __doc__',
    "docstrings": 'def f():\n    "says"\n    return 1\nclass A:\n    "too"\n    x = f()\nd = f.__doc__, A.__doc__',
    "super": (
        "class A:\n    def __init__(self, n): self.n = n\n"
        "class B(A):\n    def __init__(self, n):\n        super().__init__(n + 1)\n        self.m = [self.n, __class__.__name__]\n"
        "b = B(2).m"
    ),
    "comprehensions": "a = [x * y for x in range(3) for y in range(x) if x + y > 1]\nb = {k: [*v] for k, v in {1: (2, 3)}.items()}",
    "generators": (
        "def g(n):\n    got = yield n * 2\n    log.append(got)\n    yield from range(n + 1)\n    return n\n"
        "it = g(2)\na = [next(it), it.send(5), *it]\nb = sum(x * x for x in range(4))"
    ),
    "held": (
        "def g():\n    try:\n        yield 1\n    finally:\n        log.append('closed')\n"
        "x = [next(g()), log.append('next')]\ntry:\n    [next(g())][len([1])]\nexcept IndexError:\n    log.append('caught')\n"
    ),
    "async": (
        "import asyncio\nasync def f(n):\n    await asyncio.sleep(0)\n    return n + 1\n"
        "class C:\n    async def __aenter__(self): return 4\n    async def __aexit__(self, *a): log.append(a[0])\n"
        "async def it():\n    for n in range(3): yield n\n"
        "async def main():\n    async with C() as c:\n        x = await f(c) + (await f(1))\n"
        "    async for n in it(): x += n\n    return x, [n async for n in it() if await f(n) > 1]\n"
        "r = asyncio.run(main())"
    ),
    "match": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int = 2\n"
        "def f(v):\n    match v:\n        case [a, *rest] if len(rest) + 1 > 1: return a, rest\n"
        "        case {'k': n}: return n * 2\n        case P(x=1, y=z) | P(x=z): return z\n        case -1 | torch.pi: return 'c'\n"
        "        case _: return None\nr = [f(v) for v in ([1, 2], [1], {'k': 3}, P(1), P(4), -1, torch.pi, 'x')]"
    ),
    "walrus": "if (n := len([1, 2])) > 1: log.append(n)\nwhile (n := n - 1) > -2: log.append(n)\na = [y := 1, y ** 2, [z := i for i in range(3)]]",
    "decorators": (
        "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def g(*a, **k): return f(*a, **k) * 2\n    return g\n"
        "@twice\n@torch.no_grad()\ndef f(x, *, k=1 + 1):\n    'doc'\n    return x * k\nr = f(3), f.__name__, f.__doc__"
    ),
    "scopes": (
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        global total\n        n += 1\n        total = n * 2\n"
        "    g(); g()\n    return n\nr = f(), total"
    ),
    "lambdas": "fs = [lambda x, n=n + 1: x * n for n in range(3)]\nr = [f(2) for f in fs], (lambda *a, **k: (a, k))(1, *[2], **{'c': 3})",
    "f-strings": "x = 3.14159\ns = f'{x * 2:.{1 + 1}f} {x=} {[x][0]!r:>10} {{}}' f'{(lambda y: y)(2)}'",
    "stars": "a, *b = 1, 2, 3\n[c, (d, *e)] = [1, (2, 3)]\nx = *b, a\nf = print\nf(*x, *[1], sep='-', **{'end': '!'})\nt = torch.ones(2, 3)[(*[0],)]",
    "chained": "log2 = []\ndef v(n):\n    log2.append(n)\n    return n\nr = v(1) < v(3) > v(2) < v(0) < v(9)\nif v(1) < v(2) < v(0) < v(5): pass",
    "truth": (
        "class T:\n    def __init__(self, n, v): self.n, self.v = n, v\n    def __bool__(self):\n        log.append(self.n)\n        return self.v\n"
        "t = lambda n, v=True: T(n, v)\nif t(1) and t(2, False) or not (t(3) and t(4)): pass\n"
        "x = t(5) and (t(6, False) or t(7, False)) or t(8)\ny = not (t(9) or t(10))\nz = 1 if t(11) and t(12, False) else 2 if t(13) else 3\n"
        "while t(14) and not t(15): pass\nassert t(16) or t(17)\nw = [i for i in range(2) if t(18) and t(19)]\nv = (t(20) and t(21)) is None\n"
        "if (t(22) if t(23) else t(24)): pass\nif t(25) == t(26): pass\n"
    ),
    "del": "x = [1, 2, 3]\ndel x[len(x) - 1]\nclass A: pass\na = A()\na.b = A()\na.b.c = 1\ndel a.b.c\ny = 1\ndel y\nr = vars(a.b)",
    "try": (
        "def f(n):\n    try:\n        log.append(1 / n)\n    except ZeroDivisionError as e:\n        log.append(str(e))\n        raise ValueError(n * 2) from e\n"
        "    else:\n        return 'else'\n    finally:\n        log.append('finally')\n"
        "r = f(2)\ntry:\n    f(0)\nexcept ValueError as e:\n    s = repr(e.__cause__)\nf(0)"
    ),
    "with": (
        "class C:\n    def __init__(self, n): self.n = n\n    def __enter__(self): return self.n\n"
        "    def __exit__(self, kind, *rest):\n        log.append((self.n, kind))\n        return self.n == 2\n"
        "with C(1) as a, C(1 + 1) as b:\n    1 / 0\nwith C(3):\n    x = a + b\n    C(4).__enter__() / 0\n"
    ),
    "subscripts": "d = {}\nk = [0]\ndef f(n):\n    log.append(n)\n    return n\nd[f(1)] = f(2)\nk[f(0)] += f(3)\nk[f(0):f(1)] = [f(4)] * 2\nd[f(1)] //= f(0)",
    "attributes": "class A: n = 1\na = A()\na.b = a\na.b.b.n += 2\na.b.x, a.y = a.n, 5\nr = vars(a)['n'], a.x, a.y\na.b.nope.n",
    "annotated": "x: int = 1 + 1\ny: undefined_at_all if False else int\nclass A:\n    z: int = 3\n    w: 'str'\nr = __annotations__, A.__annotations__",
    "enum": "import enum\nclass E(enum.Enum):\n    A = 1 + 1\n    B = A * 2\n    def f(self): return self.value * 2\nr = [e.f() for e in E]",
    "missing": "class M(dict):\n    def __missing__(self, k):\n        log.append(k)\n        return 7\nclass Meta(type):\n    def __prepare__(n, b): return M()\n"
    "class A(metaclass=Meta):\n    x = str\n    y = x + 1 if x == 7 else x\nr = A.x",
    "locals": "def f(a):\n    b = a * 2\n    return sorted(locals()), sorted(vars()), eval('a + b')\nr = f(2), sorted(k for k in globals() if k[0] > 'z')",
    "warns": "import warnings\ndef f():\n    warnings.warn('one', stacklevel=2)\nf()\nx = f()\n(1) is 5",
    "jumps": "for i in range(5):\n    if i == 1: continue\n    if i == 3: break\n    log.append(i * 2)\nelse:\n    log.append('no')\nfor i in []: pass\nelse:\n    log.append('yes')",
    "raising in parts": "x = [1, 2]\ny = (x[0] + x[1]) * (\n    len(x)\n    + x.index(7)\n)",
    "methods over lines": "x = (torch\n    .zeros(2, 3)\n    .view(\n        4,\n        -1)\n    .sum())",
    "type errors": "def f(a, b=1): return a + b\nf(\n    1,\n    b='x'\n)",
    "hooks": "w = torch.ones(2, requires_grad=True)\nw.register_hook(lambda g: g * 2)\n(w * w).sum().backward()\nr = w.grad",
    "torch.func": (
        "f = lambda w, x: (w * x).sum()\nr = torch.func.vmap(torch.func.grad(f), (None, 0))(torch.ones(2), torch.arange(4.).view(2, 2))\n"
        "def h(x):\n    y = x.sin()\n    z = y * 2\n    return z.sum()\nj = torch.func.hessian(h)(torch.ones(2)), torch.vmap(h)(torch.ones(3, 2))"
    ),
    "modes": (
        "from torch.overrides import TorchFunctionMode\nclass M(TorchFunctionMode):\n    def __torch_function__(self, f, t, a=(), k=None):\n"
        "        log.append(getattr(f, '__name__', '?'))\n        return f(*a, **(k or {}))\nwith M():\n    x = torch.ones(2) + 1\n    y = (x * 2).sum()\n"
    ),
    "dispatch": (
        "from torch.utils._python_dispatch import TorchDispatchMode\nclass M(TorchDispatchMode):\n    def __torch_dispatch__(self, f, t, a=(), k=None):\n"
        "        log.append(str(f))\n        return f(*a, **(k or {}))\nwith M():\n    x = torch.ones(2) + 1\n    y = (x * 2).sum()\n    z = [x.t() for _ in range(2)]\n"
    ),
    "subclass": (
        "class T(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, t, a=(), k=None):\n        log.append(getattr(f, '__name__', '?'))\n"
        "        return super().__torch_function__(f, t, a, k or {})\nx = torch.ones(2).as_subclass(T)\ny = (x + 1) * 2\nz = [y.sum() for _ in range(3)]\n"
    ),
    "odd objects": (
        "class O:\n    def __getattr__(self, n):\n        log.append(n)\n        raise AttributeError(n)\n    def __repr__(self):\n        log.append('repr')\n        return 'O'\n"
        "    def __len__(self):\n        log.append('len')\n        return 3\n    def __eq__(self, o):\n        log.append('eq')\n        return True\n    __hash__ = None\n"
        "o = O()\np = [o, (o, {1: o})]\ndef f(x): return x\nq = f(o)\n[f(o)][0] is 5\nf(o).nothing"
    ),
    "script": "@torch.jit.script\ndef f(x):\n    y = x * 2\n    return y + 1\nr = f(torch.ones(2))",
    "trace": "r = torch.jit.trace(lambda x: x.view(-1).sum() * 2, torch.ones(2))(torch.ones(3))",
    "source": "import inspect\ndef f(x):\n    y = x * 2\n    return y\nr = inspect.getsource(f)",
    "fx": "from torch.fx import symbolic_trace\ndef f(x): return x.relu() + 1\nr = symbolic_trace(f).code",
    "code": "def f(x): return x * 2\nr = f.__code__.co_names, f.__code__.co_consts",
    "exit": "log.append(1)\nraise SystemExit(3)",
    "empty": "",
    "only a comment": "# nothing",
    "one constant": "5",
    "unicode": "é = torch.ones(2)\nß = 'ü' + str(é.shape) + é.view(3)",
    "semicolons": "a = 1; b = a + 1; c = [a, b]; a / 0",
    "slots": "class A:\n    __slots__ = ('x',)\na = A()\na.x = 1 + 1\na.y = 2",
    "recursion": "def f(n): return 1 if n < 2 else n * f(n - 1)\nr = f(30)\ndef g(n): return g(n + 1)\ntry:\n    g(0)\nexcept RecursionError as e:\n    r2 = str(e)[:20]",
    "training": (
        "net = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))\nopt = torch.optim.Adam(net.parameters(), lr=0.1)\nlosses = []\n"
        "x = torch.rand(8, 3)\nfor step in range(5):\n    opt.zero_grad()\n    loss = F.mse_loss(net(x).squeeze(1), x.sum(1))\n    loss.backward()\n"
        "    opt.step()\n    losses.append(loss.item())\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_does_what_it_does_without_the_lens(name):
    # What torch imports and warns of the first time only is no difference.
    _ran(_plainly, EXAMPLES[name], "code.py")
    assert_same(EXAMPLES[name])


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(PROGRAMS)
def test_programs_do_the_same_through_the_lens(code):
    assert_same(code)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(PROGRAMS)
def test_many_programs_do_the_same_through_the_lens(code):
    assert_same(code)


def lines_of(code: str) -> list[Any]:
    with contextlib.suppress(Exception):
        return _traced(code, "lines.py", namespace := {"torch": torch, "nn": torch.nn})
    return namespace["lines"]


def test_lines_come_in_the_order_of_first_execution_with_all_they_made():
    made = lines_of(
        "def f(t):\n    h = t @ t.T\n    return h + 1\nx = torch.ones(2, 3, requires_grad=True)\ny = f(x)\n"
        "for i in range(4):\n    z = y[:i] * 2\nx.sum(1)\n"
    )
    assert [(m.line, m.name, m.shape, m.count) for m in made] == [
        (4, "x", (2, 3), 1), (2, "h", (2, 2), 1), (3, "", (2, 2), 1), (5, "y", (2, 2), 1),
        (6, "i", None, 4), (7, "z", (2, 2), 4), (8, "", (2,), 1),
    ]  # fmt: skip
    assert (made[0].device, made[0].requires_grad, made[0].dtype) == ("cpu", True, "float32")
    assert [(p.number, p.shape) for p in made[5].passes] == [(1, (0, 2)), (2, (1, 2)), (4, (2, 2))]
    assert [p.text for p in made[4].passes] == ["0", "1", "3"]
    assert [(p.text, p.shape) for p in made[1].parts] == [("t.T", (3, 2))]


def test_a_run_that_breaks_off_tells_what_it_made_until_then():
    tracer, made = Tracer(), []
    with pytest.raises(ZeroDivisionError):
        tracer.run("a = 1\nb = a / 0\nc = 3", "off.py", {}, made.append)
    assert [(m.line, m.name, m.text) for m in made] == [(1, "a", "1")]


def test_lines_parts_and_passes_are_bounded():
    assert len(lines_of("\n".join(f"x{n} = {n}" for n in range(400)))) == 200
    (line,) = lines_of("y = " + " + ".join(["torch.ones(1)"] * 40))
    assert len(line.parts) == 8
    assert [p.number for p in lines_of("for i in range(10_000): pass")[0].passes] == [1, 2, 10_000]


def test_what_is_told_of_many_lines_leaves_room_for_the_rest():
    code = "for i in range(3):\n" + "".join(f"    x{n} = [str(torch.ones(9) * {n})] * 9\n" for n in range(300))
    made = lines_of(code)
    assert len(encode({"lines": plain(made)})) < 400 << 10
    assert made[0].passes and not made[-1].passes


def test_a_text_that_was_told_does_not_change_later():
    made = lines_of("x = torch.zeros(2)\nn = [1]\nx += 1\nx[0] = 5\nn.append(2)\nm = n")
    assert [m.text for m in made] == ["tensor([0, 0])", "[1]", "tensor([1, 1])", "tensor([5, 1])", "[1, 2]"]


def test_nothing_large_is_held():
    import gc

    namespace: dict[str, Any] = {"torch": torch}
    code = "def f(): return torch.ones(1 << 20)\nfor i in range(20):\n    n = (f() * 2).sum() + f()[0] + f().view(2, -1)[0, 0]\n"
    code += "try:\n    f() @ f()[1:]\nexcept RuntimeError:\n    pass\n"
    Tracer().run(code, "held.py", namespace, lambda line: None)
    held = [o for o in gc.get_objects() if type(o) is torch.Tensor and o.untyped_storage().nbytes() > 1 << 20]
    assert held == []


def test_values_are_named_without_asking_them():
    class Loud:
        def __repr__(self) -> str:
            raise AssertionError

    assert text_of([Loud(), 1, {"k": Loud()}]) == "[Loud object, 1, {'k': Loud object}]"
    assert text_of(torch.nn.Linear(3, 2)) == "Linear(in_features=3, out_features=2, bias=True)"
    assert len(text_of(["x" * 500] * 500)) <= 200
    assert text_of(torch.ones(100)) == ""
