"""Two names for the same memory: what is changed through one shows through the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, library, number, receiver, root

_VIEWS = {
    "view", "t", "transpose", "permute", "narrow", "select", "unbind", "split", "chunk", "squeeze", "unsqueeze",
    "expand", "detach", "diagonal", "view_as", "unfold", "flatten", "reshape", "ravel", "swapaxes", "movedim",
}  # fmt: skip
_VIEW_ATTRIBUTES = {"T", "mT", "data", "real", "H"}
_AWARE = ("shares_memory", "data_ptr", "untyped_storage", "may_share_memory", "._base")
"""What only a program asks that knows of shared memory."""


def shared(program: Program) -> Iterator[Notice]:
    """A name that is another name's memory, changed while the other is still read."""
    told: set[tuple[str, str]] = set()
    if any(word in program.code for word in _AWARE):
        return
    for at in program.nodes(ast.Assign):
        if len(at.targets) != 1 or not isinstance(at.targets[0], ast.Name):
            continue
        new, how = at.targets[0].id, _sharing(program, at.value)
        old = root(_source(at.value)) if how else ""
        if not old or old == new or (old, new) in told:
            continue
        found = _found(program, at, old, new, how)
        if found is not None:
            told.add((old, new))
            yield found


def kept(program: Program) -> Iterator[Notice]:
    """`before = self.total`, then `self.total += x`: a tensor of an attribute or a dict that is no copy."""
    for at in program.nodes(ast.Assign):
        old, line = at.value, program.line(at)
        if line is None or line.shape is None or not line.dtype or not _held(program, old):
            continue
        text, new = program.text(old), at.targets[0].id  # type: ignore[attr-defined]
        for change in program.nodes(ast.AugAssign, ast.Expr):
            later = change.lineno > at.lineno and program.function(change) is program.function(at)
            if later and _changes_path(program, change, text) and _read_after(program, change, new):
                yield _notice(program, at, change, text, new, "alias")
                return


def _held(program: Program, value: ast.expr) -> bool:
    """Whether it is an attribute of self, or an entry that is asked for by a text."""
    if isinstance(value, ast.Subscript):
        return isinstance(value.slice, ast.Constant) and isinstance(value.slice.value, str)
    return isinstance(value, ast.Attribute) and getattr(value.value, "id", "") == "self"


def _changes_path(program: Program, change: ast.stmt, text: str) -> bool:
    if isinstance(change, ast.AugAssign):
        return program.text(change.target) == text
    call = change.value if isinstance(change, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    name = call.func.attr
    return name.endswith("_") and not name.endswith("__") and program.text(call.func.value) == text


def _source(value: ast.expr) -> ast.expr:
    """What the memory is of: the argument of `from_numpy`, else what a path begins with."""
    return value.args[0] if isinstance(value, ast.Call) and library(value) and value.args else value


def _sharing(program: Program, value: ast.expr) -> str:
    """How an expression shares the memory of a name: `alias`, `view`, `slice`, `array`; empty if it does not."""
    if isinstance(value, ast.Name):
        return "alias" if _tensor(program, value) else ""
    if isinstance(value, ast.Call):
        return _by_call(program, value)
    if isinstance(value, ast.Attribute) and value.attr in _VIEW_ATTRIBUTES:
        return "view" if _plain(program, value.value) else ""
    if isinstance(value, ast.Subscript) and _basic(program, value) and _plain(program, value.value):
        return "slice" if program.shape(value) or program.line(program.statement(value)) else ""
    return ""


def _by_call(program: Program, call: ast.Call) -> str:
    name = called(call)
    if name in ("from_numpy", "as_tensor", "asarray") and call.args and isinstance(call.args[0], ast.Name):
        return "array" if not call.keywords and len(call.args) == 1 else ""
    if name == "numpy" and not call.args and not call.keywords:
        base, _ = receiver(call)
        return "array" if base is not None and root(base) else ""
    base, _ = receiver(call)
    if name not in _VIEWS or base is None or not _plain(program, base):
        return ""
    # Of what does not lie in order these copy.
    return "" if name in ("reshape", "flatten", "ravel") and not isinstance(base, ast.Name) else "view"


def _plain(program: Program, node: ast.expr) -> bool:
    """Whether it is a tensor by its name, or a view of one."""
    if isinstance(node, ast.Name):
        return _tensor(program, node)
    return bool(_sharing(program, node))


def _tensor(program: Program, node: ast.Name) -> bool:
    return bool(program.shape(node)) and program.seen(node).dtype != ""


def _basic(program: Program, node: ast.Subscript) -> bool:
    """Whether an index makes a view: whole numbers and slices, no lists and no tensors."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return all(_plain_index(program, part) for part in parts)


def _plain_index(program: Program, part: ast.expr) -> bool:
    if isinstance(part, ast.Slice) or number(part) is not None or isinstance(part, ast.Constant):
        return True
    return isinstance(part, (ast.Name, ast.BinOp)) and program.shape(part) is None and not _listed(program, part)


def _listed(program: Program, part: ast.expr) -> bool:
    return program.seen(part).text.startswith("[")


def _found(program: Program, at: ast.Assign, old: str, new: str, how: str) -> Notice | None:
    for change, name in _changes(program, at, {old, new}):
        other = old if name == new else new
        if how in ("view", "slice") and (name == old or not _unaware(program, at, change, new)):
            continue
        if _read_after(program, change, other) and not _rebound(program, at, change, other):
            return _notice(program, at, change, name, other, how)
    return None


def _changes(program: Program, at: ast.Assign, names: set[str]) -> Iterator[tuple[ast.stmt, str]]:
    """Statements after `at`, in the same function, that change one of the names in place."""
    scope = program.function(at)
    for node in program.nodes(ast.AugAssign, ast.Assign, ast.Expr):
        name = changed(program, node)
        if name in names and node.lineno > at.lineno and program.function(node) is scope:
            yield node, name


def changed(program: Program, node: ast.stmt) -> str:
    """The name whose tensor a statement changes in place; empty for none."""
    if isinstance(node, ast.AugAssign):
        return root(node.target) if not isinstance(node.target, ast.Attribute) else ""
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        return root(target) if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) else ""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name, owner = called(node.value), node.value.func
        in_place = name.endswith("_") and not name.endswith("__") and name not in ("requires_grad_", "retain_grad")
        if in_place and isinstance(owner, ast.Attribute) and isinstance(owner.value, (ast.Name, ast.Subscript)):
            return root(owner.value)
        if name == "fill" or name == "sort":
            return ""
    return ""


def _read_after(program: Program, change: ast.stmt, name: str) -> bool:
    """Whether a name is read later on, for what is in it and not only for its shape."""
    scope = program.function(change)
    for load in program.loads(name, after=change.end_lineno or change.lineno):
        above = program.parent(load)
        if isinstance(above, ast.Attribute) and above.attr in ("shape", "dtype", "size", "storage_offset", "data_ptr"):
            continue
        asserted = isinstance(program.statement(load), ast.Assert)
        if program.function(load) is scope and not asserted and not _stored(program, load):
            return True
    return False


def _stored(program: Program, load: ast.Name) -> bool:
    above = program.parent(load)
    return isinstance(above, ast.Subscript) and isinstance(above.ctx, ast.Store)


def _rebound(program: Program, at: ast.Assign, change: ast.stmt, name: str) -> bool:
    """Whether the other name stands for something else by then."""
    for store in program.nodes(ast.Name):
        between = at.lineno < store.lineno <= change.lineno
        if store.id == name and isinstance(store.ctx, ast.Store) and between:
            above = program.parent(store)
            if not isinstance(above, ast.AugAssign):
                return True
    return False


def _unaware(program: Program, at: ast.Assign, change: ast.stmt, new: str) -> bool:
    """Whether a change through a view seems meant for it alone: it is computed from it, or used for itself later."""
    if isinstance(change, ast.AugAssign) and any(getattr(n, "id", "") == new for n in ast.walk(change.value)):
        return True
    if called(at.value) in ("flatten", "reshape", "ravel"):
        # Whoever writes to what these give may well take it for a copy.
        old = root(_source(at.value))
        return any(_uses(program, load) for load in program.loads(old, after=change.end_lineno or change.lineno))
    return any(_uses(program, load) for load in program.loads(new, after=change.end_lineno or change.lineno))


def _uses(program: Program, load: ast.Name) -> bool:
    """Whether a name is read for more than to be shown, checked or changed."""
    at = program.statement(load)
    shown = isinstance(at, ast.Assert) or (isinstance(at, ast.Expr) and called(at.value) == "print")
    return not shown and not _stored(program, load) and not changed(program, at)


_HOW = {
    "alias": ("`{new}` is no copy: `{new} = {old}` gives the same tensor a second name.", "{new} = {old}.clone()"),
    "view": ("`{value}` makes a view: it has the memory of `{old}`, not a copy of it.", "{new} = {value}.clone()"),
    "slice": ("A slice is a view: `{new}` has the memory of `{old}`, not a copy of it.", "{new} = {value}.clone()"),
    "array": ("`{value}` copies nothing: array and tensor share one memory.", "{new} = {copied}"),
}


def _notice(program: Program, at: ast.Assign, change: ast.stmt, name: str, other: str, how: str) -> Notice:
    value = program.text(at.value)
    new: str = at.targets[0].id  # type: ignore[attr-defined]
    old = value if _held(program, at.value) else root(_source(at.value))
    copied = f"torch.tensor({old})" if "numpy" not in value.split("(")[0].rsplit(".", 1)[-1] else f"{value}.copy()"
    if value.startswith("torch.from_numpy") or "as_tensor" in value:
        copied = f"torch.tensor({old})"
    facts = {"old": old, "new": new, "value": value, "copied": copied}
    why, instead = (text.format(**facts) for text in _HOW[how])
    return Notice(
        rule=f"shared-{how}",
        line=change.lineno,
        first=(
            f"On line {change.lineno} {program.code_of(change)} changes `{other}` too: since line {at.lineno} "
            f"`{name}` and `{other}` share the same memory."
        ),
        rest=(why, f"`{other}` is read again later, and has the new numbers by then. If it is to keep the old, copy."),
        instead=instead,
        sure=False,
    )
