"""Training mode at prediction, and gradients recorded for nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, root

_MOODY = re.compile(r"\b(nn\.)?(Dropout|AlphaDropout|Dropout[123]d|BatchNorm[123]d)\(")
_OFF = ("no_grad", "inference_mode")


def training(program: Program) -> Iterator[Notice]:
    """A prediction under no_grad by a model with dropout or batch norm that is in training mode."""
    moody = _moody(program)
    for call in program.nodes(ast.Call):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name not in moody or not call.args or program.function(call) is not None or not _under(program, call):
            continue
        modes = _modes(program, name, call)
        if (modes and modes[-1] == "eval") or _sampled(program, call):
            continue
        if not modes or modes[-1] == "train":
            yield _training(program, call, name, moody[name], bool(modes))
            return


def _moody(program: Program) -> dict[str, str]:
    """The names of models that behave differently in training, with what makes them do so."""
    classes = {}
    for tree, code in ((program.given, ""), (program.tree, program.code)):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and (found := _MOODY.search(ast.unparse(node))):
                classes[node.name] = found[2]
    models = {}
    for tree in (program.given, program.tree):
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and isinstance(node.value, ast.Call)
            ):
                found = _MOODY.search(ast.unparse(node.value)) if called(node.value) == "Sequential" else None
                kind = found[2] if found else classes.get(called(node.value), "")
                if kind:
                    models[node.targets[0].id] = kind
    return models


def _under(program: Program, call: ast.AST) -> bool:
    """Whether it stands in a `with torch.no_grad()`."""
    for above in program.around(call):
        if isinstance(above, ast.With) and any(called(item.context_expr) in _OFF for item in above.items):
            return True
    return False


def _modes(program: Program, name: str, call: ast.AST) -> list[str]:
    """`train` and `eval` as they were called on a model before a line, in that order; one loop round back."""
    found = []
    for other in program.calls("train", "eval", "requires_grad_"):
        owner = other.func.value if isinstance(other.func, ast.Attribute) else None
        if owner is not None and root(owner) == name and other.lineno <= call.lineno:  # type: ignore[attr-defined]
            off = called(other) == "eval" or any(isinstance(a, ast.Constant) and a.value is False for a in other.args)
            found.append("eval" if off else "train")
    # A function of the program may do it.
    for function in program.nodes(ast.FunctionDef):
        if any(called(inner) == "eval" for inner in ast.walk(function)) and _calls(program, function.name, name):
            found.append("eval")
    assigned = [
        n for n in program.nodes(ast.Assign) if any(isinstance(t, ast.Name) and t.id == name for t in n.targets)
    ]
    return [*found, *("eval" for n in assigned if ".eval()" in program.text(n.value))]


def _calls(program: Program, function: str, name: str) -> bool:
    return any(isinstance(a, ast.Name) and a.id == name for call in program.calls(function) for a in call.args)


def _sampled(program: Program, call: ast.Call) -> bool:
    """Whether the same input is put in again and again to see the spread: dropout on purpose."""
    if any(
        isinstance(above, (ast.ListComp, ast.GeneratorExp)) and "range(" in program.text(above)
        for above in program.around(call)
    ):
        return True
    loop = program.loop(call)
    return (
        isinstance(loop, ast.For) and "range(" in program.text(loop.iter) and not program.calls("backward", within=loop)
    )


def _training(program: Program, call: ast.Call, name: str, kind: str, told: bool) -> Notice:
    batch = kind.startswith("Batch")
    does = "uses the statistics of this batch and updates its running ones" if batch else "drops entries at random"
    why = (
        f"`{name}` is in training mode since train() was called" if told else "a model is in training mode until eval()"
    )
    return Notice(
        rule="predicts-in-training-mode",
        line=call.lineno,
        first=f"On line {call.lineno} {program.code_of(call)} predicts in training mode: {kind} {does}.",
        rest=(
            f"no_grad stops the recording of gradients and nothing else; {why}.",
            "Before predicting switch to eval(), and back to train() before the next round of training.",
        ),
        instead=f"{name}.eval()\nwith torch.no_grad():\n    {program.text(program.statement(call))}",
    )


def recording(program: Program) -> Iterator[Notice]:
    """A prediction after eval() that still records gradients, which nobody asks for later."""
    for off in program.calls("eval"):
        owner = off.func.value if isinstance(off.func, ast.Attribute) else None
        if not isinstance(owner, ast.Name) or program.function(off) is not None or _needed(program, off):
            continue
        for call in program.nodes(ast.Call):
            is_model = isinstance(call.func, ast.Name) and call.func.id == owner.id and bool(call.args)
            if is_model and call.lineno > off.lineno and _recorded(program, call) and program.function(call) is None:
                if not _under(program, call) and "train" not in _modes(program, owner.id, call)[-1:]:
                    yield _recording(program, off, call, owner.id)
                    return


def _needed(program: Program, off: ast.Call) -> bool:
    """Whether gradients are used after that, or recording is switched off as a whole."""
    later = [
        *program.calls("backward", "grad", "requires_grad_", "jacobian", "vjp", "jacrev"),
        *program.nodes(ast.Attribute),
    ]
    words = {"grad", "requires_grad", "grad_fn"}
    used = any(n.lineno > off.lineno and (isinstance(n, ast.Call) or n.attr in words) for n in later)
    switched = any(truthless(call) for call in program.calls("set_grad_enabled", "requires_grad_"))
    return used or switched or "export" in program.code


def truthless(call: ast.Call) -> bool:
    """Whether a switch is given False."""
    return any(isinstance(a, ast.Constant) and a.value is False for a in call.args)


def _recorded(program: Program, call: ast.Call) -> bool:
    """Whether the result is kept as it is: not one number of it, not an index, nothing detached."""
    for above in program.around(call):
        if isinstance(above, ast.stmt):
            break
        if isinstance(above, ast.Call) and called(above) in (
            "item", "argmax", "argmin", "detach", "tolist", "numpy", "print", "size", "len", "summary", "isinstance",
            "allclose", "equal", "close", "assert_close",
        ):  # fmt: skip
            return False
        if isinstance(above, (ast.Compare, ast.FormattedValue)) or getattr(above, "attr", "") in (
            "shape",
            "dtype",
            "data",
        ):
            return False
    at = program.statement(call)
    line = program.line(at)
    if isinstance(at, ast.Assign):
        return line is not None and line.requires_grad is True
    return (isinstance(at, ast.Expr) and called(at.value) in ("append", "extend")) or isinstance(at, ast.AugAssign)


def _recording(program: Program, off: ast.Call, call: ast.Call, name: str) -> Notice:
    at = program.statement(call)
    return Notice(
        rule="eval-without-no-grad",
        line=call.lineno,
        first=f"On line {call.lineno} {program.code_of(call)} still records what backward would need, and nothing uses it.",
        rest=(
            f"`{name}.eval()` on line {off.lineno} changes what dropout and batch norm do; gradients are recorded as "
            "before, and a kept result keeps its whole graph in memory.",
            "no_grad is what stops the recording.",
        ),
        instead=f"with torch.no_grad():\n    {program.text(at)}",
        sure=False,
    )
