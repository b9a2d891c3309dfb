"""Reductions: which dimension goes, what keepdim keeps, positions and values."""

from __future__ import annotations

import ast

from tutor.grade.belief.node import SHAPE, VALUE, Called, Change, Changes, called, made, number, numbers, text

NAMES = frozenset(
    {"sum", "mean", "std", "var", "prod", "max", "min", "amax", "amin", "argmax", "argmin", "median", "any", "all"}
    | {"logsumexp", "norm", "softmax", "log_softmax", "cumsum"}
)
_SAME_SHAPE = ("softmax", "log_softmax", "cumsum")


def changes(node: ast.AST) -> Changes:
    """Beliefs about a reduction."""
    if (call := called(node, NAMES)) is None:
        return
    dim = call.given("dim", 0) or call.given("axis", 9)
    if dim is None:
        yield from _of_all(call)
    else:
        yield from _kept(call, dim)
        yield from _other_dims(call, dim)
    yield from _spread(call, dim)
    yield from _by_name(call, dim)


def _other_dims(call: Called, dim: ast.expr) -> Changes:
    dims = numbers([dim])
    if dims is None:
        return
    if len(dims) > 1 or isinstance(dim, (ast.Tuple, ast.List)):
        yield from _other_pairs(call, dims)
        return
    d = dims[0]
    said = _goes(call, d)
    near = [n for n in (1 - d, d - 1, d + 1, -d - 1) if n != d and -4 < n < 4] if d >= 0 else [-1 - d, 0, d - 1, d + 1]
    for other in dict.fromkeys(near):
        late = d >= 2 and other == d - 1
        told = f"Dimensions are counted from 0, so dim={d} is number {d + 1} in the shape." if late else said
        yield Change(call.again(dim=other), told, 0 if other in (1 - d, -1 - d) else 1)
    others = "[i for i in range(X.ndim) if i != D % X.ndim]"
    if call.name in ("sum", "mean", "amax", "amin", "std", "var"):
        yield Change(call.again(dim=made(others, X=call.of, D=d)), said, 1, code=False)
    if call.name not in _SAME_SHAPE:
        yield Change(call.again(dim=None, keepdim=None), _only(call, d), 1)
        yield Change(call.of, _reduces(call), 2, SHAPE)


def _goes(call: Called, d: int) -> str:
    if call.name in _SAME_SHAPE:
        way = "adds up along" if call.name == "cumsum" else "makes the numbers add up to one along"
        return f"{call.name} {way} the dimension you name, dim={d}, and along no other."
    place = {0: "the first one", 1: "the second one, counted from 0", -1: "the last one"}.get(d, "counted from 0")
    return f"The dimension you name is the one that {_fate(call)}: dim={d} is {place}."


def _fate(call: Called) -> str:
    """What becomes of the dimension that is named."""
    keepdim = call.given("keepdim", 1)
    return "becomes 1" if isinstance(keepdim, ast.Constant) and keepdim.value is True else "goes"


def _only(call: Called, d: int) -> str:
    return f"With dim={d} only that dimension goes; it takes no dim at all to reduce everything to one number."


def _reduces(call: Called) -> str:
    return f"{call.name} puts one number where a whole dimension was; the shape does not stay as it is."


def _other_pairs(call: Called, dims: tuple[int, ...]) -> Changes:
    named = ", ".join(map(str, dims))
    rest = made("[i for i in range(X.ndim) if i not in [d % X.ndim for d in D]]", X=call.of, D=dims)
    yield Change(call.again(dim=rest), f"The dimensions you name, {named}, are the ones that go.", 0, code=False)
    if min(dims) > 0:
        told = f"Dimensions are counted from 0, so {named} are the numbers {', '.join(str(d + 1) for d in dims)}."
        yield Change(call.again(dim=tuple(d - 1 for d in dims)), told, 1)
    for d in dims:
        yield Change(call.again(dim=d), f"Both dimensions you name go, {named}, not one of them.", 1)
    yield Change(call.again(dim=None, keepdim=None), f"Only the dimensions you name go: {named}.", 1)


def _kept(call: Called, dim: ast.expr) -> Changes:
    if call.name in _SAME_SHAPE:
        return
    keepdim = call.given("keepdim", 1)
    where = text(dim)
    if isinstance(keepdim, ast.Constant) and keepdim.value is True:
        told = f"keepdim=True leaves a 1 where dim={where} was; without it the dimension would go altogether."
        yield Change(call.again(dim=dim, keepdim=None), told, 0)
        return
    told = f"Without keepdim=True no 1 stays where dim={where} was, so what is left lines up with the last dimensions."
    yield Change(call.again(dim=dim, keepdim=True), told, 0)


def _spread(call: Called, dim: ast.expr | None) -> Changes:
    """What deviation, position and count are taken for."""
    x = call.of
    if call.name == "std":
        yield from _deviation(call)
    if call.name == "mean":
        told = "mean needs a floating dtype: it does not turn whole numbers into floats by itself."
        whole = f"{told} Nor is a mean a whole number."
        floats = made("X.float()", X=x)
        yield Change(_on(call, floats), told, 0, VALUE)
        yield Change(made("A.long()", A=_on(call, floats)), whole, 1, VALUE)
    if call.name == "sum" and isinstance(x, ast.Compare):
        told = f"Adding up `{text(x)}` counts its True entries; it does not add up the elements that they stand at."
        yield Change(made("X[M].sum()", X=x.left, M=x), told, 0, VALUE)
    if call.name in ("sum", "mean") and (d := number(dim)) is not None:
        told = f"{call.name} takes all the entries along dim={d} together; this is a single one of them."
        yield Change(made("X.select(D, 0)", X=x, D=d), told, 1, VALUE)


def _deviation(call: Called) -> Changes:
    x, correction = call.of, number(call.given("correction", 9))
    if correction == 0:
        yield Change(call.again(correction=1), "With correction=0 the spread is divided by n, not by n - 1.", 0)
    else:
        told = "torch's std divides by n - 1; dividing by n is NumPy's default."
        yield Change(call.again(correction=0), told, 0)
    told = "A standard deviation is a typical distance from the mean, not the range from smallest to largest."
    yield Change(made("X.max() - X.min()", X=x), told, 1)
    told = "The standard deviation is the root of the variance."
    yield Change(made("X.var()", X=x), told, 2)


def _on(call: Called, x: ast.expr) -> ast.expr:
    """The same call of another tensor."""
    if call.method:
        return _method(call, x)
    return ast.Call(func=call.call.func, args=[x, *call.call.args[1:]], keywords=call.call.keywords)


def _method(call: Called, x: ast.expr) -> ast.expr:
    func = ast.Attribute(value=x, attr=call.name, ctx=ast.Load())
    return ast.Call(func=func, args=call.call.args, keywords=call.call.keywords)


def _of_all(call: Called) -> Changes:
    """No dimension is named, so everything goes."""
    if call.name in _SAME_SHAPE or call.given("keepdim", 9):
        return
    whole = call.call
    told = f"A single number is no list of one: without dim, {call.name} keeps not even a dimension of size 1."
    yield Change(made("A.reshape(1)", A=whole), told, 0, SHAPE)
    for d in (0, 1):
        told = f"Without dim, {call.name} takes the whole tensor together, every dimension of it."
        yield Change(call.again(dim=d), told, 1)
    if call.name not in ("max", "min"):
        yield Change(call.of, _reduces(call), 2, SHAPE)


def _by_name(call: Called, dim: ast.expr | None) -> Changes:
    """One reduction taken for its neighbour."""
    x = call.of
    if call.name in ("argmax", "argmin"):
        value = call.named(call.name.replace("arg", "a"))
        told = f"{call.name} gives positions, not the values that stand there."
        yield Change(value, told, 0, VALUE)
        if dim is None:
            place = made("torch.stack(torch.unravel_index(A, X.shape))", A=call.call, X=x)
            told = f"Without dim, {call.name} gives one position in the flattened tensor, not one coordinate each."
            yield Change(place, told, 1, VALUE)
    elif call.name in ("max", "min", "amax", "amin"):
        told = f"{call.name} gives the values; their positions come from arg{call.name[-3:]}."
        yield Change(call.named(f"arg{call.name[-3:]}"), told, 1, VALUE)
    elif call.name in ("sum", "mean"):
        other = "mean" if call.name == "sum" else "sum"
        told = "sum adds up and does not divide." if other == "mean" else "mean divides the sum by how many there are."
        yield Change(call.named(other), told, 1, VALUE)
