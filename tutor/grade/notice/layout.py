"""reshape and view in the place of transpose and permute: the right shape, the numbers in another order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, library, number, receiver

_TURNED = re.compile(
    r"swap|transp|turn|flip|rotat|mirror|sideways|_t$|T$|^t$|column|cols|by_|revers|first|last|chw|hwc", re.I
)
_PRODUCTS = {"matmul", "mm", "bmm", "mv", "einsum"}
_TURNS = {"transpose", "permute", "t", "T", "mT", "swapaxes", "movedim", "transpose_", "swapdims", "moveaxis"}


def reshaped(program: Program) -> Iterator[Notice]:
    """A reshape to the same sizes in another order."""
    for call in program.calls("reshape", "view"):
        base, _ = receiver(call)
        if base is None or library(call) in ("np", "numpy") or _fresh(base):
            continue
        old, new = program.shape(base), program.shape(call)
        if old is None or new is None or old == new or sorted(old) != sorted(new) or min(old) < 2:
            continue
        if len(old) == 2 and _neutral(program, call, base):
            continue
        yield _notice(program, call, base, _order(old, new))


def _fresh(base: ast.expr) -> bool:
    """Whether it is made right here of numbers in a row: then any shape is as good as another."""
    return called(base) in ("reshape", "view", "arange", "flatten") or (
        isinstance(base, ast.Call) and bool(library(base))
    )


def _neutral(program: Program, call: ast.Call, base: ast.expr) -> bool:
    """Whether a reshape of a matrix may well be meant: nothing says that rows were to become columns."""
    if _swapped(program, call):
        return False
    if not (_TURNED.search(_name(program, call)) or _multiplied(program, call)):
        return True
    text = program.text(base)
    turned = [n for n in program.nodes(ast.Attribute) if n.attr in _TURNS and program.text(n.value) == text]
    turned += [n for n in program.calls(*_TURNS) if library(n) and n.args and program.text(n.args[0]) == text]  # type: ignore[misc]
    return bool(turned) or _changed(program, call)


def _name(program: Program, call: ast.Call) -> str:
    """The name that it is given."""
    at = program.statement(call)
    named = isinstance(at, ast.Assign) and at.value is call and isinstance(at.targets[0], ast.Name)
    return at.targets[0].id if named else ""  # type: ignore[attr-defined]


def _multiplied(program: Program, call: ast.Call) -> bool:
    """Whether it is a factor of a matrix product, here or by its name."""
    uses: list[ast.expr] = [call, *program.loads(_name(program, call) or "·", after=call.lineno)]
    above = [program.parent(use) for use in uses]
    return any(
        (isinstance(n, ast.BinOp) and isinstance(n.op, ast.MatMult)) or called(n) in _PRODUCTS for n in above if n
    )


def _swapped(program: Program, call: ast.Call) -> bool:
    """Whether the sizes are taken from another shape, the last first."""
    asked = [n for n in ast.walk(call) if isinstance(n, ast.Subscript) and ".shape" in program.text(n)]
    if _exchanged(program, call):
        return True
    places = [number(n.slice) for n in asked]
    return places in ([1, 0], [-1, 0], [-1, -2]) or "shape[::-1]" in program.text(call)


def _exchanged(program: Program, call: ast.Call) -> bool:
    """Whether the sizes are names that `rows, columns = x.shape` gave, in another order."""
    base, sizes = receiver(call)
    asked = [size.id for size in sizes if isinstance(size, ast.Name)]
    for node in program.nodes(ast.Assign):
        target, value = node.targets[0], program.text(node.value)
        if (
            base is not None
            and isinstance(target, ast.Tuple)
            and value in (f"{program.text(base)}.shape", f"{program.text(base)}.size()")
        ):
            names = [n.id for n in target.elts if isinstance(n, ast.Name)]
            return len(asked) == len(names) and sorted(asked) == sorted(names) and asked != names
    return False


def _changed(program: Program, call: ast.Call) -> bool:
    """Whether the new name is written to: a view, made to be one."""
    at = program.statement(call)
    if not isinstance(at, ast.Assign) or not isinstance(at.targets[0], ast.Name):
        return False
    name = at.targets[0].id
    for store in program.nodes(ast.Subscript):
        if isinstance(store.ctx, ast.Store) and isinstance(store.value, ast.Name) and store.value.id == name:
            return True
    return False


def _order(old: tuple[int, ...], new: tuple[int, ...]) -> list[int]:
    """Where each new size was before."""
    left, order = list(enumerate(old)), []
    for size in new:
        place = next(i for i, (_, s) in enumerate(left) if s == size)
        order.append(left.pop(place)[0])
    return order


def _notice(program: Program, call: ast.Call, base: ast.expr, order: list[int]) -> Notice:
    old, new = program.shape(base) or (), program.shape(call) or ()
    text, word = program.text(base), called(call)
    turned = f"{text}.T" if len(old) == 2 else f"{text}.permute({', '.join(map(str, order))})"
    name = "transpose" if len(old) == 2 else "permute"
    return Notice(
        rule="reshape-for-transpose",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {program.code_of(call)} turns {shape_text(old)} into {shape_text(new)} by "
            "refilling, not by swapping dimensions."
        ),
        rest=(
            f"{word} reads the numbers row after row and deals them out again in the same order: what was a row "
            f"of {program.code_of(base)} is now neither row nor column. The shape is a {name}'s, the data mixed.",
            f"If the dimensions are to change places, that is what {name} does.",
        ),
        instead=turned,
        sure=len(old) > 2 or _swapped(program, call),
    )
