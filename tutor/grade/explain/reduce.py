"""Reductions: several dimensions, dimensions that are no numbers, and pairs of values and indices."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, shape, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.rows import REDUCTIONS
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Operand

_ONE_DIM = {
    "max": "amax",
    "min": "amin",
    "argmax": "",
    "argmin": "",
    "median": "",
    "mode": "",
    "prod": "",
    "cumsum": "",
}
"""What goes along one dimension only, and what does the same along several."""
_PLACED = frozenset({*REDUCTIONS, "softmax", "log_softmax", "cumsum", "sort", "argsort", "squeeze", "unsqueeze"})
_PAIRS = {
    "max": ("values", "indices"), "min": ("values", "indices"), "median": ("values", "indices"),
    "mode": ("values", "indices"), "sort": ("values", "indices"), "topk": ("values", "indices"),
    "kthvalue": ("values", "indices"), "cummax": ("values", "indices"), "cummin": ("values", "indices"),
    "aminmax": ("min", "max"), "nanmedian": ("values", "indices"), "qr": ("Q", "R"),
}  # fmt: skip
"""What gives two tensors with names, in a tuple of this type."""


def explain(case: Case) -> Explanation | None:
    """What is wrong with a reduction or with what came of one; None where that is not it."""
    if case.below or case.type not in ("TypeError", "AttributeError", "RuntimeError", "ValueError", "IndexError"):
        return None
    if (found := _pair(case)) is not None:
        return found
    if case.kind != "call" or case.name not in _PLACED or not part.is_torch(case) or not case.tensors:
        return None
    x = case.tensors[0]
    if x is not case.operands[0]:
        return None
    return _several(case, x) or _one_only(case, x) or _no_number(case, x) or _twice(case, x)


def _several(case: Case, x: Operand) -> Explanation | None:
    """`x.sum(0, 1)`: the second number stands where keepdim does."""
    bare = [o for o in case.operands if not o.keyword and o is not x]
    dims = [part.integer(o.seen) for o in bare]
    if len(bare) < 2 or None in dims or not case.says("keepdim|positional|invalid combination"):
        return None
    if case.name in ("quantile", "norm", "unsqueeze"):
        return None if case.name != "unsqueeze" else _twice_new(case, x, bare)
    place = (f"The second argument is keepdim, and {words.code(bare[1])} is no True or False.",)
    return Explanation(
        rule="reduce-dims",
        first=f"{case.name}() takes several dimensions of {words.shaped(x)} as one tuple, "
        f"({', '.join(o.text for o in bare)}).",
        rest=place if case.says("keepdim|invalid") else ("torch counts arguments in its message.",),
        repairs=_together(case, x, bare, tuple(d for d in dims if d is not None)),
    )


def _twice_new(case: Case, x: Operand, bare: list[Operand]) -> Explanation:
    new = f"{part.call(case, bare[0].text)}.unsqueeze({bare[1].text})"
    return Explanation(
        rule="unsqueeze-one",
        first=f"unsqueeze() puts in one dimension, and is given {len(bare)} places.",
        rest=(f"{words.shaped(x)} needs a call for each of them.",),
        repairs=case.instead(new, "one after the other") if part.is_method(case) else (),
    )


def _together(case: Case, x: Operand, bare: list[Operand], dims: Shape) -> tuple[Repair, ...]:
    head = [] if part.is_method(case) else [x.text]
    inside = f"({', '.join(o.text for o in bare)})"
    size = x.seen.shape or ()
    made = shape.reduced(size, dims)
    gives = f"over {'both' if len(dims) == 2 else 'all of them'}: {shape_text(made or ())}"
    found: tuple[Repair, ...] = ()
    if made is None:
        return case.instead(part.call(case, *head), "over all there is: one number")
    if case.name not in _ONE_DIM:
        found += case.instead(part.call(case, *head, inside, *part.keywords(case)), gives)
    elif _ONE_DIM[case.name]:
        found += case.instead(part.call(case, *head, inside, *part.keywords(case), name=_ONE_DIM[case.name]), gives)
    if made == ():
        found += case.instead(part.call(case, *head), "over all there is: one number")
    kept = shape.reduced(size, dims[:1], keep=True)
    if len(dims) == 2 and dims[1] in (0, 1) and kept is not None:
        keep = part.call(case, *head, bare[0].text, f"keepdim={bool(dims[1])}", *part.keywords(case, "keepdim"))
        left = kept if dims[1] else shape.reduced(size, dims[:1]) or ()
        found += case.instead(keep, f"along {dims[0]} alone, if keepdim was meant: {shape_text(left)}")
    return found


def _one_only(case: Case, x: Operand) -> Explanation | None:
    """`x.max(dim=(0, 1))`."""
    given = part.named(case, "dim", "axis") or next(
        (o for o in case.operands[1:] if o.seen.kind in ("tuple", "list")), None
    )
    if (
        given is None
        or case.name not in (*_ONE_DIM, "unsqueeze", "softmax", "sort")
        or given.seen.kind not in ("tuple", "list")
    ):
        return None
    dims = part.integers(given.seen)
    if dims is None:
        return None
    head = [] if part.is_method(case) else [x.text]
    made = shape.reduced(x.seen.shape or (), dims)
    gives = f"over all of them: {shape_text(made)}" if made is not None else "over all of them"
    found: tuple[Repair, ...] = ()
    if _ONE_DIM.get(case.name):
        same = part.call(case, *head, given.text, *part.keywords(case, "dim", "axis"), name=_ONE_DIM[case.name])
        found += case.instead(same, gives)
    if made == () and case.name in _ONE_DIM:
        found += case.instead(part.call(case, *head), "over all there is")
    for d in dims[:2] if not found else ():
        found += part.swapped(case, given, str(d), f"along dimension {d} alone")
    return Explanation(
        rule="reduce-one-dim",
        first=f"{case.name}() goes along one dimension, and {words.code(given)} names {len(dims)}.",
        rest=(f"{words.shaped(x)} has {shape.all_dims(words.rank(x.seen))}.",),
        repairs=found,
    )


def _no_number(case: Case, x: Operand) -> Explanation | None:
    """A dimension that is a text or a tensor."""
    for operand in case.operands[1:]:
        if operand.seen.kind not in ("text", "tensor") or operand.keyword not in ("", "dim", "axis"):
            continue
        if case.name in ("max", "min", "quantile") and operand.seen.kind == "tensor" and case.says("must match"):
            return None
        return _odd_dim(case, x, operand)
    return None


def _odd_dim(case: Case, x: Operand, odd: Operand) -> Explanation:
    digit = odd.seen.kind == "text" and str(odd.seen.value).lstrip("-").isdigit()
    repairs = part.swapped(case, odd, str(odd.seen.value), "the number itself") if digit else ()
    for d in range(min(words.rank(x.seen), 2)) if odd.seen.kind == "text" and not digit else ():
        left = shape.reduced(x.seen.shape or (), (d,))
        means = f"dimension {d} goes: {shape_text(left or ())}" if case.name in REDUCTIONS else f"along dimension {d}"
        repairs += part.swapped(case, odd, str(d), means)
    if odd.seen.kind == "tensor" and case.name in ("sum", "mean") and not part.is_method(case):
        repairs = case.instead(f"{part.bare(case, x)} + {part.bare(case, odd)}", "the two added, element by element")
        repairs += case.instead(
            part.call(case, f"torch.stack([{x.text}, {odd.text}])", "dim=0"), "of both, place by place"
        )
    what = "a text" if odd.seen.kind == "text" else "a tensor"
    return Explanation(
        rule="reduce-dim-type",
        first=f"{words.code(odd)} is {what}; {case.name}() takes a dimension there, a whole number.",
        rest=(f"{words.shaped(x)} has {shape.all_dims(words.rank(x.seen))}.",) if x.seen.shape else (),
        repairs=repairs,
    )


def _twice(case: Case, x: Operand) -> Explanation | None:
    """The same dimension named more than once."""
    given = next((o for o in case.operands[1:] if o.seen.kind in ("tuple", "list")), None)
    dims = part.integers(given.seen) if given is not None else None
    rank = words.rank(x.seen)
    if given is None or dims is None or not case.says("multiple times|duplicate|unique"):
        return None
    once = tuple(dict.fromkeys(d % rank for d in dims)) if rank else ()
    return Explanation(
        rule="reduce-twice",
        first=f"{words.code(given)} names a dimension of {words.shaped(x)} twice; it can go only once.",
        rest=(f"Counted from the end, -1 is dimension {rank - 1}." if any(d < 0 for d in dims) else "",)
        if any(d < 0 for d in dims)
        else (),
        repairs=part.swapped(case, given, shape_text(once), "each of them once"),
    )


def _pair(case: Case) -> Explanation | None:
    """The pair that max(dim=...) and its like give, taken for a tensor."""
    among = case.operands[1:] if case.kind == "subscript" else case.operands
    pair = next((o for o in among if o.seen.kind == "tuple" and o.seen.type in _PAIRS), None)
    compared = pair is None and case.type == "AttributeError"
    if compared or (pair is None and case.kind == "other" and case.says("__format__")):
        return _unseen_pair(case, compared)
    if pair is None or case.kind == "other":
        return None
    if case.kind == "call" and pair is case.operands[0] and part.is_method(case):
        return None
    return _told_pair(
        case,
        pair,
        lambda name: _half(case, pair, name),
        lambda name: (*_asked(case, pair, name), *_kept(case, pair, name)),
    )


def _unseen_pair(case: Case, compared: bool) -> Explanation | None:
    """A pair within what failed: compared to something, which gives one False, or put into a text."""
    node = case.node.value if isinstance(case.node, ast.Attribute) else case.node or case.statement
    if node is None or (compared and not isinstance(node, ast.Compare)):
        return None
    for pair in (o for o in case.scene.names if o.seen.kind == "tuple" and o.seen.type in _PAIRS):
        uses = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == pair.text]
        holders = [next(case.around(n), None) for n in uses]
        bare = [n for n, h in zip(uses, holders, strict=True) if isinstance(h, (ast.Compare, ast.FormattedValue))]
        if bare:
            use = bare[0]
            return _told_pair(case, pair, partial(_of_node, case, use), partial(_one_of, case, pair, use))
    return None


def _one_of(case: Case, pair: Operand, use: ast.expr, name: str) -> tuple[Repair, ...]:
    """One number out of the half, for a text that has a format for one."""
    if not case.says("__format__"):
        return ()
    reduced = pair.seen.type if pair.seen.type in ("max", "min") else "mean"
    text = f"{part.grouped(case, use)}.{name}"
    return (
        *case.instead(f"{text}.{reduced}()", f"one number: the {reduced} of the {name}", of=use),
        *case.instead(
            f"{text}[{', '.join('0' * len((pair.seen.items or (pair.seen,))[0].shape or (0,)))}]",
            f"the first of the {name}",
            of=use,
        ),
    )


def _told_pair(
    case: Case,
    pair: Operand,
    half: Callable[[str], tuple[Repair, ...]],
    more: Callable[[str], tuple[Repair, ...]],
) -> Explanation:
    one, two = _PAIRS[pair.seen.type]
    items = pair.seen.items or ()
    others = words.listed([f"{words.shaped(o)}" for o in case.tensors[:2]])
    shapes = ", ".join(shape_text(i.shape or ()) for i in items[:2])
    return Explanation(
        rule="reduce-pair",
        first=f"{words.code(pair)} is a pair of tensors, ({one}, {two}), of shapes {shapes}.",
        rest=(
            f"{pair.seen.type} with a dimension gives what it found and where; each is reached by its name.",
            "With * a number there would be no error: a pair is repeated like any tuple.",
            *((f"It meets {others}.",) if others else ()),
        ),
        repairs=(*half(one), *more(one), *half(two)),
        habit=f"Write .{one} or .{two} right behind such a call.",
    )


def _half(case: Case, pair: Operand, name: str) -> tuple[Repair, ...]:
    node = part.node_of(case, pair)
    if node is None and isinstance(case.node, ast.Attribute):
        node = case.node.value
    return _of_node(case, node, name) if node is not None else ()


def _of_node(case: Case, node: ast.expr, name: str) -> tuple[Repair, ...]:
    what = {"values": "what was found", "indices": "where it was found"}.get(name, f"the {name} of the two")
    return case.instead(f"{part.grouped(case, node)}.{name}", what, of=node)


def _asked(case: Case, pair: Operand, name: str) -> tuple[Repair, ...]:
    """The half in a comparison that one answer is wanted of."""
    node, test = part.node_of(case, pair), case.node
    holder = next(iter(case.around(test)), None) if isinstance(test, ast.Compare) else None
    if node is None or test is None or not isinstance(holder, (ast.If, ast.While, ast.Assert)):
        return ()
    asked = case.text(test).replace(pair.text, f"{part.grouped(case, node)}.{name}", 1)
    return (
        *case.instead(f"({asked}).all()", f"true if it holds for all {name}"),
        *case.instead(f"({asked}).any()", f"true if it holds for at least one of the {name}"),
    )


def _kept(case: Case, pair: Operand, name: str) -> tuple[Repair, ...]:
    """With keepdim=True, where the half would not fit what it meets."""
    node = part.node_of(case, pair)
    other = next((o for o in case.tensors if o is not pair), None)
    size = (pair.seen.items or (pair.seen,))[0].shape or ()
    if not isinstance(node, ast.Call) or other is None or shape.broadcast(size, other.seen.shape or ()) is not None:
        return ()
    inside = ", ".join([*map(case.text, node.args), *map(case.text, node.keywords), "keepdim=True"])
    new = f"{case.text(node.func)}({inside}).{name}"
    return case.instead(new, f"the {name}, with the dimension kept so that they fit {words.shaped(other)}", of=node)
