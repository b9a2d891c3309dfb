"""Code that Python cannot read."""

from __future__ import annotations

import pytest

from tests.oracle.explain.proof import told_in_short

# The program, the rule that was broken, the first sentence, and the first repair; no repair where none is shown.
CASES = [
    (
        "for i in range(3)\n    print(i)",
        "syntax-colon",
        "`for i in range(3)` lacks its colon.",
        "for i in range(3):",
    ),
    (
        "x = (1, 2\ny = 3",
        "syntax-bracket",
        "The `(` of `x = (1, 2` is never closed.",
        "x = (1, 2)",
    ),
    (
        "x = 2\nif x = 3:\n    pass",
        "syntax-equals",
        "`if x = 3:` has = where a comparison belongs.",
        "if x == 3:",
    ),
    (
        "def f():\nreturn 1",
        "syntax-indent",
        "Line 2 belongs inside `def f():` (line 1), and is not indented.",
        "    return 1",
    ),
    (
        "x = 1\n  y = 2",
        "syntax-indent",
        "`y = 2` is further to the right than the line before it.",
        "y = 2",
    ),
    (
        "if True:\n    x = 1\n   y = 2",
        "syntax-indent",
        "`y = 2` is indented by 3, which no line above is.",
        "    y = 2",
    ),
    (
        "print 'a'",
        "syntax-print",
        "`print` is a function: what it works on stands in parentheses.",
        "print('a')",
    ),
    (
        "x = [1, 2",
        "syntax-bracket",
        "The `[` of `x = [1, 2` is never closed.",
        "x = [1, 2]",
    ),
    (
        "x = 'abc",
        "syntax-quote",
        "The text that begins in `x = 'abc` does not end on that line.",
        "x = 'abc'",
    ),
    (
        "x = torch.ones(2,3))",
        "syntax-bracket",
        "The last `)` of `x = torch.ones(2,3))` closes nothing.",
        "x = torch.ones(2,3)",
    ),
    (
        "while True print(1)",
        "syntax-colon",
        "`while True print(1)` lacks its colon.",
        "",
    ),
    (
        "for i range(3): pass",
        "syntax-sign",
        "`for` needs its `in`: `for i range(3): pass`.",
        "for i in range(3): pass",
    ),
    (
        "x = torch.ones(2 3)",
        "syntax-comma",
        "Two values stand side by side in `x = torch.ones(2 3)`.",
        "x = torch.ones(2, 3)",
    ),
    (
        "x = [1 2 3]",
        "syntax-comma",
        "Two values stand side by side in `x = [1 2 3]`.",
        "x = [1, 2, 3]",
    ),
    (
        "f() = 3",
        "syntax-equals",
        "`f() = 3` assigns to something that is no name.",
        "",
    ),
    (
        "x = 3\nif x => 3: pass",
        "syntax-sign",
        "Python has no `=>`; it writes `>=`.",
        "if x >= 3: pass",
    ),
    (
        "x = 1\nx++",
        "syntax-sign",
        "Python has no `++`; it writes `x += 1`.",
        "x += 1",
    ),
    (
        "x = y = True\nif x && y: pass",
        "syntax-sign",
        "Python has no `&&`; it writes `and`.",
        "if x and y: pass",
    ),
    (
        "x = False\nif !x: pass",
        "syntax-sign",
        "Python has no `!` for not; it writes `not`.",
        "if not x: pass",
    ),
    (
        "x, a = 1, 0\nif a:\n  pass\nelse if x: pass",
        "syntax-sign",
        "Python writes `elif` for else if.",
        "elif x: pass",
    ),
    (
        "if 1:\n\tx=1\n        y=2",
        "syntax-indent",
        "Line 3 is indented by tabs where others are by spaces.",
        "",
    ),
    (
        'print("a)',
        "syntax-quote",
        'The text that begins in `print("a)` does not end on that line.',
        'print("a")',
    ),
    (
        "x = “a”",
        "syntax-quote",
        "`“` is a quote of a text program; Python wants the straight ones.",
        'x = "a"',
    ),
    (
        "return 5",
        "syntax-outside",
        "`return` on line 1 stands outside of any function.",
        "",
    ),
    (
        "f(a=1, 2)",
        "syntax-order",
        "On line 1 an argument without a name follows one with a name.",
        "",
    ),
    (
        "x = torch.ones((2, 3)",
        "syntax-bracket",
        "The `(` of `x = torch.ones((2, 3)` is never closed.",
        "x = torch.ones((2, 3))",
    ),
    (
        "class Net(nn.Module)\n    pass",
        "syntax-colon",
        "`class Net(nn.Module)` lacks its colon.",
        "class Net(nn.Module):",
    ),
    (
        "nn.Sequential(\n    nn.Linear(1, 1)\n    nn.ReLU()\n)",
        "syntax-comma",
        "Two values stand side by side in `nn.Linear(1, 1)`.",
        "nn.Linear(1, 1),",
    ),
    (
        "loss_fn = nn.MSELoss(\nopt = 3",
        "syntax-bracket",
        "The `(` of `loss_fn = nn.MSELoss(` is never closed.",
        "loss_fn = nn.MSELoss()",
    ),
    (
        "for batch in range(len(torch.rand(4, 2)):\n    print(batch)",
        "syntax-bracket",
        "A `(` of `for batch in range(len(torch.rand(4, 2)):` is never closed.",
        "for batch in range(len(torch.rand(4, 2))):",
    ),
    (
        'if torch.rand(1) > 0.5\n    print("yes")',
        "syntax-colon",
        "`if torch.rand(1) > 0.5` lacks its colon.",
        "if torch.rand(1) > 0.5:",
    ),
    (
        "def f(x)\n    return x",
        "syntax-colon",
        "`def f(x)` lacks its colon.",
        "def f(x):",
    ),
    (
        "x = [1, 2, 3\ny = 4",
        "syntax-bracket",
        "The `[` of `x = [1, 2, 3` is never closed.",
        "x = [1, 2, 3]",
    ),
    (
        'd = {"lr": 0.1, "epochs" 3}',
        "syntax-dict",
        'An entry of `d = {"lr": 0.1, "epochs" 3}` has no colon.',
        'd = {"lr": 0.1, "epochs": 3}',
    ),
    (
        'while False:\nprint("x")',
        "syntax-indent",
        "Line 2 belongs inside `while False:` (line 1), and is not indented.",
        '    print("x")',
    ),
    (
        'x = 5\nif x == 5:\nprint("five")',
        "syntax-indent",
        "Line 3 belongs inside `if x == 5:` (line 2), and is not indented.",
        '    print("five")',
    ),
    (
        "def f():\n    x = 1\n     return x",
        "syntax-indent",
        "`return x` is further to the right than the line before it.",
        "    return x",
    ),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("code", "rule", "first", "repair"), CASES, ids=[rule for _, rule, *_ in CASES])
def test_it_is_told_by_its_own_names_with_a_repair_that_runs(code, rule, first, repair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told_in_short(code, 1) == (rule, first, [repair] if repair else [])
