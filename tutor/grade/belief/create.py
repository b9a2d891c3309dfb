"""Making tensors: brackets and shapes, ranges and their ends."""

from __future__ import annotations

import ast
import copy

from tutor.grade.belief.node import SHAPE, VALUE, Change, Changes, function, literal, made, number, numbers, sized

_FACTORIES = ("zeros", "ones", "empty", "rand", "randn")


def changes(node: ast.AST) -> Changes:
    """Beliefs about how a tensor is made, and about what counts its elements."""
    name = function(node)
    if isinstance(node, ast.Call) and name == "tensor" and node.args:
        yield from _from_lists(node)
    if isinstance(node, ast.Call) and name == "arange":
        yield from _range(node)
    if isinstance(node, ast.Call) and name in _FACTORIES:
        yield from _factory(node, name)
    if isinstance(node, ast.Subscript) and function(node.value) == "arange" and number(node.slice) == -1:
        yield from _last(node)
    yield from _counted(node)


def _from_lists(node: ast.Call) -> Changes:
    if not isinstance(node.args[0], ast.List):
        told = "No brackets, no dimensions: a single number is no list of one."
        yield Change(made("T.reshape(1)", T=node), told, 0, SHAPE)
        return
    told = "Count the brackets from the outside in: the outermost list is dimension 0."
    yield Change(made("T.permute(*range(T.ndim)[::-1])", T=node), told, 0, SHAPE, False)
    told = "The shape has one size for every level of brackets; it does not count the elements."
    yield Change(made("T.flatten()", T=node), told, 0, SHAPE, False)
    told = "The shape names every size; it is not the number of dimensions."
    yield Change(sized("T.ndim", T=node), told, 1, SHAPE, False)
    yield Change(made("T[0]", T=node), "The outermost list counts too: it is dimension 0.", 1, SHAPE)


def _factory(node: ast.Call, name: str) -> Changes:
    sizes = numbers(list(node.args))
    if sizes and len(sizes) > 1:
        told = f"The arguments of {name} are the sizes themselves, one for each dimension."
        yield Change(sized("N", N=len(sizes)), told, 2, SHAPE, False)


def _range(node: ast.Call) -> Changes:
    bounds = numbers(list(node.args))
    if not bounds or len(bounds) > 3:
        return
    low, end, step = (0, *bounds, 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    told = f"arange leaves its end out: {end} is not among the numbers."
    yield Change(_ranged(node, low, end + 1, step), told, 0)
    if step > 1:
        yield Change(_ranged(node, low, end + step, step), told, 1)
        told = f"The step counts: from one number to the next it is {step}."
        yield Change(_ranged(node, low, end, 1), told, 0)
        whole = low + (end - low) // step * step
        told = f"The last number may come less than a whole step before the end, {end}: round up, not down."
        yield Change(_ranged(node, low, whole, step), told, 1)
    if len(bounds) == 1:
        told = "arange starts at 0 and stops before its end."
        yield Change(_ranged(node, 1, end + 1, step), told, 0)


def _ranged(node: ast.Call, *bounds: int) -> ast.expr:
    other = copy.deepcopy(node)
    other.args = [literal(b) for b in bounds]
    return other


def _last(node: ast.Subscript) -> Changes:
    assert isinstance(node.value, ast.Call)
    bounds = numbers(list(node.value.args))
    if not bounds:
        return
    end = bounds[0] if len(bounds) == 1 else bounds[1]
    step = bounds[2] if len(bounds) > 2 else 1
    told = f"arange leaves its end out: {end} is not among the numbers."
    yield Change(made("torch.tensor(N)", N=end), told, 0, VALUE, False)
    told = f"The numbers go in steps of {step} from the start; they need not stop right before the end, {end}."
    yield Change(made("torch.tensor(N)", N=end - 1), told, 0, VALUE, False)
    told = f"The next step of {step} would go past the end, {end}."
    yield Change(made("A + N", A=node, N=step), told, 1, VALUE)


def _counted(node: ast.AST) -> Changes:
    """What counts the dimensions and what counts the elements."""
    if isinstance(node, ast.Attribute) and node.attr == "ndim":
        told = "ndim counts the dimensions, numel the elements."
        yield Change(made("X.numel()", X=node.value), told, 0, VALUE)
        told = "ndim counts the dimensions; it is not the size of one of them."
        yield Change(made("X.shape[-1]", X=node.value), told, 1, VALUE)
        yield Change(made("X.shape[0]", X=node.value), told, 1, VALUE)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "numel":
        x = node.func.value
        told = "numel counts the elements, ndim the dimensions."
        yield Change(made("X.ndim", X=x), told, 0, VALUE)
        yield Change(made("X.shape[0]", X=x), "numel counts all the elements, not the places of dimension 0.", 1, VALUE)
