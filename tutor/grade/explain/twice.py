"""backward() a second time through the same graph: which part of it is used again."""

from __future__ import annotations

import ast

from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Explanation, Place, Repair
from tutor.grade.explain.flow import Loop, Step, is_computed, loop_of, trail
from tutor.sandbox.protocol import Operand

_RULE = "The first backward() frees what the graph has saved; a second one needs the graph computed anew."
_NOT = "retain_graph=True, which torch names, would keep the old numbers: it is almost never what is meant."


def explain(case: Case) -> Explanation | None:
    """Which part of a graph was gone through before; None where it is something else."""
    if case.name not in ("backward", "grad") or not case.says("second time|already been freed") or not case.operands:
        return None
    root = case.operands[0]
    node = case.node_of(root)
    if node is None:
        return None
    steps = trail(case, node)
    loop = loop_of(case, node)
    told = _in_loop(case, root, steps, loop) if loop else None
    return told or _straight(case, root, steps)


def _said(first: str, why: str, repairs: tuple[Repair, ...], rule: str) -> Explanation:
    return Explanation(
        rule=f"twice-{rule}",
        first=first,
        rest=(why, _RULE, _NOT),
        repairs=repairs,
        habit="In a loop: compute, backward, step, all of it in every round.",
    )


def _in_loop(case: Case, root: Operand, steps: list[Step], loop: Loop) -> Explanation | None:
    inside = [s for s in steps if s.statement is not None and _within(s.statement, loop)]
    own = next((s for s in inside if s.name == root.text), None)
    if own is not None and own.carried:
        return _total(case, root, own)
    carried = next((s for s in inside if s.name and s.carried), None)
    before = [s for s in steps if is_computed(case, s) and s.statement is not None and not _within(s.statement, loop)]
    before = [s for s in before if s.node.lineno < loop.lineno]
    if carried is not None:
        return _state(case, root, carried, loop)
    if not before:
        return None
    line = before[0].node.lineno
    what = f"`{before[0].name}`"
    return _said(
        f"{what} is computed once, on line {line} before the loop, and used again in every round.",
        f"From the second round on, {words.code(root)} leads back through a graph that is gone already.",
        _moved(case, before, loop),
        "before-loop",
    )


def _within(node: ast.AST, holder: ast.AST) -> bool:
    return any(n is node for n in ast.walk(holder))


def _moved(case: Case, steps: list[Step], loop: Loop) -> tuple[Repair, ...]:
    """What was computed before the loop computed at its top."""
    unique = {id(s.statement): s.statement for s in steps if s.statement is not None}
    statements = sorted(unique.values(), key=lambda s: s.lineno)
    first = loop.body[0]
    if first.lineno == loop.lineno:
        return ()
    texts = [case.text(s) for s in statements]
    pad = " " * first.col_offset
    new = "".join(f"{pad}{text}\n" for text in texts)
    edits = [Edit(Place(first.lineno, 0, first.lineno, 0), new)]
    names = {s.name for s in steps}
    for statement in statements:
        if not _read_between(case, names, statement, loop, statements):
            edits.append(Edit(Place(statement.lineno, 0, (statement.end_lineno or statement.lineno) + 1, 0), ""))
    return (Repair("\n".join(texts), "inside the loop, at its top", tuple(edits)),)


def _read_between(case: Case, names: set[str], statement: ast.stmt, loop: Loop, moved: list[ast.stmt]) -> bool:
    for node in ast.walk(case.tree):
        if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load):
            inside_moved = any(_within(node, other) for other in moved)
            if statement.lineno < node.lineno < loop.lineno and not inside_moved:
                return True
    return statement.col_offset != 0 and statement.lineno == loop.lineno


def _total(case: Case, root: Operand, own: Step) -> Explanation:
    statement, added = own.statement, None
    if isinstance(statement, ast.AugAssign):
        added = statement.value
    elif isinstance(own.node, ast.BinOp):
        sides = [n for n in (own.node.left, own.node.right) if case.text(n) != root.text]
        added = sides[0] if len(sides) == 1 else None
    text = case.text(added) if added is not None else ""
    repairs: tuple[Repair, ...] = ()
    node = case.node_of(root)
    if added is not None and text.isidentifier() and node is not None:
        edits = [case.edit(node, text), case.edit(added, f"{text}.item()")]
        repairs = case.with_edits(edits, f"backward from {text}; the total keeps numbers only", f"{text}.backward()")
    return _said(
        f"{words.code(root)} is a running total: it leads back through the graphs of all rounds before.",
        "backward() goes from the loss of this round alone; a total for reports is kept as a number.",
        repairs,
        "total",
    )


def _state(case: Case, root: Operand, carried: Step, loop: Loop) -> Explanation:
    target = carried.statement.targets[0] if isinstance(carried.statement, ast.Assign) else None
    names = [carried.name]
    if isinstance(target, ast.Tuple):
        inner = [n.id for n in ast.walk(carried.node) if isinstance(n, ast.Name)]
        names = [n.id for n in ast.walk(target) if isinstance(n, ast.Name) and n.id in inner]
    what = words.listed([f"`{name}`" for name in names])
    repairs: list[Repair] = []
    last = loop.body[-1]
    for form in ("{0} = {0}.detach()", "{0} = tuple(part.detach() for part in {0})"):
        rows = [form.format(name) for name in names]
        edit = case.behind(last, "".join(f"\n{' ' * last.col_offset}{row}" for row in rows))
        repairs.append(Repair("\n".join(rows), "at the end of a round, cut off from its graph", (edit,)))
    return _said(
        f"{what} {'is' if len(names) == 1 else 'are'} carried from round to round, with the graph of the round before.",
        f"{words.code(root)} leads back through it into a round whose graph is gone already.",
        tuple(repairs) if last.lineno > loop.lineno else (),
        "state",
    )


def _straight(case: Case, root: Operand, steps: list[Step]) -> Explanation:
    line = case.scene.line
    before = [c for c in case.calls("backward") if c.lineno < line and isinstance(c.func, ast.Attribute)]
    same = [c for c in before if case.text(c.func.value) == root.text]  # type: ignore[attr-defined]
    computed = [s for s in steps if is_computed(case, s)]
    if same or not before:
        again = f"on line {same[-1].lineno} already" if same else "before"
        return _said(
            f"backward() was called on {words.code(root)} {again}, and its graph is used up.",
            "To go back once more, compute it once more.",
            _anew(case, computed[:1], line),
            "again",
        )
    other = before[-1]
    receiver = other.func.value  # type: ignore[attr-defined]
    theirs = {id(s.node): s for s in trail(case, receiver)}
    shared = next((s for s in computed if id(s.node) in theirs), None)
    what = f"`{shared.name}`" if shared else "a part"
    return _said(
        f"{words.code(root)} and `{case.text(receiver)}` share {what}, and that graph was freed on line "
        f"{other.lineno}.",
        "Two losses over one graph are added up first, and go back together.",
        (*_added(case, other, root), *(_anew(case, _between(computed, shared), line) if shared else ())),
        "shared",
    )


def _between(computed: list[Step], shared: Step) -> list[Step]:
    return computed[: computed.index(shared) + 1]


def _anew(case: Case, steps: list[Step], line: int) -> tuple[Repair, ...]:
    """The statements that computed it once more, in front of this one."""
    statements = {id(s.statement): s.statement for s in steps if isinstance(s.statement, ast.Assign)}
    texts = [case.text(s) for s in sorted(statements.values(), key=lambda s: s.lineno)]
    return case.before(line, "\n".join(texts), "computed anew") if texts else ()


def _added(case: Case, other: ast.Call, root: Operand) -> tuple[Repair, ...]:
    statement = next((n for n in case.around(other) if isinstance(n, ast.Expr)), None)
    node = case.node_of(root)
    if statement is None or node is None or not isinstance(other.func, ast.Attribute):
        return ()
    new = f"({case.text(other.func.value)} + {root.text})"
    edits = [
        Edit(Place(statement.lineno, 0, (statement.end_lineno or statement.lineno) + 1, 0), ""),
        case.edit(node, new),
    ]
    return (Repair(f"{new}.backward()", "both at once", tuple(edits)),)
