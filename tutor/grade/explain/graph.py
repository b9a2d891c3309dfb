"""backward() without a graph: why the value does not depend on anything that requires gradients."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Explanation, Place, Repair
from tutor.grade.explain.flow import Step, trail
from tutor.grade.explain.leaf import is_made, required
from tutor.sandbox.protocol import Operand

_STEPS = (
    "argmax",
    "argmin",
    "argsort",
    "long",
    "int",
    "bool",
    "byte",
    "short",
    "count_nonzero",
    "eq",
    "gt",
    "lt",
    "ne",
)
_NUMBERS = ("item", "tolist", "numpy")
_COPIES = ("tensor", "as_tensor", "Tensor", "from_numpy", "FloatTensor")
_DATA = ("x", "X", "y", "Y", "xs", "ys", "data", "target", "targets", "label", "labels", "input", "inputs", "batch")

Why = tuple[str, str, tuple[Repair, ...]]


def explain(case: Case) -> Explanation | None:
    """Why nothing is there to go back through; None where it is something else."""
    if case.kind != "call" or case.name not in ("backward", "grad") or not case.operands:
        return None
    root = case.operands[0]
    if case.says("differentiated tensors does not require grad"):
        return _input(case)
    if case.says("not have been used in the graph"):
        return _unused(case)
    if root.seen.kind != "tensor" or root.seen.requires_grad or not case.says("does not require grad|grad_fn"):
        return None
    node = case.node_of(root)
    rule, why, repairs = _why(case, trail(case, node)) if node is not None else ("", "", ())
    return Explanation(
        rule="graph-" + (rule or "none"),
        first=f"{words.code(root)} does not require gradients: nothing was recorded on the way to it.",
        rest=(
            why
            or "Something it is computed from must have been made with requires_grad=True; a model's parameters are.",
            'torch\'s "element 0" is the tensor itself.',
        ),
        repairs=repairs,
        habit="Print loss.grad_fn before backward(): None means that no graph leads to it.",
    )


def _why(case: Case, steps: list[Step]) -> Why:
    for rule in (_switched, _cut, _stepped, _frozen, _leaves):
        if (found := rule(case, steps)) is not None:
            return found
    return "", "", ()


def _switched(case: Case, steps: list[Step]) -> Why | None:
    """Made while recording was off."""
    for step in steps:
        for holder in case.around(step.node):
            if isinstance(holder, ast.With):
                item = next((i.context_expr for i in holder.items if _is_off(case, i.context_expr)), None)
                if item is not None:
                    name = f"`{step.name}`" if step.name else "It"
                    place = f"`with {case.text(item)}` (line {holder.lineno})"
                    return (
                        "switched",
                        f"{name} is computed inside {place}; nothing is recorded there.",
                        _opened(case, holder),
                    )
            if isinstance(holder, ast.FunctionDef):
                off = next((d for d in holder.decorator_list if _is_off(case, d)), None)
                if off is not None:
                    gone = Edit(Place(off.lineno, 0, off.lineno + 1, 0), "")
                    why = f"`{holder.name}` is decorated with `@{case.text(off)}`, so nothing in it is recorded."
                    return (
                        "switched",
                        why,
                        (Repair(f"def {holder.name}(...):", f"without `@{case.text(off)}`", (gone,)),),
                    )
    for call in case.calls("set_grad_enabled"):
        if call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value is False:
            why = f"`{case.text(call)}` on line {call.lineno} switches recording off."
            return "switched", why, case.instead("True", of=call.args[0])
    return None


def _is_off(case: Case, node: ast.expr) -> bool:
    text = case.text(node)
    return (
        text.startswith(("torch.no_grad", "torch.inference_mode", "no_grad")) or text == "torch.set_grad_enabled(False)"
    )


def _opened(case: Case, holder: ast.With) -> tuple[Repair, ...]:
    """The block of a `with`, without the `with`."""
    first = holder.body[0]
    rows = case.code.splitlines()
    if first.lineno == holder.lineno:
        head = Edit(Place(holder.lineno, holder.col_offset, first.lineno, first.col_offset), "")
        return (Repair(case.text(first), "outside of it", (head,)),)
    less = first.col_offset - holder.col_offset
    edits = [Edit(Place(holder.lineno, 0, holder.lineno + 1, 0), "")]
    last = holder.end_lineno or holder.lineno
    edits += [Edit(Place(n, 0, n, less), "") for n in range(first.lineno, last + 1) if rows[n - 1][:less].isspace()]
    return (Repair(case.text(first), "outside of it", tuple(edits)),)


def _cut(case: Case, steps: list[Step]) -> Why | None:
    """Taken out of the graph, or only its numbers copied."""
    for step in steps:
        for node in ast.walk(step.node):
            if (found := _cut_by(case, node)) is not None:
                return found
    return None


def _cut_by(case: Case, node: ast.AST) -> Why | None:
    if isinstance(node, ast.Attribute) and node.attr == "data":
        inner = case.text(node.value)
        why = f"`{inner}.data` on line {node.lineno} is the tensor without its graph."
        return "detached", why, case.instead(inner, "the tensor itself", of=node)
    if not isinstance(node, ast.Call):
        return None
    if origin.last_name(node.func) in _COPIES and _is_copy(case, node):
        return _copied(case, node, f" on line {node.lineno}")
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("detach", *_NUMBERS):
        return None
    inner, name = case.text(node.func.value), node.func.attr
    repairs = case.instead(inner, f"without {name}()", of=node)
    if name == "detach":
        why = f"`{words.short(inner)}.detach()` on line {node.lineno} cuts the graph: nothing leads back from there."
        return "detached", why, repairs
    return (
        "numbers",
        f"`{words.short(inner)}.{name}()` on line {node.lineno} gives plain numbers, without a graph.",
        repairs,
    )


def _is_copy(case: Case, node: ast.Call) -> bool:
    """Whether it makes a new tensor of what was computed, rather than of data."""
    if not node.args or "requires_grad=True" in case.text(node):
        return False
    if isinstance(node.args[0], ast.Name) and _gathered(case, node.args[0].id):
        return True
    for step in trail(case, node.args[0]):
        if "requires_grad" in case.text(step.node):
            return True
        calls = [
            n for n in ast.walk(step.node) if isinstance(n, ast.Call) and isinstance(n.func, (ast.Name, ast.Attribute))
        ]
        makers = [m for call in calls for m in origin.followed(case, call.func, 3) if isinstance(m, ast.Call)]
        if any("nn." in case.text(m.func) or origin.own_class(case, m) for m in makers):
            return True
    return False


def _gathered(case: Case, name: str) -> bool:
    """Whether something that was computed is appended to a list of this name."""
    for call in case.calls("append"):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id == name and call.args:
            return not isinstance(call.args[0], ast.Constant) and ".item()" not in case.text(call)
    return False


def _copied(case: Case, node: ast.Call, where: str) -> Why:
    inner = node.args[0]
    text = case.text(inner)
    lists = (ast.List, ast.Tuple, ast.ListComp)
    values = origin.bound(case, inner.id) if isinstance(inner, ast.Name) else [inner]
    if isinstance(inner, ast.Name) and _gathered(case, inner.id):
        values = [ast.List(elts=[], ctx=ast.Load())]
    new = f"torch.stack({text})" if values and isinstance(values[-1], lists) else text
    why = f"`{words.short(case.text(node))}`{where} copies the numbers into a new tensor, which has no graph."
    means = "joined with their graphs" if new != text else "the tensor itself"
    repairs = case.instead(text.removesuffix(".item()") if new == text else new, means, of=node)
    return "copied", why, repairs


def _stepped(case: Case, steps: list[Step]) -> Why | None:
    """Whole numbers and truth values have no slope."""
    for step in steps:
        for node in ast.walk(step.node):
            if isinstance(node, ast.Compare):
                whole = next((s.node for s in steps if _is_whole(s.node)), None)
                by = f", and `{origin.last_name(whole.func)}` whole numbers" if isinstance(whole, ast.Call) else ""
                what = f"The comparison `{words.short(case.text(node))}` gives True or False{by}"
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STEPS:
                what = f"`{node.func.attr}` gives whole numbers"
            else:
                continue
            why = f"{what} (line {node.lineno}): a small change of what went in changes nothing, so there is no slope."
            gone: tuple[Repair, ...] = ()
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("long", "int")
            ):
                gone = case.instead(case.text(node.func.value), f"without {node.func.attr}()", of=node)
            return "steps", why + " Use a loss of the scores themselves.", gone
    return None


def _is_whole(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STEPS


def _frozen(case: Case, steps: list[Step]) -> Why | None:
    for node in ast.walk(case.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            false = isinstance(node.value, ast.Constant) and node.value.value is False
            if node.targets[0].attr == "requires_grad" and false:
                why = f"Line {node.lineno} switches gradients off: `{case.text(node)}`."
                return "frozen", why, case.instead("True", of=node.value)
        if isinstance(node, ast.Call) and origin.last_name(node.func) == "requires_grad_" and node.args:
            why = f"Line {node.lineno} switches gradients off: `{case.text(node)}`."
            return "frozen", why, case.instead("True", of=node.args[0])
    return None


def _leaves(case: Case, steps: list[Step]) -> Why | None:
    """Nothing it was made from was ever told to require gradients."""
    made = [s for s in steps if is_made(s.node) or any(is_made(n) for n in ast.walk(s.node))]
    leaves = sorted([s for s in made if s.name] or made, key=lambda s: s.node.lineno)
    if not leaves:
        return None
    chosen = _trained(case, leaves)
    names = [f"`{s.name}`" for s in chosen if s.name]
    what = words.listed(names) if names else f"`{words.short(case.text(chosen[0].node))}`"
    plural = len(names) > 1
    was, them = ("were", "them") if plural else ("was", "it")
    why = f"{what} {was} made without requires_grad=True, so torch does not track {them}."
    edits = [required(case, _maker(s)) for s in chosen]
    shown = "\n".join(e.new for e in edits)
    return "leaf", why, case.with_edits(edits, "", shown)


def _maker(step: Step) -> ast.expr:
    """The one call that made it, or the whole, where that is made from it."""
    if step.name:
        return step.node
    return next(n for n in ast.walk(step.node) if is_made(n))  # type: ignore[return-value]


def _trained(case: Case, leaves: list[Step]) -> list[Step]:
    """Those that are to be trained: whose .grad is used, that are changed, or that are not called as data are."""
    asked = {
        n.value.id
        for n in ast.walk(case.tree)
        if isinstance(n, ast.Attribute) and n.attr == "grad" and isinstance(n.value, ast.Name)
    }
    changed = {
        n.target.id for n in ast.walk(case.tree) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)
    }
    for names in (asked, changed):
        if found := [s for s in leaves if s.name in names]:
            return found
    return [s for s in leaves if s.name and s.name not in _DATA] or leaves[:1]


def _input(case: Case) -> Explanation | None:
    """autograd.grad with respect to what does not require gradients."""
    wanted = [o for o in case.operands[1:] if o.seen.kind == "tensor" and not o.seen.requires_grad]
    if not wanted:
        return None
    return Explanation(
        rule="graph-leaf",
        first=f"{words.code(wanted[0])} does not require gradients, and its gradient is asked for.",
        rest=(
            "What a gradient is taken with respect to must have requires_grad=True before anything is "
            "computed from it.",
        ),
        repairs=_required(case, wanted[0]),
    )


def _required(case: Case, operand: Operand) -> tuple[Repair, ...]:
    node = case.node_of(operand)
    steps = [s for s in trail(case, node) if s.name == operand.text] if node is not None else []
    return case.with_edits([required(case, steps[0].node)]) if steps else ()


def _unused(case: Case) -> Explanation:
    root, wanted = case.operands[0], case.operands[1] if len(case.operands) > 1 else case.operands[0]
    return Explanation(
        rule="graph-unused",
        first=f"{words.code(root)} was not computed from {words.code(wanted)}, so there is no gradient between them.",
        rest=(
            "A copy, as by clone() or indexing after the fact, is a tensor of its own: ask for the one that was used.",
        ),
    )
