"""Optimizers and schedulers: what they are given to move, and how they are made."""

from __future__ import annotations

import ast
import difflib

from tutor.grade.explain import group, origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.leaf import rooted
from tutor.sandbox.protocol import Operand

OPTIMIZERS = (
    "SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "LBFGS", "ASGD", "Rprop",
    "SparseAdam", "Optimizer", "Adafactor", "Muon",
)  # fmt: skip
SCHEDULERS = (
    "StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "ReduceLROnPlateau", "LambdaLR", "OneCycleLR",
    "CyclicLR", "LinearLR", "ConstantLR", "PolynomialLR", "CosineAnnealingWarmRestarts",
)  # fmt: skip
_ALIASES = {
    "learning_rate": "lr", "rate": "lr", "alpha": "lr", "step": "lr", "lrate": "lr", "learningrate": "lr", "eta": "lr",
    "decay": "weight_decay", "l2": "weight_decay", "wd": "weight_decay", "regularization": "weight_decay",
    "parameters": "params", "model": "params", "weights": "params", "epsilon": "eps", "beta": "betas",
}  # fmt: skip


def explain(case: Case) -> Explanation | None:
    """What is wrong with making an optimizer or a scheduler; None where it is neither."""
    if case.kind != "call":
        return _added(case)
    if case.name in SCHEDULERS:
        return _scheduler(case)
    if case.name not in OPTIMIZERS:
        return None
    for rule in (_keyword, _missing, _rate):
        if (found := rule(case)) is not None:
            return found
    params = case.passed("params", 0)
    return group.explain(case, params) or _params(case, params) if params else None


def _keyword(case: Case) -> Explanation | None:
    said = case.says(r"unexpected keyword argument '(\w+)'")
    node = case.node
    if said is None or not isinstance(node, ast.Call):
        return None
    wrong, known = said[1], [n for n in case.scene.known if n != "params"]
    named = {k.arg: _right(k.arg, known) for k in node.keywords if k.arg and k.arg not in case.scene.known}
    right = named.get(wrong, "")
    kept = [case.text(a) for a in node.args]
    for keyword in node.keywords:
        name = named.get(keyword.arg, keyword.arg) if keyword.arg else ""
        kept += [f"{name}={case.text(keyword.value)}"] if name else [case.text(keyword)] if not keyword.arg else []
    means = "" if all(named.values()) else "without it"
    repairs = case.instead(f"{case.text(node.func)}({', '.join(kept)})", means)
    listed = ", ".join(known[:8])
    return Explanation(
        rule="optimizer-keyword",
        first=f"{case.name} has no argument `{wrong}`" + (f"; it is called `{right}`." if right else "."),
        rest=(f"It takes: {listed}.",) if listed else (),
        repairs=repairs,
    )


def _right(wrong: str, known: list[str]) -> str:
    """What an argument is called in truth; empty where nothing is like it."""
    alias = _ALIASES.get(wrong.lower(), "")
    near = difflib.get_close_matches(wrong, known, n=1, cutoff=0.6)
    return alias if alias in known else near[0] if near else ""


def _without(case: Case, node: ast.Call, keyword: ast.keyword) -> tuple[Repair, ...]:
    kept = [*(case.text(a) for a in node.args), *(case.text(k) for k in node.keywords if k is not keyword)]
    return case.instead(f"{case.text(node.func)}({', '.join(kept)})", "without it", of=node)


def _missing(case: Case) -> Explanation | None:
    if not case.says("missing 1 required positional argument: 'params'"):
        return None
    models = _models(case)
    given = ", ".join(f"{o.keyword}={o.text}" for o in case.operands)
    return Explanation(
        rule="optimizer-params",
        first=f"{case.name} is not told what to move: its first argument is the parameters of a model.",
        rest=("An optimizer moves what it was given when it was made, by the gradients it finds there.",),
        repairs=case.instead(f"{case.word}({models[-1]}.parameters(), {given})") if models else (),
    )


def _models(case: Case) -> list[str]:
    """Names bound to modules, as far as the code tells."""
    found = []
    for node in ast.walk(case.tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and node.lineno < case.scene.line:
            kind = origin.last_name(node.value.func)
            own = origin.class_named(case, kind)
            if own is not None or case.text(node.value.func) in (f"nn.{kind}", f"torch.nn.{kind}"):
                found += [t.id for t in node.targets if isinstance(t, ast.Name) and not kind.endswith("Loss")]
    return found


def _rate(case: Case) -> Explanation | None:
    lr = case.passed("lr", 1)
    if lr is None:
        return None
    if lr.seen.kind == "text":
        bare = lr.text.strip("\"'")
        return Explanation(
            rule="optimizer-rate",
            first=f"The learning rate {words.code(lr)} is a text, and {case.name} needs a number.",
            repairs=case.swapped(lr, bare) if bare.replace(".", "").replace("e-", "").isdigit() else (),
        )
    value = lr.seen.value
    if case.says("invalid learning rate") and isinstance(value, (int, float)) and value < 0:
        return Explanation(
            rule="optimizer-rate",
            first=f"The learning rate {words.code(lr)} is negative, and a step goes downhill already.",
            rest=("The optimizer subtracts lr times the gradient itself. To climb, pass maximize=True.",),
            repairs=case.swapped(lr, lr.text.lstrip("-")),
        )
    return None


def _params(case: Case, params: Operand) -> Explanation | None:
    if case.says("empty parameter list"):
        return _empty(case, params)
    if params.seen.kind == "module":
        return _whole(case, params, _a_module(case, params))
    if params.seen.kind == "function" and params.text.endswith(".parameters"):
        return Explanation(
            rule="optimizer-params",
            first=f"{words.code(params)} is the method itself; with parentheses it gives the parameters.",
            repairs=case.swapped(params, f"{params.text}()"),
        )
    if params.seen.kind == "tensor":
        return Explanation(
            rule="optimizer-params",
            first=f"{words.code(params)} is one tensor, and {case.name} takes several: a list, even of one.",
            repairs=case.swapped(params, f"[{params.text}]"),
        )
    if params.seen.kind == "dict":
        model = params.text.removesuffix(".state_dict()")
        return Explanation(
            rule="optimizer-params",
            first=f"{words.code(params)} is a dictionary; {case.name} takes the parameters themselves.",
            rest=("state_dict() gives copies of names and values to save; parameters() gives what is trained.",),
            repairs=case.swapped(params, f"{model}.parameters()") if model != params.text else (),
        )
    return _entries(case, params)


def _a_module(case: Case, params: Operand) -> str:
    kind = f"a module ({params.seen.type})" if params.seen.type and params.seen.type not in params.text else "a module"
    return f"{words.code(params)} is {kind}, and {case.name} takes its parameters."


def _whole(case: Case, params: Operand, first: str) -> Explanation:
    return Explanation(
        rule="optimizer-params",
        first=first,
        rest=("A module may hold more than parameters, so an optimizer asks for them by name: parameters().",),
        repairs=case.swapped(params, f"{words.grouped(params)}.parameters()"),
    )


def _entries(case: Case, params: Operand) -> Explanation | None:
    """A list with something in it that cannot be moved."""
    node = case.node_of(params)
    made = next(iter(origin.followed(case, node)), None) if node is not None else None
    entries = made.elts if isinstance(made, (ast.List, ast.Tuple)) else []
    items = params.seen.items or ()
    for n, item in enumerate(items):
        entry = entries[n] if n < len(entries) and len(entries) == len(items) else None
        text = case.text(entry) if entry is not None else f"{params.text}[{n}]"
        if item.kind == "tensor" and item.is_leaf is False:
            return _result(case, entry, text)
        if item.kind == "module":
            return _modules(case, params, text, entries if len(entries) == len(items) else [])
        if item.kind in ("text", "number") and entry is not None:
            kept = ", ".join(case.text(e) for e in entries if e is not entry)
            kind = words.kind(item.type or item.kind)
            return Explanation(
                rule="optimizer-params",
                first=f"`{text}` in the list is {kind}, and {case.name} takes parameters alone.",
                repairs=case.instead(f"[{kept}]", "without it", of=made) if made is not None else (),
            )
        if item.type == "generator" and entry is not None:
            return _generators(case, params, [e for e in entries if case.text(e).endswith("parameters()")])
    return None


def _modules(case: Case, params: Operand, text: str, entries: list[ast.expr]) -> Explanation:
    """Modules in the list; each is asked for its parameters."""
    edits = [case.edit(e, f"*{case.text(e)}.parameters()") for e in entries if group.module(case, e)]
    return Explanation(
        rule="optimizer-params",
        first=f"`{text}` in the list is a module, and {case.name} takes its parameters.",
        rest=("A module gives them by parameters(), and a * in front unpacks those into the list.",),
        repairs=case.swapped(params, f"{text}.parameters()") if len(params.seen.items or ()) == 1
        else case.with_edits(edits, "all in one list") if edits else (),
    )  # fmt: skip


def _result(case: Case, entry: ast.expr | None, text: str) -> Explanation:
    return Explanation(
        rule="optimizer-leaf",
        first=f"`{words.short(text)}` is the result of an operation, and {case.name} moves leaves only.",
        rest=(
            "A leaf is a tensor that you made yourself. What comes out of *, .to(), .float() or .view() is "
            "computed from "
            "one: it would be stale after the first step, and its gradient is not kept.",
            "Make it first, whatever that takes, and call requires_grad_() on it last.",
        ),
        repairs=rooted(case, entry) if entry is not None else (),
    )


def _generators(case: Case, params: Operand, entries: list[ast.expr]) -> Explanation:
    edits = [case.ahead(entry, "*") for entry in entries]
    return Explanation(
        rule="optimizer-params",
        first=f"{words.code(params)} is a list of lists: each parameters() gives many tensors.",
        rest=("A * in front unpacks each of them into the one list.",),
        repairs=case.with_edits(edits, "all in one list", params.text) if edits else (),
    )


def _empty(case: Case, params: Operand) -> Explanation:
    node = case.node_of(params)
    call = next((m for m in (origin.followed(case, node) if node is not None else [])), None)
    if isinstance(node, ast.Name) and isinstance(call, ast.Call) and origin.last_name(call.func) == "parameters":
        return Explanation(
            rule="optimizer-empty",
            first=f"{words.code(params)} has been used up: parameters() can be gone through once only.",
            rest=("It gives a generator, which is empty after the first loop or list() over it.",),
            repairs=case.swapped(params, case.text(call), "asked for anew"),
        )
    model = params.text.removesuffix(".parameters()")
    holder = call.func.value if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
    own = next((c for m in (origin.followed(case, holder) if holder else []) if (c := origin.own_class(case, m))), None)
    why, repairs = _unregistered(case, own) if own else ("", ())
    return Explanation(
        rule="optimizer-empty",
        first=f"`{words.short(model)}` has no parameters, so there is nothing to train.",
        rest=(
            why
            or "Only layers with weights have parameters, such as Linear or Conv2d; activations, pooling "
            "and flattening "
            "have none.",
        ),
        repairs=repairs,
        habit="Count them once: sum(p.numel() for p in model.parameters()).",
    )


def _unregistered(case: Case, own: ast.ClassDef) -> tuple[str, tuple[Repair, ...]]:
    """Layers in a plain list, and tensors that are no parameters."""
    for node in ast.walk(own):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute):
            continue
        name, value = case.text(node.targets[0]), node.value
        text = case.text(value)
        if isinstance(value, (ast.List, ast.ListComp)):
            why = f"`{name}` is a plain list, and layers in it are not found; a ModuleList registers them."
            return why, case.instead(f"{case.nn}.ModuleList({text})", of=value)
        if isinstance(value, ast.Dict):
            why = f"`{name}` is a plain dict, and layers in it are not found; a ModuleDict registers them."
            return why, case.instead(f"{case.nn}.ModuleDict({text})", of=value)
        if isinstance(value, ast.Call) and case.text(value.func).startswith("torch.") and ".nn." not in text:
            why = f"`{name}` is a plain tensor; only what is wrapped in nn.Parameter is a parameter."
            plain = text.replace(", requires_grad=True", "")
            return why, case.instead(f"{case.nn}.Parameter({plain})", of=value)
    return "", ()


def _added(case: Case) -> Explanation | None:
    """parameters() + parameters()"""
    if case.word != "+" or not case.says("'generator' and 'generator'"):
        return None
    a, b = case.operands[:2]
    return Explanation(
        rule="optimizer-params",
        first=f"{words.code(a)} and {words.code(b)} cannot be added: each gives its tensors one by one.",
        rest=("Lists can be added; list() makes one of each.",),
        repairs=case.instead(f"list({a.text}) + list({b.text})"),
    )


def _scheduler(case: Case) -> Explanation | None:
    given = case.passed("optimizer", 0)
    if given is not None and case.says("is not an Optimizer"):
        found = [n for n in ast.walk(case.tree) if isinstance(n, ast.Assign) and _is_optimizer(n.value)]
        names = [t.id for n in found for t in n.targets if isinstance(t, ast.Name)]
        return Explanation(
            rule="scheduler-optimizer",
            first=f"{case.name} changes the learning rate of an optimizer; {words.code(given)} is a {given.seen.type}.",
            repairs=case.swapped(given, names[-1]) if names else (),
        )
    if given is None and case.says("missing 1 required positional argument: 'optimizer'"):
        return _unled(case)
    if case.says("initial_lr"):
        last = next((k for k in getattr(case.node, "keywords", []) if k.arg == "last_epoch"), None)
        node = case.node
        return Explanation(
            rule="scheduler-resumed",
            first="last_epoch is for going on with a run: the optimizer must have been loaded from it first.",
            rest=("A new run leaves it out.",),
            repairs=_without(case, node, last) if last is not None and isinstance(node, ast.Call) else (),
        )
    return None


def _unled(case: Case) -> Explanation:
    """A scheduler that is not told which optimizer it leads."""
    found = [n for n in ast.walk(case.tree) if isinstance(n, ast.Assign) and _is_optimizer(n.value)]
    names = [t.id for n in found for t in n.targets if isinstance(t, ast.Name)]
    given = ", ".join(f"{o.keyword}={o.text}" if o.keyword else o.text for o in case.operands)
    return Explanation(
        rule="scheduler-optimizer",
        first=f"{case.name} is not told whose learning rate it changes: its first argument is an optimizer.",
        repairs=case.instead(f"{case.word}({names[-1]}, {given})") if names else (),
    )


def _is_optimizer(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and origin.last_name(node.func) in OPTIMIZERS
