"""What an optimizer is given in groups: dicts with "params", lists of generators, parameters that are all frozen."""

from __future__ import annotations

import ast
import difflib

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Explanation, Repair
from tutor.grade.explain.scope import passed_for
from tutor.sandbox.protocol import Operand

_LIKELY = ("param", "parameters", "weights", "model", "module", "net", "layer")
_HABIT = 'Each group is {"params": ..., "lr": ...}, in a list.'


def explain(case: Case, params: Operand) -> Explanation | None:
    """What is wrong with groups of parameters; None where they are all right, or are no groups."""
    node = case.node_of(params)
    for made in _sources(case, node) if node is not None else []:
        for rule in (_dict, _list, _many, _frozen):
            if (found := rule(case, params, made)) is not None:
                return found
    return None


def _sources(case: Case, node: ast.expr) -> list[ast.expr]:
    """The expressions that made what is passed, also through a parameter of the function around."""
    passed = passed_for(case, node) if isinstance(node, ast.Name) else []
    return [*origin.followed(case, node), *(made for value in passed for made in origin.followed(case, value))]


def _keys(group: ast.Dict) -> list[str]:
    return [k.value for k in group.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]


def _dict(case: Case, params: Operand, made: ast.expr) -> Explanation | None:
    """One group without its list, or generators by name."""
    inner = made.args[0] if isinstance(made, ast.Call) and origin.last_name(made.func) == "dict" and made.args else made
    if isinstance(inner, ast.Call) and origin.last_name(inner.func) in ("named_parameters", "state_dict"):
        return _names(case, params, inner) if params.seen.kind == "dict" else None
    if not isinstance(made, ast.Dict):
        return None
    if "params" in _keys(made):
        return Explanation(
            rule="optimizer-group",
            first=f"{words.code(params)} is one group of parameters, and {case.name} takes a list of groups.",
            rest=("Going through a dict gives its keys, which are texts.",),
            repairs=case.swapped(params, f"[{params.text}]", "a list with one group"),
            habit=_HABIT,
        )
    if not made.values or not all(_gives(case, v) for v in made.values):
        return None
    return Explanation(
        rule="optimizer-group",
        first=f"{words.code(params)} is a dict of parameters by name, and {case.name} takes a list of groups.",
        rest=('Going through a dict gives its keys, which are texts. A group is a dict with the key "params".',),
        repairs=case.swapped(
            params, f'[{{"params": p}} for p in {words.grouped(params)}.values()]', "one group for each"
        ),
        habit=_HABIT,
    )


def _names(case: Case, params: Operand, call: ast.Call) -> Explanation:
    """All of a model by name."""
    model = case.text(call.func.value) if isinstance(call.func, ast.Attribute) else "model"
    return Explanation(
        rule="optimizer-params",
        first=f"{words.code(params)} is a dictionary; {case.name} takes the parameters themselves.",
        rest=(
            "Going through a dict gives its keys, here the names. state_dict() gives copies to save; "
            "parameters() gives what is trained.",
        ),
        repairs=case.swapped(params, f"{model}.parameters()"),
    )


def _gives(case: Case, node: ast.expr) -> bool:
    return case.text(node).endswith("parameters()")


def _list(case: Case, params: Operand, made: ast.expr) -> Explanation | None:
    """Groups whose "params" is called otherwise, or is a module."""
    groups = [g for g in made.elts if isinstance(g, ast.Dict)] if isinstance(made, (ast.List, ast.Tuple)) else []
    if isinstance(made, (ast.ListComp, ast.GeneratorExp)) and isinstance(made.elt, ast.Dict):
        groups = [made.elt]
    odd = next((g for g in groups if "params" not in _keys(g)), None)
    if odd is not None and case.type == "KeyError":
        return _unnamed(case, groups, odd)
    said = case.says(r"'(\w+)' object is not iterable|one of the params is ([\w.]+)")
    values = [v for g in groups for k, v in zip(g.keys, g.values, strict=True) if _is(k, "params")]
    values += [k.value for e in getattr(made, "elts", ()) for k in getattr(e, "keywords", ()) if k.arg == "params"]
    if case.says("more than one parameter group"):
        return _twice(case, values)
    bare = [v for v in values if module(case, v)]
    if said is None or not bare:
        return None
    kind = f", a {said[1]}" if said[1] and said[1] not in case.text(bare[0]) else ""
    edits = [case.behind(v, ".parameters()") for v in bare]
    return Explanation(
        rule="optimizer-group",
        first=f'`{words.short(case.text(bare[0]))}` under "params" is a module{kind}; a group holds its parameters.',
        rest=("An optimizer asks a module for what it trains by name: parameters().",),
        repairs=case.with_edits(edits, "", "; ".join(f"{case.text(v)}.parameters()" for v in bare)),
        habit=_HABIT,
    )


def _twice(case: Case, values: list[ast.expr]) -> Explanation | None:
    """Parameters of a model in one group, and those of a part of it in another."""
    owners = [(v, case.text(v).removesuffix(".parameters()")) for v in values if _gives(case, v)]
    pairs = [(a, b) for a in owners for b in owners if a is not b and f"{b[1]}.".startswith(f"{a[1]}.")]
    if not pairs:
        return None
    (whole, outer), (part, inner) = pairs[0]
    name = inner.removeprefix(outer).lstrip(".")
    others = f'[p for n, p in {outer}.named_parameters() if not n.startswith("{name}.")]'
    return Explanation(
        rule="optimizer-group",
        first=f"`{case.text(whole)}` and `{case.text(part)}` in two groups hold the same parameters.",
        rest=("A parameter belongs to one group, which says how it is moved.",),
        repairs=case.instead(others, f"the first group without `{name}`", of=whole) if name else (),
    )


def _is(key: ast.expr | None, text: str) -> bool:
    return isinstance(key, ast.Constant) and key.value == text


def module(case: Case, node: ast.expr) -> bool:
    """Whether it looks like a module: made from a class, or a name of which nothing is known."""
    makers = origin.followed(case, node)
    if not makers:
        return isinstance(node, (ast.Name, ast.Attribute))
    names = [origin.last_name(m.func) for m in makers if isinstance(m, ast.Call)]
    return any(name[:1].isupper() and name != "Parameter" for name in names)


def _unnamed(case: Case, groups: list[ast.Dict], odd: ast.Dict) -> Explanation:
    edits: list[Edit] = []
    wrong = ""
    for group in groups:
        names = _keys(group)
        near = difflib.get_close_matches("params", names, n=1, cutoff=0.6)
        name = next((n for n in (*near, *_LIKELY) if n in names), "") if "params" not in names else ""
        key = next((k for k in group.keys if name and _is(k, name)), None)
        edits += [case.edit(key, '"params"')] if key is not None else []
        wrong = wrong or name
    return Explanation(
        rule="optimizer-group",
        first=f'`{words.short(case.text(odd))}` has no key "params"' + (f'; it has "{wrong}".' if wrong else "."),
        rest=("A group is a dict: what is trained stands under just that name, options such as lr beside it.",),
        repairs=case.with_edits(edits, "", '"params": ...') if edits else (),
        habit=_HABIT,
    )


def _many(case: Case, params: Operand, made: ast.expr) -> Explanation | None:
    """A list that was filled with generators."""
    items = params.seen.items or ()
    if not items or any(item.type != "generator" for item in items):
        return None
    if isinstance(made, (ast.ListComp, ast.GeneratorExp)):
        loops = " ".join(_loop(case, made, g) for g in made.generators)
        repairs = case.instead(f"[p {loops} for p in {case.text(made.elt)}]", "all in one list", of=made)
    elif isinstance(made, (ast.List, ast.Call)) and not getattr(made, "elts", ()):
        adds = [c for c in case.calls("append") if c.args and _gives(case, c.args[0])]
        edits = [
            case.edit(c.func, f"{case.text(c.func.value)}.extend") for c in adds if isinstance(c.func, ast.Attribute)
        ]
        repairs = case.with_edits(edits, "all in one list") if edits else ()
    else:
        return None
    return Explanation(
        rule="optimizer-params",
        first=f"{words.code(params)} is a list of {len(items)} generators, and {case.name} takes tensors.",
        rest=("Each parameters() gives many tensors, one by one; the list must hold the tensors themselves.",),
        repairs=repairs,
    )


def _loop(case: Case, made: ast.ListComp | ast.GeneratorExp, loop: ast.comprehension) -> str:
    tests = "".join(f" if {case.text(test)}" for test in loop.ifs)
    return f"for {case.text(loop.target)} in {case.text(loop.iter)}{tests}"


def _frozen(case: Case, params: Operand, made: ast.expr) -> Explanation | None:
    """Only what is trained was picked, and nothing is."""
    if not case.says("empty parameter list") or "requires_grad" not in case.text(made):
        return None
    if _is_once(made) and _read_before(case, params):
        return Explanation(
            rule="optimizer-empty",
            first=f"{words.code(params)} has been used up: what filter() or (... for ...) gives is gone through once.",
            rest=("After the first loop, sum() or list() over it nothing is left; a list can be gone through again.",),
            repairs=case.instead(f"list({case.text(made)})", "kept as a list", of=made),
        )
    asked = [n for n in ast.walk(made) if isinstance(n, ast.Call) and origin.last_name(n.func) in _GIVERS]
    owner = asked[0].func.value if asked and isinstance(asked[0].func, ast.Attribute) else None
    if owner is None:
        return None
    model = case.text(owner)
    return Explanation(
        rule="optimizer-frozen",
        first=f"All parameters of `{words.short(model)}` are frozen, so {words.code(params)} is empty.",
        rest=(
            "requires_grad is False for each of them, and only those with True were picked.",
            "Freeze first; then put in the new layer, or unfreeze the one that is to learn.",
        ),
        repairs=(*_last_freed(case, owner, made), *_freed(case, model, "everything is trained again", made)),
        habit="Count what is trained: sum(p.requires_grad for p in model.parameters()).",
    )


def _is_once(made: ast.expr) -> bool:
    return isinstance(made, ast.GeneratorExp) or (
        isinstance(made, ast.Call) and origin.last_name(made.func) == "filter"
    )


def _read_before(case: Case, params: Operand) -> bool:
    names = [n for n in ast.walk(case.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    return any(n.id == params.text and n.lineno < case.scene.line for n in names)


_GIVERS = ("parameters", "named_parameters")


def _last_freed(case: Case, owner: ast.expr, picked: ast.expr) -> tuple[Repair, ...]:
    """The last layer of a model of the code's own, which most often is the one to be trained."""
    made = origin.followed(case, owner)
    own = next((c for m in made if (c := origin.own_class(case, m))), None)
    init = origin.function_named(own, "__init__") if own else None
    names = [
        n.targets[0].attr
        for n in ast.walk(init or ast.Module(body=[], type_ignores=[]))
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Attribute) and isinstance(n.value, ast.Call)
    ]
    text = case.text(owner)
    if len(names) > 1:
        return _freed(case, f"{text}.{names[-1]}", "the last layer is trained", picked)
    many = any(isinstance(m, ast.Call) and origin.last_name(m.func) == "Sequential" for m in made)
    return _freed(case, f"{text}[-1]", "the last layer is trained", picked) if many else ()


def _freed(case: Case, text: str, means: str, picked: ast.expr) -> tuple[Repair, ...]:
    statement = next((n for n in case.around(picked) if isinstance(n, ast.stmt)), None)
    return case.before(statement.lineno, f"{text}.requires_grad_(True)", means) if statement is not None else ()
