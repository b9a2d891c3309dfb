"""Calls that do not fit: of what cannot be called, or with other arguments than the function takes."""

from __future__ import annotations

import ast
import builtins
import difflib

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair

_PROPERTIES = ("T", "mT", "shape", "dtype", "grad", "device", "ndim", "is_leaf", "requires_grad", "grad_fn", "H")
_ALIASES = {
    "learning_rate": "lr", "axis": "dim", "axes": "dim", "keepdims": "keepdim", "units": "out_features",
    "in_channel": "in_channels", "out_channel": "out_channels", "filters": "out_channels", "kernel": "kernel_size",
    "input_dim": "in_features", "output_dim": "out_features", "batchsize": "batch_size", "rate": "p",
    "hidden_dim": "hidden_size", "hidden": "hidden_size", "pad": "padding", "heads": "num_heads",
    "vocab_size": "num_embeddings", "embed_size": "embedding_dim", "input_channels": "in_channels", "eps_": "eps",
}  # fmt: skip


def explain(case: Case) -> Explanation | None:
    """What a call was made with against what it takes; None where it is no such error."""
    if case.type != "TypeError" or case.kind != "call":
        return None
    for rule in (_not_callable, _keyword, _missing, _many, _twice):
        if (found := rule(case)) is not None:
            return found
    return None


def _not_callable(case: Case) -> Explanation | None:
    said = case.says(r"'([\w.]+)' object is not callable")
    node = case.node
    if said is None or not isinstance(node, ast.Call):
        return None
    text, kind = case.text(node.func), said[1].rpartition(".")[2]
    if isinstance(node.func, ast.Attribute) and node.func.attr in _PROPERTIES and not node.args:
        return Explanation(
            rule="call-property",
            first=f"`{text}` is a value, no function: it is read without parentheses.",
            repairs=case.instead(text),
        )
    shadowed = _shadowed(case, text, kind)
    if shadowed is not None:
        return shadowed
    if kind == "list" and (found := _layers(case, node.func, text)) is not None:
        return found
    rest, repairs = _instead_of_call(case, node, text, kind)
    return Explanation(
        rule="call-value",
        first=f"`{words.short(text)}` is {words.kind(kind)}, which cannot be called.",
        rest=(*rest, *_bound_here(case, node.func)),
        repairs=(*_function_kept(case, node.func), *repairs),
    )


def _instead_of_call(case: Case, node: ast.Call, text: str, kind: str) -> tuple[tuple[str, ...], tuple[Repair, ...]]:
    """What a value of that kind is asked by, where it cannot be called."""
    inner = ", ".join(case.text(a) for a in node.args)
    repairs: tuple[Repair, ...] = ()
    rest: tuple[str, ...] = ()
    if kind in ("Tensor", "list", "tuple", "dict", "Parameter", "ndarray", "Size", "str") and node.args:
        rest = ("Places are asked for in square brackets; parentheses call a function.",)
        repairs = case.instead(f"{text}[{inner}]")
    elif kind == "dtype" and node.args:
        rest = ("A dtype is passed by name, dtype=..., to what makes a tensor.",)
        repairs = case.instead(f"torch.tensor({inner}, dtype={text})")
    elif kind in ("int", "float") and node.args:
        rest = ("A product needs its sign: 2(x) calls 2.",)
        repairs = case.instead(f"{text} * ({inner})")
    elif kind == "module":
        rest = (f"`{text}` is a library; what it holds is reached with a dot.",)
    elif kind == "NoneType":
        rest = ("None cannot be called; a function that returns nothing gave it.",)
    elif own := origin.class_named(case, kind):
        rest = (f"`{own.name}` has no __call__; its methods are called by name.",)
    return rest, repairs


def _layers(case: Case, node: ast.expr, text: str) -> Explanation | None:
    """A list of layers, called as if it were one."""
    made = next((m for m in origin.followed(case, node) if isinstance(m, ast.List)), None)
    if made is None or not any(isinstance(e, ast.Call) and "nn." in case.text(e.func) for e in made.elts):
        return None
    return Explanation(
        rule="call-layers",
        first=f"`{text}` is a Python list of layers, which cannot be called itself.",
        rest=("A Sequential calls one after the other, and registers them; a plain list does neither.",),
        repairs=case.instead(f"{case.nn}.Sequential(*{case.text(made)})", "called one after the other", of=made),
    )


def _bound_here(case: Case, node: ast.expr) -> tuple[str, ...]:
    values = origin.bound(case, node.id) if isinstance(node, ast.Name) else []
    return (f"It was bound on line {values[-1].lineno}, to `{words.short(case.text(values[-1]))}`.",) if values else ()


def _function_kept(case: Case, node: ast.expr) -> tuple[Repair, ...]:
    """`loss_fn = F.mse_loss(a, b)`, called later: the function without its call."""
    values = origin.bound(case, node.id) if isinstance(node, ast.Name) else []
    if (
        not values
        or not isinstance(values[-1], ast.Call)
        or not case.text(values[-1].func).startswith(("F.", "torch.nn."))
    ):
        return ()
    return case.instead(case.text(values[-1].func), "the function itself, to be called later", of=values[-1])


def _shadowed(case: Case, name: str, kind: str) -> Explanation | None:
    """A name of Python's own that was given to a value."""
    if not name.isidentifier() or not hasattr(builtins, name):
        return None
    stores = [
        n for n in ast.walk(case.tree) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
    ]
    if not stores:
        return None
    calls = {n.func for n in ast.walk(case.tree) if isinstance(n, ast.Call)}
    uses = [n for n in ast.walk(case.tree) if isinstance(n, ast.Name) and n.id == name and n not in calls]
    edits = [case.edit(n, f"{name}_") for n in uses]
    return Explanation(
        rule="call-shadowed",
        first=f"`{name}` is {words.kind(kind)} here: line {stores[0].lineno} hides Python's own `{name}`.",
        rest=(f"A variable called {name} hides the function of that name; give it a name of its own.",),
        repairs=case.with_edits(edits, f"the variable under another name, {name}_", edits[0].new),
    )


def _keyword(case: Case) -> Explanation | None:
    said = case.says(r"unexpected keyword argument '(\w+)'")
    node = case.node
    if said is None or not isinstance(node, ast.Call):
        return None
    wrong, known = said[1], [n for n in case.scene.known if n not in ("self", "args", "kwargs")]
    keyword = next((k for k in node.keywords if k.arg == wrong), None)
    if keyword is None:
        return None
    near = difflib.get_close_matches(wrong, known, n=1, cutoff=0.6)
    alias = _ALIASES.get(wrong, "")
    right = alias if alias in known or (alias and not known) else near[0] if near else ""
    name = case.name or words.short(case.word)
    takes = f"It takes: {', '.join(known[:10])}." if known else ""
    return Explanation(
        rule="call-keyword",
        first=f"`{name}` has no argument `{wrong}`" + (f"; it has `{right}`." if right else "."),
        rest=tuple(filter(None, [takes, *_defined(case, name)])),
        repairs=case.instead(f"{right}={case.text(keyword.value)}", of=keyword) if right else (),
    )


def _defined(case: Case, name: str) -> tuple[str, ...]:
    function = origin.function_named(case.tree, name)
    return (f"It is defined on line {function.lineno}.",) if function is not None else ()


def _missing(case: Case) -> Explanation | None:
    said = case.says(r"(?:(\w+)\.)?(\w+)\(\) missing (\d+) required (?:positional|keyword-only) arguments?: (.*)")
    node = case.node
    if said is None or not isinstance(node, ast.Call):
        return None
    names = [part.strip("'\" ") for part in said[4].replace(" and ", ",").split(",") if part.strip("'\" ")]
    given = len(node.args) + len(node.keywords)
    called = words.short(case.word)
    listed = words.listed([f"`{n}`" for n in names])
    known = [n for n in case.scene.known if n != "self"]
    if names == ["self"]:
        return _classless(case, node)
    if names == ["self"]:
        return _classless(case, node)
    takes = (
        f"It takes {', '.join(known[:8])}; {given} of them {'was' if given == 1 else 'were'} given." if known else ""
    )
    first = f"`{called}` needs {listed} as well."
    if said[2] == "forward":
        first = f"`{called}` needs {listed} as well: what it is called with goes to forward."
    return Explanation(
        rule="call-missing",
        first=first,
        rest=tuple(filter(None, [takes, *_defined(case, case.name)])),
        repairs=_passed(case, node, names),
    )


def _classless(case: Case, node: ast.Call) -> Explanation | None:
    """A method called on the class."""
    if not isinstance(node.func, ast.Attribute):
        return None
    owner = case.text(node.func.value)
    passed = ", ".join([*(case.text(a) for a in node.args), *(case.text(k) for k in node.keywords)])
    return Explanation(
        rule="call-class",
        first=f"`{owner}` is a class; `{node.func.attr}` is called on an object made from it, `{owner}()`.",
        rest=("The object itself is what self is.",),
        repairs=case.instead(f"{owner}().{node.func.attr}({passed})"),
    )


def _passed(case: Case, node: ast.Call, names: list[str]) -> tuple[Repair, ...]:
    """The missing arguments, where names just so are bound."""
    bound = {n.id for n in ast.walk(case.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    losses = [name for name in sorted(bound) if "loss" in name]
    if names == ["metrics"] and losses:
        return case.instead(f"{case.text(node.func)}({losses[-1]})", "with the loss it watches")
    if not names or not all(name in bound for name in names):
        return ()
    parts = [*(case.text(a) for a in node.args), *(case.text(k) for k in node.keywords)]
    parts += [f"{n}={n}" if node.keywords else n for n in names]
    return case.instead(f"{case.text(node.func)}({', '.join(parts)})", "with the names you have")


def _many(case: Case) -> Explanation | None:
    said = case.says(
        r"(?:(\w+)\.)?(\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) (?:was|were) given"
    )
    if said is None:
        return None
    method = said[1] is not None or said[2] in ("__init__", "forward")
    known = [n for n in case.scene.known if n not in ("self", "args", "kwargs")]
    own = origin.function_named(case.tree, said[2])
    bound = method or (own is not None and [a.arg for a in own.args.args][:1] == ["self"])
    takes, given = int(said[3]) - bool(bound), int(said[4]) - bool(bound)
    called = words.short(case.word)
    return Explanation(
        rule="call-many",
        first=f"`{called}` takes {words.count(takes, 'argument')}, and {given} {'is' if given == 1 else 'are'} given.",
        rest=tuple(
            filter(
                None,
                [
                    f"It takes: {', '.join(known[:8])}." if known else "",
                    *_defined(case, said[2]),
                    "Python counts the object itself, self, as one more." if bound else "",
                ],
            )
        ),
    )


def _twice(case: Case) -> Explanation | None:
    said = case.says(r"got multiple values for (?:keyword )?argument '(\w+)'")
    node = case.node
    if said is None or not isinstance(node, ast.Call):
        return None
    keyword = next((k for k in node.keywords if k.arg == said[1]), None)
    known = [n for n in case.scene.known if n != "self"]
    place = known.index(said[1]) if said[1] in known else -1
    plain = node.args[place] if 0 <= place < len(node.args) else None
    taken = f", by place as `{words.short(case.text(plain))}` and by name" if plain is not None else ""
    return Explanation(
        rule="call-twice",
        first=f"`{said[1]}` of `{words.short(case.word)}` is given twice{taken}.",
        rest=(f"Arguments without a name fill the places in order: {', '.join(known[:6])}.",) if known else (),
        repairs=case.instead(case.text(keyword.value), of=keyword) if keyword is not None and plain is None else (),
    )
