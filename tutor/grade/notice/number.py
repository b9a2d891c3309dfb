"""Numbers that are not those that were written: fractions cut off, memory nobody set, another standard deviation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, given, keyword, library, receiver, root

_WHOLE = {"int8", "int16", "int32", "int64", "uint8"}
_ROUNDERS = {"round", "floor", "ceil", "trunc", "long", "int", "argmax", "argmin", "sum", "item"}
_FILLERS = {"fill_": 0, "masked_fill_": 1, "index_fill_": 2, "full_like": 1}


def cut_off(program: Program) -> Iterator[Notice]:
    """A fraction stored into a tensor of whole numbers."""
    for at in program.nodes(ast.Assign):
        target = at.targets[0]
        if isinstance(target, ast.Subscript) and (said := _fraction(program, at.value)):
            dtype = program.seen(target.value).dtype or _dtype_after(program, at)
            if dtype in _WHOLE:
                yield _cut(program, at, target.value, dtype, said)
    for call in program.calls(*_FILLERS):
        base, others = receiver(call)
        place = _FILLERS[called(call)] - (called(call) == "full_like")
        dtype = program.seen(base).dtype if base is not None else ""
        if base is None or dtype not in _WHOLE or len(others) <= place or keyword(call, "dtype") is not None:
            continue
        if said := _fraction(program, others[place]):
            yield _cut(program, call, base, dtype, said)


def _dtype_after(program: Program, at: ast.Assign) -> str:
    name = root(at.targets[0])
    made = [m for m in program.outcome.lines if m.line == at.lineno and m.name == name]
    return (made[0].dtype or "") if made else ""


def _fraction(program: Program, value: ast.expr) -> str:
    """What is known of a value that is a fraction: itself, or its dtype; empty where it need not be one."""
    known = reckoned(program, value)
    if known is not None:
        return f"{known:.6g}" if known != int(known) else ""
    seen = program.seen(value)
    rounded = isinstance(value, ast.Call) and called(value) in _ROUNDERS
    fraction = "float" in seen.dtype and seen.shape is not None and not rounded
    return f"{program.code_of(value)} {shape_text(seen.shape or ())} {seen.dtype}" if fraction else ""


def reckoned(program: Program, node: ast.expr) -> float | None:
    """The number that an expression of numbers is, names included."""
    if isinstance(node, ast.Constant):
        plain = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
        return _as_number(str(node.value)) if plain else None
    if isinstance(node, ast.Name):
        return _as_number(program.seen(node).text)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = reckoned(program, node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp):
        return _computed(node.op, reckoned(program, node.left), reckoned(program, node.right))
    return None


def _as_number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def _computed(op: ast.operator, a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return None
    if isinstance(op, ast.Div):
        return a / b if b else None
    signs: dict[type[ast.operator], float] = {ast.Add: a + b, ast.Sub: a - b, ast.Mult: a * b}
    return signs.get(type(op))


def _cut(program: Program, node: ast.stmt | ast.expr, base: ast.expr, dtype: str, said: str) -> Notice:
    name = program.text(base)
    number = _as_number(said) is not None
    stored = f"{said} is stored as {int(float(said))}" if number else f"the fractions of {said} are cut off"
    return Notice(
        rule="fraction-cut-off",
        line=node.lineno,
        first=f"On line {node.lineno} {program.code_of(node)} puts a fraction into `{name}` ({dtype}): {stored}.",
        rest=(
            f"A tensor keeps its dtype: what is stored into it is turned into {dtype}, and what is behind the decimal "
            "point is lost without a word.",
        ),
        instead=f"{name} = {name}.float()\n{program.text(node)}" if isinstance(base, ast.Name) else "",
    )


def elements(text: str) -> list[object] | None:
    """The numbers in `tensor([[...]])`."""
    try:
        found = ast.literal_eval(text.removeprefix("tensor(").removesuffix(")"))
    except (ValueError, SyntaxError):
        return None
    return found if isinstance(found, list) else None


def unset(program: Program) -> Iterator[Notice]:
    """`torch.Tensor(3)`: three numbers that nobody set."""
    for call in program.calls("Tensor", "FloatTensor", "LongTensor", "IntTensor", "DoubleTensor"):
        if library(call) != "torch" or not call.args or call.keywords or _filled(program, call):
            continue
        sizes = [_size(program, arg) for arg in call.args]
        if all(sizes):
            yield _unset(program, call)


def _size(program: Program, arg: ast.expr) -> bool:
    value = reckoned(program, arg)
    if value is not None:
        return (isinstance(arg, (ast.Constant, ast.BinOp)) and "." not in program.text(arg)) or program.seen(
            arg
        ).text.isdigit()
    return called(arg) in ("len", "size", "numel") or (isinstance(arg, ast.Subscript) and ".shape" in program.text(arg))


def _filled(program: Program, call: ast.Call) -> bool:
    """Whether numbers are put into it afterwards."""
    above = program.parent(call)
    if isinstance(above, ast.Attribute) or (
        isinstance(above, ast.Call) and called(above) in ("Parameter", "empty_like")
    ):
        return True
    at = program.statement(call)
    targets = at.targets if isinstance(at, ast.Assign) else []
    name = program.text(targets[0]) if targets else ""
    rows = program.code.splitlines()[at.lineno :]
    return bool(name) and any((f"{name}[" in row and "=" in row) or _inits(row, name) for row in rows)


def _inits(row: str, name: str) -> bool:
    return f"_({name}" in row or (row.strip().startswith(f"{name}.") and "_(" in row)


def _unset(program: Program, call: ast.Call) -> Notice:
    sizes = ", ".join(program.text(arg) for arg in call.args)
    shape = program.shape(call)
    made = shape_text(shape) if shape is not None else f"({sizes}{',' * (len(call.args) == 1)})"
    one = len(call.args) == 1
    means = f"torch.tensor({sizes}), with a small t, holds the number {sizes}." if one else ""
    return Notice(
        rule="capital-tensor",
        line=call.lineno,
        first=f"On line {call.lineno} {program.code_of(call)} makes a tensor {made} of arbitrary numbers nobody set.",
        rest=("A number given to torch.Tensor is a size: it is torch.empty, memory as it was found.", means)[: 1 + one],
        instead=f"torch.tensor({sizes})" if one else f"torch.zeros({sizes})",
    )


def deviations(program: Program) -> Iterator[Notice]:
    """torch's standard deviation beside NumPy's: n - 1 against n."""
    arrays = [
        c for c in program.calls("std", "var") if _of_array(program, c) and keyword(c, "ddof", "correction") is None
    ]
    for call in program.calls("std", "var"):
        if _of_array(program, call) or keyword(call, "correction", "unbiased", "ddof") is not None:
            continue
        beside = [a for a in arrays if called(a) == called(call) and not _unbiased(call)]
        if beside and not _told_apart(program):
            yield _deviation(program, call, beside[0])
            return


def _of_array(program: Program, call: ast.Call) -> bool:
    """Whether it is NumPy's: of an array by its text, or called on what numpy() gave."""
    if library(call) in ("np", "numpy"):
        return True
    base, _ = receiver(call)
    if base is None or library(call):
        return False
    origin = program.origin(base)
    if any(called(part) in ("numpy", "array", "asarray") and called(base) != "from_numpy" for part in (base, origin)):
        return True
    owner = origin.func if isinstance(origin, ast.Call) else origin
    return root(owner) in ("np", "numpy") or program.seen(base).text.startswith("array(")


def _unbiased(call: ast.Call) -> bool:
    return (
        any(isinstance(a, ast.Constant) and a.value is False for a in call.args)
        or given(call, 9, "unbiased") is not None
    )


def _told_apart(program: Program) -> bool:
    """Whether the program shows both ways in torch itself, knowing of the difference."""
    return any(keyword(c, "correction", "unbiased", "ddof") is not None for c in program.calls("std", "var"))


def _deviation(program: Program, call: ast.Call, other: ast.Call) -> Notice:
    base, _ = receiver(call)
    name = program.text(base) if base is not None else "x"
    seen = program.seen(base) if base is not None else None
    shape = f" {shape_text(seen.shape)}" if seen and seen.shape else ""
    text = program.text(call)
    inner = text[: text.rfind(")")]
    joined = inner if inner.endswith("(") else f"{inner}, "
    return Notice(
        rule="std-of-numpy",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {program.code_of(call)} divides by n - 1, and {program.code_of(other)} on line "
            f"{other.lineno} by n: they differ for the same numbers."
        ),
        rest=(
            f"torch's {called(call)} of `{name}`{shape} has correction=1 unless told otherwise, NumPy's has ddof=0.",
        ),
        instead=f"{joined}correction=0)",
    )
