"""Changes in place that autograd does not allow: of a leaf, of a part of one, of what backward still needs."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Explanation, Place, Repair
from tutor.grade.explain.flow import scope_of

_KEPT = ("requires_grad_", "detach_", "zero_grad", "backward_", "share_memory_")
_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@",
}  # fmt: skip
_METHODS = {"mul_": "*", "add_": "+", "sub_": "-", "div_": "/", "pow_": "**"}
_SIGNS = {"mul": ast.Mult, "add": ast.Add, "sub": ast.Sub, "div": ast.Div, "pow": ast.Pow}


def explain(case: Case) -> Explanation | None:
    """What was changed in place; None where it is something else."""
    if case.says("leaf variable.*in-?place"):
        return _leaf(case)
    if case.says("modified by an in-?place operation"):
        return _saved(case)
    if case.says(r"is a view.*modified in-?place|view.*created in no_grad"):
        return _view(case)
    return None


def _leaf(case: Case) -> Explanation:
    part = case.says("a view of a leaf") is not None
    target = case.operands[0] if case.operands else None
    name = case.scene.expression if part and case.kind == "assign" else words.short(target.text if target else "")
    whole = f" `{target.text}`" if target is not None and target.text != name else ""
    return Explanation(
        rule="inplace-leaf",
        first=f"`{name}` is {f'a part of{whole}, ' if part else ''}a leaf that requires gradients, changed "
        "while recording.",
        rest=(
            "Changing it in place would change what the recorded operations came from. An update is no part of the "
            "computation: it goes under torch.no_grad().",
            *(("Where it only sets first values, do it before requires_grad_() is called.",) if part else ()),
            'torch\'s "Variable" is an old name for a tensor.',
        ),
        repairs=_unrecorded(case),
        habit="Updates by hand go under with torch.no_grad(): and nothing else does.",
    )


def _unrecorded(case: Case) -> tuple[Repair, ...]:
    """The statement, with further updates right after it, under no_grad."""
    statement = case.statement
    place = case.place(statement) if statement is not None else None
    if statement is None or place is None:
        return ()
    block = [statement, *_following(case, statement)]
    rows = case.code.splitlines()
    last = block[-1].end_lineno or block[-1].lineno
    pad = " " * place.column
    lines = rows[statement.lineno - 1 : last]
    if rows[statement.lineno - 1][: place.column].strip():
        return ()
    body = "\n".join("    " + row for row in lines)
    new = f"{pad}with torch.no_grad():\n{body}"
    edit = Edit(Place(statement.lineno, 0, last, len(rows[last - 1])), new)
    shown = "\n".join(row[place.column :] for row in new.splitlines())
    return (Repair(shown, "", (edit,)),)


def _following(case: Case, statement: ast.stmt) -> list[ast.stmt]:
    holder = next(iter(case.around(statement)), None)
    body: list[ast.stmt] = next(
        (b for f in ("body", "orelse") if isinstance(b := getattr(holder, f, None), list) and statement in b), []
    )
    found: list[ast.stmt] = []
    for other in body[body.index(statement) + 1 :] if statement in body else []:
        if not isinstance(other, ast.AugAssign):
            break
        found.append(other)
    return found


@dataclass(frozen=True)
class Change:
    """One place where something is changed in place."""

    node: ast.AST
    target: str
    how: str
    line: int


def changes(case: Case) -> list[Change]:
    """All changes in place that the code makes, in the order they stand."""
    found: list[Change] = []
    for node in ast.walk(case.tree):
        if isinstance(node, ast.AugAssign):
            found.append(Change(node, case.text(node.target), f"{_OPERATORS.get(type(node.op), '')}=", node.lineno))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            found.append(Change(node, case.text(node.targets[0].value), "[...] =", node.lineno))
        elif isinstance(node, ast.Call):
            found += _called(case, node)
    return sorted(found, key=lambda c: c.line)


def _called(case: Case, node: ast.Call) -> list[Change]:
    if any(k.arg == "inplace" and getattr(k.value, "value", None) is True for k in node.keywords):
        return [Change(node, case.text(node.args[0]) if node.args else "", "inplace=True", node.lineno)]
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    in_place = name.endswith("_") and not name.endswith("__") and name not in _KEPT
    if isinstance(node.func, ast.Attribute) and (in_place or (name == "step" and not node.args)):
        return [Change(node, case.text(node.func.value), f"{name}()", node.lineno)]
    return []


def _saved(case: Case) -> Explanation:
    said = case.says(r"output \d+ of (\w+?)(Backward\d*)?,")
    operation = said[1].lower() if said else ""
    needs = f"`{operation}`" if operation else "an operation before it"
    found = [c for c in changes(case) if c.line <= case.scene.line and ".grad" not in c.target]
    chosen = _likeliest(case, found, operation)
    if chosen is None:
        first = f"Something that {needs} has saved for backward() was changed in place before it."
        return Explanation(rule="inplace-saved", first=first, rest=(_WHY,), habit=_HABIT)
    if chosen.how == "step()":
        return _stepped(case, chosen)
    return Explanation(
        rule="inplace-saved",
        first=f"{_target(chosen)} is changed by `{chosen.how}` on line {chosen.line}, and {needs} still needs it.",
        rest=(
            _WHY,
            f"To get its slope, {operation or 'the operation'} looks at the numbers it saw or gave; those "
            "are overwritten. "
            "A new tensor leaves them alone.",
        ),
        repairs=_outside(
            case, [c for c in found if c.target == chosen.target or c.how == chosen.how == "inplace=True"]
        ),
        habit=_HABIT,
    )


def _target(change: Change) -> str:
    return f"`{change.target}`" if change.target else "A result"


_WHY = "backward() uses values that were saved on the way forward, and finds that they have changed since."
_HABIT = "Between the forward pass and backward(), change nothing in place."


def _stepped(case: Case, chosen: Change) -> Explanation:
    return Explanation(
        rule="inplace-step",
        first=f"`{chosen.target}.step()` on line {chosen.line} moves the weights before backward() on line "
        f"{case.scene.line}.",
        rest=(
            "A step changes the weights in place, and the graph of what was computed before it needs the old ones.",
            "All backward() calls of a round come first, or the loss is computed anew after the step.",
        ),
        repairs=_later(case, chosen),
        habit="forward, backward, step: in this order, once a round.",
    )


def _later(case: Case, chosen: Change) -> tuple[Repair, ...]:
    """The step behind the backward() that failed, where both stand in one block."""
    step = next((n for n in case.around(chosen.node) if isinstance(n, ast.Expr)), None)
    here = case.statement
    if step is None or here is None or step.col_offset != here.col_offset:
        return ()
    pad = " " * step.col_offset
    edits = (
        Edit(Place(step.lineno, 0, step.lineno + 1, 0), ""),
        case.behind(here, f"\n{pad}{case.text(step)}"),
    )
    return (Repair(f"{case.text(here)}\n{case.text(step)}", "the step last", edits),)


def _likeliest(case: Case, found: list[Change], operation: str) -> Change | None:
    """A change of what the operation gave, else the last one before backward()."""
    scope = scope_of(case, case.statement) if case.statement is not None else None
    near = [c for c in found if c.line < case.scene.line or scope is not None] or found
    made = {s.name for s in _made_by(case, operation)} if operation else set()
    for change in reversed(near):
        if change.target.partition("[")[0] in made and change.how != "step()":
            return change
    plain = [c for c in near if c.how != "step()" and not _unrecorded_at(case, c)]
    return plain[-1] if plain else near[-1] if near else None


def _unrecorded_at(case: Case, change: Change) -> bool:
    holders = [n for n in case.around(change.node) if isinstance(n, ast.With)]
    return any("no_grad" in case.text(i.context_expr) for h in holders for i in h.items)


@dataclass(frozen=True)
class _Made:
    name: str


def _made_by(case: Case, operation: str) -> list[_Made]:
    """Names that were bound to what an operation gives."""
    found = []
    sign = next((kind for word, kind in _SIGNS.items() if operation == word), None)
    for node in ast.walk(case.tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        value = node.value
        outer = value.func if isinstance(value, ast.Call) else None
        called = outer.attr if isinstance(outer, ast.Attribute) else outer.id if isinstance(outer, ast.Name) else ""
        if called.lower() == operation or (isinstance(value, ast.BinOp) and sign and isinstance(value.op, sign)):
            found.append(_Made(node.targets[0].id))
    return found


def _outside(case: Case, found: list[Change]) -> tuple[Repair, ...]:
    """Each change as a new tensor of the same name."""
    edits: list[Edit] = []
    for change in found:
        edits += _rewritten(case, change)
    return case.with_edits(edits, "a new tensor, the old one left as it was", edits[0].new) if edits else ()


def _rewritten(case: Case, change: Change) -> list[Edit]:
    node = change.node
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        value = case.text(node.value)
        grouped = f"({value})" if isinstance(node.value, (ast.BinOp, ast.Compare, ast.IfExp)) else value
        return [case.edit(node, f"{change.target} = {change.target} {change.how[:-1]} {grouped}")]
    if change.how == "[...] =" or isinstance(node, ast.AugAssign):
        pad = case.place(node)
        if pad is None or not change.target.partition("[")[0].isidentifier():
            return []
        name = change.target.partition("[")[0]
        return [Edit(Place(change.line, 0, change.line, 0), f"{' ' * pad.column}{name} = {name}.clone()\n")]
    if isinstance(node, ast.Call) and change.how == "inplace=True":
        return [case.edit(k.value, "False") for k in node.keywords if k.arg == "inplace"]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _called_anew(case, change, node)
    return []


def _called_anew(case: Case, change: Change, node: ast.Call) -> list[Edit]:
    """x.mul_(2) as x = x * 2, y = x.relu_() as y = x.relu()."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    args = ", ".join(case.text(a) for a in (*node.args, *node.keywords))
    lone = isinstance(next(iter(case.around(node)), None), ast.Expr)
    if name in ("zero_", "fill_"):
        value = "0" if name == "zero_" else args
        return [case.edit(node, f"{change.target} = torch.full_like({change.target}, {value})")] if lone else []
    sign = _METHODS.get(name)
    plain = len(node.args) == 1 and not node.keywords and isinstance(node.args[0], (ast.Constant, ast.Name, ast.Call))
    new = f"{change.target} {sign} {args}" if sign and plain and lone else f"{change.target}.{name[:-1]}({args})"
    return [case.edit(node, f"{change.target} = {new}" if lone else new)]


def _view(case: Case) -> Explanation:
    target = case.operands[0] if case.operands else None
    name = words.code(target) if target else "It"
    return Explanation(
        rule="inplace-view",
        first=f"{name} is one of several views of a tensor, and is changed in place.",
        rest=("What unbind, split, chunk or a loop over a tensor gives shares its memory; autograd keeps no "
        "track of changes "
              "to one of them.",),
        repairs=_outside(case, [c for c in changes(case) if c.line == case.scene.line]),
        habit=_HABIT,
    )  # fmt: skip
