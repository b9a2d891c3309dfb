"""Training mode at prediction, and gradients recorded for nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Function, Program, called, parameters, root

_MOODY = re.compile(r"\b(?:nn\.)?(Dropout|AlphaDropout|Dropout[123]d|BatchNorm[123]d)\(")
_OFF = ("no_grad", "inference_mode")
_TAKES = frozenset(
    {
        "item", "argmax", "argmin", "detach", "tolist", "numpy", "print", "size", "len", "summary", "isinstance",
        "allclose", "equal", "isclose", "assert_close", "float", "int",
    }
)  # fmt: skip
"""What takes no graph with it."""


class Use(NamedTuple):
    """A call of a model."""

    call: ast.Call
    model: str
    """The name of the model at the top of the program."""
    local: str
    """What it is called where it is called."""
    sites: tuple[ast.Call, ...]
    """Where the function around it is called; empty at the top of the program."""


def _uses(program: Program, models: set[str]) -> Iterator[Use]:
    """Calls of models, at the top and in functions that are given them or see them."""
    for call in program.nodes(ast.Call):
        if not isinstance(call.func, ast.Name) or not call.args:
            continue
        name, function = call.func.id, program.function(call)
        if function is None:
            if name in models:
                yield Use(call, name, name, ())
            continue
        sites = tuple(c for c in program.calls(function.name) if program.function(c) is None)
        for model in models:
            known = name == model or any(_passed(function, site, name) == model for site in sites)
            if known and sites:
                yield Use(call, model, name, sites)


def _passed(function: Function, site: ast.Call, name: str) -> str:
    """The name, or the making, of what is passed for a parameter."""
    listed = list(parameters(function))
    by_name = next((k.value for k in site.keywords if k.arg == name), None)
    place = listed.index(name) if name in listed else len(site.args)
    value = by_name or (site.args[place] if place < len(site.args) else None)
    return ast.unparse(value) if isinstance(value, (ast.Name, ast.Call)) else ""


def training(program: Program) -> Iterator[Notice]:
    """A prediction under no_grad by a model with dropout or batch norm that is in training mode."""
    moody = _moody(program)
    for use in _uses(program, set(moody)):
        if _silenced(program, use) and not _sampled(program, use.call) and _mode(program, use) != "eval":
            yield _training(program, use, moody[use.model], _mode(program, use) == "train")
            return


def _moody(program: Program) -> dict[str, str]:
    """The names of models that behave differently in training, with what makes them do so."""
    nodes = [n for tree in (program.given, program.tree) for n in ast.walk(tree)]
    classes = {n.name: m[1] for n in nodes if isinstance(n, ast.ClassDef) and (m := _MOODY.search(ast.unparse(n)))}
    models = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if kind := _kind(node.value, classes):
                models[node.targets[0].id] = kind
        elif isinstance(node, ast.Call) and (kind := _kind(node, classes)):
            models[ast.unparse(node)] = kind
    return models


def _kind(value: ast.expr, classes: dict[str, str]) -> str:
    """What makes a new model behave differently in training."""
    found = _MOODY.search(ast.unparse(value)) if called(value) == "Sequential" else None
    return found[1] if found else classes.get(called(value), "")


def _silenced(program: Program, use: Use) -> bool:
    """Whether no gradients are recorded there, by a `with` or a decorator, here or around the function."""
    function = program.function(use.call)
    decorated = function is not None and any(off in program.text(d) for d in function.decorator_list for off in _OFF)
    return decorated or any(_under(program, call) for call in (use.call, *use.sites))


def _under(program: Program, call: ast.AST) -> bool:
    withs = [above for above in program.around(call) if isinstance(above, ast.With)]
    return any(called(item.context_expr) in _OFF for above in withs for item in above.items)


def _mode(program: Program, use: Use) -> str:
    """The mode that a model was last put into before a call: `train`, `eval`, or empty where that was never said."""
    inside = _switches(program, use.local, use.call.lineno, program.function(use.call))
    if inside or not use.sites:
        return inside[-1] if inside else ""
    outside = [_switches(program, use.model, site.lineno, None) for site in use.sites]
    return "eval" if all(found and found[-1] == "eval" for found in outside) else ""


def _switches(program: Program, name: str, before: int, scope: Function | None) -> list[str]:
    """`train` and `eval` as called on a model in a function, up to a line, or in functions it was given to."""
    found = []
    for call in program.calls("train", "eval"):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        within = program.function(call) is scope
        if owner is not None and root(owner) == name and call.lineno <= before and within:
            off = called(call) == "eval" or any(isinstance(a, ast.Constant) and a.value is False for a in call.args)
            found.append("eval" if off else "train")
        elif within and call.lineno < before and isinstance(program.parent(call), ast.Assign):
            targets = program.parent(call).targets  # type: ignore[union-attr]
            found += ["eval"] * any(isinstance(t, ast.Name) and t.id == name for t in targets)
    if scope is None:
        found += _delegated(program, name, before)
    return found


def _delegated(program: Program, name: str, before: int) -> list[str]:
    """The same by functions of the program that a model is given to, or that know it by its name."""
    found = []
    for function in program.nodes(ast.FunctionDef):
        words = [called(n) for n in ast.walk(function) if called(n) in ("train", "eval") and not n.args]  # type: ignore[attr-defined]
        for site in program.calls(function.name):
            given = any(isinstance(a, ast.Name) and a.id == name for a in site.args)
            if words and site.lineno < before and (given or name in program.text(function)):
                found.append(words[-1])
    return found


def _sampled(program: Program, call: ast.Call) -> bool:
    """Whether the same input is put in again and again to see the spread: dropout on purpose."""
    for above in program.around(call):
        if isinstance(above, (ast.ListComp, ast.GeneratorExp)) and "range(" in program.text(above):
            return True
    loop = program.loop(call)
    counted = isinstance(loop, ast.For) and "range(" in program.text(loop.iter)
    return counted and loop is not None and not program.calls("backward", within=loop)


def _training(program: Program, use: Use, kind: str, told: bool) -> Notice:
    batch = kind.startswith("Batch")
    does = "uses the statistics of this batch and updates its running ones" if batch else "drops entries at random"
    why = f"`{use.local}` is so since train()" if told else "a model is so until eval()"
    line = use.call.lineno
    return Notice(
        rule="predicts-in-training-mode",
        line=line,
        first=f"On line {line} {program.code_of(use.call)} predicts in training mode: {kind} {does}.",
        rest=(
            f"no_grad stops the recording of gradients and nothing else; {why}.",
            "Before predicting switch to eval(), and back to train() before the next round of training.",
        ),
        instead=f"{use.local}.eval()\nwith torch.no_grad():\n    {program.text(program.statement(use.call))}",
    )


# eval() without no_grad.


def recording(program: Program) -> Iterator[Notice]:
    """A prediction after eval() that still records gradients, which nobody asks for later."""
    for off in program.calls("eval"):
        name, scope = _switched_off(program, off), program.function(off)
        if not name or _needed(program, off):
            continue
        for call in program.nodes(ast.Call):
            if call.lineno > off.lineno and _kept_on(program, call, scope, name):
                yield _recording(program, off, call, name)
                return


def _switched_off(program: Program, off: ast.Call) -> str:
    """The name of the model in `model.eval()` and `model = Model().eval()`."""
    owner, above = off.func.value if isinstance(off.func, ast.Attribute) else None, program.parent(off)
    if isinstance(owner, ast.Name):
        return owner.id
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ""


def _kept_on(program: Program, call: ast.Call, scope: Function | None, name: str) -> bool:
    """Whether a call of the model, in the same function, gives something with a graph that is kept."""
    is_model = isinstance(call.func, ast.Name) and call.func.id == name and bool(call.args)
    if not is_model or program.function(call) is not scope:
        return False
    if _silenced(program, Use(call, name, name, tuple(program.calls(scope.name)) if scope else ())):
        return False
    return _switches(program, name, call.lineno, scope)[-1:] == ["eval"] and _recorded(program, call)


def _needed(program: Program, off: ast.Call) -> bool:
    """Whether gradients are used after that, or recording is switched off as a whole."""
    calls = program.calls("backward", "grad", "requires_grad_", "jacobian", "vjp", "jacrev")
    words = [n for n in program.nodes(ast.Attribute) if n.attr in ("grad", "requires_grad", "grad_fn")]
    after = [n for n in (*calls, *words) if n.lineno > off.lineno]
    switched = [c for c in program.calls("set_grad_enabled", "requires_grad_") if "False" in program.text(c)]
    return bool(after or switched) or "export" in program.code


def _recorded(program: Program, call: ast.Call) -> bool:
    """Whether the result is kept as it is: not one number of it, not an index, nothing detached."""
    for above in program.around(call):
        if isinstance(above, ast.stmt):
            break
        taken = called(above) in _TAKES or isinstance(above, (ast.Compare, ast.FormattedValue))
        if taken or getattr(above, "attr", "") in ("shape", "dtype", "data"):
            return False
    at = program.statement(call)
    line = program.line(at)
    if isinstance(at, (ast.Assign, ast.Return)):
        return line is not None and line.requires_grad is True
    return (isinstance(at, ast.Expr) and called(at.value) in ("append", "extend")) or isinstance(at, ast.AugAssign)


def _recording(program: Program, off: ast.Call, call: ast.Call, name: str) -> Notice:
    at = program.statement(call)
    return Notice(
        rule="eval-without-no-grad",
        line=call.lineno,
        first=f"On line {call.lineno} {program.code_of(call)} still records what backward needs, and nothing uses it.",
        rest=(
            f"`{name}.eval()` on line {off.lineno} changes what dropout and batch norm do; gradients are recorded as "
            "before, and a kept result keeps its whole graph in memory.",
            "no_grad is what stops the recording.",
        ),
        instead=f"with torch.no_grad():\n    {program.text(at)}",
        sure=False,
    )
