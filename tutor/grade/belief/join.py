"""Joining tensors: cat along a dimension there is, stack along a new one, sequences padded."""

from __future__ import annotations

import ast
import copy

from tutor.grade.belief.node import SHAPE, Change, Changes, called, function, literal, made, number, sized

_NAMES = frozenset({"cat", "concat", "stack"})


def changes(node: ast.AST) -> Changes:
    """Beliefs about cat, stack and pad_sequence."""
    if function(node) == "pad_sequence":
        yield from _padded(node)
    call = called(node, _NAMES)
    if call is None or call.method:
        return
    dim = number(call.given("dim", 0)) or 0
    if call.name == "stack":
        yield Change(call.named("cat"), "That is cat: stack makes a new dimension, one place for each tensor.", 0)
        yield from _stacked(call.of, dim)
    else:
        yield Change(
            call.named("stack"), "That is stack: cat makes no new dimension, it adds up along one there is.", 0
        )
        yield from _added(call.of, dim)


def _stacked(items: ast.expr, dim: int) -> Changes:
    told = f"The new dimension stands at the place dim={dim} of the result."
    for other in {0, 1, -1} - {dim}:
        yield Change(made("torch.stack(L, dim=D)", L=items, D=other), told, 1)
    for other in (0, 1):
        told = "That is cat: stack makes a new dimension, one place for each tensor."
        yield Change(made("torch.cat(L, dim=D)", L=items, D=other), told, 2)


def _added(items: ast.expr, dim: int) -> Changes:
    told = f"The sizes add up along dim={dim}; the others stay."
    for other in (0, 1):
        if other != dim:
            front, total, back = (
                f"*L[0].shape[:{other}]",
                f"sum(t.shape[{other}] for t in L)",
                f"*L[0].shape[{other + 1}:]",
            )
            yield Change(made("torch.cat(L, dim=D)", L=items, D=other), told, 0)
            yield Change(sized(f"({front}, {total}, {back})", L=items), told, 1, SHAPE, False)
    yield Change(made("L[0]", L=items), told, 2, SHAPE, False)


def _padded(node: ast.AST) -> Changes:
    assert isinstance(node, ast.Call)
    first = next((k.value for k in node.keywords if k.arg == "batch_first"), None)
    flipped = not (isinstance(first, ast.Constant) and first.value is True)
    other = copy.deepcopy(node)
    other.keywords = [k for k in other.keywords if k.arg != "batch_first"]
    other.keywords.append(ast.keyword(arg="batch_first", value=literal(flipped)))
    yield Change(other, "batch_first=True puts the sequences first; without it the positions come first.", 0)
    items = node.args[0]
    told = "Every sequence is padded up to the longest; none is cut to the shortest."
    for sizes in ("len(L), min(len(t) for t in L)", "min(len(t) for t in L), len(L)"):
        yield Change(sized(sizes, L=items), told, 1, SHAPE, False)
    yield Change(
        made("torch.cat(L)", L=items), "Each sequence keeps a row of its own; they are not joined end to end.", 1
    )
