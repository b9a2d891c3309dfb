"""Gradients: where backward() starts, what it starts with, and what .grad is before and after."""

from __future__ import annotations

import ast
import math

from tutor.grade.drawing import shape_text
from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Explanation, Place, Repair
from tutor.grade.explain.flow import trail
from tutor.grade.explain.leaf import required, rooted
from tutor.sandbox.protocol import Operand


def explain(case: Case) -> Explanation | None:
    """What is wrong with asking for gradients; None where it is something else."""
    for rule in (_many, _start, _number, _none, _numpy, _flag, _copy):
        if (found := rule(case)) is not None:
            return found
    return None


def _many(case: Case) -> Explanation | None:
    """backward() from more than one number."""
    if case.kind != "call" or case.name not in ("backward", "grad") or not case.says("only for scalar outputs"):
        return None
    root = case.operands[0]
    shape = root.seen.shape or ()
    loss = "loss" in root.text.lower()
    grouped = words.grouped(root)
    means = {
        "sum": "the sum: gradients of all of them, added up",
        "mean": "the mean: the same, divided by their number",
    }
    order = ("mean", "sum") if loss else ("sum", "mean")
    reduced = _reduction(case)
    why = f'reduction="none" on line {reduced.lineno} keeps one loss per example.' if reduced is not None else ""
    return Explanation(
        rule="backward-many",
        first=f"{words.shaped(root)} holds {words.count(math.prod(shape), 'number')}, and backward() starts "
        "from a single one.",
        rest=(
            "A gradient says how one number changes; with several torch does not know which is meant.",
            *filter(None, [why]),
        ),
        repairs=(
            *(case.instead('"mean"', "the mean of the losses", of=reduced) if reduced is not None else ()),
            *(r for how in order for r in case.swapped(root, f"{grouped}.{how}()", means[how])),
        ),
        habit="A loss has shape (): print it before backward().",
    )


def _reduction(case: Case) -> ast.expr | None:
    for node in ast.walk(case.tree):
        if isinstance(node, ast.keyword) and node.arg == "reduction" and getattr(node.value, "value", "") == "none":
            return node.value
    return None


def _start(case: Case) -> Explanation | None:
    """A gradient to start with, of another shape."""
    if case.name not in ("backward", "grad") or not case.says("mismatch in shape|grad_output"):
        return None
    root = case.operands[0]
    given = case.passed("gradient", 1) if case.name == "backward" else case.passed("grad_outputs", 2)
    if given is None:
        return None
    return Explanation(
        rule="backward-shape",
        first=f"The gradient {words.shaped(given)} must have the shape of {words.shaped(root)}.",
        rest=(f"It says how much each number of {words.code(root)} counts: one for each, {words.shape(root)}.",),
        repairs=case.swapped(given, f"torch.ones_like({root.text})", "each counts once"),
    )


def _number(case: Case) -> Explanation | None:
    """backward() of a plain number."""
    if case.name not in ("backward", "grad", "grad_fn", "requires_grad") or not case.says(
        r"'(float|int|NoneType)' object has no"
    ):
        return None
    root = case.operands[0]
    if root.seen.kind not in ("number", "missing"):
        return None
    node = case.node_of(root)
    steps = trail(case, node) if node is not None else []
    for step in steps:
        for inner in ast.walk(step.node):
            if isinstance(inner, ast.Call) and origin.last_name(inner.func) in ("item", "float", "tolist"):
                return _plain(case, root, inner, isinstance(step.statement, ast.AugAssign))
    return Explanation(
        rule="backward-number",
        first=f"{words.code(root)} is a plain Python {root.seen.type}, without a graph to go back through.",
        rest=("Only a tensor that was computed from tensors with requires_grad has one.",),
    )


def _plain(case: Case, root: Operand, inner: ast.Call, added: bool) -> Explanation:
    name = origin.last_name(inner.func)
    kept = case.text(inner.args[0]) if name == "float" and inner.args else ""
    if isinstance(inner.func, ast.Attribute):
        kept = case.text(inner.func.value)
    repairs = case.instead(kept, f"the tensor, without {name}()", of=inner) if kept else ()
    if added and kept:
        repairs = case.swapped(root, kept, "from the loss of this round")
    return Explanation(
        rule="backward-number",
        first=f"{words.code(root)} is a plain Python {root.seen.type}: {name}() on line {inner.lineno} gave "
        "the number alone.",
        rest=("A number has no history. Keep the tensor for backward(), and use item() for printing only.",),
        repairs=repairs,
        habit="item() is for reports: backward() and step() come before it.",
    )


def _none(case: Case) -> Explanation | None:
    """.grad that is still None."""
    empty = next((o for o in case.operands if o.seen.kind == "none" and o.text.endswith(".grad")), None)
    if empty is None or case.type not in ("TypeError", "AttributeError"):
        return None
    name = empty.text.removesuffix(".grad")
    owner = next((o for o in case.scene.names if o.text == name), None)
    why, repairs = _empty(case, name, owner)
    return Explanation(
        rule="grad-none",
        first=f"`{empty.text}` is None: {why}",
        rest=(
            "Only backward() fills .grad, of leaves that require gradients and that the loss was computed from; "
            "zero_grad() sets it to None again.",
        ),
        repairs=repairs,
        habit="Read .grad after backward() and before zero_grad().",
    )


def _empty(case: Case, name: str, owner: Operand | None) -> tuple[str, tuple[Repair, ...]]:
    line = case.scene.line
    calls = [c for c in case.calls("backward") if c.lineno < line]
    node = next((n for n in ast.walk(case.tree) if isinstance(n, ast.Name) and n.id == name), None)
    bound = [v for v in origin.bound(case, name) if v.lineno < line]
    if owner is not None and owner.seen.requires_grad is False and case.scene.recorded:
        edits = [required(case, bound[0])] if bound else []
        return f"`{name}` does not require gradients.", case.with_edits(edits) if edits else ()
    if (rebound := _rebound(case, name)) is not None and owner is not None and owner.seen.is_leaf is False:
        return _renewed(case, name, rebound)
    if owner is not None and owner.seen.is_leaf is False and node is not None and bound:
        why = f"`{name}` is the result of an operation, no leaf, and its gradient is not kept."
        return why, (*rooted(case, bound[-1]), *_retained(case, name, bound[-1]))
    statement = case.statement
    if isinstance(statement, ast.Expr) and case.text(statement).endswith("zero_()"):
        pad = " " * statement.col_offset
        new = f"if {name}.grad is not None:\n{pad}    {case.text(statement)}"
        return "nothing has filled it before the first round.", case.instead(new, of=statement)
    if not calls:
        return "backward() has not been called yet.", _loss_before(case)
    zeroed = next((c for c in case.calls("zero_grad") if calls[-1].lineno < c.lineno < line), None)
    if zeroed is not None:
        return f"zero_grad() on line {zeroed.lineno} has just emptied it.", _emptied_later(case, zeroed, calls[-1])
    return f"the loss was not computed from `{name}`, or it was changed since.", ()


def _retained(case: Case, name: str, value: ast.expr) -> tuple[Repair, ...]:
    """Kept all the same, told before backward()."""
    statement = next((n for n in case.around(value) if isinstance(n, ast.stmt)), None)
    if statement is None:
        return ()
    pad = " " * statement.col_offset
    new = f"{name}.retain_grad()"
    edit = case.behind(statement, f"\n{pad}{new}")
    return (Repair(f"{case.text(statement)}\n{new}", "keeps it all the same", (edit,)),)


def _emptied_later(case: Case, zeroed: ast.Call, backward: ast.Call) -> tuple[Repair, ...]:
    """zero_grad() in front of backward(), where what came before has been used."""
    whole = next((n for n in case.around(zeroed) if isinstance(n, ast.stmt)), None)
    first = next((n for n in case.around(backward) if isinstance(n, ast.stmt)), None)
    if whole is None or first is None or whole.col_offset != first.col_offset:
        return ()
    pad, text = " " * first.col_offset, case.text(whole)
    gone = Edit(Place(whole.lineno, 0, (whole.end_lineno or whole.lineno) + 1, 0), "")
    edits = (case.ahead(first, f"{text}\n{pad}"), gone)
    return (Repair(f"{text}\n{case.text(first)}", "emptied before it is filled", edits),)


def _rebound(case: Case, name: str) -> ast.Assign | None:
    """`w = w - lr * w.grad`"""
    for node in ast.walk(case.tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.BinOp):
            continue
        same = case.text(node.targets[0]) == case.text(node.value.left) == name
        if same and f"{name}.grad" in case.text(node.value):
            return node
    return None


def _renewed(case: Case, name: str, node: ast.Assign) -> tuple[str, tuple[Repair, ...]]:
    why = f"line {node.lineno} made `{name}` a new tensor, the result of an operation, and only leaves keep a gradient."
    value = node.value
    signs = {ast.Sub: "-", ast.Add: "+"}
    if not isinstance(value, ast.BinOp) or type(value.op) not in signs:
        return why, ()
    pad = " " * node.col_offset
    update = f"{name} {signs[type(value.op)]}= {case.text(value.right)}"
    new = f"with torch.no_grad():\n{pad}    {update}"
    repairs = case.instead(new, "changed in place, so it stays the same leaf", of=node)
    return why, tuple(Repair(new.replace(f"\n{pad}", "\n"), r.means, r.edits) for r in repairs)


def _loss_before(case: Case) -> tuple[Repair, ...]:
    bound = [n for n in ast.walk(case.tree) if isinstance(n, ast.Assign) and n.lineno < case.scene.line]
    names = [t.id for n in bound for t in n.targets if isinstance(t, ast.Name)]
    losses = [name for name in names if "loss" in name.lower() or name in ("l", "error", "cost")]
    return case.before(case.scene.line, f"{losses[-1]}.backward()", "the gradients first") if losses else ()


def _numpy(case: Case) -> Explanation | None:
    """numpy() of a tensor that is tracked."""
    if not case.says(r"call numpy\(\) on Tensor that requires grad"):
        return None
    what = next((o for o in case.operands if o.seen.kind == "tensor" and o.seen.requires_grad), None)
    if what is None:
        return _numpy_list(case)
    own = case.name == "numpy" and what is case.operands[0]
    tail = ".detach()" if own else ".detach().numpy()"
    return Explanation(
        rule="numpy-tracked",
        first=f"{words.code(what)} requires gradients, and NumPy cannot record what is done to it.",
        rest=("detach() gives the same numbers without the graph; the tensor itself stays as it is.",),
        repairs=case.swapped(what, f"{words.grouped(what)}{tail}", "the numbers alone"),
        habit="For plots and reports: x.detach().",
    )


def _numpy_list(case: Case) -> Explanation | None:
    """A list of losses, each with its graph."""
    what = next((o for o in case.operands if any(i.requires_grad for i in o.seen.items or ())), None)
    if what is None:
        return None
    single = all(i.shape == () for i in what.seen.items or ())
    new = f"[t.{'item' if single else 'detach'}() for t in {what.text}]"
    return Explanation(
        rule="numpy-tracked",
        first=f"{words.code(what)} holds tensors that require gradients, and NumPy cannot record what is done to them.",
        rest=("Each of them keeps its whole graph alive; for reports, keep loss.item() instead.",),
        repairs=case.swapped(what, new, "the numbers alone"),
        habit="losses.append(loss.item()).",
    )


def _flag(case: Case) -> Explanation | None:
    """requires_grad set on a result."""
    if not case.says("change requires_grad flags of leaf"):
        return None
    what = case.operands[0] if case.operands else None
    name = what.text if what else "it"
    return Explanation(
        rule="flag-result",
        first=f"`{words.short(name)}` is the result of an operation; requires_grad can be set on leaves only.",
        rest=("To use its numbers without their history, take a detached one.",),
        repairs=case.instead(f"{name} = {name}.detach()", of=case.statement) if name.isidentifier() else (),
    )


def _copy(case: Case) -> Explanation | None:
    """deepcopy of a result."""
    if not case.says("deepcopy protocol"):
        return None
    what = next((o for o in case.operands if o.seen.kind == "tensor"), None)
    if what is None:
        return None
    return Explanation(
        rule="copy-result",
        first=f"{words.shaped(what)} is the result of an operation, and deepcopy takes leaves only.",
        rest=("clone() copies the numbers; detach() leaves the graph behind.",),
        repairs=case.instead(
            f"{words.grouped(what)}.detach().clone()", f"a copy of shape {shape_text(what.seen.shape or ())}"
        ),
    )
