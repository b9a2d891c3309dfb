"""Indexing: what a number, a slice, a list and a mask do to a dimension."""

from __future__ import annotations

import ast
import copy

from tutor.grade.belief.node import SHAPE, Change, Changes, literal, made, number, text

_ALL = ast.Slice()


def changes(node: ast.AST) -> Changes:
    """Beliefs about a pair of brackets."""
    if not isinstance(node, ast.Subscript) or _of_shape(node.value):
        return
    if not (entries := _entries(node)):
        return
    for place, entry in enumerate(entries):
        yield from _one(node, entries, place, entry)
    yield from _brackets(node, entries)
    yield from _places(node, entries)
    yield from _lists(node, entries)
    yield from _masks(node, entries)
    yield from _rest(node, entries)


def _of_shape(node: ast.expr) -> bool:
    """Whether it is a shape or a list that is indexed, where other rules hold."""
    return isinstance(node, (ast.List, ast.Tuple)) or (isinstance(node, ast.Attribute) and node.attr == "shape")


def _entries(node: ast.Subscript) -> list[ast.expr]:
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def indexed(value: ast.expr, entries: list[ast.expr]) -> ast.expr:
    """`value[entries]`."""
    inside = entries[0] if len(entries) == 1 else ast.Tuple(elts=entries, ctx=ast.Load())
    return copy.deepcopy(ast.Subscript(value=value, slice=inside, ctx=ast.Load()))


def _with(node: ast.Subscript, entries: list[ast.expr], place: int, entry: ast.expr) -> ast.expr:
    return indexed(node.value, [*entries[:place], entry, *entries[place + 1 :]])


def _one(node: ast.Subscript, entries: list[ast.expr], place: int, entry: ast.expr) -> Changes:
    if (n := number(entry)) is not None:
        yield from _number(node, entries, place, n)
    elif isinstance(entry, ast.Slice):
        yield from _slice(node, entries, place, entry)
    elif isinstance(entry, ast.List) and entry.elts:
        told = f"A list keeps its dimension, one place for each entry; only a number like {_first(entry)} removes it."
        yield Change(_with(node, entries, place, entry.elts[0]), told, 1)
    elif isinstance(entry, ast.Constant) and entry.value is None:
        told = "None adds a dimension of size 1 where it stands."
        less = [*entries[:place], *entries[place + 1 :]]
        yield Change(indexed(node.value, less) if less else node.value, told, 0)


def _first(entry: ast.List) -> str:
    return text(entry.elts[0])


def _number(node: ast.Subscript, entries: list[ast.expr], place: int, n: int) -> Changes:
    end = None if n == -1 else literal(n + 1)
    told = f"A number removes its dimension; a slice such as {text_slice(n)} would keep it with size 1."
    yield Change(_with(node, entries, place, ast.Slice(lower=literal(n), upper=end)), told, 0)
    if n > 0:
        told = f"Positions are counted from 0, so {n} is number {n + 1} of its dimension."
        yield Change(_with(node, entries, place, literal(n - 1)), told, 1)
    if n < 0:
        told = f"A negative number counts from the end: {n} is number {-n} from there."
        yield Change(_with(node, entries, place, literal(n - 1)), told, 1)


def text_slice(n: int) -> str:
    """The slice that holds position `n` alone."""
    return f"{n}:" if n == -1 else f"{n}:{n + 1}"


def _slice(node: ast.Subscript, entries: list[ast.expr], place: int, entry: ast.Slice) -> Changes:
    low, end, step = (number(part) for part in (entry.lower, entry.upper, entry.step))
    if end is not None:
        told = f"The end of a slice is left out: position {end} is not part of it."
        after = None if end == -1 else literal(end + 1)
        yield Change(_with(node, entries, place, _sliced(entry, upper=after)), told, 0)
    if step is not None:
        told = f"The step counts: with {step}, {step - 1} of every {step} positions are passed over."
        yield Change(_with(node, entries, place, _sliced(entry, step=None)), told, 0)
    if low:
        told = f"Positions are counted from 0, and the start of a slice, {low}, is part of it."
        yield Change(_with(node, entries, place, _sliced(entry, lower=literal(low - 1))), told, 1)
        yield Change(_with(node, entries, place, _sliced(entry, lower=literal(low + 1))), told, 1)
    if low is not None or end is not None:
        told = f"The slice {text(entry)} comes first: only its positions are left to choose from."
        yield Change(_with(node, entries, place, ast.Slice()), told, 2)


def _sliced(entry: ast.Slice, **parts: ast.expr | None) -> ast.Slice:
    bounds = {"lower": entry.lower, "upper": entry.upper, "step": entry.step} | parts
    return ast.Slice(lower=bounds["lower"], upper=bounds["upper"], step=bounds["step"])


def _brackets(node: ast.Subscript, entries: list[ast.expr]) -> Changes:
    """`x[a:b][c]` against `x[a:b, c]`."""
    inner = node.value
    if isinstance(inner, ast.Subscript):
        told = (
            f"A second pair of brackets starts again at dimension 0 of what the first one, [{text(inner.slice)}], left."
        )
        yield Change(indexed(inner.value, [*_entries(inner), *entries]), told, 0)
        told = f"The brackets [{text(inner.slice)}] come first, and the second pair chooses from what they left."
        yield Change(indexed(inner.value, entries), told, 1)
    if len(entries) == 2 and isinstance(entries[0], ast.Slice) and not _is_all(entries[0]):
        told = "In one pair of brackets the second entry is for dimension 1; only a second pair starts again at 0."
        yield Change(indexed(indexed(node.value, entries[:1]), entries[1:]), told, 0)


def _places(node: ast.Subscript, entries: list[ast.expr]) -> Changes:
    """An entry that meets another dimension than its own."""
    if any(isinstance(e, ast.Compare) for e in entries):
        return
    if len(entries) == 1 and not isinstance(entries[0], ast.Slice):
        told = (
            f"The first entry in the brackets is for dimension 0; [:, {text(entries[0])}] would choose in dimension 1."
        )
        yield Change(indexed(node.value, [_ALL, entries[0]]), told, 0)
        yield Change(indexed(node.value, [literal(...), entries[0]]), told, 1)
    elif isinstance(entries[0], ast.Constant) and entries[0].value is ...:
        told = "The dots stand for all the dimensions before, so what follows them is for the last ones."
        yield Change(indexed(node.value, entries[1:]), told, 0)
    elif _is_all(entries[0]) and len(entries) > 1:
        told = "A colon keeps its dimension whole; the entry behind it is for the next one."
        yield Change(indexed(node.value, entries[1:]), told, 0)
        yield Change(indexed(node.value, [_ALL, *entries]), "Entries go to the dimensions in their order, from 0.", 0)
    for i in range(len(entries) - 1):
        turned = [*entries[:i], entries[i + 1], entries[i], *entries[i + 2 :]]
        yield Change(indexed(node.value, turned), "Entries go to the dimensions in their order, from 0.", 1)
    if len(entries) > 1:
        told = "Every entry in the brackets counts, each for a dimension of its own."
        for i in range(len(entries)):
            yield Change(_with(node, entries, i, _ALL), told, 2)


def _is_all(entry: ast.expr) -> bool:
    return isinstance(entry, ast.Slice) and entry.lower is entry.upper is entry.step is None


def _lists(node: ast.Subscript, entries: list[ast.expr]) -> Changes:
    """Two lists are paired."""
    lists = [e for e in entries if isinstance(e, ast.List)]
    if len(lists) == 1 and isinstance(entries[0], ast.List):
        told = "A list picks whole positions of its dimension, and what lies behind each comes along."
        yield Change(made("A[(..., 0)]", A=node), told, 2, SHAPE, code=False)
    if len(lists) != 2 or len(entries) != 2:
        return
    block = indexed(indexed(node.value, entries[:1]), [_ALL, entries[1]])
    yield Change(block, "Two lists are paired entry by entry; they do not span a block of rows and columns.", 0)
    joined = ast.List(elts=[*lists[0].elts, *lists[1].elts], ctx=ast.Load())
    told = "Two lists are paired, one for each dimension; they are not joined."
    yield Change(indexed(node.value, [joined]), told, 1)
    yield Change(indexed(made("X.select(1, 0)", X=node.value), [joined]), told, 1, SHAPE, False)


def _masks(node: ast.Subscript, entries: list[ast.expr]) -> Changes:
    if len(entries) != 1 or not isinstance(entries[0], ast.Compare):
        return
    told = "A mask of the whole shape picks single elements and lays them out in one dimension."
    x = node.value
    yield Change(x, told, 0)
    yield Change(made("A[None]", A=node), f"{told} It adds none.", 1, SHAPE)
    yield Change(
        made("A[:, None].expand(-1, X.shape[1])", A=node, X=x), f"{told} It keeps no columns.", 1, SHAPE, False
    )
    yield Change(made("M.sum().reshape(1)", M=entries[0]), told, 2)
    yield Change(entries[0], f"The mask only says where; the brackets give the elements themselves. {told}", 2)


def _rest(node: ast.Subscript, entries: list[ast.expr]) -> Changes:
    """Dimensions that the brackets do not mention."""
    if any(isinstance(e, (ast.List, ast.Compare, ast.Name)) for e in entries):
        return
    told = "Dimensions that the brackets do not mention are kept whole."
    yield Change(made("A[..., 0]", A=node), told, 2, SHAPE, code=False)
    yield Change(made("A[..., 0, 0]", A=node), told, 2, SHAPE, code=False)
