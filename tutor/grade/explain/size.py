"""Floats where a size, a position or a number of pieces is wanted."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, words
from tutor.grade.explain.bound import bindings
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Observation, Operand

_SIZES = frozenset({
    "zeros", "ones", "rand", "randn", "empty", "reshape", "view", "expand", "repeat", "tile", "unflatten", "eye",
    "randperm", "split", "chunk", "narrow", "topk", "unsqueeze", "squeeze", "select", "flatten", "permute",
    "transpose", "roll", "full", "randint", "linspace", "broadcast_to", "resize_", "new_zeros", "new_ones",
    "new_full", "sum", "mean", "kthvalue", "tensor_split", "repeat_interleave", "std", "var", "softmax", "argmax",
    "argmin", "cat", "stack", "movedim", "flip", "triu", "tril", "diag", "multinomial", "one_hot", "max", "min",
    "amax", "amin", "log_softmax", "cumsum", "range", "islice", "arange",
})  # fmt: skip


_OF_NUMBERS = ("range", "arange", "zeros", "ones", "rand", "randn", "empty", "eye", "randperm")


def explain(case: Case) -> Explanation | None:
    """A float where a whole number has to stand; None where none is."""
    if case.below or case.type not in ("TypeError", "IndexError"):
        return None
    if case.kind == "operator":
        return _computed(case)
    if case.kind in ("subscript", "assign") and case.word == "[]" and _is_list(case):
        return _position(case)
    if case.kind == "call" and case.name in _SIZES and (part.is_torch(case) or case.name == "range"):
        return _size(case)
    return None


def _computed(case: Case) -> Explanation | None:
    """A whole shape in arithmetic, or compared to a number."""
    size = next((o for o in case.operands if o.seen.kind == "size"), None)
    node = part.node_of(case, size) if size is not None else None
    numbers = any(o.seen.kind == "number" for o in case.operands)
    if size is None or node is None or not numbers or not case.says("unsupported operand|not supported between"):
        return None
    text, sizes = part.grouped(case, node), size.seen.shape or ()
    owner = text.removesuffix(".size()").removesuffix(".shape")
    found: tuple[Repair, ...] = ()
    for d, n in enumerate(sizes[:2]):
        found += case.instead(f"{text}[{d}]", f"dimension {d} has size {n}", of=node)
    if owner != text:
        found += case.instead(f"{owner}.numel()", f"all elements, {math.prod(sizes)}", of=node)
    return Explanation(
        rule="size-number",
        first=f"{words.code(size)} is a shape, {shape_text(sizes)}, and {case.word} computes with one number.",
        rest=("A shape has a size for each dimension: one of them is picked by its place.",),
        repairs=found,
    )


def _is_list(case: Case) -> bool:
    return bool(case.operands) and case.operands[0].seen.kind in ("tensor", "list", "tuple", "size", "text")


def _size(case: Case) -> Explanation | None:
    for node, seen in _numbers(case):
        if part.is_float(seen):
            return _told(case, node, seen, f"{case.name}() takes")
        if seen.kind == "tensor" and case.name in _OF_NUMBERS:
            return _tensor(case, node, seen)
    return None


def _numbers(case: Case) -> Iterator[tuple[ast.expr, Observation]]:
    """The numbers passed, also those within a tuple, each with the place where it stands."""
    skip = case.operands[0] if part.is_method(case) else None
    plain = part.plain(case)
    for operand in case.operands:
        node = part.node_of(case, operand)
        if operand is skip or node is None or _may_be_fraction(case, operand, plain):
            continue
        if operand is case.operands[0] and case.name in ("cat", "stack"):
            continue
        if operand.seen.kind in ("tuple", "list") and isinstance(node, (ast.Tuple, ast.List)):
            yield from zip(node.elts, operand.seen.items or (), strict=False)
        else:
            yield node, operand.seen


def _may_be_fraction(case: Case, operand: Operand, plain: list[Operand]) -> bool:
    at = plain.index(operand) if operand in plain else None
    if case.name == "linspace":
        return operand.keyword in ("start", "end") or at in (0, 1)
    return case.name in ("full", "new_full") and (operand.keyword == "fill_value" or at == 1)


def _position(case: Case) -> Explanation | None:
    stored = 1 if case.kind == "assign" else 0
    for operand in case.operands[1 : len(case.operands) - stored]:
        node = part.node_of(case, operand)
        if node is None:
            continue
        if part.is_float(operand.seen):
            return _told(case, node, operand.seen, "an index is")
        if isinstance(node, ast.Slice) and (end := _sliced(case, node)) is not None:
            return _told(case, *end, "the ends of a slice are")
    return None


def _sliced(case: Case, node: ast.Slice) -> tuple[ast.expr, Observation] | None:
    """The end of a slice that is a float, as far as that can be seen without running it."""
    seen = {o.text: o.seen for o in (*case.operands, *case.scene.names)}
    for end in filter(None, (node.lower, node.upper, node.step)):
        known = seen.get(case.text(end))
        if known is not None and part.is_float(known):
            return end, known
        constant = isinstance(end, ast.Constant) and isinstance(end.value, float)
        if constant or (isinstance(end, ast.BinOp) and any(isinstance(n, ast.Div) for n in _signs(end))):
            return end, Observation(kind="number", type="float", text="", value=None)
    return None


def _signs(node: ast.expr) -> list[ast.operator]:
    return [n.op for n in ast.walk(node) if isinstance(n, ast.BinOp)]


def _told(case: Case, node: ast.expr, seen: Observation, wanted: str) -> Explanation:
    text = words.short(case.text(node))
    value = f" is {seen.text}, a float" if seen.text and seen.text != text else " is a float"
    divided = _divided(case, node)
    return Explanation(
        rule="whole-size" if "takes" in wanted else "whole-index",
        first=f"`{text}`{value}; {wanted} whole numbers.".replace("is whole numbers", "is a whole number"),
        rest=(
            *(("/ gives a float even where it divides evenly; // gives a whole number.",) if divided else ()),
            *_misleading(case),
        ),
        repairs=_whole(case, node, seen, divided),
        habit="Use // for sizes and positions." if divided else "",
    )


def _misleading(case: Case) -> tuple[str, ...]:
    if case.says(r"positional arguments? but"):
        return ("torch counts arguments in its message, but their number is not the trouble.",)
    if case.says("byte Variables"):
        return ("Variable is torch's old name for a tensor.",)
    return ()


def _divided(case: Case, node: ast.expr) -> ast.BinOp | None:
    """The division that made it: there, or where its name was bound."""
    values = [node, *(bindings(case, node.id) if isinstance(node, ast.Name) else ())]
    for value in values:
        for inner in ast.walk(value):
            if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
                return inner
    return None


def _whole(case: Case, node: ast.expr, seen: Observation, divided: ast.BinOp | None) -> tuple[Repair, ...]:
    found: tuple[Repair, ...] = ()
    if divided is not None:
        left, right = part.grouped(case, divided.left), part.grouped(case, divided.right)
        left = case.text(divided.left) if isinstance(divided.left, ast.Constant) else left
        right = case.text(divided.right) if isinstance(divided.right, ast.Constant) else right
        alike = [n for n in ast.walk(case.tree) if _same(case, n, divided)]
        edits = [case.edit(n, f"{left} // {right}") for n in alike]
        found += case.with_edits(edits, "a whole number, rounded down", f"{left} // {right}")
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return case.instead(str(int(node.value)), "as a whole number", of=node)
    return (*found, *case.instead(f"int({case.text(node)})", "cut off to a whole number", of=node))


def _same(case: Case, node: ast.AST, divided: ast.BinOp) -> bool:
    """Whether it is the same division, there or once more on its line."""
    alike = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and node.lineno == divided.lineno
    return alike and case.text(node) == case.text(divided)


def _tensor(case: Case, node: ast.expr, seen: Observation) -> Explanation | None:
    """A tensor as a size, or as the end of a range."""
    text, shape = words.short(case.text(node)), seen.shape or ()
    many = any(n != 1 for n in shape)
    float_ = seen.dtype in part.FLOATING
    if not many and not float_:
        return None
    if case.name == "arange" and not many:
        return None
    counts = case.name in ("range", "arange", "eye", "randperm")
    where = "a range counts to" if case.name == "range" else f"{case.name}() takes"
    plain = part.grouped(case, node)
    return Explanation(
        rule="whole-size",
        first=f"`{text}` {shape_text(shape)} is a tensor of {seen.dtype}; {where} "
        f"{'one whole number' if counts else 'whole numbers'}.",
        rest=(
            "A tensor counts as a whole number only where it holds a single one and its dtype is whole, like int64.",
        ),
        repairs=_from_tensor(case, node, plain, many),
    )


def _from_tensor(case: Case, node: ast.expr, plain: str, many: bool) -> tuple[Repair, ...]:
    if not many:
        return case.instead(f"int({case.text(node)})", "its value as a whole number", of=node)
    if case.name in ("arange", "eye", "randperm"):
        return (
            *case.instead(f"len({case.text(node)})", "as many as it has entries", of=node),
            *case.instead(f"int({plain}.max())", "up to its greatest number", of=node),
        )
    if case.name != "range":
        alone = len(part.plain(case)) == 1
        listed = f"{plain}.int().tolist()"
        return case.instead(listed if alone else f"*{listed}", "its numbers as sizes", of=node)
    return (
        *case.instead(f"len({case.text(node)})", "one round for each of its entries", of=node),
        *case.instead(f"{plain}.tolist()", "its values themselves, one after the other"),
    )
