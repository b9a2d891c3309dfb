"""Attributes that are not there: misspelt, of another kind of value, or of the result of a call that was not made."""

from __future__ import annotations

import ast
import difflib

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.optim import OPTIMIZERS
from tutor.sandbox.protocol import Operand

_OF_TENSORS = {
    "astype": "to", "copy": "clone", "length": "numel", "len": "numel", "to_numpy": "numpy", "as_numpy": "numpy",
    "tonumpy": "numpy", "asnumpy": "numpy", "dims": "ndim", "ndims": "ndim", "power": "pow", "to_list": "tolist",
    "items": "item", "swapaxis": "transpose", "sizes": "size", "avg": "mean", "average": "mean", "gradient": "grad",
    "grads": "grad", "value": "item", "maximum_value": "max", "fill": "fill_", "zero": "zero_", "concat": "cat",
    "as_type": "to", "type_as_float": "float", "require_grad": "requires_grad", "multiply_": "mul_", "shapes": "shape",
}  # fmt: skip
"""What other libraries or a slip of memory call attributes of tensors."""
_OF_TORCH = {
    "array": "tensor", "concatenate": "cat", "random": "rand", "normal_": "normal", "dot_product": "dot",
    "uniform": "rand", "multiply_": "mul", "transpose_": "transpose", "expand_dims": "unsqueeze", "zeroes": "zeros",
    "power": "pow", "mat_mul": "matmul", "avg": "mean", "average": "mean", "no_gradient": "no_grad",
}  # fmt: skip
_TENSOR_ONLY = (
    "shape", "dtype", "mean", "float", "item", "detach", "numpy", "unsqueeze", "squeeze", "view", "reshape", "to", "T",
    "backward", "argmax", "max", "min", "sum", "size", "dim", "ndim", "device", "long", "tolist", "cpu", "numel", "std",
    "permute", "transpose", "flatten", "clone", "softmax", "matmul", "requires_grad", "exp", "log", "sqrt", "int",
)  # fmt: skip


def explain(case: Case) -> Explanation | None:
    """What is there in place of the attribute; None where it is another error."""
    if case.type == "TypeError":
        return _parameter(case)
    if case.type != "AttributeError" or not case.operands or case.kind not in ("attribute", "call", "assign"):
        return None
    said = case.says(r"has no attribute '(\w+)'")
    node = case.node
    if said is None or not isinstance(node, ast.Attribute) or node.attr != said[1]:
        return _module_inside(case, said[1] if said else "")
    owner = case.operands[0]
    for rule in _RULES:
        if (found := rule(case, node, owner, said[1])) is not None:
            return found
    kind = words.code(owner) + (f" is a {owner.seen.type} and" if owner.seen.type not in ("", "module") else "")
    return Explanation(rule="attribute", first=f"{kind} has no `{said[1]}`.", rest=(_own(case, owner),))


def _module_inside(case: Case, name: str) -> Explanation | None:
    """A value of the wrong kind passed to something of torch's, which asks it for what only tensors have."""
    kinds = ("list", "number")
    odd = next((o for o in case.operands if o.seen.kind in kinds and name in _TENSOR_ONLY), None)
    if odd is None or not case.says(rf"'{odd.seen.type}' object"):
        return None
    return Explanation(
        rule="attribute-passed",
        first=f"{words.code(odd)} is a {odd.seen.type}, and a tensor is wanted there.",
        rest=(f"Inside, torch asks it for its `{name}`, which only a tensor has.",),
        repairs=case.swapped(odd, _as_tensor(odd)),
    )


def _as_tensor(operand: Operand) -> str:
    items = operand.seen.items or ()
    if items and all(item.kind == "tensor" for item in items):
        return f"torch.stack({operand.text})"
    return f"torch.tensor({operand.text})"


def _own(case: Case, owner: Operand) -> str:
    own = origin.class_named(case, owner.seen.type)
    if own is None:
        return "Names of attributes must be exact, capitals included."
    names = sorted({n.attr for n in ast.walk(own) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)})
    return f"`{own.name}` sets: {', '.join(names)}." if names else f"`{own.name}` sets no attributes."


def _selfless(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    """A layer bound to a plain name in __init__."""
    own = origin.class_named(case, owner.seen.type)
    init = origin.function_named(own, "__init__") if own else None
    if init is None or owner.text != "self":
        return None
    for statement in ast.walk(init):
        if isinstance(statement, ast.Assign) and any(origin.last_name(t) == name for t in statement.targets):
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                return Explanation(
                    rule="attribute-self",
                    first=f"`self.{name}` is not there: line {statement.lineno} binds `{name}` without `self.`.",
                    rest=("A plain name in __init__ is gone when __init__ ends; self keeps it.",),
                    repairs=case.instead(f"self.{name}", of=target),
                )
    return None


def _keyed(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    """cfg.lr for cfg["lr"]"""
    keys = [k.strip("'\"") for k in owner.seen.keys or ()]
    if owner.seen.kind != "dict" or name not in keys:
        return None
    return Explanation(
        rule="attribute-key",
        first=f"{words.code(owner)} is a dict; `{name}` is one of its keys, not an attribute.",
        rest=("A key is asked for in square brackets.",),
        repairs=case.instead(f'{owner.text}["{name}"]', of=node),
    )


def _inner(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    """The weight of a model that has layers with weights."""
    if owner.seen.kind != "module" or name not in ("weight", "bias", "in_features", "out_features"):
        return None
    makers = origin.followed(case, node.value)
    own = next((c for m in makers if (c := origin.own_class(case, m))), None)
    held = (
        [f".{n.attr}" for n in ast.walk(own) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)]
        if own
        else []
    )
    if not held:
        entries = origin.entries(makers[0]) if makers else []
        held = [f"[{n}]" for n, e in enumerate(entries) if isinstance(e, ast.Call) and e.args]
    if not held:
        return None
    return Explanation(
        rule="attribute-inner",
        first=f"{words.code(owner)} has no `{name}` itself; its layers have: `{owner.text}{held[0]}.{name}`.",
        repairs=tuple(r for step in held[:2] for r in case.instead(f"{owner.text}{step}.{name}", of=node)),
    )


def _uncalled(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    if not case.says(r"'(function|method|builtin_function_or_method|method-wrapper)' object"):
        return None
    return Explanation(
        rule="attribute-uncalled",
        first=f"{words.code(owner)} is a function that has not been called: `{words.short(owner.text)}()`.",
        rest=(f"Its result has a `{name}`; the function itself has none.",),
        repairs=case.instead(f"{owner.text}().{name}", of=node),
    )


def _pair(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    items = owner.seen.items or ()
    if owner.seen.kind != "tuple" or not (name in _TENSOR_ONLY or any(i.kind == "tensor" for i in items)):
        return None
    maker = _maker(case, node.value)
    fields = _fields(maker)
    means = f"the {fields[0]}" if fields else "the first of them"
    first = f"{words.code(owner)} is a tuple of {len(items)}"
    return Explanation(
        rule="attribute-tuple",
        first=f"{first}, {words.listed(list(fields))}; the tuple itself has no `{name}`."
        if fields
        else f"{first}, and a tuple has no `{name}`.",
        rest=tuple(
            filter(None, [f"`{words.short(case.text(maker))}` gives more than one thing." if maker is not None else ""])
        ),
        repairs=(
            *case.instead(f"{words.grouped(owner)}[0].{name}", means, of=node),
            *unpacked(case, node.value, len(items)),
        ),
        habit="Take apart what a call gives where it is called: out, state = lstm(x).",
    )


def _maker(case: Case, node: ast.expr) -> ast.Call | None:
    made = origin.followed(case, node)
    return next((m for m in made if isinstance(m, ast.Call)), None)


def _fields(call: ast.Call | None) -> tuple[str, ...]:
    if call is None:
        return ()
    name = origin.last_name(call.func)
    if name in ("max", "min", "sort", "topk", "median", "mode", "kthvalue", "cummax", "cummin"):
        return ("values", "indices")
    return ()


def unpacked(case: Case, node: ast.expr, count: int) -> tuple[Repair, ...]:
    """The repair that binds the name bound to the first of the tuple, where it was bound to the whole."""
    if not isinstance(node, ast.Name) or count < 2:
        return ()
    for statement in ast.walk(case.tree):
        if isinstance(statement, ast.Assign) and case.text(statement.targets[0]) == node.id:
            return case.instead(f"{node.id}, {', '.join(['_'] * (count - 1))}", "taken apart", of=statement.targets[0])
    return ()


def _listed(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    if owner.seen.kind not in ("list", "dict") or name not in _TENSOR_ONLY:
        return None
    if owner.seen.kind == "dict":
        return None
    count = case.instead(f"len({owner.text})", "how many there are", of=node) if name in ("shape", "size") else ()
    return Explanation(
        rule="attribute-list",
        first=f"{words.code(owner)} is a Python list, and only a tensor has `{name}`.",
        rest=("A list of numbers becomes a tensor by torch.tensor, a list of tensors by torch.stack.",),
        repairs=(*case.instead(f"{_as_tensor(owner)}.{name}", "as a tensor", of=node), *count),
    )


def _plain(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    if owner.seen.kind not in ("number", "bool", "text") or name not in _TENSOR_ONLY:
        return None
    call = next(iter(case.around(node)), None)
    asked = isinstance(call, ast.Call) and call.func is node
    value = isinstance(node.value, ast.Call) and origin.last_name(node.value.func) in ("item", "float", "int")
    inner = case.text(node.value.func.value) if value and isinstance(node.value.func, ast.Attribute) else ""  # type: ignore[attr-defined]
    repairs: tuple[Repair, ...] = ()
    if name in ("item", "detach", "numpy", "tolist", "cpu", "float") and asked and call is not None:
        repairs = case.instead(owner.text, "the number as it is", of=call)
    elif inner and name != "item":
        repairs = case.instead(f"{inner}.{name}", "before it is turned into a number", of=node)
    elif owner.seen.kind == "number":
        repairs = case.instead(f"torch.tensor({owner.text}).{name}", "as a tensor", of=node)
    return Explanation(
        rule="attribute-number",
        first=f"{words.code(owner)} is a Python {owner.seen.type}, no tensor, and has no `{name}`.",
        rest=(f"It was {words.made_at(owner)}.",) if words.made_at(owner) else (),
        repairs=repairs,
    )


def _array(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    if owner.seen.type != "ndarray":
        return None
    return Explanation(
        rule="attribute-array",
        first=f"{words.code(owner)} is a NumPy array, and `{name}` is what tensors have.",
        rest=("from_numpy makes a tensor of it that shares its memory.",),
        repairs=case.instead(f"torch.from_numpy({owner.text}).{name}", "as a tensor", of=node),
    )


def _generator(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    if owner.seen.type != "generator":
        return None
    return Explanation(
        rule="attribute-generator",
        first=f"{words.code(owner)} gives its values one by one; it has no `{name}` itself.",
        rest=("list() collects them, a for loop goes through them.",),
        repairs=case.instead(f"[p.{name} for p in {owner.text}]", "of each of them", of=node)
        if name in _TENSOR_ONLY
        else (),
    )


def _backward(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    if name != "backward" or owner.seen.kind not in ("module", "object"):
        return None
    losses = [t.id for n in ast.walk(case.tree) if isinstance(n, ast.Assign) for t in n.targets
              if isinstance(t, ast.Name) and "loss" in t.id.lower() and n.lineno < case.scene.line
              and isinstance(n.value, ast.Call) and origin.last_name(n.value.func)[:1].islower()]  # fmt: skip
    call = next(iter(case.around(node)), None)
    new = f"{losses[-1]}.backward()" if losses else ""
    return Explanation(
        rule="attribute-backward",
        first=f"{words.code(owner)} is a {owner.seen.type}; backward() is called on the loss, a tensor.",
        rest=("From the loss it goes back to all that it was computed from, the weights of the model included.",),
        repairs=case.instead(new, of=call) if new and isinstance(call, ast.Call) else (),
    )


def _optimized(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    """What an optimizer or a model does, asked of a tensor or of the other one."""
    homes = _HOMES.get(name, ())
    if not homes or owner.seen.kind not in ("tensor", "module", "object", "function"):
        return None
    found = [n for home in homes for n in _made_of(case, home) if n != owner.text]
    kind = owner.seen.type if owner.seen.kind != "tensor" else "tensor"
    return Explanation(
        rule="attribute-home",
        first=f"{words.code(owner)} is a {kind}; `{name}` belongs to {' or '.join(homes)}.",
        rest=("What stays from round to round, and is reset and moved, is the model, by its optimizer.",)
        if owner.seen.kind == "tensor"
        else (),
        repairs=tuple(r for n in found[:2] for r in case.instead(f"{n}.{name}", of=node)),
    )


def _made_of(case: Case, home: str) -> list[str]:
    """Names bound to an optimizer, or to a module."""
    found = []
    for statement in ast.walk(case.tree):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            kind = origin.last_name(statement.value.func)
            text = case.text(statement.value.func)
            is_optimizer = kind in OPTIMIZERS
            is_model = ("nn." in text and not kind.endswith("Loss")) or origin.class_named(case, kind) is not None
            if is_optimizer if home == "optimizer" else is_model and not is_optimizer:
                found += [t.id for t in statement.targets if isinstance(t, ast.Name)]
    return found


def _near(case: Case, node: ast.Attribute, owner: Operand, name: str) -> Explanation | None:
    own = origin.class_named(case, owner.seen.type)
    set_there = (
        [n.attr for n in ast.walk(own) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)] if own else []
    )
    methods = [f.name for f in own.body if isinstance(f, ast.FunctionDef)] if own else []
    static = difflib.get_close_matches(name, sorted({*set_there, *methods} - {name}), n=2, cutoff=0.5)
    if owner.text in ("np", "numpy") and name == "tensor":
        return Explanation(
            rule="attribute-near",
            first=f"{words.code(owner)} makes arrays, `{owner.text}.array`; tensors are made by torch.tensor.",
            repairs=(*case.instead("torch.tensor", of=node), *case.instead(f"{owner.text}.array", of=node)),
        )
    table = _OF_TENSORS if owner.seen.kind == "tensor" else _OF_TORCH if owner.text == "torch" else {}
    alias = [table[name]] if name in table else []
    same = [n for n in case.scene.known if n.lower() == name.lower()]
    near = list(dict.fromkeys([*same, *alias, *case.scene.known, *static]))[:2]
    if not near:
        return None
    kind = (
        f", a {owner.seen.type},"
        if owner.seen.kind in ("tensor", "module", "object") and owner.seen.type != "module"
        else ""
    )
    return Explanation(
        rule="attribute-near",
        first=f"{words.code(owner)}{kind} has no `{name}`; it has `{near[0]}`.",
        rest=("Capitals count.",) if same else (),
        repairs=tuple(r for n in near for r in _with_name(case, node, n, name)),
    )


def _with_name(case: Case, node: ast.Attribute, name: str, wrong: str) -> tuple[Repair, ...]:
    owner = case.text(node.value)
    call = next(iter(case.around(node)), None)
    called = isinstance(call, ast.Call) and call.func is node
    if wrong in ("astype", "as_type") and name != "to":
        return ()
    if wrong in ("astype", "as_type") and isinstance(call, ast.Call) and called and len(call.args) == 1:
        given = case.text(call.args[0])
        dtype = {"float": "torch.float32", "int": "torch.int64", "bool": "torch.bool"}.get(given, given)
        return case.instead(f"{owner}.to({dtype.replace('np.', 'torch.')})", of=call)
    if not called and name in ("numel", "item", "numpy", "tolist", "size", "mean") and wrong in _OF_TENSORS:
        return case.instead(f"{owner}.{name}()", of=node)
    if called and name in ("ndim", "grad", "shape", "T") and call is not None:
        return case.instead(f"{owner}.{name}", of=call)
    return case.instead(f"{owner}.{name}", of=node)


def _parameter(case: Case) -> Explanation | None:
    """A tensor assigned where a module keeps a parameter."""
    said = case.says(r"cannot assign '([\w.]+)' (?:object )?(?:to|as) parameter '(\w+)'")
    if said is None or len(case.operands) < 2:
        return None
    value = case.operands[-1]
    return Explanation(
        rule="attribute-parameter",
        first=f"`{said[2]}` of {words.code(case.operands[0])} is a parameter, and {words.code(value)} is a "
        "plain tensor.",
        rest=("A module keeps its parameters by name, and only nn.Parameter can take their place.",),
        repairs=case.swapped(value, f"{case.nn}.Parameter({value.text})"),
    )


_HOMES = {
    "zero_grad": ("optimizer", "model"), "step": ("optimizer",), "param_groups": ("optimizer",), "train": ("model",),
    "eval": ("model",), "parameters": ("model",), "state_dict": ("model", "optimizer"),
}  # fmt: skip
"""What only an optimizer or a model has."""
_RULES = (
    _selfless, _keyed, _inner, _uncalled, _pair, _listed, _plain, _array, _generator, _backward, _optimized, _near,
)  # fmt: skip
