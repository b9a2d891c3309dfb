"""Loops that go too far for what they index: fewer rounds of them."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin, part
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Repair
from tutor.sandbox.protocol import Operand


def shortened(case: Case, x: Operand, index: ast.expr, dim: int) -> tuple[Repair, ...]:
    """A loop that goes no further than dimension `dim` of `x`; none where the index comes from no loop."""
    node, more, less = _shifted(case, index)
    if not isinstance(node, ast.Name):
        return ()
    call = _iterated(case, node, "range")
    if call is None or len(call.args) > 2:
        return () if more else (*_from_zero(case, node), *_below(case, node))
    owner = x.text if x.text.isidentifier() else part.bare(case, x)
    stop = f"len({owner})" if dim == 0 else f"{owner}.shape[{dim}]"
    stop = f"{stop} - {less}" if less else stop
    start = case.text(call.args[0]) if len(call.args) == 2 else "0"
    last = (x.seen.shape or (1,))[dim] - 1 - more
    new = f"range({stop})" if start == "0" else f"range({start}, {stop})"
    return case.instead(new, f"rounds {start} to {last}", of=call)


def _shifted(case: Case, node: ast.expr) -> tuple[ast.expr, int, str]:
    """`i + 1` as `i`, 1 and its text; also where a name stands for the number, on either side."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return node, 0, ""
    for name, added in ((node.left, node.right), (node.right, node.left)):
        more = origin.whole(added) or _known(case, added)
        looped = isinstance(name, ast.Name) and _iterated(case, name, "range") is not None
        if looped and more is not None and more > 0:
            return name, more, case.text(added) if isinstance(added, ast.Name) else str(more)
    return node, 0, ""


def _known(case: Case, node: ast.expr) -> int | None:
    """The whole number that a name stands for."""
    if not isinstance(node, ast.Name):
        return None
    seen = next((o.seen for o in (*case.operands, *case.scene.names) if o.text == node.id), None)
    return part.integer(seen) if seen is not None else None


def _iterated(case: Case, name: ast.Name, function: str) -> ast.Call | None:
    """The call of `range` or `enumerate` that gives a name its values."""
    for outer in case.around(name):
        for loop in [outer] if isinstance(outer, ast.For) else getattr(outer, "generators", []):
            call, target = loop.iter, loop.target
            if function == "enumerate" and isinstance(target, ast.Tuple) and target.elts:
                target = target.elts[0]
            same = case.text(target) == name.id
            if same and isinstance(call, ast.Call) and origin.last_name(call.func) == function:
                return call
    return None


def _from_zero(case: Case, name: ast.Name) -> tuple[Repair, ...]:
    """`enumerate(rows, start=1)` that counts from 0."""
    call = _iterated(case, name, "enumerate")
    if call is None or not call.args or len(call.args) + len(call.keywords) < 2:
        return ()
    return case.instead(f"enumerate({case.text(call.args[0])})", "counted from 0", of=call)


def _below(case: Case, name: ast.Name) -> tuple[Repair, ...]:
    """`while i <= len(x)` that ends one round sooner."""
    loop = next((n for n in case.around(name) if isinstance(n, ast.While)), None)
    test = loop.test if loop is not None else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.LtE):
        return ()
    if case.text(test.left) != name.id:
        return ()
    return case.instead(f"{name.id} < {case.text(test.comparators[0])}", "one round less", of=test)
