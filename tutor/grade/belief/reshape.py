"""The same numbers in another shape: reading order, -1, places of new and removed dimensions."""

from __future__ import annotations

import ast
import math

from tutor.grade.belief.node import SHAPE, VALUE, Called, Change, Changes, called, made, number, numbers, sized

_NAMES = frozenset(
    {"reshape", "view", "flatten", "transpose", "permute", "squeeze", "unsqueeze", "repeat", "repeat_interleave"}
    | {"expand", "unfold", "movedim", "t"}
)


def changes(node: ast.AST) -> Changes:
    """Beliefs about whatever rearranges a tensor."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield from _transposed(node, node.value, f".{node.attr}")
    call = called(node, _NAMES)
    if call is not None:
        yield from _RULES[call.name](call)


def _transposed(node: ast.expr, x: ast.expr, name: str) -> Changes:
    told = f"{name} swaps rows and columns; reshape would keep the reading order."
    yield Change(made("X.reshape(X.shape[::-1])", X=x), told, 0, VALUE)
    yield Change(x, f"{name} swaps the sizes too, not only the contents.", 0)


def _reshaped(call: Called) -> Changes:
    x, sizes = call.of, numbers(call.args)
    if call.name == "view":
        told = "view refuses where the numbers do not lie in reading order in memory; reshape would copy them."
        yield Change(call.named("reshape"), told, 0)
    yield Change(x, f"{call.name} gives the sizes that you name, to a tensor of its own.", 1)
    if sizes is None:
        return
    if len(sizes) == 2:
        told = "reshape keeps the reading order, row after row; only a transpose swaps rows and columns."
        yield Change(made("X.T", X=x), told, 0, VALUE)
        yield Change(call.at(*reversed(sizes)), "The sizes stand in the order in which you name them.", 0)
    if -1 in sizes:
        yield from _what_is_left(x, sizes)
    else:
        told = f"The elements must fill the new sizes exactly: {' * '.join(map(str, sizes))} is not how many there are."
        yield Change(sized("S", S=sizes), told, 1, SHAPE, False)
        yield Change(sized("S", S=sizes[::-1]), told, 2, SHAPE, False)


def _what_is_left(x: ast.expr, sizes: tuple[int, ...]) -> Changes:
    known = math.prod(s for s in sizes if s != -1)
    told = "-1 stands for what is left: the number of elements divided by the other sizes, and it must divide evenly."
    for left in ("X.shape[-1]", "X.numel() // K", "X.numel() - K", "X.shape[0]"):
        shape = ", ".join(left if s == -1 else str(s) for s in sizes)
        yield Change(sized(f"({shape},)", X=x, K=known), told, 1, SHAPE, False)
    yield Change(made("X.reshape(-1, *X.shape[1:])", X=x), told, 2, SHAPE, False)


def _swapped(call: Called) -> Changes:
    x = call.of
    yield from _transposed(call.call, x, "transpose")
    told = "transpose swaps the two dimensions that you name, and leaves the others where they are."
    yield Change(made("X.permute(*range(X.ndim)[::-1])", X=x), told, 0)


def _permuted(call: Called) -> Changes:
    order = numbers(call.args)
    told = "permute lists, for each new place, the old dimension that comes there."
    if order and sorted(order) == list(range(len(order))):
        inverse = tuple(order.index(i) for i in range(len(order)))
        yield Change(call.at(*inverse), told, 0)
        yield Change(call.at(*range(len(order))[::-1]), told, 1)
    yield Change(call.of, "permute moves the sizes too, not only the contents.", 1)


def _added(call: Called) -> Changes:
    if (d := number(call.given("dim", 0))) is None:
        return
    told = f"The new dimension stands at place {d} of the new shape, counted from {'0' if d >= 0 else 'the end, -1'}."
    for other in (d - 1, d + 1, -1, 0, -2):
        yield Change(call.at(other), told, 0 if abs(other - d) == 1 else 1)
    yield Change(call.of, "unsqueeze adds a dimension of size 1.", 1)


def _removed(call: Called) -> Changes:
    x, d = call.of, number(call.given("dim", 0))
    if d is not None:
        told = f"squeeze({d}) removes only dimension {d}, and only where its size is 1."
        yield Change(call.at(), told, 0)
        yield Change(made("X.select(D, 0)", X=x, D=d), told, 0, SHAPE)
        yield Change(x, f"squeeze({d}) removes dimension {d} where its size is 1.", 1)
        return
    told = "Without a dimension, squeeze removes every dimension of size 1, the first and the last alike."
    ones = "[d for d in range(X.ndim) if X.shape[d] == 1]"
    for place in (-1, 0):
        yield Change(made(f"X.squeeze({ones}[{place}])", X=x), told, 0, code=False)
    yield Change(x, told, 1)


def _flattened(call: Called) -> Changes:
    start, end = number(call.given("start_dim", 0)) or 0, number(call.given("end_dim", 1))
    end = -1 if end is None else end
    told = f"flatten({start}) begins at dimension {start}: what stands before it, such as a batch, stays."
    if start:
        yield Change(call.at(), told, 0)
        yield Change(call.at(start - 1), "Dimensions are counted from 0: " + told, 1)
    told = "flatten multiplies the sizes from its start to its end together, and both ends are included."
    yield Change(call.at(start, end - 1), told, 0)
    yield Change(call.at(start + 1, end), told, 1)
    yield Change(call.of, "flatten puts several dimensions into one.", 2)


def _repeated(call: Called) -> Changes:
    counts = numbers(call.args)
    told = "repeat goes through the whole sequence again; repeat_interleave repeats each element."
    other = "repeat" if call.name == "repeat_interleave" else "repeat_interleave"
    yield Change(call.named(other), told, 0)
    if not counts:
        return
    if len(counts) == 1:
        yield Change(made("X * N", X=call.of, N=counts[0]), "To repeat is not to multiply: the numbers stay.", 0)
    elif call.name == "repeat":
        told = "The arguments are how often, not the new sizes: each size is multiplied by its count."
        yield Change(sized("S", S=counts), told, 0, SHAPE, False)
        told = "Counts are lined up with the sizes from the right; those left over add dimensions in front."
        left = made(f"X.reshape(X.shape + (1,) * ({len(counts)} - X.ndim)).repeat(*S)", X=call.of, S=counts)
        yield Change(left, told, 0, code=False)


def _expanded(call: Called) -> Changes:
    told = "Expanding copies nothing: the same numbers in memory serve every place."
    yield Change(made("A.clone(memory_format=torch.contiguous_format)", A=call.call), told, 0)
    yield Change(call.of, "expand stretches sizes of 1 to the sizes that you name.", 1)
    lacking = made(
        "A.clone(memory_format=torch.contiguous_format).reshape(-1)[X.numel():].clone()", A=call.call, X=call.of
    )
    yield Change(lacking, told, 1, code=False)


def _windows(call: Called) -> Changes:
    found = [number(a) for a in call.args]
    if len(found) != 3 or None in found:
        return
    dim, size, step = (n for n in found if n is not None)
    told = f"A window starts every {step}, so windows of {size} overlap."
    yield Change(call.at(dim, size, size), told, 0)
    told = "The number of windows stands where the dimension was, and what lies in a window comes last."
    yield Change(made("W.transpose(D, -1)", W=call.call, D=dim), told, 0)
    told = (
        "The last window must still fit as a whole, so there are fewer windows than places; the first one counts too."
    )
    off = "W.narrow(D, 0, W.shape[D] - 1)"
    yield Change(made(off, W=call.call, D=dim), told, 1, code=False)
    padded = made(
        "torch.nn.functional.pad(X, (P, Q)).unfold(D, N, S)",
        X=call.of,
        P=size // 2,
        Q=(size - 1) // 2,
        D=dim,
        N=size,
        S=step,
    )
    yield Change(padded, told.replace("there are", "without padding there are"), 1, code=False)


_RULES = {
    "reshape": _reshaped, "view": _reshaped, "flatten": _flattened, "transpose": _swapped, "t": _swapped,
    "movedim": _swapped, "permute": _permuted, "squeeze": _removed, "unsqueeze": _added, "repeat": _repeated,
    "repeat_interleave": _repeated, "expand": _expanded, "unfold": _windows,
}  # fmt: skip
