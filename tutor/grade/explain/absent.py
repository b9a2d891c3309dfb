"""None where something else is expected: a function without return, a method that changes its object in place."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.flow import trail
from tutor.sandbox.protocol import Operand

_IN_PLACE = (
    "append", "extend", "sort", "reverse", "insert", "remove", "update", "clear", "add", "shuffle", "backward", "step",
    "zero_grad", "manual_seed", "print", "save", "copy_to",
)  # fmt: skip


def explain(case: Case) -> Explanation | None:
    """Where a None came from; None where none is in sight."""
    if case.type not in ("AttributeError", "TypeError") or not case.says(r"\bNoneType\b|\bNone\b"):
        return None
    empty = next((o for o in case.operands if o.seen.kind == "none" and o.text != "None"), None)
    fed = next((layer for layer in reversed(case.below) if layer.inputs and layer.inputs[0].kind == "none"), None)
    if empty is None and fed is None:
        return None
    node = case.node_of(empty) if empty is not None else None
    if empty is not None and node is not None:
        return _from(case, empty, node)
    return None


def _from(case: Case, empty: Operand, node: ast.expr) -> Explanation | None:
    for step in trail(case, node):
        call = step.node
        if not isinstance(call, ast.Call):
            continue
        function = _function(case, call)
        if function is not None and gives_nothing(function):
            return _no_return(case, empty, function)
        if function is not None and _may_give_nothing(function):
            return _one_way(case, empty, function)
        name = origin.last_name(call.func)
        if name in _IN_PLACE and function is None:
            return _in_place(case, empty, call, name, step.statement)
    return Explanation(
        rule="none-value",
        first=f"{words.code(empty)} is None here, and None can do nothing.",
        rest=tuple(filter(None, [f"It was {words.made_at(empty)}." if words.made_at(empty) else ""])),
        habit="Print it one line earlier.",
    )


def _function(case: Case, call: ast.Call) -> origin.Function | None:
    """The function of the code's that a call runs: for an object of a class, its forward."""
    if isinstance(call.func, ast.Name) and (found := origin.function_named(case.tree, call.func.id)):
        return found
    makers = origin.followed(case, call.func)
    own = next((c for m in makers if (c := origin.own_class(case, m))), None)
    if own is not None:
        return origin.function_named(own, "forward") or origin.function_named(own, "__call__")
    if isinstance(call.func, ast.Attribute):
        holder = next((n for n in case.around(call) if isinstance(n, ast.ClassDef)), None)
        classes = [c for m in origin.followed(case, call.func.value) if (c := origin.own_class(case, m))]
        for found_class in filter(None, [holder, *classes]):
            if method := origin.function_named(found_class, call.func.attr):
                return method
    return None


def gives_nothing(function: origin.Function) -> bool:
    """Whether it has no return with a value."""
    inner = [n for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None]
    return not inner and not any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in ast.walk(function))


def _may_give_nothing(function: origin.Function) -> bool:
    """Whether its end is reached without a return: the last statement is an if, a loop or the like."""
    last = function.body[-1]
    returns = any(isinstance(n, ast.Return) for n in ast.walk(last))
    while isinstance(last, ast.If) and last.orelse:
        last = last.orelse[-1]
    return returns and isinstance(last, (ast.For, ast.While, ast.If))


def _one_way(case: Case, empty: Operand, function: origin.Function) -> Explanation:
    last = function.body[-1]
    takes = [a.arg for a in function.args.args if a.arg != "self"]
    edit = case.behind(last, f"\n{' ' * last.col_offset}return {takes[0]}") if takes else None
    test = f" (`{words.short(case.text(last.test))}` is not so here)" if isinstance(last, ast.If) else ""
    return Explanation(
        rule="none-return",
        first=f"{words.code(empty)} is None: `{function.name}` (line {function.lineno}) returns in some cases only.",
        rest=(f"Its return on the way stands under a condition{test}; where no return is met, a function gives None.",),
        repairs=(Repair(f"return {takes[0]}", "otherwise what came in, unchanged", (edit,)),) if edit else (),
        habit="Let every way through a function end with a return.",
    )


def _no_return(case: Case, empty: Operand, function: origin.Function) -> Explanation:
    return Explanation(
        rule="none-return",
        first=f"{words.code(empty)} is None: `{function.name}` (line {function.lineno}) has "
        + ("a return without a value." if _is_bare(function) else "no return."),
        rest=("A function that does not return anything gives None, whatever it computes.",),
        repairs=returned(case, function),
        habit="End a function that computes something with return.",
    )


def _is_bare(function: origin.Function) -> bool:
    return any(isinstance(n, ast.Return) for n in ast.walk(function))


def returned(case: Case, function: origin.Function) -> tuple[Repair, ...]:
    """The function with what it computed last returned."""
    last = function.body[-1]
    if isinstance(last, ast.Return) and len(function.body) > 1:
        bound = function.body[-2]
        name = origin.last_name(bound.targets[0]) if isinstance(bound, ast.Assign) else ""
        return case.instead(f"return {name}", of=last) if name else ()
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and origin.last_name(last.value.func) == "print":
        args = last.value.args
        return case.instead(f"return {case.text(args[0])}", "returned, not printed", of=last) if len(args) == 1 else ()
    if isinstance(last, ast.Expr):
        return case.with_edits([case.ahead(last, "return ")])
    if isinstance(last, ast.Assign) and len(last.targets) == 1 and isinstance(last.targets[0], ast.Name):
        pad = " " * last.col_offset
        name = last.targets[0].id
        if last.lineno == function.lineno:
            return case.instead(f"return {case.text(last.value)}", of=last)
        edit = case.behind(last, f"\n{pad}return {name}")
        return (Repair(f"{case.text(last)}\nreturn {name}", "", (edit,)),)
    return ()


def _in_place(case: Case, empty: Operand, call: ast.Call, name: str, statement: ast.stmt | None) -> Explanation:
    owner = case.text(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    repairs: tuple[Repair, ...] = ()
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name) and owner:
        target = statement.targets[0].id
        new = case.text(call) if target == owner else f"{case.text(call)}; {target} = {owner}"
        repairs = case.instead(new, f"`{owner}` keeps its name", of=statement)
    return Explanation(
        rule="none-in-place",
        first=f"{words.code(empty)} is None: `{name}()` on line {call.lineno} does its work and gives nothing back.",
        rest=(f"It changes {f'`{owner}`' if owner else 'what it is called on'} itself; there is no result to keep.",),
        repairs=repairs,
    )
